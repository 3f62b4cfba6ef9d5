# Functions of the setup scripts that container images are built with; sourced by them, which set `source_folder` and `home`.

say() { printf 'deepgrade: %s\n' "$*"; }

fail() {
    say "$*" >&2
    exit 1
}

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
