"""Answers of one version of a form read under the next: what fits, what is kept aside, what blocks.

Nothing is ever removed or rewritten: `Upgrade.answers` are the stored values, all of them. "Kept
aside" is a view: answers that the new version has no place for stay in the record, and are shown
with the reason. Fields keep their nature for ever (publishing refuses otherwise, sync.md 4), so an
answer either has its place in the new version or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from shared.canonical import JsonValue
from shared.forms.answers import Fields, RecordAnswers, ReferenceLookup, RowAnswers
from shared.forms.codebook import Table
from shared.forms.definition import REASON_SUFFIX, FormDefinition, Group, Question, Text
from shared.forms.hiding import hidden_answers, is_empty
from shared.forms.logic import FormEngine
from shared.forms.question_types import CHOICE_TYPES
from shared.forms.validation import Problem, blocking, check_field, validate

UNANSWERED: Final = frozenset({"required", "rows.too_few", "rank.incomplete"})
"""Problems of what is not answered yet: a draft is there to be answered."""
REFUSING: Final = "upgrade.workflow"
"""The problem for which a record must stay with its version; others can be put right."""
WORKFLOW: Final = Text(
    "ขั้นตอนของแบบฟอร์มเปลี่ยนไป บันทึกนี้จึงคงรุ่นเดิมไว้",
    "The form's workflow is another one: this record stays with its version",
)


@dataclass(frozen=True, slots=True)
class Aside:
    """A stored answer that the new version has no place for. `value` is the part concerned: names
    of choices that are gone, or the parts of an atomic group that are. `code` says why:
    question.gone, question.moved, part.gone, rows.gone, choice.gone, shape.changed, answer.hidden,
    field.unknown."""

    record_id: str
    record_type: str
    field: str
    value: JsonValue
    reason: Text
    code: str


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A record under the new version: `answers` are the stored values, unchanged."""

    answers: RecordAnswers
    kept_aside: tuple[Aside, ...] = ()
    blocked: tuple[Problem, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether every answer has its place and nothing stands in the way."""
        return not self.kept_aside and not self.blocked


@dataclass(frozen=True, slots=True)
class Judging:
    """What answers are judged by: the day, codebooks and other records. `submitted`: nobody fills
    the record any more, so that a new question that must be answered blocks it."""

    today: date
    submitted: bool = False
    codebooks: Mapping[str, Table] = field(default_factory=dict)
    references: ReferenceLookup | None = None

    def engine(self, form: FormDefinition, answers: RecordAnswers) -> FormEngine:
        """The record under a version."""
        return FormEngine(
            form,
            answers,
            today=self.today,
            codebooks=self.codebooks,
            references=self.references,
        )


def upgrade(
    old: FormDefinition,
    new: FormDefinition,
    answers: RecordAnswers,
    *,
    judging: Judging | None = None,
) -> Upgrade:
    """A record of the old version read under the new one.

    Without `judging` only the places of answers are compared. With it the record is judged under
    both versions too: answers that the new one hides are named, and what it newly forbids blocks.
    """
    kept = [one for place in _records(answers) for one in _lost(old, new, *place)]
    blocked: list[Problem] = []
    if old.workflow != new.workflow:
        blocked.append(Problem(answers.record_id, new.form_id, "", REFUSING, "hard", WORKFLOW))
    if judging is not None:
        before, after = judging.engine(old, answers), judging.engine(new, answers)
        kept += _hidden(before, after)
        blocked += _newly_blocking(before, after, kept, judging)
    return Upgrade(answers, tuple(kept), tuple(blocked))


def aside_of(form: FormDefinition, answers: RecordAnswers) -> tuple[Aside, ...]:
    """Every stored answer that a version has no place for, whichever version took it: what a
    person is shown as "kept aside"."""
    found: list[Aside] = []
    for record_id, record_type, fields in _records(answers):
        kind = record_type or form.form_id
        for key, value in fields.items():
            if not is_empty(value) and not form.may_store(kind, key):
                found.append(_aside(record_id, kind, key, value, "field.unknown", UNKNOWN))
            elif not is_empty(value):
                found += _gone_parts(None, form, record_id, kind, key, value)
    return tuple(found)


UNKNOWN: Final = Text(
    "แบบฟอร์มรุ่นนี้ไม่มีคำถามของคำตอบนี้ คำตอบยังเก็บไว้",
    "This version of the form has no question for this answer; the answer is kept",
)
ROWS_GONE: Final = Text(
    "รุ่นใหม่ไม่มีรายการซ้ำนี้ แถวที่กรอกไว้ยังเก็บอยู่",
    "The new version does not have this repeat; the rows that were filled are kept",
)
GONE: Final = Text(
    "รุ่นใหม่ไม่มีคำถามนี้ คำตอบยังเก็บไว้",
    "The new version does not ask this; the answer is kept",
)
SHAPE: Final = Text(
    "คำตอบนี้ไม่ตรงกับชนิดของคำถามในรุ่นใหม่ คำตอบยังเก็บไว้",
    "The answer does not fit the question of the new version; it is kept",
)
HIDDEN: Final = Text(
    "ตามเงื่อนไขของรุ่นใหม่ คำถามนี้ไม่ถูกถามแล้ว คำตอบยังเก็บไว้และไม่ถูกนับ",
    "By the rules of the new version this is not asked; the answer is kept and does not count",
)


def _records(answers: RecordAnswers) -> Iterator[tuple[str, str, Fields]]:
    """Each record of a tree: id, type ("" for the root), stored values."""
    yield answers.record_id, "", answers.fields
    for record_type, rows in answers.rows.items():
        for given in rows:
            row = RowAnswers(*given)
            yield row.record_id, record_type, row.fields


def _lost(
    old: FormDefinition, new: FormDefinition, record_id: str, record_type: str, fields: Fields
) -> Iterator[Aside]:
    """What the old version has a place for, and the new one has not."""
    kind = record_type or old.form_id
    for key, value in fields.items():
        if is_empty(value) or not old.may_store(kind, key):
            continue
        if not new.has_type(kind):
            yield _aside(record_id, kind, key, value, "rows.gone", ROWS_GONE)
        elif not new.may_store(kind, key):
            code, reason = _why_gone(old, new, kind, key.removesuffix(REASON_SUFFIX))
            yield _aside(record_id, kind, key, value, code, reason)
        elif _fits(old, kind, key, value) and not _fits(new, kind, key, value):
            parts = list(_gone_parts(old, new, record_id, kind, key, value))
            yield from parts or [_aside(record_id, kind, key, value, "shape.changed", SHAPE)]
        else:
            yield from _gone_parts(old, new, record_id, kind, key, value)


def _aside(
    record_id: str, record_type: str, key: str, value: JsonValue, code: str, reason: Text
) -> Aside:
    return Aside(record_id, record_type, key, value, reason, code)


def _fits(form: FormDefinition, record_type: str, key: str, value: JsonValue) -> bool:
    register = form.register(record_type, key)
    return register is None or check_field(register, value) is None


def _why_gone(
    old: FormDefinition, new: FormDefinition, record_type: str, key: str
) -> tuple[str, Text]:
    """Whether a question is gone, or seems to stand at another place under another key."""
    before = old.question(record_type, key) or old.register(record_type, key)
    if before is None:
        return "question.gone", GONE
    for kind in new.record_types():
        for question in new.questions(kind):
            place = (kind, question.key)
            if old.question(*place) is not None or not question.stored:
                continue
            if question.name == before.name or question.label == before.label:
                there = question.key if kind == record_type else f"{kind} {question.key}"
                return "question.moved", Text(
                    f"รุ่นใหม่ถามเรื่องนี้ที่ {there} ซึ่งเป็นคนละช่องกัน คำตอบเดิมยังเก็บไว้ที่เดิม ให้ตอบใหม่ถ้าต้องการ",
                    f"The new version asks this at {there}, which is another field; the old answer "
                    "is kept where it was, and can be given again there",
                )
    return "question.gone", GONE


def _gone_parts(
    old: FormDefinition | None,
    new: FormDefinition,
    record_id: str,
    record_type: str,
    key: str,
    value: JsonValue,
) -> Iterator[Aside]:
    """Parts of a group, and choices, that the new version does not have; without an old one, all
    that this one has no place for."""
    register = new.register(record_type, key)
    if isinstance(register, Group) and isinstance(value, dict):
        children = {c.name: c for c in register.children if isinstance(c, Question)}
        gone = {name: one for name, one in value.items() if name not in children}
        if gone:
            yield _aside(record_id, record_type, key, dict(gone), "part.gone", GONE)
        for name, child in children.items():
            before = None if old is None else old.question(record_type, child.key)
            for aside in _gone_choices(old, new, before, child, value.get(name)):
                yield _aside(
                    record_id, record_type, key, {name: aside}, "choice.gone", _no_choice(aside)
                )
    elif isinstance(register, Question):
        before = None if old is None else old.question(record_type, key)
        for aside in _gone_choices(old, new, before, register, value):
            yield _aside(record_id, record_type, key, aside, "choice.gone", _no_choice(aside))


def _gone_choices(
    old: FormDefinition | None,
    new: FormDefinition,
    before: Question | None,
    now: Question,
    value: JsonValue,
) -> Iterator[str]:
    """Chosen names that the new list does not have and the old one had."""
    listed = new.choice_lists.get(now.choices)
    earlier = None
    if old is not None and before is not None:
        earlier = old.choice_lists.get(before.choices)
    if now.type not in CHOICE_TYPES or listed is None:
        return
    for name in value if isinstance(value, list) else [value]:
        if not isinstance(name, str) or name in listed.positions:
            continue
        if old is None or (earlier is not None and name in earlier.positions):
            yield name


def _no_choice(name: str) -> Text:
    return Text(
        f"รุ่นใหม่ไม่มีตัวเลือก {name!r} คำตอบยังเก็บไว้ ให้เลือกใหม่ถ้าทำได้",
        f"The new version does not have the option {name!r}; the answer is kept, choose again "
        "where possible",
    )


def _hidden(before: FormEngine, after: FormEngine) -> list[Aside]:
    """Answers that counted under the old version and are not asked for by the new one."""
    hidden = {(one.record, one.field) for one in hidden_answers(before)}
    return [
        _aside(
            one.record,
            after.nodes[one.record].record_type,
            one.field,
            after.nodes[one.record].stored[one.field],
            "answer.hidden",
            HIDDEN,
        )
        for one in hidden_answers(after)
        if (one.record, one.field) not in hidden and one.record in before.nodes
    ]


def _newly_blocking(
    before: FormEngine, after: FormEngine, kept: list[Aside], judging: Judging
) -> Iterator[Problem]:
    """Hard problems that the record has only under the new version."""
    found = blocking(validate(after))
    if not found:
        # The usual record: what it was before need not be worked out.
        return
    known = {(one.record_id, one.key, one.code) for one in blocking(validate(before))}
    named = {(one.record_id, one.field) for one in kept if one.code == "choice.gone"}
    for problem in found:
        place = after.definition.field_of(problem.record_type, problem.key)
        if (problem.record_id, problem.key, problem.code) in known:
            continue
        if problem.code == "choice.unknown" and (problem.record_id, place) in named:
            continue
        if judging.submitted or problem.code not in UNANSWERED:
            yield problem
