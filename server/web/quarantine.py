"""The desk of what is kept aside: entries in words, one beside its record, and the decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, g, make_response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.services.list_quarantine import EntryLine, list_quarantine
from server.services.read_quarantine import (
    PLAIN,
    Candidate,
    EntryDetail,
    active_people,
    find_candidates,
    read_entry,
)
from server.services.read_record_page import titles_of
from server.services.release_quarantine import keep_for_good, release, withheld_body
from server.store.quarantine import Kept
from server.web.answers import AnswerTexts, odd
from server.web.desk import (
    act,
    administrators_only,
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
from server.web.review import read_key
from shared.canonical import JsonValue
from shared.clocks import bangkok_date
from shared.errors import ConflictingState, InvalidInput, NotFound
from shared.forms.answers import RecordAnswers
from shared.forms.definition import FormDefinition, Question
from shared.forms.logic import FormEngine
from shared.ids import is_uuid
from shared.limits import COMMENT_LENGTH_MAX, SEARCH_LENGTH_MAX
from shared.problem_sentences import sentence
from sync.accepting import Terms
from sync.changes import RecordEdit

VALUES_IN_LIST: Final = 3
EXCERPT_BYTES: Final = 1_024
HEX_WIDTH: Final = 16
VERSION_DIGITS: Final = 7


@dataclass(frozen=True, slots=True)
class ValueView:
    """One value: what was typed, and what the record says now."""

    label: str
    typed: str
    now: tuple[str, ...]
    unknown: bool


@dataclass(frozen=True, slots=True)
class SaveView:
    """One change of the entry's group: what it did, when, why it is kept, and its values."""

    id: str
    number: int
    what: str
    saved_at: int | None
    why: str
    values: list[ValueView]


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/kept-aside", "kept_aside", kept_aside)
    pages.add_url_rule("/kept-aside/<entry>", "kept_entry", kept_entry)
    pages.add_url_rule("/kept-aside/<entry>/line", "kept_line", kept_line)
    act(pages, "/kept-aside/<entry>/accept")(accept_entry)
    act(pages, "/kept-aside/<entry>/keep")(keep_entry)


def kept_aside() -> str:
    """Entries that wait for a decision, or that have one."""
    decided = request.args.get("state") == "decided"
    with reading() as session:
        found = list_quarantine(
            session, scopes(), decided=decided, after=read_key(request.args.get("after", ""))
        )
        shown = [(line, _glance(session, line)) for line in found.lines]
    following = None
    if found.next is not None:
        key = f"{found.next[0]}.{found.next[1]}"
        following = url_for("pages.kept_aside", state=request.args.get("state"), after=key)
    return page(
        "kept_aside.html",
        found=found,
        shown=shown,
        decided=decided,
        meaning=_meaning,
        next_address=following,
    )


def _meaning(code: str) -> str:
    return sentence(code, words().language)


def _glance(session: Session, line: EntryLine) -> list[ValueView]:
    """The first values, personal ones masked."""
    if line.kept.change is None:
        return []
    found: list[ValueView] = []
    for edit in line.kept.change.records:
        texts = Texts(session, edit)
        for name, write in edit.writes.items():
            if name not in PLAIN and len(found) < VALUES_IN_LIST:
                found.append(
                    ValueView(texts.label(name), texts.masked(name, write.value), (), False)
                )
    return found


class Texts:
    """Values of one edit as a person reads them, by the form it names (or another version)."""

    def __init__(self, session: Session, edit: RecordEdit) -> None:
        self._type = edit.type
        shelf, self._form = office().forms, None
        form = shelf.find(session, edit.form, edit.version) or shelf.newest(session, edit.form)
        self._texts: AnswerTexts | None = None
        if form is not None and form.has_type(edit.type):
            self._form = form
            answers = RecordAnswers(edit.record)
            engine = FormEngine(
                form,
                answers,
                today=bangkok_date(office().clock.now_ms()),
                codebooks=shelf.codebooks(session),
                language=words().language,
            )
            named = {w.value for w in edit.writes.values() if is_uuid(w.value)}
            titles = titles_of(session, named, scopes())
            self._texts = AnswerTexts(engine, words(), titles)

    def label(self, name: str) -> str:
        """What a field is called."""
        if self._texts is None or self.is_unknown(name):
            return name
        return self._texts.label(self._type, name) or name

    def is_unknown(self, name: str) -> bool:
        """Does the form have no such field?"""
        return self._form is None or not self._form.may_store(self._type, name)

    def text(self, name: str, value: JsonValue) -> str:
        """The whole value."""
        if value is None:
            return words()("answer.empty")
        if self._texts is None:
            return value if isinstance(value, str) else odd(value)
        return self._texts.field_text(self._type, name, value) or words()("answer.empty")

    def masked(self, name: str, value: JsonValue) -> str:
        """For lists: telephone and identity numbers are not needed there."""
        text = self.text(name, value)
        if self._texts is None or self._form is None or self.is_unknown(name):
            return "•••" if self._texts is not None or value is not None else text
        register = self._form.register(self._type, name)
        if isinstance(register, Question):
            return self._texts.masked(register, text)
        return "•••" if self._form.is_personal(self._type, name) else text


def kept_entry(entry: str) -> str:
    """One entry beside its record."""
    return _entry_page(entry)


def _entry_page(entry: str, problem: str = "") -> str:
    find = request.args.get("find", "")[:SEARCH_LENGTH_MAX].replace("\x00", "")
    with reading() as session:
        detail = read_entry(session, office(), entry, scopes())
        saves = [_save(session, detail, one) for one in detail.group]
        found: tuple[Candidate, ...] = ()
        if find and detail.needs.record:
            found = find_candidates(session, detail.needs.record_type, find, scopes())
        people = active_people(session)
    row = detail.entry.row
    choices = _field_choices(detail)
    return page(
        "kept_entry.html",
        detail=detail,
        row=row,
        saves=saves,
        people=people,
        find=find,
        found=found,
        choices=choices,
        why=_meaning(row.code),
        problem=problem,
        excerpt=_excerpt(detail.entry) if staff().is_administrator else None,
        shown_record=_shown_record(detail),
        seen=sign("entry", {"entry": entry, "group": [one.row.id for one in detail.group]}),
    )


def _shown_record(detail: EntryDetail) -> str:
    """The root that the entry belongs to, when there is one to open."""
    return next(iter(sorted(set(detail.roots.values()))), "")


def _save(session: Session, detail: EntryDetail, one: Kept) -> SaveView:
    change = one.change
    if change is None:
        return SaveView(one.row.id, one.row.number, "", None, _meaning(one.row.code), [])
    values: list[ValueView] = []
    for edit in change.records:
        texts = Texts(session, edit)
        state = detail.states.get(edit.record)
        for name, write in edit.writes.items():
            if name in PLAIN:
                continue
            own = state.fields.get(name, ()) if state is not None else ()
            text = texts.masked if edit.parent is not None else texts.text
            now = tuple(text(name, sibling.value) for sibling in own)
            values.append(
                ValueView(texts.label(name), text(name, write.value), now, texts.is_unknown(name))
            )
    step = next((e.transition for e in change.records if e.transition is not None), None)
    what = step.target if step is not None else str(change.records[0].operation)
    said = words().either(f"act.{what}", what)
    return SaveView(
        one.row.id, one.row.number, said, change.saved_at, _meaning(one.row.code), values
    )


def _field_choices(detail: EntryDetail) -> dict[str, list[tuple[str, str]]]:
    """The fields of the form that an unknown one could be, by the unknown one's name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, name in detail.needs.fields:
        form = next((f for f in detail.forms.values() if f.has_type(kind)), None)
        if form is not None:
            found[f"{kind}:{name}"] = _fields(form, kind)
    return found


def _fields(form: FormDefinition, kind: str) -> list[tuple[str, str]]:
    language = words().language
    return [
        (key, form.label_of(kind, key).get(language) or key)
        for key in form.shapes[kind].register_keys
    ]


def _excerpt(kept: Kept) -> Mapping[str, Any] | None:
    """The beginning of what cannot be read, as text and as bytes."""
    line = kept.line
    if kept.change is not None or line is None:
        return None
    head = line[:EXCERPT_BYTES]
    said = head.decode("utf-8", "replace")
    text = "".join(c if c.isprintable() or c in "\n\t" else "·" for c in said)
    rows = [head[at : at + HEX_WIDTH].hex(" ") for at in range(0, min(len(head), 256), HEX_WIDTH)]
    return {"text": text, "hex": "\n".join(rows), "bytes": len(line)}


def kept_line(entry: str) -> Response:
    """The bytes as they came, for whoever can make something of them."""
    administrators_only()
    with reading() as session:
        detail = read_entry(session, office(), entry, scopes())
    row = detail.entry.row
    line = row.line if row.line is not None else withheld_body(office(), row.body or "")
    if line is None:
        raise NotFound("its bytes have not come yet")
    answer = make_response(line)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Content-Disposition"] = f'attachment; filename="kept-{entry[:8]}.bin"'
    return answer


def _shown(entry: str) -> None:
    """The act names an entry that the page had shown, and that the person may see."""
    if signed("entry", request.form.get("seen", "")).get("entry") != entry:
        raise NotFound("the page was of another entry")
    with reading() as session:
        read_entry(session, office(), entry, scopes())


def accept_entry(entry: str) -> Response:
    """Accept the entry and what belongs to it, as the form says."""
    _shown(entry)
    try:
        done = release(office(), staff().id, entry, _terms())
    except (InvalidInput, ConflictingState) as refused:
        return _again(entry, words()("aside.refused"), refused.http_status)
    if done.kept:
        why = " · ".join(sorted({_meaning(code) for _, code in done.kept}))
        return _again(entry, words()("aside.still", n=len(done.kept), why=why), 409)
    return go("kept_aside", said="accepted")


def _terms() -> Terms:
    form = request.form
    lost, under = form.get("lost", ""), form.get("record", "")
    fields = {
        name.removeprefix("field:"): value
        for name, value in form.items()
        if name.startswith("field:") and value
    }
    version = form.get("version", "")
    return Terms(
        author=form.get("author") or None,
        scope=form.get("scope") or None,
        records={lost: under} if is_uuid(lost) and is_uuid(under) else {},
        version=int(version) if version.isdecimal() and len(version) < VERSION_DIGITS else None,
        fields=fields,
    )


def keep_entry(entry: str) -> Response:
    """Keep the entry aside for good, with a reason."""
    _shown(entry)
    reason = text_of("reason", COMMENT_LENGTH_MAX)
    try:
        keep_for_good(office(), staff().id, entry, reason)
    except InvalidInput as refused:
        return _again(entry, words()("aside.needs_reason"), refused.http_status)
    except ConflictingState as refused:
        return _again(entry, words()("aside.refused"), refused.http_status)
    return go("kept_aside", said="kept_for_good")


def _again(entry: str, problem: str, status: int) -> Response:
    g.typed = dict(request.form.items())
    return make_response(_entry_page(entry, problem), status)
