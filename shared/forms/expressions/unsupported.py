"""Functions that other programs know and this one does not: each with its advice."""

from __future__ import annotations

from typing import Final

_IN_APPEARANCE = (
    "ใส่ search() ในคอลัมน์ appearance ของคำถามแบบเลือก หรือใช้ choice_filter",
    "search() belongs into the appearance of a select; or use a choice_filter",
)
_NAMES = (
    "ไม่รองรับ ชื่อขององค์ประกอบในแบบฟอร์มไม่เปลี่ยน ให้เขียนเป็นข้อความ",
    "not supported: names of a form's elements never change; write the name as a text",
)
_DURATION = (
    "ไม่รองรับ ให้ลบวันที่กันโดยตรง ผลเป็นจำนวนวัน",
    "not supported: subtract one date from another, which gives days",
)

UNSUPPORTED: Final[dict[str, tuple[str, str]]] = {
    "search": _IN_APPEARANCE,
    "namespace-uri": _NAMES,
    "id": _NAMES,
    "lang": (
        "ไม่รองรับ ข้อความสองภาษาเลือกเองตามภาษาของผู้ใช้",
        "not supported: texts in two languages choose themselves",
    ),
    "avg": (
        "ไม่รองรับ ให้ใช้ sum(...) div count-non-empty(...)",
        "not supported: write sum(...) div count-non-empty(...)",
    ),
    "days-from-date": _DURATION,
    "days-to-date": _DURATION,
    "seconds-from-dateTime": _DURATION,
    "seconds": _DURATION,
    "months": _DURATION,
    "power": ("ใช้ pow(ฐาน, กำลัง)", "write pow(base, exponent)"),
    "index": ("ใช้ position(..)", "write position(..)"),
}
