"""What staff settle beside conflicts of values: moves, disputed deletions, what answers hide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, g, make_response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.services.choose_relevance import (
    OpenRelevance,
    RelevanceChoice,
    choose_relevance,
    read_relevance,
)
from server.services.move_record import Move, move_record, moves_of, preview_move
from server.services.read_dispute import Dispute, read_disputes
from server.services.read_head import read_head
from server.services.read_record_page import RecordTree, people_named, read_record_tree
from server.services.resolve_conflict import settle_deletion
from server.web.answers import odd
from server.web.desk import (
    act,
    areas_by_scope,
    go,
    office,
    page,
    reading,
    scopes,
    sign,
    signed,
    staff,
    text_of,
    words,
)
from server.web.record_view import RecordView
from shared.canonical import JsonValue
from shared.errors import ConflictingState, InvalidInput, NotFound
from shared.limits import COMMENT_LENGTH_MAX
from sync.messages import Outcome
from sync.relevance import Answer

BESIDES_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Said:
    """Something that somebody said, as the page shows it."""

    text: str
    label: str
    who: str
    at: int


@dataclass(frozen=True, slots=True)
class DisputeView:
    """A disputed deletion. `token` signs everything that is listed."""

    record: str
    row: bool
    acts: list[Said]
    besides: list[Said]
    more: int
    token: str


@dataclass(frozen=True, slots=True)
class RelevanceView:
    """An answer that hides others. `back` are earlier answers by their dots."""

    label: str
    now: Said
    hidden: list[Said]
    back: list[tuple[str, str]]
    token: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What the page of a record asks for, beside conflicts of values."""

    disputes: list[DisputeView]
    relevance: list[RelevanceView]
    moves: list[tuple[str, str, str, int]]


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/records/<record_id>/move", "move", move)
    act(pages, "/records/<record_id>/move")(move_to)
    act(pages, "/records/<record_id>/deletion")(decide_deletion)
    act(pages, "/records/<record_id>/relevance")(choose_answer)


def unsettled(session: Session, tree: RecordTree, view: RecordView) -> Unsettled:
    """What somebody must decide about a record; nothing is read when nothing is open."""
    if not tree.row.tree_conflicts:
        return Unsettled([], [], [])
    disputes = read_disputes(session, tree.row.id)
    relevance = read_relevance(session, office(), tree.row.id)
    moves = moves_of(session, tree.row.id)
    people = people_named(
        session,
        {one.dot.author for d in disputes for one in d.acts}
        | {one.dot.author for d in disputes for one in d.besides}
        | {author for r in relevance for _, _, author, _ in r.values}
        | {r.author for r in relevance}
        | {one.author for one in moves},
    )
    return Unsettled(
        [_dispute_view(tree, view, people, one) for one in disputes],
        [_relevance_view(tree, view, people, one) for one in relevance],
        [(o.dot, o.scope, people.get(o.author, ""), o.saved_at) for o in moves]
        if len({one.scope for one in moves}) > 1
        else [],
    )


def _text(view: RecordView, kind: str, field: str, value: JsonValue) -> str:
    if value is None:
        return words()("answer.empty")
    if view.texts is None:
        return value if isinstance(value, str) else odd(value)
    return view.texts.field_text(kind, field, value) or words()("answer.empty")


def _label(view: RecordView, kind: str, field: str) -> str:
    return field if view.texts is None else view.texts.label(kind, field) or field


def _dispute_view(
    tree: RecordTree, view: RecordView, people: dict[str, str], one: Dispute
) -> DisputeView:
    acts = [
        Said(
            words().either(f"dispute.act_{a.act}", a.act),
            a.reason,
            people.get(a.dot.author, ""),
            a.dot.saved_at,
        )
        for a in one.acts
    ]
    besides = [
        Said(
            _text(view, b.type, b.field, b.value),
            _label(view, b.type, b.field),
            people.get(b.dot.author, ""),
            b.dot.saved_at,
        )
        for b in one.besides[:BESIDES_SHOWN]
    ]
    token = sign(
        "dispute",
        {
            "root": tree.row.id,
            "record": one.record,
            "seen": list(one.seen),
            "change": office().ids.new(),
            "opened": office().clock.now_ms(),
        },
    )
    more = max(0, len(one.besides) - BESIDES_SHOWN)
    return DisputeView(one.record, one.record != tree.row.id, acts, besides, more, token)


def _relevance_view(
    tree: RecordTree, view: RecordView, people: dict[str, str], one: OpenRelevance
) -> RelevanceView:
    kinds = {state.record: state.type for state in tree.states()}
    driver = one.conflict.driver
    kind = kinds.get(driver.record, tree.row.type)
    label = _label(view, kind, driver.field)
    hidden = [
        Said(
            _text(view, kinds.get(a.record, tree.row.type), a.field, value),
            _label(view, kinds.get(a.record, tree.row.type), a.field),
            people.get(author, ""),
            at,
        )
        for a, value, author, at in one.values
    ]
    token = sign(
        "relevance",
        {
            "root": tree.row.id,
            "driver": _plain(driver),
            "hidden": [_plain(answer) for answer in one.conflict.hidden],
            "change": office().ids.new(),
            "opened": office().clock.now_ms(),
        },
    )
    now = Said(
        _text(view, kind, driver.field, one.value), label, people.get(one.author, ""), one.saved_at
    )
    back = [(dot, _text(view, kind, driver.field, value)) for dot, value in one.earlier]
    return RelevanceView(label, now, hidden, back, token)


def _plain(answer: Answer) -> list[Any]:
    return [answer.record, answer.field, answer.dot, answer.client, answer.revision]


def _answer(raw: list[Any]) -> Answer:
    return Answer(raw[0], raw[1], raw[2], raw[3], raw[4])


# -- deeds ---------------------------------------------------------------------------------------


def _readable(record_id: str) -> RecordTree:
    with reading() as session:
        return read_record_tree(session, record_id, scopes())


def _shown(kind: str, record_id: str) -> dict[str, Any]:
    shown = signed(kind, request.form.get("seen", ""))
    if shown.get("root") != record_id:
        raise NotFound("the page was of another record")
    _readable(record_id)
    return shown


def decide_deletion(record_id: str) -> Response:
    """Keep the record, or delete it with all that was listed."""
    shown = _shown("dispute", record_id)
    keep = request.form.get("keep") == "yes"
    settle_deletion(
        office(),
        staff().id,
        shown["record"],
        keep=keep,
        reason=text_of("reason", COMMENT_LENGTH_MAX),
        seen=shown["seen"],
        change_id=shown["change"],
        opened_at=shown["opened"],
    )
    if not keep and shown["record"] == record_id:
        return go("conflicts", said="deleted")
    return go("record", said="kept" if keep else "deleted", record_id=record_id)


def choose_answer(record_id: str) -> Response:
    """The answer that hides others stands, or an earlier one counts again."""
    shown = _shown("relevance", record_id)
    choice = RelevanceChoice(
        staff().id,
        record_id,
        _answer(shown["driver"]),
        tuple(_answer(raw) for raw in shown["hidden"]),
        request.form.get("back") or None,
        shown["change"],
        shown["opened"],
    )
    merged = choose_relevance(office(), choice)
    said = "" if merged.outcome is Outcome.CONFLICT else "settled"
    return go("record", said=said, record_id=record_id)


def move(record_id: str) -> str:
    """Where the record goes, and what goes along."""
    return _move_page(record_id)


def _move_page(record_id: str, problem: str = "") -> str:
    tree = _readable(record_id)
    with reading() as session:
        head = read_head(session, record_id)
        preview = preview_move(session, head)
        seen = [one.dot for one in moves_of(session, record_id)]
    return page(
        "move.html",
        row=tree.row,
        preview=preview,
        problem=problem,
        choices=[(s, a) for s, a in areas_by_scope().items() if s != head.scope or len(seen) > 1],
        seen=sign(
            "move",
            {
                "root": record_id,
                "seen": seen,
                "base": head.revision,
                "change": office().ids.new(),
                "opened": office().clock.now_ms(),
            },
        ),
    )


def move_to(record_id: str) -> Response:
    """Move the record with all of its rows."""
    shown = _shown("move", record_id)
    scope = request.form.get("scope", "")
    wanted = Move(
        staff().id,
        record_id,
        scope if scope in areas_by_scope() else "",
        text_of("reason", COMMENT_LENGTH_MAX),
        tuple(shown["seen"]),
        shown["base"],
        shown["change"],
        shown["opened"],
    )
    try:
        move_record(office(), wanted)
    except (InvalidInput, ConflictingState) as refused:
        g.typed = dict(request.form.items())
        return make_response(_move_page(record_id, words()("move.refused")), refused.http_status)
    return go("record", said="moved", record_id=record_id)
