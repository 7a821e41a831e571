#!/usr/bin/env bash
# See to it that the system has what Python packages cannot bring.
# usage: system_packages.sh run|tablet|test ...
#   run     make a virtual environment
#   tablet  the tablet app's window: the OpenGL libraries of Mesa; zbar, which reads codes from pictures
#   test    both, and a browser, a PDF reader, a display without a screen, a tracer of system calls
# Missing Debian packages are installed when root; otherwise the one line to type is printed and
# the exit code is 1. Nothing missing costs one fast look and no network.
set -euo pipefail

missing=()

need() { # need PACKAGE TEST...: the package is missing when the test fails
    local package="$1"
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

installed() { [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

any_command() {
    local name
    for name in "$@"; do command -v "$name" && return 0; done
    return 1
}

need_run() { need python3-venv python3 -c 'import ensurepip, venv'; }

need_tablet() {
    command -v dpkg-query >/dev/null || return 0 # not a Debian: these names mean nothing here
    local package
    for package in libgl1 libegl1 libegl-mesa0 libgl1-mesa-dri libzbar0; do
        need "$package" installed "$package"
    done
}

need_test() {
    need_run
    need_tablet
    need chromium any_command chromium chromium-browser google-chrome
    need poppler-utils any_command pdftotext
    need xvfb any_command Xvfb
    need strace any_command strace
}

for purpose in "${@:-run}"; do
    case "$purpose" in
    run | tablet | test) "need_$purpose" ;;
    *)
        echo "system_packages.sh: unknown purpose '$purpose'; one of run, tablet, test" >&2
        exit 2
        ;;
    esac
done

[ ${#missing[@]} -gt 0 ] || exit 0
mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)

if ! command -v apt-get >/dev/null; then
    echo "Missing on this system: ${missing[*]} (names of Debian; install their like and run again)" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "Missing system packages; install them and run again: sudo apt-get install ${missing[*]}" >&2
    exit 1
fi
echo "Installing system packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
said=$(apt-get -qq update 2>&1 &&
    apt-get -qq -o Dpkg::Use-Pty=0 install --yes --no-install-recommends "${missing[@]}" 2>&1) || {
    echo "$said" >&2
    echo "These packages could not be installed: ${missing[*]}" >&2
    exit 1
}
