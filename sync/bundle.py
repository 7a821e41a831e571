"""A file with everything that is on one tablet only: written to a stick, read in the office.

A `.samruat` file is a zip: `manifest.json`, the changes as ordinary push messages of at most one
push each (`changes/000001.ndjson`), and the files they name (`files/<sha256>`). So whatever takes
a push can take a part, in order; a change that arrives over the network as well is a duplicate.
Writing one changes nothing on the tablet. Everything is bounded and hashed before it is believed.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from shared import limits
from shared.canonical import JsonValue, canonical_bytes, read_json
from shared.errors import BadInput, TooLarge
from shared.ids import is_client, is_sha256
from sync.bounds import a_count, a_list, a_text, a_time, an_object

FORMAT: Final = "samruat-unsent"
VERSION: Final = 1  # 2026-11-23 first form of the file
SUFFIX: Final = ".samruat"
MANIFEST: Final = "manifest.json"
CHUNK_BYTES: Final = 256 * 1024
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_DAMAGE: Final = (
    zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, zlib.error,
)  # fmt: skip
_ENTRIES_MAX: Final = limits.BUNDLE_PARTS_MAX + limits.BUNDLE_FILES_MAX + 1


class NotABundle(BadInput):
    """The file is no such bundle, was cut off, or its bytes are not those it lists."""

    code = "bundle.unreadable"
    http_status = 422


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a bundle comes from. `number` and `chain` (hex) are those of the last change that the
    server has acknowledged to this client; `made_at` is Unix ms by the tablet's clock."""

    device: str
    client: str
    label: str
    server_name: str
    epoch: str
    number: int
    chain: str
    made_at: int
    app_version: str = ""


@dataclass(frozen=True, slots=True)
class BundledFile:
    """A file in a bundle. `size` in bytes."""

    sha256: str
    size: int
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class BundledPart:
    """One push message in a bundle; `changes` is how many lines it has."""

    name: str
    size: int
    sha256: str
    changes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle holds. `left_out` names files that changes name and the bundle lacks."""

    origin: Origin
    parts: tuple[BundledPart, ...]
    files: tuple[BundledFile, ...]
    left_out: tuple[str, ...] = ()

    @property
    def changes(self) -> int:
        """How many changes in all."""
        return sum(part.changes for part in self.parts)


def write_bundle(
    out: IO[bytes],
    origin: Origin,
    parts: Iterable[tuple[bytes, int]],
    files: Iterable[tuple[BundledFile, Iterable[bytes]]],
    left_out: Iterable[str] = (),
    extras: Iterable[tuple[str, Iterable[bytes]]] = (),
) -> Manifest:
    """Write a bundle; `parts` are push messages with the number of their lines, in order.

    Only what fits the bounds is written: a file beyond them is named in `left_out`. The same
    content gives the same bytes. `extras` (a damaged database) are for people to look into; no
    reader relies on them. Raises TooLarge for more changes than one bundle takes.
    """
    done_parts: list[BundledPart] = []
    done_files: list[BundledFile] = []
    without = list(left_out)
    written = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=False) as archive:
        for body, lines in parts:
            name = f"changes/{len(done_parts) + 1:06d}.ndjson"
            if len(done_parts) >= limits.BUNDLE_PARTS_MAX:
                raise TooLarge("more changes than one file takes", most=limits.BUNDLE_PARTS_MAX)
            archive.writestr(_entry(name, zipfile.ZIP_DEFLATED), body)
            done_parts.append(BundledPart(name, len(body), hashlib.sha256(body).hexdigest(), lines))
            written += len(body)
        for file, chunks in files:
            full = len(done_files) >= limits.BUNDLE_FILES_MAX
            if full or written + file.size > limits.BUNDLE_BYTES_MAX:
                without.append(file.sha256)
                continue
            with archive.open(_entry(f"files/{file.sha256}", zipfile.ZIP_STORED), "w") as entry:
                for chunk in chunks:
                    entry.write(chunk)
            written += file.size
            done_files.append(file)
        for name, chunks in extras:
            with archive.open(_entry(name, zipfile.ZIP_DEFLATED), "w") as entry:
                for chunk in chunks:
                    entry.write(chunk)
        manifest = Manifest(origin, tuple(done_parts), tuple(done_files), tuple(without))
        body = canonical_bytes(_manifest_json(manifest))
        archive.writestr(_entry(MANIFEST, zipfile.ZIP_DEFLATED), body)
    return manifest


def _entry(name: str, how: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = how
    return entry


def _manifest_json(manifest: Manifest) -> JsonValue:
    origin = manifest.origin
    return {
        "format": FORMAT,
        "version": VERSION,
        "device": origin.device,
        "client": origin.client,
        "label": origin.label,
        "server": origin.server_name,
        "epoch": origin.epoch,
        "number": origin.number,
        "chain": origin.chain,
        "made_at": origin.made_at,
        "app": origin.app_version,
        "changes": manifest.changes,
        "parts": [
            {"name": p.name, "size": p.size, "sha256": p.sha256, "changes": p.changes}
            for p in manifest.parts
        ],
        "files": [
            {"sha256": f.sha256, "size": f.size, "type": f.media_type, "name": f.name}
            for f in manifest.files
        ],
        "left_out": list(manifest.left_out),
    }


class BundleReader:
    """Reads a bundle from an open file that can be searched; raises NotABundle or TooLarge.

    Making one reads the manifest only; parts and files are hashed while they are read.
    """

    def __init__(self, source: IO[bytes]) -> None:
        _mind_directory(source)
        try:
            self._archive = zipfile.ZipFile(source)
            self.manifest = _read_manifest(self._bytes(MANIFEST, limits.BUNDLE_MANIFEST_BYTES_MAX))
        except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError) as reason:
            raise NotABundle("the file is no bundle, or it was cut off") from reason

    def parts(self) -> Iterator[bytes]:
        """The push messages, in the order in which they must be taken."""
        for part in self.manifest.parts:
            body = self._bytes(part.name, part.size)
            if hashlib.sha256(body).hexdigest() != part.sha256:
                raise NotABundle(f"{part.name} is not what the manifest lists")
            yield body

    def file(self, sha256: str) -> Iterator[bytes]:
        """The bytes of a file, piece by piece; whole and right when the last piece has come."""
        size = next((file.size for file in self.manifest.files if file.sha256 == sha256), None)
        if size is None:
            raise NotABundle("the manifest does not list this file")
        seen = hashlib.sha256()
        for chunk in self._chunks(f"files/{sha256}", size):
            seen.update(chunk)
            yield chunk
        if seen.hexdigest() != sha256:
            raise NotABundle("the bytes of a file are not those of its name")

    def _bytes(self, name: str, size_max: int) -> bytes:
        return b"".join(self._chunks(name, size_max))

    def _chunks(self, name: str, size_max: int) -> Iterator[bytes]:
        """At most `size_max` bytes of an entry, whatever its own header claims."""
        taken = 0
        try:
            with self._archive.open(name) as entry:
                while chunk := entry.read(CHUNK_BYTES):
                    taken += len(chunk)
                    if taken > size_max:
                        raise TooLarge("a part of the bundle is too large", limit=size_max)
                    yield chunk
        except KeyError:
            raise NotABundle(f"the bundle lacks {name}") from None
        except _DAMAGE as reason:
            raise NotABundle(f"{name} is damaged") from reason


def _mind_directory(source: IO[bytes]) -> None:
    """The directory is read whole by `zipfile`: look first how long it says it is."""
    source.seek(0, 2)
    size = source.tell()
    if size > limits.BUNDLE_FILE_BYTES_MAX:
        raise TooLarge("the bundle is too large", limit=limits.BUNDLE_FILE_BYTES_MAX)
    source.seek(max(0, size - _END_BYTES))
    tail = source.read(_END_BYTES)
    if len(tail) < _END_BYTES or not tail.startswith(_END):
        raise NotABundle("the file is no bundle, or it was cut off")
    entries, length = struct.unpack("<H", tail[10:12])[0], struct.unpack("<I", tail[12:16])[0]
    if entries > _ENTRIES_MAX or length > entries * 256:
        raise TooLarge("the bundle lists too many entries", limit=_ENTRIES_MAX)
    source.seek(0)


def _read_manifest(body: bytes) -> Manifest:
    try:
        raw = an_object(read_json(body, bytes_max=limits.BUNDLE_MANIFEST_BYTES_MAX), "manifest")
        if raw.get("format") != FORMAT or raw.get("version") != VERSION:
            raise BadInput("not a bundle of a kind that this version reads")
        return Manifest(
            _origin(raw),
            tuple(_part(one) for one in _bounded(raw, "parts", limits.BUNDLE_PARTS_MAX)),
            tuple(_file(one) for one in _bounded(raw, "files", limits.BUNDLE_FILES_MAX)),
            tuple(_sha256(one) for one in _bounded(raw, "left_out", limits.BUNDLE_FILES_MAX)),
        )
    except NotABundle:
        raise
    except BadInput as reason:
        raise NotABundle(reason.detail) from reason


def _origin(raw: dict[str, Any]) -> Origin:
    client = raw.get("client")
    if not is_client(client):
        raise BadInput("client is not the name of a client")
    device = a_text(raw.get("device"), "device", 36)
    if not client.startswith(device + "."):
        raise BadInput("the client is not one of the device")
    return Origin(
        device=device,
        client=client,
        label=_words(raw, "label"),
        server_name=_words(raw, "server"),
        epoch=a_text(raw.get("epoch"), "epoch", 64),
        number=a_count(raw.get("number"), "number"),
        chain=_sha256(raw.get("chain")),
        made_at=a_time(raw.get("made_at"), "made_at"),
        app_version=_words(raw, "app"),
    )


def _part(raw: Any) -> BundledPart:
    found = an_object(raw, "part")
    name = a_text(found.get("name"), "name", 64)
    if not name.startswith("changes/"):
        raise BadInput("a part is kept under changes/")
    return BundledPart(
        name,
        a_count(found.get("size"), "size", limits.PUSH_BYTES_MAX),
        _sha256(found.get("sha256")),
        a_count(found.get("changes"), "changes", limits.PUSH_CHANGES_MAX),
    )


def _file(raw: Any) -> BundledFile:
    found = an_object(raw, "file")
    return BundledFile(
        _sha256(found.get("sha256")),
        a_count(found.get("size"), "size", limits.BLOB_BYTES_MAX),
        a_text(found.get("type"), "type", 100),
        _words(found, "name"),
    )


def _bounded(raw: dict[str, Any], name: str, most: int) -> list[Any]:
    found = a_list(raw.get(name), name)
    if len(found) > most:
        raise BadInput(f"too many {name}")
    return found


def _words(raw: dict[str, Any], name: str) -> str:
    found = raw.get(name)
    if not isinstance(found, str) or len(found) > limits.NAME_LENGTH_MAX:
        raise BadInput(f"{name} must be a text of at most {limits.NAME_LENGTH_MAX} characters")
    return found


def _sha256(raw: Any) -> str:
    if not is_sha256(raw):
        raise BadInput("a SHA-256 in lower-case hex is wanted")
    return raw
