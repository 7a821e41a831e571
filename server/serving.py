"""Serving the office over HTTP with waitress, tuned for many slow tablets."""

from __future__ import annotations

import errno
import gc
import socket
from typing import Any, Final

from flask import Flask

from shared.errors import SurveyError
from shared.limits import BLOB_BYTES_MAX, MIB

THREADS: Final = 8
CONNECTIONS_MAX: Final = 1_000
COLLECT_AFTER: Final = (20_000, 20, 20)
"""Objects made before the collector of circles looks at the young ones; a few MiB at most."""
CHANNEL_TIMEOUT_S: Final = 20
BODY_BYTES_MAX: Final = BLOB_BYTES_MAX + MIB
HEADER_BYTES_MAX: Final = 64 * 1024


class PortTaken(SurveyError):
    """Somebody else listens where the office should."""

    code = "serve.port_taken"


def settle_memory() -> None:
    """Once, when everything is loaded: what lives for ever is looked at no more by the collector of
    circles, and a push of 500 records (which makes none) does not wake it a hundred times."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def make_server(app: Flask, host: str, port: int) -> Any:
    """A server that listens already (150 slow clients do not hold up the next five).

    Raises PortTaken.
    """
    from waitress import create_server

    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as reason:
        listener.close()
        if reason.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(f"port {port} is in use: choose another with --port") from None
        raise
    return create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        connection_limit=CONNECTIONS_MAX,
        channel_timeout=CHANNEL_TIMEOUT_S,
        max_request_body_size=BODY_BYTES_MAX,
        max_request_header_size=HEADER_BYTES_MAX,
        ident="samruat",
    )
