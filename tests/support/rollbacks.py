"""An office whose database can be put back to any earlier moment, and tablets that forget nothing.

`RemembersAll` is a tablet that keeps what it sent and, when the office has another epoch, offers
again what is missing there. `Rewound` puts a database back by copying it, without any command.
"""

from __future__ import annotations

import copy
import shutil
import sqlite3
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sqlalchemy import select

from server.models import (
    AuditRow,
    ChangeRow,
    DeviceAreaRow,
    DevicePersonRow,
    DeviceRow,
    EnrolmentRow,
    FormRow,
    IncidentRow,
    PersonAreaRow,
    PersonRow,
    QuarantineRow,
    ReceivedRow,
    RecordRow,
)
from server.store.histories import all_records, writes_of
from shared.records.state import decode_state
from sync import codec
from sync.changes import SealedChange
from sync.commitments import chain_over, chain_start
from sync.messages import PullRequest
from sync.version import PROTOCOL
from tests.support.databases import Databases
from tests.support.offices import TestOffice, TestTablet


@dataclass
class RemembersAll(TestTablet):
    """A tablet that keeps every line it ever sent (`lines`, by number from 1)."""

    lines: list[SealedChange] = field(default_factory=list)

    def syncs(self) -> None:
        """Offer what the office has not, then read everything it has."""
        for _ in range(4):
            if self._hands_in() and self._reads():
                return
        raise AssertionError("the tablet and the office do not come to agree")

    def _hands_in(self) -> bool:
        if not self.pending:
            return True
        reply = self.post("push", self.push_body())
        if reply.status_code != 200:
            return self._learns(reply)
        answer = codec.decode_push_answer(reply.data)
        heads = [one.head_hash for one in self.pending]
        assert answer.chain == chain_over(bytes.fromhex(self.chain), heads).hex()
        self.lines += self.pending
        self.number, self.chain, self.pending = answer.number, answer.chain, []
        return True

    def _reads(self) -> bool:
        reply = self.post("pull", self._wanted())
        if reply.status_code != 200:
            return self._learns(reply)
        answer = codec.decode_pull_answer(reply.data)
        if answer.number != self.number:
            return self._stands(answer.number, answer.chain)
        self.pull()
        return True

    def _wanted(self) -> bytes:
        return codec.encode_pull(
            PullRequest(PROTOCOL, self.epoch, self.client, self.cursors, 1 << 20)
        )

    def _learns(self, reply: Any) -> bool:
        """A new epoch: what was read is read anew, what is not there is offered again."""
        assert reply.status_code == 409, reply.data
        assert reply.json["code"] in ("sync.epoch_changed", "sync.number_gap"), reply.data
        if reply.json["epoch"] != self.epoch:
            self.epoch = reply.json["epoch"]
            self.states, self.bodies, self.cursors = {}, {}, {}
        return self._stands(reply.json["number"], reply.json["chain"])

    def _stands(self, number: int, chain: str) -> bool:
        heads = [one.head_hash for one in self.lines[:number]]
        mine = chain_over(chain_start(self.client), heads).hex()
        assert (len(heads), chain) == (number, mine), "the office holds another line of mine"
        self.pending = [*self.lines[number:], *self.pending]
        self.lines = self.lines[:number]
        self.number, self.chain = number, chain
        return False

    def in_world(self, world: TestOffice) -> RemembersAll:
        """The same tablet, as it stands now, before another office."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        for name in ("pending", "lines"):
            values[name] = list(values[name])
        for name in ("states", "bodies", "cursors"):
            values[name] = dict(values[name])
        twin = copy.copy(self)
        for name, value in values.items():
            setattr(twin, name, value)
        twin.world = world
        return twin


def remembering(tablet: TestTablet) -> RemembersAll:
    """A fresh tablet as one that remembers."""
    made = RemembersAll(tablet.world, tablet.device, tablet.token, tablet.author)
    made.client, made.number, made.chain = tablet.client, tablet.number, tablet.chain
    return made


def snapshot(databases: Databases, url: str, folder: Path, number: int) -> str:
    """A copy of a database as it is now: its URL."""
    if databases.kind == "sqlite":
        path = folder / f"moment-{number}.sqlite3"
        source = sqlite3.connect(url.removeprefix("sqlite:///"))
        target = sqlite3.connect(path)
        source.backup(target)
        target.close()
        source.close()
        return f"sqlite:///{path}"
    cluster = databases._cluster  # type: ignore[attr-defined]
    made: str = cluster.create_database(template=url)
    return made


def rewound(databases: Databases, moment: str, folder: Path) -> str:
    """A database of its own that shows a moment: what a plain copy put back is."""
    if databases.kind == "sqlite":
        path = folder / "office.sqlite3"
        shutil.copyfile(moment.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"
    cluster = databases._cluster  # type: ignore[attr-defined]
    made: str = cluster.create_database(template=moment)
    return made


def holdings(world: TestOffice) -> dict[str, Any]:
    """Everything that must come back, in a form that two offices can be compared by.

    Values with their dots, deletions, workflow of every record; changes by their bytes; every line
    of every tablet; what is kept aside and what was decided of it; people, tablets, areas, forms,
    incidents and the audit. Left out are places in the feed, revisions and ids made at random.
    """
    with world.office.database.reading() as session:

        def rows(*columns: Any) -> list[tuple[Any, ...]]:
            return sorted((tuple(row) for row in session.execute(select(*columns))), key=repr)

        records = {}
        for row in session.execute(select(RecordRow.id, RecordRow.state, RecordRow.missing_files)):
            state = decode_state(row.state)
            records[row.id] = (state.fields, state.existence, state.workflow, state.parent,
                               state.scope, row.missing_files)  # fmt: skip
        return {
            "records": records,
            "writes": sorted(
                (record, write.field, write.dot.id, write.applied)
                for record, writes in writes_of(session, all_records(session)).items()
                for write in writes
            ),
            "changes": rows(ChangeRow.id, ChangeRow.line, ChangeRow.source, ChangeRow.author),
            "lines": rows(ReceivedRow.client, ReceivedRow.number, ReceivedRow.chain),
            "aside": rows(
                QuarantineRow.head_hash, QuarantineRow.code, QuarantineRow.closed_by,
                QuarantineRow.reason, QuarantineRow.released_at.is_(None),
            ),
            "people": rows(PersonRow.id, PersonRow.login, PersonRow.name, PersonRow.role,
                           PersonRow.active, PersonRow.pin, PersonRow.password),
            "areas": rows(PersonAreaRow.person, PersonAreaRow.scope),
            "devices": rows(DeviceRow.id, DeviceRow.label, DeviceRow.token_hash,
                            DeviceRow.revoked_at),
            "device_areas": rows(DeviceAreaRow.device, DeviceAreaRow.scope, DeviceAreaRow.until),
            "signed_in": rows(DevicePersonRow.device, DevicePersonRow.person),
            "codes": rows(EnrolmentRow.code_hash, EnrolmentRow.used_at),
            "forms": rows(FormRow.form_id, FormRow.version, FormRow.document_hash),
            "incidents": rows(IncidentRow.id, IncidentRow.kind, IncidentRow.settled_by),
            "audit": rows(AuditRow.id, AuditRow.act, AuditRow.person),
        }  # fmt: skip


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What two offices do not hold alike, in words."""
    told = []
    for name, mine in before.items():
        theirs = after[name]
        if isinstance(mine, dict):
            told += [f"{name}: {key} is gone" for key in mine if key not in theirs]
            told += [f"{name}: {key} is one too many" for key in theirs if key not in mine]
            told += [
                f"{name}: {key} differs"
                for key in mine
                if key in theirs and mine[key] != theirs[key]
            ]
            continue
        told += [f"{name}: {row!r:.200} is gone" for row in mine if row not in theirs]
        told += [f"{name}: {row!r:.200} is one too many" for row in theirs if row not in mine]
        if len(mine) != len(theirs):
            told.append(f"{name}: {len(mine)} before, {len(theirs)} after")
    return told
