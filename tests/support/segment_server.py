"""A server of segments and pages in a few lines: a feed of scopes that changes while it is read."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from shared.canonical import canonical_bytes
from shared.records.state import encode_state
from sync import codec, digest
from sync.commitments import chain_start
from sync.digest import row_digest
from sync.exchange import HttpReply, HttpRequest
from sync.messages import Leave, Page, PullAnswer, Put
from sync.pulling import PULL
from sync.segments import (
    SEGMENTS,
    Segment,
    SegmentList,
    Sizes,
    encode_list,
    next_start,
    write_segment,
)
from sync.version import MEDIA_TYPE, PROTOCOL
from tests.support.tablets import a_dot_id, state_of

SIZES = Sizes(growth=3, full=2_500)
PAGE_BYTES = 2_000
OURS = (("content-type", MEDIA_TYPE),)


@dataclass
class Member:
    """A record in a scope: its place, and its state (None: it left)."""

    seq: int
    revision: int
    state: bytes | None


@dataclass
class SegmentServer:
    """What a record is in, and everything an office does with it, by the laws of the feed.

    `scopes` are those that the tablet holds.
    """

    scopes: tuple[str, ...] = ("area:1", "area:2")
    areas: tuple[str, ...] = ("area:1", "area:2")
    epoch: str = "epoch-1"
    heads: dict[str, int] = field(default_factory=dict)
    members: dict[tuple[str, str], Member] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    sets: dict[str, list[Segment]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    # -- what happens in the office ------------------------------------------------------------

    def writes(self, number: int, text: str, scope: str) -> None:
        """A record is created, edited, or moved to another scope."""
        record = a_dot_id(number)
        revision = self.revisions[record] = self.revisions.get(record, 0) + 1
        before = self.homes.get(record)
        if before not in (None, scope):
            self._place(before or "", record, revision, None)
        self.homes[record] = scope
        fields = {"name": text, "code": f"A-{revision}"}
        state = state_of("factory", fields, record=record, revision=revision, scope=scope)
        self._place(scope, record, revision, encode_state(state))

    def _place(self, scope: str, record: str, revision: int, state: bytes | None) -> None:
        self.heads[scope] = seq = self.heads.get(scope, 0) + 1
        self.members[scope, record] = Member(seq, revision, state)

    def acts(self, choice: random.Random) -> None:
        """Something that an office does."""
        self.writes(choice.randrange(20), choice.choice("กขคงจ") * 9, choice.choice(self.areas))

    def builds(self, scope: str) -> None:
        """Bring the segments of a scope up to date, by the office's own rule."""
        found = self.sets.get(scope, [])
        while (start := next_start(found, self.heads.get(scope, 0), SIZES)) is not None:
            page = self.page(scope, start, SIZES.full)
            lines = [_line(row) for row in page.rows]
            segment, data = write_segment(self.epoch, scope, start, page.cursor, lines)
            found = [*(s for s in found if s.end <= start), segment]
            self.files[segment.sha256] = data
        self.sets[scope] = found

    # -- what it says --------------------------------------------------------------------------

    def rows(self, scope: str) -> dict[str, tuple[int, bytes]]:
        """What is in a scope now: revision and state."""
        return {
            record: (member.revision, member.state)
            for (name, record), member in self.members.items()
            if name == scope and member.state is not None
        }

    def total(self, scope: str) -> int:
        found = self.rows(scope).items()
        return sum(row_digest(r, rev, state) for r, (rev, state) in found) % digest.MODULUS

    def page(self, scope: str, cursor: int, bytes_max: int) -> Page:
        head = self.heads.get(scope, 0)
        found = sorted(
            (m.seq, r, m) for (s, r), m in self.members.items() if s == scope and m.seq > cursor
        )
        rows: list[Put | Leave] = []
        for seq, record, member in found:
            if member.state is not None:
                rows.append(Put(member.state))
            elif cursor > 0:
                rows.append(Leave(record, member.revision))
            if sum(len(_line(row)) for row in rows) >= bytes_max:
                return Page(scope, cursor, seq, head, tuple(rows))
        return Page(scope, cursor, head, head, tuple(rows))

    def answer(self, request: HttpRequest) -> HttpReply:
        self.asked.append(request.path)
        if request.path == PULL:
            return self._pull(request)
        if request.path == SEGMENTS:
            return self._list(request)
        name = request.path.rpartition("/")[2]
        data = self.files.get(name)
        return HttpReply(404) if data is None else HttpReply(200, (), data)

    def _list(self, request: HttpRequest) -> HttpReply:
        asked = codec.decode_pull(request.body)
        found = [s for scope in sorted(asked.scopes) for s in self.sets.get(scope, ())]
        heads = {scope: self.heads.get(scope, 0) for scope in asked.scopes}
        listed = SegmentList(self.epoch, asked.client, heads, tuple(found))
        return HttpReply(200, OURS, encode_list(listed))

    def _pull(self, request: HttpRequest) -> HttpReply:
        asked = codec.decode_pull(request.body)
        held = {scope: cursor for scope, cursor in asked.scopes.items() if scope in self.scopes}
        pages, same = [], []
        for scope, cursor in sorted(held.items()):
            if cursor == self.heads.get(scope, 0):
                same.append((scope, self.total(scope)))
                continue
            page = self.page(scope, cursor, PAGE_BYTES)
            total = digest.to_text(self.total(scope)) if page.cursor == page.head else None
            pages.append(Page(scope, cursor, page.cursor, page.head, page.rows, total))
        granted = None if set(asked.scopes) == set(self.scopes) else self.scopes
        body = codec.lines_of(
            codec.encode_pull_answer(
                PullAnswer(
                    PROTOCOL,
                    self.epoch,
                    asked.client,
                    granted,
                    1,
                    0,
                    chain_start(asked.client).hex(),
                    digest.combined(same) if same else None,
                    tuple(pages),
                )
            )
        )
        return HttpReply(200, OURS, body)


def _line(row: Put | Leave) -> bytes:
    if isinstance(row, Put):
        return row.state
    return canonical_bytes({"leave": row.record, "revision": row.revision})


Answer = Callable[[HttpRequest], HttpReply]
