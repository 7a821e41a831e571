"""A version of a form is retired, or offered again: its records stay as they are."""

from __future__ import annotations

from sqlalchemy import select

from server.models import FormRow
from server.services.edit_register import register_edit
from server.services.record_staff_change import StaffChange, save_in
from server.services.write_audit import write_audit
from server.store.office import Office
from shared.canonical import JsonLike
from shared.errors import NotFound
from shared.limits import FORM_VERSION_MAX


def retire_form(
    office: Office, author: str, form_id: str, version: int, *, retired: bool = True
) -> bool:
    """Tablets begin no new record with a retired version; what was filled with it stays readable
    and can be finished. `retired=False` takes it back. False when it is so already. NotFound."""
    with office.database.writing() as session:
        record = None
        if 0 <= version <= FORM_VERSION_MAX:
            record = session.scalar(
                select(FormRow.record).where(
                    FormRow.form_id == form_id[:100], FormRow.version == version
                )
            )
        if record is None:
            raise NotFound("there is no such version of a form")
        status = "retired" if retired else "active"
        edit = register_edit(session, "form", record, {"status": status})
        if edit is None:
            return False
        facts: dict[str, JsonLike] = {"form": form_id, "version": version}
        act = "form.retired" if retired else "form.reinstated"
        write_audit(session, office, author, act, facts)
        places = save_in(session, office, [StaffChange(author, (edit,))])[1]
    office.epoch.raise_mark(places)
    return True
