"""What its form says of a change before the merge: is it reviewed, are its fields known."""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.store.form_shelf import FormShelf
from shared.records.state import EXISTENCE, MOVED, NOTE
from shared.records.workflow import REGISTERS
from sync.changes import Change


def starts_reviewed(forms: FormShelf, session: Session, form: str, version: int, kind: str) -> bool:
    """Does a new root go through review? Unknown forms do, so that nothing slips by unread."""
    if kind in REGISTERS:
        return False
    definition = forms.find(session, form, version)
    return definition is None or definition.workflow == "review"


def flag_of(forms: FormShelf, session: Session, change: Change) -> str | None:
    """Applied all the same, but said: what the form of a change does not know."""
    for edit in change.records:
        if edit.type in REGISTERS and edit.type != "factory":
            continue
        definition = forms.find(session, edit.form, edit.version)
        if definition is None:
            return "form.unknown"
        if not definition.has_type(edit.type):
            return "form.unknown_type"
        if edit.writes.keys() <= definition.stored_keys(edit.type):
            continue
        plain = (name for name in edit.writes if name not in (EXISTENCE, MOVED, NOTE))
        if not all(definition.may_store(edit.type, name) for name in plain):
            return "form.unknown_field"
    return None
