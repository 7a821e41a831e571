"""The reference of the functions names every function, and its examples are true."""

from __future__ import annotations

import pytest

from shared.forms.expressions.functions import FUNCTIONS
from shared.forms.expressions.special import SPECIAL
from tests.support.expressions import text_of
from tools.functions_page import PAGE, Row, page, rows

ROWS = rows()


def test_the_page_is_what_its_program_writes() -> None:
    assert PAGE.read_text("utf-8") == page(ROWS), "run python tools/functions_page.py"


def test_the_page_names_every_function_once() -> None:
    names = [row.name for row in ROWS]
    assert sorted(names) == sorted({*FUNCTIONS, *SPECIAL})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_example_gives_what_the_page_says(row: Row) -> None:
    key = "head/nothing" if row.name != "current" else "head/age"
    assert text_of(row.example, key=key, once=True) == row.result
    assert row.english
    assert any("\u0e01" <= letter <= "\u0e5b" for letter in row.thai)
