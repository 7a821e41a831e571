"""What waited for a record and could not come in together with it is tried alone.

A change kept aside that breaks a rule of the database must not stand in the way of whoever brings
the record it waits for: it stays aside alone, under `record.cannot_be_stored`.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Final

from server.services.merge_changes import Incoming, merge_changes
from server.services.waiting_changes import Waiting, find_waiting
from server.store import changes as change_store
from server.store.database import RuleBroken
from server.store.office import Office

_log = logging.getLogger(__name__)
CANNOT_BE_STORED: Final = "record.cannot_be_stored"


def settle_waiting(office: Office, roots: Collection[str]) -> None:
    """Each change that waits in these trees in a transaction of its own."""
    if not roots:
        return
    with office.database.reading() as session:
        waiting = find_waiting(session, roots, set())
    for one in waiting:
        try:
            with office.database.writing() as session:
                found = merge_changes(
                    session,
                    office.forms,
                    office.ids,
                    office.clock.now_ms(),
                    [_incoming(one)],
                    release=False,
                )
            office.epoch.raise_mark(found.places)
        except RuleBroken:
            _log.exception("the change %s stays aside alone", one.change.id)
            with office.database.writing() as session:
                change_store.requarantine(session, one.quarantine, CANNOT_BE_STORED, None)


def _incoming(one: Waiting) -> Incoming:
    return Incoming(
        one.change,
        one.line,
        one.head_hash,
        one.client,
        "tablet",
        one.rights,
        number=one.number,
        quarantine=one.quarantine,
    )
