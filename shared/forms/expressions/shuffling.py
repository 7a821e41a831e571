"""Shuffles a list the same way everywhere: ODK's seeded order of options.

Park and Miller's generator, and the inside-out variant of Fisher and Yates' shuffle, as the XForms
specification says; so a seed gives the order that other clients give.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from shared.forms.expressions.values import Value, numeric, to_text

T = TypeVar("T")
MODULUS = 2_147_483_647
MULTIPLIER = 16_807


def shuffled(items: Sequence[T], seed: int) -> list[T]:
    """The items in the order of a seed."""
    # The sign of a remainder is the dividend's, as in the languages of the other clients.
    state = abs(seed) % MODULUS * (-1 if seed < 0 else 1)
    if state <= 0:
        state += MODULUS - 1
    found: list[T] = []
    for index, item in enumerate(items):
        state = state * MULTIPLIER % MODULUS
        place = (state - 1) * (index + 1) // (MODULUS - 1)
        found.append(item)
        found[index], found[place] = found[place], item
    return found


def seed_of(value: Value) -> int:
    """A seed: the whole part of a number; a text that is no number is hashed (SHA-256)."""
    number = numeric(value)
    if number.is_finite():
        return int(max(Decimal(-(2**63)), min(number, Decimal(2**63 - 1))))
    text = to_text(value)
    if not text or isinstance(value, Decimal):
        return 0
    return int.from_bytes(
        hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "big", signed=True
    )
