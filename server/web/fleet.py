"""The tablets: their health, new enrolment codes, and taking their rights away."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from server.services.enrol_device import CODE_MS, make_enrolment_code
from server.services.list_devices import DeviceLine, list_devices, list_open_codes
from server.services.revoke_device import revoke_device
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
from shared.errors import NotFound
from shared.limits import NAME_LENGTH_MAX
from shared.problem_sentences import sentence

QUIET_DAYS = 7
DRIFT_MINUTES_NOTED = 2
LABEL_LENGTH_MAX = 100


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/tablets", "tablets", tablets)
    pages.add_url_rule("/tablets/<device>/revoke", "confirm_revoke", confirm_revoke)
    act(pages, "/tablets/code")(make_code)
    act(pages, "/tablets/<device>/revoke")(revoke)


def tablets() -> str:
    """The fleet."""
    return _fleet()


def _fleet(code: str = "", label: str = "", problem: str = "") -> str:
    now = office().clock.now_ms()
    with reading() as session:
        lines = list_devices(session, scopes())
        codes = list_open_codes(session, now, CODE_MS) if staff().is_administrator else ()
    return page(
        "tablets.html",
        lines=lines,
        codes=codes,
        code=code,
        label=label,
        problem=problem,
        drift=_drift,
        meaning=lambda code: sentence(code, words().language),
        quiet=lambda line: _is_quiet(line, now),
        in_use=sum(line.revoked_at is None for line in lines),
    )


def _drift(line: DeviceLine) -> tuple[str, bool]:
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


def _is_quiet(line: DeviceLine, now: int) -> bool:
    last = line.last_seen_at or line.enrolled_at
    return line.revoked_at is None and now - last > QUIET_DAYS * MS_PER_DAY


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
