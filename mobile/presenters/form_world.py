"""What a form asks of the tablet beside its answers: who fills it, on what, what was saved last."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from mobile.services.opened import OpenRecord
from mobile.services.tablet import Tablet
from mobile.store.shown import live_rows
from shared.canonical import JsonValue
from shared.forms.surroundings import Surroundings
from shared.records.state import RecordState


def surroundings_of(tablet: Tablet, opened: OpenRecord) -> Surroundings:
    """The surroundings of one opening. The record saved last is read once, when it is asked for;
    chance comes from the ids that the tablet makes."""

    @cache
    def last() -> dict[str, RecordState]:
        return tablet.browser.last_saved(opened.form, opened.root)

    def last_saved(record_type: str, field: str) -> JsonValue:
        states = last()
        if "/" not in record_type:
            tops = [state for state in states.values() if state.parent is None]
            return tops[0].value(field) if tops else None
        root = next((record for record, state in states.items() if state.parent is None), "")
        rows = live_rows(states, root)
        return [row.value(field) for row in rows if row.type == record_type]

    def random() -> Decimal:
        digits = tablet.capture.new_id().replace("-", "")[-12:]
        return Decimal(int(digits, 16)) / Decimal(2**48)

    properties: dict[str, str] = {"instanceID": f"uuid:{opened.root}"}
    if tablet.person is not None:
        properties["username"] = tablet.person.login
    enrolment = tablet.enroller.current()
    if enrolment is not None:
        properties["deviceid"] = enrolment.device
    return Surroundings(last_saved, properties, random, tablet.capture.new_id)
