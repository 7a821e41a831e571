"""Tablet 2, without a network: a seminar in the morning, a hearing in the afternoon, one event."""

from __future__ import annotations

from tests.journey import cast
from tests.journey.hand import Hand
from tests.journey.numbers import EVENT_PHOTOS
from tests.journey.stage import Stage
from tests.journey.steps.inspection import hand_in
from tests.journey.telling import holds, same

# Golden vector 1: title, break?, counts as, from, to.
AGENDA = (
    ("หลักการพื้นฐาน EIT", "no", "seminar", "0830", "1030"),
    ("พักรับประทานอาหารว่าง", "yes", "", "1030", "1045"),
    ("แผนพัฒนาพื้นที่", "no", "seminar", "1045", "1200"),
    ("รับฟังความคิดเห็น", "no", "hearing", "1300", "1600"),
)
SEMINAR_HOURS, HEARING_HOURS = "3.25", "3"
STAKES = ("community", "leader", "lao")
CATEGORIES = ("odor", "traffic", "labour", "noise", "positive")
SCORES = (("45", "75"), ("60", "85"))


def the_facilitator_begins_a_joint_event(stage: Stage) -> None:
    """Types, title, place, times, and the agenda whose minutes are counted per kind."""
    hand = stage.two
    hand.go_home()
    hand.tap("home.begin:event")
    hand.choose("core/ev_type", "seminar", "hearing")
    hand.answer("core/title", cast.EVENT_TITLE)
    hand.answer("core/round", "1/2569")
    hand.answer("core/venue", "หอประชุมเทศบาลนครแหลมฉบัง")
    hand.answer("core/chair", "นายอำเภอศรีราชา")
    hand.answer("core/secretary", cast.FACILITATOR.name)
    hand.answer("core/hours_held/t_start", "0830")
    hand.answer("core/hours_held/t_end", "1600")
    hand.section("place")
    hand.tap("input:place/geo:pick")
    hand.tap("input:place/geo:map")
    hand.section("program")
    for title, is_break, kind, begin, end in AGENDA:
        hand.add_row("program/agenda")
        hand.answer("ag_title", title)
        hand.choose("ag_break", is_break)
        if kind:
            _choose_kind(hand, kind)
        hand.answer("ag_times/ag_from", begin)
        hand.answer("ag_times/ag_to", end)
        hand.row_done()
    for key, wanted in (("h_sem", SEMINAR_HOURS), ("h_hear", HEARING_HOURS)):
        hand.until(
            lambda: hand.value_of(f"input:program/{key}") not in (None, ""),  # noqa: B023
            f"{key} is computed",
        )
        shown = str(hand.value_of(f"input:program/{key}"))
        hand.say(f"hours claimed, {key}", shown)
        same(shown.split()[0], wanted, f"the hours {key}")
    hand.shot(stage.picture("tablet-agenda"))
    stage.facts["event"] = hand.database.one("SELECT root FROM listing WHERE type = 'event'")


def _choose_kind(hand: Hand, kind: str) -> None:
    labels = {"seminar": "สัมมนาหลักการพื้นฐาน EIT", "hearing": "เวทีรับฟังความคิดเห็น"}
    hand.find("ag_kind", labels[kind][:6], labels[kind])


def the_door_desk_signs_people_in(stage: Stage) -> None:
    """Everybody by the quick line; the counts above the list follow."""
    hand, people = stage.two, stage.numbers.people
    hand.section("notice")
    hand.choose("notice/pdpa_read", "yes")
    hand.choose("notice/rec_audio", "no")
    hand.section("people")
    hand.tap("open:people/roster")
    hand.there("rows_add")
    for number in range(people):
        prefix, first, family, village, sex = cast.participant(number)
        pick(hand, "p_name/p_prefix", prefix)
        quick(hand, "p_name/p_first", first)
        quick(hand, "p_name/p_last", family)
        quick(hand, "p_org", village)
        pick(hand, "p_stake", STAKES[number % len(STAKES)])
        pick(hand, "p_sex", sex)
        pick(hand, "p_signm", "staff")
        added(hand, number + 1)
        if number == 3:
            hand.shot(stage.picture("tablet-roster"))
    counts = hand.text_of("counts")
    hand.say("counts", counts)
    women = sum(1 for number in range(people) if cast.participant(number)[4] == "f")
    for wanted in (str(people), str(women), str(people - women)):
        holds(wanted in counts.split(" · "), f"{wanted} among the counts", counts)
    hand.back()
    hand.answer("people/headcnt", str(people))


def pick(hand: Hand, key: str, name: str) -> None:
    """Choose in the sheet of a quick cell, or in the line itself when the options are few."""
    inline = f"quick:{key}:{name}"
    if hand.is_there(inline):
        hand.tap(inline)
        return
    hand.tap(f"quick:{key}:pick")
    hand.tap(f"choose:{key}:{name}")
    hand.tablet.wait(id="choices_sheet", gone=True, seconds=20)


def quick(hand: Hand, key: str, text: str) -> None:
    """Type into a quick cell."""
    hand.tap(f"quick:{key}:text")
    hand.tablet.type(text)


def added(hand: Hand, number: int) -> None:
    """Add the line, and see it counted."""
    hand.tap("rows_add")
    hand.until(
        lambda: f" {number} " in f" {hand.text_of('counts').replace(' · ', ' ')} ",
        f"row {number} is counted",
    )


def the_facilitator_records_statements(stage: Stage) -> None:
    """Verbatim words with topic, dimension, severity and stance, one line each."""
    hand = stage.two
    hand.section("hearing")
    hand.answer("hearing/hr_purpose", "ประเมินผลกระทบจากการประกอบกิจการในปัจจุบัน")
    hand.tap("open:hearing/voices")
    hand.there("rows_add")
    for number in range(stage.numbers.statements):
        pick(hand, "v_who", STAKES[number % len(STAKES)])
        quick(hand, "v_text", f"{cast.STATEMENTS[number % 5]} ({number + 1})")
        pick(hand, "v_cat", CATEGORIES[number % 5])
        hand.tap("quick:v_dims:pick")
        hand.tap("choose:v_dims:environment")
        hand.tap_text("ปิด")
        hand.tablet.wait(id="choices_sheet", gone=True, seconds=20)
        pick(hand, "v_sev", str(1 + number % 4))
        pick(hand, "v_senti", "pos" if number % 5 == 4 else "neg")
        added(hand, number + 1)
    hand.shot(stage.picture("tablet-statements"))
    hand.say("counts", hand.text_of("counts"))
    hand.back()
    hand.say("statements", hand.text_of("rows:hearing/voices"))


def people_are_scored_before_and_after(stage: Stage) -> None:
    """The tests of the seminar: a score before and one after for each who sat them."""
    hand = stage.two
    hand.section("learning")
    hand.answer("learning/course", "EIT พื้นฐาน รุ่น 1")
    hand.answer("learning/target_n", str(stage.numbers.people))
    hand.tap("open:learning/scores")
    hand.there("rows_add")
    for number in range(stage.numbers.scored):
        _, first, family, _, _ = cast.participant(number)
        hand.tap("quick:sc_person:pick")
        hand.look_for("sc_person:search", first, f"{first} {family}")
        hand.tablet.wait(id="choices_sheet", gone=True, seconds=20)
        before, after = SCORES[number % 2]
        quick(hand, "sc_pre", before)
        quick(hand, "sc_post", after)
        added(hand, number + 1)
    hand.shot(stage.picture("tablet-scores"))
    hand.back()
    hand.say("scores", hand.text_of("rows:learning/scores"))


def four_photos_close_the_event(stage: Stage) -> None:
    """Banner, room, speaker, audience; minutes; and the record is handed in."""
    hand = stage.two
    hand.section("evidence")
    for number in range(EVENT_PHOTOS):
        hand.tap("take:evidence/photos")
        hand.there(f"row:{number}")
    hand.say("photos", hand.text_of("rows:evidence/photos"))
    hand.section("closing")
    hand.answer("closing/minutes", "ที่ประชุมรับทราบผลการตรวจและข้อเสนอของชุมชน")
    hand.shot(stage.picture("tablet-event"))
    hand_in(hand)
    status = hand.database.one("SELECT status FROM listing WHERE root = ?", stage.facts["event"])
    stage.teller.database("tablet 2, the record's status", status)
    same(status, "submitted", "the status on the tablet")
