"""A tablet's home with as many records as a list is to show, made without a network.

The lines are written as the store writes them (titles of factories in Thai, their keys for sorting
and searching), each with a received state behind it, so that the database is as large as a real
one.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

from mobile.bootstrap import open_tablet
from mobile.config import TabletConfig
from shared.records.state import encode_state
from shared.thai.finding import list_keys
from tests.bench.tablets import enrolled_home
from tests.support.tablets import AREA, MALEE, START_MS, state_of

KINDS = ("บริษัท", "โรงงาน", "ห้างหุ้นส่วนจำกัด", "สหกรณ์", "วิสาหกิจชุมชน")
NAMES = (
    "น้ำทิพย์ ปั้นดี เปี๊ยกเคมี ค้ำคูณ ศรีราชา แหลมฉบัง บางปะกง ชุบโลหะ สิ่งทอ อาหารทะเล น้ำแข็ง "
    "ยางพารา แป้งมัน กระดาษ ปุ๋ยอินทรีย์ รีไซเคิล ไม้แปรรูป เฟอร์นิเจอร์ เซรามิก พลาสติก"
).split()
STATUSES = ("draft", "submitted", "returned", "approved")
TEMPLATE = "01920000-0000-7000-8000-0000000f0000"
COLUMNS = (
    "root, type, scope, title, subtitle, status, sort_key, search_key, occurred_on, mark, "
    "conflicts, comments, changed_at, author"
)


def titles(count: int) -> list[str]:
    """Names of factories, the same every time; some only differ in their number."""
    random = Random(2569)
    return [
        f"{random.choice(KINDS)} {random.choice(NAMES)}{random.choice(NAMES)} {number}"
        for number in range(count)
    ]


def home_with(home: Path, count: int) -> Path:
    """An enrolled home that holds `count` factories."""
    enrolled_home(home)
    open_tablet(TabletConfig(home), lambda act: act()).close()
    connection = sqlite3.connect(home / "tablet.db", isolation_level=None)
    fields = {"identity/fac_name": NAMES[0] * 4, "identity/reg_no": "จ3-53(5)-12/45 รย"}
    template = encode_state(state_of("factory", fields, record=TEMPLATE))
    random = Random(7)
    connection.execute("BEGIN")
    lines, states = [], []
    for number, title in enumerate(titles(count)):
        root = f"01920000-0000-7000-8001-{number:012x}"
        second = f"จ3-{random.randint(1, 107)}-{number}/45 รย"
        order, key = list_keys(title, second)
        lines.append(
            (
                root,
                "factory",
                AREA,
                title,
                second,
                STATUSES[number % 4],
                order,
                key,
                "",
                "pending" if number % 50 == 0 else "",
                1 if number % 500 == 0 else 0,
                0,
                START_MS + number,
                MALEE,
            )
        )
        states.append((root, AREA, root, template.replace(TEMPLATE.encode(), root.encode())))
    connection.executemany(
        f"INSERT INTO listing ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", lines
    )
    connection.executemany(
        "INSERT INTO base (record, scope, revision, current, type, root, state) "
        "VALUES (?, ?, 1, 1, 'factory', ?, ?)",
        states,
    )
    connection.execute("COMMIT")
    connection.close()
    return home
