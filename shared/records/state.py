"""The merged state of one record, as the server ships it and the tablet keeps it, byte for byte.

A state names every value nobody has superseded (its siblings) together with the dot of the change
that wrote it, so that both sides can show who, when and where, and so that a later save can name
what its author had been shown. The bytes are canonical JSON (`shared.canonical`): the digest of a
scope covers them verbatim.

Shape (keys in canonical order)::

    {"created": [dot, author, saved_at_ms, client, place|null],
     "disputed": true (only while a deletion is disputed),
     "dots": [[dot, author, saved_at_ms, client, place|null], ...],
     "existence": [[i, {"act": "delete"|"restore", "reason": str}], ...],
     "fields": {field: [[i, value] | [i, value, salt], ...]},
     "form": str, "order": [accepted, local], "parent": id|null, "record": id, "revision": int,
     "root": id, "scope": str, "type": str, "version": int,
     "workflow": {...} | null}

`i` points into `dots`. The first sibling of a field is the first accepted one: logic and reports
use it while a conflict is open.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from shared.canonical import JsonValue, canonical_text, encode_ordered, ordered, read_json
from shared.errors import BadInput
from shared.limits import INTEGER_MAX, STATE_BYTES_MAX
from shared.records.siblings import Dot as Dot
from shared.records.siblings import FieldRows, in_order, sibling_of
from shared.records.siblings import Sibling as Sibling
from shared.records.workflow import Status

EXISTENCE: Final = "@existence"
NOTE: Final = "@note"
MOVED: Final = "@scope"
"""What a move writes: the area a root goes to. The latest that nobody has superseded decides."""
OFFICE: Final = "office"


@dataclass(frozen=True, slots=True)
class Comment:
    """A reviewer's remark pinned to a question (`field`), a row (`record`), or the whole record."""

    id: str
    record: str
    field: str | None
    text: str


@dataclass(frozen=True, slots=True)
class WorkflowState:
    """Where a reviewed root record stands; `comments` are those of the last return."""

    status: Status = Status.DRAFT
    dot: Dot | None = None
    message: str = ""
    comments: tuple[Comment, ...] = ()
    submitted_hash: str | None = None
    approved_hash: str | None = None
    approved_dot: Dot | None = None
    changed_since_approval: bool = False
    history: tuple[tuple[str, Dot, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordState:
    """A record as merged by the server at one revision.

    `disputed` is the server's verdict that somebody worked on it whom its deleter had not seen: it
    stays until staff decide.
    """

    record: str
    revision: int
    type: str
    form: str
    version: int
    scope: str
    parent: str | None
    root: str
    order: tuple[int, int]
    created: Dot
    fields: Mapping[str, tuple[Sibling, ...]] = field(default_factory=dict)
    existence: tuple[Sibling, ...] = ()
    workflow: WorkflowState | None = None
    disputed: bool = False

    @property
    def deleted(self) -> bool:
        """True when every live existence value says delete; a dispute keeps the record."""
        return self.says_deleted and not self.disputed

    @property
    def says_deleted(self) -> bool:
        """Does every live existence value say delete?"""
        return bool(self.existence) and all(_act(s) == "delete" for s in self.existence)

    def value(self, name: str) -> JsonValue:
        """The value logic and reports use: the first accepted of the siblings, or None."""
        if type(self.fields) is FieldRows:
            return self.fields.first_value(name)
        siblings = self.fields.get(name)
        return siblings[0].value if siblings else None

    def conflicts(self) -> tuple[str, ...]:
        """Fields whose live values differ; equal values of several people are no conflict."""
        fields = self.fields
        if type(fields) is FieldRows:
            several = [name for name, rows in fields.rows.items() if len(rows) > 1]
            return tuple(name for name in several if differ(fields[name]))
        return tuple(name for name, found in fields.items() if len(found) > 1 and differ(found))


def _act(sibling: Sibling) -> str:
    value = sibling.value
    return str(value.get("act")) if isinstance(value, dict) else ""


def differ(siblings: tuple[Sibling, ...]) -> bool:
    """True when the siblings hold more than one distinct value."""
    if len(siblings) < 2:
        return False
    first = canonical_text(siblings[0].value)
    return any(canonical_text(s.value) != first for s in siblings[1:])


def _dot_json(dot: Dot) -> list[object]:
    place = None if not dot.place else ordered(dict(dot.place))
    return [dot.id, dot.author, _whole(dot.saved_at), dot.client, place]


def _whole(number: int) -> object:
    """A number that every reader sees alike, or a CanonicalError."""
    return number if -INTEGER_MAX <= number <= INTEGER_MAX else ordered(number)


class _DotTable:
    """Numbers dots in order of first use, so that each is written once."""

    def __init__(self) -> None:
        self.rows: list[object] = []
        self._index: dict[str, int] = {}
        self._last: Dot | None = None
        self._at = 0

    def number(self, dot: Dot) -> int:
        found = self._index.get(dot.id)
        if found is None:
            found = self._index[dot.id] = len(self.rows)
            self.rows.append(_dot_json(dot))
        return found

    def alone(self, sibling: Sibling) -> list[object]:
        """The rows of a field that has one value without a salt: the usual field, written often."""
        dot, value = sibling.dot, sibling.value
        if dot is not self._last:
            self._last, self._at = dot, self.number(dot)
        return [[self._at, in_order(value)]]

    def siblings(self, found: tuple[Sibling, ...]) -> list[object]:
        """The rows of one field's siblings. Texts, which nearly every value is, go as they are."""
        if len(found) == 1 and found[0].salt is None:
            return self.alone(found[0])
        rows: list[object] = []
        for sibling in found:
            row = [self.number(sibling.dot), in_order(sibling.value)]
            rows.append(row if sibling.salt is None else [*row, sibling.salt])
        return rows

    def numbered(self, fields: FieldRows, names: list[str]) -> dict[str, object]:
        """The rows of fields that are rows already, under the numbers of this table."""
        numbers: list[int] = [-1] * len(fields.dots)
        out: dict[str, object] = {}
        for name in names:
            rows = fields.rows[name]
            same = True
            for row in rows:
                at = row[0]
                if numbers[at] < 0:
                    numbers[at] = self.number(fields.dots[at])
                same = same and numbers[at] == at
            if rows:
                out[name] = rows if same else [[numbers[row[0]], *row[1:]] for row in rows]
        return out


def _workflow_json(table: _DotTable, flow: WorkflowState) -> dict[str, object]:
    dot = None if flow.dot is None else table.number(flow.dot)
    approved = None if flow.approved_dot is None else table.number(flow.approved_dot)
    return {
        "approved": flow.approved_hash,
        "approved_dot": approved,
        "changed": flow.changed_since_approval,
        "comments": [[c.id, c.record, c.field, c.text] for c in flow.comments],
        "dot": dot,
        "history": [[to, table.number(dot), note] for to, dot, note in flow.history],
        "message": flow.message,
        "status": str(flow.status),
        "submitted": flow.submitted_hash,
    }


def encode_state(state: RecordState) -> bytes:
    """The canonical bytes of a state: what is stored, shipped and digested.

    The keys stand here in their order already, so that only values made of parts are walked.
    """
    table, named = _DotTable(), state.fields
    names = sorted(named)
    if type(named) is FieldRows:
        fields = table.numbered(named, names)
    else:
        fields = {n: table.siblings(named[n]) for n in names if named[n]}
    if not "".join(names).isascii():
        fields = {name: fields[name] for name in _in_order(fields)}
    existence = table.siblings(state.existence)
    flow = None if state.workflow is None else _workflow_json(table, state.workflow)
    return encode_ordered(
        {
            "created": _dot_json(state.created),
            **({"disputed": True} if state.disputed else {}),
            "dots": table.rows,
            "existence": existence,
            "fields": fields,
            "form": state.form,
            "order": [_whole(number) for number in state.order],
            "parent": state.parent,
            "record": state.record,
            "revision": _whole(state.revision),
            "root": state.root,
            "scope": state.scope,
            "type": state.type,
            "version": _whole(state.version),
            "workflow": flow,
        }
    )


def _in_order(fields: Mapping[str, object]) -> list[str]:
    """Keys beyond the basic plane stand in another order than by their code points."""
    return sorted(fields, key=lambda name: name.encode("utf-16-be", "surrogatepass"))


def decode_state(data: bytes) -> RecordState:
    """Read a state as shipped. Raises BadInput when the bytes are not one of ours."""
    raw = read_json(data, bytes_max=STATE_BYTES_MAX)
    try:
        return _state(raw)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as reason:
        raise BadInput(f"not a record state: {reason}") from reason


def decode_held(data: bytes) -> RecordState:
    """Read a state that was read strictly when it came and is kept under its hash since: the same
    value, in a fraction of the time. Raises BadInput for what is none of ours."""
    try:
        return _state(json.loads(data), _held_fields)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as reason:
        raise BadInput(f"not a record state: {reason}") from reason


def decode_own_state(data: bytes) -> RecordState:
    """Read a state from one's own database: `encode_state` wrote it, so that nothing of its form is
    in doubt. What a disk changed all the same is BadInput where it can be noticed."""
    try:
        return _state(_plain_json(data.decode("utf-8")), _held_fields)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as reason:
        raise BadInput(f"not a record state: {reason}") from reason


_plain_json = json.JSONDecoder().decode


Fields = Mapping[str, tuple[Sibling, ...]]


def _read_fields(dots: list[Dot], raw: Any) -> Fields:
    return {
        name: (sibling_of(dots, rows[0]),)
        if len(rows) == 1
        else tuple(sibling_of(dots, row) for row in rows)
        for name, rows in raw.items()
    }


def _held_fields(dots: list[Dot], raw: Any) -> Fields:
    """Fields whose values are in order; that every row is one of ours is looked at, no more."""
    last = len(dots)
    for rows in raw.values():
        for row in rows:
            if not 0 <= row[0] < last or not 1 < len(row) < 4:
                raise ValueError("a row of a field")
    return FieldRows(dots, raw)


def _state(raw: Any, read_fields: Callable[[list[Dot], Any], Fields] = _read_fields) -> RecordState:
    dots = [_dot(row) for row in raw["dots"]]
    order = raw["order"]
    _expect(str, *(raw[name] for name in ("record", "type", "form", "scope", "root")))
    _expect(int, raw["revision"], raw["version"], order[0], order[1])
    return RecordState(
        record=raw["record"],
        revision=raw["revision"],
        type=raw["type"],
        form=raw["form"],
        version=raw["version"],
        scope=raw["scope"],
        parent=raw["parent"],
        root=raw["root"],
        order=(order[0], order[1]),
        created=_dot(raw["created"]),
        fields=read_fields(dots, raw["fields"]),
        existence=tuple(sibling_of(dots, row) for row in raw["existence"]),
        workflow=None if raw["workflow"] is None else _workflow(dots, raw["workflow"]),
        disputed=raw.get("disputed") is True,
    )


def _expect(kind: type, *values: object) -> None:
    if not all(type(value) is kind for value in values):
        raise TypeError(f"a {kind.__name__} was expected")


def _dot(row: Any) -> Dot:
    _expect(str, row[0], row[1], row[3])
    _expect(int, row[2])
    return Dot(row[0], row[1], row[2], row[3], None if row[4] is None else dict(row[4]))


def _workflow(dots: list[Dot], raw: Any) -> WorkflowState:
    def at(number: int | None) -> Dot | None:
        return None if number is None else dots[number]

    return WorkflowState(
        status=Status(raw["status"]),
        dot=at(raw["dot"]),
        message=raw["message"],
        comments=tuple(Comment(c[0], c[1], c[2], c[3]) for c in raw["comments"]),
        submitted_hash=raw["submitted"],
        approved_hash=raw["approved"],
        approved_dot=at(raw["approved_dot"]),
        changed_since_approval=raw["changed"],
        history=tuple((h[0], dots[h[1]], h[2]) for h in raw["history"]),
    )


def with_revision(state: RecordState, revision: int) -> RecordState:
    """The same state under another revision number."""
    return replace(state, revision=revision)
