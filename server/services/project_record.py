"""Columns derived from states, in the same transaction: titles, problems, hours, what is unsettled.

They are what lists show, sort and search by; they can be rebuilt from the states at any time, and
are part of no digest.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.models import HoursRow
from server.services.evaluate_record import (
    Evaluated,
    RegisterLookup,
    answers_of,
    evaluate,
    hours_verified,
)
from server.store.bulk import put
from server.store.finding import FIND_BYTES_MAX
from server.store.form_shelf import FormShelf
from server.store.record_tree import Entry, Tree
from shared.canonical import JsonValue
from shared.clocks import bangkok_date
from shared.forms.definition import FormDefinition, stored_answer
from shared.limits import NAME_LENGTH_MAX
from shared.records.state import RecordState
from shared.records.workflow import Status
from shared.thai.finding import list_keys
from shared.thai.text import shorten

_log = logging.getLogger(__name__)
PROGRAMME_TITLES = {
    "area": ("name_th", "code"),
    "person": ("name", "role"),
    "form": ("title_th", "form_id"),
    "codebook": ("name", "version"),
}
_UNSETTLED = ("open_conflicts", "deleted", "disputed")


@dataclass(slots=True)
class Projection:
    """What deriving needs beside the trees."""

    session: Session
    forms: FormShelf
    now_ms: int
    references: RegisterLookup = field(init=False)

    def __post_init__(self) -> None:
        self.references = RegisterLookup(self.session)

    @property
    def today(self) -> date:
        """The day in Thailand."""
        return bangkok_date(self.now_ms)


def project_trees(projection: Projection, trees: Iterable[Tree]) -> None:
    """Bring the derived columns of changed trees up to date, in memory; hours are stored here."""
    hours: list[dict[str, object]] = []
    gone: list[str] = []
    for tree in trees:
        for entry in tree.entries.values():
            _settle(entry)
            if entry.renewed:
                entry.columns.update(_titles(projection, entry.state))
        found = _of_root(projection, tree)
        if tree.root.state.type == "event":
            row = _hours_row(projection, tree, found)
            if row is None:
                gone.append(tree.root_id)
            else:
                hours.append(row)
    if gone:
        projection.session.execute(delete(HoursRow).where(HoursRow.record.in_(sorted(gone))))
    put(projection.session, HoursRow, hours, ("record",))


def _set(entry: Entry, **values: object) -> None:
    """Set columns, and remember when one differs from what is stored."""
    columns = entry.columns
    if any(columns.get(name) != value for name, value in values.items()):
        columns.update(values)
        entry.changed = True


def _settle(entry: Entry) -> None:
    if entry.stored is not None:
        _set(entry, **{name: getattr(entry, name) for name in _UNSETTLED})


def _of_root(projection: Projection, tree: Tree) -> Evaluated | None:
    root = tree.root
    _set(
        root,
        tree_conflicts=_unsettled(tree),
        missing_files=tree.missing_files(),
    )
    flow = root.state.workflow
    if flow is None or flow.status is Status.DRAFT or root.deleted or root.disputed:
        _set(root, problems=0)
        return None
    definition = projection.forms.find(projection.session, root.state.form, root.state.version)
    if definition is None:
        return None
    answers = answers_of(tree, definition)
    try:
        found = evaluate(
            definition,
            answers,
            projection.today,
            projection.forms.codebooks(projection.session),
            projection.references,
        )
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
        # Evidence is never refused because something derived from it cannot be computed.
        _log.exception("the rules of %s could not be computed", root.id)
        _set(root, problems=1)
        return None
    _set(root, problems=found.hard_problems)
    tree.hidden = found.hidden
    return found


def _unsettled(tree: Tree) -> int:
    """Everything of a record that somebody must decide; relevance is settled after storing."""
    disputes = sum(entry.disputed for entry in tree.entries.values())
    relevance = int(tree.root.columns.get("relevance_conflicts") or 0)
    return tree.open_conflicts() + disputes + relevance


def _hours_row(
    projection: Projection, tree: Tree, found: Evaluated | None
) -> dict[str, object] | None:
    state = tree.root.state
    definition = projection.forms.find(projection.session, state.form, state.version)
    if found is None or definition is None:
        return None
    flow = state.workflow
    return {
        "record": tree.root_id,
        "scope": state.scope,
        "occurred_on": tree.root.columns.get("occurred_on"),
        "seminar_minutes": found.minutes["h_sem"],
        "hearing_minutes": found.minutes["h_hear"],
        "other_minutes": found.minutes["h_other"],
        "verified": hours_verified(state, definition),
        "approved": flow is not None and flow.status is Status.APPROVED,
        "people": found.people,
        "form_version": state.version,
    }


def _titles(projection: Projection, state: RecordState) -> dict[str, object]:
    title, subtitle, day = "", "", None
    if state.type in PROGRAMME_TITLES:
        first, second = PROGRAMME_TITLES[state.type]
        title, subtitle = _plain(state.value(first)), _plain(state.value(second))
    else:
        definition = projection.forms.find(projection.session, state.form, state.version)
        if definition is not None and definition.has_type(state.type):
            title, subtitle, day = _by_form(definition, state)
    title, subtitle = shorten(title, NAME_LENGTH_MAX), shorten(subtitle, NAME_LENGTH_MAX)
    # Rows stand in no list of their own.
    sort_key, search_key = list_keys(title, subtitle) if state.parent is None else (b"", b"")
    return {
        "title": title,
        "subtitle": subtitle,
        "occurred_on": day,
        "sort_key": sort_key,
        "search_key": search_key[:FIND_BYTES_MAX],
    }


def _plain(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _by_form(definition: FormDefinition, state: RecordState) -> tuple[str, str, str | None]:
    kind, summary = state.type, definition.summary(state.type)
    dated = () if summary.date is None else (summary.date,)
    named = (question.field for question in (*summary.title, *summary.lines, *dated))
    values = {name: state.value(name) for name in named}
    lines = (definition.answer_text(q, values) for q in summary.lines)
    day = None if summary.date is None else stored_answer(summary.date, values)
    return (
        definition.title_of(values, "th", kind),
        " · ".join(line for line in lines if line),
        day if isinstance(day, str) and _is_day(day) else None,
    )


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False
