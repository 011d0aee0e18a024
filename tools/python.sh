#!/bin/sh
# Prints a Python 3.11+ that can make virtual environments, or says what to install.
set -eu
lacking=""
for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14; do
    [ -n "$candidate" ] || continue
    command -v "$candidate" >/dev/null 2>&1 || continue
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    if ! "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
        lacking=${lacking:-$candidate}
        continue
    fi
    echo "$candidate"
    exit 0
done
if [ -n "$lacking" ]; then
    echo "$lacking cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv" >&2
    exit 1
fi
echo "Salon needs Python 3.11 or newer. On Debian or Ubuntu: apt-get install python3 python3-venv" >&2
exit 1
