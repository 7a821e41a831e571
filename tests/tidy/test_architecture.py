"""The layering rule: who may import whom, and what the pure packages may reach for.

The rule itself stands in docs/architecture.md and shared/README.md. To put a new folder into the
house, give it a line in FOLDERS below.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.support.tracked import PRODUCT, python_files, short

PACKAGES = {
    "shared": {"shared"},
    "sync": {"sync", "shared"},
    "server": {"server", "sync", "shared"},
    "mobile": {"mobile", "sync", "shared"},
}
"""Package -> the packages of ours it may import."""

FOLDERS = {
    "server": {
        "models": set[str](),
        "store": {"models"},
        "services": {"store", "models", "forms_import", "xlsform"},
        "forms_import": set[str](),
        "xlsform": {"forms_import", "catalog"},
        "exports": {"services", "store", "models"},
        "reports": {"services", "store", "models"},
        "api": {"services", "store", "models", "exports", "reports"},
        "web": {"services", "store", "models", "exports", "reports"},
        "demonstration": {"services", "store", "models", "forms_import"},
        "commands": {
            "services",
            "store",
            "models",
            "demonstration",
            "exports",
            "reports",
            "app",
            "catalog",
            "serving",
            "xlsform",
        },
        "migrations": {"models"},
    },
    "mobile": {
        "store": set[str](),
        "transport": set[str](),
        "device": set[str](),
        "services": {"store", "transport", "device"},
        "presenters": {"services", "store", "device"},
        "ui": {"presenters", "services"},
        "packaging": {"ui", "store", "device"},
    },
}
"""Folder -> the folders of its package it may import (itself always). Always down, never across."""

EVERYWHERE = {"config", "extensions", "version"}
"""Modules at the top of a package that every folder of it may import."""

ROOTS = {
    "server/__main__.py", "server/app.py", "server/cli.py", "mobile/__main__.py", "mobile/app.py",
    "mobile/bootstrap.py", "mobile/main.py",
}  # fmt: skip
"""Composition roots: they put the parts together, so they may import every folder."""

KIVY_PLACES = ("mobile/ui/", "mobile/app.py", "mobile/packaging/")

IMPURE_MODULES = frozenset(
    "asyncio builtins concurrent ctypes ftplib getpass glob http importlib io locale logging mmap "
    "multiprocessing os pathlib pickle platform random resource secrets select selectors shelve "
    "shutil signal smtplib socket socketserver sqlite3 ssl subprocess sys tempfile threading time "
    "urllib webbrowser zoneinfo".split()
)
IMPURE_CALLS = frozenset({
    "open", "input", "print", "exec", "eval", "__import__", "breakpoint",
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "uuid.uuid1", "uuid.uuid4",
    "datetime.datetime.now", "datetime.date.today", "uuid1", "uuid4",
})  # fmt: skip
PURE_THIRD_PARTY = {"shared/schemas/": {"marshmallow"}}


def breaches(name: str, text: str) -> list[str]:
    """What the module of this name (`sync/merge.py`) does that its place forbids, each with what
    to do instead."""
    package = PurePosixPath(name).parts[0]
    tree = ast.parse(text)
    found = [
        f"{name}:{line}: {why}"
        for line, module in imports(name, tree)
        for why in _import_breaches(name, package, module)
    ]
    if package in ("shared", "sync"):
        found += [f"{name}:{line}: {why}" for line, why in _impurities(name, tree)]
    return found


def imports(name: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, absolute module) of every import, those for type checking included."""
    parents = PurePosixPath(name).parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            above = parents[: len(parents) - node.level + 1] if node.level else ()
            base = ".".join((*above, *filter(None, [node.module])))
            # `from server import models` names a folder as `from server.models import x` does.
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}" if base in PRODUCT else base


def _import_breaches(name: str, package: str, module: str) -> Iterator[str]:
    parts = module.split(".")
    if parts[0] in PRODUCT:
        if parts[0] not in PACKAGES[package]:
            yield (
                f"{package} must not import {parts[0]}: move what both need to shared or sync, "
                "or hand it in through a port"
            )
        elif parts[0] == package and package in FOLDERS:
            yield from _folder_breaches(name, package, parts)
    elif parts[0] in ("kivy", "kivymd") and not name.startswith(KIVY_PLACES):
        yield "kivy belongs to mobile/ui and mobile/app.py: let a presenter say what to show"
    elif parts[0] in ("tests", "tools"):
        yield f"the product must not import {parts[0]}"


def _folder_breaches(name: str, package: str, module: list[str]) -> Iterator[str]:
    places = FOLDERS[package]
    here = PurePosixPath(name).parts[1].removesuffix(".py")
    if name in ROOTS or len(module) == 1 or module[1] in EVERYWHERE or module[1] == here:
        return
    target = module[1]
    if here in EVERYWHERE:
        if target in places and target != "models":
            yield f"{here}.py is imported by every folder, so it must not import {target}"
    elif here in places and target not in places[here]:
        yield (
            f"{package}/{here} must not import {package}.{target}: it may import "
            f"{', '.join(sorted(places[here])) or 'no other folder'}; hand the thing in instead"
        )


def _impurities(name: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    for_types = {id(inner) for block in _type_checking_blocks(tree) for inner in ast.walk(block)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in for_types:
            yield from ((node.lineno, why) for why in _impure_import(name, node))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in IMPURE_CALLS:
            yield (
                node.lineno,
                f"{ast.unparse(node.func)}() reaches out of a pure package: hand the value in",
            )


def _type_checking_blocks(tree: ast.Module) -> Iterator[ast.If]:
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield node


def _impure_import(name: str, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    modules = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        modules = [] if node.level else [node.module or ""]
    for module in modules:
        top = module.partition(".")[0]
        if top in PRODUCT:
            continue
        if top in IMPURE_MODULES:
            yield f"{top} does I/O or reads the world: define a port in sync/ports.py instead"
        elif top not in sys.stdlib_module_names and not any(
            name.startswith(place) and top in allowed for place, allowed in PURE_THIRD_PARTY.items()
        ):
            yield f"shared and sync import the standard library only, not {top}"


SOURCES = python_files(*PRODUCT)


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_every_module_keeps_to_its_layer(path) -> None:
    found = breaches(short(path), path.read_text("utf-8"))
    assert not found, "\n" + "\n".join(found)


def test_every_folder_of_server_and_mobile_has_a_place_in_the_rule() -> None:
    homeless = {
        f"{parts[0]}/{parts[1]}"
        for parts in (PurePosixPath(short(path)).parts for path in SOURCES)
        if parts[0] in FOLDERS and len(parts) > 2 and parts[1] not in FOLDERS[parts[0]]
    }
    assert not homeless, f"say in FOLDERS of this test what these may import: {sorted(homeless)}"


def test_the_rule_lets_nothing_be_imported_in_a_circle() -> None:
    for places in FOLDERS.values():
        for folder in places:
            reached, waiting = set[str](), set(places[folder])
            while waiting:
                step = waiting.pop()
                reached.add(step)
                waiting |= places.get(step, set()) - reached
            assert folder not in reached


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("server/api/sync.py", "from mobile.store import x"),
        ("mobile/services/capture.py", "def f():\n    import server.models"),
        ("shared/ids.py", "from sync import merge"),
        ("sync/merge.py", "import server"),
        ("server/models/record.py", "from server.store import rows"),
        ("server/models/record.py", "from server import store"),
        ("server/services/review.py", "from ..web import pages"),
        ("server/api/sync.py", "import server.web.pages"),
        ("server/config.py", "from server.services import x"),
        ("mobile/ui/screens/form.py", "from mobile.store.rows import x"),
        ("mobile/ui/screens/form.py", "from ...transport import http"),
        ("mobile/store/rows.py", "from mobile.services import capture"),
        ("mobile/presenters/home.py", "from kivy.clock import Clock"),
        ("mobile/bootstrap.py", "import kivy"),
        ("server/app.py", "import kivy.app"),
        ("shared/x.py", "import os"),
        ("shared/x.py", "from pathlib import Path"),
        ("sync/x.py", "import time"),
        ("sync/x.py", "import requests"),
        ("shared/x.py", "import marshmallow"),
        ("shared/x.py", "from datetime import datetime\nNOW = datetime.now()"),
        ("shared/x.py", "import uuid\nuuid.uuid4()"),
        ("sync/x.py", "open('a')"),
        ("server/services/x.py", "from tests.support import y"),
    ],
)
def test_a_planted_breach_is_found(name: str, text: str) -> None:
    assert breaches(name, text), f"{text!r} in {name} must be refused"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shared/schemas/form.py", "import marshmallow"),
        ("shared/ids.py", "if TYPE_CHECKING:\n    from random import Random"),
        ("sync/merge.py", "from shared.ids import is_uuid\nfrom . import changes"),
        ("server/services/review.py", "from server.store import rows\nimport sqlalchemy, os"),
        ("server/app.py", "from server.web import pages\nfrom server.api import sync"),
        ("mobile/ui/screens/form.py", "from kivy.uix.label import Label\nfrom ..widgets import x"),
        ("mobile/app.py", "from kivy.app import App\nfrom mobile.store import rows"),
        ("mobile/services/sync.py", "from sync.session import Session\nfrom mobile import config"),
    ],
)
def test_what_the_rule_allows_is_left_alone(name: str, text: str) -> None:
    assert breaches(name, text) == []
