"""A tablet with the product's own forms and codebooks and a few believable records, in Thai."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from mobile.presenters.form_entry import FormPresenter
from server.catalog import codebook_document, codebook_names
from shared.canonical import JsonValue, canonical_bytes, sha256_hex
from shared.records.state import Comment, Sibling, WorkflowState
from shared.records.workflow import Status
from tests.support.forms import compiled
from tests.support.tablets import AREA, MALEE, SOMCHAI, Desk, a_dot_id, dot, state_of

FACTORY = "01920000-0000-7000-8000-00000000fac1"
RETURNED = "01920000-0000-7000-8000-00000000e701"
FINDING = "01920000-0000-7000-8000-00000000e7f1"
DISPUTED = "01920000-0000-7000-8000-00000000c0f1"
EVENT = "01920000-0000-7000-8000-00000000eee1"
LONG_NAME = "บริษัท ปู่เปี๊ยกเคมีภัณฑ์และบรรจุภัณฑ์พลาสติกเพื่อสิ่งแวดล้อมแห่งประเทศไทย จำกัด (มหาชน)"


def publish_catalog(desk: Desk) -> None:
    """The forms of the catalog and their codebooks arrive."""
    for number, name in enumerate(codebook_names()):
        document = codebook_document(name)
        data = canonical_bytes(document)
        fields: dict[str, JsonValue] = {
            "name": name,
            "version": "2568-1",
            "document": sha256_hex(data),
            "size": len(data),
        }
        record = f"01920000-0000-7000-8000-{0xC000 + number:012x}"
        desk.receives("programme", state_of("codebook", fields, record=record, scope="programme"))
        desk.app.replica.shelf.keep(data)
    desk.publish(
        *(cast(dict[str, Any], compiled(n).document) for n in ("factory", "insp", "event"))
    )


def people(desk: Desk) -> None:
    """Names of those who work with the records."""
    for who, name in ((MALEE, "มาลี ศรีสุวรรณวัฒนา"), (SOMCHAI, "สมชาย ใจดี")):
        fields: dict[str, JsonValue] = {
            "name": name,
            "role": "officer",
            "areas": [AREA],
            "active": True,
        }
        desk.receives("programme", state_of("person", fields, record=who, scope="programme"))


def a_factory(desk: Desk) -> None:
    """A register entry with a long name."""
    fields: dict[str, JsonValue] = {
        "identity/fac_name": LONG_NAME,
        "identity/reg_no": "จ3-53(5)-12/45 รย",
    }
    desk.receives(AREA, state_of("factory", fields, record=FACTORY))


def a_returned_visit(desk: Desk) -> None:
    """A visit that the office sent back with two comments, one on a finding."""
    returned_by = dot(a_dot_id(77))
    flow = WorkflowState(
        Status.RETURNED,
        returned_by,
        message="ขอให้ตรวจสอบเวลาออกและเพิ่มรายละเอียดข้อบกพร่องข้อที่ 1 ให้ชัดเจนว่าพบที่จุดใดของโรงงาน",
        comments=(
            Comment("c1", RETURNED, "visit/times", "เวลาออกก่อนเวลาเข้า โปรดตรวจสอบกับสมุดบันทึกหน้าประตู"),
            Comment("c2", FINDING, "f_desc", "ระบุตำแหน่งที่พบและปริมาณโดยประมาณ"),
        ),
    )
    fields: dict[str, JsonValue] = {
        "visit/visit_type": "advisory",
        "visit/visit_date": "2026-09-20",
        "visit/times": {"t_in": "13:00", "t_out": "11:30"},
        "site/factory": FACTORY,
        "site/fac_name": LONG_NAME,
    }
    finding = state_of(
        "insp/findings",
        {"f_desc": "พบน้ำเสียไหลล้นจากบ่อพักลงรางระบายน้ำสาธารณะ", "f_sev": "3", "f_cat": "wastewater"},
        record=FINDING,
        parent=RETURNED,
        root=RETURNED,
        form="insp",
    )
    desk.receives(AREA, state_of("insp", fields, record=RETURNED, workflow=flow), finding)


def a_disputed_visit(desk: Desk) -> None:
    """A visit in which two people gave different values for two questions."""
    somchai = dot(a_dot_id(5), author=SOMCHAI)
    malee = dot(a_dot_id(6))
    siblings = {
        "closing/summary": (
            Sibling(somchai, "โรงงานปฏิบัติตามเงื่อนไขครบถ้วน ไม่พบข้อบกพร่อง"),
            Sibling(malee, "พบการระบายน้ำทิ้งเกินมาตรฐานหนึ่งจุด ให้แก้ไขภายใน 30 วัน และรายงานผลกลับ"),
        ),
        "visit/visit_date": (Sibling(somchai, "2026-09-20"), Sibling(malee, "2026-09-21")),
    }
    fields: dict[str, JsonValue] = {"site/fac_name": LONG_NAME, "site/factory": FACTORY}
    flow = WorkflowState(Status.DRAFT)
    desk.receives(AREA, state_of("insp", fields, record=DISPUTED, workflow=flow, siblings=siblings))


def an_event(desk: Desk, people_count: int = 120) -> None:
    """A hearing with a roster."""
    fields: dict[str, JsonValue] = {
        "core/title": "เวทีรับฟังความคิดเห็นประชาชนต่อแผนพัฒนาอุตสาหกรรมเชิงนิเวศ ครั้งที่ 3",
        "core/ev_type": ["hearing"],
        "core/date": "2026-09-20",
    }
    names = ("สมหญิง แซ่ตั้ง", "ปิยะวัฒน์ ศรีสุวรรณวัฒนานุกูลกิจ", "น้ำผึ้ง ค้ำคูณ", "เปี๊ยก ปู่ทอง")
    rows = []
    for number in range(people_count):
        first, _, last = names[number % 4].partition(" ")
        row: dict[str, JsonValue] = {
            "p_name": {
                "p_prefix": ("นาย", "นาง")[number % 2],
                "p_first": first,
                "p_last": f"{last}{number}",
            },
            "p_org": "วิสาหกิจชุมชนบ้านหนองน้ำใสใต้ หมู่ที่ 4 ตำบลมาบข่าพัฒนา",
            "p_stake": ("community", "factory", "lao")[number % 3],
            "p_signm": "staff",
            "p_sex": "f" if number % 3 else "m",
        }
        rows.append(
            state_of(
                "event/roster",
                row,
                record=f"01920000-0000-7000-8000-{0xA0000 + number:012x}",
                parent=EVENT,
                root=EVENT,
                form="event",
            )
        )
    flow = WorkflowState(Status.DRAFT)
    desk.receives(AREA, state_of("event", fields, record=EVENT, workflow=flow), *rows)


def filling_desk(home: Path) -> Desk:
    """All of it, with Somchai at work."""
    desk = Desk(home)
    desk.start()
    desk.enrol()
    publish_catalog(desk)
    people(desk)
    a_factory(desk)
    a_returned_visit(desk)
    a_disputed_visit(desk)
    an_event(desk)
    desk.sign_in()
    return desk


def form_on(desk: Desk, root: str) -> FormPresenter:
    """A record, opened."""
    return FormPresenter(desk.app).open(root)


def new_form(desk: Desk, form_id: str) -> FormPresenter:
    """A new record."""
    return FormPresenter(desk.app).begin(form_id, AREA)


def filling_navigation(desk: Desk) -> Any:
    """A navigation with the screens of filling, as `mobile.ui.wiring` registers them."""
    from mobile.presenters.conflict import ConflictPresenter
    from mobile.presenters.history import HistoryPresenter
    from mobile.presenters.returned import ReturnedPresenter
    from mobile.presenters.surroundings import Surroundings
    from mobile.ui.navigation import Navigation
    from mobile.ui.screen import Screen
    from mobile.ui.screens.conflict import ConflictScreen
    from mobile.ui.screens.form import FormScreen
    from mobile.ui.screens.history import HistoryScreen
    from mobile.ui.screens.returned import ReturnedScreen
    from mobile.ui.screens.rows import RowsScreen

    nav, tablet = Navigation(), desk.app
    see = Surroundings(tablet)
    screens = {
        "home": lambda: Screen("home.title", automation_id="home"),
        "form": lambda: FormScreen(nav.parameters["presenter"], nav, see),
        "rows": lambda: RowsScreen(nav.parameters["presenter"], nav),
        "conflict": lambda: ConflictScreen(ConflictPresenter(tablet, nav.parameters["root"]), nav),
        "history": lambda: HistoryScreen(HistoryPresenter(tablet, nav.parameters["root"]), nav),
        "returned": lambda: ReturnedScreen(ReturnedPresenter(tablet), nav),
    }
    for name, make in screens.items():
        nav.register(name, make)
    return nav
