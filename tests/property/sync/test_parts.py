"""Files in parts: any order, any worker, twice, cut anywhere, and what hostile input can say."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.store.blob_folder import BlobFolder
from server.store.blob_store import Upload
from shared.errors import BadInput, BlobMismatch, PartsMissing
from shared.limits import BLOB_BYTES_MAX, KIB, PART_BYTES_MAX, PART_BYTES_MIN, PARTS_OF_ONE_FILE_MAX
from shared.pictures import kind_of
from sync.parts import (
    Cut,
    as_ranges,
    cut_of,
    digest_text,
    held_text,
    read_content_range,
    read_digest,
    read_held,
    read_ranges,
)
from tests.support.pictures import picture, png

SENDER = "01a0c462-bc24-7943-8999-5d987508d8b5"


@given(st.integers(1, BLOB_BYTES_MAX))
def test_every_file_is_cut_into_parts_that_cover_it_and_cost_little_to_send_again(
    size: int,
) -> None:
    cut = cut_of(size)
    assert sum(cut.length(i) for i in range(cut.count)) == size
    assert [cut.start(i) for i in range(cut.count)] == [
        i * cut.part_bytes for i in range(cut.count)
    ]
    assert cut.count <= PARTS_OF_ONE_FILE_MAX
    assert cut.part_bytes <= max(PART_BYTES_MIN, size // 64)
    for outside in (-1, cut.count):
        with pytest.raises(BadInput):
            cut.length(outside)


@given(st.sets(st.integers(0, 255)))
def test_numbers_of_parts_survive_their_text(numbers: set[int]) -> None:
    assert read_ranges(as_ranges(numbers), 256) == numbers
    cut = Cut(256 * PART_BYTES_MIN, PART_BYTES_MIN)
    assert read_held(held_text(cut, numbers), cut.size) == (cut, numbers)


@given(st.text(max_size=40), st.integers(1, BLOB_BYTES_MAX))
def test_what_a_server_says_of_parts_is_sense_or_nothing(text: str, size: int) -> None:
    found = read_held(text, size)
    assert found is None or (
        found[0].size == size and all(0 <= i < found[0].count for i in found[1])
    )


@given(st.binary(max_size=50))
def test_the_hash_of_a_part_survives_its_field(data: bytes) -> None:
    name = hashlib.sha256(data).hexdigest()
    assert read_digest(digest_text(name)) == name


@given(st.text(max_size=80))
def test_any_other_field_is_refused(text: str) -> None:
    with suppress(BadInput):
        assert len(read_digest(text)) == 64


@given(st.text(max_size=60), st.integers(0, 1_000))
def test_a_content_range_fits_its_body_or_is_nothing(text: str, length: int) -> None:
    start, size = read_content_range(text, length)
    assert (start, size) == (-1, 0) or 0 <= start <= start + length <= size <= BLOB_BYTES_MAX


PARTS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["right", "right", "right", "wrong", "done"])),
    max_size=25,
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@given(PARTS, st.integers(0, 3), st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_whatever_parts_arrive_in_whatever_order_what_is_held_hashes_to_its_name(
    folder: Path, steps: list[tuple[int, str]], workers: int, seed: int
) -> None:
    """I11. A model beside the store: which bytes each part has; `done` succeeds exactly when they
    are those of the file."""
    data = hashlib.shake_128(seed.to_bytes(5, "big")).digest(4 * 256 * KIB + 17)
    name, cut = hashlib.sha256(data).hexdigest(), Cut(len(data), 256 * KIB)
    root = Path(tempfile.mkdtemp(dir=folder))
    stores = [BlobFolder(root) for _ in range(workers + 1)]
    for store in stores:
        store.prepare()
    upload, model = Upload(SENDER, name, cut), dict[int, bool]()
    held = False
    for number, (index, act) in enumerate(steps):
        store = stores[number % len(stores)]
        if act != "done":
            right = data[cut.start(index) : cut.start(index) + cut.length(index)]
            part = right if act == "right" else bytes(len(right))
            store.put_part(upload, index, part, hashlib.sha256(part).hexdigest())
            model[index] = act == "right"
            continue
        whole, sound = len(model) == cut.count, all(model.values())
        try:
            store.assemble(upload)
            assert whole
            assert sound
            held, model = True, {}
        except PartsMissing as told:
            named = read_ranges(str(told.facts["missing"]), cut.count)
            if named != set(cut.missing(model)):
                raise AssertionError("it names other parts") from told
        except BlobMismatch:
            assert whole
            assert not sound
            model = {}
        assert store.parts(upload) == set(model)
        assert store.has(name) == held
    if held:
        with closing(stores[0].read(name)) as reading:
            assert hashlib.sha256(b"".join(reading)).hexdigest() == name


@given(st.binary(max_size=400))
def test_the_kind_of_any_bytes_is_read_without_decoding_and_without_a_mistake(data: bytes) -> None:
    for head in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF????WEBP", b"RIFF????WEBPVP8X"):
        kind = kind_of(head + data)
        assert kind.code or kind.media_type != "application/octet-stream"
        assert min(kind.width, kind.height) >= 0


@given(st.integers(1, 60_000), st.integers(1, 60_000))
def test_a_picture_is_shown_only_within_the_bounds(width: int, height: int) -> None:
    within = width * height <= 100_000_000 and max(width, height) <= 30_000
    for head in (picture(width, height), png(width, height, b"")):
        kind = kind_of(head)
        assert (kind.width, kind.height) == (width, height)
        assert kind.code == ("" if within else "blob.image_too_large")


def test_a_jpeg_whose_measures_come_after_a_long_preview_is_still_measured() -> None:
    preview = b"\xff\xe2\xff\xff" + b"x" * (0xFFFF - 2)
    data = picture(640, 480)
    assert kind_of(data[:2] + preview * 3 + data[2:]).width == 640
    assert kind_of(data[:2] + preview * 9 + data[2:]).code == "blob.unreadable_picture"
    assert PART_BYTES_MAX >= PART_BYTES_MIN
