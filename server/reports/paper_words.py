"""The fixed words of a paper form, in Thai and English."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

TRANSLATIONS: Final = Path(__file__).resolve().parent.parent / "translations"

WORDS: Final[dict[str, tuple[str, str]]] = {
    "version": ("รุ่น {version}", "Version {version}"),
    "form": ("แบบ {form}", "Form {form}"),
    "page": ("หน้า", "Page"),
    "collector": ("ผู้กรอกแบบ", "Filled in by"),
    "area": ("พื้นที่", "Area"),
    "filled_on": ("วันที่กรอก", "Date"),
    "sheet": ("แผ่นที่ ____ จาก ____", "Sheet ____ of ____"),
    "how": (
        "เขียนตัวบรรจง ตัวเลขช่องละหนึ่งหลัก ปีเป็น พ.ศ. วงกลมคือเลือกหนึ่งข้อ สี่เหลี่ยมคือเลือกได้หลายข้อ * คือต้องตอบ",
        "Write clearly, one digit a box, years in the Buddhist era. A circle: choose one. "
        "A square: choose any. * must be answered.",
    ),
    "privacy": (
        "ข้อมูลส่วนบุคคล: ข้อที่มีเครื่องหมาย (P) เป็นข้อมูลส่วนบุคคล เก็บเพื่อภารกิจของโครงการพัฒนาอุตสาหกรรม"
        "เชิงนิเวศเชิงพื้นที่เท่านั้น ก่อนกรอกให้แจ้งหรืออ่านประกาศความเป็นส่วนตัวแก่ผู้ให้ข้อมูล "
        "อย่าปล่อยแบบที่กรอกแล้วไว้ให้ผู้อื่นเห็น คีย์เข้าระบบแล้วส่งคืนสำนักงานเพื่อเก็บหรือทำลาย "
        "อย่าถ่ายสำเนา",
        "Personal data: questions marked (P) are personal data, collected for the area-based "
        "eco-industrial programme only. Tell or read the privacy notice before filling in. Do not "
        "leave a filled form where others can see it; once keyed, return it to the office to be "
        "kept or destroyed. Do not copy it.",
    ),
    "only_if": ("ตอบเฉพาะเมื่อ {condition}", "Only if {condition}"),
    "only_if_expression": (
        "ตอบเฉพาะเมื่อเงื่อนไขนี้เป็นจริง: {condition}",
        "Only if this holds: {condition}",
    ),
    "skip_to": ("ข้ามไปข้อ {number}", "go to {number}"),
    "skip_to_end": ("จบแบบ", "end of the form"),
    "question": ("ข้อ {number}", "{number}"),
    "and": (" และ ", " and "),
    "or": (" หรือ ", " or "),
    "is": ("{question} ตอบ “{value}”", "{question} is “{value}”"),
    "is_not": ("{question} ไม่ได้ตอบ “{value}”", "{question} is not “{value}”"),
    "given": ("{question} มีคำตอบ", "{question} is answered"),
    "not_given": ("{question} ไม่มีคำตอบ", "{question} is not answered"),
    "not": ("ไม่ใช่กรณีที่ ({condition})", "not ({condition})"),
    "<": ("{question} น้อยกว่า {value}", "{question} is less than {value}"),
    "<=": ("{question} ไม่เกิน {value}", "{question} is at most {value}"),
    ">": ("{question} มากกว่า {value}", "{question} is more than {value}"),
    ">=": ("{question} ตั้งแต่ {value} ขึ้นไป", "{question} is {value} or more"),
    "code": ("เขียนรหัส", "write the code"),
    "code_in": ("เขียนชื่อหรือรหัสตามภาคผนวก {annex}", "Write the name or code from annex {annex}"),
    "code_book": (
        "เขียนชื่อหรือรหัส (รายการยาว ดูในระบบ: {book})",
        "Write the name or code (a long list, see the system: {book})",
    ),
    "look_up": ("เขียนชื่อหรือเลขที่ให้ค้นพบในระบบ", "Write a name or number that can be found"),
    "row_of": ("เขียนลำดับที่จากตาราง", "Write the row's number"),
    "codes_of": ("รหัสช่อง {column}", "Codes of {column}"),
    "codes_annex": ("ช่อง {column}: รหัสตามภาคผนวก {annex}", "{column}: codes from annex {annex}"),
    "annex": ("ภาคผนวก {annex}", "Annex {annex}"),
    "row": ("ที่", "No."),
    "entry": ("รายการที่", "Entry"),
    "more_rows": ("ถ้าไม่พอ เขียนต่อในอีกแผ่น", "if more are needed, go on on another sheet"),
    "sheet_note": (
        "แผ่นสำหรับหลายแถว มีเฉพาะข้อหลัก ข้ออื่นถามบนแท็บเล็ตหรือใช้แบบเต็มในตอนของข้อนี้",
        "a sheet for many rows with the main questions; ask the others on the tablet, or use the "
        "full entry in its section",
    ),
    "sheet_behind": (
        "ถ้ามีหลายแถว ใช้แผ่นตารางท้ายแบบ",
        "for many rows use the sheet at the end of the form",
    ),
    "photo": ("ถ่ายภาพ แล้วเขียนเลขที่ภาพ", "Take a picture and write its number"),
    "photos": ("เลขที่ภาพ", "Picture no."),
    "recording": ("บันทึกเสียงหรือวิดีโอ แล้วเขียนเลขที่ไฟล์", "Record, and write the file's number"),
    "file": ("แนบเอกสาร แล้วเขียนเลขที่หรือชื่อ", "Attach the document and write its number or name"),
    "signature": ("ลายมือชื่อ", "Signature"),
    "barcode": ("เขียนเลขใต้บาร์โค้ด", "Write the number below the bar code"),
    "latitude": ("ละติจูด", "Latitude"),
    "longitude": ("ลองจิจูด", "Longitude"),
    "accuracy": ("คลาดเคลื่อน (ม.)", "Accuracy (m)"),
    "points": ("จุดตามลำดับ", "Points in order"),
    "closed": ("จุดตามลำดับ จุดสุดท้ายต่อกับจุดแรก", "Points in order; the last joins the first"),
    "acknowledged": ("รับทราบ", "Acknowledged"),
    "rank": ("ใส่ลำดับ 1 ถึง {n} ในช่อง", "Number the boxes from 1 to {n}"),
    "range": ("จาก {start} ถึง {end} ทีละ {step}", "From {start} to {end} in steps of {step}"),
    "day": ("วว", "DD"),
    "month": ("ดด", "MM"),
    "year": ("พ.ศ.", "BE"),
    "hour": ("นาฬิกา", "HH"),
    "minute": ("นาที", "MM"),
    "answer_of": ("(คำตอบ{question})", "(answer of {question})"),
}
"""Key -> (Thai, English)."""

THAI_LETTERS: Final = "กขคงจฉชซญฐณดตถทธนบปผพฟภมยรลวศสหอฮ"
LATIN_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@cache
def _units(language: str) -> dict[str, str]:
    """The units among the words of the office's pages."""
    path = TRANSLATIONS / f"{'en' if language == 'en' else 'th'}.json"
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return {key: text for key, text in known.items() if key.startswith("unit.")}


class PaperWords:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._at = 1 if language == "en" else 0

    def __call__(self, key: str, **facts: object) -> str:
        """A sentence with its places filled."""
        text = WORDS[key][self._at]
        return text.format(**facts) if facts else text

    def unit(self, unit: str) -> str:
        """A unit as the office writes it in this language."""
        return _units(self.language).get(f"unit.{unit}", unit) if unit else ""

    def letter(self, index: int) -> str:
        """The name of an annex."""
        letters = LATIN_LETTERS if self._at else THAI_LETTERS
        turn, place = divmod(index, len(letters))
        return letters[place] + (str(turn + 1) if turn else "")
