#!/bin/sh
# Brings a fresh machine to where the program runs: system packages on Debian and Ubuntu, a virtual environment in .venv,
# everything in it pinned by packaging/requirements*.lock. Does nothing where nothing has changed.
# Usage: packaging/setup.sh [dev]
set -eu
cd "$(dirname "$0")/.."
lock=packaging/requirements.lock
[ "${1:-}" = dev ] && lock=packaging/requirements-dev.lock

say() { printf 'kerbside: %s\n' "$*" >&2; }

install_debian_packages() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    missing=
    for package in $(sed 's/#.*//' packaging/debian.txt); do
        # Newer releases call some packages NAMEt64.
        for name in "$package" "${package}t64"; do
            case "$(dpkg-query -W -f '${Status}' "$name" 2>/dev/null)" in *"ok installed") continue 2 ;; esac
        done
        missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then as_root=; elif command -v sudo >/dev/null 2>&1; then as_root=sudo; else
        say "these packages are missing, and neither root nor sudo is at hand to install them:$missing"
        return 0
    fi
    say "installing system packages:$missing"
    $as_root apt-get update -qq
    wanted=
    for package in $missing; do
        if apt-cache show "$package" >/dev/null 2>&1; then wanted="$wanted $package"; else wanted="$wanted ${package}t64"; fi
    done
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $wanted >/dev/null
    # Debian starts a broker of its own on 1883 where it can; the program brings its own.
    if command -v systemctl >/dev/null 2>&1; then
        case "$missing" in *" mosquitto"*) $as_root systemctl disable --now mosquitto >/dev/null 2>&1 || true ;; esac
    fi
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$candidate"
            return 0
        fi
    done
    say "Python 3.11 or newer is needed, with its venv module. Install it, or name it: make PYTHON=/path/to/python demo"
    return 1
}

install_debian_packages
python=.venv/bin/python
if ! "$python" -c '' 2>/dev/null; then
    rm -rf .venv
    found=$(find_python)
    say "making .venv with $($found --version)"
    if ! "$found" -m venv .venv 2>/dev/null; then
        rm -rf .venv
        say "Python has no working venv module: on Debian and Ubuntu, install python3-venv"
        exit 1
    fi
fi
stamp=.venv/.kerbside-$(basename "$lock")
if ! cmp -s "$lock" "$stamp"; then
    say "installing the pinned packages of $lock"
    "$python" -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --only-binary :all: -r "$lock"
    # Compiled on every core, which pip does on one. What some package holds that isn't for this Python is left as it is.
    "$python" -m compileall -qq -j 0 .venv/lib || true
    cp "$lock" "$stamp"
fi
