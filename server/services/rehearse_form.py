"""A candidate is tried on every draft and open record that the office knows, before it counts.

Records fit, lose answers (kept aside, never removed), or are blocked. It is a reading in batches,
one query each; what it found is written beside the candidate, places and reasons only. It can be
stopped at any time and begins anew.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from server.models import FormCandidateRow, RehearsalFindingRow, RehearsalRow
from server.services.keep_candidate import attached_books, definition_of, find_candidate
from server.services.open_records import (
    OpenRecord,
    count_open_records,
    open_record_ids,
    read_open_records,
)
from server.store.bulk import insert_new, put
from server.store.office import Office
from shared.clocks import bangkok_date
from shared.errors import SurveyError
from shared.forms.answers import ReferenceLookup
from shared.forms.codebook import Codebook
from shared.forms.definition import FormDefinition, Text
from shared.forms.upgrading import Judging, Upgrade, upgrade
from shared.limits import REHEARSAL_FINDINGS_MAX, REHEARSED_RECORDS_MAX

BATCH: Final = 200
FEW: Final = 300
"""So many open records are rehearsed at once, while a person waits for the page."""
BEAT_LOST_MS: Final = 60_000
ANSWERS_NAMED_MAX: Final = 50
Kind = Literal["fits", "loses", "blocked"]
Pause = Callable[[float], bool]
"""Waits that many seconds; True when the work shall end."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What happens to one answer: where it is, what it is called, and why."""

    record: str
    type: str
    field: str
    kind: Kind
    label: tuple[str, str]
    why: tuple[str, str]


@dataclass(slots=True)
class Tally:
    """What was found so far. `questions` counts records by (type, field, kind)."""

    done: int = 0
    counts: dict[Kind, int] = field(default_factory=lambda: {"fits": 0, "loses": 0, "blocked": 0})
    questions: dict[tuple[str, str, str], tuple[Touched, int]] = field(default_factory=dict)
    listed: int = 0

    def add(self, kind: Kind, touched: list[Touched]) -> None:
        """One more record."""
        self.done += 1
        self.counts[kind] += 1
        named = {(one.type, one.field, one.kind): one for one in reversed(touched)}
        for place, one in named.items():
            first, count = self.questions.get(place, (one, 0))
            self.questions[place] = (first, count + 1)


def ask_for_rehearsal(office: Office, person: str, candidate: str) -> int:
    """Note that a candidate shall be rehearsed (anew); how many open records there are.

    Raises NotFound.
    """
    now_ms = office.clock.now_ms()
    with office.database.writing() as session:
        form_id = find_candidate(session, candidate).form_id
        total = count_open_records(session, form_id, REHEARSED_RECORDS_MAX)
        _clear(session, candidate)
        entry = {
            "candidate": candidate,
            "state": "waiting",
            "code": "",
            "total": total,
            "done": 0,
            "fits": 0,
            "loses": 0,
            "blocked": 0,
            "questions": "[]",
            "asked_at": now_ms,
            "asked_by": person,
            "beat_at": now_ms,
            "ended_at": None,
        }
        put(session, RehearsalRow, [entry], ("candidate",))
    return total


def _clear(session: Session, candidate: str) -> None:
    session.execute(
        delete(RehearsalFindingRow).where(RehearsalFindingRow.candidate == candidate),
        execution_options={"synchronize_session": False},
    )


def rehearse_now_if_few(office: Office, person: str, candidate: str) -> bool:
    """Rehearse at once when that takes no time; False: somebody in the background will."""
    if ask_for_rehearsal(office, person, candidate) > FEW:
        return False
    if claim(office, candidate):
        rehearse(office, candidate)
    return True


def waiting_rehearsals(office: Office) -> list[str]:
    """Candidates whose rehearsal waits, or whose worker has not told of itself for long."""
    lost = office.clock.now_ms() - BEAT_LOST_MS
    wanted = select(RehearsalRow.candidate).where(
        or_(
            RehearsalRow.state == "waiting",
            (RehearsalRow.state == "running") & (RehearsalRow.beat_at < lost),
        )
    )
    with office.database.reading() as session:
        return list(session.scalars(wanted.order_by(RehearsalRow.asked_at)))


def claim(office: Office, candidate: str) -> bool:
    """Take a rehearsal on: True for one worker only."""
    now_ms = office.clock.now_ms()
    free = or_(
        RehearsalRow.state == "waiting",
        (RehearsalRow.state == "running") & (RehearsalRow.beat_at < now_ms - BEAT_LOST_MS),
    )
    with office.database.writing() as session:
        row = session.scalar(
            select(RehearsalRow.candidate)
            .where(RehearsalRow.candidate == candidate, free)
            .with_for_update()
        )
        if row is None:
            return False
        _clear(session, candidate)
        _set(session, candidate, {"state": "running", "beat_at": now_ms, **_told(Tally())})
    return True


def rehearse(office: Office, candidate: str, pause: Pause = lambda _: False) -> bool:
    """Rehearse a candidate that was claimed; False when it was ended before its last record.

    After each batch it pauses as long as that took: requests come first.
    """
    with office.database.reading() as session:
        row = session.get(FormCandidateRow, candidate)
        asked = session.get(RehearsalRow, candidate)
        if row is None or asked is None:
            return True
        new = definition_of(row)
        ids = open_record_ids(session, row.form_id, REHEARSED_RECORDS_MAX)
        books = {**office.forms.codebooks(session), **attached_books(row)}
    tally = Tally()
    trial = Trial(new, bangkok_date(office.clock.now_ms()), books)
    for start in range(0, len(ids), BATCH):
        began = time.monotonic()
        findings = _batch(office, trial, ids[start : start + BATCH], tally)
        facts = {"total": len(ids), "beat_at": office.clock.now_ms(), **_told(tally)}
        if not _keep(office, candidate, asked.asked_at, facts, findings):
            return True
        if pause(time.monotonic() - began):
            _end(office, candidate, "waiting", "")
            return False
    _end(office, candidate, "done", "")
    return True


@dataclass(frozen=True, slots=True)
class Trial:
    """The new version, and what answers are judged by."""

    new: FormDefinition
    today: date
    codebooks: Mapping[str, Codebook]


def _batch(office: Office, trial: Trial, ids: list[str], tally: Tally) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = []
    with office.database.reading() as session:
        batch = read_open_records(session, ids)
        versions = sorted({one.version for one in batch.records})
        form_id = trial.new.form_id
        earlier = {v: office.forms.find(session, form_id, v) for v in versions}
    for one in batch.records:
        kind, touched = judge(earlier[one.version], trial, one, batch)
        tally.add(kind, touched)
        if kind != "fits" and tally.listed < REHEARSAL_FINDINGS_MAX:
            tally.listed += 1
            findings.append(
                {
                    "number": tally.listed,
                    "kind": kind,
                    "record": one.record,
                    "version": one.version,
                    "detail": _json([_plain(t) for t in touched[:ANSWERS_NAMED_MAX]]),
                }
            )
    return findings


def judge(
    old: FormDefinition | None, trial: Trial, one: OpenRecord, named: ReferenceLookup
) -> tuple[Kind, list[Touched]]:
    """What becomes of one record under the new version. `named` knows the records it names."""
    if old is None:
        return "blocked", [_unreadable(one, UNKNOWN_VERSION)]
    judging = Judging(trial.today, one.submitted, trial.codebooks, named)
    try:
        result = upgrade(old, trial.new, one.answers, judging=judging)
    except (SurveyError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError,
            RecursionError):  # fmt: skip
        # Evidence that no rule can be computed over does not stop the rehearsal of all others.
        return "blocked", [_unreadable(one, NOT_COMPUTED)]
    touched = list(_touched(old, trial.new, result))
    if result.blocked:
        return "blocked", touched
    return ("loses" if result.kept_aside else "fits"), touched


UNKNOWN_VERSION: Final = (
    "สำนักงานไม่มีแบบฟอร์มรุ่นที่บันทึกนี้ใช้ บันทึกจึงคงรุ่นเดิมไว้",
    "the office does not have the version that this record names, so it stays as it is",
)
NOT_COMPUTED: Final = (
    "คำนวณตามแบบฟอร์มกับคำตอบของบันทึกนี้ไม่ได้ ให้เปิดดูบันทึก",
    "the rules of the form cannot be computed over this record's answers: open it and look",
)


def _unreadable(one: OpenRecord, why: tuple[str, str]) -> Touched:
    return Touched(one.record, "", "", "blocked", ("", ""), why)


def _touched(old: FormDefinition, new: FormDefinition, result: Upgrade) -> Iterator[Touched]:
    for problem in result.blocked:
        kind, key = problem.record_type, problem.key
        label = new.label_of(kind, key) if key else Text()
        why = (problem.message.th, problem.message.en)
        yield Touched(problem.record_id, kind, key, "blocked", (label.th, label.en), why)
    for aside in result.kept_aside:
        kind, key = aside.record_type, aside.field
        label = old.label_of(kind, key)
        why = (aside.reason.th, aside.reason.en)
        yield Touched(aside.record_id, kind, key, "loses", (label.th, label.en), why)


def _plain(one: Touched) -> dict[str, Any]:
    return {
        "record": one.record,
        "type": one.type,
        "field": one.field,
        "kind": one.kind,
        "label": list(one.label),
        "why": list(one.why),
    }


def _told(tally: Tally) -> dict[str, Any]:
    found = sorted(tally.questions.values(), key=lambda pair: (pair[0].kind, -pair[1]))
    return {
        "done": tally.done,
        "fits": tally.counts["fits"],
        "loses": tally.counts["loses"],
        "blocked": tally.counts["blocked"],
        "questions": _json([{**_plain(first), "count": count} for first, count in found]),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _keep(
    office: Office,
    candidate: str,
    asked_at: int,
    facts: dict[str, Any],
    findings: list[dict[str, Any]],
) -> bool:
    """Write how far it came; False when the candidate is gone, or somebody asked anew."""
    with office.database.writing() as session:
        row = session.execute(
            select(RehearsalRow.state, RehearsalRow.asked_at).where(
                RehearsalRow.candidate == candidate
            )
        ).one_or_none()
        if row is None or tuple(row) != ("running", asked_at):
            return False
        _set(session, candidate, facts)
        rows = [{"candidate": candidate, **one} for one in findings]
        insert_new(session, RehearsalFindingRow, rows)
    return True


def _set(session: Session, candidate: str, facts: dict[str, Any]) -> None:
    session.execute(
        update(RehearsalRow).where(RehearsalRow.candidate == candidate).values(**facts),
        execution_options={"synchronize_session": False},
    )


def _end(office: Office, candidate: str, state: str, code: str) -> None:
    now_ms = office.clock.now_ms()
    ended = now_ms if state in ("done", "stopped") else None
    with office.database.writing() as session:
        row = session.scalar(select(RehearsalRow.state).where(RehearsalRow.candidate == candidate))
        if row == "running":
            facts = {"state": state, "code": code, "beat_at": now_ms, "ended_at": ended}
            _set(session, candidate, facts)


def stop_rehearsal(office: Office, candidate: str, code: str) -> None:
    """It cannot go on: say why."""
    _end(office, candidate, "stopped", code)
