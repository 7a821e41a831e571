"""A file with what is unsent: read as it was written, or refused as what it is, never half."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile

import pytest

from shared import limits
from shared.canonical import canonical_bytes, sha256_hex
from shared.errors import BadInput, TooLarge
from sync.bundle import (
    MANIFEST,
    BundledFile,
    BundleReader,
    Manifest,
    NotABundle,
    Origin,
    write_bundle,
)

DEVICE = "01920000-0000-7000-8000-000000000001"
ORIGIN = Origin(
    DEVICE, f"{DEVICE}.00000000000000a1", "แท็บเล็ต 1", "สำนักงาน", "epoch-1", 7, "ab" * 32, 1_790, "1"
)
PARTS = [(b'{"a":1}\n{"b":2}\n', 1), (b'{"a":1}\n{"c":"\xe0\xb8\x81"}\n', 1)]
PICTURE = random.Random(3).randbytes(700_000)


def file_of(data: bytes, name: str = "รูป.jpg") -> BundledFile:
    return BundledFile(sha256_hex(data), len(data), "image/jpeg", name)


def written() -> tuple[bytes, Manifest]:
    out = io.BytesIO()
    files = [(file_of(PICTURE), iter([PICTURE[:300_000], PICTURE[300_000:]]))]
    manifest = write_bundle(out, ORIGIN, PARTS, files, ["cd" * 32])
    return out.getvalue(), manifest


def test_a_bundle_is_read_as_it_was_written() -> None:
    data, manifest = written()
    reader = BundleReader(io.BytesIO(data))
    assert reader.manifest == manifest
    assert reader.manifest.changes == 2
    assert reader.manifest.left_out == ("cd" * 32,)
    assert list(reader.parts()) == [body for body, _ in PARTS]
    assert b"".join(reader.file(sha256_hex(PICTURE))) == PICTURE


def test_the_same_content_gives_the_same_bytes() -> None:
    assert written()[0] == written()[0]


@pytest.mark.parametrize("cut", [0, 1, 21, 22, 100, 500_000, -1, -30])
def test_a_bundle_that_was_cut_is_refused_before_anything_of_it_is_used(cut: int) -> None:
    data, _ = written()
    with pytest.raises(NotABundle):
        BundleReader(io.BytesIO(data[:cut]))


def test_any_flipped_byte_is_refused_or_changes_nothing() -> None:
    data, manifest = written()
    source = random.Random(11)
    for _ in range(400):
        at = source.randrange(len(data))
        damaged = data[:at] + bytes([data[at] ^ (1 << source.randrange(8))]) + data[at + 1 :]
        try:
            reader = BundleReader(io.BytesIO(damaged))
            parts = list(reader.parts())
            picture = b"".join(reader.file(sha256_hex(PICTURE)))
        except (NotABundle, TooLarge, StopIteration):
            continue
        assert (parts, picture) == ([body for body, _ in PARTS], PICTURE)
        assert reader.manifest == manifest


def repacked(manifest: object, **entries: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, canonical_bytes(manifest))  # type: ignore[arg-type]
        for name, body in entries.items():
            archive.writestr(name, body)
    return out


def bare(**more: object) -> dict[str, object]:
    found: dict[str, object] = {
        "format": "samruat-unsent", "version": 1, "device": DEVICE, "client": ORIGIN.client,
        "label": "", "server": "", "epoch": "e", "number": 0, "chain": "00" * 32, "made_at": 0,
        "app": "", "changes": 0, "parts": [], "files": [], "left_out": [],
    }  # fmt: skip
    return {**found, **more}


def test_an_entry_that_unpacks_to_more_than_it_says_is_not_unpacked() -> None:
    body = b"0" * 5_000_000
    part = {"name": "changes/1", "size": 10, "sha256": hashlib.sha256(body).hexdigest()}
    source = repacked(bare(parts=[{**part, "changes": 1}]), **{"changes/1": body})
    with pytest.raises(TooLarge):
        list(BundleReader(source).parts())


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": "other"},
        {"version": 2},
        {"client": "01920000-0000-7000-8000-000000000002.00000000000000a1"},
        {"number": -1},
        {"chain": "x"},
        {"label": "n" * 201},
        {"parts": [{"name": "../../etc", "size": 1, "sha256": "00" * 32, "changes": 1}]},
        {"parts": [{"name": "changes/1", "size": 2**30, "sha256": "00" * 32, "changes": 1}]},
        {"files": [{"sha256": "zz", "size": 1, "type": "a", "name": ""}]},
        {"files": "many"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_manifest_that_does_not_fit_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        BundleReader(repacked(bare(**wrong)))


def test_a_directory_longer_than_a_bundle_has_entries_is_not_read() -> None:
    end = b"PK\x05\x06" + b"\0" * 4 + b"\xff\xff\xff\xff" + b"\0" * 10
    with pytest.raises(TooLarge):
        BundleReader(io.BytesIO(b"\0" * 100 + end))


def test_a_part_the_manifest_lists_and_the_file_lacks_is_told() -> None:
    part = {"name": "changes/1", "size": 10, "sha256": "00" * 32, "changes": 1}
    with pytest.raises(NotABundle):
        list(BundleReader(repacked(bare(parts=[part]))).parts())


def test_a_file_beyond_the_bound_of_a_bundle_is_named_and_left_out() -> None:
    huge = BundledFile("ef" * 32, limits.BUNDLE_BYTES_MAX, "image/jpeg", "big")
    small = file_of(b"small")
    out = io.BytesIO()
    manifest = write_bundle(out, ORIGIN, PARTS, [(huge, []), (small, [b"small"])])
    assert manifest.left_out == (huge.sha256,)
    assert manifest.files == (small,)
    assert b"".join(BundleReader(out).file(small.sha256)) == b"small"
