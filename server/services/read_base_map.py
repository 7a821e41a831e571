"""The provinces' outlines for the base map of the pages, as the bytes that are sent."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def read_base_map() -> bytes:
    """GeoJSON (Natural Earth, public domain) with each province's name in both languages."""
    return (files("shared.forms") / "codebooks" / "provinces.geojson").read_bytes()
