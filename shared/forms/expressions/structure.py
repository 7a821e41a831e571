"""The form as a tree of elements, so that paths such as `/data/visit/t_in` or `../t_in` resolve.

Built from the targets of a form: their record types and keys say where each element lies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple


class Target(NamedTuple):
    """What a name stands for. For a repeat, `record_type` is the type of its rows.

    `choices` is the choice list of a question, `table` the codebook or register that a reference
    points at.
    """

    kind: Literal["question", "repeat", "group"]
    name: str
    record_type: str
    key: str
    choices: str = ""
    table: str = ""


class Element:
    """One element of the form. `record_type` is the type of the record that holds it; of a repeat
    its rows', of which the element is one. `key` is the path below that record."""

    __slots__ = ("children", "key", "kind", "name", "parent", "record_type", "target")

    def __init__(
        self,
        kind: Literal["root", "group", "repeat", "question"],
        name: str,
        record_type: str,
        key: str,
        parent: Element | None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.record_type = record_type
        self.key = key
        self.parent = parent
        self.target: Target | None = None
        self.children: dict[str, Element] = {}

    def path(self) -> str:
        """The element's path from the root, which is written `/data`."""
        names = [step.name for step in self.chain()]
        return "/".join(["", "data", *names])

    def chain(self) -> list[Element]:
        """The elements from below the root to this one."""
        found: list[Element] = []
        here: Element | None = self
        while here is not None and here.parent is not None:
            found.append(here)
            here = here.parent
        return found[::-1]

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in the form's order."""
        waiting = [self]
        while waiting:
            here = waiting.pop()
            yield here
            waiting.extend(reversed(here.children.values()))


class Structure:
    """All elements of a form, by path and by record."""

    def __init__(self, root_type: str, targets: Iterable[Target]) -> None:
        self.root = Element("root", root_type, root_type, "", None)
        self.rows: dict[str, Element] = {root_type: self.root}
        self.order: dict[Element, int] = {}
        waiting = list(dict.fromkeys(targets))
        while waiting:
            later = [target for target in waiting if not self._add(target)]
            waiting = later if len(later) < len(waiting) else []
        for index, element in enumerate(self.root.walk()):
            self.order[element] = index

    def at(self, record_type: str, key: str) -> Element | None:
        """The element at a key of a record, or None."""
        here = self.rows.get(record_type)
        for name in key.split("/") if key else ():
            here = None if here is None else here.children.get(name)
        return here

    def _add(self, target: Target) -> bool:
        """Puts a target at its place; false when the repeat that it lies in is not there yet."""
        repeat = target.kind == "repeat"
        holder_type = target.record_type.rpartition("/")[0] if repeat else target.record_type
        holder = self.rows.get(holder_type or self.root.record_type)
        if holder is None:
            return False
        if target.kind == "group":
            self._groups(holder, target.key).target = target
            return True
        above, _, name = target.key.rpartition("/")
        parent = self._groups(holder, above)
        if repeat:
            element = Element("repeat", name, target.record_type, "", parent)
            self.rows[target.record_type] = element
        else:
            element = Element("question", name, holder.record_type, target.key, parent)
        element.target = target
        parent.children[name] = element
        return True

    def _groups(self, holder: Element, key: str) -> Element:
        """The group at a key, made with all groups above it."""
        here = holder
        for name in key.split("/") if key else ():
            below = here.children.get(name)
            if below is None:
                path = f"{here.key}/{name}" if here.key else name
                below = Element("group", name, holder.record_type, path, here)
                here.children[name] = below
            here = below
        return here
