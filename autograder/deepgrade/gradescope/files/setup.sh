#!/usr/bin/env bash
# Gradescope runs this once, as root and with a network, when it builds the image of the assignment.
#
# It makes /opt/deepgrade: a virtual environment with the students' libraries (readable for all), and the grader, the lab, its
# hidden checks, the secret and the data (readable for root alone). Student code runs later as another user.
#
# DEEPGRADE_HOME    somewhere else than /opt/deepgrade
# DEEPGRADE_PYTHON  an interpreter that has all libraries already: nothing is installed
set -euo pipefail
umask 022

source_folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
home="${DEEPGRADE_HOME:-/opt/deepgrade}"

. "$source_folder/environment.sh"

if [ "$(id -u)" -ne 0 ]; then
    fail "setup.sh has to run as root"
fi

mkdir -p "$home"
chmod 755 "$home"
# From here on nobody but root can look into what the zip brought.
chmod -R go= "$source_folder"

if [ -n "${DEEPGRADE_PYTHON:-}" ]; then
    printf '%s\n' "$DEEPGRADE_PYTHON" > "$home/python"
else
    make_environment
fi

for name in grader lab course store; do
    rm -rf "${home:?}/$name"
    if [ -d "$source_folder/$name" ]; then
        cp -R "$source_folder/$name" "$home/$name"
        # Files may be read by all, for what of them students are to see; the folder on top keeps everybody out.
        chmod -R u=rwX,go=rX "$home/$name"
    else
        mkdir "$home/$name"
    fi
    chmod 700 "$home/$name"
done
chmod 600 "$home/course/secret.key"
cp "$source_folder/deepgrade.json" "$home/deepgrade.json"

say "data and hidden sets"
env PYTHONPATH="$home/grader" DEEPGRADE_HOME="$home" \
    "$(cat "$home/python")" -m deepgrade.gradescope.prepare
say "ready"
