"""What is uploaded as a form: the form in it is found, and nothing grows beyond its bound."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.services.unpack_upload import FormUpload, plain_name, unpack_upload
from shared.limits import FORM_FILES_MAX, FORM_UNPACKED_BYTES_MAX, FORM_UPLOAD_BYTES_MAX
from tests.support.publishing import picture, pond, zipped

FORM = pond(1).encode()


def codes(files: list[tuple[str, bytes]]) -> set[str]:
    found = unpack_upload(files)
    assert isinstance(found, list), found
    assert all(one.message.th and one.message.en for one in found)
    return {one.code for one in found}


def unpacked(files: list[tuple[str, bytes]]) -> FormUpload:
    found = unpack_upload(files)
    assert isinstance(found, FormUpload), found
    return found


def test_a_single_form_is_kept_as_it_came() -> None:
    found = unpacked([("C:\\forms\\pond.md", FORM)])
    assert (found.name, found.data, found.packed, found.companions) == ("pond.md", FORM, FORM, {})


def test_a_zip_gives_the_form_and_its_companions_without_folders() -> None:
    inside = {"a/pond.md": FORM, "a/media/site.png": picture(), "b/t.csv": b"key\n1\n"}
    packed = zipped({**inside, "__MACOSX/a/._pond.md": b"x", ".DS_Store": b"x"})
    found = unpacked([("pond.zip", packed)])
    assert found.name == "pond.md"
    assert set(found.companions) == {"site.png", "t.csv"}
    assert found.packed == packed


def test_files_chosen_together_become_one_upload_the_same_each_time() -> None:
    files = [("t.csv", b"key\n1\n"), ("pond.md", FORM)]
    first, second = unpacked(files), unpacked(files[::-1])
    assert first.packed == second.packed
    assert unpacked([(first.packed_name, first.packed)]).companions == first.companions


def test_a_csv_is_a_form_when_it_names_a_sheet_and_a_table_otherwise() -> None:
    form = b"\xef\xbb\xbfsurvey,,\n,type,name\n,text,a\n"
    found = unpacked([("form.csv", form), ("fruits.csv", b"name,label\na,A\n")])
    assert found.name == "form.csv"
    assert set(found.companions) == {"fruits.csv"}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([("fruits.csv", b"name\na\n")], "upload.no_form"),
        ([("a.md", FORM), ("b.xlsx", b"x")], "upload.many_forms"),
        ([("a.md", FORM), ("x.exe", b"MZ")], "upload.kind"),
        ([("a.md", FORM), ("logo.svg", b"<svg/>")], "upload.kind"),
        ([("a.md", FORM), ("t.csv", b"1"), ("b/t.csv", b"2")], "upload.twice"),
        ([("a.zip", b"PK nothing")], "upload.zip_unreadable"),
        ([("a.zip", b"")], "upload.zip_unreadable"),
        ([("", FORM)], "upload.no_form"),
        ([("a.md", b"x" * (FORM_UPLOAD_BYTES_MAX + 1))], "upload.too_large"),
    ],
)
def test_what_is_wrong_with_an_upload_is_told(files: list[tuple[str, bytes]], code: str) -> None:
    assert code in codes(files)


def test_a_zip_that_unfolds_beyond_its_bound_is_refused_and_read_no_further() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.md", FORM)
        with archive.open("t.csv", "w") as big:
            for _ in range(FORM_UNPACKED_BYTES_MAX // 2**20 + 2):
                big.write(bytes(2**20))
    assert len(out.getvalue()) < 2**18
    assert codes([("a.zip", out.getvalue())]) == {"upload.too_much"}


def test_a_zip_that_lies_about_its_sizes_is_refused() -> None:
    packed = bytearray(zipped({"a.md": FORM * 50}))
    place = packed.rfind(b"PK\x01\x02")
    struct.pack_into("<L", packed, place + 24, 10)
    assert codes([("a.zip", bytes(packed))]) == {"upload.zip_unreadable"}


def test_many_small_files_are_bounded_before_they_are_listed() -> None:
    many = zipped({f"{number}.csv": b"" for number in range(FORM_FILES_MAX + 5)})
    assert codes([("a.zip", many)]) == {"upload.too_much"}
    most = zipped({f"{number}.csv": b"" for number in range(9_000)})
    assert codes([("a.zip", most)]) == {"upload.too_much"}


def test_a_locked_zip_and_odd_packing_are_told() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.md", FORM)
    assert codes([("a.zip", out.getvalue())]) == {"upload.zip_unreadable"}
    packed = bytearray(zipped({"a.md": FORM}))
    packed[packed.rfind(b"PK\x01\x02") + 8] |= 1
    assert codes([("a.zip", bytes(packed))]) == {"upload.zip_unreadable"}


@given(st.text(max_size=300))
def test_a_name_from_outside_never_is_a_path(name: str) -> None:
    plain = plain_name(name)
    assert "/" not in plain
    assert "\\" not in plain
    assert len(plain) <= 200
    assert plain == plain_name(plain)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 2**31))
def test_any_bytes_have_a_clear_answer(noise: bytes, place: int) -> None:
    good = bytearray(zipped({"a.md": FORM, "t.csv": b"key\n1\n"}))
    at = place % len(good)
    for data in (noise, bytes(good[:at]), bytes(good[:at] + noise + good[at + len(noise) :])):
        found = unpack_upload([("a.zip", data)])
        assert isinstance(found, (list, FormUpload))
