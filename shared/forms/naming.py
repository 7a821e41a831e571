"""What the names of a form stand for, and which names its sentences have in `${}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from shared.forms.expressions.scope import Target
from shared.forms.parts import Group, Question, Section, Text, walk

NAMED: Final = re.compile(r"\$\{\s*((?:last-saved#)?[A-Za-z_][A-Za-z0-9_.-]*)\s*\}")


def names_in(*texts: Text) -> Iterator[str]:
    """The names that stand in `${}` in sentences, each once."""
    found = (
        match for text in texts for each in (text.th, text.en) for match in NAMED.findall(each)
    )
    yield from dict.fromkeys(found)


def targets_of(sections: tuple[Section, ...]) -> dict[str, Target]:
    """What each name of the form stands for; of a name borne twice, the first place."""
    targets: dict[str, Target] = {}
    for _, target in named(sections):
        targets.setdefault(target.name, target)
    return targets


def ambiguous_of(sections: tuple[Section, ...]) -> dict[str, tuple[str, ...]]:
    """The names that more than one place of the form bears, with their paths."""
    paths: dict[str, list[str]] = {}
    for path, target in named(sections):
        paths.setdefault(target.name, []).append(path)
    return {name: tuple(found) for name, found in paths.items() if len(found) > 1}


def named(sections: tuple[Section, ...]) -> Iterator[tuple[str, Target]]:
    """Everything with a name, and its path; an implicit section has none that an author knows."""
    for section in sections:
        if not section.implicit:
            yield section.name, Target("group", section.name, "", section.key)
        for node in walk(section.children):
            path = f"{node.record_type} {node.key}"
            if isinstance(node, Question):
                refers = node.refers_to
                table = refers.target if refers and refers.kind in ("codebook", "register") else ""
                target = Target(
                    "question", node.name, node.record_type, node.key, node.choices, table
                )
                yield path, target
            elif isinstance(node, Group):
                yield path, Target("group", node.name, node.record_type, node.key)
            else:
                yield path, Target("repeat", node.name, node.record_type, node.key)
