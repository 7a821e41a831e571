"""A tablet with believable Thai records: the catalog's forms, long names, every state a list shows.

Used to look at screens, and by tests of screens over real presenters. A few records are real
states that came by a page of the feed; `more` further lines are written straight into the list.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from mobile.services.worker import Post
from mobile.store import changes
from mobile.store.people import Person
from shared.canonical import JsonValue
from shared.records.state import Comment, Sibling, WorkflowState
from shared.records.workflow import Role, Status
from shared.thai.finding import list_keys
from sync.messages import ChangeResult, Outcome
from tests.support.forms import compiled
from tests.support.tablets import (
    AREA,
    MALEE,
    SOMCHAI,
    START_MS,
    Desk,
    a_dot_id,
    at_once,
    dot,
    json_reply,
    state_of,
)

LONG = "บริษัท ปู่เปี๊ยกเคมีภัณฑ์และบรรจุภัณฑ์พลาสติกแห่งประเทศไทย จำกัด (มหาชน)"
NAMES = (LONG, "โรงงานน้ำแข็งบ้านค้ำคูณ", "บริษัท ทองสุขอาหารทะเล จำกัด", "หจก. ศรีญาณเคมี")
AREAS = {
    AREA: ("20-1", "มาบตาพุดและบริเวณใกล้เคียง", "Map Ta Phut and surroundings"),
    "area:21-2": ("21-2", "บ้านค่ายและนิคมอุตสาหกรรมเหมราชตะวันออก", "Ban Khai"),
    "area:24-1": ("24-1", "บางปะกง", "Bang Pakong"),
}
PEOPLE = (
    ("somchai", SOMCHAI, "สมชาย ใจดีมีสุขศรีสวัสดิ์วงศ์ไพบูลย์"),
    ("malee", MALEE, "มาลี แซ่ตั้ง"),
    ("wanna", "01920000-0000-7000-8000-0000000000a3", "วรรณา ญาณกิตติ์"),
)
PIN = "123456"


def record_id(number: int) -> str:
    """An id for the records seeded here."""
    return f"01920000-0000-7000-a000-{number:012x}"


def bare_desk(home: Path, post: Post = at_once) -> Desk:
    """A tablet that is enrolled, knows its people, and has received nothing else."""
    desk = Desk(home, post=post)
    desk.start()
    desk.enrol(scopes=("programme", *AREAS))
    before = desk.line.answer
    for login, person, name in PEOPLE:
        answer = {
            "person": person,
            "name": name,
            "role": "officer",
            "areas": list(AREAS),
            "language": "th",
        }
        desk.line.answer = lambda _, answer=answer: json_reply(200, answer)
        desk.app.people.sign_in(login, PIN)
    desk.line.answer = before
    return desk


def seeded_desk(home: Path, more: int = 0, post: Post = at_once) -> Desk:
    """A tablet in the middle of its work, with `more` further lines in its list; with less than 0
    it has received nothing at all."""
    desk = bare_desk(home, post)
    if more >= 0:
        desk.publish(
            *(
                cast(dict[str, Any], compiled(name).document)
                for name in ("factory", "insp", "event")
            )
        )
        _receive(desk)
        _work(desk)
        write_lines(desk, more)
    login, person, name = PEOPLE[0]
    desk.app.person = Person(login, person, name, Role.OFFICER, tuple(AREAS), "th")
    return desk


def _receive(desk: Desk) -> None:
    for number, (code, thai, english) in enumerate(AREAS.values()):
        fields: dict[str, JsonValue] = {"code": code, "name_th": thai, "name_en": english}
        desk.receives(
            "programme",
            state_of("area", fields, record=record_id(900 + number), scope="programme"),
        )
    states = [
        state_of(
            "factory",
            {"identity/fac_name": name, "identity/reg14": f"1020000{number}25{number}6"},
            record=record_id(number),
        )
        for number, name in enumerate(NAMES)
    ]
    flows = (
        WorkflowState(
            Status.RETURNED,
            dot(a_dot_id(50)),
            "ค่า pH จุดระบายสุดท้ายไม่ตรงกับผลวิเคราะห์",
            (
                Comment("c1", record_id(10), "visit/visit_date", "วันที่ไม่ตรงกับรูปถ่าย"),
                Comment("c2", record_id(10), None, "แนบรูปบ่อพักน้ำทิ้งด้วย"),
            ),
        ),
        WorkflowState(Status.SUBMITTED, dot(a_dot_id(51))),
        WorkflowState(Status.APPROVED, dot(a_dot_id(52))),
        WorkflowState(),
    )
    for number, flow in enumerate(flows):
        fields = {
            "site/fac_name": NAMES[number],
            "visit/visit_date": f"2026-0{number + 2}-1{number}",
            "visit/visit_type": ["advisory"],
        }
        two: dict[str, Any] = {}
        if number == 1:
            two["site/fac_name"] = (
                Sibling(dot(a_dot_id(60)), NAMES[1]),
                Sibling(dot(a_dot_id(61), SOMCHAI), "โรงน้ำแข็งบ้านค้ำคูณ (สาขา 2)"),
            )
        states.append(
            state_of("insp", fields, record=record_id(10 + number), workflow=flow, siblings=two)
        )
    desk.receives(AREA, *states)


def _work(desk: Desk) -> None:
    """Two of Somchai's own: an event that is being typed, a visit handed in and not sent."""
    capture = desk.app.capture
    event = capture.begin_record("event", AREA, SOMCHAI)
    title = "รับฟังความคิดเห็นของประชาชนต่อแผนพัฒนาเมืองอุตสาหกรรมเชิงนิเวศ ครั้งที่ 3/2569"
    capture.answer(event, event.root, "core/title", title)
    capture.answer(event, event.root, "core/venue", "ศาลาประชาคมบ้านหนองแฟบ ตำบลมาบตาพุด")
    visit = capture.begin_record("insp", AREA, SOMCHAI)
    capture.answer(visit, visit.root, "site/fac_name", NAMES[2])
    capture.submit(visit)
    capture.close(visit)


def write_lines(desk: Desk, count: int) -> None:
    """`count` visits of other people, straight into the list."""
    statuses = ("submitted", "approved", "draft", "returned")
    with desk.app.database.writing() as connection:
        connection.executemany(
            "INSERT INTO listing (root, type, scope, title, subtitle, status, sort_key, "
            "search_key, occurred_on, mark, conflicts, comments, changed_at, author) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, ?, ?)",
            (
                (
                    record_id(100_000 + number),
                    "insp",
                    AREA,
                    title,
                    "ตรวจให้คำแนะนำ · มาบตาพุด",
                    statuses[number % 4],
                    *list_keys(title, "มาบตาพุด"),
                    f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
                    START_MS - number * 1_000,
                    MALEE,
                )
                for number in range(count)
                for title in (f"{NAMES[number % 4]} แห่งที่ {number + 1}",)
            ),
        )


def office_answers(desk: Desk, outcomes: tuple[Outcome, ...]) -> None:
    """Everything is sealed and the office answers: each change in turn has one of the outcomes."""
    desk.app.capture.seal_all()
    reader = desk.app.database.reader()
    standing = desk.app.replica.standing()
    lines = desk.app.replica.pending(standing.number, 100, 1 << 20)
    results = [
        ChangeResult(
            line.number,
            line.id,
            outcomes[place % len(outcomes)],
            None if outcomes[place % len(outcomes)] == Outcome.QUARANTINED else AREA,
            None if outcomes[place % len(outcomes)] == Outcome.QUARANTINED else 10_000 + place,
            "scope.not_held" if outcomes[place % len(outcomes)] == Outcome.QUARANTINED else None,
        )
        for place, line in enumerate(lines)
    ]
    chain = changes.chain_at(reader, standing.client, lines[-1].number)
    assert chain is not None
    desk.app.replica.acknowledge(lines[-1].number, chain, results)
