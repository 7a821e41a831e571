"""What a person reads about a problem: code -> a Thai and an English sentence.

Each says what happened, why, and what to do next. The codes are those of the error tree
(`shared.errors`) and of the problem values in `shared.thai`; those of results, of refused steps and
of synchronisations stand in `shared.result_sentences`. A place in braces is filled from the
facts of the problem; without that fact it reads as a dash, so a sentence must make sense then too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shared.file_sentences import FILE_SENTENCES
from shared.output_sentences import OUTPUT_SENTENCES
from shared.result_sentences import RESULT_SENTENCES

SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    **FILE_SENTENCES,
    **OUTPUT_SENTENCES,
    "internal": (
        "ระบบทำงานผิดพลาดโดยไม่คาดคิด ข้อมูลที่บันทึกแล้วยังอยู่ครบ กรุณาลองใหม่ หากยังเป็นอยู่ให้แจ้งผู้ดูแลระบบ",
        "The system made an unexpected mistake. What was saved is still there. "
        "Try again; if it happens again, tell the administrator.",
    ),
    "input.malformed": (
        "อ่านข้อมูลที่ส่งมาไม่ได้ เพราะรูปแบบไม่ถูกต้อง กรุณาตรวจข้อมูลแล้วส่งใหม่",
        "What was sent cannot be read because its form is wrong. Check it and send it again.",
    ),
    "input.invalid": (
        "ข้อมูลบางช่องไม่ถูกต้อง ระบบจึงยังไม่บันทึก กรุณาแก้ช่องที่ระบุแล้วส่งใหม่",
        "Some fields are not right, so nothing was saved yet. Correct the fields named and send "
        "again.",
    ),
    "input.unsupported_media": (
        "ระบบไม่รับข้อมูลหรือไฟล์ชนิดนี้ กรุณาใช้ชนิดที่ระบุไว้ในหน้านี้",
        "This kind of data or file is not taken here. Use one of the kinds the page names.",
    ),
    "input.method_not_allowed": (
        "ที่อยู่นี้ใช้ด้วยวิธีนี้ไม่ได้ กรุณากลับไปหน้าก่อนแล้วลองใหม่จากปุ่มในหน้า",
        "This address cannot be used in this way. Go back and use the buttons of the page.",
    ),
    "input.too_large": (
        "ข้อมูลใหญ่เกินกว่าที่ระบบรับได้ในครั้งเดียว กรุณาแบ่งให้เล็กลงแล้วส่งใหม่",
        "This is more than can be taken at once. Make it smaller or split it, then send again.",
    ),
    "sync.message_too_large": (
        "ชุดข้อมูลที่ซิงก์ใหญ่เกินไป แท็บเล็ตจะแบ่งส่งเป็นชุดเล็กลงเอง ไม่ต้องทำอะไร",
        "The batch to sync was too big. The tablet sends it in smaller parts by itself; "
        "there is nothing to do.",
    ),
    "json.malformed": (
        "อ่านข้อมูลที่ส่งมาไม่ได้ เพราะไม่ใช่ JSON ที่ถูกต้อง กรุณาตรวจโปรแกรมที่ส่งแล้วส่งใหม่",
        "What was sent is not valid JSON and cannot be read. Check the sending program, then "
        "send again.",
    ),
    "json.too_deep": (
        "ข้อมูลซ้อนกันลึกเกินกว่าที่ระบบรับได้ กรุณาตรวจโปรแกรมที่ส่งแล้วส่งใหม่",
        "The data is nested deeper than is taken. Check the sending program, then send again.",
    ),
    "json.duplicate_key": (
        "ข้อมูลมีชื่อช่องซ้ำกัน จึงไม่รู้ว่าจะใช้ค่าใด กรุณาตรวจโปรแกรมที่ส่งแล้วส่งใหม่",
        "One name appears twice in the data, so it is unclear which value counts. "
        "Check the sending program, then send again.",
    ),
    "json.number": (
        "มีตัวเลขที่ระบบเก็บให้ตรงไม่ได้ กรุณาส่งทศนิยมและตัวเลขยาวเป็นข้อความแล้วส่งใหม่",
        "A number cannot be kept exactly. Send decimals and long numbers as text, then send again.",
    ),
    "json.text": (
        "ข้อความมีอักขระที่เก็บไม่ได้ กรุณาลบอักขระแปลกแล้วพิมพ์ใหม่",
        "The text holds a character that cannot be stored. Remove the odd character and type it "
        "again.",
    ),
    "canonical.unsupported": (
        "ค่านี้เก็บให้เหมือนกันทุกเครื่องไม่ได้ กรุณาพิมพ์ค่าใหม่ หากยังเป็นอยู่ให้แจ้งผู้ดูแลระบบ",
        "This value cannot be kept alike on every machine. Type it again; "
        "if it happens again, tell the administrator.",
    ),
    "time.unreadable": (
        "อ่านเวลาที่ส่งมาไม่ได้ กรุณาตรวจวันที่และเวลาของเครื่องแล้วลองใหม่",
        "The time that was sent cannot be read. Check the date and time of the device and try "
        "again.",
    ),
    "sync.malformed": (
        "เซิร์ฟเวอร์อ่านชุดข้อมูลซิงก์ไม่ได้ ข้อมูลยังอยู่ครบในแท็บเล็ต กรุณาอัปเดตแอป หากยังเป็นอยู่ให้แจ้งผู้ดูแลระบบ",
        "The server could not read this sync message. Everything is still on the tablet. "
        "Update the app; if it happens again, tell the administrator.",
    ),
    "form.invalid": (
        "แบบฟอร์มมีข้อผิดพลาด จึงยังเผยแพร่ไม่ได้ กรุณาแก้ทุกข้อที่แสดงไว้แล้วเผยแพร่ใหม่",
        "The form has defects and was not published. Correct every one listed and publish again.",
    ),
    "auth.required": (
        "ยังไม่ได้เข้าสู่ระบบ กรุณาเข้าสู่ระบบแล้วทำต่อ",
        "Nobody is signed in. Sign in to go on.",
    ),
    "auth.wrong_credentials": (
        "ชื่อกับรหัสไม่ตรงกัน กรุณาตรวจแล้วลองใหม่ หากลืมรหัสให้ติดต่อผู้ดูแลระบบ",
        "The name and the secret do not fit. Check both and try again; "
        "if it is forgotten, ask the administrator.",
    ),
    "auth.session_expired": (
        "หมดเวลาเข้าสู่ระบบเพราะไม่ได้ใช้งานนาน กรุณาเข้าสู่ระบบใหม่ สิ่งที่พิมพ์ไว้ยังอยู่",
        "The sign-in ended after a long pause. Sign in again; what was typed is still there.",
    ),
    "auth.forbidden": (
        "บัญชีนี้ไม่มีสิทธิ์ทำสิ่งนี้ หากต้องใช้ กรุณาขอสิทธิ์จากผู้ดูแลระบบ",
        "This account may not do this. If it is needed, ask the administrator for the right.",
    ),
    "auth.device_revoked": (
        "แท็บเล็ตนี้ถูกยกเลิกสิทธิ์ จึงรับข้อมูลไม่ได้ แต่ยังส่งงานที่ค้างได้ กรุณาติดต่อผู้ดูแลระบบเพื่อลงทะเบียนใหม่",
        "This tablet was revoked and receives nothing more, but it can still send its work. "
        "Ask the administrator to enrol it again.",
    ),
    "auth.outside_area": (
        "ข้อมูลนี้อยู่นอกพื้นที่ที่บัญชีนี้ดูแล หากต้องใช้ กรุณาขอเพิ่มพื้นที่จากผู้ดูแลระบบ",
        "This belongs to an area that is not yours. If it is needed, ask the administrator for "
        "the area.",
    ),
    "auth.page_expired": (
        "หน้านี้เปิดไว้นานจนหมดอายุ จึงยังไม่ได้บันทึก กรุณาโหลดหน้าใหม่แล้วส่งอีกครั้ง",
        "This page was open too long and has expired, so nothing was saved. Load it anew and "
        "send again.",
    ),
    "auth.enrolment_refused": (
        "ใช้รหัสลงทะเบียนนี้ไม่ได้ เพราะพิมพ์ผิด ใช้ไปแล้ว หรือเกิน 24 ชั่วโมง กรุณาขอรหัสใหม่จากผู้ดูแลระบบ",
        "This enrolment code cannot be used: mistyped, used already, or older than 24 hours. "
        "Ask the administrator for a new one.",
    ),
    "not_found": (
        "ไม่พบสิ่งที่ขอ อาจถูกย้าย ลบ หรือไม่อยู่ในสิทธิ์ กรุณากลับไปค้นจากรายการ",
        "This was not found: it was moved, deleted, or is not yours to see. Go back and look in "
        "the list.",
    ),
    "state.conflict": (
        "ข้อมูลเปลี่ยนไปแล้วระหว่างที่เปิดหน้านี้ จึงยังไม่ได้บันทึก กรุณาโหลดใหม่ ดูค่าล่าสุด แล้วทำอีกครั้ง",
        "The data changed while this was open, so nothing was saved. "
        "Load it anew, look at the latest values and do it again.",
    ),
    "sync.epoch_changed": (
        "เซิร์ฟเวอร์ถูกกู้คืนจากสำเนา แท็บเล็ตจะส่งสิ่งที่ขาดให้ใหม่เอง ไม่มีข้อมูลหาย ไม่ต้องทำอะไร",
        "The server was restored from a copy. The tablet offers again what is missing; "
        "nothing is lost and there is nothing to do.",
    ),
    "sync.forked": (
        "พบว่าฐานข้อมูลของแท็บเล็ตนี้เคยถูกทำสำเนา ระบบจะแยกลำดับใหม่แล้วส่งต่อเอง ไม่มีข้อมูลหาย",
        "This tablet's database turned out to be a copy. It starts a new line of numbers and "
        "goes on "
        "by itself; nothing is lost.",
    ),
    "sync.number_gap": (
        "เซิร์ฟเวอร์ยังไม่ได้รับงานบางรายการก่อนหน้านี้ แท็บเล็ตจะส่งให้ใหม่ตามลำดับเอง",
        "The server misses some earlier work. The tablet sends it again in order by itself.",
    ),
    "state.transition_refused": (
        "เปลี่ยนสถานะของรายการนี้ไม่ได้ เพราะสถานะหรือสิทธิ์ไม่ตรงเงื่อนไข กรุณาโหลดใหม่แล้วตรวจสถานะล่าสุด",
        "This record cannot take that step now: its state or your role does not allow it. "
        "Load it anew and look at its latest state.",
    ),
    "gone": (
        "สิ่งนี้ถูกลบถาวรแล้วและจะไม่กลับมา กรุณากลับไปที่รายการ",
        "This was removed for good and will not return. Go back to the list.",
    ),
    "sync.rebaseline_needed": (
        "แท็บเล็ตไม่ได้ซิงก์มานาน จึงต้องดาวน์โหลดข้อมูลพื้นที่ใหม่ทั้งชุด งานที่ค้างจะถูกส่งก่อน กรุณาต่ออินเทอร์เน็ตทิ้งไว้",
        "The tablet has not synced for long and downloads its area anew, after sending its work. "
        "Keep it connected.",
    ),
    "upgrade.office_too_old": (
        "แอปบนแท็บเล็ตนี้ใหม่กว่าระบบของสำนักงาน ข้อมูลทั้งหมดยังอยู่ครบในแท็บเล็ต "
        "แจ้งสำนักงานให้อัปเดตระบบ แล้วซิงค์อีกครั้ง",
        "The app on this tablet is newer than the office's server. Everything is kept on the "
        "tablet; ask the office to update the server, then synchronise again.",
    ),
    "upgrade.needed": (
        "แอปรุ่นนี้เก่าเกินกว่าจะรับข้อมูลใหม่ แต่ยังส่งงานได้ กรุณาอัปเดตแอป",
        "This version of the app is too old to receive, but can still send. Update the app.",
    ),
    "auth.too_many_attempts": (
        "ลองผิดหลายครั้งเกินไป ระบบจึงพักไว้ชั่วคราว กรุณารอสักครู่แล้วลองใหม่",
        "Too many tries, so this is paused for a while. Wait a little, then try again.",
    ),
    "busy": (
        "ขณะนี้เซิร์ฟเวอร์มีงานมาก จึงยังทำให้ไม่ได้ ไม่มีข้อมูลหาย กรุณารอสักครู่แล้วลองใหม่",
        "The server is busy and could not do this now. Nothing is lost. Wait a little, then try "
        "again.",
    ),
    "sync.client_busy": (
        "กำลังรับข้อมูลชุดก่อนของแท็บเล็ตนี้อยู่ แท็บเล็ตจะส่งต่อเองในอีกสักครู่",
        "The previous batch of this tablet is still being received. It goes on by itself in a "
        "moment.",
    ),
    "storage.unavailable": (
        "ฐานข้อมูลของเซิร์ฟเวอร์ยังไม่พร้อม จึงยังไม่ได้บันทึก กรุณารอสักครู่แล้วลองใหม่",
        "The server's database is not available now, so nothing was saved. Wait a little, then "
        "try again.",
    ),
    "network.unavailable": (
        "ติดต่อเซิร์ฟเวอร์ไม่ได้ อาจไม่มีสัญญาณ ทำงานต่อได้ตามปกติ ระบบจะส่งเองเมื่อมีสัญญาณ",
        "The server cannot be reached, perhaps for lack of signal. Work on as usual; "
        "everything is sent when the signal is back.",
    ),
    "network.not_our_server": (
        "มีเครือข่าย แต่สิ่งที่ตอบไม่ใช่เซิร์ฟเวอร์ของเรา อาจต้องเข้าสู่ระบบของ Wi-Fi ก่อน ข้อมูลยังอยู่ครบในแท็บเล็ต",
        "There is a network, but what answered is not our server: perhaps the Wi-Fi wants a "
        "sign-in "
        "first. Everything is still on the tablet.",
    ),
    "storage.full": (
        "พื้นที่เก็บของเซิร์ฟเวอร์เต็ม จึงยังรับข้อมูลไม่ได้ ข้อมูลยังอยู่ครบในแท็บเล็ต กรุณาแจ้งผู้ดูแลระบบ",
        "The server's disk is full and nothing more can be received. Everything is still on the "
        "tablet. "
        "Tell the administrator.",
    ),
    "tablet.storage_full": (
        "พื้นที่ของแท็บเล็ตเกือบเต็ม จึงยังเพิ่มข้อมูลไม่ได้ กรุณาซิงก์ หรือลบไฟล์อื่นออกจากเครื่อง แล้วลองใหม่",
        "The tablet's storage is nearly full, so nothing can be added. Sync, or remove other files "
        "from the device, then try again.",
    ),
    "tablet.storage_failed": (
        "เขียนลงที่เก็บของแท็บเล็ตไม่ได้ คำตอบล่าสุดจึงยังไม่ถูกบันทึก คำตอบก่อนหน้ายังอยู่ครบ "
        "กรุณาลองใหม่ หากยังเป็นอยู่ให้แจ้งผู้ดูแลระบบ",
        "The tablet's storage could not be written, so the last answer was not saved; earlier "
        "ones are still there. Try again; if it happens again, tell the administrator.",
    ),
    "storage.corrupt": (
        "ข้อมูลที่เก็บไว้บางส่วนเสียหาย ระบบจึงไม่แสดงเพื่อกันความผิดพลาด กรุณาแจ้งผู้ดูแลระบบเพื่อกู้จากสำเนา",
        "Some stored data is damaged and is not shown, to be safe. "
        "Tell the administrator, who can restore it from a copy.",
    ),
    "date.empty": (
        "ยังไม่ได้ใส่วันที่ กรุณาพิมพ์ เช่น 15/8/2568",
        "There is no date yet. Type one, such as 15/8/2568.",
    ),
    "date.unreadable": (
        "อ่านวันที่นี้ไม่ได้ กรุณาพิมพ์ วัน/เดือน/ปี เช่น 15/8/2568 หรือ 15 ส.ค. 2568",
        "This date cannot be read. Type day/month/year, such as 15/8/2568 or 15 Aug 2025.",
    ),
    "date.impossible": (
        "ไม่มีวันนี้ในปฏิทิน กรุณาตรวจวัน เดือน และปีอีกครั้ง",
        "There is no such day in the calendar. Check day, month and year.",
    ),
    "date.year_unknown": (
        "ไม่แน่ใจว่าเป็น พ.ศ. หรือ ค.ศ. กรุณาพิมพ์ปีสี่หลัก เช่น 2568",
        "It is unclear which era this year is of. Type four digits, such as 2568.",
    ),
    "time_of_day.empty": (
        "ยังไม่ได้ใส่เวลา กรุณาพิมพ์ เช่น 13.30",
        "There is no time yet. Type one, such as 13.30.",
    ),
    "time_of_day.impossible": (
        "ไม่มีเวลานี้ กรุณาใส่ชั่วโมง 0 ถึง 23 และนาที 0 ถึง 59",
        "There is no such time. Hours go from 0 to 23, minutes from 0 to 59.",
    ),
    "time_of_day.unreadable": (
        "อ่านเวลานี้ไม่ได้ กรุณาพิมพ์ชั่วโมงและนาที เช่น 13.30",
        "This time cannot be read. Type hours and minutes, such as 13.30.",
    ),
    "identifier.empty": (
        "ยังไม่ได้ใส่เลข กรุณาพิมพ์หรือข้ามช่องนี้",
        "There is no number yet. Type one or leave the question.",
    ),
    "identifier.too_long": (
        "เลขยาวเกินไป กรุณาตรวจแล้วพิมพ์เฉพาะเลขเดียว",
        "The number is too long. Check it and type one number only.",
    ),
    "citizen_id.length": (
        "เลขประจำตัวประชาชนต้องมี 13 หลัก กรุณานับแล้วพิมพ์ใหม่",
        "A citizen's number has 13 digits. Count them and type it again.",
    ),
    "citizen_id.check_digit": (
        "เลขประจำตัวประชาชนไม่ถูกต้อง อาจพิมพ์ผิดหนึ่งหลัก กรุณาเทียบกับบัตรแล้วพิมพ์ใหม่",
        "The citizen's number does not add up: perhaps one digit is mistyped. Compare it with "
        "the card.",
    ),
    "citizen_id.first_digit": (
        "เลขประจำตัวประชาชนขึ้นต้นด้วย 1 ถึง 8 หากเป็นเลขนิติบุคคลให้ใส่ในช่องนิติบุคคล",
        "A citizen's number begins with 1 to 8. A company's number belongs in the company's "
        "question.",
    ),
    "juristic_number.length": (
        "เลขทะเบียนนิติบุคคลต้องมี 13 หลัก กรุณานับแล้วพิมพ์ใหม่",
        "A company's number has 13 digits. Count them and type it again.",
    ),
    "juristic_number.first_digit": (
        "เลขทะเบียนนิติบุคคลขึ้นต้นด้วย 0 กรุณาตรวจว่าไม่ใช่เลขประจำตัวประชาชน",
        "A company's number begins with 0. Check that this is not a citizen's number.",
    ),
    "juristic_number.check_digit": (
        "เลขทะเบียนนิติบุคคลไม่ถูกต้อง อาจพิมพ์ผิดหนึ่งหลัก กรุณาเทียบกับหนังสือรับรองแล้วพิมพ์ใหม่",
        "The company's number does not add up: perhaps one digit is mistyped. "
        "Compare it with the certificate.",
    ),
    "phone.unreadable": (
        "เลขโทรศัพท์ไม่ถูกต้อง กรุณาพิมพ์ เช่น 081-234-5678 หรือ 02-123-4567 ต่อ 12",
        "This is not a telephone number. Type one such as 081-234-5678 or 02-123-4567 ต่อ 12.",
    ),
    "waste_code.unreadable": (
        "รหัสของเสียต้องมีเลข 6 หลัก และ HA หรือ HM ต่อท้ายถ้าอันตราย เช่น 19 03 08 HA",
        "A waste code has 6 digits, with HA or HM behind when hazardous, such as 19 03 08 HA.",
    ),
    "waste_code.chapter": (
        "รหัสของเสียขึ้นต้นด้วยหมวด 01 ถึง 19 กรุณาตรวจสองหลักแรก",
        "A waste code begins with a chapter from 01 to 19. Check the first two digits.",
    ),
    "factory_number.unknown_form": (
        "ไม่รู้จักรูปแบบเลขทะเบียนโรงงานนี้ ระบบเก็บไว้ตามที่พิมพ์ กรุณาเทียบกับใบอนุญาตอีกครั้ง",
        "This form of factory number is not known. It is kept as typed; compare it with the "
        "licence.",
    ),
    "factory_number.unusual": (
        "เลขทะเบียนโรงงานนี้ต่างจากปกติ ระบบเก็บไว้ตามที่พิมพ์ กรุณาเทียบกับใบอนุญาตอีกครั้ง",
        "This factory number is unusual. It is kept as typed; compare it with the licence.",
    ),
}

_UNKNOWN: Final = (
    "เกิดปัญหาที่แอปรุ่นนี้ยังไม่รู้จัก ({code}) ข้อมูลที่บันทึกแล้วยังอยู่ครบ กรุณาอัปเดตแอป หรือแจ้งรหัสนี้แก่ผู้ดูแลระบบ",
    "Something happened that this version does not know ({code}). What was saved is still there. "
    "Update the app, or tell the administrator this code.",
)
_CODE_LENGTH_SHOWN: Final = 80


class _Facts(dict[str, Any]):
    """Facts for a sentence; one that is missing reads as a dash."""

    def __missing__(self, name: str) -> str:
        return "–"


def sentence(code: str, language: str, **facts: Any) -> str:
    """The sentence for a problem's code, in Thai for `th`, in English for anything else.

    A code that this version does not know (a newer server) gives a general sentence that names the
    code, so that a person can still report it.
    """
    pair = SENTENCES.get(code) or RESULT_SENTENCES.get(code, _UNKNOWN)
    shown = "".join(letter for letter in code[:_CODE_LENGTH_SHOWN] if letter.isprintable())
    known = _Facts(facts)
    known["code"] = shown
    return pair[0 if language == "th" else 1].format_map(known)
