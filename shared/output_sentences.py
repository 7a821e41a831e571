"""What a person reads when paper or an export cannot be made now: code -> Thai and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OUTPUT_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "paper.busy": (
        "กำลังจัดหน้าแบบฟอร์มอื่นอยู่ รอสักครู่แล้วกดใหม่",
        "Another form is being typeset. Wait a moment and try again.",
    ),
    "paper.failed": (
        "จัดหน้าแบบกระดาษของแบบฟอร์มนี้ไม่ได้ แบบฟอร์มบนแท็บเล็ตยังใช้ได้ตามปกติ "
        "แจ้งผู้ดูแลระบบพร้อมชื่อและรุ่นของแบบฟอร์ม",
        "The paper of this form could not be typeset; the form on tablets works as before. "
        "Tell the administrator the form's name and version.",
    ),
    "export.busy": (
        "มีการส่งออกข้อมูลอื่นกำลังทำงานอยู่ รอให้เสร็จแล้วกดใหม่",
        "Another export is running. Wait until it is done and try again.",
    ),
    "export.too_many": (
        "มีระเบียนมากเกินกว่าจะส่งออกผ่านหน้าเว็บ กรองให้แคบลงตามพื้นที่หรือวันที่ "
        "หรือให้ผู้ดูแลใช้คำสั่ง samruat-server export",
        "These are more records than a page exports. Narrow the filters by area or date, or let an "
        "administrator run samruat-server export.",
    ),
}
"""Code -> (Thai, English)."""
