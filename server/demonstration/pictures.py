"""Pictures for the demonstration, drawn on the spot: scenes at a factory, and signatures."""

from __future__ import annotations

import io
from random import Random
from typing import Final

from PIL import Image, ImageDraw

from server.demonstration.tablet import Picture

SIZE: Final = (960, 640)
SIGNATURE_SIZE: Final = (480, 160)
SKIES: Final = ((214, 231, 245), (247, 226, 196), (198, 216, 222), (232, 236, 240))


def draw_scene(random: Random, number: int) -> Picture:
    """A yard with halls, chimneys or tanks, and a pond."""
    width, height = SIZE
    picture = Image.new("RGB", SIZE, random.choice(SKIES))
    draw = ImageDraw.Draw(picture)
    ground = int(height * 0.68)
    draw.rectangle((0, ground, width, height), fill=(150, 142, 120))
    for hall in range(random.randint(2, 4)):
        _draw_hall(draw, random, 60 + hall * 230, ground)
    for _ in range(random.randint(1, 3)):
        left = random.randint(40, width - 80)
        draw.rectangle((left, ground - 330, left + 26, ground), fill=(120, 110, 108))
        draw.rectangle((left, ground - 330, left + 26, ground - 310), fill=(190, 70, 60))
    water = (86, 128, 120) if number % 2 else (112, 104, 74)
    draw.ellipse((120, ground + 50, 120 + random.randint(380, 700), ground + 180), fill=water)
    return Picture(f"ภาพที่ {number}.jpg", _bytes(picture, "JPEG"), "image/jpeg")


def _draw_hall(draw: ImageDraw.ImageDraw, random: Random, left: int, ground: int) -> None:
    tall, wide = random.randint(110, 190), random.randint(150, 210)
    shade = random.randint(170, 215)
    draw.rectangle((left, ground - tall, left + wide, ground), fill=(shade, shade, shade + 12))
    roof = [(left - 8, ground - tall), (left + wide // 2, ground - tall - 46)]
    draw.polygon([*roof, (left + wide + 8, ground - tall)], fill=(126, 74, 62))
    for window in range(3):
        at = left + 18 + window * (wide // 3)
        draw.rectangle((at, ground - tall + 30, at + 28, ground - tall + 62), fill=(84, 108, 128))


def draw_signature(random: Random, number: int) -> Picture:
    """A few strokes of a pen."""
    picture = Image.new("L", SIGNATURE_SIZE, 255)
    draw = ImageDraw.Draw(picture)
    x, y = 30.0, 90.0
    points = [(x, y)]
    while x < SIGNATURE_SIZE[0] - 40:
        x += random.uniform(6, 18)
        y = min(140.0, max(24.0, y + random.uniform(-42, 42)))
        points.append((x, y))
    draw.line(points, fill=20, width=4, joint="curve")
    return Picture(f"signature-{number}.png", _bytes(picture, "PNG"), "image/png")


def _bytes(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, quality=80)
    return out.getvalue()
