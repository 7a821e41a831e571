"""The sources are valid from Python 3.11 (Debian 12) to 3.14 (Android)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.support.tracked import python_files, short

OLDEST = (3, 11)

REMOVED_MODULES = frozenset(
    "aifc asynchat asyncore audioop cgi cgitb chunk crypt distutils imghdr imp lib2to3 mailcap"
    " msilib nis nntplib ossaudiodev pipes smtpd sndhdr spwd sunau telnetlib uu xdrlib".split()
)
"""Modules of 3.11 that are gone in 3.12, 3.13 or 3.14."""

REMOVED_NAMES = frozenset(
    "ast.Bytes ast.Ellipsis ast.NameConstant ast.Num ast.Str asyncio.AbstractChildWatcher"
    " asyncio.get_child_watcher asyncio.set_child_watcher configparser.SafeConfigParser"
    " importlib.abc.ResourceReader importlib.abc.Traversable importlib.find_loader"
    " locale.resetlocale pkgutil.ImpImporter pkgutil.find_loader pkgutil.get_loader"
    " sqlite3.version sqlite3.version_info ssl.match_hostname ssl.wrap_socket typing.io typing.re"
    " unittest.findTestCases unittest.makeSuite urllib.parse.Quoter webbrowser.MacOSX".split()
)
"""Names of 3.11 that are gone later."""

NEWER_NAMES = frozenset(
    "collections.abc.Buffer concurrent.futures.InterpreterPoolExecutor copy.replace"
    " itertools.batched math.sumprod queue.ShutDown sys.monitoring typing.ReadOnly"
    " typing.TypeAliasType typing.TypeIs typing.get_protocol_members typing.is_protocol"
    " typing.override warnings.deprecated".split()
)
"""Names that 3.11 does not have yet."""


def defects(source: str) -> list[str]:
    """What in a source would not run on every version, with its line."""
    tree = ast.parse(source, feature_version=OLDEST)
    return [f"line {line}: {what}" for line, what in _walk(tree)]


def _walk(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imported(node)
        elif isinstance(node, ast.Attribute):
            name = ast.unparse(node)
            if name in REMOVED_NAMES:
                yield node.lineno, f"{name} is gone in a later Python"
            elif name in NEWER_NAMES:
                yield node.lineno, f"{name} is not in Python 3.11"
        elif isinstance(node, ast.Try | ast.TryStar):
            for left in _leaving(node.finalbody):
                yield left.lineno, "leaving a finally block is a warning from Python 3.14"


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.ImportFrom) and node.level:
        return
    module = node.module if isinstance(node, ast.ImportFrom) else None
    for alias in node.names:
        name = f"{module}.{alias.name}" if module else alias.name
        if name.partition(".")[0] in REMOVED_MODULES:
            yield node.lineno, f"the module {name} is gone in a later Python"
        elif name in REMOVED_NAMES:
            yield node.lineno, f"{name} is gone in a later Python"
        elif name in NEWER_NAMES:
            yield node.lineno, f"{name} is not in Python 3.11"


def _leaving(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that leave a finally block; those of functions and loops within do not."""
    for statement in body:
        if isinstance(statement, ast.Return | ast.Break | ast.Continue):
            yield statement
        elif isinstance(statement, ast.If):
            yield from _leaving(statement.body + statement.orelse)
        elif isinstance(statement, ast.With):
            yield from _leaving(statement.body)


def test_every_source_runs_on_every_supported_python() -> None:
    found = {
        short(path): wrong for path in python_files() if (wrong := defects(path.read_text("utf-8")))
    }
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        "import cgi",
        "from distutils import log",
        "import ast\nast.Str('x')",
        "from itertools import batched",
        "def f():\n    try:\n        pass\n    finally:\n        if True:\n            return 1",
    ],
)
def test_what_another_python_lacks_is_seen(source: str) -> None:
    assert len(defects(source)) == 1


def test_syntax_newer_than_the_oldest_python_is_seen() -> None:
    with pytest.raises(SyntaxError):
        defects("type Dot = str")
