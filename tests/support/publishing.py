"""Forms to publish in tests: one small form in several versions, as text, workbook and zip."""

from __future__ import annotations

import io
import zipfile

from PIL import Image

HEAD = """
| survey |
| | type | name | label::ไทย (th) | label::English (en) | required | relevant | merge |
"""
QUESTIONS = """| | begin_group | main | หลัก | Main | | | |
| | text | site | สถานที่ | Site | yes | | |
| | select_one yn | water | มีน้ำเสียหรือไม่ | Waste water? | | | |
| | decimal | measured | ค่าที่วัด | Measured | | ${water} = 'yes' | |
| | integer | people | จำนวนคน | People | | | |
| | end_group | | | | | | |
| | begin_repeat | visits | การเยี่ยม | Visits | | | |
| | date | day | วันที่ | Day | | | |
| | text | found | สิ่งที่พบ | Found | | | |
| | end_repeat | | | | | | |
"""
TAIL = """| choices |
| | list_name | name | label::ไทย (th) | label::English (en) |
| | yn | yes | มี | Yes |
| | yn | no | ไม่มี | No |
| settings |
| | form_id | form_title | form_title_en | version | workflow | default_language |
| | pond | บ่อน้ำ | Pond | VERSION | review | ไทย (th) |
"""


def pond(version: int | str = 1, **changes: str) -> str:
    """The form as a Markdown table; `changes` replaces lines of questions by their names ("" takes
    a question out), `more` adds lines to the first group."""
    more = changes.pop("more", "")
    lines = []
    for line in QUESTIONS.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        name = cells[3] if len(cells) > 3 else ""
        if cells[2].startswith("end_group"):
            lines += [one for one in more.splitlines() if one.strip()]
        if name in changes:
            if changes[name]:
                lines.append(changes[name].strip())
        else:
            lines.append(line)
    return HEAD + "\n".join(lines) + "\n" + TAIL.replace("VERSION", str(version))


def with_picture(text: str, name: str) -> str:
    """The form with a picture in the label of its first question."""
    survey, rest = text.split("| choices |", 1)
    lines = []
    for line in survey.strip().splitlines():
        cell = ""
        if line.startswith("| | type"):
            cell = " media::image |"
        elif line.startswith("| |"):
            cell = f" {name} |" if "| site |" in line else " |"
        lines.append(line + cell)
    return "\n".join(lines) + "\n| choices |" + rest


def files(text: str, name: str = "pond.md") -> list[tuple[str, bytes]]:
    """What a person uploads."""
    return [(name, text.encode())]


def zipped(entries: dict[str, bytes]) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def picture(colour: tuple[int, int, int] = (20, 120, 90)) -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()
