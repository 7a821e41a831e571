"""What a person reads about the result of a save or of a synchronisation: code -> Thai, English.

Beside `shared.problem_sentences`, which has the sentences of errors and looks here for the rest:
why the office keeps a save aside, why a step was refused, what a form did not know, and why a
synchronisation ended early. Both the tablet's report and the office's pages show them. A code never
changes its meaning and never returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.recovery_sentences import RECOVERY_SENTENCES

_KEPT: Final[Mapping[str, tuple[str, str]]] = {
    "change.malformed": (
        "สำนักงานอ่านบันทึกนี้ไม่ได้ อาจเสียหายหรือมาจากแอปคนละรุ่น จึงเก็บไว้ทั้งก้อน กรุณาอัปเดตแอป แล้วแจ้งผู้ดูแลระบบ",
        "The office cannot read this save: damaged, or made by another version of the app. It is "
        "kept whole. Update the app and tell the administrator.",
    ),
    "change.withheld": (
        "สำนักงานรับบันทึกนี้ตามปกติไม่ได้ แท็บเล็ตจึงส่งเนื้อหาแยกไปทั้งก้อนและไปต่อ บันทึกถูกเก็บไว้ตรวจ กรุณาแจ้งผู้ดูแลระบบ",
        "The office could not take this save in the usual way, so the tablet handed its content in "
        "apart, whole, and went on. It is kept to be looked at. Tell the administrator.",
    ),
    "device.revoked": (
        "แท็บเล็ตนี้ถูกยกเลิกสิทธิ์แล้ว สำนักงานรับบันทึกไว้แต่ยังไม่ใช้ กรุณาให้ผู้ดูแลระบบตรวจ และลงทะเบียนแท็บเล็ตใหม่",
        "This tablet was revoked, so its work is received but not used yet. Ask the administrator "
        "to look at it and to enrol the tablet again.",
    ),
    "author.unknown_here": (
        "ผู้บันทึกยังไม่เคยเข้าสู่ระบบบนแท็บเล็ตนี้กับสำนักงาน จึงเก็บบันทึกไว้ก่อน "
        "กรุณาเข้าสู่ระบบบนแท็บเล็ตขณะมีสัญญาณ แล้วแจ้งผู้ดูแลระบบ",
        "The author never signed in on this tablet with the office, so the save is kept aside. "
        "Sign in on the tablet while there is a signal, and tell the administrator.",
    ),
    "author.inactive": (
        "บัญชีของผู้บันทึกถูกปิดแล้ว สำนักงานจึงเก็บบันทึกไว้ก่อน หากยังต้องใช้ กรุณาให้ผู้ดูแลระบบเปิดบัญชี",
        "The author's account was closed, so the save is kept aside. If the work counts, ask the "
        "administrator to open the account.",
    ),
    "scope.not_held": (
        "บันทึกนี้เป็นของพื้นที่ที่แท็บเล็ตหรือผู้บันทึกไม่ได้รับผิดชอบ สำนักงานจึงเก็บไว้ก่อน กรุณาให้ผู้ดูแลระบบเพิ่มพื้นที่ให้",
        "This save belongs to an area that the tablet or its author does not hold, so it is kept "
        "aside. Ask the administrator for the area.",
    ),
    "scope.read_only": (
        "ข้อมูลส่วนกลางนี้แก้ได้ที่สำนักงานเท่านั้น บันทึกจากแท็บเล็ตจึงถูกเก็บไว้ก่อน กรุณาแจ้งผู้ดูแลระบบให้แก้แทน",
        "This part of the programme's data is changed in the office only, so the tablet's save is "
        "kept aside. Ask the administrator to change it.",
    ),
    "record.unknown": (
        "บันทึกนี้ต่อจากรายการที่สำนักงานยังไม่ได้รับ จึงเก็บรอไว้ เมื่อรายการนั้นมาถึงจะรวมให้เอง ไม่ต้องทำอะไร",
        "This save goes on from a record that has not reached the office. It waits there and is "
        "taken by itself when the record arrives; there is nothing to do.",
    ),
    "record.two_roots": (
        "บันทึกนี้แตะหลายรายการพร้อมกัน ซึ่งระบบรวมให้ไม่ได้ จึงเก็บไว้ทั้งก้อน กรุณาอัปเดตแอป แล้วแจ้งผู้ดูแลระบบ",
        "This save touches several records at once, which cannot be merged, so it is kept whole. "
        "Update the app and tell the administrator.",
    ),
    "record.type_differs": (
        "บันทึกนี้ระบุชนิดของรายการไม่ตรงกับที่สำนักงานมี จึงเก็บไว้ก่อน กรุณาอัปเดตแอป แล้วแจ้งผู้ดูแลระบบ",
        "This save names another kind of record than the office has, so it is kept aside. Update "
        "the app and tell the administrator.",
    ),
    "record.parent_differs": (
        "แถวนี้อยู่ใต้รายการอื่นแล้วและย้ายไม่ได้ สำนักงานจึงเก็บบันทึกไว้ก่อน กรุณาอัปเดตแอป แล้วแจ้งผู้ดูแลระบบ",
        "This row stands under another record already and cannot move, so the save is kept aside. "
        "Update the app and tell the administrator.",
    ),
    "record.scope_missing": (
        "รายการใหม่นี้ไม่บอกว่าอยู่ในพื้นที่ใด สำนักงานจึงเก็บบันทึกไว้ก่อน กรุณาอัปเดตแอป แล้วแจ้งผู้ดูแลระบบ",
        "This new record does not say to which area it belongs, so it is kept aside. Update the "
        "app and tell the administrator.",
    ),
    "aside.for_good": (
        "สำนักงานตรวจบันทึกนี้แล้วและตัดสินว่าไม่นำมาใช้ บันทึกยังถูกเก็บไว้ทั้งก้อน หากไม่เห็นด้วยกรุณาแจ้งสำนักงาน",
        "The office looked at this save and decided not to use it. It is kept whole. If you do not "
        "agree, tell the office.",
    ),
    "record.cannot_be_stored": (
        "ฐานข้อมูลของสำนักงานเก็บบันทึกนี้ไม่ได้ จึงแยกเก็บไว้ทั้งก้อน บันทึกอื่นไปต่อได้ กรุณาแจ้งผู้ดูแลระบบ",
        "The office's database could not store this save, so it is kept aside whole while the "
        "others go on. Tell the administrator.",
    ),
    "move.staff_only": (
        "ย้ายรายการไปพื้นที่อื่นได้จากสำนักงานเท่านั้น บันทึกจากแท็บเล็ตจึงถูกเก็บไว้ก่อน กรุณาแจ้งผู้ดูแลระบบให้ย้ายแทน",
        "Records are moved to another area in the office only, so the tablet's save is kept aside. "
        "Ask the administrator to move it.",
    ),
    "operation.not_taken": (
        "สำนักงานรุ่นนี้ยังไม่รับการกระทำนี้ จึงเก็บบันทึกไว้ก่อน กรุณาแจ้งผู้ดูแลระบบให้อัปเดตเซิร์ฟเวอร์",
        "This version of the office does not take such an act yet, so the save is kept aside. Ask "
        "the administrator to update the server.",
    ),
}

_FLAGGED: Final[Mapping[str, tuple[str, str]]] = {
    "scope.no_longer_held": (
        "รับบันทึกแล้ว แม้รายการย้ายไปพื้นที่อื่นหรือแท็บเล็ตไม่ได้ดูแลพื้นที่นี้แล้ว เพราะเคยได้รับรายการนี้มาก่อน ไม่ต้องทำอะไร",
        "The save was taken although its record moved to another area, or the tablet lost the "
        "area: it had been shown the record before. There is nothing to do.",
    ),
    "id_reused": (
        "รับบันทึกแล้ว แต่เลขกำกับซ้ำกับบันทึกอื่นที่มาก่อน อาจเพราะข้อมูลของแท็บเล็ตเคยถูกทำสำเนา "
        "จึงเก็บไว้ทั้งสองในชื่อต่างกัน กรุณาแจ้งผู้ดูแลระบบ",
        "The save was taken, but another that came earlier has the same id, perhaps because the "
        "tablet's data was copied. Both are kept, under ids of their own. Tell the administrator.",
    ),
    "form.unknown": (
        "รับบันทึกแล้ว แต่สำนักงานไม่มีแบบฟอร์มรุ่นที่ใช้กรอก "
        "จึงยังแสดงและตรวจไม่ได้ครบ กรุณาแจ้งผู้ดูแลระบบให้เผยแพร่แบบฟอร์มรุ่นนั้น",
        "The save was taken, but the office does not have the version of the form it was filled "
        "with and cannot check it fully. Ask the administrator to publish that version.",
    ),
    "form.unknown_type": (
        "รับบันทึกแล้ว แต่แบบฟอร์มไม่มีแถวชนิดนี้ ค่าจึงถูกเก็บไว้โดยไม่แสดงในหัวข้อใด กรุณาแจ้งผู้ดูแลระบบให้ตรวจแบบฟอร์ม",
        "The save was taken, but its form has no rows of this kind; the values are kept and stand "
        "in no section. Ask the administrator to check the form.",
    ),
    "form.unknown_field": (
        "รับบันทึกแล้ว แต่มีคำตอบที่แบบฟอร์มไม่มีคำถาม "
        "ค่าจึงถูกเก็บไว้โดยไม่แสดงในหัวข้อใด กรุณาแจ้งผู้ดูแลระบบให้ตรวจแบบฟอร์ม",
        "The save was taken, but it answers a question its form does not have; the value is kept "
        "and stands in no section. Ask the administrator to check the form.",
    ),
}

_REFUSED: Final[Mapping[str, tuple[str, str]]] = {
    "transition.not_reviewed": (
        "รายการชนิดนี้ไม่ต้องส่งตรวจ สถานะจึงไม่เปลี่ยน คำตอบถูกรับไว้แล้ว ไม่ต้องทำอะไร",
        "Records of this kind are not reviewed, so no step was taken. The answers were taken; "
        "there is nothing to do.",
    ),
    "transition.unknown_target": (
        "สำนักงานไม่รู้จักสถานะที่ขอเปลี่ยน สถานะจึงคงเดิม กรุณาอัปเดตแอปหรือแจ้งผู้ดูแลระบบ",
        "The office does not know the state that was asked for, so nothing changed. Update the app "
        "or tell the administrator.",
    ),
    "transition.not_your_role": (
        "หน้าที่ของบัญชีนี้เปลี่ยนสถานะเช่นนี้ไม่ได้ สถานะจึงคงเดิม กรุณาให้ผู้ที่มีสิทธิ์ทำ หรือขอสิทธิ์จากผู้ดูแลระบบ",
        "The role of this account may not take this step, so the state stayed. Ask somebody who "
        "may, or the administrator for the right.",
    ),
    "transition.wrong_state": (
        "สถานะของรายการเปลี่ยนไปก่อนแล้ว จึงทำขั้นนี้ไม่ได้ กรุณาเปิดดูสถานะล่าสุดแล้วทำอีกครั้งถ้ายังจำเป็น",
        "The record's state had changed before, so this step could not be taken. Look at its "
        "latest state and do it again if it is still needed.",
    ),
    "transition.returned_meanwhile": (
        "สำนักงานส่งรายการกลับมาก่อนที่การส่งนี้จะไปถึง จึงยังไม่นับว่าส่ง กรุณาอ่านความเห็น แก้ แล้วส่งใหม่",
        "The office had sent the record back before this arrived, so it does not count as handed "
        "in. Read the comments, correct it and hand it in again.",
    ),
    "transition.content_changed": (
        "เนื้อหาเปลี่ยนไประหว่างที่ตรวจ จึงยังไม่อนุมัติ กรุณาดูค่าล่าสุดแล้วตัดสินใหม่",
        "The content changed while it was reviewed, so it was not approved. Look at the latest "
        "values and decide again.",
    ),
    "transition.open_conflict": (
        "ยังมีค่าขัดกันที่ไม่ได้เลือก จึงยังไม่อนุมัติ กรุณาเลือกค่าที่ถูกก่อน แล้วอนุมัติอีกครั้ง",
        "Values still conflict, so it was not approved. Settle them first, then approve again.",
    ),
    "transition.missing_file": (
        "ยังมีรูปหรือไฟล์ที่มาไม่ถึงสำนักงาน จึงยังไม่อนุมัติ กรุณารอแท็บเล็ตซิงก์ แล้วอนุมัติอีกครั้ง",
        "Some pictures or files have not reached the office, so it was not approved. Wait for the "
        "tablet to sync, then approve again.",
    ),
    "transition.deletion_disputed": (
        "มีผู้ลบขณะที่อีกคนแก้ จึงยังไม่อนุมัติ กรุณาตัดสินก่อนว่าจะลบหรือเก็บ",
        "Somebody deleted what another edited, so it was not approved. Decide first whether it is "
        "deleted or kept.",
    ),
}

_SYNC: Final[Mapping[str, tuple[str, str]]] = {
    "sync.not_our_server": (
        "มีเครือข่าย แต่สิ่งที่ตอบไม่ใช่เซิร์ฟเวอร์ของเรา อาจต้องเข้าสู่ระบบของ Wi-Fi ก่อน ข้อมูลยังอยู่ครบในแท็บเล็ต",
        "There is a network, but what answered is not our server: perhaps the Wi-Fi wants a "
        "sign-in first. Everything is still on the tablet.",
    ),
    "sync.answer_does_not_fit": (
        "คำตอบของเซิร์ฟเวอร์ไม่ตรงกับสิ่งที่ส่ง แท็บเล็ตจึงไม่เชื่อและเก็บทุกอย่างไว้ "
        "กรุณาซิงก์ใหม่ หากยังเป็นอยู่ให้แจ้งผู้ดูแลระบบ",
        "The server's answer does not fit what was sent, so the tablet did not believe it and "
        "kept everything. Sync again; if it stays so, tell the administrator.",
    ),
    "sync.no_progress": (
        "เซิร์ฟเวอร์ตอบแต่ไม่เดินหน้า แท็บเล็ตจึงหยุดรอบนี้ ข้อมูลยังอยู่ครบ กรุณาซิงก์ใหม่ หากยังเป็นอยู่ให้แจ้งผู้ดูแลระบบ",
        "The server answers without going on, so the tablet ended this sync. Nothing is lost. Sync "
        "again; if it stays so, tell the administrator.",
    ),
    "sync.page_out_of_order": (
        "ข้อมูลที่ได้รับไม่เรียงตามลำดับ แท็บเล็ตจึงไม่รับหน้านั้น "
        "ข้อมูลเดิมยังอยู่ครบ กรุณาซิงก์ใหม่ หากยังเป็นอยู่ให้แจ้งผู้ดูแลระบบ",
        "What was received is out of order, so the tablet did not take that page; what it had is "
        "untouched. Sync again; if it stays so, tell the administrator.",
    ),
    "sync.file_damaged": (
        "ไฟล์ที่รับมาเสียหายระหว่างทาง แท็บเล็ตจึงไม่ใช้และจะรับใหม่เอง ระหว่างนี้ใช้ของเดิมไปก่อน",
        "A file was damaged on its way, so the tablet did not use it. It is fetched again by "
        "itself; until then the earlier one serves.",
    ),
    "storage.epoch_missing": (
        "ไม่พบแฟ้มประจำตัวของข้อมูลชุดนี้ เซิร์ฟเวอร์จึงไม่เปิด เพื่อไม่ให้แท็บเล็ตสับสน กรุณากู้โฟลเดอร์ข้อมูลทั้งชุดจากสำเนา",
        "The file that identifies this data is missing, so the server does not start, lest "
        "tablets be misled. Restore the whole data folder from a copy.",
    ),
    "storage.journal_failed": (
        "จานบันทึกรายวันเขียนไม่สำเร็จ สำนักงานจึงยังไม่รับข้อมูลใหม่ สิ่งที่ยังไม่ยืนยันอยู่ที่ผู้ส่งครบ "
        "กรุณาแจ้งผู้ดูแลระบบให้ตรวจจานแล้วเปิดเซิร์ฟเวอร์ใหม่",
        "The journal's disk failed to write, so the office takes nothing new. What was not "
        "confirmed is still with its sender. Tell the administrator to check the disk and to "
        "start the server again.",
    ),
    "storage.journal_missing": (
        "ไม่พบบันทึกรายวันของข้อมูลชุดนี้ เซิร์ฟเวอร์จึงไม่เปิด เพื่อไม่ให้สิ่งที่รับแล้วหาย กรุณาต่อจานที่เก็บบันทึกรายวันก่อน",
        "The journal of this data is missing, so the server does not start, lest something "
        "accepted be lost. Mount the volume that holds the journal first.",
    ),
    "storage.journal_foreign": (
        "โฟลเดอร์นี้เก็บบันทึกรายวันของสำนักงานอื่น เซิร์ฟเวอร์จึงไม่เปิด กรุณาระบุโฟลเดอร์ของสำนักงานนี้",
        "This folder holds the journal of another office, so the server does not start. Name this "
        "office's own folder.",
    ),
    "serve.port_taken": (
        "มีโปรแกรมอื่นใช้พอร์ตนี้อยู่ เซิร์ฟเวอร์จึงเปิดไม่ได้ กรุณาหยุดโปรแกรมนั้น หรือเลือกพอร์ตอื่นด้วย PORT=",
        "Another program uses this port, so the server cannot start. Stop that program, or choose "
        "another port with PORT=.",
    ),
}

RESULT_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "candidate.same": (
        "แบบฟอร์มนี้เหมือนรุ่นล่าสุดทุกอย่าง จึงไม่มีอะไรต้องเผยแพร่ ถ้าตั้งใจแก้ ให้ตรวจว่าอัปโหลดไฟล์ที่แก้แล้ว",
        "The form says exactly what its newest version says, so there is nothing to publish. If it"
        " was meant to differ, upload the file that was changed.",
    ),
    "candidates.too_many": (
        "มีแบบฟอร์มที่อัปโหลดไว้รอเผยแพร่มากเกินไป กรุณาเผยแพร่หรือทิ้งบางรายการก่อน",
        "Too many uploaded forms wait already. Publish or discard some of them first.",
    ),
    "rehearsal.blocked": (
        "มีรายการที่ย้ายมารุ่นนี้ไม่ได้ กรุณาดูรายการเหล่านั้น แล้วยืนยันว่าจะให้อยู่กับรุ่นเดิม",
        "Some open records cannot move to this version. Look at them, and say that they may stay"
        " with theirs.",
    ),
    "rehearsal.needed": (
        "มีรายการที่ยังเปิดอยู่ กรุณาซ้อมกับรายการเหล่านั้นก่อนเผยแพร่",
        "There are open records. Rehearse the form with them before it is published.",
    ),
    "rehearsal.stopped": (
        "การซ้อมหยุดกลางทางเพราะข้อผิดพลาดของโปรแกรม กรุณาลองอีกครั้ง ถ้ายังหยุดให้แจ้งผู้ดูแลระบบ",
        "The rehearsal stopped because of a defect of the program. Try again; if it stops again,"
        " tell whoever looks after the server.",
    ),
    **_KEPT,
    **_FLAGGED,
    **_REFUSED,
    **_SYNC,
    **RECOVERY_SENTENCES,
}
