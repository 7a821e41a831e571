"""An officer and their tablet: the real app on its own SQLite file, killed when it pleases."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass

from PIL import Image

from mobile.store import editing
from mobile.store.shown import shown_states
from shared.errors import SurveyError
from shared.records.state import EXISTENCE, RecordState
from tests.simulation.held_tablet import HeldTablet
from tests.simulation.ledger import (
    DRIVEN,
    DRIVER,
    displayed,
    driven_of,
    listed,
    number_of,
    value_of,
)
from tests.simulation.network import Defect

FIELDS = {
    "visit": (
        "place/paper_no",
        "site/fac_name",
        "site/operator",
        "visit/times",
        DRIVER,
        DRIVEN,
    ),
    "visit/inspectors": ("ins_name", "ins_pos"),
    "factory": ("identity/fac_name", "identity/operator", "contact/contact_pos"),
}
ROW = "visit/inspectors"
SIGNATURE, PHOTO = "closing/sig_fac", "place/photo"
LARGE = 900
"""Pixels a side of a picture that goes up in parts: noise of some 800 KB."""
ROOTS_MAX = 6


@dataclass
class Officer(HeldTablet):
    """One person at one tablet, and what they do."""

    def states(self, root: str) -> dict[str, RecordState]:
        """What the tablet shows of a record."""
        return shown_states(self.tablet.database.reader(), root)

    def roots(self) -> list[str]:
        """Records in the field that this tablet knows, in an order that no clock decides."""
        reader = self.tablet.database.reader()
        known = {row["root"] for row in reader.execute("SELECT root FROM listing")}
        return [root for root in self.ledger.roots if root in known]

    def _begin(self) -> None:
        if len(self.ledger.roots) >= ROOTS_MAX:
            return self._open()
        self._close()
        opened = self.tablet.capture.begin_record(
            "visit", self.chance.source.choice(self.areas), self._author()
        )
        self.opened, self.shown = opened, {}
        self.ledger.roots.append(opened.root)
        return self._answer()

    def _open(self) -> None:
        self._close()
        known = self.roots()
        if known:
            root = self.chance.source.choice(known)
            self.opened = self.tablet.capture.open_record(root, self._author())
            self.shown = {
                (record, name): displayed(state, name)
                for record, state in self.states(root).items()
                for name in FIELDS.get(state.type, ())
            }

    def _records(self) -> list[str]:
        """The root that is open and its rows that are not deleted."""
        assert self.opened is not None
        begun = [r for r in self.opened.begun if r not in self.opened.states]
        there = [
            r
            for r, s in sorted(self.opened.states.items(), key=lambda item: item[1].order)
            if s.type in FIELDS and not s.deleted
        ]
        return [*there, *begun]

    def _answer(self) -> None:
        if self.opened is None:
            self._open()
        if self.opened is None:
            return
        records = self._records()
        if not records:
            return
        record = self.chance.source.choice(records)
        name = self.chance.source.choice(FIELDS[self.opened.type_of(record)[0]])
        shown = self.shown.get((record, name), frozenset())
        save = self.ledger.begin(self.name, record, name, shown, self._unsealed(record, name))
        opened = self.opened
        if name == DRIVER:
            save.beside = driven_of(opened.seen_states().values()) | self._typed_here(record)
        self.tablet.capture.answer(opened, record, name, value_of(save.number, name))
        self.shown[record, name] = frozenset({save.number})
        save.confirmed = True

    def _typed_here(self, record: str) -> frozenset[int]:
        """What was answered to the driven question on this tablet."""
        mine = (s for s in self.ledger.saves.values() if (s.by, s.record) == (self.name, record))
        return frozenset(save.number for save in mine if save.name == DRIVEN)

    def _unsealed(self, record: str, name: str) -> int | None:
        """An answer of this form that is not sealed yet: the next one takes its place."""
        assert self.opened is not None
        reader = self.tablet.database.reader()
        for one in editing.of_root(reader, self.opened.root):
            if (one.record, one.field) == (record, name):
                return number_of(one.value)
        return None

    def _row(self) -> None:
        if self.opened is None or self.opened.type != "visit":
            return
        if self.opened.is_new or len(self._records()) > 4:
            return
        # The row's id is made inside; the save is named once it is known.
        number = len(self.ledger.saves) + 1
        save = self.ledger.begin(self.name, "", "ins_name", frozenset())
        values = {"ins_name": value_of(number, "ins_name")}
        row = self.tablet.capture.add_row(self.opened, self.opened.root, ROW, values)
        save.record, save.confirmed = row, True
        self.shown[row, "ins_name"] = frozenset({number})

    def _delete(self) -> None:
        if self.opened is None:
            return
        rows = [r for r in self._records() if r != self.opened.root]
        if self.chance.happens(0.25):
            rows = [self.opened.root]
        if not rows or self.opened.is_new:
            return
        row = self.chance.source.choice(rows)
        state = self.opened.seen_states().get(row)
        gone = state is not None and state.deleted
        if gone:
            made = self.tablet.capture.restore(self.opened, row, "a mistake")
        else:
            made = self.tablet.capture.delete(self.opened, row, "twice")
        for change in made:
            if any(EXISTENCE in edit.writes for edit in change.records):
                act = "restore" if gone else "delete"
                self.ledger.existence(row, change.id, act, by_staff=False)
        self._open()

    def _submit(self) -> None:
        if self.opened is None or self.opened.type != "visit":
            self._open()
        if self.opened is not None and self.opened.type == "visit" and not self.opened.is_new:
            self.tablet.capture.submit(self.opened)

    def _resolve(self) -> None:
        for root in self.roots():
            states = self.states(root)
            for state in sorted(states.values(), key=lambda s: (s.order, s.type)):
                fields = [n for n in state.conflicts() if n in FIELDS.get(state.type, ())]
                if fields:
                    self._close()
                    return self._settle(root, state, self.chance.source.choice(sorted(fields)))
        return None

    def _settle(self, root: str, state: RecordState, name: str) -> None:
        state = self.states(root)[state.record]
        save = self.ledger.begin(self.name, state.record, name, listed(state, name))
        self.tablet.capture.resolve(
            root,
            state.record,
            name,
            value_of(save.number, name),
            tuple(s.dot.id for s in state.fields.get(name, ())),
            self._author(),
        )
        save.confirmed = True

    def _sign(self) -> None:
        self._attach(SIGNATURE, "PNG")

    def _photo(self) -> None:
        self._attach(PHOTO, "JPEG")

    def _attach(self, name: str, kind: str) -> None:
        """A small picture, no two alike."""
        if self.opened is None or self.opened.type != "visit" or self.opened.is_new:
            return
        out = io.BytesIO()
        large = kind == "JPEG" and self.chance.happens(0.15)
        side = LARGE if large else 8
        noise = self.chance.source.randbytes(side * side)
        Image.frombytes("L", (side, side), noise).save(out, kind, quality=95)
        if kind == "PNG":
            value = self.tablet.attacher.signature_png(out.getvalue())
        else:
            picture = self.home.with_name(f"{self.name}.jpg")
            picture.write_bytes(out.getvalue())
            value = self.tablet.attacher.picture(picture)
        self.tablet.capture.answer(self.opened, self.opened.root, name, value)

    def _sync(self) -> None:
        if self.in_sync:
            return
        self.in_sync = True
        try:
            report = self.tablet.synchroniser.run_once()
        finally:
            self.in_sync = False
        if report.code.startswith("internal"):
            raise Defect(f"{self.name}: {report}")
        self.say(self.name, "synced", report.end, report.code, sorted(report.outcomes.items()))

    def answers_meanwhile(self) -> None:
        """The person goes on typing while the network is waited for."""
        if self.in_sync and self.opened is not None:
            self.happened.note("typing_while_synchronising")
            with suppress(SurveyError):
                self._answer()

    def _author(self) -> str:
        return self.tablet.author()
