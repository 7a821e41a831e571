"""What every store of files promises, on a folder and on S3 (moto's server, a process of its own).

I11: `has` implies that the bytes hash to the name.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import obstore
import pytest

from server.store.blob_bucket import BlobBucket, open_bucket
from server.store.blob_folder import BlobFolder
from server.store.blob_store import BlobStore, Upload, part_name
from shared.errors import (
    BlobMismatch,
    BlobStoreUnavailable,
    BlobTooLarge,
    InvalidInput,
    NotFound,
    PartsMissing,
)
from shared.limits import BLOB_BYTES_MAX, KIB, MIB
from sync.parts import Cut
from tests.support.bucket import BucketServer

SENDER, OTHER = "01a0c462-bc24-7943-8999-5d987508d8b5", "01a0c462-bc24-7943-8999-5d987508d8b6"
DATA = random.Random(7).randbytes(3 * 256 * KIB + 12_345)
NAME = hashlib.sha256(DATA).hexdigest()
CUT = Cut(len(DATA), 256 * KIB)
UPLOAD = Upload(SENDER, NAME, CUT)
FUTURE_MS = 4_000_000_000_000


@dataclass
class Stored:
    """A store, another worker's view of the same, and a hand that damages what is stored."""

    store: BlobStore
    other_worker: BlobStore
    damage: Callable[[str, bytes], None]


@pytest.fixture(scope="module")
def s3() -> Iterator[BucketServer]:
    with BucketServer() as server:
        yield server


@pytest.fixture(params=["folder", "s3"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Stored:
    if request.param == "folder":
        stores = (BlobFolder(tmp_path / "blobs"), BlobFolder(tmp_path / "blobs"))
        for store in stores:
            store.prepare()
        return Stored(*stores, lambda path, data: _overwrite(tmp_path / "blobs" / path, data))
    server: BucketServer = request.getfixturevalue("s3")
    bucket = server.bucket(tmp_path / "one")
    other = type(bucket)(bucket._store, tmp_path / "two")
    other.prepare()
    return Stored(bucket, other, lambda path, data: _put(bucket, path, data))


def _put(bucket: BlobBucket, path: str, data: bytes) -> None:
    obstore.put(bucket._store, path if path.startswith("parts") else f"files/{path}", data)


def _overwrite(path: Path, data: bytes) -> None:
    assert path.is_file()
    path.write_bytes(data)


def part(index: int) -> bytes:
    return DATA[CUT.start(index) : CUT.start(index) + CUT.length(index)]


def put(store: BlobStore, index: int, data: bytes | None = None, upload: Upload = UPLOAD) -> None:
    data = part(index) if data is None else data
    store.put_part(upload, index, data, hashlib.sha256(data).hexdigest())


def read(store: BlobStore, name: str, *span: int) -> bytes:
    with closing(store.read(name, *span)) as reading:
        return b"".join(reading)


def test_a_whole_file_is_kept_under_its_name_and_read_from_anywhere(stored: Stored) -> None:
    assert not stored.store.has(NAME)
    assert stored.store.receive(NAME, [DATA[:1000], DATA[1000:]]) == len(DATA)
    assert stored.other_worker.has(NAME)
    assert stored.other_worker.size(NAME) == len(DATA)
    assert read(stored.other_worker, NAME) == DATA
    assert read(stored.store, NAME, 777, 1_000) == DATA[777:1_777]
    assert read(stored.store, NAME, len(DATA) - 5, 1_000) == DATA[-5:]
    assert list(stored.store.names()) == [NAME]
    assert stored.store.is_sound(NAME)


def test_bytes_that_are_not_what_the_name_says_leave_nothing(stored: Stored) -> None:
    with pytest.raises(BlobMismatch):
        stored.store.receive(NAME, [DATA, b"!"])
    assert not stored.store.has(NAME)
    assert list(stored.store.names()) == []


def test_a_file_is_let_go_while_it_grows_too_large(stored: Stored) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(BLOB_BYTES_MAX // MIB + 10):
            yield bytes(MIB)

    with pytest.raises(BlobTooLarge):
        stored.store.receive(NAME, endless())
    assert not stored.store.has(NAME)


def test_what_is_not_here_is_not_found(stored: Stored) -> None:
    with pytest.raises(NotFound):
        stored.store.read(NAME)
    with pytest.raises(NotFound):
        stored.store.size(NAME)
    assert not stored.store.is_sound(NAME)


def test_a_file_damaged_in_the_store_is_told_by_its_hash(stored: Stored) -> None:
    stored.store.receive(NAME, [DATA])
    stored.damage(f"{NAME[:2]}/{NAME}", DATA[:-1] + b"?")
    assert not stored.store.is_sound(NAME)


def test_parts_in_any_order_twice_and_at_two_workers_make_the_file(stored: Stored) -> None:
    for index in (3, 1, 1, 2):
        put(stored.store, index)
    with pytest.raises(PartsMissing) as missing:
        stored.other_worker.assemble(UPLOAD)
    assert missing.value.facts["missing"] == "0"
    put(stored.other_worker, 0)
    assert stored.store.parts(UPLOAD) == {0, 1, 2, 3}
    assert stored.store.parts_bytes(SENDER) == len(DATA)
    assert stored.store.uploads(SENDER, NAME) == [UPLOAD]
    assert stored.other_worker.assemble(UPLOAD) == len(DATA)
    assert read(stored.store, NAME) == DATA
    assert stored.store.parts(UPLOAD) == set()
    assert stored.store.parts_bytes(SENDER) == 0


def test_parts_of_two_tablets_and_of_two_cuts_never_mix(stored: Stored) -> None:
    theirs = Upload(OTHER, NAME, CUT)
    again = Upload(SENDER, NAME, Cut(len(DATA), 512 * KIB))
    put(stored.store, 0, b"x" * CUT.length(0), theirs)
    put(stored.store, 0, DATA[: 512 * KIB], again)
    for index in range(4):
        put(stored.store, index)
    assert set(stored.store.uploads(SENDER, NAME)) == {UPLOAD, again}
    assert stored.store.assemble(UPLOAD) == len(DATA)
    assert stored.store.parts(theirs) == {0}


def test_a_part_sent_again_with_other_bytes_takes_the_place_of_the_first(stored: Stored) -> None:
    put(stored.store, 0, b"x" * CUT.length(0))
    for index in range(4):
        put(stored.store, index)
    assert stored.store.assemble(UPLOAD) == len(DATA)


def test_parts_that_make_another_file_are_let_go_and_nothing_is_held(stored: Stored) -> None:
    for index in range(3):
        put(stored.store, index)
    put(stored.store, 3, b"y" * CUT.length(3))
    with pytest.raises(BlobMismatch):
        stored.store.assemble(UPLOAD)
    assert not stored.store.has(NAME)
    assert stored.store.parts(UPLOAD) == set()


def test_a_part_that_was_cut_short_in_the_store_is_asked_for_again(stored: Stored) -> None:
    for index in range(4):
        put(stored.store, index)
    name = part_name(1, hashlib.sha256(part(1)).hexdigest())
    stored.damage(f"parts/{UPLOAD.place}/{name}", part(1)[:100])
    assert stored.store.parts(UPLOAD) == {0, 2, 3}
    put(stored.store, 1)
    assert stored.store.assemble(UPLOAD) == len(DATA)


def test_parts_are_swept_when_they_are_old_and_not_before(stored: Stored) -> None:
    put(stored.store, 0)
    assert stored.store.sweep(0, 0) == 0
    assert stored.store.parts(UPLOAD) == {0}
    assert stored.store.sweep(FUTURE_MS, FUTURE_MS) == 1
    assert stored.store.uploads(SENDER, NAME) == []


def test_a_part_damaged_in_the_folder_is_asked_for_again_and_the_others_stay(
    tmp_path: Path,
) -> None:
    store = BlobFolder(tmp_path)
    store.prepare()
    for index in range(4):
        put(store, index)
    name = part_name(2, hashlib.sha256(part(2)).hexdigest())
    (tmp_path / "parts" / UPLOAD.place / name).write_bytes(b"\0" * CUT.length(2))
    with pytest.raises(PartsMissing) as missing:
        store.assemble(UPLOAD)
    assert missing.value.facts["missing"] == "2"
    assert store.parts(UPLOAD) == {0, 1, 3}


def test_a_start_leaves_alone_what_another_process_writes_and_a_sweep_takes_what_is_dead(
    tmp_path: Path,
) -> None:
    store = BlobFolder(tmp_path)
    store.prepare()
    left = tmp_path / "incoming" / "tmp-of-another"
    left.write_bytes(b"half")
    os.utime(left, ns=(10**18, 10**18))
    store.prepare()
    assert left.exists()
    assert store.sweep(0, 10**12 + 1) == 1
    assert not left.exists()


def test_a_bucket_that_does_not_answer_is_told_as_such_and_may_be_tried_again(
    s3: BucketServer, tmp_path: Path
) -> None:
    gone = open_bucket("s3://nobody/x", s3.endpoint, tmp_path)
    with pytest.raises(BlobStoreUnavailable) as told:
        gone.receive(NAME, [DATA])
    assert told.value.retryable
    with pytest.raises(BlobStoreUnavailable):
        gone.must_answer()
    for address in ("http://x/y", "s3://", "s3://b?x=1", "file:///etc"):
        with pytest.raises(InvalidInput):
            open_bucket(address, s3.endpoint, tmp_path)
