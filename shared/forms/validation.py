"""Answers x form -> problems: values with a place, a code and a sentence in both languages.

Hard problems block submitting on the tablet. A soft one is passed by giving a reason, which is
stored beside the answer under the key `<question key>?reason` and merges as evidence like any
other. The server never refuses evidence for either; it flags the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers, RowAnswers
from shared.forms.definition import REASON_SUFFIX, Group, Question, Repeat, Severity, Text
from shared.forms.expressions.compiling import Compiled
from shared.forms.expressions.values import number_text, to_boolean
from shared.forms.logic import FormEngine, Node
from shared.forms.question_types import CHOICE_TYPES, REFERENCE_TYPES, TYPES
from shared.forms.scale import scale_of

SCALED = frozenset({"range", "rank"})
CHOSEN = CHOICE_TYPES | REFERENCE_TYPES

REQUIRED = Text("ต้องตอบคำถามนี้", "This question must be answered")
UNKNOWN_CHOICE = Text(
    "คำตอบไม่อยู่ในรายการตัวเลือก เลือกใหม่จากรายการ",
    "The answer is not one of the options; choose again from the list",
)
SHAPE = Text(
    "ค่าที่บันทึกไว้ไม่ตรงกับชนิดของคำถาม ให้ตอบใหม่",
    "The stored value does not fit the question; answer it again",
)
CONSTRAINT = Text("คำตอบไม่ผ่านเงื่อนไข", "The answer breaks a rule")
RANKED = Text(
    "ต้องจัดอันดับให้ครบทุกตัวเลือก ตัวเลือกละหนึ่งอันดับ",
    "Every option has one place in the ranking",
)
UNKNOWN_FIELD = Text(
    "ข้อมูลนี้ไม่มีในแบบฟอร์มรุ่นนี้",
    "This value has no question in this version of the form",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to put right, or to explain when soft. `key` is a question, repeat or field."""

    record_id: str
    record_type: str
    key: str
    code: str
    severity: Severity
    message: Text


def reason_key(key: str) -> str:
    """The field that holds the reason given for a soft problem at a question."""
    return key + REASON_SUFFIX


def validate(engine: FormEngine) -> list[Problem]:
    """All problems of a record tree, in the form's order, row by row."""
    return [problem for node in engine.nodes.values() for problem in _of_record(engine, node)]


def validate_record(engine: FormEngine, record_id: str) -> list[Problem]:
    """The problems of one record of the tree."""
    return list(_of_record(engine, engine.nodes[record_id]))


def validate_question(engine: FormEngine, record_id: str, key: str) -> list[Problem]:
    """The problems of one question."""
    node = engine.nodes[record_id]
    question = engine.definition.question(node.record_type, key)
    return [] if question is None else list(_of_question(engine, node, question))


def blocking(problems: list[Problem]) -> list[Problem]:
    """Those that prevent submitting."""
    return [problem for problem in problems if problem.severity == "hard"]


def _of_record(engine: FormEngine, node: Node) -> Iterator[Problem]:
    if not node.alive:
        return
    shape = engine.definition.shapes[node.record_type]
    for question in shape.questions.values():
        if question.stored:
            yield from _of_question(engine, node, question)
    for repeat in shape.repeats:
        yield from _of_rows(engine, node, repeat)
    yield from _of_fields(engine, node)


def _of_question(engine: FormEngine, node: Node, question: Question) -> Iterator[Problem]:
    key = question.key
    if not node.holds(node.logic.guards[key]):
        return
    value = node.raw.get(key)
    rules = node.logic.rules[key]
    if value is None:
        # Who may answer decides: what the office answers never blocks the field.
        if question.answered_by == "field" and _says(engine, node, key, rules.required):
            message = question.required_message or REQUIRED
            yield _problem(node, key, "required", "hard", message)
        return
    code = TYPES[question.type].check(value)
    if code is not None:
        yield _problem(node, key, code, "hard", SHAPE)
        return
    if question.type in CHOSEN and not _known(engine, node, question, value):
        yield _problem(node, key, "choice.unknown", "hard", UNKNOWN_CHOICE)
    elif question.type in SCALED:
        yield from _of_scale(engine, node, question, value)
    if rules.constraint is not None and not _says(engine, node, key, rules.constraint):
        yield from _explained(
            node, key, "constraint", question.severity, question.constraint_message or CONSTRAINT
        )
    if rules.warning is not None and not _says(engine, node, key, rules.warning):
        yield from _explained(node, key, "warning", "soft", question.warning_message or CONSTRAINT)


def _says(engine: FormEngine, node: Node, key: str, rule: Compiled | None) -> bool:
    """Whether a rule of a question is true; no rule is not."""
    if rule is None:
        return False
    return to_boolean(rule.run(engine.context(node, node.effective.get(key))))


def _known(engine: FormEngine, node: Node, question: Question, value: JsonValue) -> bool:
    """Whether an answer is among the options that are offered now. A reference to a codebook is
    only judged when it is at hand; one to another record never is."""
    target = question.refers_to
    chosen = value if isinstance(value, list) else [value]
    if target is not None:
        if target.kind == "rows":
            return all(name in engine.nodes for name in chosen)
        book = engine.world.codebooks.get(target.target) if target.kind == "codebook" else None
        if book is None:
            return True
        return all(engine.option(node.record_id, question.key, str(name)) for name in chosen)
    if node.logic.rules[question.key].choice_filter is None:
        positions = engine.definition.choice_lists[question.choices].positions
        return all(name in positions for name in chosen)
    return all(engine.offers(node.record_id, question.key, str(name)) for name in chosen)


def _of_scale(
    engine: FormEngine, node: Node, question: Question, value: JsonValue
) -> Iterator[Problem]:
    """A range's answer is on its scale; a ranking has every option once."""
    if question.type == "rank":
        offered = {choice.name for choice in engine.choices(node.record_id, question.key)}
        if isinstance(value, list) and len(value) != len(offered):
            yield _problem(node, question.key, "rank.incomplete", "hard", RANKED)
        return
    scale = scale_of(question)
    if scale is not None and not scale.has(Decimal(str(value))):
        start, end, step = (number_text(one) for one in (scale.start, scale.end, scale.step))
        message = Text(
            f"ต้องอยู่ระหว่าง {start} ถึง {end} ทีละ {step}",
            f"The answer lies between {start} and {end}, in steps of {step}",
        )
        yield _problem(node, question.key, "range.outside", "hard", message)


def _explained(
    node: Node, key: str, code: str, severity: Severity, message: Text
) -> Iterator[Problem]:
    """The problem, unless it is soft and a reason was given."""
    if severity == "soft":
        reason = node.stored.get(reason_key(key))
        if isinstance(reason, str) and reason.strip():
            return
    yield _problem(node, key, code, severity, message)


def _of_rows(engine: FormEngine, node: Node, repeat: Repeat) -> Iterator[Problem]:
    if not node.holds(node.logic.guards[repeat.key]):
        return
    count = len(node.rows.get(repeat.record_type, ()))
    label = repeat.label
    due = engine.rows_due(repeat.record_type, node.record_id)
    if due is not None:
        yield from _of_counted(engine, node, repeat, due)
        return
    if count < repeat.rows_min:
        yield _problem(
            node,
            repeat.key,
            "rows.too_few",
            "hard",
            Text(
                f"{label.th}: ต้องมีอย่างน้อย {repeat.rows_min} รายการ ขณะนี้มี {count}",
                f"{label.en}: at least {repeat.rows_min} needed, {count} given",
            ),
        )
    if count > repeat.rows_max:
        yield _problem(
            node,
            repeat.key,
            "rows.too_many",
            "hard",
            Text(
                f"{label.th}: มีได้ไม่เกิน {repeat.rows_max} รายการ ขณะนี้มี {count}",
                f"{label.en}: at most {repeat.rows_max} allowed, {count} given",
            ),
        )


def _of_counted(engine: FormEngine, node: Node, repeat: Repeat, due: int) -> Iterator[Problem]:
    """Rows that a count asks for and that nobody filled; none when they may stay empty."""
    questions = engine.definition.questions(repeat.record_type)
    missing = due - len(node.children.get(repeat.record_type, ()))
    if missing > 0 and any(one.required and one.answered_by == "field" for one in questions):
        yield _problem(
            node,
            repeat.key,
            "rows.too_few",
            "hard",
            Text(
                f"{repeat.label.th}: ต้องมี {due} รายการ ยังขาด {missing}",
                f"{repeat.label.en}: {due} needed, {missing} still missing",
            ),
        )


def _of_fields(engine: FormEngine, node: Node) -> Iterator[Problem]:
    """Stored values that belong to no question, and atomic groups of a wrong shape."""
    shape = engine.definition.shapes[node.record_type]
    for field, value in node.stored.items():
        register = shape.register_keys.get(field)
        if register is None:
            if not engine.definition.may_store(node.record_type, field):
                yield _problem(node, field, "field.unknown", "soft", UNKNOWN_FIELD)
        elif isinstance(register, Group) and value is not None:
            names = {child.name for child in register.children}
            if not isinstance(value, dict) or not set(value) <= names:
                yield _problem(node, field, "type.group", "hard", SHAPE)


def _problem(node: Node, key: str, code: str, severity: Severity, message: Text) -> Problem:
    return Problem(node.record_id, node.record_type, key, code, severity, message)


def effective(engine: FormEngine) -> RecordAnswers:
    """The record without its irrelevant answers and rows: what reports and exports read."""
    rows: dict[str, list[RowAnswers]] = {}
    for node in engine.nodes.values():
        if node.parent is not None and node.alive:
            row = RowAnswers(node.record_id, _effective_fields(engine, node), node.parent.record_id)
            rows.setdefault(node.record_type, []).append(row)
    root = engine.root
    return RecordAnswers(root.record_id, _effective_fields(engine, root), rows)


def _effective_fields(engine: FormEngine, node: Node) -> dict[str, JsonValue]:
    kept: dict[str, JsonValue] = {}
    for register in engine.definition.fields(node.record_type):
        if register.key not in node.stored or not node.holds(node.logic.guards[register.key]):
            continue
        value = node.stored[register.key]
        if isinstance(register, Group) and isinstance(value, dict):
            relevant = {
                child.name
                for child in register.children
                if node.holds(node.logic.guards[child.key])
            }
            value = {name: part for name, part in value.items() if name in relevant}
        kept[register.key] = value
    return kept


def check_field(engine_question: Question | Group, value: JsonValue) -> str | None:
    """The code of what is wrong with the shape of a stored register, or None. Never raises."""
    if value is None:
        return None
    if isinstance(engine_question, Question):
        return TYPES[engine_question.type].check(value)
    if not isinstance(value, dict):
        return "type.group"
    parts = {child.name: child for child in engine_question.children if isinstance(child, Question)}
    for name, part in value.items():
        if name not in parts:
            return "type.group"
        code = check_field(parts[name], part)
        if code is not None:
            return code
    return None
