"""A change: one save, by one person, on one device, never edited afterwards.

On the wire and in every database a change is one opaque line: two texts of canonical JSON with a
tab between them (canonical JSON holds no raw tab)::

    <head>TAB<values>

`head` has ids, operations, the names of the fields, what the author had been shown (`seen`), and
one commitment over the commitments of all values; its bytes are hashed as written, before anything
is parsed. `values` has the values in the order of the head's records and fields, and the salts. The
commitment of each value follows from value and salt, so it need not travel: forty hashes an
inspection would be more than its answers. The change id is the dot of every value it writes.
Client, number and chain order the transport only and are not part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from shared import limits
from shared.canonical import JsonLike, JsonValue, canonical_bytes, read_json
from shared.errors import BadInput, TooLarge
from shared.ids import is_sha256, is_uuid
from shared.records.state import EXISTENCE, MOVED, NOTE
from sync.bounds import a_count, a_list, a_place, a_text, a_time, a_uuid, an_integer, an_object
from sync.commitments import commitment_bytes, commitments_root, head_hash, plain_commitments
from sync.version import CHANGE_VERSION
from sync.writes import FieldWrite as FieldWrite
from sync.writes import PlainWrites as PlainWrites


class Operation(StrEnum):
    """What an edit does to its record."""

    CREATE = "create"
    SET = "set"
    RESOLVE = "resolve"
    TRANSITION = "transition"
    DELETE = "delete"
    RESTORE = "restore"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step of the workflow: from the status shown, over the content shown."""

    target: str
    source: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class RecordEdit:
    """All that one save did to one record.

    `base` is the revision shown when the form was opened (0: none). `scope` is named when a root
    is created (or moved); `parent` when a row is. `local_order` places a new row after those its
    author saw. `blobs` are the SHA-256 of files the values name.
    """

    record: str
    type: str
    form: str
    version: int
    operation: Operation
    base: int = 0
    scope: str | None = None
    parent: str | None = None
    local_order: int = 0
    writes: Mapping[str, FieldWrite] = field(default_factory=dict)
    transition: Transition | None = None
    blobs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One save. Times are evidence by the author's clock and never order anything.

    `saved_at` and `opened_at` are Unix milliseconds; `clock_offset_ms` is server minus device as
    last measured, or None; `place` holds lat, lon, accuracy as decimal texts.
    """

    id: str
    author: str
    opened_at: int
    saved_at: int
    monotonic_ms: int
    boot_id: str
    records: tuple[RecordEdit, ...]
    clock_offset_ms: int | None = None
    place: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SealedChange:
    """A change as bytes: what is numbered, kept, sent, and never touched again."""

    id: str
    line: bytes
    head_hash: bytes


class MalformedChange(BadInput):
    """The line can be framed, but is no change: it goes to quarantine under its head's hash."""

    code = "change.malformed"

    def __init__(self, detail: str, *, hash_: bytes, change_id: str | None = None) -> None:
        super().__init__(detail)
        self.hash = hash_
        self.change_id = change_id


def seal(change: Change) -> SealedChange:
    """Write a change as its line. Raises TooLarge when it exceeds one change's bound."""
    written = [sorted(edit.writes.items()) for edit in change.records]
    root = commitments_root(
        commitment_bytes(name, w.value, w.salt) for writes in written for name, w in writes
    )
    body: dict[str, JsonLike] = {"values": [[w.value for _, w in writes] for writes in written]}
    if any(write.salt is not None for writes in written for _, write in writes):
        body["salts"] = [
            {n: w.salt for n, w in edit.writes.items() if w.salt is not None}
            for edit in change.records
        ]
    head = canonical_bytes(_head_json(change, root))
    line = b"\t".join((head, canonical_bytes(body)))
    if len(line) > limits.CHANGE_BYTES_MAX:
        raise TooLarge("one save is larger than a change may be", bytes=len(line))
    return SealedChange(change.id, line, head_hash(head))


def _head_json(change: Change, root: str) -> JsonValue:
    places = {edit.record: place for place, edit in enumerate(change.records)}
    head: dict[str, JsonValue] = {
        "v": CHANGE_VERSION,
        "id": change.id,
        "author": change.author,
        "opened_at": change.opened_at,
        "saved_at": change.saved_at,
        "monotonic_ms": change.monotonic_ms,
        "boot": change.boot_id,
        "commits": root,
        "records": [_edit_json(edit, places) for edit in change.records],
    }
    if change.clock_offset_ms is not None:
        head["offset_ms"] = change.clock_offset_ms
    if change.place:
        head["place"] = dict(change.place)
    return head


def _edit_json(edit: RecordEdit, places: Mapping[str, int]) -> JsonValue:
    names = sorted(edit.writes)
    out: dict[str, JsonValue] = {
        "record": edit.record,
        "type": edit.type,
        "form": edit.form,
        "version": edit.version,
        "op": str(edit.operation),
        "fields": [*names],
    }
    if any(write.seen for write in edit.writes.values()):
        out["seen"] = [list(edit.writes[name].seen) for name in names]
    if edit.base:
        out["base"] = edit.base
    if edit.scope is not None:
        out["scope"] = edit.scope
    if edit.parent is not None:
        out["parent"] = places.get(edit.parent, edit.parent)
    if edit.local_order:
        out["order"] = edit.local_order
    if edit.transition is not None:
        step = edit.transition
        out["transition"] = {"to": step.target, "from": step.source, "content": step.content_hash}
    if edit.blobs:
        out["blobs"] = list(edit.blobs)
    return out


@dataclass(frozen=True, slots=True)
class FramedLine:
    """A line taken apart but not yet believed."""

    head: bytes
    values: bytes
    head_hash: bytes


def frame(line: bytes) -> FramedLine:
    """Take a line apart. Raises BadInput when not even the frame can be read."""
    if len(line) > 2 * limits.CHANGE_BYTES_MAX:
        raise TooLarge("a line is larger than a change may be", bytes=len(line))
    head, tab, values = line.partition(b"\t")
    if not head or not tab:
        raise BadInput("a change line is a head and values with a tab between them")
    return FramedLine(head, values, head_hash(head))


def read_change(framed: FramedLine) -> Change:
    """Read a framed line as a change, every bound and commitment checked.

    Raises MalformedChange, which carries the head's hash (and the id when it can be read), so that
    the line can be kept in quarantine and the client's chain goes on.
    """
    change_id: str | None = None
    try:
        if len(framed.head) + len(framed.values) > limits.CHANGE_BYTES_MAX:
            raise BadInput("the change is larger than a change may be")
        head: Any = read_json(framed.head, bytes_max=limits.CHANGE_BYTES_MAX)
        if isinstance(head, dict) and isinstance(head.get("id"), str) and is_uuid(head["id"]):
            change_id = head["id"]
        body: Any = read_json(
            framed.values, bytes_max=limits.CHANGE_BYTES_MAX, depth_max=_VALUES_DEPTH_MAX
        )
        return _Reader(head, body).change()
    except BadInput as reason:
        raise MalformedChange(str(reason), hash_=framed.head_hash, change_id=change_id) from reason


_VALUES_DEPTH_MAX: Final = limits.JSON_DEPTH_MAX - 1
"""A value stands one level deeper in a record's state than in its line, and must fit there too."""
_ACTS: Final = {"delete", "restore"}


class _Reader:
    """Turns parsed head and values into a Change, naming the first thing that is wrong."""

    def __init__(self, head: Any, body: Any) -> None:
        self.head = an_object(head, "head")
        body = an_object(body, "values")
        self.values = a_list(body.get("values"), "values")
        self.salts = a_list(body["salts"], "salts") if "salts" in body else [{}] * len(self.values)
        self.commits: list[bytes] = []

    def change(self) -> Change:
        head = self.head
        if an_integer(head.get("v"), "v") != CHANGE_VERSION:
            raise BadInput("unknown version of a change's head")
        change_id = a_uuid(head.get("id"), "id")
        records = a_list(head.get("records"), "records")
        if not 0 < len(records) <= limits.RECORDS_PER_CHANGE_MAX:
            raise BadInput("a change touches at least one record and at most the bound")
        if len(self.values) != len(records) or len(self.salts) != len(records):
            raise BadInput("values and salts must be as many as records")
        edits = tuple(self._edit(i, an_object(raw, "record")) for i, raw in enumerate(records))
        if len({e.record for e in edits}) != len(edits):
            raise BadInput("a change names each record once")
        shown = (edit.writes.values() for edit in edits if type(edit.writes) is not PlainWrites)
        if any(change_id in write.seen for writes in shown for write in writes):
            raise BadInput("nobody can have been shown the value that they are about to write")
        if commitments_root(self.commits) != head.get("commits"):
            raise BadInput("the values are not those the head commits to")
        offset = head.get("offset_ms")
        return Change(
            id=change_id,
            author=a_uuid(head.get("author"), "author"),
            opened_at=a_time(head.get("opened_at"), "opened_at"),
            saved_at=a_time(head.get("saved_at"), "saved_at"),
            monotonic_ms=an_integer(head.get("monotonic_ms"), "monotonic_ms"),
            boot_id=a_text(head.get("boot"), "boot", 64),
            records=edits,
            clock_offset_ms=None if offset is None else an_integer(offset, "offset_ms"),
            place=a_place(head.get("place")),
        )

    def _edit(self, index: int, raw: dict[str, Any]) -> RecordEdit:
        writes = self._writes(index, raw)
        operation = _enum(raw.get("op"))
        step = raw.get("transition")
        if (operation is Operation.TRANSITION) != (step is not None):
            raise BadInput("a transition names its step, and nothing else does")
        if MOVED in writes and operation is not Operation.MOVE:
            raise BadInput("only a move says where a record goes")
        acts = EXISTENCE in writes
        if acts != (operation in (Operation.DELETE, Operation.RESTORE)):
            raise BadInput("existence is written by delete and restore only")
        parent, scope = self._parent(raw.get("parent")), raw.get("scope")
        if operation is Operation.CREATE and parent is None and scope is None:
            raise BadInput("a record is created in a scope or under a parent")
        if parent is not None and parent == raw.get("record"):
            raise BadInput("a record cannot be its own parent")
        return RecordEdit(
            record=a_uuid(raw.get("record"), "record"),
            type=a_text(raw.get("type"), "type", limits.RECORD_TYPE_LENGTH_MAX),
            form=a_text(raw.get("form"), "form", limits.RECORD_TYPE_LENGTH_MAX),
            version=a_count(raw.get("version"), "version", limits.FORM_VERSION_MAX),
            operation=operation,
            base=a_count(raw.get("base", 0), "base"),
            scope=None if scope is None else a_text(scope, "scope", limits.SCOPE_ID_LENGTH_MAX),
            parent=parent,
            local_order=a_count(raw.get("order", 0), "order"),
            writes=writes,
            transition=None if step is None else _transition(an_object(step, "transition")),
            blobs=_hashes(raw.get("blobs", [])),
        )

    def _parent(self, raw: Any) -> str | None:
        """A parent by its id, or by its place among the records of the same change."""
        if raw is None:
            return None
        if isinstance(raw, str):
            return a_uuid(raw, "parent")
        place = a_count(raw, "parent", len(self.head["records"]) - 1)
        return a_uuid(an_object(self.head["records"][place], "record").get("record"), "record")

    def _writes(self, index: int, raw: dict[str, Any]) -> Mapping[str, FieldWrite]:
        fields = a_list(raw.get("fields"), "fields")
        values = a_list(self.values[index], "values")
        salts = an_object(self.salts[index], "salts")
        shown = a_list(raw["seen"], "seen") if "seen" in raw else [()] * len(fields)
        if len(fields) > limits.FIELDS_PER_RECORD_MAX:
            raise BadInput("too many fields in one record of a change")
        if len(values) != len(fields) or len(shown) != len(fields):
            raise BadInput("values and seen must be as many as fields")
        if not (salts or "seen" in raw or EXISTENCE in fields or MOVED in fields):
            plain = dict(zip(map(a_field, fields), values, strict=True))
            if len(plain) != len(fields):
                raise BadInput("a field is named once")
            self.commits.extend(plain_commitments(plain))
            return PlainWrites(plain)
        writes = {
            a_field(name): _write(name, value, seen, salts.get(name))
            for name, value, seen in zip(fields, values, shown, strict=True)
        }
        if len(writes) != len(fields) or not salts.keys() <= writes.keys():
            raise BadInput("a field is named once, and salts name fields of the head")
        self.commits.extend(
            commitment_bytes(name, write.value, write.salt) for name, write in writes.items()
        )
        return writes


def _write(name: str, value: JsonValue, shown: Any, salt: Any) -> FieldWrite:
    if salt is not None and not (isinstance(salt, str) and _is_salt(salt)):
        raise BadInput("a salt is 32 lower-case hex digits")
    if name == EXISTENCE:
        act = value.get("act") if isinstance(value, dict) else None
        if not (isinstance(act, str) and act in _ACTS):
            raise BadInput("existence says delete or restore")
    if name == MOVED:
        a_text(value, "scope", limits.SCOPE_ID_LENGTH_MAX)
    if not shown:
        return FieldWrite(value, (), salt)
    seen = a_list(shown, "seen")
    if len(seen) > (limits.SEEN_OF_EXISTENCE_MAX if name == EXISTENCE else limits.SEEN_MAX):
        raise BadInput("a save names more values than a person can have been shown")
    return FieldWrite(value, tuple(a_uuid(dot, "seen") for dot in seen), salt)


def a_field(name: Any) -> str:
    """A field key, or BadInput."""
    if not isinstance(name, str) or not _is_field(name):
        raise BadInput(f"not a field key: {str(name)[:80]!r}")
    return name


@lru_cache(maxsize=8192)
def _is_field(name: str) -> bool:
    if name in (EXISTENCE, MOVED, NOTE):
        return True
    return (
        0 < len(name) <= limits.FIELD_KEY_LENGTH_MAX
        and all(c.isalnum() or c in "_-./?" for c in name)
        and not name.startswith("/")
    )


def _is_salt(text: str) -> bool:
    return len(text) == 32 and all(c in "0123456789abcdef" for c in text)


def _hashes(raw: Any) -> tuple[str, ...]:
    found = a_list(raw, "blobs")
    if len(found) > limits.ATTACHMENTS_PER_RECORD_MAX or not all(map(is_sha256, found)):
        raise BadInput("blobs must be SHA-256 in lower-case hex")
    return tuple(found)


def _enum(raw: Any) -> Operation:
    try:
        return Operation(raw)
    except ValueError:
        raise BadInput("unknown operation") from None


def _transition(raw: dict[str, Any]) -> Transition:
    return Transition(
        target=a_text(raw.get("to"), "to", 32),
        source=a_text(raw.get("from"), "from", 32),
        content_hash=a_text(raw.get("content"), "content", 64),
    )
