"""The office reviews: sends one record back with a comment at a question, verifies, approves."""

from __future__ import annotations

from tests.journey import cast
from tests.journey.stage import Stage
from tests.journey.steps.beginning import digests_agree
from tests.journey.steps.inspection import hand_in
from tests.journey.telling import holds, same

ASKED = "closing/summary"
NOT_ASKED = ("closing/copy_to", "closing/next_visit")
CORRECTED = "พบค่าบีโอดี 38.5 มก./ล. เกินมาตรฐาน 20 สั่งปรับปรุงตามมาตรา 37 รายงานเลขที่ LAB-2569-118"


def the_inspection_is_sent_back_with_a_comment(stage: Stage) -> None:
    """The reviewer finds it in the queue and pins a comment to one question."""
    browser, root = stage.open_browser(), stage.facts["insp"]
    browser.go("/review")
    titles = browser.texts("#queue tr[data-open] td.title")
    stage.teller.page("queue", titles)
    holds(any(cast.FACTORY in title for title in titles), "the inspection waits", titles)
    holds(any(cast.EVENT_TITLE[:20] in title for title in titles), "the event waits", titles)
    browser.shot("office-queue")
    browser.go(f"/records/{root}")
    browser.shot("office-record")
    name = f"comment:{root}:{ASKED}"
    box = browser.locate(f"textarea[name='{name}']")
    box.locator("xpath=ancestor::details").locator("summary").click()
    box.fill(cast.COMMENT)
    browser.page.fill("#message", cast.RETURN_MESSAGE)
    browser.shot("office-comment")
    browser.click("#return button:not([type=button])")
    status = stage.database.one("SELECT status FROM record WHERE id = ?", root)
    stage.teller.database("office, status", status)
    same(status, "returned", "the status in the office")
    stage.teller.page("says", browser.text("#said"))


def the_tablet_shows_the_comment_at_its_question(stage: Stage) -> None:
    """On the list of what came back, and at the question itself; only that one is open."""
    hand, root = stage.one, stage.facts["insp"]
    hand.synchronise()
    hand.go_home()
    hand.tap("home.returned")
    hand.there("returned:0")
    listed = hand.text_of("returned:0")
    hand.say("came back", listed)
    holds(cast.RETURN_MESSAGE in listed, "the list shows the message", listed)
    holds(cast.COMMENT in listed, "the list shows the comment", listed)
    hand.shot(stage.picture("tablet-returned"))
    hand.tap("returned:0:0")
    hand.there(f"question:{ASKED}")
    at_question = hand.text_of(f"question:{ASKED}")
    hand.say("at its question", at_question)
    holds(cast.COMMENT in at_question, "the comment stands at its question", at_question)
    hand.shot(stage.picture("tablet-form"))
    same(
        hand.database.one("SELECT status FROM listing WHERE root = ?", root),
        "returned",
        "the status on the tablet",
    )
    open_field = hand.tablet.read(id=f"input:{ASKED}:text")
    same(open_field["disabled"], False, "whether the question with the comment is locked")
    for key in NOT_ASKED:
        name = f"input:{key}:text" if key != "closing/next_visit" else f"input:{key}:day"
        hand.there(name)
        locked = hand.tablet.read(id=name)["disabled"]
        hand.say(f"locked, {key}", locked)
        same(locked, True, f"whether {key} is locked")
    holds(not hand.is_there("delete:0"), "rows that nobody asked about cannot be deleted")
    before = hand.tablet.read(id="input:closing/copy_to:text")["text"]
    hand.tablet.tap(id="input:closing/copy_to:text")
    hand.tablet.type("x")
    after = hand.tablet.read(id="input:closing/copy_to:text")["text"]
    same(after, before, "a locked answer after somebody typed into it")


def the_officer_corrects_and_sends_it_again(stage: Stage) -> None:
    """The answer is corrected where the comment stands, and handed in anew."""
    hand, root = stage.one, stage.facts["insp"]
    hand.answer(ASKED, CORRECTED)
    hand.until(lambda: hand.value_of(f"input:{ASKED}") == CORRECTED, "the correction is an answer")
    hand_in(hand)
    hand.synchronise()
    hand.go_home()
    state = stage.database.state(root)
    same(state.value(ASKED), CORRECTED, "the corrected answer in the office")
    status = stage.database.one("SELECT status FROM record WHERE id = ?", root)
    stage.teller.database("office, status and answer", [status, state.value(ASKED)])
    same(status, "submitted", "the status in the office")


def staff_verify_the_hours_and_approve_both(stage: Stage) -> None:
    """Hours of the event first, then both records, each approval naming what was shown."""
    browser = stage.open_browser()
    event = stage.facts["event"]
    browser.go(f"/records/{event}")
    stage.teller.page("hours claimed", browser.texts("aside .facts dd"))
    browser.shot("office-event")
    browser.click("button[name=verified][value=yes]")
    for root in (event, stage.facts["insp"]):
        browser.go(f"/records/{root}")
        browser.click("#approve button[data-approve]")
        status = stage.database.one("SELECT status FROM record WHERE id = ?", root)
        stage.teller.database("office, status", status)
        same(status, "approved", f"the status of {root}")
        stage.teller.page("says", browser.text("#said"))
    verified = stage.database.one("SELECT verified FROM event_hours WHERE record = ?", event)
    same(bool(verified), True, "whether the hours are verified")


def digests_of_both_tablets_and_the_office_are_equal(stage: Stage) -> None:
    """After a last synchronisation everybody holds the same, and nobody has anything left."""
    for hand in stage.hands:
        hand.synchronise()
        hand.go_home()
    for hand in stage.hands:
        same(hand.waiting(), 0, f"what waits on {hand.name}")
        for kind in ("insp", "event"):
            status = hand.database.one(
                "SELECT status FROM listing WHERE root = ?", stage.facts[kind]
            )
            stage.teller.database(f"{hand.name}, status of {kind}", status)
            same(status, "approved", f"the status of {kind} on {hand.name}")
        hand.say("pill", hand.text_of("pill"))
    digests_agree(stage)
    stage.one.shot(stage.picture("tablet-home-last"))


def the_area_page_counts_the_hours(stage: Stage) -> None:
    """6.25 hours verified, 3.75 short of 10, claimed beside verified."""
    browser = stage.open_browser()
    browser.go(f"/areas/{cast.AREA_CODE}")
    said = browser.text("#hours-said")
    stage.teller.page("hours", said)
    holds("6.25" in said and "3.75" in said and "10" in said, "6.25 h, 3.75 h short of 10", said)
    numbers = browser.texts(".bignumbers > div")
    stage.teller.page("claimed beside verified", numbers)
    holds(sum("6.25" in number for number in numbers) == 2, "claimed and verified", numbers)
    browser.shot("office-area", whole=True)
    stage.teller.page("complaints of the browser", browser.complaints)
    same(browser.complaints, [], "what the browser complained of")
