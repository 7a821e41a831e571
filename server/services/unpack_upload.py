"""What was uploaded as a form: the one form in it, and the tables and media that came with it.

Everything is measured before it is unpacked: a packed file says how large it gets, and is not
believed. What cannot be taken is a defect with the file's name, never a mistake of the server.
"""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from server.forms_import.sheets import SheetDefect
from shared.canonical import sha256_hex
from shared.forms.definition import Text
from shared.limits import (
    FILE_NAME_LENGTH_MAX,
    FORM_FILES_MAX,
    FORM_UNPACKED_BYTES_MAX,
    FORM_UPLOAD_BYTES_MAX,
)

Defect: TypeAlias = SheetDefect
"""One thing wrong with an upload: where it is, what it is, what to write instead."""
FORM_KINDS: Final = (".xlsx", ".xlsm", ".xls", ".md", ".xml")
TABLE_KINDS: Final = (".csv", ".geojson", ".json")
MEDIA_KINDS: Final = (
    ".png", ".jpg", ".jpeg", ".webp", ".gif", ".mp3", ".m4a", ".wav", ".ogg", ".mp4", ".webm",
)  # fmt: skip
_DIRECTORY_BYTES_MAX: Final = 256 * 1024
_TAIL: Final = 65_535 + 22
_END: Final = b"PK\x05\x06"
_LARGE_END: Final = b"PK\x06\x07"
_ENCRYPTED: Final = 0x1
_PLAIN: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class FormUpload:
    """One form and what came with it. `packed` is the upload as a single file of bytes."""

    name: str
    data: bytes
    companions: Mapping[str, bytes]
    packed_name: str
    packed: bytes

    @property
    def sha256(self) -> str:
        """The name of the upload by its content."""
        return sha256_hex(self.packed)


@dataclass(slots=True)
class _Heap:
    """Files as they are gathered, by their plain names."""

    files: dict[str, bytes] = field(default_factory=dict)
    defects: list[SheetDefect] = field(default_factory=list)
    size: int = 0

    def refuse(self, name: str, code: str, th: str, en: str) -> None:
        self.defects.append(SheetDefect(name, 0, "", code, Text(th, en)))


def unpack_upload(files: Sequence[tuple[str, bytes]]) -> FormUpload | list[SheetDefect]:
    """The form among uploaded files (or in the one zip), or what is wrong with the upload."""
    heap = _Heap()
    if sum(len(data) for _, data in files) > FORM_UPLOAD_BYTES_MAX:
        most = FORM_UPLOAD_BYTES_MAX // 2**20
        heap.refuse(
            "", "upload.too_large", f"ไฟล์ใหญ่เกิน {most} MB ให้ลดขนาดภาพหรือแบ่งไฟล์",
            f"the upload is larger than {most} MB: make its pictures smaller",
        )  # fmt: skip
        return heap.defects
    for name, data in files:
        if plain_name(name).casefold().endswith(".zip"):
            _unpack(heap, plain_name(name), data)
        else:
            _take(heap, name, data)
    form = _the_form(heap)
    if heap.defects or not form:
        return heap.defects
    companions = {name: data for name, data in heap.files.items() if name != form}
    if len(files) == 1:
        packed_name, packed = plain_name(files[0][0]), files[0][1]
    else:
        packed_name, packed = f"{form}.zip", _pack(heap.files)
    return FormUpload(form, heap.files[form], companions, packed_name, packed)


def plain_name(path: str) -> str:
    """The last part of a name from outside, normal and bounded: never a path."""
    last = path.replace("\\", "/").rpartition("/")[2]
    kept = "".join(one for one in last if one.isprintable())
    return unicodedata.normalize("NFC", kept).strip()[-FILE_NAME_LENGTH_MAX:]


def _take(heap: _Heap, path: str, data: bytes) -> None:
    name = plain_name(path)
    if not name or name.startswith(".") or "__MACOSX" in path:
        return
    heap.size += len(data)
    if name in heap.files:
        heap.refuse(
            name, "upload.twice", "มีไฟล์ชื่อนี้สองไฟล์ ให้ลบหรือเปลี่ยนชื่อไฟล์หนึ่ง",
            "two files have this name: remove or rename one",
        )  # fmt: skip
    elif not name.casefold().endswith((*FORM_KINDS, *TABLE_KINDS, *MEDIA_KINDS)):
        heap.refuse(
            name, "upload.kind",
            "ไม่รับไฟล์ชนิดนี้ ใช้ได้คือ .xlsx .md .csv .geojson และภาพ เสียง วิดีโอ",
            "files of this kind are not taken: use .xlsx, .md, .csv, .geojson, pictures, sound"
            " or video",
        )  # fmt: skip
    elif len(heap.files) > FORM_FILES_MAX or heap.size > FORM_UNPACKED_BYTES_MAX:
        _too_much(heap, name)
    else:
        heap.files[name] = data


def _too_much(heap: _Heap, name: str) -> None:
    if any(one.code == "upload.too_much" for one in heap.defects):
        return
    most = FORM_UNPACKED_BYTES_MAX // 2**20
    heap.refuse(
        name, "upload.too_much", f"มีไฟล์เกิน {FORM_FILES_MAX} ไฟล์ หรือรวมกันเกิน {most} MB",
        f"there are more than {FORM_FILES_MAX} files, or more than {most} MB in all",
    )  # fmt: skip


def _unpack(heap: _Heap, name: str, data: bytes) -> None:
    try:
        for path, body in _entries(data, FORM_UNPACKED_BYTES_MAX - heap.size):
            _take(heap, path, body)
    except _TooMuchInside:
        _too_much(heap, name)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, struct.error,
            NotImplementedError, zipfile.zlib.error):  # type: ignore[attr-defined]  # fmt: skip
        heap.refuse(
            name, "upload.zip_unreadable",
            "ไฟล์ zip อ่านไม่ได้ ให้บีบอัดใหม่แบบธรรมดา ไม่ใส่รหัสผ่าน",
            "the zip file cannot be read: pack it anew, plainly and without a password",
        )  # fmt: skip


class _TooMuchInside(Exception):
    """A packed file unfolds beyond its bound."""


def directory_is_small(data: bytes) -> bool:
    """Has a zip a table of contents of bounded size? (It is read whole before anything else.)
    Raises ValueError for what is no plain zip."""
    end = data.rfind(_END, max(0, len(data) - _TAIL))
    if end < 0 or end + 22 > len(data) or data[max(0, end - 20) : end - 16] == _LARGE_END:
        raise ValueError("no plain zip")
    size: int = struct.unpack_from("<L", data, end + 12)[0]
    return size <= _DIRECTORY_BYTES_MAX


def _entries(data: bytes, room: int) -> Iterator[tuple[str, bytes]]:
    """The files of a zip, one after another, each read no further than there is room."""
    if not directory_is_small(data):
        raise _TooMuchInside
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            if info.flag_bits & _ENCRYPTED or info.compress_type not in _PLAIN:
                raise ValueError("packed in a way that is not taken")
            with archive.open(info) as file:
                body = file.read(room + 1)
            room -= len(body)
            if room < 0:
                raise _TooMuchInside
            yield info.filename, body


def _the_form(heap: _Heap) -> str:
    """The name of the one file that is a form; "" and a defect when there is none or several."""
    kinds: tuple[str, ...] = FORM_KINDS
    found = [name for name in heap.files if name.casefold().endswith(kinds)]
    if not found:
        found = [name for name, data in heap.files.items() if _is_form_csv(name, data)]
    if len(found) == 1:
        return found[0]
    if found:
        for name in found:
            heap.refuse(
                name, "upload.many_forms", "มีแบบฟอร์มมากกว่าหนึ่งไฟล์ ให้อัปโหลดทีละแบบฟอร์ม",
                "there is more than one form: upload one at a time",
            )  # fmt: skip
    elif not heap.defects:
        heap.refuse(
            "", "upload.no_form", "ไม่พบแบบฟอร์ม (.xlsx .md หรือ .csv ที่มีตาราง survey) ในไฟล์ที่อัปโหลด",
            "there is no form in the upload: an .xlsx, an .md, or a .csv with the table survey",
        )  # fmt: skip
    return ""


def _is_form_csv(name: str, data: bytes) -> bool:
    """Does a .csv hold an XLSForm (its first cell is the name of a sheet), not a plain table?"""
    if not name.casefold().endswith(".csv"):
        return False
    first = data[:200].decode("utf-8-sig", "replace").lstrip().partition("\n")[0]
    return first.partition(",")[0].strip().strip('"').casefold() in {
        "survey",
        "settings",
        "choices",
    }


def _pack(files: Mapping[str, bytes]) -> bytes:
    """Several uploaded files as one, the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name])
    return out.getvalue()
