"""Opens a zip (a workbook, or a form with its files) with every size bounded before it is unpacked.

A zip is only a promise: the sizes in its directory are checked before anything is inflated, and
Python's reader stops at the size that the directory names. Only plain deflate is taken: the other
methods inflate a block whole.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from xml.parsers import expat

from shared.limits import MIB

PARTS_MAX: Final = 2_000
PART_BYTES_MAX: Final = 48 * MIB
PARTS_BYTES_MAX: Final = 128 * MIB
XML_DEPTH_MAX: Final = 200
METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Unreadable(Exception):
    """A file that is not read, and why in both languages."""

    def __init__(self, code: str, th: str, en: str) -> None:
        super().__init__(en)
        self.code, self.th, self.en = code, th, en


@dataclass(frozen=True)
class Parts:
    """The parts of a zip by name, read one at a time."""

    archive: zipfile.ZipFile
    names: frozenset[str]

    def read(self, name: str) -> bytes:
        """A part's bytes; raises Unreadable when the zip is damaged there."""
        try:
            with self.archive.open(name) as part:
                return part.read()
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, KeyError, RuntimeError) as why:
            raise damaged(why) from None
        except (NotImplementedError, zipfile.zlib.error) as why:  # type: ignore[attr-defined]
            raise damaged(why) from None


def damaged(reason: object) -> Unreadable:
    """What is said of a file whose bytes cannot be understood."""
    return Unreadable(
        "sheet.unreadable",
        f"ไฟล์เสียหายหรือไม่ใช่ไฟล์ Excel ({reason}) เปิดใน Excel แล้วบันทึกใหม่เป็น .xlsx",
        f"the file is damaged or no workbook ({reason}); open it and save it anew as .xlsx",
    )


def open_parts(data: bytes) -> Parts:
    """The parts of a zip whose sizes are within bounds; raises Unreadable."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, KeyError, IndexError) as why:
        raise damaged(why) from None
    except (NotImplementedError, RuntimeError, OverflowError) as why:
        raise damaged(why) from None
    if any(one.flag_bits & 0x1 for one in infos):
        raise Unreadable(
            "sheet.encrypted",
            "ไฟล์มีรหัสผ่าน บันทึกใหม่โดยไม่ใส่รหัส",
            "the file is locked with a password; save it without one",
        )
    if (
        len(infos) > PARTS_MAX
        or any(one.file_size > PART_BYTES_MAX for one in infos)
        or sum(one.file_size for one in infos) > PARTS_BYTES_MAX
    ):
        raise Unreadable(
            "sheet.too_large",
            "ไฟล์นี้คลายออกแล้วใหญ่เกิน แยกรายการตัวเลือกขนาดใหญ่เป็นไฟล์ csv",
            "the file is too large when unpacked; keep large lists of choices as csv files",
        )
    if any(one.compress_type not in METHODS for one in infos):
        raise damaged("compression")
    return Parts(archive, frozenset(one.filename for one in infos))


def walk_xml(
    data: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] = lambda name: None,
    text: Callable[[str], None] = lambda words: None,
) -> None:
    """Reads XML without a document type: no entity is defined, none is expanded. Names lose their
    namespace. Raises Unreadable for what is no XML, declares a type, or nests too deep."""
    depth = 0

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > XML_DEPTH_MAX:
            raise damaged("depth")
        start(name.rpartition("}")[2], attributes)

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name.rpartition("}")[2])

    def refuse(*_: Any) -> None:
        raise Unreadable(
            "sheet.entities",
            "ไฟล์มี DOCTYPE หรือ ENTITY ซึ่งไม่รับเพื่อความปลอดภัย",
            "the file declares a DOCTYPE or entities, which is not taken",
        )

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as why:
        raise damaged(why) from None
