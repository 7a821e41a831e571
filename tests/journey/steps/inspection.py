"""Tablet 1, without a network: an officer inspects a factory and hands the record in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.journey import cast
from tests.journey.hand import Hand
from tests.journey.numbers import VISIT_PHOTOS
from tests.journey.stage import Stage
from tests.journey.telling import holds, same

INSPECTORS = (
    ("นายสมชาย ลงพื้นที่", "เจ้าพนักงานโรงงาน", "yes", "พ-2041"),
    ("นางสาวกันยา วัดน้ำ", "นักวิทยาศาสตร์", "no", ""),
)
# Parameter, what to type to find it, value, does it exceed the general effluent limit?
READINGS = (("พีเอช", "7.4", "no"), ("บีโอดี", "38.5", "yes"), ("ซีโอดี", "96", "no"))
WASTES = (
    ("190813", "HA", "กากตะกอนระบบบำบัดน้ำเสีย", "4.2", "075 เผาทำลายในเตาเผาของเสียอันตราย"),
    ("150101", "no", "กระดาษและกล่องบรรจุภัณฑ์", "1.8", "011 คัดแยกประเภทเพื่อจำหน่ายต่อ"),
)
SIGNATURE = ([(0.15, 0.4), (0.3, 0.7), (0.42, 0.35), (0.55, 0.65), (0.8, 0.45)],)
ORDER_DAYS = 30
CHECKS = 40


def today() -> date:
    """The calendar day in Thailand."""
    return (datetime.now(UTC) + timedelta(hours=7)).date()


def the_officer_begins_with_the_team_and_the_place(stage: Stage) -> None:
    """Type of visit, times, two inspectors, the place picked on the map."""
    hand = stage.one
    hand.go_home()
    hand.tap("home.begin:insp")
    hand.choose("visit/visit_type", "statutory")
    hand.answer("visit/times/t_in", "0930")
    hand.answer("visit/times/t_out", "12.05")
    for name, position, authorised, card in INSPECTORS:
        hand.add_row("visit/inspectors")
        hand.answer("ins_name", name)
        hand.answer("ins_pos", position)
        hand.choose("ins_auth", authorised)
        if card:
            hand.answer("ins_card", card)
        hand.row_done()
    hand.say("inspectors", hand.text_of("rows:visit/inspectors"))
    hand.shot(stage.picture("tablet-visit"))
    hand.section("place")
    hand.tap("input:place/geo:pick")
    hand.tap("input:place/geo:map")
    place = hand.value_of("input:place/geo")
    hand.say("place picked on the map", place)
    holds(place and 5.5 < float(place["lat"]) < 20.6, "a place in Thailand", place)
    hand.shot(stage.picture("tablet-place"))
    stage.facts["insp"] = hand.database.one("SELECT root FROM listing WHERE type = 'insp'")


def the_factory_comes_from_the_register(stage: Stage) -> None:
    """Two words find the factory; what the register knows fills the section."""
    hand = stage.one
    hand.section("site")
    hand.find("site/factory", "แหลมฉบัง", cast.FACTORY)
    hand.until(
        lambda: hand.value_of("input:site/fac_name") == cast.FACTORY, "the register fills the form"
    )
    for key, wanted in (("site/operator", cast.FACTORY), ("site/tambon", "200703")):
        value = hand.value_of(f"input:{key}")
        hand.say(key, value)
        same(value, wanted, f"the answer of {key}")
    hand.say("workers", hand.text_of("question:site/w_total"))
    hand.shot(stage.picture("tablet-factory"))


def the_officer_takes_readings_against_their_limits(stage: Stage) -> None:
    """Three effluent readings beside their limits; one is over, and says so at once."""
    hand = stage.one
    hand.section("resources")
    hand.answer("resources/water_use", "420")
    hand.section("wastewater")
    hand.answer("wastewater/ww_gen", "310")
    hand.choose("wastewater/ww_sys", "as")
    hand.answer("wastewater/ww_cap", "400")
    hand.choose("wastewater/ww_to", "public")
    hand.choose("wastewater/ww_online", "no")
    hand.choose("wastewater/ww_bypass", "no")
    for parameter, value, exceeds in READINGS:
        hand.add_row("wastewater/ww_samples")
        hand.answer("ws_point", "บ่อพักน้ำสุดท้าย")
        hand.find("ws_param", parameter[:-1], parameter)
        hand.choose("ws_result/ws_qual", "valid")
        hand.choose("ws_result/ws_meth", "inst")
        hand.answer("ws_result/ws_val", value)
        hand.until(
            lambda: hand.tablet.read(id="input:ws_exc")["texts"] != ["–"], "the limit is compared"
        )
        hand.say(f"{parameter} {value}, limit", hand.text_of("question:ws_result/ws_val"))
        found = hand.text_of("input:ws_exc")
        hand.say("exceeds", found)
        stage.facts.setdefault("exceeds", []).append((exceeds, found))
        if exceeds == "yes":
            hand.shot(stage.picture("tablet-exceeds"))
        hand.row_done()
    words = {found for exceeds, found in stage.facts["exceeds"] if exceeds == "yes"}
    others = {found for exceeds, found in stage.facts["exceeds"] if exceeds == "no"}
    holds(words and others and not words & others, "only one reading exceeds", [words, others])


def waste_streams_and_checklist_are_filled(stage: Stage) -> None:
    """Two waste streams, and every requirement of the checklist."""
    hand = stage.one
    hand.section("waste")
    for code, hazard, name, amount, disposal in WASTES:
        hand.add_row("waste/wastes")
        hand.answer("wc_code", code)
        hand.choose("wc_haz", hazard)
        hand.answer("wc_name", name)
        hand.answer("wc_qty", amount)
        hand.choose("wc_label", "comply")
        hand.find("wc_disp", disposal[:3], disposal)
        hand.row_done()
    hand.say("waste streams", hand.text_of("rows:waste/wastes"))
    hand.section("safety")
    hand.tap("row:0")
    for number in range(CHECKS):
        hand.there("input:ck_res:comply")
        hand.choose("ck_res", "comply")
        if number == 2:
            hand.shot(stage.picture("tablet-checklist"))
        hand.tap("next_row" if number + 1 < CHECKS else "done")
    hand.until(lambda: not hand.is_there("done"), "the checklist is closed")
    hand.say("checklist", hand.text_of("tab:safety"))


def findings_carry_due_dates_and_photos(stage: Stage) -> None:
    """One order with a due date and its photo; three photos of the visit."""
    hand, due = stage.one, today() + timedelta(days=ORDER_DAYS)
    hand.section("orders")
    hand.add_row("orders/findings")
    hand.find("f_cat", "น้ำเสีย", "น้ำเสีย/แหล่งน้ำเปลี่ยนสภาพ")
    hand.choose("f_dim", "environment")
    hand.choose("f_sev", "3")
    hand.answer("f_desc", "ค่าบีโอดีที่จุดระบายสูงกว่ามาตรฐาน")
    hand.choose("f_order", "s37")
    hand.find("f_law", "37", "พ.ร.บ.โรงงาน ม.37 สั่งให้ปรับปรุงแก้ไข")
    hand.answer("f_todo", "ปรับปรุงระบบเติมอากาศและส่งผลตรวจซ้ำ")
    hand.date("f_due", due.day, due.month, due.year + 543)
    hand.answer("f_resp", "ผู้จัดการโรงงาน")
    hand.tap("take:f_photos")
    hand.there("row:0")
    hand.say("due", hand.value_of("input:f_due"))
    same(hand.value_of("input:f_due"), due.isoformat(), "the due date")
    hand.shot(stage.picture("tablet-finding"))
    hand.row_done()
    hand.section("pictures")
    for number in range(VISIT_PHOTOS):
        _one_photo(hand, number)
    hand.say("photos", hand.text_of("rows:pictures/photos"))
    hand.shot(stage.picture("tablet-photos"))


def _one_photo(hand: Hand, number: int) -> None:
    """The first is chosen from the pictures at hand, the others are taken."""
    if number == 0:
        hand.tap("pick:pictures/photos")
        hand.tap("picture:scene-1.jpg:picture")
    else:
        hand.tap("take:pictures/photos")
    hand.there(f"row:{number}")


def both_sides_sign_and_the_record_is_handed_in(stage: Stage) -> None:
    """Summary, two signatures; handing in is answered, and the record waits on this tablet."""
    hand, following = stage.one, today() + timedelta(days=ORDER_DAYS - 5)
    hand.section("closing")
    hand.date("closing/next_visit", following.day, following.month, following.year + 543)
    hand.answer("closing/summary", "พบค่าบีโอดีเกินมาตรฐานหนึ่งจุด สั่งปรับปรุงตามมาตรา 37")
    hand.choose("closing/sig_ref", "no")
    hand.sign("closing/sig_fac", SIGNATURE)
    hand.answer("closing/copy_to", "พิมพ์มอบให้ผู้แทนโรงงาน")
    hand.add_row("closing/sign_officers")
    hand.find("so_person", "สมชาย", INSPECTORS[0][0])
    hand.sign("sig_off", SIGNATURE)
    hand.row_done()
    hand.shot(stage.picture("tablet-closing"))
    hand_in(hand)
    root = stage.facts["insp"]
    status = hand.database.one("SELECT status FROM listing WHERE root = ?", root)
    stage.teller.database("tablet 1, the record's status", status)
    same(status, "submitted", "the status on the tablet")


def hand_in(hand: Hand) -> None:
    """Press the button, read what it asks, confirm; problems would be listed instead."""
    hand.tap("submit")
    hand.there("dialog_accept")
    if hand.is_there("problems"):
        found = hand.text_of("problems")
        hand.tap("dialog_dismiss")
        holds(False, f"{hand.name}: nothing hinders handing in", found)
    hand.say("asks", hand.text_of("submit_dialog"))
    hand.tap("dialog_accept")
    hand.tablet.wait(id="submit", gone=True, seconds=20)
