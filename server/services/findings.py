"""What an examination finds: a code, how grave it is, and facts; sentences in `finding_words`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from server.services.finding_words import WORDS

EACH_TOLD_MAX: Final = 50
"""Findings of one kind that are told one by one; the rest is counted."""


class Grade(StrEnum):
    """How grave a finding is: all is well, worth knowing, to be seen to, data is wrong."""

    WELL = "well"
    NOTE = "note"
    CARE = "care"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `facts` fill the places of its sentences."""

    code: str
    grade: Grade
    facts: dict[str, str | int] = field(default_factory=dict)

    def meaning(self, language: str) -> str:
        """What it is and what it means."""
        said = WORDS[self.code].meaning
        return (said[0] if language == "th" else said[1]).format(**self.facts)

    def advice(self, language: str) -> str:
        """What to do; empty where there is nothing to do."""
        said = WORDS[self.code].advice
        return (said[0] if language == "th" else said[1]).format(**self.facts)


def well(code: str, **facts: str | int) -> Finding:
    """It is as it should be."""
    return Finding(code, Grade.WELL, facts)


def note(code: str, **facts: str | int) -> Finding:
    """Worth knowing."""
    return Finding(code, Grade.NOTE, facts)


def care(code: str, **facts: str | int) -> Finding:
    """Somebody should see to it."""
    return Finding(code, Grade.CARE, facts)


def wrong(code: str, **facts: str | int) -> Finding:
    """Data is not what it should be, or is about to be lost."""
    return Finding(code, Grade.WRONG, facts)


def bounded(findings: Iterable[Finding]) -> list[Finding]:
    """At most so many of each kind; one more says how many there are besides."""
    told: list[Finding] = []
    counted: dict[str, int] = {}
    for one in findings:
        counted[one.code] = counted.get(one.code, 0) + 1
        if counted[one.code] <= EACH_TOLD_MAX:
            told.append(one)
    for code, count in counted.items():
        if count > EACH_TOLD_MAX:
            told.append(wrong("more_of_a_kind", kind=code, count=count - EACH_TOLD_MAX))
    return told
