"""The page of one record: answers by section, what is wrong, history, and what staff can do."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint
from sqlalchemy.orm import Session

from server.services.evaluate_record import HOURS_VERIFIED, RegisterLookup
from server.services.read_record_page import (
    HistoryEntry,
    RecordTree,
    devices_named,
    people_named,
    read_history,
    read_record_tree,
    titles_of,
)
from server.store.publications import newest_version
from server.web.desk import areas_by_scope, office, page, reading, scopes, sign, staff, words
from server.web.history_view import EntryView, entry_view
from server.web.kept_answers import kept_answers
from server.web.lay_form import RecordViewBuilder, engine_for, plain_view, referred_records
from server.web.record_view import (
    AnswerView,
    ConflictView,
    GroupView,
    ItemView,
    RecordView,
)
from server.web.settling import Unsettled, unsettled
from shared.forms.definition import FormDefinition
from shared.records.state import Sibling
from shared.records.workflow import Status

_log = logging.getLogger(__name__)
GLANCE_ANSWERS: Final = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """A record with its view, and the title of its form."""

    tree: RecordTree
    view: RecordView
    form_title: str
    register: bool
    form: FormDefinition | None = None


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/records/<record_id>", "record", record)
    pages.add_url_rule("/records/<record_id>/glance", "glance", glance)


def show(session: Session, record_id: str) -> Shown:
    """Read a record and lay its form over it."""
    t = words()
    tree = read_record_tree(session, record_id, scopes())
    shelf = office().forms
    form = shelf.find(session, tree.state.form, tree.state.version)
    if form is None or not form.has_type(tree.state.type):
        return Shown(tree, plain_view(tree, t), tree.state.form, tree.row.status is None)
    titles = titles_of(session, referred_records(tree.states()), scopes())
    try:
        books = shelf.codebooks(session)
        engine = engine_for(tree, form, books, RegisterLookup(session), t.language)
        view = RecordViewBuilder(tree, engine, t, titles).build()
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
        # Evidence is shown even when the rules of its form cannot be computed over it.
        _log.exception("the rules of %s could not be laid over it", record_id)
        view = plain_view(tree, t)
    return Shown(tree, view, form.title.get(t.language), form.workflow == "register", form)


def record(record_id: str) -> str:
    """The whole page."""
    return record_page(record_id)


def record_page(record_id: str, refused: str = "") -> str:
    """The page; `refused` says why what was just tried was not done."""
    with reading() as session:
        shown = show(session, record_id)
        open_ = unsettled(session, shown.tree, shown.view)
        changes = read_history(session, shown.tree)
        entries = _entries(session, shown, changes)
        kept = [] if shown.form is None else kept_answers(session, shown.tree, shown.form)
        newest = newest_version(session, shown.tree.state.form)
    tree = shown.tree
    return page(
        "record.html",
        shown=shown,
        tree=tree,
        row=tree.row,
        flow=tree.state.workflow,
        view=shown.view,
        conflicts=[
            (one, sign("conflict", _seen_conflict(tree, one))) for one in shown.view.conflicts
        ],
        refused=refused,
        unsettled=open_,
        kept=kept,
        newest=newest,
        may_move=staff().is_administrator or len(areas_by_scope()) > 1,
        history=entries,
        seen=sign("record", _seen(tree)),
        points=_points(shown.view),
        hours=_hours_question(shown),
        may_approve=tree.row.status in (Status.SUBMITTED, Status.APPROVED),
        may_return=tree.row.status in (Status.SUBMITTED, Status.APPROVED),
        blocked=_blocked(tree, open_),
    )


def glance(record_id: str) -> str:
    """What stands beside the list: enough to decide whether to open it."""
    with reading() as session:
        shown = show(session, record_id)
    first = list(_answers(shown.view))[:GLANCE_ANSWERS]
    return page("glance.html", shown=shown, row=shown.tree.row, view=shown.view, answers=first)


def _seen(tree: RecordTree) -> dict[str, Any]:
    """What a decision over this page names."""
    new = office().ids.new
    return {
        "record": tree.row.id,
        "content": tree.content,
        "base": tree.state.revision,
        "opened": office().clock.now_ms(),
        "approve": new(),
        "return": new(),
        "verify": new(),
        "hours": [s.dot.id for s in _hours_siblings(tree)],
    }


def _seen_conflict(tree: RecordTree, conflict: ConflictView) -> dict[str, Any]:
    """All values of a conflict that the page lists; a change id that makes a resend harmless."""
    return {
        "root": tree.row.id,
        "record": conflict.record,
        "field": conflict.field,
        "seen": [sibling.dot for sibling in conflict.siblings],
        "change": office().ids.new(),
        "opened": office().clock.now_ms(),
    }


def _hours_siblings(tree: RecordTree) -> tuple[Sibling, ...]:
    for name, siblings in tree.state.fields.items():
        if name.rpartition("/")[2] == HOURS_VERIFIED:
            return siblings
    return ()


def _blocked(tree: RecordTree, open_: Unsettled) -> str:
    """Why the record cannot be approved now; the key of a sentence."""
    if open_.disputes:
        return "approve.blocked_disputed"
    if open_.relevance:
        return "approve.blocked_relevance"
    if tree.row.tree_conflicts:
        return "approve.blocked_conflict"
    return "approve.blocked_files" if tree.row.missing_files else ""


def _entries(session: Session, shown: Shown, changes: tuple[HistoryEntry, ...]) -> list[EntryView]:
    people = people_named(session, {one.author for one in changes if one.author})
    devices = devices_named(session, {one.client for one in changes if one.client})
    return [entry_view(one, shown.view, people, devices, words()) for one in changes]


def _answers(view: RecordView) -> Iterator[AnswerView]:
    """Answers that say something by themselves, in the form's order."""
    for section in view.sections:
        for one in _flat(section.items):
            if one.text and one.kind in ("text", "number"):
                yield one


def _flat(items: list[ItemView]) -> Iterator[AnswerView]:
    """The answers of a section and of its groups; rows are left out."""
    for item in items:
        if isinstance(item, GroupView):
            yield from _flat(item.items)
        elif isinstance(item, AnswerView):
            yield item


def _points(view: RecordView) -> dict[str, list[dict[str, str]]]:
    """The places of each section, for its map."""
    return {
        section.key: [
            {"lat": one.point[0], "lon": one.point[1], "label": one.label}
            for one in _flat(section.items)
            if one.point is not None
        ]
        for section in view.sections
    }


@dataclass(frozen=True, slots=True)
class HoursQuestion:
    """What an event claims, and whether staff confirmed it."""

    claims: list[tuple[str, str]]
    verified: bool


def _hours_question(shown: Shown) -> HoursQuestion | None:
    texts = shown.view.texts
    if texts is None or shown.tree.row.type != "event":
        return None
    root, form = shown.tree.row.id, texts.engine.definition
    claims, verified = [], False
    for question in form.questions(form.form_id):
        value = texts.engine.value(root, question.key)
        if question.name in ("h_sem", "h_hear", "h_other"):
            claims.append((question.label.get(texts.language), str(value or "0")))
        elif question.name == HOURS_VERIFIED:
            verified = value == "yes"
    return HoursQuestion(claims, verified)
