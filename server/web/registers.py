"""The registers (factories): searching them, and editing an entry as an ordinary change."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from flask import Blueprint, g, make_response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.services.evaluate_record import RegisterLookup
from server.services.list_forms import list_forms
from server.services.list_register import RegisterQuery, list_register
from server.services.read_record_page import RecordTree, read_record_tree
from server.services.record_staff_change import StaffChange, record_staff_change
from server.web.answers import AnswerTexts, said
from server.web.desk import (
    act,
    go,
    office,
    page,
    reading,
    scopes,
    sign,
    signed,
    staff,
    typed,
    words,
)
from server.web.lay_form import engine_for
from shared.canonical import JsonValue, canonical_text
from shared.errors import NotFound
from shared.forms.definition import FormDefinition, Question
from shared.forms.question_types import TYPES, Unreadable, check_place
from shared.ids import is_uuid
from shared.limits import SEARCH_LENGTH_MAX, TEXT_LENGTH_MAX
from shared.thai.finding import ORDER_BYTES_MAX
from sync.changes import FieldWrite, Operation, RecordEdit

EDITABLE = frozenset(
    {"text", "integer", "decimal", "date", "time", "select_one", "select_multiple", "geopoint"}
)
FORM = "register"
KEY_LENGTH_MAX: Final = 37 + 2 * ORDER_BYTES_MAX


@dataclass(slots=True)
class EditField:
    """One question of the edit page. `value` is what stands in its field as text."""

    question: Question
    label: str
    hint: str
    value: str
    problem: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    conflict: bool = False

    @property
    def chosen(self) -> list[str]:
        """The names chosen of several."""
        return self.value.split()


@dataclass(slots=True)
class EditSection:
    """A heading with its questions."""

    label: str
    fields: list[EditField]


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/registers", "register_list", register_list)
    pages.add_url_rule("/records/<record_id>/edit", "edit_entry", edit_entry)
    act(pages, "/records/<record_id>/edit")(save_entry)


def register_list() -> str:
    """The entries of one register; factories when the address names none."""
    asked = request.args
    language = words().language
    with reading() as session:
        kinds: dict[str, str] = {}
        for line in list_forms(session):
            form = office().forms.find(session, line.form_id, line.version)
            if form is not None and form.workflow == "register":
                kinds.setdefault(line.form_id, line.title(language))
        kind = asked.get("type", "") if asked.get("type") in kinds else next(iter(kinds), "factory")
        query = RegisterQuery(
            type=kind,
            text=asked.get("q", "")[:SEARCH_LENGTH_MAX].replace("\x00", ""),
            area=asked.get("area", "")[:SEARCH_LENGTH_MAX].replace("\x00", ""),
            after=_read_key(asked.get("after", "")),
        )
        found = list_register(session, query, scopes())
    next_address = None
    if found.next is not None:
        kept: dict[str, Any] = {
            name: value for name, value in asked.items() if value and name != "said"
        }
        kept["after"] = f"{found.next[1]}.{found.next[0].hex()}"
        next_address = url_for("pages.register_list", **kept)
    return page(
        "registers.html",
        found=found,
        query=query,
        kind=kind,
        kinds=list(kinds.items()),
        next_address=next_address,
    )


def _read_key(text: str) -> tuple[bytes, str] | None:
    record, _, key = text[:KEY_LENGTH_MAX].partition(".")
    try:
        return (bytes.fromhex(key), record) if is_uuid(record) else None
    except ValueError:
        return None


# -- editing an entry ----------------------------------------------------------------------------


def edit_entry(record_id: str) -> str:
    """The entry with a field for each question that can be typed."""
    with reading() as session:
        tree, form = _entry(session, record_id)
        sections = _sections(session, tree, form)
    return _edit_page(tree, form, sections)


def _entry(session: Session, record_id: str) -> tuple[RecordTree, FormDefinition]:
    tree = read_record_tree(session, record_id, scopes())
    form = office().forms.find(session, tree.state.form, tree.state.version)
    if form is None or form.workflow != "register":
        raise NotFound("only entries of registers are edited here")
    return tree, form


def _edit_page(tree: RecordTree, form: FormDefinition, sections: list[EditSection]) -> str:
    shown = {
        question.key: {
            "dots": [s.dot.id for s in tree.state.fields.get(question.key, ())[:1]],
            "was": _mark(tree.state.value(question.key)),
        }
        for question in form.questions(form.form_id)
        if question.type in EDITABLE and not question.group
    }
    return page(
        "edit_entry.html",
        row=tree.row,
        sections=sections,
        form_name=FORM,
        seen=sign(FORM, {"record": tree.row.id, "seen": shown, "base": tree.state.revision}),
        opened_at=office().clock.now_ms(),
    )


def _sections(session: Session, tree: RecordTree, form: FormDefinition) -> list[EditSection]:
    t = words()
    books = office().forms.codebooks(session)
    engine = engine_for(tree, form, books, RegisterLookup(session), t.language)
    texts = AnswerTexts(engine, t, {})
    sections: dict[str, EditSection] = {}
    for question in form.questions(form.form_id):
        section = form.section_of(form.form_id, question.key)
        if section is None or question.type not in EDITABLE or question.group:
            continue
        value = tree.state.value(question.key)
        shown = EditField(
            question,
            said(question.label, t.language),
            said(question.hint, t.language),
            typed(FORM, question.key, as_typed(question, value, texts)),
            options=_options(form, question, t.language),
            conflict=question.key in tree.state.conflicts(),
        )
        label = said(section.label, t.language)
        sections.setdefault(section.key, EditSection(label, [])).fields.append(shown)
    return list(sections.values())


def _options(form: FormDefinition, question: Question, language: str) -> list[tuple[str, str]]:
    found = form.choice_lists.get(question.choices)
    return [] if found is None else [(c.name, c.label.get(language)) for c in found.choices]


def as_typed(question: Question, value: JsonValue, texts: AnswerTexts) -> str:
    """A stored value as somebody would type it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    if isinstance(value, dict):
        return "" if check_place(value) else f"{value['lat']}, {value['lon']}"
    return texts.text(question, value) if question.type in ("date", "time") else str(value)


def save_entry(record_id: str) -> Response:
    """Save what differs from what was shown; a field that somebody else changed stays beside."""
    shown = signed(FORM, request.form.get("seen", ""))
    if shown.get("record") != record_id:
        raise NotFound("the page was of another entry")
    with reading() as session:
        tree, form = _entry(session, record_id)
        writes, problems = _writes(form, shown["seen"])
        if problems:
            g.typed = {name: " ".join(request.form.getlist(name)) for name in request.form}
            sections = _sections(session, tree, form)
            for section in sections:
                for one in section.fields:
                    one.problem = problems.get(one.question.key, "")
            return make_response(_edit_page(tree, form, sections), 422)
    if writes:
        edit = RecordEdit(
            record=tree.row.id,
            type=tree.state.type,
            form=tree.state.form,
            version=tree.state.version,
            operation=Operation.SET,
            base=int(shown["base"]),
            writes=writes,
        )
        record_staff_change(office(), StaffChange(author=staff().id, edits=(edit,)))
    return go("record", said="saved" if writes else "unchanged", record_id=record_id)


def _writes(
    form: FormDefinition, seen: dict[str, dict[str, Any]]
) -> tuple[dict[str, FieldWrite], dict[str, str]]:
    """The fields whose typed text says something else than what was shown, and what is unreadable.

    Shown is what the page signed: a value that came meanwhile is neither taken for the person's
    own nor overwritten.
    """
    writes: dict[str, FieldWrite] = {}
    problems: dict[str, str] = {}
    for question in form.questions(form.form_id):
        if question.key not in seen or question.key not in request.form:
            continue
        text = " ".join(request.form.getlist(question.key))[: TEXT_LENGTH_MAX + 1]
        read = TYPES[question.type].read(text)
        if isinstance(read, Unreadable):
            problems[question.key] = said(read.message, words().language)
            continue
        value = read.value
        if question.type == "select_multiple" and isinstance(value, list):
            listed = form.choice_lists.get(question.choices)
            names = [str(one) for one in value]
            value = list(listed.order(names)) if listed is not None else value
        if _mark(value) != seen[question.key]["was"]:
            writes[question.key] = FieldWrite(value, tuple(seen[question.key]["dots"]))
    return writes, problems


def _mark(value: JsonValue) -> str:
    """A value in short, for comparing; of a place only what is typed of it."""
    if isinstance(value, dict):
        value = {name: value[name] for name in ("lat", "lon") if name in value}
    return sha256(canonical_text(value).encode()).hexdigest()[:16]
