"""What each finding of the doctor means and what to do, in Thai and English.

Texts in braces are the finding's facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_NOTHING: Final = ("", "")
_RESTORE: Final = (
    "หยุดเซิร์ฟเวอร์ เก็บโฟลเดอร์ข้อมูลไว้ทั้งชุด แล้วสั่ง samruat-server restore จากสำเนาล่าสุด "
    "บันทึกรายวันจะเติมงานหลังจากนั้นให้เอง",
    "End the server, keep the whole data folder, then run samruat-server restore from the newest "
    "backup: the journal brings back everything after it.",
)


@dataclass(frozen=True, slots=True)
class Words:
    """Meaning and advice, each in Thai and English."""

    meaning: tuple[str, str]
    advice: tuple[str, str] = _NOTHING


WORDS: Final[Mapping[str, Words]] = {
    "database_sound": Words(
        ("โครงสร้างฐานข้อมูลสมบูรณ์", "The database's own structure is sound."),
    ),
    "database_damaged": Words(
        (
            "ฐานข้อมูลเสียหาย: {detail} ข้อมูลบางส่วนอาจอ่านไม่ได้",
            "The database is damaged: {detail}. Some of it may not be readable.",
        ),
        _RESTORE,
    ),
    "schema_present": Words(
        (
            "รุ่นของฐานข้อมูลตรงกับโปรแกรม ({version})",
            "The database has this program's shape ({version}).",
        ),
    ),
    "schema_other": Words(
        (
            "ฐานข้อมูลเป็นรุ่น {version} แต่โปรแกรมต้องการรุ่น {wanted}",
            "The database has shape {version}; this program wants {wanted}.",
        ),
        (
            "เปิดเซิร์ฟเวอร์รุ่นนี้หนึ่งครั้งเพื่อปรับรุ่น",
            "Start this version's server once: it migrates by itself.",
        ),
    ),
    "records_sound": Words(
        (
            "ตรวจ {records} ระเบียน {changes} การบันทึก {clients} ตัวส่ง ตรงกับลายนิ้วมือทุกรายการ",
            "{records} records, {changes} changes and the chains of {clients} clients are what was "
            "stored.",
        ),
    ),
    "state_differs": Words(
        (
            "ระเบียน {record} ไม่ตรงกับลายนิ้วมือของมัน มีบางอย่างในจานหรือหน่วยความจำเปลี่ยนมัน",
            "Record {record} is not what was stored: a disk or memory changed it.",
        ),
        _RESTORE,
    ),
    "place_forgotten": Words(
        (
            "ระเบียน {record} ไม่มีลำดับส่งให้แท็บเล็ต แท็บเล็ตอาจไม่ได้รับการแก้ครั้งล่าสุด",
            "Record {record} lost its place in the feed: tablets may not receive its last change.",
        ),
        _RESTORE,
    ),
    "digest_differs": Words(
        (
            "ผลรวมของ {scope} ไม่ตรงกับระเบียนในนั้น แท็บเล็ตจะเห็นว่าไม่ตรงกันทุกครั้งที่ซิงก์",
            "The digest of {scope} is not that of its records: every tablet will see a difference.",
        ),
        _RESTORE,
    ),
    "change_differs": Words(
        (
            "การบันทึก {change} ไม่ตรงกับที่ได้รับมา หลักฐานต้นฉบับเสียหาย",
            "Change {change} is not what was received: the evidence itself is damaged.",
        ),
        _RESTORE,
    ),
    "chain_broken": Words(
        (
            "สายของตัวส่ง {client} ขาดที่ลำดับ {number} มีบางรายการหายหรือถูกเปลี่ยน",
            "The chain of client {client} breaks at number {number}: lines are missing or changed.",
        ),
        _RESTORE,
    ),
    "line_without_change": Words(
        (
            "ตัวส่ง {client} ลำดับ {number} ถูกยืนยันแล้ว แต่ไม่พบในสำนักงานหรือในที่พักรอ",
            "Number {number} of client {client} was confirmed and is neither stored nor aside.",
        ),
        _RESTORE,
    ),
    "receipt_not_held": Words(
        (
            "ใบรับ {receipt} บอกว่ามีถึงลำดับ {number} ของตัวส่ง {client} แต่ตอนนี้ไม่มีครบ",
            "Receipt {receipt} was given for {number} changes of client {client}, and not all of "
            "them are here now.",
        ),
        (
            "ให้แท็บเล็ตเครื่องนั้นซิงก์ แท็บเล็ตเก็บสิ่งที่ส่งไว้และจะส่งซ้ำเอง",
            "Let that tablet synchronise: it has kept what it sent, and offers it again.",
        ),
    ),
    "journal_sound": Words(
        (
            "บันทึกรายวันอ่านได้ครบถึงรายการ {seq} และทุกรายการอยู่ในฐานข้อมูล ({changes} การบันทึก)",
            "The journal can be read up to entry {seq}, and all of it is in the database "
            "({changes} changes).",
        ),
    ),
    "journal_failed": Words(
        (
            "จานของบันทึกรายวันเขียนไม่สำเร็จ: {reason} เซิร์ฟเวอร์จึงไม่ยืนยันการบันทึกใดจนกว่าจะเปิดใหม่",
            "The journal's disk failed: {reason}. The server confirms nothing until it is started "
            "anew.",
        ),
        (
            "ตรวจจานของ {folder} (dmesg, smartctl) เปลี่ยนถ้าจำเป็น แล้วเปิดเซิร์ฟเวอร์ใหม่ "
            "แท็บเล็ตยังเก็บสิ่งที่ไม่ได้ยืนยันไว้ครบ",
            "Look at the disk of {folder} (dmesg, smartctl), replace it if need be, then start the "
            "server. Tablets keep what was not confirmed.",
        ),
    ),
    "journal_failed_once": Words(
        (
            "ก่อนเปิดครั้งนี้ จานของบันทึกรายวันเคยเขียนไม่สำเร็จ: {reason} ตอนนี้เริ่มแฟ้มใหม่แล้ว",
            "Before this start the journal's disk had failed: {reason}. A new segment was begun.",
        ),
        (
            "ตรวจจานของ {folder} (dmesg, smartctl) ก่อนที่จะเสียอีก",
            "Look at the disk of {folder} (dmesg, smartctl) before it fails again.",
        ),
    ),
    "journal_empty": Words(
        ("ยังไม่มีบันทึกรายวันใน {folder}", "There is no journal in {folder} yet."),
    ),
    "journal_damaged": Words(
        (
            "บันทึกรายวันเสียหายที่ {segment} ไบต์ {offset} (ระหว่างรายการ {after} กับ {before}) "
            "ส่วนหลังจากนั้นยังอ่านได้",
            "The journal is damaged in {segment} at byte {offset} (between entries {after} and "
            "{before}); everything behind it can be read.",
        ),
        (
            "ฐานข้อมูลปัจจุบันไม่ถูกกระทบ ทำสำเนาใหม่ทันที: samruat-server backup TARGET --verify แล้วตรวจจาน",
            "The present database is not touched by this. Make a backup now: samruat-server backup "
            "TARGET --verify, then look at the disk.",
        ),
    ),
    "journal_not_held": Words(
        (
            "บันทึกรายวันมี {count} รายการที่ฐานข้อมูลไม่มี (ตั้งแต่รายการ {first})",
            "The journal has {count} entries that the database has not (from entry {first} on).",
        ),
        (
            "ปิดแล้วเปิดเซิร์ฟเวอร์ใหม่: ตอนเปิดจะทำรายการเหล่านั้นซ้ำให้เอง",
            "End the server and start it again: at the start these entries are done again.",
        ),
    ),
    "journalled_change_missing": Words(
        (
            "การบันทึก {change} อยู่ในบันทึกรายวัน (รายการ {seq}) แต่ไม่อยู่ในฐานข้อมูลหรือที่พักรอ",
            "Change {change} is in the journal (entry {seq}) and neither in the database nor kept "
            "aside.",
        ),
        _RESTORE,
    ),
    "journal_behind": Words(
        (
            "บันทึกรายวันจบที่ {seq} แต่ฐานข้อมูลรู้จักถึง {known}: บันทึกรายวันถูกวางกลับจากสำเนาเก่า หรือเป็นจานอื่น",
            "The journal ends at {seq} and the database knows up to {known}: an older copy of the "
            "journal was put back, or it is another volume.",
        ),
        (
            "สิ่งที่อยู่ระหว่างนั้นมีในฐานข้อมูลเท่านั้น ทำสำเนาทันที: samruat-server backup TARGET --verify",
            "What lies between is in the database only. Make a backup now: samruat-server backup "
            "TARGET --verify.",
        ),
    ),
    "epoch_fits": Words(("แฟ้ม epoch ตรงกับฐานข้อมูล", "The epoch's file fits the database.")),
    "epoch_differs": Words(
        (
            "แฟ้ม epoch ไม่ตรงกับฐานข้อมูล: ฐานข้อมูลถูกวางกลับจากสำเนาขณะเซิร์ฟเวอร์ทำงาน",
            "The epoch's file does not fit the database: a copy was put back under a running "
            "server.",
        ),
        (
            "ปิดแล้วเปิดเซิร์ฟเวอร์ใหม่ทันที: จะเริ่ม epoch ใหม่และเติมจากบันทึกรายวัน",
            "End the server and start it at once: it begins a new epoch and replays the journal.",
        ),
    ),
    "files_held": Words(
        ("มีไฟล์ครบ {files} ไฟล์", "All {files} files are there."),
    ),
    "files_sound": Words(
        ("อ่านไฟล์ {files} ไฟล์แล้ว ตรงกับลายนิ้วมือทุกไฟล์", "All {files} files were read and are sound."),
    ),
    "file_missing": Words(
        ("ไม่พบไฟล์ {sha256}", "File {sha256} is not in the store."),
        (
            "สั่ง samruat-server restore เพื่อนำไฟล์จากสำเนากลับมา หรือรอแท็บเล็ตที่ส่งไว้ส่งซ้ำ",
            "samruat-server restore brings files back from a backup; or wait for the tablet that "
            "sent it to send it again.",
        ),
    ),
    "file_damaged": Words(
        ("ไฟล์ {sha256} เสียหาย", "The bytes of file {sha256} are damaged."),
        (
            "สั่ง samruat-server restore เพื่อนำไฟล์จากสำเนากลับมา แล้วตรวจจาน",
            "samruat-server restore brings it back from a backup. Then look at the disk.",
        ),
    ),
    "files_wanted": Words(
        (
            "ระเบียนอ้างถึง {count} ไฟล์ที่ยังมาไม่ถึง",
            "Files that records name and that have not arrived: {count}.",
        ),
        ("แท็บเล็ตจะส่งเองเมื่อซิงก์", "Tablets send them when they synchronise."),
    ),
    "room_enough": Words(
        ("{folder} มีที่ว่าง {free}", "{folder} has {free} free."),
    ),
    "room_short": Words(
        ("{folder} เหลือที่ว่างเพียง {free}", "{folder} has only {free} free."),
        (
            "เพิ่มที่ว่างก่อนเต็ม เมื่อเต็มสำนักงานจะไม่รับข้อมูล (แท็บเล็ตเก็บไว้เอง)",
            "Make room before it is full: then the office takes nothing more (tablets keep it).",
        ),
    ),
    "journal_same_disk": Words(
        (
            "บันทึกรายวันอยู่จานเดียวกับข้อมูล ถ้าจานนี้เสีย จะหายไปพร้อมกัน",
            "The journal lies on the disk of the data: if that fails, both are gone.",
        ),
        (
            "ย้ายโฟลเดอร์ {folder} ไปจานอื่นขณะปิดเซิร์ฟเวอร์ แล้วระบุด้วย --journal หรือ SAMRUAT_JOURNAL",
            "With the server ended, move {folder} to another disk and name it by --journal or "
            "SAMRUAT_JOURNAL.",
        ),
    ),
    "backup_fresh": Words(
        (
            "สำเนาที่ตรวจแล้วล่าสุดมีอายุ {hours} ชั่วโมง ({target})",
            "The last verified backup is {hours} hours old ({target}).",
        ),
    ),
    "backup_old": Words(
        (
            "สำเนาที่ตรวจแล้วล่าสุดมีอายุ {hours} ชั่วโมงแล้ว ({target})",
            "The last verified backup is {hours} hours old already ({target}).",
        ),
        ("samruat-server backup TARGET --verify", "samruat-server backup TARGET --verify"),
    ),
    "backup_unverified": Words(
        ("มีสำเนา แต่ยังไม่เคยตรวจ", "There are backups, and none was verified."),
        ("samruat-server backup TARGET --verify", "samruat-server backup TARGET --verify"),
    ),
    "backup_none": Words(
        (
            "ยังไม่เคยทำสำเนา ถ้าจานนี้เสีย จะเหลือเพียงบันทึกรายวันและแท็บเล็ต",
            "There is no backup. If this disk fails, only the journal and the tablets are left.",
        ),
        (
            "samruat-server backup TARGET --verify โดย TARGET อยู่บนจานอื่น และทำทุกคืน",
            "samruat-server backup TARGET --verify, TARGET on another disk, every night.",
        ),
    ),
    "clock_fits": Words(
        ("นาฬิกาไม่ช้ากว่าสิ่งที่รับไว้", "The clock is not behind what was received."),
    ),
    "clock_back": Words(
        (
            "นาฬิกาของเซิร์ฟเวอร์ช้ากว่าการรับครั้งล่าสุด {minutes} นาที",
            "The server's clock is {minutes} minutes behind the last thing received.",
        ),
        (
            "ตั้งนาฬิกาให้ตรง (NTP) การรวมข้อมูลไม่ใช้นาฬิกา แต่รายการและอายุสำเนาใช้",
            "Set the clock (NTP). Merging does not use it; lists and the age of backups do.",
        ),
    ),
    "recovered": Words(
        (
            "การกู้ล่าสุดทำซ้ำ {entries} รายการ: การบันทึกจากแท็บเล็ต {changes} งานของสำนักงาน {saves}",
            "The last recovery did {entries} entries again: {changes} changes of tablets, {saves} "
            "of the office.",
        ),
    ),
    "recovered_in_part": Words(
        (
            "การกู้ล่าสุดทำบางรายการไม่ได้: {detail}",
            "The last recovery could not do everything: {detail}.",
        ),
        (
            "เก็บบันทึกรายวันไว้ และให้ผู้ดูแลตรวจรายการเหล่านี้กับผู้เกี่ยวข้อง",
            "Keep the journal, and look at these entries with the people concerned.",
        ),
    ),
    "doubles_likely": Words(
        (
            "หลังการกู้ มี {count} กลุ่มที่น่าจะเป็นเรื่องเดียวกันซึ่งถูกกรอกสองครั้ง",
            "Groups of records that look like one thing entered twice since then: {count}.",
        ),
        ("เปิดดูทีละกลุ่มแล้วลบรายการที่ซ้ำ", "Look at each, and delete what is a double."),
    ),
    "incidents_open": Words(
        ("มี {count} เหตุการณ์ที่ยังไม่มีผู้ดู", "Incidents that nobody has looked into: {count}."),
        ("ดูที่หน้าแท็บเล็ต", "See the page of tablets."),
    ),
    "kept_aside": Words(
        (
            "มี {count} การบันทึกพักรอการตัดสิน ไม่มีสิ่งใดหาย",
            "Changes kept aside until staff decide: {count}; nothing of them is lost.",
        ),
        ("ดูที่หน้าที่พักรอ", "See the page of what is kept aside."),
    ),
    "more_of_a_kind": Words(
        ("และอีก {count} รายการแบบเดียวกัน ({kind})", "And {count} more of the same kind ({kind})."),
    ),
}
