"""The laws of the sync core hold for the real one."""

from __future__ import annotations

import pytest

from tests.property.sync.core import REAL
from tests.property.sync.laws import LAWS, put_to

EXAMPLES = 150


@pytest.mark.parametrize("name", LAWS)
def test_the_core_keeps_the_law(name: str) -> None:
    put_to(LAWS[name], REAL, EXAMPLES)
