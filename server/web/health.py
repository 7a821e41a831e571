"""The health of the installation, for administrators: what is well, and what to do if not."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

from server.services.findings import Grade
from server.services.read_health import read_health
from server.web.desk import administrators_only, office, page, words
from server.web.formats import file_size

LOOKS: Final = {
    Grade.WRONG: ("bad", "alert_hard"),
    Grade.CARE: ("warn", "alert"),
    Grade.NOTE: ("info", "info"),
    Grade.WELL: ("good", "check_circle"),
}
"""How grave a finding is, as colour and picture; the gravest stand first."""
GIB: Final = 1024**3


def add_pages(pages: Blueprint) -> None:
    """The page of this group."""
    pages.add_url_rule("/health", "health_page", health_page)


def health_page() -> str:
    """Backups, journal, room, what waits, and each finding with what to do."""
    administrators_only()
    found = read_health(office())
    order = list(LOOKS)
    findings = sorted(found.examination.findings, key=lambda one: order.index(one.grade))
    grades = {one.grade for one in findings}
    return page(
        "health.html",
        health=found,
        findings=findings,
        verdict=next(grade for grade in LOOKS if grade in grades or grade is Grade.WELL),
        looks=LOOKS,
        tongue=words().language,
        size=file_size,
        gib=lambda count: f"{count / GIB:.1f}",
    )
