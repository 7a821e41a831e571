"""The work of the exchange: inspections of forty answers and three findings, 2.1 KB of JSON each.

The same shape as in the comparison with other systems, so that the ratios can be read beside
theirs: Thai and English text, numbers as decimal text, dates, choices, one place.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

from mobile.services.tablet import Tablet
from shared.canonical import JsonValue
from tests.support.offices import AREA

FORM = "factory_visit"
SEED = 20261123
THAI = (
    "โรงงาน ตรวจสอบ ความปลอดภัย เครื่องจักร ระบบไฟฟ้า ถังดับเพลิง ทางหนีไฟ สารเคมี น้ำเสีย ฝุ่นละออง "
    "เสียงดัง อุณหภูมิ พนักงาน หมวกนิรภัย ถุงมือ ป้ายเตือน แก้ไขแล้ว รอดำเนินการ ชำรุด ปกติ"
).split()
ENGLISH = (
    "guard missing on press inspected by shift lead valve leaking slightly replace before next "
    "audit label faded exit blocked by pallets cleared during visit noise above limit at line"
).split()
TEXTS = "factory_id factory_name owner_name address province postcode phone industry inspector team"
NUMBERS = "employees shifts area_m2 power_kw temperature_c noise_db dust_mg_m3 ph score"
CHECKS = (
    "fire_exit extinguisher alarm sprinkler wiring grounding guarding lockout ppe_helmet "
    "ppe_gloves chemical_labels ventilation first_aid waste_water"
).split()


def questions() -> Iterator[tuple[str, str]]:
    """(type, name) of the forty questions in their order."""
    yield from (("text", name) for name in TEXTS.split())
    yield "date", "visit_date"
    yield from (("time", name) for name in ("started_at", "finished_at"))
    yield "geopoint", "location"
    yield from (("decimal", name) for name in NUMBERS.split())
    yield from (("select_one yna", f"chk_{name}") for name in CHECKS)
    yield "select_one risk", "risk"
    yield "text", "inspector_note"
    yield "date", "followup_date"


def form_source() -> str:
    """The form as XLSForm tables."""
    rows = ["| | begin_group | visit | การตรวจ | Visit | | |"]
    shown = {"factory_name": "title", "factory_id": "line", "visit_date": "date"}
    for kind, name in questions():
        role = shown.get(name, "")
        rows.append(f"| | {kind} | {name} | {name} | {name} | {role} | |")
    rows.append("| | begin_repeat | findings | ข้อตรวจพบ | Findings | | |")
    for kind, name in FINDING:
        role = "title" if name == "description" else ""
        rows.append(f"| | {kind} | {name} | {name} | {name} | {role} | |")
    rows += ["| | end_repeat | | | | | |", "| | end_group | | | | | |"]
    lists = [("yna", name) for name in ("yes", "no", "na")]
    lists += [("risk", name) for name in ("low", "medium", "high")]
    choices = [f"| | {name} | {value} | {value} | {value} |" for name, value in lists]
    labels = "label::ไทย (th) | label::English (en)"
    return "\n".join(
        [
            "| survey |",
            f"| | type | name | {labels} | shown_as | personal |",
            *rows,
            "",
            "| choices |",
            f"| | list_name | name | {labels} |",
            *choices,
            "",
            "| settings |",
            "| | form_id | version | form_title | form_title_en | workflow |",
            f"| | {FORM} | 1 | การตรวจโรงงาน | Factory visit | review |",
            "",
        ]
    )


FINDING = (("text", "code"), ("integer", "severity"), ("text", "description"), ("date", "due_date"))


def _words(random: Random, words: list[str], count: int) -> str:
    return " ".join(random.choice(words) for _ in range(count))


def _day(random: Random) -> str:
    return f"2026-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}"


def _decimal(random: Random, low: float, high: float, places: int) -> str:
    return f"{random.uniform(low, high):.{places}f}"


def inspection(number: int) -> tuple[dict[str, JsonValue], list[dict[str, JsonValue]]]:
    """The answers of one inspection by field key, and of its findings; the same every time."""
    random = Random(SEED * 1_000_003 + number)
    texts = (
        f"TH-{random.randint(10_000, 99_999)}",
        f"บริษัท {_words(random, THAI, 2)} จำกัด",
        f"คุณ{_words(random, THAI, 2)}",
        f"{random.randint(1, 999)}/{random.randint(1, 99)} {_words(random, THAI, 3)}",
        random.choice(("ชลบุรี", "ระยอง", "สมุทรปราการ", "ขอนแก่น")),
        str(random.randint(10_000, 96_999)),
        f"0{random.randint(800_000_000, 999_999_999)}",
        random.choice(("food", "textile", "electronics", "chemical")),
        f"inspector{random.randint(1, 40):02d}",
        random.choice("ABCDE"),
    )
    ranges = ((5, 2500, 0), (1, 3, 0), (100, 50_000, 1), (10, 5000, 2), (22, 45, 1), (50, 110, 1))
    ranges += ((0, 15, 3), (4, 10, 2), (0, 100, 0))
    named: dict[str, Any] = dict(zip(TEXTS.split(), texts, strict=True))
    named["visit_date"] = _day(random)
    named["started_at"] = f"{random.randint(8, 11):02d}:{random.randint(0, 59):02d}"
    named["finished_at"] = f"{random.randint(12, 17):02d}:{random.randint(0, 59):02d}"
    named["location"] = {
        "lat": _decimal(random, 6, 20, 6),
        "lon": _decimal(random, 98, 105, 6),
        "accuracy": _decimal(random, 2, 12, 1),
    }
    for name, (low, high, places) in zip(NUMBERS.split(), ranges, strict=True):
        named[name] = _decimal(random, low, high, places)
    named |= {f"chk_{name}": random.choice(("yes", "no", "na")) for name in CHECKS}
    named["risk"] = random.choice(("low", "medium", "high"))
    named["inspector_note"] = f"{_words(random, THAI, 9)} {_words(random, ENGLISH, 14)}"
    named["followup_date"] = _day(random)
    findings: list[dict[str, JsonValue]] = [
        {
            "code": f"F{random.randint(100, 999)}",
            "severity": random.randint(1, 5),
            "description": f"{_words(random, THAI, 4)} {_words(random, ENGLISH, 6)}",
            "due_date": _day(random),
        }
        for _ in range(3)
    ]
    return {f"visit/{name}": value for name, value in named.items()}, findings


def plain(number: int) -> dict[str, JsonValue]:
    """The same inspection as the floor sends it: one flat object."""
    fields, findings = inspection(number)
    flat = {name.rpartition("/")[2]: value for name, value in fields.items()}
    drawn = UUID(int=Random(number).getrandbits(128), version=4)
    return {"id": str(drawn), **flat, "findings": list(findings)}


def fill_in(tablet: Tablet, count: int, first: int = 0) -> list[str]:
    """Fill in and seal that many inspections, as a person would, but in one transaction; their
    ids."""
    roots: list[str] = []
    with tablet.database.writing():
        for number in range(first, first + count):
            fields, findings = inspection(number)
            opened = tablet.capture.begin_record(FORM, AREA, tablet.author())
            tablet.capture.answer_all(opened, opened.root, fields)
            for finding in findings:
                kind = f"{FORM}/findings"
                tablet.capture.add_row(opened, opened.root, kind, finding)
            tablet.capture.close(opened)
            roots.append(opened.root)
    return roots
