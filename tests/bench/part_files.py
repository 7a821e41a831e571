"""A large file over a line that breaks: what it costs, how long it takes, what memory it needs."""

from __future__ import annotations

import hashlib
import random
import resource
from pathlib import Path
from urllib.parse import urlsplit

import requests

from mobile.store import settings
from mobile.store.blobs import FileStore
from mobile.transport.http import HttpTransport
from shared.limits import KIB, MIB
from sync.exchange import HttpRequest
from sync.parts import Cut, cut_of, digest_text
from tests.bench.figures import Figure, compared, in_turns
from tests.bench.offices import furnish, open_at, serving
from tests.support.chaos_proxy import ChaosProxy, Fault
from tests.support.file_sessions import exchange_files
from tests.support.memory_shelf import MemoryShelf

SIZE = 20 * MIB
CUT_HALF_WAY_MAX = 1.03
PUT = "one PUT of the same bytes by the same client"
ITSELF = "the file's own bytes"


class DiskShelf(MemoryShelf):
    """Files on the disk, read part by part as the tablet does."""

    def __init__(self, files: FileStore, *names: str) -> None:
        super().__init__({}, list(names), [], {})
        self.on_disk = files

    def is_sound(self, sha256: str) -> str:
        return self.on_disk.trouble(sha256)

    def read(self, sha256: str, start: int, length: int) -> bytes:
        return self.on_disk.read_span(sha256, start, length)

    def to_send(self):
        found = super().to_send()
        return [type(one)(one.sha256, self.on_disk.size(one.sha256)) for one in found]


class Made:
    """Files of random bytes, each used once: the office keeps what it has seen."""

    def __init__(self, folder: Path) -> None:
        self.files = FileStore(folder)
        self.count = 0

    def one(self) -> str:
        self.count += 1
        return self.files.write(random.Random(self.count).randbytes(SIZE))


def measure(room: Path, quick: bool) -> list[Figure]:
    """The figures of this part."""
    furnished = furnish(room / "furnished", tablets=1)
    made = Made(room / "files")
    with serving(furnished.data) as (address, pid):
        tablet = open_at(furnished.homes[0], address)
        token = settings.read(tablet.database.reader(), "token")
        tablet.close()
        line = HttpTransport(address, lambda: token)
        figures = [
            _cut_half_way(address, token, made, part)
            for part in (cut_of(SIZE).part_bytes, 512 * KIB, MIB)
        ]
        figures += _memory(line, made, pid)
        figures.append(_time(line, address, token, made, 1 if quick else 5))
        line.close()
    return figures


def _cut_half_way(address: str, token: str, made: Made, part_bytes: int) -> Figure:
    """All bytes of both directions, heads included, over those of the file."""
    place, name = urlsplit(address), made.one()
    assert place.hostname
    assert place.port
    cut = Cut(SIZE, part_bytes)
    with ChaosProxy(place.hostname, place.port) as proxy:
        line = HttpTransport(proxy.address, lambda: token)
        if part_bytes != cut_of(SIZE).part_bytes:
            _begin(line, made, name, cut)
        half = f"/api/v1/blobs/{name}/parts/{cut.count // 2}?"
        proxy.plan(Fault("cut_request", half))
        shelf = DiskShelf(made.files, name)
        exchange_files(shelf, line)
        report = exchange_files(shelf, line)
        assert report.blobs_sent == 1, report
        cost = sum(met.bytes_up + met.head_up + met.bytes_down for met in proxy.log)
        line.close()
    title = f"20 MB cut half-way, parts of {part_bytes // KIB} KiB"
    chosen = part_bytes == cut_of(SIZE).part_bytes
    return Figure(
        title, "MB", cost / MIB, SIZE / MIB, cost / SIZE, ITSELF,
        budget=CUT_HALF_WAY_MAX * SIZE / MIB if chosen else None,
    )  # fmt: skip


def _begin(line: HttpTransport, made: Made, name: str, cut: Cut) -> None:
    """The first part in a size of our own: the tablet then goes on with that size."""
    data = made.files.read_span(name, 0, cut.length(0))
    path = f"/api/v1/blobs/{name}/parts/0?size={cut.size}&part_bytes={cut.part_bytes}"
    headers = (("content-digest", digest_text(hashlib.sha256(data).hexdigest())),)
    assert line.exchange(HttpRequest("PUT", path, data, headers)).status == 204


def _memory(line: HttpTransport, made: Made, pid: int) -> list[Figure]:
    """What the most memory of both sides grows by for a file, beside the file's bytes."""
    exchange_files(DiskShelf(made.files, made.one()), line)
    name = made.one()
    here, there = _own_peak_mib(), _peak_mib(pid)
    assert exchange_files(DiskShelf(made.files, name), line).blobs_sent == 1
    size = SIZE / MIB
    pairs = [
        ("tablet's memory for 20 MB more", _own_peak_mib() - here),
        ("office's memory for 20 MB more", _peak_mib(pid) - there),
    ]
    return [Figure(title, "MB", grown, size, grown / size, ITSELF) for title, grown in pairs]


def _time(line: HttpTransport, address: str, token: str, made: Made, rounds: int) -> Figure:
    names = iter([made.one() for _ in range(2 * rounds + 2)])

    def in_parts() -> None:
        assert exchange_files(DiskShelf(made.files, next(names)), line).blobs_sent == 1

    session = requests.Session()
    session.trust_env = False

    def at_once() -> None:
        name = next(names)
        with made.files.path(name).open("rb") as file:
            reply = session.put(
                f"{address}/api/v1/blobs/{name}",
                data=file,
                headers={"Authorization": f"Bearer {token}"},
                timeout=60,
            )
        assert reply.status_code == 201

    pairs = in_turns(in_parts, at_once, rounds)
    session.close()
    return compared("20 MB in parts over loopback", "ms", pairs, PUT)


def _own_peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _peak_mib(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(next(x for x in text.splitlines() if x.startswith("VmHWM")).split()[1]) / 1024
