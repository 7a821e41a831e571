"""A record tree under its form: hard problems, and the hours of an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import RecordRow
from server.store.record_tree import Tree
from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers, RowAnswers
from shared.forms.codebook import Codebook
from shared.forms.definition import FormDefinition
from shared.forms.hiding import Hidden, hidden_answers
from shared.forms.logic import FormEngine
from shared.forms.validation import blocking, validate
from shared.records.state import OFFICE, RecordState, decode_state

HOURS = ("h_sem", "h_hear", "h_other")
HOURS_VERIFIED = "h_ok"
MINUTES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the rules of a form say of a record tree; `hidden` are answers that do not count now."""

    hard_problems: int
    minutes: dict[str, int]
    people: int
    hidden: tuple[Hidden, ...] = ()


@dataclass(slots=True)
class RegisterLookup:
    """Answers of other records, read when a rule asks for them and kept for the transaction."""

    session: Session
    _found: dict[tuple[str, str], dict[str, JsonValue] | None] = field(default_factory=dict)

    def find(self, register: str, record_id: str) -> dict[str, JsonValue] | None:
        """The stored fields of a register's entry, or None."""
        key = (register, record_id)
        if key not in self._found:
            body = self.session.scalar(
                select(RecordRow.state).where(
                    RecordRow.id == record_id[:36], RecordRow.type == register[:100]
                )
            )
            self._found[key] = None if body is None else values_of(decode_state(body))
        return self._found[key]


def values_of(state: RecordState) -> dict[str, JsonValue]:
    """The values that logic and reports use."""
    return {name: found[0].value for name, found in state.fields.items() if found}


def answers_of(tree: Tree, definition: FormDefinition) -> RecordAnswers:
    """The answers of a root and its live rows, in the order in which rows are shown."""
    states = tree.live_states()
    rows: dict[str, list[RowAnswers]] = {}
    below = (state for state in states.values() if state.record != tree.root_id)
    for state in sorted(below, key=lambda s: (s.order, s.record)):
        if not definition.has_type(state.type) or state.parent not in states:
            continue
        parent = "" if state.parent == tree.root_id else str(state.parent)
        rows.setdefault(state.type, []).append(RowAnswers(state.record, values_of(state), parent))
    if tree.root.state.type != definition.form_id:
        return RecordAnswers(tree.root_id)
    return RecordAnswers(tree.root_id, values_of(tree.root.state), rows)


def evaluate(
    definition: FormDefinition,
    answers: RecordAnswers,
    today: date,
    codebooks: Mapping[str, Codebook],
    references: RegisterLookup,
) -> Evaluated:
    """Judge the answers by the rules of their form."""
    engine = FormEngine(
        definition, answers, today=today, codebooks=codebooks, references=references
    )
    return Evaluated(
        hard_problems=len(blocking(validate(engine))),
        minutes={name: _minutes(engine, name) for name in HOURS},
        people=len(answers.rows.get("event/roster", ())),
        hidden=hidden_answers(engine),
    )


def hours_verified(state: RecordState, definition: FormDefinition) -> bool:
    """Did the office alone say that the hours count? A tablet's word, or a conflict, is none."""
    for question in definition.questions(definition.form_id):
        if question.name == HOURS_VERIFIED:
            found = state.fields.get(question.field, ())
            said = [s.value == "yes" and s.dot.client == OFFICE for s in found]
            return bool(said) and all(said)
    return False


def _minutes(engine: FormEngine, name: str) -> int:
    definition, root = engine.definition, engine.root.record_id
    for question in definition.questions(definition.form_id):
        if question.name == name:
            value = engine.value(root, question.key)
            try:
                hours = Decimal(str(value)) if value is not None else Decimal(0)
            except InvalidOperation:
                return 0
            minutes = hours * 60
            return int(minutes.to_integral_value()) if 0 <= minutes < MINUTES_MAX else 0
    return 0
