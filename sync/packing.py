"""Rows of a page packed by their shape: what all have in common once, what differs in columns.

States of one kind differ only in their texts and a few numbers. A *shape* is such a line with
holes; its rows are columns of what fills them. Packed so, a segment compresses better than the
same values as plain JSON, and unpacking is one formatting of bytes a row.

Unpacking is exact: the lines come out byte for byte. It is also strict: what comes out are lines
that the parser of a page would read, although only one line of each shape is parsed. That holds
because a hole stands only where `_split` makes one (checked on that line), and each filling is one
JSON text or whole number (checked for all at once).

Layout, every part a line::

    {"about": {...}, "order": [shape of row 0, ...], "shapes": [{"template": str, "rows": n,
     "holes": [column, ...], "texts": [length, ...], "numbers": [length, ...]}, ...]}
    all text columns of all shapes, one value a line; then all number columns

A column is as long as its shape has rows, or 1 when all rows have the same.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared import limits
from shared.canonical import JsonValue, canonical_bytes, read_json
from shared.errors import BadInput, TooLarge
from shared.records.state import decode_state
from sync.messages import Leave, Put

_INSIDE: Final = rb'[^"\\]*+(?:\\.[^"\\]*+)*+'
_TEXT: Final = b'"' + _INSIDE + b'"'
_TOKEN: Final = re.compile(
    # Numbers that differ from record to record are holes; any other number is structure. An index
    # into the dots must be: a wrong one would name a dot that is not there. So is a status.
    rb'"order":\[(\d{1,16}),(\d{1,16})\]|"status":"[^"\\]*+"|'
    + _TEXT
    + rb':|"('
    + _INSIDE
    + rb')"|'
    + rb'(?:(?<="revision":)|(?<=\[\[0,)|(?<=[:,])(?=-?\d{6}))(-?\d{1,16})(?=[\],}])'
)
_HOLE: Final = re.compile(rb'%%|"%b"|%b')
_TAIL: Final = re.compile(
    rb'"record":"%b","revision":%b,"root":"%b","scope":"%b","type":"%b","version":\d{1,10},'
    rb'"workflow":'
)
_A_TEXT: Final = b'"(' + _INSIDE + b')"'
_A_NUMBER: Final = rb"(-?\d{1,16})"
RECENT_SHAPES: Final = 8
_LEAVE: Final = b'{"leave":'
_NEVER_PLAIN: Final = bytes(b for b in range(32) if b != 10) + b'"'
_ESCAPED: Final = re.compile(
    rb'(?:[^"\\\x00-\x09\x0b-\x1f]|\\["\\/bfnrt]|\\u00(?:0[1-9a-f]|1[0-9a-f]))*+'
)
_NUMBERS: Final = re.compile(rb"(?:(?:0|-?[1-9]\d{0,15})\n)*+")


@dataclass(frozen=True, slots=True)
class KnownPut(Put):
    """A state whose head is known without reading all of it."""

    record: str
    revision: int
    type: str
    root: str


@dataclass(slots=True)
class _Shape:
    number: int
    template: bytes
    match: Callable[[bytes], re.Match[bytes] | None]
    rows: list[tuple[bytes, ...]]


def pack(about: Mapping[str, JsonValue], lines: Sequence[bytes]) -> bytes:
    """Lines of a page (states and leaves as canonical JSON) in columns; not yet compressed."""
    shapes: dict[bytes, _Shape] = {}
    recent: deque[_Shape] = deque(maxlen=RECENT_SHAPES)
    order: list[JsonValue] = []
    for line in lines:
        for shape in recent:
            found = shape.match(line)
            if found is not None:
                shape.rows.append(found.groups())
                break
        else:
            template, fillings = _split(line)
            known = shapes.get(template)
            shape = known or _Shape(len(shapes), template, _matcher(template), [])
            shapes[template] = shape
            recent.appendleft(shape)
            shape.rows.append(fillings)
        order.append(shape.number)
    heads: list[JsonValue] = []
    texts: list[bytes] = []
    numbers: list[bytes] = []
    for shape in shapes.values():
        heads.append(_write_shape(shape, texts, numbers))
    head = canonical_bytes({"about": dict(about), "order": order, "shapes": heads})
    return b"\n".join([head, *texts, *numbers, b""])


def _matcher(template: bytes) -> Callable[[bytes], re.Match[bytes] | None]:
    """Takes a line of this shape apart in one step."""
    parts: list[bytes] = []
    end = 0
    for hole in _HOLE.finditer(template):
        parts.append(re.escape(template[end : hole.start()]))
        parts.append({b"%%": b"%", b"%b": _A_NUMBER}.get(hole[0], _A_TEXT))
        end = hole.end()
    parts.append(re.escape(template[end:]))
    return re.compile(b"".join(parts)).fullmatch


def _split(line: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """A line as template and what fills its holes."""
    fillings: list[bytes] = []

    def hole(found: re.Match[bytes]) -> bytes:
        first, second, text, number = found.groups()
        if text is not None:
            fillings.append(text.replace(b"%%", b"%"))
            return b'"%b"'
        if number is not None:
            fillings.append(number)
            return b"%b"
        if first is not None:
            fillings.extend((first, second))
            return b'"order":[%b,%b]'
        return found.group()

    return _TOKEN.sub(hole, line.replace(b"%", b"%%")), tuple(fillings)


def _write_shape(shape: _Shape, texts: list[bytes], numbers: list[bytes]) -> JsonValue:
    """Append the columns of a shape; a column that two holes share is written once."""
    holes: list[JsonValue] = []
    lengths: dict[bool, list[JsonValue]] = {True: [], False: []}
    known: dict[tuple[bool, tuple[bytes, ...]], int] = {}
    for is_text, column in zip(_kinds(shape.template), zip(*shape.rows, strict=True), strict=True):
        found = column if any(value != column[0] for value in column) else column[:1]
        place = known.get((is_text, found))
        if place is None:
            place = known[is_text, found] = len(lengths[is_text])
            lengths[is_text].append(len(found))
            (texts if is_text else numbers).extend(found)
        holes.append(place)
    return {
        "template": shape.template.decode(),
        "rows": len(shape.rows),
        "holes": holes,
        "texts": lengths[True],
        "numbers": lengths[False],
    }


def _kinds(template: bytes) -> list[bool]:
    """For each hole, in order: is it a text?"""
    return [found[0] == b'"%b"' for found in _HOLE.finditer(template) if found[0] != b"%%"]


@dataclass(frozen=True, slots=True)
class _Head:
    template: bytes
    rows: int
    holes: list[tuple[bool, int]]
    texts: list[int]
    numbers: list[int]


def unpack(data: bytes) -> tuple[Mapping[str, Any], list[Put | Leave]]:
    """What `pack` packed: `about`, and the rows in their order. Raises BadInput, TooLarge.

    Sizes are bounded before anything is unfolded.
    """
    if len(data) > limits.PULL_ANSWER_BYTES_MAX:
        raise TooLarge("a segment is too large", bytes_max=limits.PULL_ANSWER_BYTES_MAX)
    head, _, body = data.partition(b"\n")
    raw = read_json(head, bytes_max=limits.PULL_ANSWER_BYTES_MAX)
    try:
        about, order, shapes = _read_head(raw)
        parts = [iter(rows) for rows in _shapes_of(shapes, body)]
        rows = [next(parts[number]) for number in order]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, StopIteration) as reason:
        raise BadInput(f"not a segment: {reason}") from reason
    if any(True for part in parts for _ in part):
        raise BadInput("a segment has rows without a place")
    return about, rows


def _read_head(raw: Any) -> tuple[dict[str, Any], list[int], list[_Head]]:
    order = _counts(raw["order"])
    if len(order) > limits.SEGMENT_ROWS_MAX:
        raise TooLarge("too many rows in a segment", most=limits.SEGMENT_ROWS_MAX)
    shapes = []
    for shape in raw["shapes"]:
        template = shape["template"].encode()
        kinds = _kinds(template)
        holes = list(zip(kinds, _counts(shape["holes"]), strict=True))
        shapes.append(
            _Head(
                template,
                _count(shape["rows"]),
                holes,
                _counts(shape["texts"]),
                _counts(shape["numbers"]),
            )
        )
    if sum(shape.rows for shape in shapes) != len(order) or not all(s.rows for s in shapes):
        raise BadInput("a segment has more or fewer rows than places")
    return dict(raw["about"]), order, shapes


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= limits.PULL_ANSWER_BYTES_MAX:
        raise BadInput("a count was expected in a segment")
    return value


def _counts(values: Any) -> list[int]:
    if not isinstance(values, list):
        raise BadInput("a list of counts was expected in a segment")
    return [_count(value) for value in values]


def _shapes_of(shapes: Sequence[_Head], body: bytes) -> Iterator[list[Put | Leave]]:
    """The rows of each shape."""
    if body and not body.endswith(b"\n"):
        raise BadInput("a segment is cut off")
    lines = body.split(b"\n")
    text_lines = sum(sum(shape.texts) for shape in shapes)
    number_lines = sum(sum(shape.numbers) for shape in shapes)
    if text_lines + number_lines != len(lines) - 1:
        raise BadInput("a segment has more or fewer values than holes")
    _check_values(body, lines[text_lines:-1])
    text, number, room = 0, text_lines, limits.PULL_ANSWER_BYTES_MAX
    for shape in shapes:
        texts, text = _columns(lines, text, shape.texts, shape.rows)
        numbers, number = _columns(lines, number, shape.numbers, shape.rows)
        columns = [(texts if is_text else numbers)[place] for is_text, place in shape.holes]
        room -= shape.rows * len(shape.template) + sum(sum(map(len, c)) for c in columns)
        if room < 0:
            raise TooLarge("a segment unfolds to too much", most=limits.PULL_ANSWER_BYTES_MAX)
        yield _rows(shape, columns)


def _check_values(body: bytes, numbers: Sequence[bytes]) -> None:
    """Is every filling the inside of one JSON text, and those of number holes a number?"""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as reason:
        raise BadInput("a segment is not UTF-8") from reason
    if b"\\" not in body:
        sound = len(body.translate(None, _NEVER_PLAIN)) == len(body)
    else:
        sound = _ESCAPED.fullmatch(body) is not None
    if not sound or not _NUMBERS.fullmatch(b"".join([n + b"\n" for n in numbers])):
        raise BadInput("a segment holds what is no text or number")


def _columns(
    lines: list[bytes], start: int, lengths: Sequence[int], rows: int
) -> tuple[list[list[bytes]], int]:
    out: list[list[bytes]] = []
    for length in lengths:
        if length not in (1, rows):
            raise BadInput("a column is as long as its shape, or one value for all")
        column = lines[start : start + length]
        out.append(column if length == rows else column * rows)
        start += length
    return out, start


def _rows(shape: _Head, columns: list[list[bytes]]) -> list[Put | Leave]:
    """All rows of a shape. One line proves the template; see the module's text for the others."""
    template = shape.template
    if b"%" in _HOLE.sub(b"", template) or b"\n" in template:
        raise BadInput("a template is not one line with holes")
    if columns:
        lines = list(map(template.__mod__, zip(*columns, strict=True)))
    else:
        lines = [template % ()] * shape.rows
    if _split(lines[0])[0] != template:
        raise BadInput("a hole stands where none may be")
    if template.startswith(_LEAVE):
        return [_leave(line) for line in lines]
    decode_state(lines[0])
    if max(map(len, lines)) > limits.STATE_BYTES_MAX:
        raise TooLarge("a state is too large", most=limits.STATE_BYTES_MAX)
    return _known(template, columns, lines)


def _leave(line: bytes) -> Leave:
    raw = read_json(line, bytes_max=limits.MESSAGE_HEADER_BYTES_MAX)
    record, revision = (raw["leave"], raw["revision"]) if isinstance(raw, dict) else (None, None)
    if not isinstance(record, str) or type(revision) is not int or revision < 0:
        raise BadInput("not a leave")
    return Leave(record, revision)


def _known(template: bytes, columns: list[list[bytes]], lines: list[bytes]) -> list[Put | Leave]:
    """States with their heads out of the columns; where that cannot be, each is read by itself."""
    tails = list(_TAIL.finditer(template))
    if tails:
        at = len(_kinds(template[: tails[-1].start()]))
        records, revisions, roots, _, types = columns[at : at + 5]
        names = [*records, *roots, *types]
        if not any(b"\\" in name for name in names):
            return list(
                map(
                    KnownPut,
                    lines,
                    map(bytes.decode, records),
                    map(int, revisions),
                    map(bytes.decode, types),
                    map(bytes.decode, roots),
                )
            )
    found = ((line, decode_state(line)) for line in lines)
    return [KnownPut(line, s.record, s.revision, s.type, s.root) for line, s in found]
