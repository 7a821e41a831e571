"""The office begins; two tablets are bound to it, people sign in, and the programme arrives."""

from __future__ import annotations

from tests.journey import cast
from tests.journey.hand import Hand
from tests.journey.stage import Stage
from tests.journey.telling import holds, same

AREAS = 18
REFUSED = "ชื่อกับรหัสไม่ตรงกัน"
FORMS = ["event", "factory", "insp"]


def the_office_is_set_up_by_its_commands(stage: Stage) -> None:
    """init, user add, form publish, serve; eighteen areas and three factories are there."""
    for line in stage.set_up_office().splitlines():
        stage.teller.line(f"        samruat-server: {line}")
    stage.start_office()
    same(stage.health(), 200, "the answer of the health address")
    base = stage.database
    areas = len(base.roots("area", cast.PROGRAMME))
    factories = base.rows("SELECT title FROM record WHERE type = 'factory' ORDER BY title")
    forms = [row[0] for row in base.rows("SELECT form_id FROM form ORDER BY form_id")]
    stage.teller.database("office, areas", areas)
    stage.teller.database("office, forms", forms)
    stage.teller.database("office, factories", [row[0] for row in factories])
    same(areas, AREAS, "the number of areas")
    same(forms, FORMS, "the published forms")
    same(len(factories), 1 + len(cast.OTHER_FACTORIES), "the number of factories")
    (stage.facts["factory"],) = (
        row[0] for row in base.rows("SELECT id FROM record WHERE title = ?", cast.FACTORY)
    )


def the_administrator_makes_two_enrolment_codes(stage: Stage) -> None:
    """In the browser, one code a tablet, both for the story's area."""
    browser = stage.open_browser()
    browser.sign_in(cast.ADMINISTRATOR)
    stage.teller.page("signed in", browser.text(".me"))
    codes = []
    for label in (cast.TABLET_1, cast.TABLET_2):
        browser.go("/tablets")
        browser.page.fill("#label", label)
        browser.page.check(f"input[name=area][value='{cast.AREA}']")
        browser.click("#new button.primary")
        codes.append(browser.text("#code"))
        stage.teller.page(f"code for {label}", codes[-1])
    holds(len(set(codes)) == 2 and all(codes), "two different codes", codes)
    browser.shot("office-code")
    stage.facts["codes"] = codes


def both_tablets_enrol_by_code(stage: Stage) -> None:
    """Each types its code and a name, and is bound to a device of its own."""
    stage.start_tablets()
    stage.one.there("enrol.code")
    stage.one.shot(stage.picture("tablet-enrol"))
    for number, hand in enumerate(stage.hands):
        hand.write("enrol.code", stage.facts["codes"][number])
        hand.write("enrol.label", (cast.TABLET_1, cast.TABLET_2)[number])
        hand.tap("enrol.go")
        hand.there("sign_in.login")
        device = hand.database.setting("device")
        stage.teller.database(f"{hand.name}, device", device)
        known = stage.database.one("SELECT label FROM device WHERE id = ?", device)
        stage.teller.database("office knows it as", known)
        same(known, (cast.TABLET_1, cast.TABLET_2)[number], "the tablet's name in the office")


def people_sign_in_with_name_and_pin(stage: Stage) -> None:
    """The officer on tablet 1, the facilitator on tablet 2; a wrong PIN lets nobody in."""
    stage.one.write("sign_in.login", cast.OFFICER.login)
    _press_pin(stage.one, "999999")
    stage.one.tablet.wait(REFUSED, seconds=30)
    stage.one.say("a wrong PIN", next(t for t in stage.one.tablet.screen() if REFUSED in t))
    holds(not stage.one.is_there("home.records"), "a wrong PIN lets nobody in")
    for hand, person in ((stage.one, cast.OFFICER), (stage.two, cast.FACILITATOR)):
        hand.write("sign_in.login", person.login)
        _press_pin(hand, person.secret)
        hand.there("home.records")
        greeting = hand.text_of("home.person")
        hand.say("greets", greeting)
        holds(person.name in greeting, f"{hand.name} greets {person.name}", greeting)


def _press_pin(hand: Hand, pin: str) -> None:
    """On the large digits, as a thumb does."""
    while str(hand.tablet.read(id="sign_in.pin")["text"]):
        hand.tap("sign_in.backspace")
    for digit in pin:
        hand.tablet.tap(id=f"sign_in.digit:{digit}")
    hand.tap("sign_in.go")


def areas_people_forms_and_registers_arrive(stage: Stage) -> None:
    """After one synchronisation both tablets hold what the office holds, and the digests say so."""
    for hand in stage.hands:
        hand.synchronise()
        hand.go_home()
        counts = hand.database.base_counts()
        stage.teller.database(f"{hand.name}, received", dict(sorted(counts.items())))
        same(counts["area"], AREAS, f"areas on {hand.name}")
        same(counts["form"], len(FORMS), f"forms on {hand.name}")
        same(counts["person"], 4, f"people on {hand.name}")
        same(counts["factory"], 3, f"factories on {hand.name}")
        for form in FORMS:
            hand.there(f"home.begin:{form}")
        hand.say("offers", hand.text_of("home.begin:insp"))
        hand.say("pill", hand.text_of("pill"))
    digests_agree(stage)
    stage.one.shot(stage.picture("tablet-home-first"))


def digests_agree(stage: Stage) -> None:
    """Office and tablets: the digest kept and the digest counted anew are one and the same."""
    for scope in (cast.PROGRAMME, cast.AREA):
        sides = [("office", stage.database.digest(scope))]
        sides += [(hand.name, hand.database.digest(scope)) for hand in stage.hands]
        for name, found in sides:
            text = f"{found.kept[:16]}... over {found.records} records"
            stage.teller.digest(f"{name}, {scope}", text)
            same(found.counted, found.kept, f"the digest of {scope} counted anew at {name}")
        holds(
            len({found.kept for _, found in sides}) == 1,
            f"one digest of {scope} everywhere",
            {name: found.kept[:16] for name, found in sides},
        )


def both_tablets_lose_the_network(stage: Stage) -> None:
    """From now on every connection is refused; a synchronisation says so and changes nothing."""
    for hand in stage.hands:
        hand.proxy.offline()
    screen = stage.one.synchronise()
    refused = stage.one.proxy.met["refused"]
    stage.teller.network("tablet 1, connections refused", refused)
    holds(refused >= 1, "the network refuses", refused)
    stage.one.say("report", screen[2:8])
    stage.one.go_home()
