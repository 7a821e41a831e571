"""The tablets: what needs attention first, one tablet in full, codes, areas, taking rights away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from server.services.enrol_device import CODE_MS, make_enrolment_code
from server.services.import_bundle import Imported, import_bundle
from server.services.list_devices import DeviceLine, list_devices, list_open_codes
from server.services.look_at_device import (
    change_device_areas,
    list_handed_over,
    look_at_device,
)
from server.services.note_incident import settle_incident
from server.services.revoke_device import revoke_device
from server.web import formats
from server.web.desk import (
    act,
    administrators_only,
    areas_by_scope,
    go,
    office,
    page,
    reading,
    scopes,
    staff,
    text_of,
    words,
)
from server.web.formats import MS_PER_DAY, MS_PER_MINUTE
from shared.errors import BadInput, ConflictingState, InvalidInput, NotFound
from shared.limits import NAME_LENGTH_MAX
from shared.problem_sentences import sentence

QUIET_DAYS: Final = 7
UNSENT_DAYS_NOTED: Final = 3
DRIFT_MINUTES_NOTED: Final = 2
FREE_BYTES_NOTED: Final = 500 * 1024 * 1024
LABEL_LENGTH_MAX: Final = 100
FIRST: Final = "attention"


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/tablets", "tablets", tablets)
    pages.add_url_rule("/tablets/<device>", "tablet", tablet)
    pages.add_url_rule("/tablets/<device>/revoke", "confirm_revoke", confirm_revoke)
    pages.add_url_rule("/handed-over", "handed_over", handed_over)
    act(pages, "/tablets/code")(make_code)
    act(pages, "/tablets/<device>/revoke")(revoke)
    act(pages, "/tablets/<device>/areas")(change_areas)
    act(pages, "/incidents/<incident>/settle")(look_into)
    act(pages, "/tablets/import")(take_bundle)


def tablets() -> str:
    """The fleet."""
    return _fleet()


def _fleet(
    code: str = "",
    label: str = "",
    problem: str = "",
    bundle_problem: str = "",
    done: Imported | None = None,
) -> str:
    now = office().clock.now_ms()
    with reading() as session:
        lines = list_devices(session, scopes())
        codes = list_open_codes(session, now, CODE_MS) if staff().is_administrator else ()
    asked = request.args.get("sort", FIRST)
    sort = asked if asked in SORTS else FIRST
    return page(
        "tablets.html",
        lines=sorted(lines, key=lambda line: SORTS[sort](line, now)),
        sort=sort,
        codes=codes,
        code=code,
        label=label,
        problem=problem,
        bundle_problem=bundle_problem,
        done=done,
        drift=drift,
        attention=lambda line: attention(line, now),
        meaning=_meaning,
        size=formats.file_size,
        in_use=sum(line.revoked_at is None for line in lines),
    )


def _meaning(code: str) -> str:
    return sentence(code, words().language)


def attention(line: DeviceLine, now: int) -> list[str]:
    """Why somebody should look at this tablet; keys of words, the gravest first."""
    found: list[str] = []
    report = line.report
    if line.revoked_at is not None:
        return ["revoked"] if report is not None and report.unsent else []
    if line.incidents:
        found.append("incidents")
    if line.aside:
        found.append("aside")
    oldest = None if report is None or not report.unsent else report.oldest_at
    if oldest is not None and now - oldest > UNSENT_DAYS_NOTED * MS_PER_DAY:
        found.append("unsent")
    if now - (line.last_seen_at or line.enrolled_at) > QUIET_DAYS * MS_PER_DAY:
        found.append("quiet")
    free = None if report is None else report.free_bytes
    if free is not None and free < FREE_BYTES_NOTED:
        found.append("storage")
    if drift(line)[1]:
        found.append("drift")
    return found


def _by_attention(line: DeviceLine, now: int) -> tuple[Any, ...]:
    return (line.revoked_at is not None, -len(attention(line, now)), line.label, line.id)


def _unsent(line: DeviceLine, now: int) -> tuple[Any, ...]:
    report = line.report
    return (-(report.unsent if report is not None else 0), line.label, line.id)


def _room(line: DeviceLine, now: int) -> tuple[Any, ...]:
    free = line.report.free_bytes if line.report is not None else None
    return (free is None, free or 0, line.label, line.id)


SORTS: Final[dict[str, Callable[[DeviceLine, int], tuple[Any, ...]]]] = {
    FIRST: _by_attention,
    "label": lambda line, now: (line.label, line.id),
    "last": lambda line, now: (line.last_seen_at or line.enrolled_at, line.id),
    "unsent": _unsent,
    "clock": lambda line, now: (-abs(line.clock_offset_ms or 0), line.id),
    "storage": _room,
    "aside": lambda line, now: (-line.aside, line.id),
}


def drift(line: DeviceLine) -> tuple[str, bool]:
    """How far the tablet's clock is off, in words, and whether that is worth a mark."""
    t = words()
    if line.clock_offset_ms is None:
        return t("tablet.drift_unknown"), False
    minutes = abs(line.clock_offset_ms) // MS_PER_MINUTE
    if minutes < DRIFT_MINUTES_NOTED:
        return t("tablet.drift_none"), False
    slow = line.clock_offset_ms > 0
    if minutes >= 2 * MS_PER_DAY // MS_PER_MINUTE:
        days = minutes * MS_PER_MINUTE // MS_PER_DAY
        return t("tablet.drift_slow_days" if slow else "tablet.drift_fast_days", n=days), True
    return t("tablet.drift_slow" if slow else "tablet.drift_fast", n=minutes), True


def handed_over() -> str:
    """Unsent work on tablets that may not reach its record any more."""
    with reading() as session:
        lines = list_handed_over(session, list_devices(session, scopes()))
    return page("handed_over.html", lines=lines)


def tablet(device: str) -> str:
    """One tablet in full."""
    return _tablet(device)


def _tablet(device: str, problem: str = "") -> str:
    now = office().clock.now_ms()
    line = _device(device)
    with reading() as session:
        detail = look_at_device(session, line.id)
    return page(
        "tablet.html",
        line=line,
        detail=detail,
        problem=problem,
        attention=attention(line, now),
        drift=drift(line)[0],
        meaning=_meaning,
        size=formats.file_size,
    )


def change_areas(device: str) -> Response | str:
    """Which areas the tablet holds from now on."""
    administrators_only()
    line = _device(device)
    chosen = [scope for scope in request.form.getlist("area") if scope in areas_by_scope()]
    try:
        change_device_areas(office(), staff().id, line.id, chosen)
    except InvalidInput:
        return _tablet(device, words()("tablet.areas_one"))
    return go("tablet", said="areas_changed", device=line.id)


def look_into(incident: str) -> Response:
    """Somebody has looked into what happened."""
    administrators_only()
    settle_incident(office(), staff().id, incident[:NAME_LENGTH_MAX])
    device = request.form.get("device", "")
    if device:
        return go("tablet", said="incident_settled", device=_device(device).id)
    return go("tablets", said="incident_settled")


def make_code() -> Response | str:
    """A code for one tablet; this answer is the only place where it is ever shown."""
    administrators_only()
    label = text_of("label", LABEL_LENGTH_MAX)
    chosen = [scope for scope in request.form.getlist("area") if scope in areas_by_scope()]
    if not chosen or not label:
        key = "tablet.code_needs_area" if label else "tablet.code_needs_label"
        return _fleet(label=label, problem=words()(key))
    code = make_enrolment_code(office(), staff().id, label, chosen)
    return _fleet(code=code, label=label)


def take_bundle() -> Response | str:
    """A rescue file of a tablet comes in; what it brought is said at once."""
    administrators_only()
    given = request.files.get("bundle")
    if given is None or not given.filename:
        return _fleet(bundle_problem=words()("bundle.choose"))
    try:
        done = import_bundle(office(), staff().id, given.stream)
    except (BadInput, NotFound, ConflictingState) as refused:
        why = sentence(refused.code, words().language, **refused.facts)
        return make_response(
            _fleet(bundle_problem=words()("bundle.refused", why=why)), refused.http_status
        )
    return _fleet(done=done)


def _device(device: str) -> DeviceLine:
    with reading() as session:
        lines = list_devices(session, scopes())
    found = next((line for line in lines if line.id == device[:NAME_LENGTH_MAX]), None)
    if found is None:
        raise NotFound("there is no such tablet")
    return found


def confirm_revoke(device: str) -> str:
    """What revoking does, before it is done."""
    administrators_only()
    return page("revoke.html", line=_device(device))


def revoke(device: str) -> Response:
    """The tablet receives nothing more; what it still holds may come in."""
    administrators_only()
    found = _device(device)
    revoke_device(office(), staff().id, found.id)
    return go("tablets", said="revoked")
