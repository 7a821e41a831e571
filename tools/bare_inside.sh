#!/usr/bin/env bash
# What tools/bare.sh runs inside the bare system: the README's commands, as a person would.
# usage: bare_inside.sh PORT "LAYERS OF TESTS"
set -euo pipefail
cd /root/samruat
port="$1"
layers="$2"

fail() {
    echo "bare: $*" >&2
    exit 1
}

answers() {
    python3 - "$port" <<'PYTHON'
import sys
import urllib.request

try:
    with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/healthz", timeout=5) as answer:
        sys.exit(answer.status != 200)
except OSError:
    sys.exit(1)
PYTHON
}

demo() { # demo SECONDS_MAX: start, wait for its health, stop; fails when one of them does
    local started=$SECONDS
    make demo PORT="$port" &
    local process=$!
    until answers; do
        kill -0 "$process" 2>/dev/null || fail "make demo ended before it answered"
        [ $((SECONDS - started)) -le "$1" ] || fail "make demo did not answer within $1 seconds"
        sleep 0.2
    done
    echo "bare: make demo answers after $((SECONDS - started)) seconds"
    kill -TERM "$process"
    wait "$process" || true
    ! answers || fail "the office still answers after its end"
}

echo "bare: somebody who is not root is told the one line"
said=$(setpriv --reuid=65534 --regid=65534 --clear-groups tools/system_packages.sh run 2>&1) &&
    fail "a missing package was not noticed"
[[ "$said" == *"sudo apt-get install python3-venv"* ]] || fail "it said: $said"

demo 900
demo 3
make test LAYERS="$layers"
echo "bare: everything held"
