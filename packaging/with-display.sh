#!/bin/sh
# Runs a command with a display. Where there is none, on a virtual one; a demo then leaves demo.png and report.html.
# Usage: with-display.sh [--virtual] COMMAND…    --virtual: on a virtual display even where there is a real one.
set -eu
virtual=
if [ "$1" = --virtual ]; then virtual=1; shift; fi
if [ "$(uname)" != Linux ] || { [ -z "$virtual" ] && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }; then
    exec "$@"
fi
if ! command -v Xvfb >/dev/null 2>&1; then
    echo "kerbside: there is no display, and Xvfb is not installed to stand in for one" >&2
    exit 1
fi
unset WAYLAND_DISPLAY
pick=$(mktemp)
Xvfb -displayfd 3 -screen 0 1920x1080x24 -nolisten tcp 3>"$pick" >/dev/null 2>&1 &
server=$!
trap 'kill $server 2>/dev/null || true; rm -f "$pick"' EXIT INT TERM
for _ in $(seq 100); do [ -s "$pick" ] && break; sleep 0.1; done
DISPLAY=":$(cat "$pick")"
export DISPLAY
case "$*" in
    *"main.py demo") set -- "$@" --screenshot demo.png --report report.html ;;
esac
"$@"
