"""What the header of a column means: XLSForm's names with all their aliases, and our own.

A header is split as pyxform splits it (`label::English (en)`, `media:image`, `bind::relevant`),
blanks and capitals do not matter, and what is left is one of our keys. A key with a language is
written `label::English (en)`; without one `label`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

# Columns of ours: merge, personal, unit, limit, severity, warning, answered_by, refers_to,
# shown_as, rows_min, rows_max, rows_from, remark.
SURVEY: Final = frozenset(
    {
        "type",
        "name",
        "required",
        "relevant",
        "constraint",
        "calculation",
        "trigger",
        "default",
        "read_only",
        "choice_filter",
        "appearance",
        "parameters",
        "repeat_count",
        "disabled",
        "save_to",
        "merge",
        "personal",
        "unit",
        "limit",
        "severity",
        "warning",
        "answered_by",
        "refers_to",
        "shown_as",
        "rows_min",
        "rows_max",
        "rows_from",
        "remark",
    }
)
MEDIA: Final = ("image", "big-image", "audio", "video")
TRANSLATED: Final = (
    "label",
    "hint",
    "required_message",
    "constraint_message",
    "warning_message",
    "guidance_hint",
)
SETTINGS: Final = frozenset(
    {
        "form_id",
        "form_title",
        "form_title_en",
        "version",
        "default_language",
        "workflow",
        "instance_name",
        "allow_choice_duplicates",
        "clean_text_values",
        "style",
    }
)

# Other names of the same column.
SURVEY_ALIASES: Final = {
    "readonly": "read_only",
    "relevance": "relevant",
    "calculate": "calculation",
    "caption": "label",
    "constraining_message": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "requiredmsg": "required_message",
    "jr:requiredmsg": "required_message",
    "command": "type",
    "tag": "name",
    "value": "name",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "entities:saveto": "save_to",
}
# The same below `bind::` and `control::` / `body::`.
BIND: Final = {
    "relevant": "relevant",
    "required": "required",
    "readonly": "read_only",
    "constraint": "constraint",
    "calculate": "calculation",
    "jr:constraintmsg": "constraint_message",
    "jr:requiredmsg": "required_message",
    "entities:saveto": "save_to",
}
CONTROL: Final = {"appearance": "appearance", "jr:count": "repeat_count", "rows": "rows"}
CHOICE_ALIASES: Final = {
    "caption": "label",
    "list name": "list_name",
    "listname": "list_name",
    "value": "name",
}
SETTINGS_ALIASES: Final = {
    "id_string": "form_id",
    "set_form_id": "form_id",
    "title": "form_title",
    "set_form_title": "form_title",
}
# What other systems do with a column and Samruat does not, with the advice to give.
UNUSED: Final = {
    "intent": (
        "ไม่เปิดแอปอื่นจากแบบฟอร์ม",
        "no other app is opened from a form",
    ),
    "autoplay": ("เสียงและวิดีโอเริ่มเล่นเมื่อแตะ", "sounds and films start when tapped"),
    "noapperrorstring": ("ไม่มีแอปอื่นให้เตือน", "there is no other app to tell of"),
    "no_app_error_string": ("ไม่มีแอปอื่นให้เตือน", "there is no other app to tell of"),
    "jr:noapperrorstring": ("ไม่มีแอปอื่นให้เตือน", "there is no other app to tell of"),
    "query": ("ใช้ choice_filter แทน", "write a choice_filter instead"),
    "compact_tag": ("ไม่ส่งคำตอบทาง SMS", "answers are not sent by SMS"),
    "sms_field": ("ไม่ส่งคำตอบทาง SMS", "answers are not sent by SMS"),
    "sms_option": ("ไม่ส่งคำตอบทาง SMS", "answers are not sent by SMS"),
    "public_key": (
        "ระบบเข้ารหัสการส่งและที่เก็บเอง ไม่ต้องใส่กุญแจในแบบฟอร์ม",
        "the product encrypts by itself; a form carries no key",
    ),
    "submission_url": (
        "คำตอบส่งไปที่สำนักงานที่แท็บเล็ตลงทะเบียนไว้เท่านั้น",
        "answers only go to the office that the tablet is enrolled with",
    ),
    "auto_send": ("แท็บเล็ตส่งเองเสมอ", "tablets always send by themselves"),
    "auto_delete": ("แท็บเล็ตลบเมื่อสำนักงานยืนยันแล้วเท่านั้น", "tablets keep what is not confirmed"),
    "client_editable": ("แก้ไขได้ตามขั้นตอนของบันทึก", "the record's workflow says who may edit"),
}


# Settings of other systems that mean nothing here.
OTHER_SETTINGS: Final = frozenset(
    {
        "name",
        "instance_id",
        "instance_xmlns",
        "namespaces",
        "omit_instanceid",
        "attribute",
        "prefix",
        "delimiter",
        "add_none_option",
        "flat",
        "sms_keyword",
        "sms_separator",
        "sms_allow_media",
        "sms_date_format",
        "sms_datetime_format",
        "sms_response",
        "sms_field",
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header as written, what it is, the language it is in ("" when none), and
    what becomes of it: `used`, `unused` (told, with advice), `extra` (a column of a list for
    filters), or `unknown`."""

    header: str
    name: str
    language: str = ""
    use: Literal["used", "unused", "extra", "unknown"] = "used"

    @property
    def key(self) -> str:
        """The name under which its cells are kept."""
        return f"{self.name}::{self.language}" if self.language else self.name


def split_header(header: str, double: bool) -> list[str]:
    """The parts of a header; `double` when the sheet separates by `::`, else by `:`."""
    if double or "::" in header:
        return [part.strip() for part in header.split("::")]
    parts = [part.strip() for part in header.split(":")]
    if "jr" in parts[:-1]:
        at = parts.index("jr")
        parts[at : at + 2] = [f"jr:{parts[at + 1]}"]
    return parts


def snake(word: str) -> str:
    """A header in the writing of our keys: no capitals, `_` for blanks."""
    return "_".join(word.split()).lower()


def survey_column(header: str, double: bool) -> Column:
    """What a header of the survey sheet means."""
    parts = split_header(header, double)
    head, rest = snake(parts[0]), parts[1:]
    if head == "bind" and rest:
        bound = BIND.get(rest[0].lower())
        return _with_language(header, bound or rest[0].lower(), rest[1:], known=bound is not None)
    if head in ("control", "body") and rest:
        control = CONTROL.get(rest[0].lower())
        return Column(header, control or rest[0].lower(), use="used" if control else "unused")
    if head == "instance" and rest:
        return Column(header, f"instance::{rest[0]}", use="unused")
    if head == "media" and rest:
        return _with_language(header, rest[0].lower(), rest[1:], known=rest[0].lower() in MEDIA)
    name = SURVEY_ALIASES.get(head, head)
    if name in MEDIA or name in TRANSLATED:
        return _with_language(header, name, rest, known=True)
    if name == "rows" and not rest:
        return Column(header, name)
    if name in UNUSED:
        return Column(header, name, use="unused")
    return Column(header, name, use="used" if name in SURVEY and not rest else "unknown")


def choice_column(header: str, double: bool) -> Column:
    """What a header of the choices sheet means."""
    parts = split_header(header, double)
    head, rest = snake(parts[0]), parts[1:]
    name = CHOICE_ALIASES.get(" ".join(parts[0].split()).lower(), CHOICE_ALIASES.get(head, head))
    if head == "media" and rest:
        return _with_language(header, rest[0].lower(), rest[1:], known=rest[0].lower() in MEDIA)
    if name == "label" or name in MEDIA:
        return _with_language(header, name, rest, known=True)
    if name in ("list_name", "name") and not rest:
        return Column(header, name)
    return Column(header, header, use="unknown" if rest or " " in header else "extra")


def settings_column(header: str, double: bool) -> Column:
    """What a header of the settings sheet means."""
    parts = split_header(header, double)
    head, rest = snake(parts[0]), parts[1:]
    name = SETTINGS_ALIASES.get(head, head)
    if name == "form_title" and rest:
        return _with_language(header, name, rest, known=True)
    if name in SETTINGS:
        return Column(header, name, use="used" if not rest else "unknown")
    unused = name in UNUSED or name in OTHER_SETTINGS or bool(rest)
    return Column(header, name, use="unused" if unused else "unknown")


def _with_language(header: str, name: str, rest: list[str], *, known: bool) -> Column:
    """A column that may be translated: what stands behind its name is a language."""
    if not known:
        return Column(header, name, use="unused")
    return Column(header, name, rest[0] if rest else "", "used" if len(rest) < 2 else "unknown")
