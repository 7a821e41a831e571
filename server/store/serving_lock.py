"""Does a server serve from this folder? Known by a lock that ends with its process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

LOCK_FILE: Final = "serving"


def hold(data: Path) -> int:
    """Say that this process serves from here, until it ends (or the handle is closed)."""
    handle = os.open(data / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def is_served(data: Path) -> bool:
    """Does any process serve from here now?"""
    try:
        handle = os.open(data / LOCK_FILE, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
