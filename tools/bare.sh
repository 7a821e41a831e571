#!/usr/bin/env bash
# Prove that the two commands of the README work on a bare Debian 12: nothing but git, make and
# python3, a fresh clone, and this machine's way to its package indexes.
# usage: bare.sh            as root; BARE_LAYERS="lint tidy ..." chooses the tests, BARE_ROOT a
#                           folder for the system (a temporary one otherwise, removed at the end)
set -euo pipefail
cd "$(dirname "$0")/.."

release=bookworm
layers="${BARE_LAYERS:-lint tidy unit contract}"

[ "$(id -u)" -eq 0 ] || {
    echo "make bare makes a system in a folder, which only root may: sudo make bare" >&2
    exit 1
}
if ! command -v debootstrap >/dev/null; then
    echo "Installing system packages: debootstrap"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends debootstrap >/dev/null
fi

system="${BARE_ROOT:-$(mktemp --directory --tmpdir="${TMPDIR:-/var/tmp}" samruat-bare-XXXXXX)}"
# Mounts and processes live in namespaces of their own and end with them, so only files are left.
trap '[ -n "${BARE_ROOT:-}" ] || rm -rf --one-file-system "$system"' EXIT

# A temporary folder is closed to others; the root of a system is not.
mkdir -p "$system"
chmod 755 "$system"

# The mirror this machine itself uses, when it is the same Debian; else debootstrap's own choice.
mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    sed -n "s/^$release //p" | head -n 1 || true)

echo "A bare system in a folder ($release)"
debootstrap --variant=minbase --include=ca-certificates,git,make,python3 \
    "$release" "$system" ${mirror:+"$mirror"} >"$system.log" 2>&1 || {
    tail -n 20 "$system.log"
    rm -f "$system.log"
    exit 1
}
rm -f "$system.log"

copy() { # copy PATH...: files and folders of this machine to the same place there
    local path
    for path in "$@"; do
        [ -e "$path" ] || continue
        mkdir -p "$system$(dirname "$path")"
        cp -a --remove-destination --dereference "$path" "$system$(dirname "$path")/"
    done
}
copy /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/ssl/certs/ca-certificates.crt
if [ -n "$mirror" ]; then
    rm -rf "$system/etc/apt"
    copy /etc/apt /usr/share/keyrings
fi
for file in "${XDG_CONFIG_HOME:-$HOME/.config}/pip/pip.conf" "$HOME/.pip/pip.conf"; do
    [ -e "$file" ] && install -D --mode=600 "$file" "$system/root/.config/pip/pip.conf"
done

# What tells clients how to reach their indexes, and nothing else of this environment.
environment=(HOME=/root LANG=C.UTF-8 TERM=dumb "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
while IFS= read -r -d '' pair; do
    case "${pair%%=*}" in
    PIP_* | SSL_CERT_FILE | REQUESTS_CA_BUNDLE | *_proxy | *_PROXY)
        environment+=("$pair")
        value="${pair#*=}"
        if [ -f "$value" ]; then copy "$value"; fi
        ;;
    esac
done < <(env --null)

git clone --quiet --no-local . "$system/root/samruat"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cp tools/bare_inside.sh "$system/root/bare_inside.sh"

inside='
mount -t proc proc "$0/proc"
mkdir -p "$0/dev/shm" "$0/dev/pts"
mount -t tmpfs tmpfs "$0/dev/shm"
mount -t devpts devpts "$0/dev/pts"
exec chroot "$0" env -i "$@"
'
unshare --mount --pid --fork --kill-child \
    bash -euc "$inside" "$system" "${environment[@]}" bash /root/bare_inside.sh "$port" "$layers"
