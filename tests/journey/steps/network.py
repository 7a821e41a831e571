"""The network returns badly: lines break, an answer is lost after its work was done, things come
twice. Afterwards nothing is lost and nothing is there twice.
"""

from __future__ import annotations

from collections import Counter

from tests.journey import cast
from tests.journey.hand import Hand
from tests.journey.numbers import EVENT_PHOTOS, VISIT_PHOTOS
from tests.journey.stage import Stage
from tests.journey.steps import event, inspection
from tests.journey.steps.beginning import digests_agree
from tests.journey.telling import holds, same
from tests.support.chaos_proxy import Fault

PUSH, PULL, BLOBS = "/api/v1/sync/push", "/api/v1/sync/pull", "/api/v1/blobs/"
TRIES_MAX = 12


def the_network_returns_with_faults(stage: Stage) -> None:
    """Each tablet meets every fault, and gets through by trying again."""
    faults = {
        stage.one: (
            Fault("cut_request", PUSH),
            Fault("lose_answer", PUSH),
            Fault("twice", PUSH),
            Fault("cut_answer", PULL),
            Fault("lose_answer", BLOBS),
            Fault("twice", BLOBS),
        ),
        stage.two: (
            Fault("lose_answer", PUSH),
            Fault("cut_answer", PUSH),
            Fault("twice", PUSH),
            Fault("cut_request", BLOBS),
            Fault("delay", PULL, delay_s=1.0),
            Fault("lose_answer", PULL),
        ),
    }
    for hand, planned in faults.items():
        hand.proxy.plan(*planned)
        hand.proxy.online()
        _until_through(hand)
        met = {kind: count for kind, count in sorted(hand.proxy.met.items()) if kind != "pass"}
        stage.teller.network(f"{hand.name}, faults met", met)
        wanted = Counter(fault.kind for fault in planned)
        for kind, count in wanted.items():
            holds(met.get(kind, 0) >= count, f"{hand.name} met {count} x {kind}", met)
    _until_through(stage.one)  # what the other one sent arrives here, too
    for hand in stage.hands:
        hand.say("report", hand.tablet.screen()[3:12])
        hand.shot(stage.picture(f"tablet-sync-{hand.name[-1]}"))


def _until_through(hand: Hand) -> None:
    """Press "synchronise now" until everything is through and no fault is left."""
    for attempt in range(1, TRIES_MAX + 1):
        hand.synchronise()
        if not hand.waiting() and not hand.proxy.planned() and _complete(hand):
            hand.say("through after", f"{attempt} synchronisations")
            return
    holds(False, f"{hand.name} gets through in {TRIES_MAX} tries", hand.tablet.screen()[:25])


def _complete(hand: Hand) -> bool:
    """Did the last one end well? Nothing new is not written down anew."""
    return '"end": "done"' in str(
        hand.database.one("SELECT report FROM sync_log ORDER BY id DESC LIMIT 1")
    )


def nothing_is_lost_and_nothing_is_there_twice(stage: Stage) -> None:
    """Rows, files and changes in the office are those that were made, each once."""
    base, numbers = stage.database, stage.numbers
    same(base.roots("insp", cast.AREA), [stage.facts["insp"]], "the inspections in the office")
    same(base.roots("event", cast.AREA), [stage.facts["event"]], "the events in the office")
    wanted = {
        "insp": {
            "insp/inspectors": len(inspection.INSPECTORS),
            "insp/ww_samples": len(inspection.READINGS),
            "insp/wastes": len(inspection.WASTES),
            "insp/checks": inspection.CHECKS,
            "insp/findings": 1,
            "insp/findings/f_photos": 1,
            "insp/photos": VISIT_PHOTOS,
            "insp/sign_officers": 1,
        },
        "event": {
            "event/agenda": len(event.AGENDA),
            "event/roster": numbers.people,
            "event/voices": numbers.statements,
            "event/scores": numbers.scored,
            "event/photos": EVENT_PHOTOS,
        },
    }
    for kind, counts in wanted.items():
        found = dict(base.row_counts(stage.facts[kind]))
        stage.teller.database(f"office, rows of {kind}", found)
        same(found, counts, f"the rows of {kind} in the office")
    _every_participant_once(stage)
    _everybody_sees_all_rows(stage)
    _every_change_once(stage)
    _every_file_is_there(stage)
    digests_agree(stage)


def _every_participant_once(stage: Stage) -> None:
    """By name, not only by count."""
    base, names = stage.database, []
    rows = base.rows(
        "SELECT id FROM record WHERE root = ? AND type = 'event/roster' AND NOT deleted "
        "ORDER BY order_accepted, order_local",
        stage.facts["event"],
    )
    for row in rows:
        name = base.state(row[0]).value("p_name")
        assert isinstance(name, dict)
        names.append((name["p_prefix"], name["p_first"], name["p_last"]))
    wanted = [cast.participant(number)[:3] for number in range(stage.numbers.people)]
    stage.teller.database("office, the first and the last who signed in", [names[0], names[-1]])
    same(Counter(names), Counter(wanted), "who signed in")


def _everybody_sees_all_rows(stage: Stage) -> None:
    """The other tablet, which did not type them, and the office's page count the same rows."""
    hand, people = stage.one, stage.numbers.people
    hand.go_home()
    hand.tap("home.records")
    hand.write("records.search", cast.EVENT_TITLE[:20])
    hand.until(
        lambda: hand.tablet.read(id="records.search_field")["text"] == cast.EVENT_TITLE[:20],
        "the event is looked for",
    )
    hand.tap_text(cast.EVENT_TITLE)
    hand.section("people")
    roster = hand.text_of("rows:people/roster")
    hand.say("roster", roster)
    holds(f" {people} " in f" {roster} ", f"{people} people on {hand.name}", roster)
    hand.go_home()
    browser = stage.open_browser()
    browser.sign_in(cast.REVIEWER)
    browser.go(f"/records/{stage.facts['event']}")
    headings = browser.texts("#s-people h3, #s-hearing h3, #s-learning h3")
    stage.teller.page("rows", headings)
    for count in (people, stage.numbers.statements, stage.numbers.scored):
        holds(any(f"({count})" in one for one in headings), f"({count}) on the page", headings)


def _every_change_once(stage: Stage) -> None:
    """What a tablet sealed is in the office once, under its own number; nothing is kept aside."""
    base = stage.database
    for hand in stage.hands:
        device = hand.database.setting("device")
        sealed = {row[0] for row in hand.database.rows("SELECT id FROM change")}
        received = [
            row[0]
            for row in base.rows(
                "SELECT c.id FROM change c JOIN client k ON k.id = c.client WHERE k.device = ?",
                device,
            )
        ]
        same(sorted(received), sorted(sealed), f"{hand.name}'s changes in the office")
        stage.teller.database(f"{hand.name}, changes sealed and received", len(received))
    aside = base.one("SELECT count(*) FROM quarantine")
    stage.teller.database("office, changes kept aside", aside)
    same(aside, 0, "the number of changes kept aside")


def _every_file_is_there(stage: Stage) -> None:
    """Every file that a record names is held, under its own hash."""
    base = stage.database
    named = {row[0] for row in base.rows("SELECT DISTINCT sha256 FROM blob_reference")}
    held = {row[0] for row in base.rows("SELECT sha256 FROM blob")}
    stage.teller.database("office, files named and held", f"{len(named)} and {len(held & named)}")
    same(named - held, set(), "files that are named and not held")
    missing = base.one("SELECT coalesce(sum(missing_files), 0) FROM record")
    same(missing, 0, "the number of missing files")
