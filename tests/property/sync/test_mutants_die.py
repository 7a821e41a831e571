"""A check that cannot fail is a defect: every wrong core breaks a law that the real one keeps."""

from __future__ import annotations

import pytest

from tests.property.sync.laws import LAWS, put_to
from tests.property.sync.mutants import MUTANTS

EXAMPLES = 1000
"""At most; most mutants break their law within the first few."""


@pytest.mark.parametrize("name", MUTANTS)
def test_the_mutant_dies(name: str) -> None:
    core, law = MUTANTS[name]
    with pytest.raises((Exception, ExceptionGroup)):
        put_to(LAWS[law], core, EXAMPLES, shrink=False)
