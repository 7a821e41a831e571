"""Stories of the models, played on the real office with tablets of its protocol.

A player turns each act of a story into what a tablet sends, in the model's order, and compares what
the office then shows with what the model says.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from server.models import QuarantineRow, RecordRow
from server.services.identify_device import Device
from server.services.move_record import Move as MoveOrder
from server.services.move_record import move_record, moves_of
from server.services.release_quarantine import release
from server.services.sign_in_on_device import sign_in_on_device
from shared.records.state import EXISTENCE, decode_state
from sync import codec
from sync.accepting import Terms
from sync.changes import FieldWrite, Operation, RecordEdit, SealedChange
from sync.exchange import HttpRequest
from sync.messages import Page, PullRequest
from sync.session import PULL
from sync.version import MEDIA_TYPE, PROTOCOL
from tests.models import deletion, quarantine, scope_move
from tests.support.offices import AREA, OTHER_AREA, PIN, TestOffice, TestTablet
from tests.support.tablets import Desk

HEADERS = (("content-type", MEDIA_TYPE),)


@dataclass
class Played:
    """A record at the office, the tablets that write to it, and the dots by their model names."""

    world: TestOffice
    tablets: list[TestTablet]
    root: str = ""
    dots: dict[str, str] = field(default_factory=dict)

    def named(self, dots: frozenset[str]) -> tuple[str, ...]:
        """Model names as the dots of the real changes."""
        return tuple(sorted(self.dots[dot] for dot in dots))

    def begin(self, who: int) -> None:
        """The record of the story, with its first value."""
        tablet = self.tablets[who]
        self.root = tablet.creates({"a": "x"})
        self.dots["x"] = tablet.pending[-1].id
        tablet.push()

    def edit(self, operation: Operation, **more: object) -> RecordEdit:
        """An edit of the story's record."""
        return RecordEdit(self.root, "insp", "insp", 1, operation, **more)  # type: ignore[arg-type]

    def stored(self) -> RecordRow:
        """What the office has of it."""
        with self.world.office.database.reading() as session:
            found = session.get(RecordRow, self.root)
            assert found is not None
            session.expunge(found)
            return found


# --- deletion -----------------------------------------------------------------------------------


def play_deletion(
    world: TestOffice, tablets: list[TestTablet], story: tuple[tuple[str, deletion.State], ...]
) -> int:
    """Play a story of deletions; returns how often the office was compared with the model."""
    played = Played(world, tablets)
    played.begin(2)
    waiting: list[list[SealedChange]] = [[], []]
    before = deletion.Deletion(deletion.real_rule).start()
    compared = 0
    for act, after in story:
        kind, _, who = act.partition(" ")
        if kind == "send":
            _hand_in(played, int(who), waiting[int(who)])
        elif who == "office":
            made = _deleting(played, 2, after.log[-1])
            _hand_in(played, 2, [made])
        elif kind != "read":
            new = after.tablets[int(who)].waiting[-1]
            waiting[int(who)].append(_deleting(played, int(who), new))
        if after.log != before.log:
            row = played.stored()
            shown = "disputed" if row.disputed else "deleted" if row.deleted else "here"
            assert shown == deletion.real_rule(after.log), [name for name, _ in story]
            compared += 1
        before = after
    return compared


def _deleting(played: Played, who: int, act: deletion.Act) -> SealedChange:
    tablet, seen = played.tablets[who], played.named(act.seen)
    if act.kind == "row":
        tablet.creates({"b": act.dot}, kind="insp/x", parent=played.root)
    elif act.kind == "write":
        write = FieldWrite(act.dot, seen)
        tablet.seal(played.edit(Operation.SET, writes={"a": write}))
    else:
        write = FieldWrite({"act": act.kind, "reason": ""}, seen)
        tablet.seal(played.edit(Operation(act.kind), writes={EXISTENCE: write}))
    made = tablet.pending.pop()
    assert isinstance(made, SealedChange)
    played.dots[act.dot] = made.id
    return made


def _hand_in(played: Played, who: int, changes: list[SealedChange]) -> None:
    tablet = played.tablets[who]
    tablet.pending = list(changes)
    tablet.push()
    changes.clear()


# --- quarantine ---------------------------------------------------------------------------------


def play_quarantine(world: TestOffice, story: tuple[tuple[str, quarantine.State], ...]) -> int:
    """Play a story in which the second tablet's author is not known to the office at first."""
    stranger = world.tablet()
    stranger.author = world.people["malee"]
    played = Played(world, [world.tablet("somchai"), stranger])
    played.begin(0)
    waiting: list[list[SealedChange]] = [[], []]
    before = quarantine.Quarantine().start()
    compared = 0
    for act, after in story:
        kind, _, who = act.partition(" ")
        if act == "author known":
            device = Device(stranger.device, "", revoked=False, last_seen_at=0)
            sign_in_on_device(world.office, device, "malee", PIN)
        elif act == "release":
            _release(played)
        elif kind == "save":
            mark = after.tablets[int(who)].waiting[-1]
            write = FieldWrite(mark.dot, played.named(mark.seen))
            made = played.tablets[int(who)].seal(played.edit(Operation.SET, writes={"a": write}))
            played.tablets[int(who)].pending.clear()
            played.dots[mark.dot] = made.id
            waiting[int(who)].append(made)
        elif kind == "send":
            _hand_in(played, int(who), waiting[int(who)])
        if after.log != before.log:
            state = decode_state(played.stored().state)
            live = {sibling.dot.id for sibling in state.fields.get("a", ())}
            wanted = set(played.named(quarantine.real_rule(after.log)))
            assert live == wanted, [name for name, _ in story]
            compared += 1
        before = after
    return compared


def _release(played: Played) -> None:
    """Staff accept everything of the second tablet that is kept aside."""
    world, client = played.world, played.tablets[1].client
    open_rows = select(QuarantineRow.id).where(
        QuarantineRow.client == client, QuarantineRow.released_at.is_(None)
    )
    with world.office.database.reading() as session:
        entry = session.scalars(open_rows.limit(1)).one()
    release(world.office, world.people["admin"], entry, Terms(author=world.people["malee"]))
    with world.office.database.reading() as session:
        left = session.scalars(open_rows).all()
    assert not left, "accepting one accepts all that its tablet holds aside of the record"


# --- moving -------------------------------------------------------------------------------------


def play_moves(
    world: TestOffice,
    author: TestTablet,
    desk: Desk,
    story: tuple[tuple[str, scope_move.State], ...],
) -> int:
    """Play a story of moves: pages are read at one moment and applied by the real tablet at
    another; at every step the tablet holds the record in the area the model says, or not at all."""
    played = Played(world, [author])
    areas = (AREA, OTHER_AREA)
    replica = desk.app.replica
    desk.app.synchroniser.run_once()
    played.begin(0)
    pages: dict[scope_move.Page, Page] = {}
    before = scope_move.Move().start()
    compared = 0
    for act, after in story:
        if act == "move":
            with world.office.database.reading() as session:
                seen = tuple(one.dot for one in moves_of(session, played.root))
            order = MoveOrder(world.people["admin"], played.root, areas[after.area], "ย้าย", seen)
            move_record(world.office, order)
        elif act == "edit":
            write = FieldWrite(f"e{after.edits}")
            played.tablets[0].seal(played.edit(Operation.SET, writes={f"c{after.edits}": write}))
            played.tablets[0].push()
        elif act.startswith("ask"):
            (asked,) = after.line - before.line
            pages[asked] = _page(world, desk, areas[asked.area])
        elif act.startswith("page"):
            (taken,) = (before.line - after.line) or _again(before, after, act)
            replica.apply_page(pages[taken])
            place = _held(desk, played.root)
            wanted = None if after.held is None else areas[after.held[0]]
            assert (place and place[0]) == wanted, [name for name, _ in story]
            compared += 1
        before = after
    desk.app.synchroniser.run_once()
    row = played.stored()
    assert _held(desk, played.root) == (row.scope, row.state), [name for name, _ in story]
    return compared + 1


def _again(
    before: scope_move.State, after: scope_move.State, act: str
) -> frozenset[scope_move.Page]:
    """The page that was applied and stays on the way, to come once more."""
    area = int(act.split()[1].rstrip(","))
    found = [
        page
        for page in before.line
        if page.area == area and scope_move.Move().apply(before, page) == after
    ]
    return frozenset(found[:1])


def _page(world: TestOffice, desk: Desk, area: str) -> Page:
    """One page of one area, as the office answers the tablet now."""
    standing = desk.app.replica.standing()
    request = PullRequest(
        PROTOCOL, standing.epoch, standing.client, {area: standing.cursors[area]}, 1 << 20
    )
    line = desk.line.answer(HttpRequest("POST", PULL, codec.encode_pull(request), HEADERS))
    (page,) = [p for p in codec.decode_pull_answer(line.body).pages if p.scope == area]
    return page


def _held(desk: Desk, record: str) -> tuple[str, bytes] | None:
    """Where the tablet has the record, and its state."""
    found = desk.app.database.reader().execute(
        "SELECT scope, state FROM base WHERE record = ? AND current = 1", (record,)
    )
    row = found.fetchone()
    return None if row is None else (row["scope"], row["state"])
