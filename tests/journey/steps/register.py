"""Both tablets, neither hearing of the other, edit the same factory's entry of the register."""

from __future__ import annotations

from tests.journey import cast
from tests.journey.hand import Hand
from tests.journey.stage import Stage
from tests.journey.telling import same

SAME, OF_ONE, OF_TWO = "state/hp_lic", "state/w_m", "state/w_f"


def both_tablets_edit_the_same_factory(stage: Stage) -> None:
    """A field of its own on each tablet, and one field on both."""
    _edit(stage.one, {OF_ONE: cast.MALE_WORKERS_NOW, SAME: cast.HORSEPOWER_1})
    _edit(stage.two, {OF_TWO: cast.FEMALE_WORKERS_NOW, SAME: cast.HORSEPOWER_2})


def _edit(hand: Hand, answers: dict[str, str]) -> None:
    hand.go_home()
    hand.tap("home.begin:factory")
    hand.write("records.search", "แหลมฉบัง")
    hand.until(
        lambda: hand.tablet.read(id="records.search_field")["text"] == "แหลมฉบัง", "it is looked for"
    )
    hand.tap_text(cast.FACTORY)
    hand.section("state")
    for key, text in answers.items():
        hand.answer(key, text)
        hand.until(lambda: str(hand.value_of(f"input:{key}")) == text, f"{key} is {text}")  # noqa: B023
        hand.say(key, hand.value_of(f"input:{key}"))
    hand.go_home()
    hand.until(lambda: hand.database.unsealed() == 0, "leaving the entry seals it")


def everything_waits_on_the_tablets_only(stage: Stage) -> None:
    """The office knows nothing yet; each tablet says how much is on it alone."""
    base = stage.database
    for kind in ("insp", "event"):
        same(base.roots(kind, cast.AREA), [], f"records of {kind} in the office")
    stage.teller.database("office, records of this day", 0)
    for hand in stage.hands:
        counts = hand.database.change_counts()
        stage.teller.database(f"{hand.name}, changes by state", dict(counts))
        same(set(counts), {"pending"}, f"the states of {hand.name}'s changes")
        pill = hand.text_of("pill")
        hand.say("pill", pill)
        stage.facts[f"sealed {hand.name}"] = counts["pending"]
    stage.one.shot(stage.picture("tablet-home"))
