"""What the authors of the demonstration have in common: seed, forms, places, people of an area."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from server.demonstration.past import PastClock
from server.demonstration.tablet import DemoTablet, Picture
from server.demonstration.words import LAST, MEN, WOMEN
from server.store.office import Office
from shared.canonical import JsonValue
from shared.clocks import bangkok_date
from shared.forms.codebook import Codebook
from shared.forms.definition import FormDefinition


@dataclass(frozen=True, slots=True)
class DemoArea:
    """An area of the programme and the codes of its subdistricts."""

    code: str
    scope: str
    name: str
    name_en: str
    province: str
    lat: float
    lon: float
    places: tuple[str, ...]


@dataclass(slots=True)
class Story:
    """The state of the telling."""

    office: Office
    clock: PastClock
    random: Random
    forms: dict[str, FormDefinition]
    codebooks: dict[str, Codebook]
    scenes: list[Picture] = field(default_factory=list)
    signatures: list[Picture] = field(default_factory=list)
    factories: dict[str, list[dict[str, JsonValue]]] = field(default_factory=dict)

    def day(self, days_ago: float) -> date:
        """The calendar day so many days before today."""
        return bangkok_date(self.clock.today_ms) - timedelta(days=int(days_ago))

    def geo(self, area: DemoArea) -> dict[str, JsonValue]:
        """A place near the area's centre, with an accuracy in metres."""
        lat = area.lat + self.random.uniform(-0.08, 0.08)
        lon = area.lon + self.random.uniform(-0.08, 0.08)
        return {
            "lat": f"{lat:.6f}",
            "lon": f"{lon:.6f}",
            "accuracy": f"{self.random.randint(3, 14)}",
        }

    def person(self) -> tuple[str, str, str, str]:
        """Prefix, first name, family name, sex of somebody made up."""
        random = self.random
        if random.random() < 0.52:
            return random.choice(("นาง", "นางสาว")), random.choice(WOMEN), random.choice(LAST), "f"
        return "นาย", random.choice(MEN), random.choice(LAST), "m"

    def name(self) -> str:
        """A whole name."""
        prefix, first, last, _ = self.person()
        return f"{prefix}{first} {last}"

    def phone(self) -> str:
        """A mobile number that nobody has been given."""
        return f"08{self.random.randint(10_000_000, 99_999_999)}"


@dataclass(frozen=True, slots=True)
class Team:
    """Who works in an area: a tablet, an officer, a facilitator, a reviewer (ids)."""

    area: DemoArea
    tablet: DemoTablet
    officer: str
    officer_name: str
    facilitator: str
    reviewer: str
