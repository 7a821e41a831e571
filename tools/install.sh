#!/usr/bin/env bash
# Install a lock file and this checkout into .venv/.
# usage: install.sh LOCK run|test
# Only what the lock names with its hash is installed; the checkout itself is built from the tools
# in the lock, so nothing else is fetched. Both steps may be repeated at any time.
set -euo pipefail
cd "$(dirname "$0")/.."
lock="$1"
purpose="$2"

tools/system_packages.sh "$purpose"
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    echo "Making .venv/"
    python3 -m venv --clear .venv
fi
.venv/bin/python - <<'PYTHON'
import sys

if sys.version_info < (3, 11):
    sys.exit(f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}.")
PYTHON

# Twice quiet: a machine's own warnings about its indexes are left out, errors are shown.
pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input install --quiet --quiet --root-user-action=ignore)
echo "Installing $lock"
"${pip[@]}" --require-hashes --requirement "$lock"
"${pip[@]}" --no-deps --no-build-isolation --no-index --editable . 2>/dev/null ||
    "${pip[@]}" --no-deps --no-build-isolation --no-index --editable . # again, to see why
rm -f .venv/.run-* .venv/.test-*
