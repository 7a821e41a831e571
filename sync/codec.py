"""Bytes of the protocol: newline-delimited JSON, gzip, every size bounded before it is read.

The checker of the wire on both sides: whatever comes out is a message of `sync.messages`; whatever
does not fit raises BadInput or TooLarge with the line where it went wrong.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from shared import limits
from shared.canonical import JsonValue, canonical_bytes, read_json
from shared.errors import BadInput, TooLarge
from shared.ids import is_uuid
from sync.messages import (
    ChangeResult,
    Leave,
    Outcome,
    Page,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushBatch,
    PushHeader,
    Put,
    Withheld,
)

GZIP: Final = 31
STUB: Final = b'{"stub":'


def gzip_bytes(data: bytes, level: int = 6) -> bytes:
    """Compress with no time stamp in it: the same bytes in, the same bytes out."""
    packer = zlib.compressobj(level, zlib.DEFLATED, GZIP)
    return packer.compress(data) + packer.flush()


def gunzip_bytes(data: bytes, bytes_max: int) -> bytes:
    """Decompress at most `bytes_max` bytes. Raises TooLarge for more, BadInput for damage."""
    opener = zlib.decompressobj(GZIP)
    try:
        out = opener.decompress(data, bytes_max + 1)
    except zlib.error as reason:
        raise BadInput("the compressed body is damaged") from reason
    if len(out) > bytes_max:
        raise TooLarge("the decompressed body is too large", bytes_max=bytes_max)
    if not opener.eof or opener.unused_data:
        raise BadInput("the compressed body is cut off or has something behind it")
    return out


def encode_push(batch: PushBatch) -> bytes:
    """A push as lines: the header, the heads (or stubs) in order, then the values in order.

    Heads beside heads and values beside values pack a tenth smaller than changes one by one; the
    bytes of each are untouched.
    """
    head = batch.header
    rows: list[bytes] = [
        canonical_bytes(
            {
                "protocol": head.protocol,
                "epoch": head.epoch,
                "client": head.client,
                "number": head.number,
                "chain": head.chain,
                "changes": len(batch.lines),
            }
        )
    ]
    values: list[bytes] = []
    for line in batch.lines:
        if isinstance(line, Withheld):
            stub: JsonValue = {"id": line.id, "head": line.head_hash, "body": line.body}
            rows.append(canonical_bytes({"stub": stub}))
        else:
            own_head, _, own_values = line.partition(b"\t")
            rows.append(own_head)
            values.append(own_values)
    return b"\n".join(rows + values) + b"\n"


def decode_push(body: bytes) -> PushBatch:
    """Read a push. The lines stay opaque; only stubs are taken apart."""
    rows = _rows(body, limits.PUSH_BYTES_MAX)
    raw = _header(rows[0])
    count = _int(raw, "changes")
    if count > limits.PUSH_CHANGES_MAX:
        raise TooLarge("too many changes in one push", most=limits.PUSH_CHANGES_MAX)
    header = PushHeader(
        protocol=_int(raw, "protocol"),
        epoch=_str(raw, "epoch", 64),
        client=_str(raw, "client", 64),
        number=_int(raw, "number"),
        chain=_hex(raw, "chain"),
    )
    return PushBatch(header, _push_lines(rows[1 : count + 1], rows[count + 1 :], count))


def _push_lines(
    heads: list[bytes], values: list[bytes], count: int
) -> tuple[bytes | Withheld, ...]:
    stubs = sum(head.startswith(STUB) for head in heads)
    if len(heads) != count or len(values) != count - stubs:
        raise BadInput("a push has fewer or more heads and values than it says")
    rest = iter(values)
    return tuple(
        _stub(head) if head.startswith(STUB) else b"\t".join((head, next(rest))) for head in heads
    )


def _stub(row: bytes) -> Withheld:
    raw = _object(read_json(row, bytes_max=4096))
    stub = _object(raw.get("stub"))
    return Withheld(_uuid(stub, "id"), _hex(stub, "head"), _hex(stub, "body"))


def encode_push_answer(answer: PushAnswer) -> bytes:
    """The answer to a push: one header line, one line a result."""
    rows = [
        canonical_bytes(
            {
                "protocol": answer.protocol,
                "epoch": answer.epoch,
                "client": answer.client,
                "number": answer.number,
                "chain": answer.chain,
            }
        )
    ]
    rows.extend(canonical_bytes(_result_json(result)) for result in answer.results)
    return b"\n".join(rows) + b"\n"


def _result_json(result: ChangeResult) -> JsonValue:
    out: dict[str, JsonValue] = {"n": result.number, "is": str(result.outcome)}
    for name, value in (
        ("id", result.id),
        ("scope", result.scope),
        ("at", result.position),
        ("code", result.code),
        ("by", result.by),
    ):
        if value is not None:
            out[name] = value
    return out


def decode_push_answer(body: bytes) -> PushAnswer:
    """Read the answer to a push."""
    rows = _rows(body, limits.PUSH_BYTES_MAX)
    raw = _header(rows[0])
    return PushAnswer(
        protocol=_int(raw, "protocol"),
        epoch=_str(raw, "epoch", 64),
        client=_str(raw, "client", 64),
        number=_int(raw, "number"),
        chain=_hex(raw, "chain"),
        results=tuple(_result(_header(row)) for row in rows[1:]),
    )


def _result(raw: dict[str, Any]) -> ChangeResult:
    try:
        outcome = Outcome(str(raw.get("is")))
    except ValueError:
        raise BadInput("unknown outcome of a change") from None
    return ChangeResult(
        number=_int(raw, "n"),
        id=_optional(raw, "id"),
        outcome=outcome,
        scope=_optional(raw, "scope"),
        position=None if raw.get("at") is None else _int(raw, "at"),
        code=_optional(raw, "code"),
        by=_optional(raw, "by"),
    )


def encode_pull(request: PullRequest) -> bytes:
    """A pull request: one line."""
    return canonical_bytes(
        {
            "protocol": request.protocol,
            "epoch": request.epoch,
            "client": request.client,
            "scopes": dict(request.scopes),
            "bytes_max": request.bytes_max,
        }
    )


def decode_pull(body: bytes) -> PullRequest:
    """Read a pull request."""
    raw = _object(read_json(body, bytes_max=limits.PULL_REQUEST_BYTES_MAX))
    scopes = _object(raw.get("scopes"))
    if len(scopes) > limits.SCOPES_PER_PULL_MAX:
        raise TooLarge("too many scopes in one pull", most=limits.SCOPES_PER_PULL_MAX)
    wanted = _int(raw, "bytes_max")
    return PullRequest(
        protocol=_int(raw, "protocol"),
        epoch=_str(raw, "epoch", 64),
        client=_str(raw, "client", 64),
        scopes={_scope(name): _int(scopes, name) for name in scopes},
        bytes_max=max(limits.PULL_BYTES_MIN, min(wanted, limits.PULL_BYTES_MAX)),
    )


def encode_pull_answer(answer: PullAnswer) -> Iterator[bytes]:
    """The answer to a pull as lines, in an order that can be streamed: header, rows, footers."""
    head: dict[str, JsonValue] = {
        "protocol": answer.protocol,
        "epoch": answer.epoch,
        "client": answer.client,
        "time": answer.server_time_ms,
        "number": answer.number,
        "chain": answer.chain,
    }
    if answer.granted is not None:
        head["granted"] = list(answer.granted)
    if answer.unchanged is not None:
        head["unchanged"] = answer.unchanged
    yield canonical_bytes(head) + b"\n"
    for page in answer.pages:
        for row in page.rows:
            if isinstance(row, Put):
                yield row.state + b"\n"
            else:
                yield canonical_bytes({"leave": row.record, "revision": row.revision}) + b"\n"
        yield canonical_bytes({"page": _page_json(page)}) + b"\n"
    yield canonical_bytes({"end": len(answer.pages)}) + b"\n"


def _page_json(page: Page) -> JsonValue:
    out: dict[str, JsonValue] = {
        "scope": page.scope,
        "from": page.from_cursor,
        "cursor": page.cursor,
        "head": page.head,
        "rows": len(page.rows),
    }
    if page.digest is not None:
        out["digest"] = page.digest
    return out


def decode_pull_answer(body: bytes) -> PullAnswer:
    """Read the answer to a pull. A page whose footer is missing or miscounts is not believed,
    nor an answer without its own end: a cut between two pages would pass for "nothing new"."""
    rows = _rows(body, limits.PULL_ANSWER_BYTES_MAX)
    raw = _object(read_json(rows[0], bytes_max=limits.PULL_REQUEST_BYTES_MAX))
    end = _header(rows[-1])
    if set(end) != {"end"}:
        raise BadInput("the answer is cut off before its end")
    pages: list[Page] = []
    gathered: list[Put | Leave] = []
    for row in rows[1:-1]:
        if row.startswith(b'{"page":'):
            pages.append(_page(_object(_header(row).get("page")), tuple(gathered)))
            gathered = []
        elif row.startswith(b'{"leave":'):
            gone = _header(row)
            gathered.append(Leave(_str(gone, "leave", 64), _int(gone, "revision")))
        else:
            gathered.append(Put(row))
    if gathered or _int(end, "end") != len(pages):
        raise BadInput("the answer ends before the end of a page, or lacks one")
    granted = raw.get("granted")
    if granted is not None and (
        not isinstance(granted, list) or len(granted) > limits.SCOPES_PER_PULL_MAX
    ):
        raise BadInput("granted must be a list of scopes")
    return PullAnswer(
        protocol=_int(raw, "protocol"),
        epoch=_str(raw, "epoch", 64),
        client=_str(raw, "client", 64),
        granted=None if granted is None else tuple(_scope(name) for name in granted),
        server_time_ms=_int(raw, "time"),
        number=_int(raw, "number"),
        chain=_hex(raw, "chain"),
        unchanged=None if raw.get("unchanged") is None else _hex(raw, "unchanged"),
        pages=tuple(pages),
    )


def _page(raw: dict[str, Any], rows: tuple[Put | Leave, ...]) -> Page:
    if _int(raw, "rows") != len(rows):
        raise BadInput("a page has fewer or more rows than its footer says")
    return Page(
        scope=_str(raw, "scope", limits.SCOPE_ID_LENGTH_MAX),
        from_cursor=_int(raw, "from"),
        cursor=_int(raw, "cursor"),
        head=_int(raw, "head"),
        rows=rows,
        digest=None if raw.get("digest") is None else _hex(raw, "digest"),
    )


def _rows(body: bytes, bytes_max: int) -> list[bytes]:
    if len(body) > bytes_max:
        raise TooLarge("the body is too large", bytes_max=bytes_max)
    if not body.endswith(b"\n"):
        raise BadInput("the body is cut off: its last line has no end")
    return body[:-1].split(b"\n")


def _header(row: bytes) -> dict[str, Any]:
    return _object(read_json(row, bytes_max=limits.MESSAGE_HEADER_BYTES_MAX))


def _object(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise BadInput("an object was expected")
    return raw


def _int(raw: dict[str, Any], name: str) -> int:
    value = raw.get(name)
    if (
        not isinstance(value, int)
        or isinstance(value, bool)
        or not 0 <= value <= limits.INTEGER_MAX
    ):
        raise BadInput(f"{name[:64]} must be a whole number, zero or more")
    return value


def _str(raw: dict[str, Any], name: str, length_max: int) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= length_max:
        raise BadInput(f"{name[:64]} must be a text of 1 to {length_max} characters")
    return value


def _uuid(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    if not is_uuid(value):
        raise BadInput(f"{name} must be a UUID in lower case")
    return value


def _hex(raw: dict[str, Any], name: str) -> str:
    value = _str(raw, name, 64)
    if len(value) != 64 or any(c not in "0123456789abcdef" for c in value):
        raise BadInput(f"{name} must be 64 lower-case hex digits")
    return value


def _optional(raw: dict[str, Any], name: str) -> str | None:
    return None if raw.get(name) is None else _str(raw, name, 200)


def _scope(name: Any) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= limits.SCOPE_ID_LENGTH_MAX:
        raise BadInput(f"a scope is a text of 1 to {limits.SCOPE_ID_LENGTH_MAX} characters")
    return name


def lines_of(chunks: Iterable[bytes]) -> bytes:
    """The whole of a streamed message."""
    return b"".join(chunks)
