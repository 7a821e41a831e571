"""What names mean at one place of a form: which question or repeat `${name}` is."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from shared.forms.expressions.structure import Element, Structure, Target
from shared.forms.expressions.tokens import ExpressionError, fail

__all__ = ["Dependency", "Element", "Scope", "Structure", "Target"]


class Dependency(NamedTuple):
    """What a result hangs on: the value of a question, or which rows a repeat has.

    `across` is the record type below one of whose records the look goes: a row's own answers are
    looked at across the row itself, a total over agenda items across the whole event.
    """

    kind: Literal["value", "rows"]
    record_type: str
    key: str
    across: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that an expression may use, and the place where it stands.

    `columns` are the names of a choice filter's columns; `once` says that the result is kept, so
    that once(), random() and uuid() are allowed; `key` is the key of the question (or group) that
    the rule belongs to, where `.` and `..` begin. `structure` is the form as a tree; without it,
    it is made of `targets`. `lists` are the columns of the form's own choice lists. `looked` and
    `across` belong to predicates: the element looked at (None: an item of a table), and the
    record type across whose records the look goes. `clock` is without meaning now.
    """

    record_type: str
    targets: Mapping[str, Target] = field(default_factory=dict)
    columns: frozenset[str] | None = None
    clock: bool = True
    once: bool = False
    # Names that several groups have, with the paths of what bears them.
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: str = ""
    structure: Structure | None = None
    lists: Mapping[str, frozenset[str]] = field(default_factory=dict)
    looked: Element | None = None
    across: str = ""
    predicate: bool = False

    def in_nodes(self, element: Element, across: str) -> Scope:
        """The scope of a predicate over elements of the form."""
        return replace(self, looked=element, across=across, predicate=True, columns=None)

    def in_items(self, columns: frozenset[str] | None) -> Scope:
        """The scope of a predicate over the items of a table; their columns when known."""
        return replace(self, looked=None, across="", predicate=True, columns=columns)

    def find(self, name: str, position: int) -> Target:
        """The target of a name; raises ExpressionError that suggests a name like it."""
        if name in self.ambiguous:
            raise ambiguous_name(name, self.ambiguous[name], position)
        target = self.targets.get(name)
        if target is not None:
            return target
        near = difflib.get_close_matches(name, self.targets, n=1)
        th = f" หมายถึง ${{{near[0]}}} หรือไม่" if near else ""
        en = f"; did you mean ${{{near[0]}}}?" if near else ""
        raise fail(
            position,
            "expression.unknown_name",
            f"ไม่มีคำถามหรือกลุ่มซ้ำชื่อ {name!r}{th}",
            f"there is no question or repeat named {name!r}{en}",
        )


def ambiguous_name(name: str, paths: tuple[str, ...], position: int) -> ExpressionError:
    """The defect for a name that more than one question or group of the form bears."""
    listed = ", ".join(paths)
    return fail(
        position,
        "expression.ambiguous_name",
        f"มีมากกว่าหนึ่งแห่งที่ชื่อ {name!r} ({listed}) ให้เปลี่ยนชื่อแห่งหนึ่ง",
        f"more than one place is named {name!r} ({listed}); give one of them another name",
    )


def type_path(record_type: str) -> list[str]:
    """A record type and those it lies in, outermost first: form, form/repeat, ..."""
    parts = record_type.split("/")
    return ["/".join(parts[: length + 1]) for length in range(len(parts))]


def common_type(one: str, other: str) -> str:
    """The innermost record type that both lie in."""
    common = ""
    for left, right in zip(type_path(one), type_path(other), strict=False):
        if left != right:
            break
        common = left
    return common


def unknown_function(name: str, known: list[str], position: int) -> ExpressionError:
    """The defect for a function that does not exist, with a suggestion."""
    near = difflib.get_close_matches(name, known, n=1)
    th = f" หมายถึง {near[0]}() หรือไม่" if near else ""
    en = f"; did you mean {near[0]}()?" if near else ""
    return fail(
        position,
        "expression.unknown_function",
        f"ไม่มีฟังก์ชัน {name}(){th}",
        f"there is no function {name}(){en}",
    )
