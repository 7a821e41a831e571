"""What staff do to a record: approve, send back, settle a conflict, verify an event's hours.

Each names what the page had shown, signed. A refusal shows the record as it now is, says why in a
sentence, and keeps what was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, make_response, request
from werkzeug.wrappers import Response

from server.services.merge_changes import Merged
from server.services.read_record_page import read_record_tree
from server.services.resolve_conflict import Pick, resolve_conflict
from server.services.review_record import Review, review_record
from server.services.verify_hours import verify_hours
from server.services.want_files import waive_file
from server.web.desk import act, go, office, reading, scopes, signed, staff, text_of, words
from server.web.record import record_page
from shared.errors import InvalidInput, NotFound, TransitionRefused
from shared.ids import is_sha256, is_uuid
from shared.limits import COMMENT_LENGTH_MAX, FIELD_KEY_LENGTH_MAX, REASON_LENGTH_MAX
from shared.records.state import Comment
from shared.records.workflow import Status
from sync.messages import Outcome

COMMENTS_MAX = 200
COMMENT = "comment:"


def add_pages(pages: Blueprint) -> None:
    """The deeds of this group."""
    act(pages, "/records/<record_id>/approve")(approve)
    act(pages, "/records/<record_id>/return")(return_record)
    act(pages, "/records/<record_id>/settle")(settle)
    act(pages, "/records/<record_id>/hours")(confirm_hours)
    act(pages, "/records/<record_id>/files/<sha256>/waive")(waive)


def approve(record_id: str) -> Response:
    """Approve the content that was shown, and no other."""
    shown = _shown(record_id)

    def deed() -> Merged:
        return review_record(
            office(),
            Review(
                author=staff().id,
                record=record_id,
                target=Status.APPROVED,
                content=shown["content"],
                change_id=shown["approve"],
                opened_at=shown["opened"],
                base=shown["base"],
            ),
        )

    return _done_or_refused(record_id, "approved", deed)


def return_record(record_id: str) -> Response:
    """Send back with a message and comments pinned to questions."""
    shown = _shown(record_id)
    message = text_of("message", COMMENT_LENGTH_MAX)
    comments = _comments(record_id)
    if not message and not comments:
        return _again(record_id, words()("return.needs_words"), 422)

    def deed() -> Merged:
        return review_record(
            office(),
            Review(
                author=staff().id,
                record=record_id,
                target=Status.RETURNED,
                content=shown["content"],
                message=message,
                comments=comments,
                change_id=shown["return"],
                opened_at=shown["opened"],
                base=shown["base"],
            ),
        )

    return _done_or_refused(record_id, "returned", deed)


def settle(record_id: str) -> Response:
    """One value of a conflict, out of all that were listed."""
    shown = signed("conflict", request.form.get("seen", ""))
    if shown.get("root") != record_id:
        raise NotFound("the page was of another record")
    _must_be_readable(record_id)
    pick = Pick(
        record=shown["record"],
        field=shown["field"],
        chosen=request.form.get("pick", ""),
        seen=tuple(shown["seen"]),
    )
    if pick.chosen not in pick.seen:
        return _again(record_id, words()("refused.settled"), 422)
    merged = resolve_conflict(
        office(), staff().id, [pick], change_id=shown["change"], opened_at=shown["opened"]
    )
    if merged.outcome in (Outcome.CONFLICT, Outcome.SUPERSEDED):
        return _again(record_id, words()("refused.settled"), 409)
    return go("record", said="settled", record_id=record_id)


def confirm_hours(record_id: str) -> Response:
    """The office's word that an event's hours count, or that they do not."""
    shown = _shown(record_id)
    verified = request.form.get("verified") == "yes"
    verify_hours(
        office(),
        staff().id,
        record_id,
        verified=verified,
        seen=shown["hours"],
        base=shown["base"],
        change_id=shown["verify"],
        opened_at=shown["opened"],
    )
    return go("record", said="hours", record_id=record_id)


def waive(record_id: str, sha256: str) -> Response:
    """Go on without a file that no tablet can send any more; a reason is asked for."""
    _must_be_readable(record_id)
    if not is_sha256(sha256):
        raise NotFound("not the name of a file")
    reason = text_of("reason", REASON_LENGTH_MAX)
    if not reason:
        return _again(record_id, words()("files.waive_needs_why"), 422)
    waive_file(office(), staff().id, record_id, sha256, reason)
    return go("record", said="waived", record_id=record_id)


def _shown(record_id: str) -> dict[str, Any]:
    """What the page had shown of the record, when it is one that the person may read."""
    shown = signed("record", request.form.get("seen", ""))
    if shown.get("record") != record_id:
        raise NotFound("the page was of another record")
    _must_be_readable(record_id)
    return shown


def _must_be_readable(record_id: str) -> None:
    with reading() as session:
        read_record_tree(session, record_id, scopes())


def _comments(record_id: str) -> tuple[Comment, ...]:
    """The comments typed at questions: the names of their fields say where."""
    with reading() as session:
        tree = read_record_tree(session, record_id, scopes())
    known = {state.record for state in tree.states()}
    found: list[Comment] = []
    for name in request.form:
        text = text_of(name, COMMENT_LENGTH_MAX)
        if not name.startswith(COMMENT) or not text or len(found) >= COMMENTS_MAX:
            continue
        record, _, field = name.removeprefix(COMMENT).partition(":")
        if is_uuid(record) and record in known and len(field) <= FIELD_KEY_LENGTH_MAX:
            found.append(Comment(office().ids.new(), record, field or None, text))
    return tuple(found)


def _done_or_refused(record_id: str, said: str, deed: Callable[[], Merged]) -> Response:
    try:
        deed()
    except TransitionRefused as refused:
        code = str(refused.facts.get("reason", ""))
        t = words()
        text = t.either(f"refused.{code}", t("refused.other"))
        return _again(record_id, text, refused.http_status)
    except InvalidInput as problem:
        return _again(record_id, words()("return.needs_words"), problem.http_status)
    return go("record", said=said, record_id=record_id)


def _again(record_id: str, refused: str, status: int) -> Response:
    """The record as it now is, with the reason and what was typed."""
    g.typed = dict(request.form.items())
    return make_response(record_page(record_id, refused=refused), status)
