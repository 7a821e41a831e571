"""What a tablet does between two kills: the shipped services without a window, as a process.

It types, takes a picture, adds rows, deletes one, hands in, synchronises, and types again. Whatever
the screen would have called saved is told to the driver at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image

from mobile.bootstrap import desktop, open_tablet
from mobile.config import TabletConfig
from mobile.services.opened import OpenRecord
from mobile.services.tablet import Tablet
from mobile.services.worker import AtOnce
from mobile.store.database import BeforeWrite
from shared.errors import SurveyError
from tests.crash.children import Tell
from tests.support.offices import AREA

T = TypeVar("T")
Attempt = Callable[[Callable[[], T]], T]


def at_once(act: Callable[[], T]) -> T:
    """Do it."""
    return act()


def open_home(
    home: Path, server: str, *, threads: bool, before_write: BeforeWrite | None = None
) -> Tablet:
    """The tablet in a folder; with `threads` as it is shipped, else all on this thread."""
    config = TabletConfig(home, server)
    machine = desktop(config)
    machine.before_write = before_write
    if not threads:
        machine.jobs = machine.network = AtOnce()
    tablet = open_tablet(config, lambda act: act(), machine)
    tablet.person = tablet.people.known()[0]
    return tablet


def draw_picture(folder: Path, number: int) -> Path:
    """A photograph of its own for this day, taken before the day begins."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{number}.jpg"
    shade = (number * 37 % 256, number * 11 % 256, number % 256)
    Image.new("RGB", (64, 48), shade).save(path, "JPEG")
    return path


@dataclass
class Day:
    """One day of one tablet; `number` makes its values differ from those of other days."""

    tablet: Tablet
    number: int
    shared: str
    picture: Path
    tell: Tell
    attempt: Attempt[Any] = at_once

    def run(self, *, synchronises: bool = True) -> None:
        """The whole day."""
        tablet = self.tablet
        capture, jobs = tablet.capture, tablet.jobs
        factory = self._do(lambda: capture.open_record(self.shared, tablet.author()))
        self._answer(factory, factory.root, "contact/contact_tel", f"08{self.number:08d}")
        self._do(lambda: capture.close(factory))
        visit = jobs.call(lambda: capture.begin_record("insp", AREA, tablet.author()))
        self._answer(visit, visit.root, "visit/visit_date", "2026-11-23")
        row = self._row(visit, visit.root, "insp/findings", "f_desc", f"ท่อรั่ว {self.number}")
        self._photograph(visit, row)
        twice = self._row(visit, visit.root, "insp/findings", "f_desc", "ซ้ำ")
        self._do(lambda: capture.delete(visit, twice, "ซ้ำ"))
        self._do(lambda: capture.submit(visit))
        self._do(lambda: capture.close(visit))
        if synchronises:
            report = tablet.synchroniser.run_once()
            self.tell({"report": [report.end, report.code]})
        again = self._do(lambda: capture.open_record(self.shared, tablet.author()))
        self._answer(again, again.root, "contact/contact_name", f"คุณ {self.number}")

    def brief(self) -> None:
        """Two answers, a row with a photograph, and a synchronisation."""
        capture = self.tablet.capture
        factory = self._do(lambda: capture.open_record(self.shared, self.tablet.author()))
        self._answer(factory, factory.root, "contact/contact_tel", f"08{self.number:08d}")
        self._do(lambda: capture.close(factory))
        visit = capture.begin_record("insp", AREA, self.tablet.author())
        row = self._row(visit, visit.root, "insp/findings", "f_desc", f"ท่อรั่ว {self.number}")
        self._photograph(visit, row)
        self._do(lambda: capture.close(visit))
        self.tablet.synchroniser.run_once()

    def _photograph(self, opened: OpenRecord, row: str) -> None:
        value = self._do(lambda: self.tablet.attacher.picture(self.picture))
        self.tell({"file": value["sha256"]})
        self._row(opened, row, "insp/findings/f_photos", "f_photo", value)

    def _answer(self, opened: OpenRecord, record: str, name: str, value: Any) -> None:
        self._do(lambda: self.tablet.capture.answer(opened, record, name, value))
        self.tell({"saved": [record, name, value]})

    def _row(self, opened: OpenRecord, parent: str, kind: str, name: str, value: Any) -> str:
        made: str = self._do(
            lambda: self.tablet.capture.add_row(opened, parent, kind, {name: value})
        )
        self.tell({"saved": [made, name, value]})
        return made

    def _do(self, act: Callable[[], T]) -> T:
        done: T = self.attempt(lambda: self.tablet.jobs.call(act))
        return done


def told_in_words(tell: Tell) -> Attempt[Any]:
    """Each act that fails must say so as an error of ours, which has sentences; then once more."""
    from mobile.presenters.observed import told

    def attempt(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except SurveyError as problem:
            words = told(problem)
            tell({"words": [words.th, words.en, problem.code]})
            return act()

    return attempt
