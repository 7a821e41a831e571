"""Whatever the tablet app imports can be packed for Android.

A package can when python-for-android has a recipe for it, or when it is pure Python. Of each
third-party import below `mobile`, `sync` and `shared` the whole closure is looked at, with the
conditions of its metadata read as on Android. Nothing is fetched.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.metadata import packages_distributions as distributions_of_modules
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.tracked import PRODUCT, python_files, short

ANDROID = {
    "sys_platform": "android",
    "os_name": "posix",
    "platform_system": "Android",
    "platform_machine": "aarch64",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "python_version": "3.14",
    "python_full_version": "3.14.2",
}

COMPILED_HERE_PURE_THERE = {
    "charset-normalizer": "its index offers a wheel for Android and one of pure Python",
}
"""Compiled on this system, yet installable on Android, each with the reason."""

BUILD_ONLY = "mobile/packaging/"
"""Runs where the tablet app is built and is not packed into it."""

NOT_BELOW_THE_TABLET = ("orjson", "zstandard", "pyxform", "numpy", "uuid-utils")


def third_party_modules(sources: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Top-level modules that (name, text) sources import from elsewhere, and where first."""
    found: dict[str, str] = {}
    for name, text in sources:
        for node in ast.walk(ast.parse(text)):
            modules: list[str] = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                modules = [node.module]
            for module in modules:
                top = module.partition(".")[0]
                if top not in sys.stdlib_module_names and top not in PRODUCT:
                    found.setdefault(top, name)
    return found


def recipes() -> frozenset[str]:
    """The packages that the installed python-for-android knows how to build."""
    spec = importlib.util.find_spec("pythonforandroid")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "recipes"
    return frozenset(
        canonicalize_name(path.name)
        for path in folder.iterdir()
        if (path / "__init__.py").is_file()
    )


def closure(roots: Iterable[str]) -> dict[str, str]:
    """Every distribution that the roots bring on Android, and which one asked for it."""
    why = {canonicalize_name(root): "imported" for root in roots}
    waiting = [Requirement(root) for root in why]
    seen: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        for line in distribution(requirement.name).requires or ():
            wanted = Requirement(line)
            extras = ("", *requirement.extras)
            if wanted.marker is None or any(
                wanted.marker.evaluate({**ANDROID, "extra": extra}) for extra in extras
            ):
                why.setdefault(canonicalize_name(wanted.name), requirement.name)
                wanted.marker = None
                waiting.append(wanted)
    return why


def is_pure(found: Distribution) -> bool:
    """Whether the installed files hold Python only."""
    tags = found.read_text("WHEEL") or ""
    compiled = [
        str(path) for path in found.files or () if re.search(r"\.(so|pyd|dylib)\b", str(path))
    ]
    return "-none-any" in tags and not compiled


def unpackageable(roots: Iterable[str]) -> list[str]:
    """What stands between these distributions and Android, a sentence each."""
    known = recipes()
    sentences = []
    for name, asked_by in sorted(closure(roots).items()):
        if name in known or name in COMPILED_HERE_PURE_THERE:
            continue
        if not is_pure(distribution(name)):
            sentences.append(f"{name} (via {asked_by}) is compiled and has no recipe")
    return sentences


def _tablet_sources() -> list[tuple[str, str]]:
    return [
        (short(path), path.read_text("utf-8"))
        for path in python_files("mobile", "sync", "shared")
        if not short(path).startswith(BUILD_ONLY)
    ]


def _roots() -> dict[str, str]:
    owners = distributions_of_modules()
    roots: dict[str, str] = {}
    for module, where in third_party_modules(_tablet_sources()).items():
        if where.startswith("mobile/device/android") and module in ("android", "jnius"):
            continue  # what python-for-android itself puts on the tablet
        assert module in owners, f"{where} imports {module}, which no installed package provides"
        roots[canonicalize_name(owners[module][0])] = where
    return roots


def test_everything_the_tablet_imports_can_be_packed_for_android() -> None:
    assert not unpackageable(_roots())


def test_nothing_on_the_tablet_needs_what_only_its_building_has() -> None:
    wanted = re.compile(r"^\s*(from|import) mobile(\.| import )packaging", re.MULTILINE)
    users = [name for name, text in _tablet_sources() if wanted.search(text)]
    assert not users


def test_nothing_that_android_lacks_is_below_the_tablet() -> None:
    brought = closure(_roots())
    assert not [name for name in NOT_BELOW_THE_TABLET if name in brought]


@pytest.mark.parametrize("name", ["psycopg-binary", "ruff"])
def test_a_compiled_package_without_recipe_is_seen(name: str) -> None:
    assert unpackageable([name]) == [f"{name} (via imported) is compiled and has no recipe"]


@pytest.mark.parametrize("name", ["kivy", "pillow", "requests", "marshmallow", "sqlite-utils"])
def test_what_the_tablet_is_built_of_can_be_packed(name: str) -> None:
    assert not unpackageable([name])


def test_imports_are_found_wherever_they_stand() -> None:
    text = "import os, sync.merge\ndef f():\n    from PIL import Image\nimport kivy.app\n"
    assert third_party_modules([("a.py", text)]) == {"PIL": "a.py", "kivy": "a.py"}


def test_the_closure_goes_through_what_a_package_brings() -> None:
    assert closure(["requests"])["urllib3"] == "requests"
    with pytest.raises(PackageNotFoundError):
        closure(["a-package-that-is-not-there"])
