"""A tablet of the demonstration: seals changes as the real one does, and pushes them in batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from server.services.enrol_device import enrol_device, make_enrolment_code
from server.services.identify_device import Device
from server.services.receive_blob import receive_blob
from server.services.receive_changes import receive_changes
from server.services.sign_in_on_device import sign_in_on_device
from server.store.office import Office
from shared.canonical import JsonValue, sha256_hex
from shared.forms.definition import FormDefinition
from shared.ids import INCARNATION_BYTES, new_client
from shared.limits import SALT_BYTES
from sync.changes import Change, FieldWrite, Operation, RecordEdit, SealedChange, Transition, seal
from sync.codec import encode_push
from sync.commitments import chain_start
from sync.messages import Outcome, PushBatch, PushHeader
from sync.version import PROTOCOL

BATCH: Final = 100
GOOD: Final = frozenset(
    {Outcome.APPLIED, Outcome.APPLIED_PARALLEL, Outcome.CONFLICT, Outcome.ALREADY}
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A file held by the tablet."""

    name: str
    data: bytes
    media_type: str

    def value(self) -> dict[str, JsonValue]:
        """How an answer names it."""
        return {
            "sha256": sha256_hex(self.data),
            "name": self.name,
            "size": len(self.data),
            "type": self.media_type,
        }


@dataclass(slots=True)
class Row:
    """A record to create: answers by question name; `record` when the form itself gives its id."""

    kind: str
    named: Mapping[str, JsonValue]
    record: str = ""
    parent: str = ""
    files: tuple[Picture, ...] = ()


@dataclass(slots=True)
class DemoTablet:
    """One device; whoever is named speaks through it."""

    office: Office
    random: Random
    device: str
    client: str
    number: int = 0
    chain: str = ""
    pending: list[SealedChange] = field(default_factory=list)
    dots: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def enrol(
        cls,
        office: Office,
        random: Random,
        author: str,
        label: str,
        scopes: Sequence[str],
        people: Sequence[tuple[str, str]],
    ) -> DemoTablet:
        """A tablet for some areas, on which people (login, PIN) have signed in."""
        code = make_enrolment_code(office, author, label, scopes)
        found = enrol_device(office, code, label, "demonstration", "")
        for login, pin in people:
            device = Device(found.device, label, revoked=False, last_seen_at=0)
            sign_in_on_device(office, device, login, pin)
        client = new_client(found.device, random.randbytes(INCARNATION_BYTES))
        return cls(office, random, found.device, client, 0, chain_start(client).hex())

    def create(
        self, form: FormDefinition, author: str, scope: str, rows: Sequence[Row]
    ) -> list[str]:
        """One save that creates a root and rows (the first without a parent); their ids."""
        names = [row.record or self.office.ids.new() for row in rows]
        edits = [
            RecordEdit(
                name,
                row.kind,
                form.form_id,
                form.version,
                Operation.CREATE,
                scope=None if row.parent else scope,
                parent=row.parent or None,
                local_order=order,
                writes=self._writes(form, row.kind, by_field(form, row.kind, row.named)),
                blobs=tuple(sha256_hex(file.data) for file in row.files),
            )
            for order, (name, row) in enumerate(zip(names, rows, strict=True))
        ]
        change = self._seal(author, edits)
        for edit in edits:
            self.dots.update({(edit.record, name): change for name in edit.writes})
        for file in {sha256_hex(f.data): f for row in rows for f in row.files}.values():
            sha256 = sha256_hex(file.data)
            if not self.office.blobs.has(sha256):
                receive_blob(self.office, sha256, [file.data], self.device)
        return names

    def set(
        self,
        form: FormDefinition,
        author: str,
        record: str,
        kind: str,
        named: Mapping[str, JsonValue],
    ) -> None:
        """One save over what this tablet wrote last."""
        writes = self._writes(form, kind, by_field(form, kind, named), record)
        edit = RecordEdit(
            record, kind, form.form_id, form.version, Operation.SET, base=1, writes=writes
        )
        change = self._seal(author, [edit])
        self.dots.update({(record, name): change for name in writes})

    def submit(self, form: FormDefinition, author: str, record: str, content: str) -> None:
        """Hand a record in, naming the content it had."""
        step = Transition("submitted", "draft", content)
        edit = RecordEdit(
            record,
            form.form_id,
            form.form_id,
            form.version,
            Operation.TRANSITION,
            base=1,
            transition=step,
        )
        self._seal(author, [edit])

    def _writes(
        self,
        form: FormDefinition,
        kind: str,
        values: Mapping[str, JsonValue],
        record: str = "",
    ) -> dict[str, FieldWrite]:
        out: dict[str, FieldWrite] = {}
        for name, value in values.items():
            salt = self.random.randbytes(SALT_BYTES).hex() if form.is_personal(kind, name) else None
            dot = self.dots.get((record, name))
            out[name] = FieldWrite(value, () if dot is None else (dot,), salt)
        return out

    def _seal(self, author: str, edits: Sequence[RecordEdit]) -> str:
        now = self.office.clock.now_ms()
        change = Change(
            id=self.office.ids.new(),
            author=author,
            opened_at=now - 90_000,
            saved_at=now,
            monotonic_ms=self.office.clock.monotonic_ms(),
            boot_id=self.office.clock.boot_id(),
            records=tuple(edits),
        )
        self.pending.append(seal(change))
        return change.id

    def push(self) -> None:
        """Hand in everything. Raises AssertionError when the office keeps any of it aside."""
        while self.pending:
            batch, self.pending = self.pending[:BATCH], self.pending[BATCH:]
            header = PushHeader(
                PROTOCOL, self.office.epoch.text, self.client, self.number, self.chain
            )
            body = encode_push(PushBatch(header, tuple(change.line for change in batch)))
            answer = receive_changes(self.office, self.device, body)
            odd = [r for r in answer.results if r.outcome not in GOOD]
            assert not odd, f"the demonstration's own data was not taken: {odd[:3]}"
            self.number, self.chain = answer.number, answer.chain


def by_field(
    form: FormDefinition, kind: str, named: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """Answers by question name as values by field key; parts of a group become one value."""
    values: dict[str, JsonValue] = {}
    questions = {question.name: question for question in form.questions(kind)}
    for name, value in named.items():
        question = questions[name]
        if question.group:
            whole = values.setdefault(question.group, {})
            assert isinstance(whole, dict)
            whole[question.name] = value
        else:
            values[question.key] = value
    return values
