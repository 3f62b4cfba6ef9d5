#!/usr/bin/env bash
# Gradescope runs this once, as root and with a network, when it builds the image of the assignment; in the place of otter's own
# script, which fetches a conda installer and a browser for PDFs.
#
# It makes /opt/deepgrade: a virtual environment with otter, deepgrade's grader and the students' libraries, and the data.
#
# DEEPGRADE_HOME    somewhere else than /opt/deepgrade
# DEEPGRADE_PYTHON  an interpreter that has all libraries already: nothing is installed
set -euo pipefail
umask 022

source_folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
home="${DEEPGRADE_HOME:-/opt/deepgrade}"
. "$source_folder/environment.sh"

mkdir -p "$home"
if [ -n "${DEEPGRADE_PYTHON:-}" ]; then
    printf '%s\n' "$DEEPGRADE_PYTHON" > "$home/python"
else
    make_environment
fi

say "data"
env PYTHONPATH="$source_folder/grader" "$(cat "$home/python")" -m deepgrade.native.fetch \
    "$source_folder"/deepgrade/* --store "$home/store"
say "ready"
