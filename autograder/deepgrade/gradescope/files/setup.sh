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

say() { printf 'deepgrade: %s\n' "$*"; }

fail() {
    say "$*" >&2
    exit 1
}

if [ "$(id -u)" -ne 0 ]; then
    fail "setup.sh has to run as root"
fi

# The oldest Python that will do is 3.11. Newer images have one; older ones have python3.11 as a package.
find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3; do
        if command -v "$name" > /dev/null && "$name" -c '
import sys, ensurepip, venv
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2> /dev/null; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

install_system_packages() {
    command -v apt-get > /dev/null || return 0
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y --no-install-recommends util-linux findutils libseccomp2 ca-certificates
    # Works on few of Gradescope's machines; where it does, it is the better wall.
    apt-get install -y --no-install-recommends bubblewrap || say "no bubblewrap; another user id will do"
    if ! find_python > /dev/null; then
        apt-get install -y --no-install-recommends python3-venv || true
        local version
        for version in 3.13 3.12 3.11; do
            find_python > /dev/null && break
            apt-get install -y --no-install-recommends "python$version" "python$version-venv" || true
        done
    fi
}

make_environment() {
    local python
    install_system_packages
    python="$(find_python)" || fail "no Python from 3.11 to 3.13 can be had here; choose a newer base image in Configure Autograder"
    say "Python: $python"
    "$python" -m venv "$home/venv"
    "$home/venv/bin/python" -m pip install --no-cache-dir --disable-pip-version-check \
        -r "$source_folder/requirements.txt" -c "$source_folder/constraints.txt"
    printf '%s\n' "$home/venv/bin/python" > "$home/python"
}

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
