"""Repair after differing digests: which of a scope's rows differ, and those rows only.

First the server computes its own digest anew from what it ships; if what it had stored was wrong it
says so and nothing else happens. Then both compare 256 sums, one for each first byte of the SHA-256
of a record's id; the tablet lists its rows of the sums that differ, and is sent the states that it
lacks or holds otherwise, and the names of rows that are none. Nothing is wiped and no digest is
adopted: the rows are put right, and the digest follows from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from shared import limits
from shared.canonical import JsonValue, canonical_bytes, read_json
from shared.errors import BadInput, TooLarge
from shared.ids import is_uuid
from sync.bounds import a_count, a_list, a_text, an_object
from sync.codec import gzip_bytes
from sync.digest import EMPTY, MODULUS
from sync.exchange import End, HttpReply, HttpRequest, Stop, code_of
from sync.version import MEDIA_TYPE, PROTOCOL

REPAIR: Final = "/api/v1/sync/repair"
REPAIR_ROWS: Final = "/api/v1/sync/repair/rows"
MARK_DIGITS: Final = 32
DAY_MS: Final = 24 * 60 * 60 * 1000
_LINE_BYTES: Final = 80
"""About what one listed row takes in a request."""

Ask = Generator[HttpRequest, HttpReply, HttpReply]


def bucket_of(record: str) -> int:
    """The sum that a record counts in, from 0 to 255."""
    return hashlib.sha256(record.encode()).digest()[0]


def sums_of(rows: Iterable[tuple[str, int]]) -> list[int]:
    """The 256 sums over (record, row digest); all of them together are the scope's digest."""
    sums = [EMPTY] * limits.REPAIR_BUCKETS
    for record, digest in rows:
        bucket = bucket_of(record)
        sums[bucket] = (sums[bucket] + digest) % MODULUS
    return sums


def total_of(sums: Iterable[int]) -> int:
    """The digest that these sums add up to."""
    return sum(sums) % MODULUS


def mark_of(digest: int) -> str:
    """How a listed row is told: enough of its digest to tell two states apart."""
    return f"{digest:064x}"[:MARK_DIGITS]


@dataclass(frozen=True, slots=True)
class SumsRequest:
    """The digest that a tablet holds of a scope whose head it has reached."""

    epoch: str
    client: str
    scope: str
    cursor: int
    digest: int


@dataclass(frozen=True, slots=True)
class Sums:
    """The server's sums at `head`; `corrected` when what it had stored was wrong."""

    epoch: str
    client: str
    scope: str
    head: int
    corrected: bool
    sums: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RowsRequest:
    """The tablet's rows of some buckets: (record, `mark_of` its digest)."""

    epoch: str
    client: str
    scope: str
    buckets: tuple[int, ...]
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """States that the tablet lacks or holds otherwise, and rows that the scope does not have.

    `more` when there was not room for all: ask again with what is held then.
    """

    epoch: str
    client: str
    scope: str
    head: int
    more: bool
    states: tuple[bytes, ...]
    gone: tuple[str, ...]


def encode_sums_request(request: SumsRequest) -> bytes:
    """One line."""
    return canonical_bytes(
        {
            "protocol": PROTOCOL,
            "epoch": request.epoch,
            "client": request.client,
            "scope": request.scope,
            "cursor": request.cursor,
            "digest": f"{request.digest:064x}",
        }
    )


def decode_sums_request(body: bytes) -> SumsRequest:
    """Raises BadInput for what is no such request."""
    raw = an_object(read_json(body, bytes_max=limits.MESSAGE_HEADER_BYTES_MAX), "request")
    epoch, client, scope = _names(raw)
    return SumsRequest(epoch, client, scope, a_count(raw.get("cursor"), "cursor"), _sum(raw))


def encode_sums(answer: Sums) -> bytes:
    """One line."""
    return canonical_bytes(
        {
            "protocol": PROTOCOL,
            "epoch": answer.epoch,
            "client": answer.client,
            "scope": answer.scope,
            "head": answer.head,
            "corrected": answer.corrected,
            "sums": [f"{one:064x}" for one in answer.sums],
        }
    )


def decode_sums(body: bytes) -> Sums:
    """Raises BadInput for what is no such answer."""
    raw = an_object(read_json(body, bytes_max=limits.PULL_REQUEST_BYTES_MAX), "answer")
    epoch, client, scope = _names(raw)
    sums = a_list(raw.get("sums"), "sums")
    if len(sums) != limits.REPAIR_BUCKETS:
        raise BadInput(f"{limits.REPAIR_BUCKETS} sums are wanted")
    head = a_count(raw.get("head"), "head")
    corrected = raw.get("corrected") is True
    return Sums(epoch, client, scope, head, corrected, tuple(_hex_sum(one) for one in sums))


def encode_rows_request(request: RowsRequest) -> bytes:
    """A header, then a line a row."""
    head: JsonValue = {
        "protocol": PROTOCOL,
        "epoch": request.epoch,
        "client": request.client,
        "scope": request.scope,
        "buckets": list(request.buckets),
    }
    lines = [canonical_bytes(head), *(canonical_bytes(list(row)) for row in request.rows)]
    return b"\n".join(lines) + b"\n"


def decode_rows_request(body: bytes) -> RowsRequest:
    """Raises BadInput, TooLarge."""
    lines = _lines(body)
    raw = an_object(read_json(lines[0], bytes_max=limits.MESSAGE_HEADER_BYTES_MAX), "request")
    epoch, client, scope = _names(raw)
    buckets = a_list(raw.get("buckets"), "buckets")
    if not 0 < len(buckets) <= limits.REPAIR_BUCKETS:
        raise BadInput("between one and all buckets are asked for")
    last = limits.REPAIR_BUCKETS - 1
    return RowsRequest(
        epoch,
        client,
        scope,
        tuple(a_count(one, "bucket", last) for one in buckets),
        tuple(_listed(line) for line in lines[1:]),
    )


def _listed(line: bytes) -> tuple[str, str]:
    pair = a_list(read_json(line, bytes_max=limits.MESSAGE_HEADER_BYTES_MAX), "row")
    if len(pair) != 2:
        raise BadInput("a listed row is a record and the mark of its digest")
    return a_text(pair[0], "record", 64), a_text(pair[1], "mark", MARK_DIGITS)


def encode_rows(answer: Rows) -> Iterator[bytes]:
    """A header, a line a state, a line a row that is gone, and the end."""
    yield (
        canonical_bytes(
            {
                "protocol": PROTOCOL,
                "epoch": answer.epoch,
                "client": answer.client,
                "scope": answer.scope,
                "head": answer.head,
                "more": answer.more,
            }
        )
        + b"\n"
    )
    for state in answer.states:
        yield state + b"\n"
    for record in answer.gone:
        yield canonical_bytes({"gone": record}) + b"\n"
    yield canonical_bytes({"end": len(answer.states) + len(answer.gone)}) + b"\n"


def decode_rows(body: bytes) -> Rows:
    """Raises BadInput for what is no such answer, or was cut off."""
    lines = _lines(body)
    if len(lines) < 2:
        raise BadInput("the answer is cut off")
    raw = an_object(read_json(lines[0], bytes_max=limits.MESSAGE_HEADER_BYTES_MAX), "answer")
    end = an_object(read_json(lines[-1], bytes_max=limits.MESSAGE_HEADER_BYTES_MAX), "end")
    states: list[bytes] = []
    gone: list[str] = []
    for line in lines[1:-1]:
        if line.startswith(b'{"gone":'):
            row = an_object(read_json(line, bytes_max=limits.MESSAGE_HEADER_BYTES_MAX), "row")
            gone.append(a_text(row.get("gone"), "gone", 64))
        else:
            states.append(line)
    if end.get("end") != len(states) + len(gone):
        raise BadInput("the answer lacks a row")
    epoch, client, scope = _names(raw)
    head = a_count(raw.get("head"), "head")
    return Rows(epoch, client, scope, head, raw.get("more") is True, tuple(states), tuple(gone))


def _lines(body: bytes) -> list[bytes]:
    if len(body) > 2 * limits.REPAIR_BYTES_MAX:
        raise TooLarge("the message is too large", limit=2 * limits.REPAIR_BYTES_MAX)
    if not body.endswith(b"\n"):
        raise BadInput("the body is cut off: its last line has no end")
    return body[:-1].split(b"\n")


def _names(raw: dict[str, Any]) -> tuple[str, str, str]:
    if raw.get("protocol") != PROTOCOL:
        raise BadInput("this version of the protocol was never shipped")
    return (
        a_text(raw.get("epoch"), "epoch", 64),
        a_text(raw.get("client"), "client", limits.CLIENT_LENGTH_MAX),
        a_text(raw.get("scope"), "scope", limits.SCOPE_ID_LENGTH_MAX),
    )


def _sum(raw: dict[str, Any]) -> int:
    return _hex_sum(raw.get("digest"))


def _hex_sum(raw: Any) -> int:
    if not isinstance(raw, str) or len(raw) != 64 or set(raw) - set("0123456789abcdef"):
        raise BadInput("a digest is 64 lower-case hex digits")
    return int(raw, 16)


# --- the conversation, on the tablet's side ------------------------------------------------------


class Mendable(Protocol):
    """A replica whose rows can be looked over and put right."""

    def bucket_sums(self, scope: str) -> Sequence[int]:
        """The 256 sums of the rows held, computed from the rows; the running digest follows."""
        ...

    def bucket_rows(self, scope: str, buckets: Sequence[int]) -> Sequence[tuple[str, int]]:
        """(record, row digest) of the rows held in these buckets."""
        ...

    def mend(self, scope: str, states: Sequence[bytes], gone: Sequence[str]) -> None:
        """Take these states whatever was held, and let go of rows that the scope does not have."""
        ...


@dataclass(slots=True)
class Mended:
    """What a repair came to. `differing` buckets were found; rows were taken and let go of."""

    scope: str
    differing: int = 0
    taken: int = 0
    gone: int = 0
    corrected: bool = False


class Repair:
    """Puts one scope of a replica right; `ask` sends one request and gives its reply."""

    def __init__(self, replica: Mendable, ask: Any, epoch: str, client: str) -> None:
        self._replica = replica
        self._ask = ask
        self._epoch = epoch
        self._client = client

    def run(self, scope: str, cursor: int) -> Generator[HttpRequest, HttpReply, Mended]:
        """Compare sums, then rows. Raises Stop when the server cannot be asked."""
        done = Mended(scope)
        held = self._replica.bucket_sums(scope)
        request = SumsRequest(self._epoch, self._client, scope, cursor, total_of(held))
        body = encode_sums_request(request)
        reply = yield from self._ask(_posted(REPAIR, body))
        answer = _believed(reply, decode_sums)
        self._mind_echo(answer, scope)
        done.corrected = answer.corrected
        wrong = [n for n, (mine, theirs) in enumerate(zip(held, answer.sums, strict=True))
                 if mine != theirs]  # fmt: skip
        done.differing = len(wrong)
        for some in self._portions(scope, wrong):
            yield from self._mend(scope, some, done)
        return done

    def _portions(self, scope: str, buckets: Sequence[int]) -> Iterator[list[int]]:
        """Buckets, as many at a time as one request can list the rows of."""
        some: list[int] = []
        size = 0
        for bucket in buckets:
            rows = len(self._replica.bucket_rows(scope, [bucket])) * _LINE_BYTES
            if some and size + rows > limits.REPAIR_BYTES_MAX:
                yield some
                some, size = [], 0
            some.append(bucket)
            size += rows
        if some:
            yield some

    def _mend(
        self, scope: str, buckets: Sequence[int], done: Mended
    ) -> Generator[HttpRequest, HttpReply, None]:
        while True:
            held = self._replica.bucket_rows(scope, buckets)
            odd = [record for record, _ in held if not is_uuid(record)]
            if odd:
                # No record has such an id: it is damage that no server can speak of.
                self._replica.mend(scope, (), odd)
                done.gone += len(odd)
            rows = tuple((r, mark_of(digest)) for r, digest in held if is_uuid(r))
            request = RowsRequest(self._epoch, self._client, scope, tuple(buckets), rows)
            packed = gzip_bytes(encode_rows_request(request))
            headers = (("content-type", MEDIA_TYPE), ("content-encoding", "gzip"))
            reply = yield from self._ask(HttpRequest("POST", REPAIR_ROWS, packed, headers))
            answer = _believed(reply, decode_rows)
            self._mind_echo(answer, scope)
            self._replica.mend(scope, answer.states, answer.gone)
            done.taken += len(answer.states)
            done.gone += len(answer.gone)
            if not answer.more:
                return
            if not answer.states and not answer.gone:
                raise Stop(End.REFUSED, "sync.no_progress")

    def _mind_echo(self, answer: Sums | Rows, scope: str) -> None:
        if (answer.epoch, answer.client, answer.scope) != (self._epoch, self._client, scope):
            raise Stop(End.NO_NETWORK, "sync.not_our_server")


def _posted(path: str, body: bytes) -> HttpRequest:
    return HttpRequest("POST", path, body, (("content-type", MEDIA_TYPE),))


def _believed(reply: HttpReply, decode: Any) -> Any:
    if reply.status != 200:
        raise Stop(End.REFUSED, code_of(reply))
    if reply.header("content-type").split(";")[0].strip() != MEDIA_TYPE:
        raise Stop(End.NO_NETWORK, "sync.not_our_server")
    try:
        return decode(reply.body)
    except BadInput:
        raise Stop(End.NO_NETWORK, "sync.not_our_server") from None
