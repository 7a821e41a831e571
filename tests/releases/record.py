"""Record the present release: `python -m tests.releases.record`, once, just before it is released.

An office and two tablets of the present code live through a story that has every operation of the
protocol; kept are the messages of both, the home of the first with work in every state, and the
office's data before and after. What is kept is replayed by the tests of all later versions.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from mobile.store import changes, settings
from sync.exchange import HttpReply, HttpRequest
from sync.version import PROTOCOL
from tests.releases.keeping import (
    OFFICE_AFTER,
    OFFICE_BEFORE,
    RELEASES,
    ROOT,
    TABLET,
    About,
    Exchange,
    pack,
    write_about,
    write_exchanges,
)
from tests.support.offices import AREA, open_office, settle_people
from tests.support.tablets_and_office import (
    Line,
    Meddle,
    answer,
    new_factory,
    publish_forms,
    sync,
    tablet,
)

FIELD = "contact/contact_tel"
TYPED = ("contact/contact_name", "ยังพิมพ์ไม่เสร็จ")


def present_version() -> str:
    """The version that is about to be released, without its last part: `0.1`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    major, minor, *_ = str(project["version"]).split(".")
    return f"{major}.{minor}"


def main() -> int:
    """Record, unless it was recorded before."""
    parser = argparse.ArgumentParser(prog="python -m tests.releases.record")
    parser.add_argument("--again", action="store_true", help="before the release only: anew")
    folder = RELEASES / present_version()
    if folder.exists() and not parser.parse_args().again:
        print(f"{folder.relative_to(ROOT)} is there: what was released is never changed")
        return 1
    record(folder)
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{folder.relative_to(ROOT)}: {size // 1024} KiB")
    return 0


def record(folder: Path) -> None:
    """Live through the story and keep it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="samruat-release-") as name:
        _Story(Path(name), folder).run()


class _Story:
    """An office, Somchai's tablet, which is kept, and Malee's."""

    def __init__(self, place: Path, folder: Path) -> None:
        self._folder, self._place = folder, place
        self._data = place / "office"
        self._world = open_office(self._data, "", seed=1)
        settle_people(self._world)
        publish_forms(self._world)
        self._one = tablet(self._world, place / "one", "somchai", 1)
        self._two = tablet(self._world, place / "two", "malee", 2)
        self._kept: list[Exchange] = []

    def run(self) -> None:
        """The whole story."""
        self._keep_office(OFFICE_BEFORE)
        for desk in (self._one, self._two):
            line = desk.line.answer
            assert isinstance(line, Line)
            line.meddle = self._listener(settings.read(desk.app.database.reader(), "token"))
        shared = self._conflict_and_its_end()
        self._an_inspection()
        self._put_aside(shared)
        self._left_open(shared)
        about = About(
            version=present_version(),
            protocol=PROTOCOL,
            token=settings.read(self._one.app.database.reader(), "token"),
            shared=shared,
            conflict=(shared, FIELD),
            typed=(shared, *TYPED),
            waiting=changes.count_pending(self._one.app.database.reader()),
            aside=len(changes.kept_aside(self._one.app.database.reader())),
        )
        for desk in (self._one, self._two):
            desk.kill()
        pack(self._place / "one", self._folder / f"{TABLET}.tar.gz")
        self._keep_office(OFFICE_AFTER)
        self._world.close()
        write_exchanges(self._kept, self._folder / "messages.jsonl.gz")
        write_about(about, self._folder)

    def _keep_office(self, name: str) -> None:
        """Close the office, so that its database is one file, keep it, and open it again."""
        self._world.close()
        pack(self._data, self._folder / f"{name}.tar.gz")
        people, clock = self._world.people, self._world.clock
        self._world = open_office(self._data, "", seed=2)
        self._world.people, self._world.clock.now = people, clock.now
        for desk in (self._one, self._two):
            if desk.tablet is not None:
                desk.line.answer.world = self._world

    def _listener(self, token: str) -> Meddle:
        """Keeps each request that this tablet makes, and its answer."""

        def listening(request: HttpRequest, go: Callable[[], HttpReply]) -> HttpReply:
            reply = go()
            self._kept.append(
                Exchange(
                    token,
                    request.method,
                    request.path,
                    dict(request.headers),
                    request.body,
                    reply.status,
                    reply.body,
                )
            )
            return reply

        return listening

    def _conflict_and_its_end(self) -> str:
        """create, set, a conflict, resolve; and one more conflict that stays."""
        one, two = self._one, self._two
        shared = new_factory(one, "โรงน้ำตาล")
        for desk in (one, two):
            sync(desk)
        answer(one, shared, FIELD, "038 111 222").leave()
        answer(two, shared, FIELD, "081 234 5678").leave()
        for desk in (two, one, two):
            sync(desk)
        capture = one.app.capture
        opened = capture.open_record(shared, self._world.people["somchai"])
        found = opened.seen_states()[shared].fields[FIELD]
        capture.close(opened)
        dots = [sibling.dot.id for sibling in found]
        capture.resolve(shared, shared, FIELD, "038 111 222", dots, self._world.people["somchai"])
        for desk in (one, two):
            sync(desk)
        answer(one, shared, FIELD, "038 333 444").leave()
        answer(two, shared, FIELD, "081 555 6666").leave()
        for desk in (two, one):
            sync(desk)
        return shared

    def _an_inspection(self) -> None:
        """Rows, a photograph, delete and restore, and handing in."""
        one, author = self._one, self._world.people["somchai"]
        capture = one.app.capture
        picture = one.home / "shot.png"
        Image.new("RGB", (48, 32), (20, 120, 90)).save(picture)
        visit = capture.begin_record("insp", AREA, author)
        capture.answer(visit, visit.root, "visit/visit_date", "2026-11-23")
        row = capture.add_row(visit, visit.root, "insp/findings", {"f_desc": "ท่อรั่ว"})
        shot = one.app.attacher.picture(picture)
        capture.add_row(visit, row, "insp/findings/f_photos", {"f_photo": shot})
        twice = capture.add_row(visit, visit.root, "insp/findings", {"f_desc": "ซ้ำ"})
        capture.delete(visit, twice, "ซ้ำ")
        capture.restore(visit, twice, "ไม่ซ้ำ")
        capture.submit(visit)
        capture.close(visit)
        picture.unlink()
        sync(one)

    def _put_aside(self, shared: str) -> None:
        """A save by somebody who never signed in on this tablet: kept aside by the office."""
        stranger = self._world.people["wichai"]
        opened = self._one.app.capture.open_record(shared, stranger)
        self._one.app.capture.answer(opened, shared, "identity/fac_name", "ใครก็ไม่รู้")
        self._one.app.capture.close(opened)
        sync(self._one)

    def _left_open(self, shared: str) -> None:
        """Sealed and not sent: an answer and a record. Saved and not sealed: an answer."""
        one, author = self._one, self._world.people["somchai"]
        answer(one, shared, "identity/fac_name", "โรงน้ำตาล (ใหม่)").leave()
        new_factory(one, "ยังไม่ได้ส่ง")
        opened = one.app.capture.open_record(shared, author)
        one.app.capture.answer(opened, shared, *TYPED)


if __name__ == "__main__":
    sys.exit(main())
