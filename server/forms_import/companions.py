"""What is given beside a form: tables become codebooks that travel with it, media become files.

A table `fruits.csv` (or `.geojson`) of the form `market` is the codebook `market.fruits`; the form
may call it `fruits`. A medium is named by its hash in the document's `files`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from server.forms_import.comma import read_text, table_rows
from server.forms_import.parts import Unreadable, walk_xml
from server.forms_import.sheets import Defects
from shared.canonical import JsonValue, canonical_bytes, sha256_hex
from shared.limits import CODEBOOK_BYTES_MAX

ROWS_MAX: Final = 100_000
GEOJSON_BYTES_MAX: Final = 8 * 1024 * 1024
COLUMNS_MAX: Final = 200
RESERVED: Final = frozenset({"key", "th", "en"})
STEM: Final = re.compile(r"[\w.-]{1,60}")
NAMED: Final = re.compile(r"\b(?:pulldata|instance)\s*\(\s*(?:'([^']{1,100})'|\"([^\"]{1,100})\")")
MEDIA_TYPES: Final = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "webm": "video/webm",
}


def tables_named(document: JsonValue) -> set[str]:
    """The tables that a form's expressions look into by name."""
    found: set[str] = set()
    pending: list[Any] = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            pending += node.values()
        elif isinstance(node, list):
            pending += node
        elif isinstance(node, str) and "(" in node:
            found.update(first or second for first, second in NAMED.findall(node))
    return {name.removesuffix(".csv") for name in found}


def table_of(
    companions: Mapping[str, bytes], stem: str, first: str, defects: Defects
) -> tuple[str, list[dict[str, str]], list[int]] | None:
    """The rows of the table with a name, and their lines; None when it was not given. Of two files
    of one name that with the ending `first` is meant."""
    by_name = {name.casefold(): name for name in companions}
    for suffix in dict.fromkeys((first or ".csv", ".csv", ".geojson", ".xml")):
        name = by_name.get(f"{stem}{suffix}".casefold())
        if name is None:
            continue
        if suffix == ".csv":
            return (name, *_csv(companions[name], name, defects))
        if suffix == ".xml":
            return (name, *_xml(companions[name], name, defects))
        return (name, *_geojson(companions[name], name, defects))
    return None


def _csv(data: bytes, name: str, defects: Defects) -> tuple[list[dict[str, str]], list[int]]:
    text = read_text(data, name, defects)
    if text is None or "\x00" in text:
        return [], []
    rows = [row for row in table_rows(text, name, defects) if any(row[1])]
    if not rows:
        return [], []
    header = [" ".join(cell.split()) for cell in rows[0][1]]
    if len(header) > COLUMNS_MAX or len(rows) > ROWS_MAX + 1:
        _too_large(name, defects)
        return [], []
    found = [
        {column: cell.strip() for column, cell in zip(header, cells, strict=False) if column}
        for _, cells in rows[1:]
    ]
    return found, [line for line, _ in rows[1:]]


def _too_large(name: str, defects: Defects) -> None:
    defects.error(
        name,
        0,
        "",
        "sheet.too_large",
        f"ตารางนี้ยาวเกิน {ROWS_MAX} แถวหรือกว้างเกิน {COLUMNS_MAX} คอลัมน์",
        f"this table has more than {ROWS_MAX} rows or {COLUMNS_MAX} columns",
    )


def _geojson(data: bytes, name: str, defects: Defects) -> tuple[list[dict[str, str]], list[int]]:
    """The features of a GeoJSON file: id, title, geometry as ODK writes it, and properties."""
    features: object = None
    if len(data) <= GEOJSON_BYTES_MAX:
        try:
            features = json.loads(data.decode("utf-8-sig")).get("features")
        except (ValueError, RecursionError, AttributeError):
            features = None
    if not isinstance(features, list) or len(features) > ROWS_MAX:
        defects.error(
            name,
            0,
            "",
            "sheet.unreadable",
            "ไฟล์ geojson ต้องเป็น FeatureCollection ใน UTF-8 ไม่เกิน 8 MB",
            "a geojson file is a FeatureCollection in UTF-8 of at most 8 MB",
        )
        return [], []
    rows: list[dict[str, str]] = []
    for feature in features:
        whole = feature if isinstance(feature, dict) else {}
        properties = whole.get("properties")
        row = {
            str(key)[:64]: _plain(value)
            for key, value in (properties.items() if isinstance(properties, dict) else ())
        }
        if isinstance(whole.get("id"), (str, int)):
            row["id"] = str(whole["id"])
        row["geometry"] = _geometry(whole.get("geometry"))
        rows.append(row)
    return rows, list(range(1, len(rows) + 1))


def _xml(data: bytes, name: str, defects: Defects) -> tuple[list[dict[str, str]], list[int]]:
    """The items of a table in XML: `<root><item><name>..</name><label>..</label></item></root>`."""
    rows: list[dict[str, str]] = []
    depth = 0
    words: list[str] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        words.clear()
        if depth == 2 and len(rows) <= ROWS_MAX:
            rows.append({})

    def end(element: str) -> None:
        nonlocal depth
        if depth == 3 and len(rows[-1]) < COLUMNS_MAX:
            rows[-1].setdefault(element[:64], "".join(words).strip())
        depth -= 1

    try:
        walk_xml(data, start, end, words.append)
    except Unreadable as why:
        defects.error(name, 0, "", why.code, why.th, why.en)
        return [], []
    if len(rows) > ROWS_MAX:
        _too_large(name, defects)
        return [], []
    return rows, list(range(1, len(rows) + 1))


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float)) else ""


def _geometry(node: object) -> str:
    """A point, line or area in ODK's writing: `lat lon 0 0;lat lon 0 0`."""
    whole = node if isinstance(node, dict) else {}
    kind, places = whole.get("type"), whole.get("coordinates")
    if kind == "Polygon" and isinstance(places, list) and places:
        places = places[0]
    listed = [places] if kind == "Point" else places
    points: list[str] = []
    for place in listed if isinstance(listed, list) else []:
        if (
            isinstance(place, list)
            and len(place) >= 2
            and all(
                isinstance(one, (int, float)) and not isinstance(one, bool) for one in place[:2]
            )
        ):
            points.append(f"{place[1]} {place[0]} 0 0")
    return ";".join(points)


def codebook_of(
    name: str,
    table: tuple[str, list[dict[str, str]], list[int]],
    value: str,
    label: str,
    defects: Defects,
    *,
    several: bool = False,
) -> JsonValue:
    """The codebook of a table. With `value` the column of that name is the key that answers keep;
    without, the column `name` if it tells the rows apart, else their number."""
    file, rows, _ = table
    columns = {column for row in rows for column in row}
    if value and rows and value not in columns:
        defects.error(
            file,
            1,
            value,
            "form.file_column",
            f"ไฟล์ {file} ไม่มีคอลัมน์ {value!r} (มี {', '.join(sorted(columns)[:20])})",
            f"{file} has no column {value!r} (it has {', '.join(sorted(columns)[:20])})",
        )
        return None
    for column in sorted(columns & RESERVED):
        if column in (value, label):
            continue
        defects.warning(
            file,
            1,
            column,
            "form.file_column",
            f"ชื่อคอลัมน์ {column!r} ใช้ไม่ได้ คอลัมน์นี้ไม่ถูกอ่าน เปลี่ยนชื่อ",
            f"the name {column!r} is taken, the column is not read; rename it",
        )
    keys = _keys(table, value, several, defects)
    items: list[JsonValue] = []
    for row, key in zip(rows, keys, strict=True):
        if not key:
            continue
        th = row.get(label) or row.get(f"{label}::ไทย (th)") or row.get("label") or key
        en = row.get(f"{label}::English (en)") or th
        cells = {column: cell for column, cell in row.items() if cell and column not in RESERVED}
        items.append({**cells, "key": key, "th": th, "en": en})
    content = canonical_bytes(items)
    if len(content) > CODEBOOK_BYTES_MAX:
        defects.error(
            file,
            0,
            "",
            "sheet.too_large",
            f"ตารางนี้ใหญ่เกิน {CODEBOOK_BYTES_MAX // 2**20} MiB ลบคอลัมน์ที่ไม่ใช้",
            f"this table has more than {CODEBOOK_BYTES_MAX // 2**20} MiB; remove unused columns",
        )
        return None
    return {
        "codebook": name,
        "version": sha256_hex(content)[:12],
        "title": {"th": file, "en": file},
        "source": file,
        "rows": items,
    }


def _keys(
    table: tuple[str, list[dict[str, str]], list[int]],
    value: str,
    several: bool,
    defects: Defects,
) -> list[str]:
    """The key of each row; "" for one that is left out, which is told. Where several are chosen
    their keys are kept with blanks between, and have none."""
    file, rows, lines = table
    wrong_key = re.compile(r"\s" if several else r"[\t\n\r\v\f]")
    if not value:
        names = [row.get("name", "") for row in rows]
        if all(names) and len(set(names)) == len(names):
            return names
        return [str(number) for number in range(1, len(rows) + 1)]
    keys: list[str] = []
    seen: set[str] = set()
    told = 0
    for row, line in zip(rows, lines, strict=True):
        key = row.get(value, "")
        wrong = not key or key in seen or len(key) > 200 or wrong_key.search(key) is not None
        if wrong and told < 5:
            told += 1
            note = defects.warning if not key or key in seen else defects.error
            note(
                file,
                line,
                value,
                "form.file_key",
                f"{value} {key[:40]!r} ว่าง ซ้ำ ยาวเกิน หรือมีช่องว่าง แถวนี้ไม่ถูกอ่าน",
                f"{value} {key[:40]!r} is empty, there before, too long or has blanks; "
                "the row is not read",
            )
        keys.append("" if wrong else key)
        seen.add(key)
    return keys


def media_named(document: JsonValue) -> dict[str, None]:
    """The files that labels show or play."""
    found: dict[str, None] = {}
    pending: list[Any] = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            media = node.get("media")
            if isinstance(media, dict):
                for names in media.values():
                    found.update(dict.fromkeys(name for name in names.values() if name))
            pending += [value for key, value in node.items() if key != "media"]
    return found


def files_of(
    names: Iterable[str], companions: Mapping[str, bytes], defects: Defects
) -> tuple[dict[str, JsonValue], dict[str, bytes]]:
    """The document's `files`, and their bytes by name; missing ones are told."""
    files: dict[str, JsonValue] = {}
    media: dict[str, bytes] = {}
    missing: list[str] = []
    others: list[str] = []
    by_name = {name.casefold(): name for name in companions}
    for name in sorted(names):
        kind = MEDIA_TYPES.get(name.rpartition(".")[2].lower())
        given = by_name.get(name.casefold())
        if kind is None:
            others.append(name)
        elif given is None:
            missing.append(name)
        else:
            data = companions[given]
            files[name] = {"sha256": sha256_hex(data), "size": len(data), "type": kind}
            media[name] = data
    if others:
        shown, known = ", ".join(others[:8]), ", ".join(sorted(MEDIA_TYPES))
        defects.warning(
            "survey",
            0,
            "image",
            "form.unsupported",
            f"ไฟล์เหล่านี้ไม่รองรับ จึงไม่แสดง: {shown} ใช้ {known}",
            f"files of this kind are not supported and not shown: {shown}; use {known}",
        )
    if missing:
        shown = ", ".join(missing[:8])
        defects.warning(
            "survey",
            0,
            "image",
            "form.file_missing",
            f"ไม่ได้ให้ไฟล์เหล่านี้มาด้วย จึงไม่แสดง: {shown}",
            f"these files were not given beside the form and are not shown: {shown}",
        )
    return files, media
