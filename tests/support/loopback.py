"""No test talks to anything but this machine: other addresses are refused before they are tried."""

from __future__ import annotations

import ipaddress
import sys

WATCHED = frozenset({"socket.connect", "socket.sendto", "socket.getaddrinfo"})


class OutsideAddress(Exception):
    """A test, or what it runs, reached for an address that is not of this machine."""


def is_loopback(host: object) -> bool:
    """Whether a host as given to the socket module names this machine.

    An empty host and None are what listening servers ask for; a name other than localhost would
    have to be looked up, which is itself a question to the outside.
    """
    if host is None:
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if text in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event not in WATCHED:
        return
    if event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        address = arguments[1]
        if not isinstance(address, tuple):
            return  # a unix socket's path
        host = address[0]
    if not is_loopback(host):
        raise OutsideAddress(f"{event} to {host!r}: a test reaches this machine only")


def refuse_outside_addresses() -> None:
    """From now on, for the rest of the process."""
    sys.addaudithook(_watch)
