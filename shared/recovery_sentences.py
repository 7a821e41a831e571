"""What a person reads when something is put right again: code -> Thai, English.

Beside `shared.result_sentences`, which takes these in: copies of a tablet, differing digests, a
base read anew, files with what is unsent. A code never changes its meaning and never returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RECOVERY_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "bundle.unreadable": (
        "อ่านแฟ้มนี้ไม่ได้ อาจคัดลอกมาไม่ครบหรือไม่ใช่แฟ้มงานที่ยังไม่ส่ง "
        "กรุณาคัดลอกจากแท็บเล็ตใหม่อีกครั้ง งานยังอยู่ในแท็บเล็ต",
        "This file cannot be read: cut off while copying, or not a file of unsent work. Copy it "
        "from the tablet again; the work is still on the tablet.",
    ),
    "sync.repaired_today": (
        "ข้อมูลของพื้นที่นี้ซ่อมไปแล้ววันนี้แต่ยังไม่ตรงกัน ไม่มีข้อมูลหาย ระบบจะลองใหม่พรุ่งนี้ กรุณาแจ้งผู้ดูแลระบบ",
        "This area was repaired today already and still differs. Nothing is lost; it is tried "
        "again tomorrow. Tell the administrator.",
    ),
    "digest.tablet_differs": (
        "ข้อมูลพื้นที่ในแท็บเล็ตเครื่องหนึ่งไม่ตรงกับสำนักงาน แท็บเล็ตรับเฉพาะรายการที่ต่างไปใหม่แล้ว "
        "หากเกิดซ้ำให้ตรวจที่เก็บข้อมูลของเครื่องนั้น",
        "What a tablet held of an area differed from the office. It received anew what differed. "
        "If it happens again, look at that tablet's storage.",
    ),
    "digest.server_corrected": (
        "ผลรวมตรวจสอบของพื้นที่ที่สำนักงานเก็บไว้ไม่ตรงกับข้อมูลจริง "
        "ระบบคำนวณใหม่แล้ว กรุณาใช้คำสั่ง doctor ตรวจฐานข้อมูล",
        "The check sum the office had stored of an area was not that of its records, and was "
        "corrected. Run the doctor command over the database.",
    ),
    "client.predecessor": (
        "แท็บเล็ตแจ้งว่าฐานข้อมูลเป็นสำเนาและเริ่มลำดับใหม่ สำนักงานจดไว้แล้ว ไม่ต้องทำอะไร",
        "The tablet said that its database is a copy and that it began a new line. The office has "
        "noted it; there is nothing to do.",
    ),
    "tablet.copied": (
        "ฐานข้อมูลของแท็บเล็ตเครื่องหนึ่งถูกกู้คืนหรือทำสำเนา งานทั้งสองฝั่งเก็บไว้ครบ "
        "กรุณาตรวจว่ามีเครื่องที่ใช้ข้อมูลชุดเดียวกันหรือไม่",
        "The database of a tablet was restored or copied. The work of both is kept. Look whether "
        "two tablets are in use with the same data.",
    ),
    "tablet.changes_lost": (
        "แท็บเล็ตที่ถูกกู้คืนขาดงานบางรายการซึ่งสำนักงานก็ไม่มี กรุณาถามผู้ใช้เครื่อง และค้นหาสำเนาหรือแฟ้มงานที่ยังไม่ส่ง",
        "A restored tablet lacks some changes that the office does not have either. Ask who uses "
        "it, and look for a backup or a file of unsent work.",
    ),
}
