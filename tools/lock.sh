#!/bin/sh
# Writes the two locks: hashes, no addresses. uv.lock names registry hosts, so it stays untracked.
set -eu
uv=.tools/bin/uv
export_lock() {
    "$uv" export --quiet --no-emit-project --no-annotate --no-header --format requirements.txt "$@"
}
"$uv" lock --quiet "$@"
export_lock --all-extras --no-default-groups --group build > requirements.lock
export_lock --all-extras --all-groups > requirements-dev.lock
for list in tests/e2e/programs/locks/*.in; do
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url "$@" --output-file "${list%.in}.lock" "$list"
done
if grep -nE 'https?://' requirements.lock requirements-dev.lock tests/e2e/programs/locks/*; then
    echo "The locks must not contain addresses." >&2
    exit 1
fi
