"""A new version of the inspection is tried on all open records of an office."""

from __future__ import annotations

import os
import re
import resource
import time
from pathlib import Path
from typing import Any

from sqlalchemy import select

from server.catalog import catalog_forms, codebook_document, codebook_names
from server.models import RecordRow
from server.services.keep_candidate import keep_candidate
from server.services.publish_codebook import publish_codebook
from server.services.publish_form import publish_form
from server.services.rehearse_form import ask_for_rehearsal, claim, rehearse
from shared.records.state import decode_own_state
from tests.bench.figures import Figure, compared
from tests.support.offices import TestOffice, TestTablet, open_office, settle_people

RECORDS, ROWS = 10_000, 2
PUSHED_AT_ONCE = 100
WITHDRAWN = "contact_tel"
BUDGET_MS = 10.0
LIMIT = "reading the same states and nothing else"


def measure(room: Path, quick: bool) -> list[Figure]:
    """Processor time a record, and the memory of the whole process."""
    count = 200 if quick else RECORDS
    world = open_office(room / "office", "", sync=os.fsync if quick else lambda _: None)
    settle_people(world)
    office, admin = world.office, world.people["admin"]
    for name in codebook_names():
        publish_codebook(office, admin, codebook_document(name))
    for name in ("factory", "insp"):
        publish_form(office, admin, catalog_forms()[name], name)
    fill(world.tablet("somchai"), count)
    kept = keep_candidate(office, admin, [("insp.md", newer(catalog_forms()["insp"]).encode())])
    assert isinstance(kept, str), kept
    ask_for_rehearsal(office, admin, kept)
    assert claim(office, kept)
    began = time.process_time()
    assert rehearse(office, kept)
    spent = time.process_time() - began
    began = time.process_time()
    read_all(world)
    limit = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 2**20
    world.close()
    scale = 1e3 / count
    name = f"one of {count:,} open inspections rehearsed, with {ROWS} rows"
    return [
        compared(name, "ms", [(spent * scale, limit * scale)], LIMIT, BUDGET_MS),
        Figure("the whole process meanwhile", "MiB", peak, 256.0, peak / 256.0, "256 MiB"),
    ]


def newer(source: str) -> str:
    """The next version, which no longer asks for a telephone number."""
    lines = [line for line in source.splitlines() if f"| {WITHDRAWN} " not in line]
    return re.sub(r"(\| insp \|[^\n]*\| )1( \|)", r"\g<1>2\2", "\n".join(lines))


def fill(tablet: TestTablet, count: int) -> None:
    """Drafts with a good part of the form answered."""
    facts = {"identity/fac_name": "โรงงาน", "state/opstat": "run"}
    factory = tablet.creates(facts, kind="factory")
    for number in range(count):
        record = tablet.creates(answers(number, factory))
        for name, value in (("BOD", "34.5"), ("pH", "7.8"))[:ROWS]:
            sample = {"ws_param": name, "ws_result": {"ws_val": value, "ws_qual": "valid"}}
            tablet.creates(sample, kind="insp/ww_samples", parent=record)
        if number % PUSHED_AT_ONCE == PUSHED_AT_ONCE - 1:
            tablet.push()
    tablet.push()


def answers(number: int, factory: str) -> dict[str, Any]:
    """The answers of one draft."""
    return {
        "visit/visit_type": "followup",
        "visit/visit_date": "2026-09-01",
        "visit/times": {"t_in": "09:30", "t_out": "11:45"},
        "place/geo": {"lat": "13.3611", "lon": "100.9847", "accuracy": "6"},
        "site/factory": factory,
        "site/fac_name": f"โรงงาน {number}",
        "site/reg14": "10250000825470",
        "site/operator": "นายประเสริฐ",
        "site/fclass": "3",
        "site/opstat": "run",
        "site/contact_name": "คุณสมศักดิ์",
        "site/contact_tel": "081 234 5678",
        "site/activity": "ผลิตอาหาร",
        "resources/water_use": "1250.5",
        "wastewater/ww_to": "water",
    }


def read_all(world: TestOffice) -> None:
    """The floor: every state of the form's records, decoded."""
    wanted = select(RecordRow.state).where(RecordRow.form == "insp")
    with world.office.database.reading() as session:
        for state in session.scalars(wanted.execution_options(yield_per=500)):
            decode_own_state(state)
