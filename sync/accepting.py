"""A change that was kept aside, accepted by staff as something else than it says: pure rewriting.

The line stays as it was received, and the change keeps its id: whoever was shown its values names
that id. Only what staff decided differs: its author, the area of a new record, the record it goes
on from, the version of the form, the names of fields.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shared.canonical import JsonValue
from shared.records.state import EXISTENCE, MOVED, NOTE
from sync.changes import Change, FieldWrite, Operation, RecordEdit


@dataclass(frozen=True, slots=True)
class Terms:
    """As what a change is accepted; empty is "as it is".

    `author` replaces the change's. `scope` is where its new root goes. `records` names, for a
    record the office does not know, one that it has. `version` is the form's version to read it by.
    `fields` gives a field of a record type (`type:field`) another name.
    """

    author: str | None = None
    scope: str | None = None
    records: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, JsonValue]:
        """What is kept of the decision; only what differs."""
        said: dict[str, JsonValue] = {
            "author": self.author,
            "scope": self.scope,
            "version": self.version,
            "records": dict(self.records),
            "fields": dict(self.fields),
        }
        return {name: value for name, value in said.items() if value}


def terms_of(raw: Any) -> Terms:
    """Terms as they were kept; anything odd is left out."""
    found = raw if isinstance(raw, dict) else {}
    author, scope, version = (found.get(name) for name in ("author", "scope", "version"))
    return Terms(
        author=author if isinstance(author, str) else None,
        scope=scope if isinstance(scope, str) else None,
        version=version if type(version) is int else None,
        records=_texts(found.get("records")),
        fields=_texts(found.get("fields")),
    )


def _texts(raw: Any) -> dict[str, str]:
    found = raw if isinstance(raw, dict) else {}
    return {str(k): v for k, v in found.items() if isinstance(v, str)}


@dataclass(frozen=True, slots=True)
class Known:
    """What the office has of a record: its kind and where it stands."""

    type: str
    form: str
    version: int
    parent: str | None
    root: str


def accepted_as(change: Change, terms: Terms, known: Mapping[str, Known]) -> list[Change]:
    """The change as it is to be merged: one for each root that it touches, usually one.

    `known` are the records that exist, by id, of all that the change or the terms name. A record
    that is known keeps its kind and its place; an unknown one that is not created begins in
    `terms.scope`, when that is given.
    """
    edits = tuple(_edit(edit, terms, known) for edit in change.records)
    author = terms.author or change.author
    parts: dict[str, list[RecordEdit]] = {}
    made = {edit.record: edit for edit in edits}
    for edit in _merged(edits):
        parts.setdefault(_root(edit, made, known), []).append(edit)
    return [replace(change, author=author, records=tuple(own)) for own in parts.values()]


def _edit(edit: RecordEdit, terms: Terms, known: Mapping[str, Known]) -> RecordEdit:
    record = terms.records.get(edit.record, edit.record)
    parent = None if edit.parent is None else terms.records.get(edit.parent, edit.parent)
    writes = {
        name
        if name in (EXISTENCE, MOVED, NOTE)
        else terms.fields.get(f"{edit.type}:{name}", name): write
        for name, write in edit.writes.items()
    }
    version = terms.version or edit.version
    edit = replace(edit, record=record, parent=parent, writes=writes, version=version)
    there = known.get(record)
    if there is not None:
        operation = Operation.SET if edit.operation is Operation.CREATE else edit.operation
        return replace(
            edit,
            type=there.type,
            form=there.form,
            version=there.version if there.type != edit.type else version,
            operation=operation,
            parent=None,
            scope=None,
        )
    if parent is not None:
        return edit
    if edit.operation is Operation.CREATE:
        return replace(edit, scope=terms.scope or edit.scope)
    if terms.scope and edit.operation is Operation.SET and "/" not in edit.type:
        return replace(edit, operation=Operation.CREATE, scope=terms.scope)
    return edit


def _merged(edits: tuple[RecordEdit, ...]) -> list[RecordEdit]:
    """Two records accepted as one are one edit: a change names each record once."""
    out: dict[str, RecordEdit] = {}
    for edit in edits:
        before = out.get(edit.record)
        out[edit.record] = (
            edit if before is None else replace(before, writes={**edit.writes, **before.writes})
        )
    return list(out.values())


def _root(edit: RecordEdit, made: Mapping[str, RecordEdit], known: Mapping[str, Known]) -> str:
    here: str = edit.record
    for _ in range(len(made) + 1):
        if here in known:
            return known[here].root
        above = made.get(here)
        if above is None or above.parent is None:
            return here
        here = above.parent
    return here


def under_own_id(change: Change, head_hash: str) -> Change:
    """A change whose id another change has (`id_reused`), under an id made of both.

    The same line always gets the same id, so a repeated push has one effect. It names the first
    one as seen: whoever used an id twice on one tablet had that tablet's data before them.
    """
    first = change.id
    fresh = str(uuid.uuid5(uuid.UUID(first), head_hash))
    return replace(
        change,
        id=fresh,
        records=tuple(
            replace(
                edit,
                writes={
                    name: FieldWrite(write.value, (*write.seen, first), write.salt)
                    for name, write in edit.writes.items()
                },
            )
            for edit in change.records
        ),
    )
