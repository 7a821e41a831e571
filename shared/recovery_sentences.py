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
}
