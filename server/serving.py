"""Serving the office over HTTP with waitress, tuned for many slow tablets."""

from __future__ import annotations

import ctypes
import errno
import gc
import socket
from typing import Any, Final

from flask import Flask

from shared.errors import SurveyError
from shared.limits import BLOB_BYTES_MAX, KIB, MIB, PUSHES_WAITING_MAX

THREADS: Final = 8 + PUSHES_WAITING_MAX
"""Those that wait for their turn to push leave eight for everybody else."""
LARGE_BYTES: Final = 256 * KIB
_M_ARENA_MAX: Final = -8
_M_MMAP_THRESHOLD: Final = -3
CONNECTIONS_MAX: Final = 1_000
COLLECT_AFTER: Final = (20_000, 20, 20)
"""Objects made before the collector of circles looks at the young ones; a few MiB at most."""
CHANNEL_TIMEOUT_S: Final = 20
BODY_BYTES_MAX: Final = BLOB_BYTES_MAX + MIB
HEADER_BYTES_MAX: Final = 64 * 1024


class PortTaken(SurveyError):
    """Somebody else listens where the office should."""

    code = "serve.port_taken"


def share_one_heap() -> None:
    """Before any thread begins: glibc gives each thread a heap of its own, and what twenty pushes
    left in eighteen of them is never used by the others (160 MiB instead of 112 for a push of 3,000
    inspections). The interpreter lets one thread compute at a time, so one heap is no slower.
    What is large (a body, the hash of a password) goes back to the system when it is done with."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, 1)
        library.mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES)


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
