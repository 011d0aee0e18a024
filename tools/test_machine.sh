#!/bin/sh
# Installs Python and what the tests use from Debian's packages, when run as root there. Anything that stays
# missing makes its tests skip with a named reason; nothing here fails the run.
set -u
missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
sh "$(dirname "$0")/python.sh" >/dev/null 2>&1 || missing="$missing python3 python3-venv"
need redis-server redis-server
need curl curl
need nginx nginx-light
need cc gcc
need strace strace
ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || missing="$missing libfaketime"
[ -f /usr/include/stdio.h ] || missing="$missing libc6-dev"
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
command -v firefox >/dev/null 2>&1 || command -v firefox-esr >/dev/null 2>&1 || missing="$missing firefox-esr"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Some tests will be skipped; missing:$missing" >&2
    exit 0
fi
echo "Installing for the tests:$missing"
# A package must not start its service on the test machine.
policy=/usr/sbin/policy-rc.d
made_policy=""
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod +x "$policy" && made_policy=yes
fi
export DEBIAN_FRONTEND=noninteractive
timeout 300 apt-get update -qq >/dev/null 2>&1
for package in $missing; do
    timeout 600 apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 ||
        echo "Could not install $package; its tests will be skipped." >&2
done
[ -z "$made_policy" ] || rm -f "$policy"
exit 0
