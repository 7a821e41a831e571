"""The columns of an export: the union over all versions of a form, in the order of the newest.

A question that the newest version does not have any more keeps a column of its own, behind the
others, named after the last version that had it: `visit/wind@2`. Its answers are never mixed with
those of another question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.exports.asking import ExportShape
from server.exports.cells import parts_of
from shared.forms.definition import REASON_SUFFIX, FormDefinition, Question, Text

SHEET: Final = re.compile(r"[^A-Za-z0-9_.\-]")
ANSWER: Final = re.compile(r"\$\{\s*([^}]+?)\s*\}")
MASKED: Final = frozenset({"P", "S"})
OTHER: Final = "other_fields"

ABOUT: Final[dict[str, Text]] = {
    "record_id": Text("รหัสระเบียน", "Record"),
    "parent_id": Text("รหัสระเบียนแม่", "Parent record"),
    "root_id": Text("รหัสระเบียนหลัก", "Main record"),
    "row": Text("ลำดับแถว", "Row"),
    "form_version": Text("รุ่นแบบฟอร์ม", "Form version"),
    "area": Text("รหัสพื้นที่", "Area code"),
    "area_name": Text("พื้นที่", "Area"),
    "state": Text("สถานะ", "State"),
    "created_at": Text("สร้างเมื่อ", "Created"),
    "created_by": Text("ผู้สร้าง", "Created by"),
    "changed_at": Text("แก้ไขล่าสุด", "Last changed"),
    "submitted_at": Text("ส่งเมื่อ", "Submitted"),
    "changed_since_approval": Text("แก้หลังอนุมัติ", "Changed since approval"),
    "problems": Text("ปัญหา", "Problems"),
    "missing_files": Text("ไฟล์ที่ยังไม่มา", "Files not here yet"),
    "conflicts": Text("ช่องที่มีค่าขัดกัน", "Fields in conflict"),
    OTHER: Text("ค่าอื่นที่ไม่มีในแบบฟอร์ม", "Other values without a question"),
}
ROOT_FIRST: Final = (
    "record_id", "form_version", "area", "area_name", "state", "created_at", "created_by",
    "changed_at", "submitted_at", "changed_since_approval", "problems", "missing_files",
    "conflicts",
)  # fmt: skip
ROW_FIRST: Final = ("record_id", "parent_id", "root_id", "row", "form_version", "conflicts")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `question` is None for what every record has; `part` is what of the answer
    stands here; `reason` a column of reasons given for soft problems."""

    heading: str
    label: Text
    question: Question | None = None
    part: str = ""
    reason: bool = False
    masked: bool = False
    versions: tuple[int, ...] = ()


@dataclass(slots=True)
class Table:
    """The table of one record type; `known` are the field keys that have a column."""

    record_type: str
    name: str
    columns: list[Column] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    @property
    def headings(self) -> list[str]:
        """The names of the columns."""
        return [column.heading for column in self.columns]


def tables_of(forms: Sequence[FormDefinition], shape: ExportShape) -> dict[str, Table]:
    """A table for each record type that any version has, the root's first. `forms` are all
    versions, the newest first; at least one."""
    tables: dict[str, Table] = {}
    for form in forms:
        for record_type in form.record_types():
            if record_type not in tables:
                tables[record_type] = _table(record_type, forms, shape)
    return tables


def _table(record_type: str, forms: Sequence[FormDefinition], shape: ExportShape) -> Table:
    root = "/" not in record_type
    table = Table(record_type, SHEET.sub("_", record_type.replace("/", ".")))
    first = ROOT_FIRST if root else ROW_FIRST
    table.columns += [Column(name, ABOUT[name]) for name in first]
    newest = forms[0].version
    met: set[str] = set()
    for form in forms:
        if not form.has_type(record_type):
            continue
        masked = masked_names(form)
        for question in form.questions(record_type):
            if question.key in met or question.type == "note":
                continue
            met.add(question.key)
            versions = tuple(
                sorted(one.version for one in forms if _has(one, record_type, question.key))
            )
            suffix = "" if form.version == newest else f"@{form.version}"
            mask = not shape.personal and question.name in masked
            table.columns += _columns(question, suffix, versions, shape, masked=mask)
            table.known.add(question.field)
            table.known.add(question.key + REASON_SUFFIX)
    table.columns.append(Column(OTHER, ABOUT[OTHER], masked=not shape.personal))
    return table


def _has(form: FormDefinition, record_type: str, key: str) -> bool:
    return form.has_type(record_type) and form.question(record_type, key) is not None


def _columns(
    question: Question,
    suffix: str,
    versions: tuple[int, ...],
    shape: ExportShape,
    *,
    masked: bool,
) -> Iterator[Column]:
    for part in parts_of(question, shape.choices, shape.dates):
        heading = question.key + (f"/{part}" if part else "") + suffix
        yield Column(heading, question.label, question, part, masked=masked, versions=versions)
    if question.warning or (question.constraint and question.severity == "soft"):
        label = Text(f"เหตุผล: {question.label.th}", f"Reason: {question.label.en}")
        heading = question.key + REASON_SUFFIX + suffix
        yield Column(heading, label, question, reason=True, masked=masked, versions=versions)


def masked_names(form: FormDefinition) -> frozenset[str]:
    """The questions whose answers are personal, and the calculations that are made of them."""
    found = {
        question.name
        for record_type in form.record_types()
        for question in form.questions(record_type)
        if question.personal in MASKED
    }
    computed = [
        (question.name, set(ANSWER.findall(question.calculation)))
        for record_type in form.record_types()
        for question in form.questions(record_type)
        if question.calculation and question.type == "calculate" and not question.personal
    ]
    while True:
        more = {name for name, uses in computed if uses & found} - found
        if not more:
            return frozenset(found)
        found |= more


DICTIONARY: Final = (
    "table", "column", "label_th", "label_en", "type", "unit", "choices", "personal", "versions",
)  # fmt: skip


def dictionary(tables: dict[str, Table]) -> Iterator[list[str]]:
    """What every column means, a line each."""
    for table in tables.values():
        for column in table.columns:
            question = column.question
            yield [
                table.name,
                column.heading,
                column.label.th,
                column.label.en,
                "" if question is None else question.type,
                "" if question is None else question.unit,
                "" if question is None else question.choices,
                "" if question is None else question.personal,
                " ".join(map(str, column.versions)),
            ]
