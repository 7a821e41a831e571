"""The demonstration loaded into an empty office: areas, people, forms, and two months of work."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from sqlalchemy import select

from server.demonstration.events import tell_event
from server.demonstration.factories import tell_factories
from server.demonstration.inspections import tell_inspection
from server.demonstration.past import DAYS, SEED, PastClock
from server.demonstration.people import Helpers, add_helpers
from server.demonstration.pictures import draw_scene, draw_signature
from server.demonstration.review import decide, disagree
from server.demonstration.story import DemoArea, Story, Team
from server.demonstration.tablet import DemoTablet
from server.models import PersonRow
from server.services.manage_areas import AreaEntry, put_areas
from server.services.publish_codebook import publish_codebook
from server.services.publish_form import publish_form
from server.store.office import Office
from shared.canonical import JsonValue
from shared.forms.codebook import Codebook, load_codebook

SCENES, SIGNATURES = 12, 6
AREAS_PER_TABLET: Final = 3
PLACES_PER_AREA: Final = 12


@dataclass(frozen=True, slots=True)
class Sources:
    """What the product brings: form texts by name, and codebook documents."""

    forms: Mapping[str, str]
    codebooks: Sequence[JsonValue]


def load_demonstration(office: Office, clock: PastClock, sources: Sources, sign_ins: Path) -> None:
    """Tell the whole story, oldest first; the sign-ins are written to a file for its owner only."""
    books = {b.name: b for b in map(load_codebook, sources.codebooks)}
    areas = _areas(books)
    helpers = add_helpers(office, [area.scope for area in areas], lambda: _put(office, areas))
    for document in sources.codebooks:
        publish_codebook(office, helpers.admin, document)
    for name, text in sources.forms.items():
        publish_form(office, helpers.admin, text, name)
    story = _story(office, clock, books, list(sources.forms))
    teams = _teams(story, helpers, areas)
    _tell(story, teams)
    second = _second_tablet(story, helpers, teams[0])
    disagree(story, teams[0], second)
    clock.go_to(0)
    handle = os.open(sign_ins, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(helpers.told)


def _put(office: Office, areas: Sequence[DemoArea]) -> None:
    with office.database.reading() as session:
        author = session.scalars(select(PersonRow.id).where(PersonRow.login == "admin")).one()
    entries = [
        AreaEntry(a.code, a.name, a.name_en, a.province, (f"{a.lat:.3f}", f"{a.lon:.3f}"))
        for a in areas
    ]
    put_areas(office, author, entries)


def _areas(books: Mapping[str, Codebook]) -> list[DemoArea]:
    """The eighteen areas; a code is the province's code and a running number."""
    counted: dict[str, int] = {}
    areas = []
    for row in books["areas"].rows.values():
        province = row.cells["province"]
        number = counted[province] = counted.get(province, 0) + 1
        code = f"{province}-{number}"
        places = [key for key in books["places"].rows if key.startswith(province)]
        areas.append(
            DemoArea(
                code,
                f"area:{code}",
                row.label.th,
                row.label.en,
                province,
                float(row.cells["lat"]),
                float(row.cells["lon"]),
                tuple(places[:PLACES_PER_AREA]),
            )
        )
    return areas


def _story(
    office: Office, clock: PastClock, books: dict[str, Codebook], forms: Sequence[str]
) -> Story:
    random = Random(SEED)  # noqa: S311 - a story, no secret
    with office.database.reading() as session:
        found = {name: office.forms.newest(session, name) for name in forms}
    story = Story(office, clock, random, {n: f for n, f in found.items() if f is not None}, books)
    story.scenes = [draw_scene(random, number + 1) for number in range(SCENES)]
    story.signatures = [draw_signature(random, number + 1) for number in range(SIGNATURES)]
    return story


def _teams(story: Story, helpers: Helpers, areas: Sequence[DemoArea]) -> list[Team]:
    teams: list[Team] = []
    for start in range(0, len(areas), AREAS_PER_TABLET):
        group = areas[start : start + AREAS_PER_TABLET]
        crew = helpers.crew(start // AREAS_PER_TABLET)
        tablet = DemoTablet.enrol(
            story.office,
            story.random,
            helpers.admin,
            f"แท็บเล็ตทีม {start // AREAS_PER_TABLET + 1}",
            [area.scope for area in group],
            [(crew.officer.login, helpers.pin), (crew.facilitator.login, helpers.pin)],
        )
        teams += [
            Team(
                area,
                tablet,
                crew.officer.id,
                crew.officer.name,
                crew.facilitator.id,
                crew.reviewer.id,
            )
            for area in group
        ]
    return teams


def _second_tablet(story: Story, helpers: Helpers, team: Team) -> DemoTablet:
    crew = helpers.crew(0)
    return DemoTablet.enrol(
        story.office,
        story.random,
        helpers.admin,
        "แท็บเล็ตสำรองทีม 1",
        [team.area.scope],
        [(crew.facilitator.login, helpers.pin)],
    )


def _tell(story: Story, teams: Sequence[Team]) -> None:
    for number, team in enumerate(teams):
        tell_factories(story, team)
        if number % AREAS_PER_TABLET == AREAS_PER_TABLET - 1:
            team.tablet.push()
    plan: list[tuple[float, int, str, int]] = []
    for number in range(len(teams)):
        base = DAYS - 4 - number % 7
        plan += [(base - 18 * visit - number % 5, number, "insp", visit) for visit in range(3)]
        plan += [(base - 20 * event - 6, number, "event", event) for event in range(1 + number % 2)]
    for step, (days_ago, number, kind, turn) in enumerate(sorted(plan, reverse=True)):
        team = teams[number]
        story.clock.go_to(days_ago)
        if kind == "insp":
            root = tell_inspection(story, team, turn, days_ago)
        else:
            people = 14 + 3 * (number % 4)
            root = tell_event(story, team, turn + 1, days_ago, joint=turn == 0, people=people)
        team.tablet.push()
        decide(story, team, kind, root, step)
