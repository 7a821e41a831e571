"""Every widget of the kit on a few pages, to be looked at.

`python -m mobile.ui.gallery --shot DIR` writes a picture of each.
Without `--shot` the pages stand in a window. `--size 800x1280`, `--language en`, `--step 2` choose
how it looks; one window size a process.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mobile.ui import gallery_inputs

LONG_TH = "กรุณาตรวจสอบค่าความเป็นกรดด่างของน้ำทิ้งก่อนระบายออกนอกโรงงานให้ครบถ้วนทุกจุดตามที่กำหนดไว้ในใบอนุญาต"
LONG_EN = "Check the pH of the effluent before it leaves the factory, at every point of the licence"


def _said(thai: str, english: str) -> str:
    from mobile.ui.look import look

    return thai if look.language == "th" else english


def buttons() -> Any:
    """Buttons, chips, notices, progress."""
    from mobile.ui.screen import Screen
    from mobile.ui.widgets.button import IconButton, PrimaryButton, SecondaryButton, TextButton
    from mobile.ui.widgets.label import ThaiLabel
    from mobile.ui.widgets.layout import Card, Flow, Page
    from mobile.ui.widgets.messages import Notice, Progress
    from mobile.ui.widgets.state_chip import CHIPS, StateChip

    screen = Screen("home.title")
    screen.bar.add_tool("settings", "home.title")
    screen.bar.pill.show(
        "waiting",
        _said("อยู่ในเครื่องนี้ 3 · ส่งแล้ว 118 เวลา 10.42 น.", "3 only here · 118 received 10:42"),
        "info",
    )
    page = Page()
    card = Card()
    for role in ("title", "heading", "strong", "body", "small"):
        card.add_widget(ThaiLabel(_said("น้ำทิ้งที่ปั้น ญ ฐ กตัญญู เปี๊ยก ", "Type role ") + role, role=role))
    card.add_widget(ThaiLabel(_said(LONG_TH, LONG_EN)))
    page.column.add_widget(card)
    line = Flow()
    line.add_widget(PrimaryButton(text_key="photo.take", icon_name="camera"))
    line.add_widget(SecondaryButton(text_key="photo.pick", icon_name="image"))
    line.add_widget(TextButton(text_key="input.clear", tone="quiet"))
    line.add_widget(SecondaryButton(text_key="photo.remove", icon_name="delete", tone="bad"))
    line.add_widget(PrimaryButton(text_key="dialog.accept", disabled=True))
    line.add_widget(IconButton("filter", hint_key="search.hint"))
    page.column.add_widget(line)
    chips = Flow()
    for state in CHIPS:
        chips.add_widget(StateChip(state))
    page.column.add_widget(chips)
    for tone in ("info", "good", "warn", "bad", "conflict"):
        page.column.add_widget(
            Notice(tone=tone, text=_said(LONG_TH, LONG_EN), action_key="input.change")
        )
    page.column.add_widget(Progress(value=0.3, text=_said("ส่งแล้ว 12 จาก 40", "12 of 40 sent")))
    screen.set_body(page)
    screen.set_actions(
        SecondaryButton(text_key="dialog.dismiss"),
        PrimaryButton(text_key="dialog.accept", icon_name="check"),
    )
    return screen


def records() -> Any:
    """A list of records, with tabs above."""
    from mobile.ui.screen import Screen
    from mobile.ui.widgets.record_row import RecordItem, RecordRow
    from mobile.ui.widgets.section_tabs import Section, SectionTabs
    from mobile.ui.widgets.state_chip import CHIPS
    from mobile.ui.widgets.virtual_list import Rows, VirtualList

    screen = Screen("home.title")
    screen.bar.pill.show("cloud_check", _said("ส่งครบแล้ว 10.42 น.", "All sent 10:42"), "good")
    tabs = SectionTabs()
    tabs.show(
        [
            Section("a", _said("สถานประกอบการ", "Establishment"), 12, 12),
            Section("b", _said("น้ำทิ้ง", "Effluent"), 3, 8, 2),
            Section("c", _said("ของเสีย", "Waste"), 0, 5),
            Section("d", _said("ข้อตรวจพบและลายเซ็น", "Findings and signatures"), 1, 9),
        ],
        "b",
    )
    screen.notices.add_widget(tabs)
    states = ["draft", "waiting", "submitted", "returned", "approved", "conflict"]
    names = [
        _said("บริษัท ปู่เปี๊ยกเคมีภัณฑ์และบรรจุภัณฑ์พลาสติกแห่งประเทศไทย จำกัด (มหาชน)", "Pu Piak Chemicals"),
        _said("โรงงานน้ำแข็งบ้านค้ำคูณ", "Ban Kham Khun Ice"),
    ]
    items = [
        RecordItem(
            str(number),
            "factory" if number % 3 else "hearing",
            f"{number + 1}. {names[number % 2]}",
            _said("15 ส.ค. 2568 · สมหญิง แซ่ตั้ง", "15 Aug 2025 · Somying"),
            states[number % 6],
            "only_here" if number % 4 == 1 else "",
            2 if number % 5 == 1 else 0,
        )
        for number in range(10_000)
    ]
    assert set(states) <= set(CHIPS)
    rows = VirtualList(source=Rows(items), row_class=RecordRow, row_dp=80, automation_id="rows")
    screen.set_body(rows)
    return screen


def _frame(key: str, kind: str, thai: str, english: str, **wish: Any) -> Any:
    from mobile.ui.widgets.field_frame import FieldFrame
    from mobile.ui.widgets.inputs.making import Wish, input_for

    return FieldFrame(input_for(Wish(key, kind, **wish)), label=_said(thai, english))


def fields() -> Any:
    """Typed questions in all their states."""
    from mobile.ui.screen import Screen
    from mobile.ui.widgets.inputs.choice import Option
    from mobile.ui.widgets.layout import FieldGrid, Page

    screen = Screen("home.title")
    page = Page()
    text = _frame("name", "text", "ชื่อโรงงานตามใบอนุญาต", "Name as in the licence")
    text.required, text.hint = True, _said("ตามที่ปรากฏในใบอนุญาต ร.ง.4", "As in licence R.Ng.4")
    text.set_value(_said("โรงงานน้ำแข็งบ้านค้ำคูณ", "Ban Kham Khun Ice"))
    text.set_saved("saved")
    number = _frame("ph", "decimal", "ค่าความเป็นกรดด่าง", "pH", unit=_said("มก./ล.", "mg/l"))
    number.set_value("12.5")
    number.set_problem(
        _said(
            "เกินค่ามาตรฐาน 5.5–9.0 วัดซ้ำ หรือบันทึกเป็นข้อตรวจพบ",
            "Beyond 5.5–9.0. Measure again, or record a finding",
        )
    )
    number.set_previous("7.2")
    soft = _frame("count", "integer", "จำนวนคนงาน", "Workers", unit=_said("คน", "people"))
    soft.set_value(120)
    soft.set_problem(
        _said("มากกว่าครั้งก่อนสามเท่า ระบุเหตุผล", "Three times last visit's. Say why"), "soft"
    )
    day = _frame("day", "date", "วันที่ตรวจ", "Day of the visit")
    day.set_value("2025-08-15")
    hour = _frame("hour", "time", "เวลาเริ่ม", "Began at")
    hour.set_value("08:30")
    yes = _frame(
        "yes",
        "select_one",
        "มีระบบบำบัดน้ำเสีย",
        "Is there a treatment plant?",
        options=[Option("yes", _said("มี", "Yes")), Option("no", _said("ไม่มี", "No"))],
    )
    yes.set_value("yes")
    long = _frame("note", "text", "ข้อสังเกต", "Remarks", long=True)
    long.set_value(_said(LONG_TH, LONG_EN))
    long.set_comment(
        _said("วรรณา (ส่วนกลาง)", "Wanna (office)"),
        _said("16 ส.ค. 2568", "16 Aug"),
        _said(LONG_TH, LONG_EN),
    )
    locked = _frame("locked", "text", "เลขทะเบียนโรงงาน", "Registration number")
    locked.set_value("จ3-53(5)-12/45 รย")
    locked.set_locked(True)
    grid = FieldGrid()
    for frame in (text, number, soft, day, hour, yes, long, locked):
        grid.add_widget(frame)
    page.column.add_widget(grid)
    screen.set_body(page)
    return screen


def choices() -> Any:
    """Choices of every length, references, ticks, notes."""
    from mobile.ui.screen import Screen
    from mobile.ui.widgets.inputs.choice import Option
    from mobile.ui.widgets.layout import FieldGrid, Page
    from mobile.ui.widgets.type_ahead import Found
    from mobile.ui.widgets.virtual_list import Rows

    screen = Screen("home.title")
    page = Page()
    some = [
        Option(str(number), label)
        for number, label in enumerate(
            _said(
                "ดี|พอใช้|ต้องปรับปรุงโดยด่วนภายในสามสิบวันตามคำสั่งของพนักงานเจ้าหน้าที่|ไม่เกี่ยวข้อง",
                "Good|Fair|To be improved within thirty days as ordered by the officer|None",
            ).split("|")
        )
    ]
    one = _frame("one", "select_one", "สภาพโดยรวม", "Overall state", options=some)
    one.set_value("2")
    several = _frame("several", "select_multiple", "พบสิ่งใดบ้าง", "What was found?", options=some[:2])
    several.set_value(["0", "1"])
    many = [
        Option(f"p{number}", _said("จังหวัดที่ ", "Province ") + str(number)) for number in range(77)
    ]
    listed = _frame("many", "select_one", "จังหวัด", "Province", options=many)
    reference = _frame(
        "factory",
        "reference",
        "โรงงาน",
        "Factory",
        search=lambda _: Rows([]),
        label_of=lambda key: Found(key, _said(LONG_TH, LONG_EN), "จ3-53(5)-12/45 รย"),
    )
    reference.set_value("x")
    tick = _frame("tick", "acknowledge", "แจ้งวัตถุประสงค์แล้ว", "Purpose was explained")
    tick.set_value("OK")
    total = _frame("total", "calculate", "รวมเวลา", "Total time", unit=_said("ชั่วโมง", "hours"))
    total.set_value("6.25")
    note = _frame("note", "note", LONG_TH, LONG_EN)
    odd = _frame("odd", "hologram", "ภาพสามมิติ", "Hologram")
    grid = FieldGrid()
    for frame in (one, several, listed, reference, tick, total, note, odd):
        grid.add_widget(frame)
    page.column.add_widget(grid)
    screen.set_body(page)
    return screen


def files() -> Any:
    """Photo, signature, place with its map."""
    from mobile.ui.screen import Screen
    from mobile.ui.widgets.layout import FieldGrid, Page

    screen = Screen("home.title")
    page = Page()
    place = _frame("place", "geopoint", "ตำแหน่ง", "Place")
    place.set_value({"lat": "12.6814", "lon": "101.2816", "accuracy": "12"})
    place.input.open_map()
    place.input.map.scale = 400
    photo = _frame("photo", "image", "รูปถ่ายจุดระบายน้ำ", "Photo of the outlet")
    photo.set_value({"sha256": "0" * 64, "name": "จุดระบาย.jpg", "size": 1, "type": "image/jpeg"})
    signature = _frame("sign", "signature", "ลายเซ็นผู้แทนโรงงาน", "Signature of the factory")
    signature.input.pad.show([[(0.2, 0.3), (0.3, 0.7), (0.4, 0.3), (0.5, 0.6), (0.7, 0.4)]])
    grid = FieldGrid()
    for frame in (place, photo, signature):
        grid.add_widget(frame)
    page.column.add_widget(grid)
    screen.set_body(page)
    return screen


def above() -> Any:
    """A dialog, a snackbar, and an empty page behind."""
    from mobile.ui.navigation import Navigation
    from mobile.ui.screen import Screen
    from mobile.ui.widgets.dialog import Dialog, Snackbar
    from mobile.ui.widgets.messages import EmptyState

    root = Navigation()
    screen = Screen("home.title")
    screen.set_body(EmptyState("tablet", "home.empty_title", "home.empty", "home.language"))
    root.register("empty", lambda: screen)
    root.open("empty")
    root.show_above(Dialog(title_key="home.empty_title", text=_said(LONG_TH, LONG_EN)))
    root.size = (800, 800)
    root.say(Snackbar(text=_said("ลบแล้ว", "Deleted"), action_key="dialog.close"), 60)
    return root


def empty() -> Any:
    """An empty page alone."""
    root = above()
    root.back()
    return root


PAGES: dict[str, Callable[[], Any]] = {
    **gallery_inputs.PAGES,
    "buttons": buttons,
    "records": records,
    "fields": fields,
    "choices": choices,
    "files": files,
    "above": above,
    "empty": empty,
}


def main() -> None:
    """Show the pages, or write a picture of each (and of each further screenful)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shot", type=Path, metavar="DIR")
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--language", default="th")
    parser.add_argument("--step", type=int, default=0)
    parser.add_argument("pages", nargs="*")
    asked = parser.parse_args()
    from mobile.ui.window import prepare

    width, _, height = asked.size.partition("x")
    prepare(int(width), int(height))
    from mobile.ui.look import look
    from mobile.ui.pictures import take_pages

    look.change(language=asked.language, text_step=asked.step, motion=False)
    name = f"{asked.size}-{asked.language}-{asked.step}"
    take_pages({key: PAGES[key] for key in asked.pages or PAGES}, asked.shot, name)


if __name__ == "__main__":
    main()
