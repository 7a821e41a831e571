"""What a person reads about a file: code -> Thai, English. Part of `shared.problem_sentences`.

Some are findings, not errors: the file is kept as it came, and the sentence says why no page shows
it. A code never changes its meaning and never returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FILE_SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "blob.too_large": (
        "ไฟล์ใหญ่เกินกว่าที่ระบบรับได้ กรุณาลดขนาดหรือแบ่งไฟล์แล้วแนบใหม่",
        "The file is bigger than can be taken. Make it smaller or split it, then attach it again.",
    ),
    "blob.image_too_large": (
        "ภาพมีความละเอียดสูงเกินกว่าจะเปิดได้อย่างปลอดภัย กรุณาถ่ายหรือย่อภาพให้เล็กลงแล้วแนบใหม่",
        "The picture has more pixels than can be opened safely. "
        "Take it or scale it smaller, then attach it again.",
    ),
    "blob.hash_mismatch": (
        "ไฟล์เสียหายระหว่างส่ง ต้นฉบับยังอยู่ในแท็บเล็ต ระบบจะส่งใหม่เอง",
        "The file was damaged on its way. The original is still on the tablet and is sent again "
        "by itself.",
    ),
    "blob.not_an_image": (
        "ไฟล์นี้ไม่ใช่ภาพชนิดที่ระบบเปิดได้ กรุณาแนบภาพ JPEG, PNG หรือ WebP",
        "This file is not a picture that can be opened. Attach a JPEG, PNG or WebP picture.",
    ),
    "blob.unknown_type": (
        "สำนักงานเก็บไฟล์นี้ไว้ครบทุกไบต์ แต่ไม่รู้จักชนิดของไฟล์ จึงไม่เปิดแสดงในหน้าเว็บ ดาวน์โหลดไปเปิดด้วยโปรแกรมอื่นได้",
        "The office keeps this file byte by byte but does not know its kind, so no page shows it. "
        "It can be downloaded and opened elsewhere.",
    ),
    "blob.unreadable_picture": (
        "สำนักงานเก็บภาพนี้ไว้ครบทุกไบต์ แต่อ่านขนาดของภาพไม่ได้ จึงไม่เปิดแสดง หากเป็นภาพสำคัญให้ถ่ายใหม่และแนบเพิ่ม",
        "The office keeps this picture byte by byte but cannot read its measures, so it is not "
        "shown. If it matters, take it again and attach the new one as well.",
    ),
    "blob.too_many_parts": (
        "มีไฟล์ที่ส่งค้างจากแท็บเล็ตนี้มากเกินไป สำนักงานจึงพักการรับไฟล์ใหม่ แท็บเล็ตจะส่งไฟล์ที่ค้างให้เสร็จก่อนเอง",
        "Too many files of this tablet are half sent, so no new one is begun. The tablet finishes "
        "those first by itself.",
    ),
    "blob.parts_missing": (
        "สำนักงานยังได้รับไฟล์นี้ไม่ครบ แท็บเล็ตจะส่งเฉพาะส่วนที่ขาดเอง ไม่ต้องทำอะไร",
        "Parts of this file have not arrived yet. The tablet sends just those by itself; there is "
        "nothing to do.",
    ),
    "blob.store_unavailable": (
        "ที่เก็บไฟล์ของสำนักงานไม่ตอบ ไฟล์ยังอยู่ในแท็บเล็ตและจะส่งใหม่เอง หากนานเกินหนึ่งชั่วโมงให้แจ้งผู้ดูแลระบบ",
        "The office's store of files does not answer. Files stay on the tablet and are sent again "
        "by themselves; if it lasts more than an hour, tell the administrator.",
    ),
}
