"""An office with believable work in it, for tests of pages: it all came by push or from staff.

`furnish` gives areas, people, forms and codebooks, a tablet's inspections and a joint event, two
tablets in conflict over a factory's telephone number, pictures, and one record sent back.
"""

from __future__ import annotations

import copy
import hashlib
import io
import random
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from server.app import Ports, create_app, office_of
from server.catalog import catalog_forms, codebook, codebook_document, codebook_names
from server.config import Config
from server.services.manage_areas import AreaEntry, put_areas
from server.services.publish_codebook import publish_codebook
from server.services.publish_form import publish_form
from shared.clocks import bangkok_date
from shared.ids import SeededIds
from shared.records.workflow import Role
from sync.changes import Operation, RecordEdit, Transition
from tests.support.databases import Databases
from tests.support.offices import SteppingClock, TestOffice, TestTablet

DAY_MS = 24 * 60 * 60_000


@dataclass
class Scene:
    """The office, its tablets, and the records that tests speak of."""

    world: TestOffice
    tablets: list[TestTablet] = field(default_factory=list)
    factory: str = ""
    inspection: str = ""
    event: str = ""
    returned: str = ""

    @property
    def today(self) -> str:
        """The day in Thailand, as data has it."""
        return bangkok_date(self.world.clock.now).isoformat()


def open_scene(folder: Path, database_url: str = "") -> Scene:
    """An office with pages, furnished."""
    scene = Scene(_open(folder, database_url, SteppingClock(), seed=7))
    furnish(scene)
    return scene


def _open(folder: Path, database_url: str, clock: SteppingClock, *, seed: int) -> TestOffice:
    source = random.Random(seed)
    config = Config(folder, database_url, testing=True, quick_passwords=True)
    app = create_app(config, Ports(clock, source.randbytes, SeededIds(clock.now_ms, source)))
    return TestOffice(app, office_of(app), clock, source)


class Scenes:
    """Furnishes an office once a run for a kind of database, and gives copies of it."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases = databases
        self._folder = folder / databases.kind
        self._first: Scene | None = None
        self._count = 0

    def new(self) -> Scene:
        """A copy as it was furnished, with tablets that go on from there."""
        url = self._databases.copy_of("scene", self._furnish)
        self._count += 1
        folder = self._folder.with_name(f"{self._folder.name}-{self._count}")
        shutil.copytree(self._folder, folder)
        first = self._first
        assert first is not None
        clock = SteppingClock(first.world.clock.now)
        world = _open(folder, url, clock, seed=100 + self._count)
        world.people = dict(first.world.people)
        tablets = []
        for tablet in first.tablets:
            mine = copy.copy(tablet)
            mine.world, mine.pending = world, []
            for name in ("states", "bodies", "cursors"):
                setattr(mine, name, dict(getattr(tablet, name)))
            tablets.append(mine)
        return replace(first, world=world, tablets=tablets)

    def _furnish(self, url: str) -> None:
        self._first = open_scene(self._folder, url)
        self._first.world.close()


def area_code(key: str) -> str:
    """The scope code of an area of the codebook: its province and a running number."""
    rows = list(codebook("areas").rows.values())
    mine = next(row for row in rows if row.key == key)
    same = [row.key for row in rows if row.cells["province"] == mine.cells["province"]]
    return f"{mine.cells['province']}-{same.index(key) + 1}"


def furnish(scene: Scene) -> None:
    """People, areas, forms, and the work of some days."""
    world = scene.world
    admin = world.person("admin", Role.ADMINISTRATOR)
    rows = codebook("areas").rows.values()
    put_areas(
        world.office,
        admin,
        [
            AreaEntry(
                area_code(row.key),
                row.label.th,
                row.label.en,
                row.cells["province"],
                (row.cells["lat"], row.cells["lon"]),
            )
            for row in rows
        ],
    )
    for name, source in catalog_forms().items():
        publish_form(world.office, admin, source, name)
    for name in codebook_names():
        publish_codebook(world.office, admin, codebook_document(name))
    _people(world)
    area, other = f"area:{area_code('chonburi')}", f"area:{area_code('khonkaen')}"
    scene.tablets = [
        world.tablet("somchai", areas=(area, other)),
        world.tablet("malee", areas=(area,)),
    ]
    _work(scene, area, other)


def _people(world: TestOffice) -> None:
    chonburi, khonkaen = f"area:{area_code('chonburi')}", f"area:{area_code('khonkaen')}"
    world.person("somchai", Role.OFFICER, chonburi, khonkaen)
    world.person("malee", Role.FACILITATOR, chonburi)
    world.person("review", Role.REVIEWER, chonburi)
    world.person("faraway", Role.REVIEWER, khonkaen)


FACTORIES = (
    "บริษัท ไทยชลบุรี ฟู้ดโปรดักส์ จำกัด",
    "บริษัท น้ำทิพย์สิ่งทอ จำกัด (มหาชน)",
    "โรงงานชุบโลหะ ศรีราชา",
    "ห้างหุ้นส่วนจำกัด แหลมฉบังรีไซเคิล",
)


def _work(scene: Scene, area: str, other: str) -> None:
    first, second = scene.tablets
    factories = [first.creates(_factory(name), kind="factory", scope=area) for name in FACTORIES]
    scene.factory = factories[0]
    first.creates(_factory("โรงงานน้ำตาลขอนแก่น"), kind="factory", scope=other)
    first.push()
    for tablet in scene.tablets:
        tablet.pull()
    first.sets(factories[0], {"contact/contact_tel": "038 111 222", "state/opstat": "run"})
    second.sets(factories[0], {"contact/contact_tel": "081 234 5678"})
    first.push()
    scene.world.clock.now += 20 * 60_000
    second.push()
    pictures = [_picture(scene, n) for n in range(3)]
    scene.inspection = inspect(scene, first, factories[0], FACTORIES[0], area, pictures)
    scene.returned = inspect(scene, first, factories[1], FACTORIES[1], area, [])
    inspect(scene, first, factories[2], FACTORIES[2], area, [], submitted=False)
    scene.event = hold_event(scene, second, area, people=24)
    for tablet in scene.tablets:
        tablet.pull()


def _factory(name: str) -> dict[str, Any]:
    return {
        "identity/fac_name": name,
        "state/opstat": "run",
        "contact/contact_name": "คุณสมศักดิ์ ใจดี",
        "contact/contact_tel": "038 000 111",
        "position/geo": {"lat": "13.3611", "lon": "100.9847"},
    }


def _picture(scene: Scene, number: int) -> dict[str, Any]:
    image = Image.new("RGB", (800, 600), (120 + 30 * number, 150, 140))
    draw = ImageDraw.Draw(image)
    draw.rectangle((100, 250, 700, 560), fill=(90, 80 + 20 * number, 70))
    draw.ellipse((550, 60, 680, 190), fill=(240, 220, 130))
    out = io.BytesIO()
    image.save(out, "JPEG")
    data = out.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    name = f"ภาพที่ {number + 1}.jpg"
    tablet = scene.tablets[0]
    reply = scene.world.http.put(
        f"/api/v1/blobs/{sha256}",
        data=data,
        headers={"Authorization": f"Bearer {tablet.token}", "Content-Type": "image/jpeg"},
    )
    assert reply.status_code in (200, 201), reply.data
    return {"sha256": sha256, "name": name, "size": len(data), "type": "image/jpeg"}


def inspect(
    scene: Scene,
    tablet: TestTablet,
    factory: str,
    name: str,
    area: str,
    pictures: list[dict[str, Any]],
    *,
    submitted: bool = True,
) -> str:
    """An inspection with samples over their limits, findings and pictures."""
    root = tablet.creates(
        {
            "visit/visit_type": "followup",
            "visit/visit_date": scene.today,
            "visit/times": {"t_in": "09:30", "t_out": "11:45"},
            "place/geo": {"lat": "13.3611", "lon": "100.9847", "accuracy": "6"},
            "site/factory": factory,
            "site/fac_name": name,
            "site/reg14": "10250000825470",
            "site/operator": "นายประเสริฐ ตั้งใจ",
            "site/fclass": "3",
            "site/opstat": "run",
            "site/contact_name": "คุณสมศักดิ์ ใจดี",
            "site/contact_pos": "ผู้จัดการฝ่ายสิ่งแวดล้อม",
            "site/contact_tel": "081 234 5678",
            "site/activity": "ผลิตอาหารสำเร็จรูปบรรจุกระป๋อง และแช่แข็งเพื่อการส่งออก",
            "resources/water_use": "1250.5",
            "wastewater/ww_to": "water",
        },
        scope=area,
    )
    tablet.creates(
        {"ins_name": "นายสมชาย รักงาน", "ins_pos": "วิศวกรชำนาญการ กรอ.", "ins_auth": "yes"},
        kind="insp/inspectors",
        parent=root,
    )
    for parameter, value in (("BOD", "34.5"), ("pH", "7.8"), ("TSS", "48")):
        tablet.creates(
            {"ws_param": parameter, "ws_result": {"ws_val": value, "ws_qual": "valid"}},
            kind="insp/ww_samples",
            parent=root,
        )
    finding = tablet.creates(
        {"f_desc": "น้ำทิ้งจากบ่อสุดท้ายมีค่าบีโอดีเกินมาตรฐาน ระบบเติมอากาศชำรุดสองตัวจากสี่ตัว"},
        kind="insp/findings",
        parent=root,
    )
    for picture in pictures[:1]:
        tablet.creates(
            {"f_photo": picture},
            kind="insp/findings/f_photos",
            parent=finding,
            blobs=(picture["sha256"],),
        )
    for picture in pictures[1:]:
        tablet.creates(
            {"ph_image": picture, "ph_cap": "บ่อบำบัดน้ำเสีย"},
            kind="insp/photos",
            parent=root,
            blobs=(picture["sha256"],),
        )
    tablet.push()
    if submitted:
        submit(tablet, root)
    return root


def submit(tablet: TestTablet, root: str) -> None:
    """The field hands a record in."""
    tablet.pull()
    state = tablet.states[root]
    step = Transition("submitted", "draft", "0" * 64)
    tablet.seal(
        RecordEdit(
            root,
            state.type,
            state.form,
            state.version,
            Operation.TRANSITION,
            base=state.revision,
            transition=step,
        )
    )
    tablet.push()


def hold_event(scene: Scene, tablet: TestTablet, area: str, *, people: int) -> str:
    """The joint event of golden vector 1: seminar 08.30-12.00 with a break, hearing 13.00-16.00."""
    root = tablet.creates(
        {
            "core/title": "สัมมนาและเวทีรับฟังความคิดเห็น ครั้งที่ 1 เทศบาลนครแหลมฉบัง",
            "core/ev_type": ["seminar", "hearing"],
            "core/date": scene.today,
            "core/venue": "ห้องประชุมเทศบาลนครแหลมฉบัง",
            "core/hours_held": {"t_start": "08:30", "t_end": "16:00"},
            "place/geo": {"lat": "13.0827", "lon": "100.9167"},
        },
        kind="event",
        scope=area,
    )
    agenda = (
        ("เปิดงานและบรรยายหลักการเมืองอุตสาหกรรมเชิงนิเวศ", "seminar", "no", "08:30", "10:30"),
        ("พักรับประทานอาหารว่าง", None, "yes", "10:30", "10:45"),
        ("กรณีศึกษาการใช้ประโยชน์ของเสีย", "seminar", "no", "10:45", "12:00"),
        ("เวทีรับฟังความคิดเห็น", "hearing", "no", "13:00", "16:00"),
    )
    for title, kind, pause, start, end in agenda:
        values: dict[str, Any] = {
            "ag_title": title,
            "ag_break": pause,
            "ag_times": {"ag_from": start, "ag_to": end},
        }
        if kind:
            values["ag_kind"] = kind
        tablet.creates(values, kind="event/agenda", parent=root)
    for number in range(people):
        tablet.creates(
            {
                "p_name": {
                    "p_prefix": "mr",
                    "p_first": f"สมหมาย{number + 1}",
                    "p_last": "ใจกว้าง",
                },
                "p_org": "ชุมชนบ้านแหลมฉบัง หมู่ 3",
                "p_tel": f"08{number % 10}234{number:03d}9",
                "p_sex": "m" if number % 2 else "f",
            },
            kind="event/roster",
            parent=root,
        )
    tablet.push()
    submit(tablet, root)
    return root
