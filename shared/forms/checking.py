"""What can only be said of a form document when the whole form is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from shared.forms.parts import ChoiceList, Question
from shared.forms.question_types import BLANK, CHOICE_TYPES, REFERENCE_TYPES
from shared.forms.reading import Reading
from shared.forms.scale import scale_of

METADATA: Final = frozenset(
    {"start", "end", "today", "deviceid", "username", "phonenumber", "email"}
)
PEOPLE: Final = frozenset({"username", "phonenumber", "email"})
_CHOICES: Final = frozenset({"select_one", "select_multiple", "rank", "reference", "references"})
SEVERAL: Final = frozenset({"select_multiple", "rank"})
_NO_CHOICES: Final = ChoiceList("", ())
_DAYS: Final = frozenset({"date", "dateTime"})
_WORDS: Final = frozenset({"text", "barcode"})
MEANINGS: Final[Mapping[str, frozenset[str]]] = {
    "annotate": frozenset({"image"}),
    "draw": frozenset({"image"}),
    "signature": frozenset({"image", "signature"}),
    "buddhist": _DAYS,
    "month-year": _DAYS,
    "year": _DAYS,
    "likert": frozenset({"select_one"}),
    "list": frozenset({"select_one", "select_multiple"}),
    "list-nolabel": frozenset({"select_one", "select_multiple"}),
    "minimal": _CHOICES,
    "autocomplete": _CHOICES,
    "search": _CHOICES,
    "multiline": frozenset({"text"}),
    "numbers": _WORDS,
    "thousands-sep": frozenset({"integer", "decimal", "text", "range"}),
}
"""Appearances that change what a person may answer, and the questions that know them."""


def check_whole(reading: Reading, choice_lists: Mapping[str, ChoiceList]) -> None:
    """Looks at every question once more, with the lists and repeats of the whole form."""
    repeats = {repeat.name for shape in reading.shapes.values() for repeat in shape.repeats}
    for (record_type, key), path in reading.paths.items():
        question = reading.shapes[record_type].questions[key]
        _check_options(reading, question, path, choice_lists, repeats)
        _check_parameters(reading, question, path)
        _check_named_people(reading, question, path)
        for word, kinds in _misplaced(question):
            reading.warning(
                path,
                "appearance",
                "form.appearance",
                f"appearance {word} ใช้กับคำถามชนิด {kinds} จึงไม่มีผลที่นี่",
                f"the appearance {word} is for {kinds} and has no effect here",
            )


def _check_options(
    reading: Reading,
    question: Question,
    path: str,
    choice_lists: Mapping[str, ChoiceList],
    repeats: set[str],
) -> None:
    """What a question is answered from is there."""
    if question.type in CHOICE_TYPES and question.choices not in choice_lists:
        reading.defect(
            path,
            "type",
            "form.no_list",
            f"ไม่มีรายการตัวเลือกชื่อ {question.choices!r}",
            f"there is no list of choices named {question.choices!r}",
        )
    if question.type in SEVERAL and any(
        BLANK.search(one.name) for one in choice_lists.get(question.choices, _NO_CHOICES).choices
    ):
        reading.defect(
            path,
            "type",
            "form.choice_name",
            f"รายการ {question.choices!r} เลือกได้หลายข้อ ชื่อตัวเลือกจึงต้องไม่มีช่องว่าง",
            f"several choices of the list {question.choices!r} are kept with blanks between them: "
            "their names have none",
        )
    if question.type in REFERENCE_TYPES and question.refers_to is None:
        reading.defect(
            path,
            "refers_to",
            "form.no_reference",
            "ต้องระบุ refers_to ว่าอ้างถึงอะไร",
            "refers_to must say what the answer points at",
        )
    target = question.refers_to
    if target is not None and target.kind == "rows" and target.target not in repeats:
        reading.defect(
            path,
            "refers_to",
            "form.reference",
            f"ไม่มีกลุ่มซ้ำชื่อ {target.target!r}",
            f"there is no repeat named {target.target!r}",
        )
    if question.randomize and question.type not in _CHOICES:
        reading.warning(
            path,
            "parameters",
            "form.randomize",
            "randomize มีผลเฉพาะคำถามแบบเลือกตอบ",
            "randomize has an effect on questions with options only",
        )


def _check_parameters(reading: Reading, question: Question, path: str) -> None:
    """What a range and a metadata question need."""
    if question.type == "range" and scale_of(question) is None:
        reading.defect(
            path,
            "parameters",
            "form.range",
            "range ต้องมี start, end และ step เป็นตัวเลข และ step ต้องไม่เป็น 0 หรือกว้างกว่าช่วง",
            "a range has the numbers start, end and step, which is not 0 nor wider than the range",
        )
    if question.type == "metadata" and question.parameters.get("meta") not in METADATA:
        known = ", ".join(sorted(METADATA))
        reading.defect(
            path,
            "parameters",
            "form.metadata",
            f"meta เป็นได้: {known}",
            f"meta is one of: {known}",
        )


def _check_named_people(reading: Reading, question: Question, path: str) -> None:
    """Facts about whoever fills in a form are about a person, also when nobody thought of it."""
    meta = question.parameters.get("meta")
    if question.type == "metadata" and meta in PEOPLE and not question.personal:
        reading.warning(
            path,
            "personal",
            "form.personal_fact",
            f"{meta} เป็นข้อมูลของบุคคล ให้ใส่ personal เป็น P หรือ O เพื่อให้ปิดบังและลบได้",
            f"{meta} is about a person: write P or O under personal, so that it is masked and can "
            "be erased",
        )


def _misplaced(question: Question) -> Iterator[tuple[str, str]]:
    for word in question.appearance.split():
        kinds = MEANINGS.get(word)
        if kinds is not None and question.type not in kinds:
            yield word, ", ".join(sorted(kinds))
