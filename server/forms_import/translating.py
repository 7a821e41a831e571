"""A read source becomes a form document, with the codebooks and files that travel with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.forms_import.book import Book
from server.forms_import.choices import Lines, read_choices
from server.forms_import.companions import (
    STEM,
    codebook_of,
    files_of,
    media_named,
    table_of,
    tables_named,
)
from server.forms_import.rows import SurveyReader
from server.forms_import.selects import SelectReader
from server.forms_import.settings import head_of, title_names
from server.forms_import.sheets import Defects
from shared.canonical import JsonValue


@dataclass
class Translation:
    """The document, the line of each of its paths, and what comes with it."""

    document: dict[str, JsonValue] = field(default_factory=dict)
    lines: Lines = field(default_factory=dict)
    codebooks: list[JsonValue] = field(default_factory=list)
    media: dict[str, bytes] = field(default_factory=dict)


def translate(
    book: Book,
    file_stem: str,
    companions: Mapping[str, bytes],
    known: Collection[str],
    defects: Defects,
) -> Translation:
    """The form document of a book whose columns are known. `known` are the codebooks that the
    office has anyhow."""
    found = Translation()
    found.lines[""] = ("settings", book.settings.line)
    head = head_of(book, file_stem, defects)
    lists = read_choices(book, found.lines, defects)
    survey = SurveyReader(book, lists, found.lines, defects)
    title = head["title"]
    sections = survey.sections(title if isinstance(title, dict) else {})
    found.document = {**head, "sections": sections, "choices": dict(lists)}
    _titles(book, sections, defects)
    _tables(found, survey.questions.selects, companions, known, defects)
    files, found.media = files_of(media_named(found.document), companions, defects)
    if files:
        found.document["files"] = dict(files)
    if survey.audit is not None:
        found.document["audit"] = survey.audit
    _entities(book, survey.questions.saved_to, found.document, defects)
    _drop_unused(found, survey.questions.selects)
    _tell_unused(companions, found, defects)
    return found


def _titles(book: Book, sections: list[JsonValue], defects: Defects) -> None:
    """`instance_name`: the questions it names are a record's title, unless the author says so."""
    names = title_names(book, defects)
    if not names or any("shown_as" in row.cells for row in book.rows.get("survey", [])):
        return
    pending: list[Any] = list(sections)
    while pending:
        node = pending.pop()
        if node.get("kind") == "question":
            if node["name"] in names and node["type"] not in ("calculate", "note"):
                node["shown_as"] = "title"
        elif node.get("kind") == "group":
            pending += node["children"]


def _tables(
    found: Translation,
    questions: SelectReader,
    companions: Mapping[str, bytes],
    known: Collection[str],
    defects: Defects,
) -> None:
    """Every table that the form needs becomes a codebook of its own name."""
    form_id = str(found.document["form"])
    lists = found.document["choices"]
    named = tables_named(found.document) - set(lists if isinstance(lists, dict) else {})
    needed = {**dict.fromkeys(sorted(named), 0), **questions.files}
    first_value: dict[str, str] = {}
    for node, stem, value, line in questions.from_tables:
        if first_value.setdefault(stem, value) != value:
            other, ending = f"{stem}.{value}", questions.endings.get(stem, "")
            _select_table(found, companions, (form_id, stem, other, ending), node, defects)
        node["refers_to"] = f"codebook {form_id}.{stem}"
        if first_value[stem] != value:
            node["refers_to"] = f"codebook {form_id}.{stem}.{value}"
        needed.setdefault(stem, line)
    for stem, line in needed.items():
        if STEM.fullmatch(stem) is None:
            defects.error(
                "survey",
                line,
                "type",
                "sheet.file_name",
                f"ชื่อไฟล์ {stem[:60]!r} ใช้ได้แต่ตัวอักษร ตัวเลข _ . -",
                f"the file name {stem[:60]!r}: letters, digits, _ . and - only",
            )
            continue
        node = next((one for one, name, _, _ in questions.from_tables if name == stem), {})
        ending = questions.endings.get(stem, "")
        given = _select_table(found, companions, (form_id, stem, stem, ending), node, defects)
        if not given and (line or stem not in {*known, *_targets(found.document)}):
            defects.warning(
                "survey",
                line,
                "type",
                "form.file_missing",
                f"ไม่ได้ให้ไฟล์ {stem}.csv มาด้วย อัปโหลดคู่กับแบบฟอร์ม หรือเป็นชุดข้อมูล {form_id}.{stem}",
                f"{stem}.csv was not given beside the form: upload it with the form, or as the "
                f"codebook {form_id}.{stem}",
            )


def _targets(document: JsonValue) -> set[str]:
    """The registers and codebooks that references of the form point at."""
    found: set[str] = set()
    pending: list[Any] = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            found.update(
                str(node[key]).partition(" ")[2]
                for key in ("refers_to", "rows_from")
                if key in node
            )
            pending += node.values()
    return found


def _select_table(
    found: Translation,
    companions: Mapping[str, bytes],
    names: tuple[str, str, str, str],
    node: Mapping[str, Any],
    defects: Defects,
) -> bool:
    """Adds the codebook of one table; False when the table was not given."""
    form_id, stem, book, ending = names
    table = table_of(companions, stem, ending, defects)
    if table is None:
        return False
    parameters = node.get("parameters", {})
    value, label = parameters.get("value", ""), parameters.get("label", "label")
    name = f"{form_id}.{book}"
    if any(isinstance(one, dict) and one["codebook"] == name for one in found.codebooks):
        return True
    several = node.get("type") == "references"
    document = codebook_of(name, table, value, label, defects, several=several)
    if document is not None:
        found.codebooks.append(document)
    return True


def _entities(
    book: Book,
    saved_to: dict[str, JsonValue],
    document: dict[str, JsonValue],
    defects: Defects,
) -> None:
    """Entities are read and kept; nothing is executed."""
    rows = book.rows.get("entities", [])
    if not rows and not saved_to:
        return
    document["entities"] = {
        "declared": [dict(row.cells) for row in rows],
        "save_to": dict(saved_to),
    }
    defects.warning(
        "entities" if rows else "survey",
        rows[0].line if rows else 0,
        "" if rows else book.header("survey", "save_to"),
        "form.entities",
        "entities ถูกเก็บไว้แต่ไม่ทำงาน ใช้แบบฟอร์มทะเบียน (workflow register) และ refers_to แทน",
        "entities are kept and do nothing here; use a register (workflow register) and refers_to",
    )


def _drop_unused(found: Translation, questions: SelectReader) -> None:
    """Lists that only a search() named: their rows are the names of columns, not choices."""
    lists = found.document["choices"]
    if not isinstance(lists, dict):
        return
    for name in questions.searched - questions.chosen:
        lists.pop(name, None)


def _tell_unused(
    companions: Mapping[str, bytes],
    found: Translation,
    defects: Defects,
) -> None:
    """Files that were given and that nothing in the form names."""
    used = {name.casefold() for name in found.media}
    for book in found.codebooks:
        if isinstance(book, dict):
            used.add(str(book["source"]).casefold())
    unused = [name for name in companions if name.casefold() not in used]
    for name in sorted(unused)[:20]:
        defects.warning(
            name,
            0,
            "",
            "form.file_unused",
            "แบบฟอร์มไม่ได้ใช้ไฟล์นี้",
            "the form does not use this file",
        )
