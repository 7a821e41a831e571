"""A signature's strokes as a picture: the same bytes on every machine, made in a worker."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw

WIDTH: Final = 900  # pixels
HEIGHT: Final = 300
SIGNATURE: Final = (WIDTH, HEIGHT)
DRAWING: Final = (1_200, 800)
PEN: Final = 5
SMOOTH: Final = 2  # drawn this much larger and scaled down

Stroke = Sequence[tuple[float, float]]


def signature_png(strokes: Sequence[Stroke], size: tuple[int, int] = SIGNATURE) -> bytes:
    """A PNG, black on white. Points are 0 to 1 from the pad's lower left corner."""
    image = Image.new("L", (size[0] * SMOOTH, size[1] * SMOOTH), 255)
    pen = ImageDraw.Draw(image)
    radius = PEN * SMOOTH / 2
    for stroke in strokes:
        points = [
            (min(1.0, max(0.0, x)) * image.width, (1 - min(1.0, max(0.0, y))) * image.height)
            for x, y in stroke
        ]
        if len(points) > 1:
            pen.line(points, fill=0, width=PEN * SMOOTH, joint="curve")
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    written = io.BytesIO()
    image.resize(size, Image.Resampling.LANCZOS).save(written, "PNG", optimize=True)
    return written.getvalue()
