"""Pictures, signatures, sound, films, files: checked, scaled, stored durably by their hash.

The answer names the copy of at most 1,600 pixels, or of what the form's `max-pixels` says (what is
shown and sent); the original stays on the tablet. Bounds come first: a picture of 400 megapixels
can be a file of 48 KB. What somebody drew on is a new file; the picture beneath stays, too.
"""

from __future__ import annotations

import io
import mimetypes
import unicodedata
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import filetype
from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from mobile.device.ports import Storage
from mobile.services.annotate import Mark, with_marks
from mobile.store import blobs
from mobile.store.blobs import MADE_HERE, FileStore
from mobile.store.database import TabletDatabase
from shared.canonical import JsonValue
from shared.clocks import WallClock
from shared.errors import (
    BlobTooLarge,
    ImageTooLarge,
    InvalidInput,
    NotAnImage,
    NotFound,
    SurveyError,
    TabletStorageFull,
)
from shared.limits import (
    BLOB_BYTES_MAX,
    FILE_NAME_LENGTH_MAX,
    IMAGE_PIXELS_MAX,
    IMAGE_SIDE_PIXELS_MAX,
    PHOTO_SIDE_PIXELS_MAX,
    SIGNATURE_BYTES_MAX,
    STORAGE_RESERVE_BYTES,
    THUMBNAIL_BYTES_MAX,
    THUMBNAIL_SIDE_PIXELS,
)

KINDS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
JPEG_QUALITY: Final = 85
THUMBNAIL_QUALITIES: Final = (70, 50, 25)
"""The first whose picture is small enough: noise packs badly."""
SIDE_PIXELS_LEAST: Final = 64
SIDE_PIXELS_MOST: Final = 4_096
"""Between these a form's `max-pixels` is heeded."""
SIGNATURE_PIXELS: Final = (900, 360)
SIGNATURE_WIDTH: Final = 5
STROKES_MAX: Final = 500
POINTS_MAX: Final = 20_000

Stroke = Sequence[tuple[float, float]]


class Attacher:
    """Takes files in."""

    def __init__(
        self, database: TabletDatabase, files: FileStore, clock: WallClock, storage: Storage
    ) -> None:
        self._database = database
        self._files = files
        self._clock = clock
        self._storage = storage

    def picture(self, path: Path, name: str = "", max_pixels: int = 0) -> dict[str, JsonValue]:
        """The value of an image answer for the picture at `path`, its longer side at most
        `max_pixels` (0: what is usual).

        Raises NotFound, BlobTooLarge, ImageTooLarge, NotAnImage, TabletStorageFull before anything
        is kept.
        """
        try:
            size = path.stat().st_size
            if size > BLOB_BYTES_MAX:
                raise BlobTooLarge("the file is larger than a file may be", bytes=size)
            self._need_room(size)
            data = path.read_bytes()
        except OSError as reason:
            raise NotFound("the picture cannot be read any more") from reason
        image = _opened(data)
        side = PHOTO_SIDE_PIXELS_MAX
        if max_pixels:
            side = min(SIDE_PIXELS_MOST, max(SIDE_PIXELS_LEAST, max_pixels))
        copy = _scaled(image, data, side)
        shown = _name(name or path.name)
        if copy is not data:
            self._keep(data, f"original {shown}", str(_media_type(data)))
            shown = _name(Path(shown).stem + ".jpg")
        value = self._keep(copy, shown, str(_media_type(copy)))
        self._make_thumbnail(str(value["sha256"]), copy)
        return value

    def annotated(self, sha256: str, marks: Sequence[Mark]) -> dict[str, JsonValue]:
        """The value of an image answer that somebody drew on; the picture beneath is kept."""
        beneath = self._files.read(sha256)
        _opened(beneath)
        self._need_room(2 * len(beneath))
        try:
            data = with_marks(beneath, marks)
        except (OSError, SyntaxError) as reason:
            raise NotAnImage("the picture is damaged") from reason
        value = self._keep(data, "drawn.jpg", "image/jpeg")
        self._make_thumbnail(str(value["sha256"]), data)
        return value

    def file(self, path: Path, name: str = "") -> dict[str, JsonValue]:
        """The value of an audio, video or file answer for the file at `path`, as it is.

        Raises NotFound, InvalidInput (empty), BlobTooLarge, TabletStorageFull.
        """
        try:
            size = path.stat().st_size
            if size > BLOB_BYTES_MAX:
                raise BlobTooLarge("the file is larger than a file may be", bytes=size)
            self._need_room(size)
            data = path.read_bytes()
        except OSError as reason:
            raise NotFound("the file cannot be read any more") from reason
        if not data:
            raise InvalidInput("the file is empty", fields=["file"])
        shown = _name(name or path.name)
        return self._keep(data, shown, _type_of_file(data, shown))

    def signature(self, strokes: Sequence[Stroke]) -> dict[str, JsonValue]:
        """The value of a signature drawn as strokes of (x, y) from 0 to 1, y downwards."""
        count = sum(len(stroke) for stroke in strokes)
        if not count or len(strokes) > STROKES_MAX or count > POINTS_MAX:
            raise InvalidInput("a signature is made of strokes", fields=["signature"])
        self._need_room(SIGNATURE_BYTES_MAX)
        width, height = SIGNATURE_PIXELS
        image = Image.new("L", SIGNATURE_PIXELS, 255)
        pen = ImageDraw.Draw(image)
        for stroke in strokes:
            dots = [
                (min(max(x, 0.0), 1.0) * (width - 1), min(max(y, 0.0), 1.0) * (height - 1))
                for x, y in stroke
            ]
            if len(dots) == 1:
                (x, y) = dots[0]
                pen.ellipse((x - 3, y - 3, x + 3, y + 3), fill=0)
            else:
                pen.line(dots, fill=0, width=SIGNATURE_WIDTH, joint="curve")
        out = io.BytesIO()
        image.save(out, "PNG", optimize=True)
        return self._keep_signature(out.getvalue())

    def signature_png(self, data: bytes) -> dict[str, JsonValue]:
        """The value of a signature that was drawn elsewhere as a PNG."""
        if len(data) > SIGNATURE_BYTES_MAX or _opened(data).format != "PNG":
            raise NotAnImage("a signature is a small PNG")
        self._need_room(len(data))
        return self._keep_signature(data)

    def _keep_signature(self, data: bytes) -> dict[str, JsonValue]:
        value = self._keep(data, "signature.png", "image/png")
        self._make_thumbnail(str(value["sha256"]), data)
        return value

    def path(self, sha256: str) -> Path | None:
        """Where the bytes of a file are, or None when they are not on this tablet."""
        return self._files.path(sha256) if self._files.holds(sha256) else None

    def thumbnail(self, sha256: str) -> Path | None:
        """A small copy for lists, received or made when first asked for; None when it cannot be."""
        small = self._files.thumbnail_path(sha256)
        if small.is_file():
            return small
        try:
            self._files.write_thumbnail(sha256, small_jpeg(self._files.read(sha256)))
        except (SurveyError, OSError, ValueError):
            return None
        return small

    def _make_thumbnail(self, sha256: str, data: bytes) -> None:
        """The small picture that goes ahead of this one. It is derived: the answer does not name
        it, so another tablet or a later version may make another one of the same evidence."""
        with suppress(SurveyError), self._database.writing() as connection:
            # A photograph without a small picture is as good: it only comes without a herald.
            self._files.write_thumbnail(sha256, small_jpeg(data))
            blobs.note_thumbnail(connection, sha256, self._clock.now_ms())

    def _need_room(self, size: int) -> None:
        if self._storage.free_bytes() - 2 * size < STORAGE_RESERVE_BYTES:
            raise TabletStorageFull("free space is below the reserve")

    def _keep(self, data: bytes, name: str, media_type: str) -> dict[str, JsonValue]:
        sha256 = self._files.write(data)
        with self._database.writing() as connection:
            blobs.note(
                connection,
                sha256,
                size=len(data),
                media_type=media_type,
                name=name,
                origin=MADE_HERE,
                created_at=self._clock.now_ms(),
            )
        return {"sha256": sha256, "name": name, "size": len(data), "type": media_type}


def _media_type(data: bytes) -> str | None:
    kind = filetype.guess(data[:4096])
    return None if kind is None or kind.mime not in KINDS else str(kind.mime)


def _type_of_file(data: bytes, name: str) -> str:
    """The media type by the first bytes; by the name when these say nothing."""
    kind = filetype.guess(data[:4096])
    if kind is not None:
        return str(kind.mime)
    guessed, _ = mimetypes.guess_type(name, strict=True)
    return guessed or "application/octet-stream"


def _opened(data: bytes) -> Image.Image:
    """The picture, its header read and found within bounds, nothing decoded yet."""
    kind = _media_type(data)
    if kind is None:
        raise NotAnImage("the bytes are no JPEG, PNG or WebP picture")
    try:
        with warnings.catch_warnings():
            # Pillow's own warning; the bound below is ours.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=[KINDS[kind]])
    except Image.DecompressionBombError:
        raise ImageTooLarge("more pixels than are safe to decode") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise NotAnImage("the picture cannot be read") from None
    width, height = image.size
    if width * height > IMAGE_PIXELS_MAX or max(width, height) > IMAGE_SIDE_PIXELS_MAX:
        raise ImageTooLarge("more pixels than are safe to decode", width=width, height=height)
    return image


def _scaled(image: Image.Image, data: bytes, side: int) -> bytes:
    """A JPEG of at most `side` pixels a side, upright; the same bytes when it is one already."""
    try:
        upright = image.getexif().get(0x0112, 1) == 1
        if image.format == "JPEG" and upright and max(image.size) <= side:
            image.load()
            return data
        image.draft("RGB", (side, side))
        copy = ImageOps.exif_transpose(image)
        copy.thumbnail((side, side))
        copy = _on_white(copy)
        out = io.BytesIO()
        copy.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    except (OSError, ValueError, SyntaxError) as reason:
        raise NotAnImage("the picture is damaged") from reason
    return out.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    """A picture that a JPEG can hold: what one could see through is white."""
    if image.mode in ("RGB", "L"):
        return image
    clear = image.convert("RGBA")
    solid = Image.new("RGB", clear.size, "white")
    solid.paste(clear, mask=clear.getchannel("A"))
    return solid


def small_jpeg(data: bytes) -> bytes:
    """A JPEG of at most 320 pixels a side and THUMBNAIL_BYTES_MAX bytes. Raises NotAnImage."""
    image = _opened(data)
    try:
        image.draft("RGB", (THUMBNAIL_SIDE_PIXELS, THUMBNAIL_SIDE_PIXELS))
        small = ImageOps.exif_transpose(image)
        small.thumbnail((THUMBNAIL_SIDE_PIXELS, THUMBNAIL_SIDE_PIXELS))
        small = _on_white(small)
        for quality in THUMBNAIL_QUALITIES:
            out = io.BytesIO()
            small.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= THUMBNAIL_BYTES_MAX:
                break
    except (OSError, ValueError, SyntaxError) as reason:
        raise NotAnImage("the picture is damaged") from reason
    return out.getvalue()


def _name(text: str) -> str:
    """A file's name as data: composed, without folders and control characters."""
    plain = unicodedata.normalize("NFC", text).replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in plain if c.isprintable()).strip() or "picture"
    return plain[-FILE_NAME_LENGTH_MAX:]
