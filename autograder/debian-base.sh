#!/bin/sh
# Makes a small Debian image with Python from this machine's own package mirror, for machines that reach no image
# registry: `debian-base.sh [ENGINE] [IMAGE]` imports it as localhost/deepgrade-base:bookworm into podman. Needs root,
# debootstrap, and the engine: a command, with options if need be ("docker --host unix:///tmp/engine.sock").
# MIRROR names another mirror; ROOTFS_TAR keeps the archive there, and takes it from there the next time.
set -eu
engine=${1:-podman}
image=${2:-localhost/deepgrade-base:bookworm}
suite=bookworm
packages=ca-certificates,python3,python3-venv,libgomp1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
archive=${ROOTFS_TAR:-$work/rootfs.tar}
if [ ! -s "$archive" ]; then
    mirror=${MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "Codename: $suite" \
        'Component: main' | grep -v security | head -n 1)}
    [ -n "$mirror" ] || { echo "this machine's apt has no mirror of $suite; name one: MIRROR=... $0" >&2; exit 2; }
    debootstrap --variant=minbase --include="$packages" "$suite" "$work/rootfs" "$mirror" >"$work/log" 2>&1 \
        || { tail -n 20 "$work/log" >&2; exit 1; }
    rm -rf "$work/rootfs/var/cache/apt" "$work/rootfs/var/lib/apt/lists" "$work/rootfs/var/log" \
        "$work/rootfs/usr/share/doc" "$work/rootfs/usr/share/man" "$work/rootfs/usr/share/locale" \
        "$work/rootfs/etc/apt/sources.list"
    mkdir -p "$work/rootfs/var/log" "$work/rootfs/var/cache/apt/archives/partial" "$work/rootfs/var/lib/apt/lists/partial"
    tar -C "$work/rootfs" --numeric-owner -cf "$archive.part" .
    mv "$archive.part" "$archive"
fi
# The engine's words are split on purpose.
# shellcheck disable=SC2086
$engine import "$archive" "$image"
