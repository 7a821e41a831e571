"""Appearances that would change what a person sees or may answer elsewhere, and do not here."""

from __future__ import annotations

from typing import Final

_CALENDAR: Final = (
    "ปฏิทินนี้ไม่มี ใช้ buddhist หรือไม่ใส่ appearance",
    "there is no such calendar; use buddhist, or no appearance",
)
WITHOUT_EFFECT: Final = {
    "ethiopian": _CALENDAR,
    "coptic": _CALENDAR,
    "islamic": _CALENDAR,
    "bikram-sambat": _CALENDAR,
    "myanmar": _CALENDAR,
    "persian": _CALENDAR,
    "printer": ("ไม่พิมพ์ออกเครื่องพิมพ์จากแบบฟอร์ม", "nothing is printed from a form"),
    "bearing": ("ไม่วัดทิศ ผู้ตอบพิมพ์ตัวเลขเอง", "no direction is measured; the number is typed"),
    "image-map": (
        "ไม่เลือกบนภาพ แสดงเป็นรายการ",
        "parts of a picture are not tapped; the choices are a list",
    ),
    "masked": (
        "คำตอบเห็นได้ขณะพิมพ์ ถ้าเป็นข้อมูลส่วนบุคคล ใส่ P ในคอลัมน์ personal",
        "the answer is seen while it is typed; for a personal fact write P in the column personal",
    ),
    "hidden-answer": ("ค่าที่อ่านได้จะแสดง", "what was read is shown"),
    "url": ("ที่อยู่เว็บแสดงเป็นข้อความ ไม่เปิดเว็บ", "an address is shown as text and not opened"),
    "map": ("ตัวเลือกแสดงเป็นรายการ ไม่ใช่บนแผนที่", "the choices are a list and not on a map"),
}
OTHER_APP: Final = ("ไม่เปิดแอปอื่น ผู้ตอบกรอกเอง", "no other app is opened; the answer is given here")


def without_effect(appearance: str) -> list[tuple[str, str, str]]:
    """The words of an appearance that have no effect here, with the advice in both languages."""
    if "ex:" in appearance:
        return [("ex:", *OTHER_APP)]
    words = dict.fromkeys(appearance.split())
    return [(word, *WITHOUT_EFFECT[word]) for word in words if word in WITHOUT_EFFECT]
