"""Reads bar codes and QR codes out of pictures, by zbar where the machine has it.

python-for-android has recipes for `pyzbar` and its library; on a computer the library is a package
of the system (libzbar0). Without it codes are typed, and the screen says so.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from mobile.device.ports import Lack
from shared.limits import IMAGE_PIXELS_MAX

SIDE_PIXELS: Final = 1_600  # a code fills a good part of a picture taken of it
TEXT_MAX: Final = 4_000
Decode = Callable[[Image.Image], Sequence[str]]


def zbar(image: Image.Image) -> Sequence[str]:
    """The texts of the codes on a picture. Raises ImportError where zbar is not installed."""
    from pyzbar import pyzbar

    found: Sequence[Any] = pyzbar.decode(image)
    return [bytes(each.data).decode("utf-8", "replace") for each in found]


def read_code(path: Path, decode: Decode = zbar) -> str | Lack:
    """The first code on the picture at `path`; `unreadable` when there is none to be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            taken = Image.open(path, formats=["JPEG", "PNG", "WEBP"])
        with taken:
            if taken.width * taken.height > IMAGE_PIXELS_MAX:
                return Lack("unreadable")
            taken.draft("L", (SIDE_PIXELS, SIDE_PIXELS))
            image = ImageOps.exif_transpose(taken).convert("L")
        image.thumbnail((SIDE_PIXELS, SIDE_PIXELS))
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        return Lack("unreadable")
    try:
        texts = decode(image)
    except ImportError:
        return Lack("none")
    return next((text[:TEXT_MAX] for text in texts if text.strip()), Lack("unreadable"))
