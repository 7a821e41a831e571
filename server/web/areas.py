"""The areas: all with their hours, and the page of one with its gauge, events and inspections."""

from __future__ import annotations

from flask import Blueprint, url_for

from server.services.list_areas import Area, AreaHours, list_area_lines
from server.services.read_area_page import read_area_page
from server.web.desk import page, reading, scopes, words


def add_pages(pages: Blueprint) -> None:
    """The pages of this group."""
    pages.add_url_rule("/areas", "areas", areas)
    pages.add_url_rule("/areas/<code>", "area", area)


def areas() -> str:
    """Every area the person may see."""
    with reading() as session:
        lines = list_area_lines(session, scopes())
    reached = sum(line.hours.verified >= line.area.target_minutes for line in lines)
    points = [
        {
            "lat": line.area.centre[0],
            "lon": line.area.centre[1],
            "label": line.area.name(words().language),
            "open": url_for("pages.area", code=line.area.code),
        }
        for line in lines
        if line.area.centre is not None
    ]
    return page("areas.html", lines=lines, reached=reached, gauge=gauge, map_points=points)


def area(code: str) -> str:
    """One area."""
    with reading() as session:
        found = read_area_page(session, f"area:{code}"[:100], scopes())
    return page("area.html", found=found, gauge=gauge(found.area, found.hours))


def gauge(area_: Area, hours: AreaHours) -> dict[str, int]:
    """The bar of an area in parts of a thousand, and what is short, in minutes."""
    full = max(area_.target_minutes, hours.claimed, 1)
    return {
        "verified": round(1000 * hours.verified / full),
        "claimed": round(1000 * hours.claimed / full),
        "target": round(1000 * area_.target_minutes / full),
        "verified_minutes": hours.verified,
        "claimed_minutes": hours.claimed,
        "target_minutes": area_.target_minutes,
        "short": max(0, area_.target_minutes - hours.verified),
        "waiting": max(0, hours.claimed - hours.verified),
    }
