#!/usr/bin/env bash
# Resolve both locks from pyproject.toml: requirements.lock runs the product, requirements-test.lock
# adds what tests and tools need and is held to the versions of the first. Every entry has hashes,
# and no address of an index is written, so that any mirror serves. Versions already locked stay;
# UPGRADE=1 takes the newest that pyproject.toml allows.
set -euo pipefail
cd "$(dirname "$0")/.."
python="${PYTHON:-.venv/bin/python}"

compile() {
    "$python" -m uv --quiet pip compile pyproject.toml --group pyproject.toml:build \
        ${UPGRADE:+--upgrade} --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
        "$@" >/dev/null
}

compile --extra s3 --output-file requirements.lock
compile --extra test --constraints requirements.lock --output-file requirements-test.lock

echo "requirements.lock: $(grep -cE '^[a-z0-9]' requirements.lock) packages," \
    "requirements-test.lock: $(grep -cE '^[a-z0-9]' requirements-test.lock) packages"
