"""The documents name what exists: paths, links, commands of `make` and of the product."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.cli import _parser
from tests.support.tracked import PRODUCT, ROOT, short, tracked_files

AT_RUN_TIME = (".venv/", "var/", "build/")
"""What begins so is made on the machine and is in no clone."""

TOP_NAMES = frozenset(path.relative_to(ROOT).parts[0] for path in tracked_files())
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
MAKE = re.compile(r"\bmake ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)*)")
SERVER_COMMAND = re.compile(r"\bsamruat-server(?: --[a-z]+ \S+)* ([a-z]+)(?: ([a-z]+))?")
FILE_NAME = re.compile(r"[\w-]+\.(?:md|py|lock|toml|svg|png|sh|json|geojson|kv|css|js)")


def documents() -> list[Path]:
    """The documents a person reads: Markdown outside the forms' catalog and vendored code."""
    return [
        path
        for path in tracked_files()
        if path.suffix == ".md" and not {"catalog", "static", "vendor"} & set(path.parts)
    ]


def make_targets() -> frozenset[str]:
    """The targets of the Makefile."""
    text = (ROOT / "Makefile").read_text("utf-8")
    return frozenset(re.findall(r"^([a-z][a-z-]*):", text, re.MULTILINE))


def missing_paths(document: Path, text: str) -> list[str]:
    """Code spans and links of a document that look like a path here, and are none."""
    missing = []
    for span in SPAN.findall(FENCE.sub("", text)):
        if _looks_like_a_path(span) and not _exists(document, span):
            missing.append(span)
    for link in LINK.findall(text):
        target = link.partition("#")[0]
        if target and "://" not in link and not (document.parent / target).exists():
            missing.append(link)
    return missing


def _looks_like_a_path(span: str) -> bool:
    if re.search(r"[\s<>*{}$=?]|://|^/|^--|^__init__", span) or span.startswith(AT_RUN_TIME):
        return False
    return span.partition("/")[0] in TOP_NAMES or FILE_NAME.fullmatch(span) is not None


def _exists(document: Path, span: str) -> bool:
    name = re.sub(r"(::|:\d|#).*", "", span)
    return (ROOT / name).exists() or (document.parent / name).exists()


def _code(text: str) -> Iterator[str]:
    """The parts of a document that show code, one at a time."""
    for block in FENCE.findall(text):
        yield from block.splitlines()[1:-1]
    yield from SPAN.findall(FENCE.sub("", text))


def unknown_targets(text: str) -> list[str]:
    """What a document tells to `make` that the Makefile does not know."""
    known = make_targets()
    lines = (line.partition("#")[0] for line in _code(text))
    named = [name for line in lines for run in MAKE.findall(line) for name in run.split()]
    return [name for name in named if name not in known]


@pytest.mark.parametrize("document", documents(), ids=short)
def test_a_document_names_paths_that_exist(document: Path) -> None:
    missing = missing_paths(document, document.read_text("utf-8"))
    assert not missing, f"{short(document)} names what is not there: {missing}"


@pytest.mark.parametrize("document", documents(), ids=short)
def test_a_document_names_targets_that_make_has(document: Path) -> None:
    unknown = unknown_targets(document.read_text("utf-8"))
    assert not unknown, f"{short(document)} tells to make {unknown}; make help lists what there is"


def server_commands() -> dict[str, frozenset[str]]:
    """The commands of the server by name, each with its own commands (none for most)."""
    return {name: frozenset(_choices(parser)) for name, parser in _choices(_parser()).items()}


def _choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


def unknown_commands(text: str) -> list[str]:
    """What a document tells to the server that it does not know."""
    known = server_commands()
    named = [words for line in _code(text) for words in SERVER_COMMAND.findall(line)]
    return [
        f"{noun} {verb}".strip()
        for noun, verb in named
        if noun not in known or (known[noun] and verb and verb not in known[noun])
    ]


@pytest.mark.parametrize("document", documents(), ids=short)
def test_a_document_names_commands_that_the_server_has(document: Path) -> None:
    unknown = unknown_commands(document.read_text("utf-8"))
    assert not unknown, f"{short(document)}: samruat-server has no {unknown}"


def test_a_command_that_the_server_lacks_is_seen() -> None:
    text = "```sh\nsamruat-server --data x user add NAME\nsamruat-server user fly\n```\n"
    assert unknown_commands(text + "`samruat-server bake` `samruat-server serve`") == [
        "user fly",
        "bake",
    ]


def where_is_rows() -> list[list[str]]:
    """The cells of the README's table that says where things are."""
    text = (ROOT / "README.md").read_text("utf-8")
    section = re.split(r"^## ", text.partition("## Where is ...?\n")[2], flags=re.MULTILINE)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_readme_says_where_things_are_and_each_row_leads_there() -> None:
    rows = where_is_rows()
    assert len(rows) >= 10
    for row in rows:
        assert len(row) == 2, row
        places = SPAN.findall(row[1])
        assert places, f"this row leads nowhere: {row}"
        for place in places:
            assert (ROOT / place).exists(), f"{row[0]}: {place} is not there"


def test_the_readme_shows_where_each_package_is() -> None:
    places = {place for row in where_is_rows() for place in SPAN.findall(row[1])}
    assert {f"{package}/" for package in PRODUCT} <= places


def test_every_target_says_in_the_help_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    explained = set(re.findall(r"^([a-z][a-z-]*):[^=\n]*## \S", text, re.MULTILINE))
    assert explained == make_targets()


def test_every_decision_is_listed_under_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text("utf-8")
    records = sorted(folder.glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in records]
    assert len(set(numbers)) == len(numbers), "two decisions of one number"
    for path in records:
        assert path.read_text("utf-8").startswith(f"# {path.name[:4]} "), path.name
        assert f"]({path.name})" in listed, f"docs/decisions/README.md does not list {path.name}"


def test_the_table_of_presenters_names_what_their_modules_have() -> None:
    folder = ROOT / "mobile" / "presenters"
    text = (folder / "README.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if re.match(r"\| `\w+` \| `\w+\.py`", line)]
    assert len(rows) > 10
    whole = "\n".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    for row in rows:
        presenter, module, *names = SPAN.findall(row)
        assert f"class {presenter}" in (folder / module).read_text("utf-8")
        for name in (re.split(r"[(=]", one)[0] for one in names if ".py" not in one):
            assert (
                re.search(rf"\b(class|def) {name}\b|^    {name}:", whole, re.M) or name == "len"
            ), f"{presenter}: nothing in {folder.name} is called {name}"


def test_a_path_that_is_not_there_is_seen() -> None:
    text = "see `server/nowhere.py`, `README.md`, [there](nowhere.md), `var/demo` and `/api/v1`"
    assert missing_paths(ROOT / "README.md", text) == ["server/nowhere.py", "nowhere.md"]


def test_a_target_that_make_lacks_is_seen() -> None:
    assert unknown_targets("```sh\nPORT=1 make demo # make nothing\n```\n`make coffee`") == [
        "coffee"
    ]
