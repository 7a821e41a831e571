"""Different fields of one entry merged; the same field is a conflict, and staff settle it."""

from __future__ import annotations

from tests.journey import cast
from tests.journey.hand import Hand
from tests.journey.stage import Stage
from tests.journey.steps import register
from tests.journey.steps.beginning import digests_agree
from tests.journey.telling import holds, same

NUMBERS = (cast.HORSEPOWER_1, cast.HORSEPOWER_2)


def different_fields_are_merged(stage: Stage) -> None:
    """The men of tablet 1 and the women of tablet 2 stand in one entry, everywhere."""
    root = stage.facts["factory"]
    for name, state in (
        ("office", stage.database.state(root)),
        (stage.one.name, stage.one.database.state(root)),
        (stage.two.name, stage.two.database.state(root)),
    ):
        men, women = state.value(register.OF_ONE), state.value(register.OF_TWO)
        stage.teller.database(f"{name}, men and women", [men, women])
        wanted = [cast.MALE_WORKERS_NOW, cast.FEMALE_WORKERS_NOW]
        same([str(men), str(women)], wanted, f"the workers at {name}")
        same(state.conflicts(), (register.SAME,), f"the fields in conflict at {name}")


def the_same_field_shows_both_values_everywhere(stage: Stage) -> None:
    """Both values, who, when and where: on both tablets and on the office's page."""
    for number, hand in enumerate(stage.hands, 1):
        hand.go_home()
        hand.tap(f"home.conflicts.row:{stage.facts['factory']}")
        hand.there("conflict:0")
        text = hand.text_of("conflict:0")
        hand.say("conflict", text)
        _shows_both(text, hand.name)
        hand.shot(stage.picture("tablet-conflict" if number == 1 else "tablet-conflict-2"))
        hand.go_home()
    browser = stage.open_browser()
    browser.sign_in(cast.REVIEWER)
    count = browser.text("#open-conflicts")
    stage.teller.page("open conflicts in the navigation", count)
    same(count, "1", "the number of open conflicts")
    browser.go("/conflicts")
    browser.click("tr[data-open] a")
    text = browser.text("#conflicts")
    stage.teller.page("conflict", text)
    _shows_both(text, "the office")
    for label in (cast.TABLET_1, cast.TABLET_2):
        holds(label in text, f"the page names {label}", text)
    browser.shot("office-conflict")


def _shows_both(text: str, where: str) -> None:
    plain = text.replace(",", "")
    for number in NUMBERS:
        holds(number in plain, f"{where} shows {number}", text)
    for person in (cast.OFFICER, cast.FACILITATOR):
        holds(person.name in text, f"{where} names {person.name}", text)
    holds("2569" in text or "น." in text, f"{where} says when", text)
    for stands in cast.STANDS:
        latitude = stands.split(",")[0][:7]
        holds(latitude in text, f"{where} says where ({latitude})", text)


def staff_settle_it_and_both_tablets_hear(stage: Stage) -> None:
    """One value is picked; the other stays in the history; no tablet shows a conflict any more."""
    browser, root = stage.open_browser(), stage.facts["factory"]
    chosen = browser.locate("#conflicts .sides label").filter(has_text="1620")
    if chosen.count() == 0:
        chosen = browser.locate("#conflicts .sides label").filter(has_text="1,620")
    chosen.first.locator("input[type=radio]").check()
    browser.click("#conflicts button.primary")
    browser.go(f"/records/{root}")
    holds(browser.locate("#conflicts").count() == 0, "the page shows no conflict any more")
    holds(browser.locate("#open-conflicts").count() == 0, "the navigation counts none")
    history = browser.text("#history")
    holds("1450.5" in history.replace(",", ""), "the other value stays in the history", history)
    stage.teller.page("settled, value", cast.HORSEPOWER_2)
    for hand in stage.hands:
        _hears(hand, root)
    digests_agree(stage)


def _hears(hand: Hand, root: str) -> None:
    hand.synchronise()
    hand.go_home()
    state = hand.database.state(root)
    same(state.conflicts(), (), f"the conflicts on {hand.name}")
    same(str(state.value(register.SAME)), cast.HORSEPOWER_2, f"the value on {hand.name}")
    hand.until(
        lambda: not hand.is_there(f"home.conflicts.row:{root}"), "the conflict leaves the home page"
    )
    hand.say("conflicts", hand.text_of("home.conflicts.title"))
