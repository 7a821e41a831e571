"""What the `type` of a row means: all names that XLSForm knows, and what is not supported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

CONTROL: Final = {
    "group": "group",
    "repeat": "repeat",
    "lgroup": "repeat",
    "looped group": "repeat",
}
CONTROLS: Final = re.compile(
    r"(?P<which>begin|end)[\s_](?P<kind>group|repeat|lgroup|looped group|loop)"
    r"(?: (?:over )?(?P<list>\S+))?"
)
SELECTS: Final = {
    "add select one prompt using": "select_one",
    "add select multiple prompt using": "select_multiple",
    "select all that apply from": "select_multiple",
    "select one from": "select_one",
    "select1": "select_one",
    "select_one": "select_one",
    "select one": "select_one",
    "select_multiple": "select_multiple",
    "select all that apply": "select_multiple",
    "select_one_external": "select_one",
    "select one external": "select_one",
    "select_one_from_file": "reference",
    "select one from file": "reference",
    "select_multiple_from_file": "references",
    "select multiple from file": "references",
    "rank": "rank",
}
SELECT: Final = re.compile(
    r"(?P<select>" + "|".join(sorted(SELECTS, key=len, reverse=True)) + r") (?P<list>\S+)"
    r"(?P<other> (?:or specify other|or_other|or other))?"
)

# Each type of ours with the other names that pyxform knows for it.
NAMES: Final[dict[str, tuple[str, ...]]] = {
    "text": ("text", "string", "q string", "add text prompt"),
    "integer": ("integer", "int", "q int", "add integer prompt"),
    "decimal": ("decimal", "q decimal", "add decimal prompt"),
    "date": ("date", "q date", "add date prompt"),
    "time": ("time",),
    "dateTime": (
        "dateTime",
        "datetime",
        "date time",
        "q dateTime",
        "q date time",
        "add dateTime prompt",
        "add date time prompt",
    ),
    "note": ("note", "q note", "add note prompt"),
    "barcode": ("barcode", "q barcode", "add barcode prompt"),
    "acknowledge": ("acknowledge", "trigger", "q acknowledge", "add acknowledge prompt"),
    "geopoint": ("geopoint", "gps", "location", "q geopoint", "q location", "add location prompt"),
    "geotrace": ("geotrace", "q geotrace"),
    "geoshape": ("geoshape", "q geoshape"),
    "image": ("image", "photo", "q image", "q picture", "add image prompt", "add photo prompt"),
    "audio": ("audio", "q audio", "add audio prompt"),
    "video": ("video", "q video", "add video prompt"),
    "file": ("file", "add file prompt"),
    "signature": ("signature",),
    "range": ("range",),
    "calculate": ("calculate", "q calculate", "add calculate prompt"),
    "hidden": ("hidden",),
}
PLAIN: Final = {name: kind for kind, names in NAMES.items() for name in names}

# Facts about the tablet, the person and the moment: hidden questions that the form fills.
METADATA: Final = {
    "start": "start",
    "start time": "start",
    "get start time": "start",
    "end": "end",
    "end time": "end",
    "get end time": "end",
    "today": "today",
    "get today": "today",
    "deviceid": "deviceid",
    "device id": "deviceid",
    "get device id": "deviceid",
    "imei": "deviceid",
    "uri:deviceid": "deviceid",
    "username": "username",
    "uri:username": "username",
    "email": "email",
    "uri:email": "email",
    "phonenumber": "phonenumber",
    "get phone number": "phonenumber",
    "uri:phonenumber": "phonenumber",
}
# The same for what no tablet tells any more: kept as an empty hidden question.
GONE: Final = frozenset(
    {
        "simserial",
        "sim id",
        "get sim id",
        "uri:simserial",
        "subscriberid",
        "subscriber id",
        "get subscriber id",
        "uri:subscriberid",
    }
)
# Types that are another type with a rule of their own.
RULED: Final = {
    "percentage": ("integer", "0 <= . and . <= 100", "0-100"),
    "number of days in last month": ("integer", "0 <= . and . <= 31", "0-31"),
    "number of days in last six months": ("integer", "0 <= . and . <= 183", "0-183"),
    "number of days in last year": ("integer", "0 <= . and . <= 365", "0-365"),
    "phone number": ("text", r"regex(., '^\d*$')", "0-9"),
}
# What is not supported, with the advice to give.
UNSUPPORTED: Final = {
    "background-audio": (
        "ไม่บันทึกเสียงทั้งการสัมภาษณ์ ใช้คำถามชนิด audio",
        "the whole interview is not recorded; ask for a recording with a question of type audio",
    ),
    "background-geopoint": (
        "ไม่จับพิกัดเบื้องหลัง ใช้คำถามชนิด geopoint",
        "places are not taken in the background; ask with a question of type geopoint",
    ),
    "start-geopoint": (
        "ไม่จับพิกัดเมื่อเปิดแบบฟอร์ม ใช้คำถามชนิด geopoint",
        "no place is taken when a form opens; ask with a question of type geopoint",
    ),
    "osm": (
        "ไม่แก้แผนที่ OpenStreetMap ใช้ geopoint, geotrace หรือ geoshape",
        "OpenStreetMap is not edited; use geopoint, geotrace or geoshape",
    ),
    "loop": (
        "เขียน begin loop over ชื่อรายการ และ end loop ไม่ซ้อนกัน",
        "write begin loop over a list of choices, and end loop, not one in another",
    ),
    "include": (
        "ไม่รวมแบบฟอร์มอื่นเข้ามา คัดลอกแถวมาใส่",
        "other forms are not included; copy their rows",
    ),
    "begin_score": ("ใช้ select_one แต่ละข้อ", "write each question as select_one"),
    "begin_rank": ("ใช้คำถามชนิด rank", "use a question of type rank"),
    "begin_kobomatrix": (
        "ใช้ begin_repeat หรือกลุ่มที่มี appearance table-list",
        "use begin_repeat, or groups with the appearance table-list",
    ),
    "calculate_here": ("ใช้ calculate กับ trigger", "use a calculate with a trigger"),
    "text audit": ("ระบบเก็บทุกการบันทึกอยู่แล้ว ลบแถวนี้", "every save is kept anyhow; take the row out"),
    "audio audit": (
        "ไม่บันทึกเสียงทั้งการสัมภาษณ์ ใช้คำถามชนิด audio",
        "the whole interview is not recorded; ask for a recording with a question of type audio",
    ),
    "comments": ("ใช้คำถามชนิด text", "ask with a question of type text"),
    "cascading_select": (
        "ใช้ select_one กับ choice_filter",
        "use select_one with a choice_filter",
    ),
    "cascading select": (
        "ใช้ select_one กับ choice_filter",
        "use select_one with a choice_filter",
    ),
}
KNOWN: Final = (
    frozenset(PLAIN)
    | frozenset(METADATA)
    | frozenset(SELECTS)
    | frozenset(RULED)
    | {"audit", "csv-external"}
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a row is: `type` is ours. `control` is begin or end for groups and repeats."""

    type: str
    control: str = ""
    argument: str = ""
    select: str = ""
    or_other: bool = False
    meta: str = ""
    constraint: str = ""
    hint: str = ""
    unsupported: str = ""


def kind_of(written: str) -> Kind:
    """The meaning of a type as written; type "" when it is unknown."""
    text = " ".join(written.split())
    control = CONTROLS.fullmatch(text)
    if control:
        kind = CONTROL.get(control["kind"], "")
        if not kind:
            return Kind("group", control["which"], control["list"] or "", unsupported="loop")
        return Kind(kind, control["which"], control["list"] or "")
    select = SELECT.fullmatch(text)
    if select:
        return Kind(
            SELECTS[select["select"]],
            argument=select["list"],
            select=select["select"].replace(" ", "_"),
            or_other=select["other"] is not None,
        )
    if text in PLAIN:
        return Kind(PLAIN[text])
    if text in METADATA:
        return Kind("hidden", meta=METADATA[text])
    if text in GONE:
        return Kind("hidden", meta="gone")
    if text in RULED:
        kind, constraint, hint = RULED[text]
        return Kind(kind, constraint=constraint, hint=hint)
    first = text.partition(" ")[0]
    if text in UNSUPPORTED or first in UNSUPPORTED:
        return Kind("text", unsupported=text if text in UNSUPPORTED else first)
    if text in ("audit", "csv-external", "xml-external"):
        return Kind("csv-external" if text == "xml-external" else text)
    return Kind("")
