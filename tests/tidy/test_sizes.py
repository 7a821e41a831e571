"""Small modules, small functions, and a first line that says what each module is for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.support.tracked import python_files, short

MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
VAGUE_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "manager"})
FOLDERS = ("shared", "sync", "server", "mobile", "tests", "tools")


def oversights(name: str, text: str) -> Iterator[str]:
    """What is too big, unnamed or unexplained in a module, each with what to do."""
    tree = ast.parse(text)
    lines = text.count("\n")
    if lines > MODULE_LINES_MAX:
        yield (
            f"{name}: {lines} lines, at most {MODULE_LINES_MAX}: give a part with a name of its "
            "own a module of its own"
        )
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield (
                    f"{name}:{node.lineno}: {node.name} has {length} lines, at most "
                    f"{FUNCTION_LINES_MAX}: give its steps names and make them functions"
                )
    first = (ast.get_docstring(tree) or "").partition("\n")[0]
    if text.strip() and len(first) < 10:
        yield f"{name}: begin with a docstring whose first line says what the module is for"
    vague = VAGUE_NAMES & set(name.removesuffix(".py").replace("_", "/").split("/"))
    if vague:
        yield f"{name}: {min(vague)!r} says nothing: name it after what it does"


@pytest.mark.parametrize("path", python_files(*FOLDERS), ids=short)
def test_every_module_is_small_and_says_what_it_is_for(path) -> None:
    found = list(oversights(short(path), path.read_text("utf-8")))
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sync/merge.py", '"""What this is for."""\n' + "x = 1\n" * 400),
        ("sync/merge.py", '"""What this is for."""\ndef f():\n' + "    x = 1\n" * 70),
        ("sync/merge.py", "x = 1\n"),
        ("sync/merge.py", '"""Todo."""\n'),
        ("sync/utils.py", '"""What this is for."""\n'),
        ("server/common/x.py", '"""What this is for."""\n'),
        ("mobile/sync_manager.py", '"""What this is for."""\n'),
    ],
)
def test_a_planted_oversight_is_found(name: str, text: str) -> None:
    assert list(oversights(name, text))


def test_exactly_the_bound_is_allowed() -> None:
    text = '"""What this is for."""\ndef f():\n' + "    x = 1\n" * 69 + "y = 2\n" * 329
    assert list(oversights("sync/merge.py", text)) == []
