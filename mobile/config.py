"""Where a tablet keeps its data and which server it speaks to: from the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DEFAULT_SERVER = "http://127.0.0.1:8080"
APP_VERSION = "0.1.0"
WINDOW_MAX = 8_192
DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,8})?")


@dataclass(frozen=True, slots=True)
class TabletConfig:
    """`home` holds everything; `pictures` is the folder that stands for the camera,
    `window` the size in pixels on a computer, `place` (lat, lon as decimal texts) where a computer
    without a receiver stands, `shared` the folder for files that leave the tablet."""

    home: Path
    server: str = DEFAULT_SERVER
    pictures: Path | None = None
    window: tuple[int, int] = (1280, 800)
    place: tuple[str, str] | None = None
    shared: Path | None = None

    @property
    def exports(self) -> Path:
        """Where other apps and people find files: shared storage, a stick."""
        return self.shared if self.shared is not None else self.home / "for-the-office"

    @property
    def database(self) -> Path:
        """The database."""
        return self.home / "tablet.db"

    @property
    def files(self) -> Path:
        """Photographs, signatures, documents."""
        return self.home / "files"

    @property
    def no_backup(self) -> Path:
        """What no backup may take along: the incarnation."""
        return self.home / "no_backup"

    @property
    def recordings(self) -> Path:
        """Sound that is being recorded and is no answer yet."""
        return self.home / "recordings"

    @property
    def maps(self) -> Path:
        """Raster maps for use without a network: .mbtiles files, put there by whoever has them."""
        return self.home / "maps"

    @property
    def camera(self) -> Path:
        """Pictures to choose from."""
        return self.pictures if self.pictures is not None else self.home / "camera"


def parse(argv: Sequence[str]) -> TabletConfig:
    """The configuration a command line names; exits with a sentence when it is wrong."""
    parser = argparse.ArgumentParser(prog="samruat-tablet", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path("var/tablet"), help="the tablet's data")
    parser.add_argument("--server", default=DEFAULT_SERVER, help="address of the office")
    parser.add_argument("--pictures", type=Path, default=None, help="folder of pictures")
    parser.add_argument(
        "--place", default="", metavar="LAT,LON", help="where a computer without a receiver stands"
    )
    parser.add_argument(
        "--shared", type=Path, default=None, help="folder for files that leave the tablet"
    )
    parser.add_argument("--size", default="1280x800", metavar="WxH", help="window in pixels")
    found = parser.parse_args(argv)
    server = str(found.server)
    if not server.startswith(("http://", "https://")):
        parser.error("--server begins with http:// or https://")
    width, _, height = str(found.size).partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        parser.error("--size is a width and a height in pixels, such as 1280x800")
    window = (min(int(width), WINDOW_MAX), min(int(height), WINDOW_MAX))
    latitude, _, longitude = (part.strip() for part in str(found.place).partition(","))
    place = (latitude, longitude) if found.place else None
    if place is not None and not (DEGREES.fullmatch(latitude) and DEGREES.fullmatch(longitude)):
        parser.error("--place is a latitude and a longitude in degrees, such as 13.0823,100.9012")
    return TabletConfig(found.home, server, found.pictures, window, place, found.shared)
