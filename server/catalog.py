"""The programme's forms and codebooks that come with the product, read from their data files."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from shared.canonical import JsonValue, read_json
from shared.forms.codebook import Codebook, load_codebook
from shared.limits import CODEBOOK_BYTES_MAX

_FORMS = files("shared.forms") / "catalog"
_CODEBOOKS = files("shared.forms") / "codebooks"


def catalog_forms() -> dict[str, str]:
    """The XLSForm source of each form by its id, registers first."""
    sources = {
        entry.name.removesuffix(".md"): entry.read_text(encoding="utf-8")
        for entry in _FORMS.iterdir()
        if entry.name.endswith(".md")
    }
    return dict(sorted(sources.items(), key=lambda item: (item[0] != "factory", item[0])))


def codebook_names() -> list[str]:
    """The names of the codebooks that come with the product."""
    return sorted(
        entry.name.removesuffix(".json")
        for entry in _CODEBOOKS.iterdir()
        if entry.name.endswith(".json")
    )


def codebook_document(name: str) -> JsonValue:
    """A codebook as the JSON that tablets receive."""
    assert name in codebook_names(), f"there is no codebook {name}"
    data = (_CODEBOOKS / f"{name}.json").read_bytes()
    return read_json(data, bytes_max=CODEBOOK_BYTES_MAX)


@cache
def codebook(name: str) -> Codebook:
    """A codebook, ready to look up."""
    return load_codebook(codebook_document(name))


def province_polygons() -> dict[str, Any]:
    """The provinces' outlines as GeoJSON (Natural Earth, public domain), for the base map."""
    data = (_CODEBOOKS / "provinces.geojson").read_bytes()
    found = read_json(data, bytes_max=CODEBOOK_BYTES_MAX, floats=True)
    assert isinstance(found, dict)
    return found
