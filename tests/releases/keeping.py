"""How a release is kept: folders packed, the same content as the same bytes; messages a line.

Everything of a release lies below `tests/data/releases/<version>/` and is never changed again.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RELEASES = ROOT / "tests" / "data" / "releases"
OFFICE_BEFORE, OFFICE_AFTER, TABLET = "office-before", "office-after", "tablet"
LEFT_OUT = ("segments", "-wal", "-shm", ".log")


@dataclass(frozen=True)
class Exchange:
    """A request as a tablet sent it under its token, and what the office answered."""

    token: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer: bytes


@dataclass(frozen=True)
class About:
    """What is known of a release: its tablet had not sent `waiting` saves, the office had put
    `aside` some, the field `conflict` is in conflict, `typed` is an answer not sealed yet."""

    version: str
    protocol: int
    token: str
    shared: str
    conflict: tuple[str, str]
    typed: tuple[str, str, str]
    waiting: int
    aside: int


def releases() -> list[Path]:
    """The folders of all releases, oldest first."""
    return sorted(path for path in RELEASES.glob("*") if (path / "about.json").exists())


def pack(folder: Path, to: Path) -> None:
    """A folder as one compressed file."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or any(part in str(path) for part in LEFT_OUT):
                continue
            entry = tarfile.TarInfo(str(path.relative_to(folder)))
            entry.size, entry.mode = path.stat().st_size, 0o600
            tar.addfile(entry, io.BytesIO(path.read_bytes()))
    to.write_bytes(gzip.compress(raw.getvalue(), mtime=0))


def unpack(file: Path, folder: Path) -> Path:
    """The folder that was packed, to be written to."""
    with tarfile.open(file, "r:gz") as tar:
        tar.extractall(folder, filter="data")
    return folder


def write_exchanges(exchanges: Sequence[Exchange], to: Path) -> None:
    """Messages in their order, one a line."""
    lines = []
    for one in exchanges:
        row = asdict(one)
        for name in ("body", "answer"):
            row[name] = base64.b64encode(row[name]).decode()
        lines.append(json.dumps(row, sort_keys=True).encode() + b"\n")
    to.write_bytes(gzip.compress(b"".join(lines), mtime=0))


def read_exchanges(file: Path) -> Iterator[Exchange]:
    """The messages of a release."""
    for line in gzip.decompress(file.read_bytes()).splitlines():
        row = json.loads(line)
        for name in ("body", "answer"):
            row[name] = base64.b64decode(row[name])
        yield Exchange(**row)


def write_about(about: About, folder: Path) -> None:
    """Keep what is known of a release."""
    text = json.dumps(asdict(about), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "about.json").write_text(text + "\n", encoding="utf-8")


def read_about(folder: Path) -> About:
    """What is known of a release."""
    row = json.loads((folder / "about.json").read_text("utf-8"))
    return About(**{**row, "conflict": tuple(row["conflict"]), "typed": tuple(row["typed"])})
