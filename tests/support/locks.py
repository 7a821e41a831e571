"""Reading requirement lock files."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclasses.dataclass(frozen=True)
class Locked:
    """One entry of a lock: what is installed, in which version, known by which hashes."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str | None:
        """The exact version, or None when the entry does not name exactly one."""
        specifiers = list(self.requirement.specifier)
        if len(specifiers) == 1 and specifiers[0].operator == "==":
            return str(specifiers[0].version)
        return None


def read_lock(path: Path) -> dict[str, list[Locked]]:
    """Entries of a lock by canonical name; a package may have one for each kind of system."""
    text = re.sub(r"\\\n\s*", " ", path.read_text("utf-8"))
    entries: dict[str, list[Locked]] = {}
    for line in text.splitlines():
        bare = line.split(" #")[0].strip()
        if not bare or bare.startswith("#"):
            continue
        wanted, *hashes = re.split(r"\s+--hash=", bare)
        entry = Locked(Requirement(wanted), tuple(hashes))
        entries.setdefault(entry.name, []).append(entry)
    return entries
