"""Files in memory: the port `sync.shelf.FileShelf` in its plainest form."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from sync.shelf import FileToSend, LostFile


@dataclass(slots=True)
class MemoryShelf:
    """`files` by name, `unsent` and `wanted` in their order, `half` what is being fetched."""

    files: dict[str, bytes]
    unsent: list[str]
    wanted: list[str]
    half: dict[str, bytes]
    doubted: set[str] = field(default_factory=set)
    gone: dict[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    small: dict[str, bytes] = field(default_factory=dict)
    small_unsent: list[str] = field(default_factory=list)
    small_wanted: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    old: list[str] = field(default_factory=list)

    def to_send(self) -> Sequence[FileToSend]:
        return [
            FileToSend(sha, len(self.files.get(sha, b"")), sha in self.doubted)
            for sha in self.unsent
            if sha not in self.gone
        ]

    def is_sound(self, sha256: str) -> str:
        data = self.files.get(sha256)
        if data is None:
            return "missing"
        return "" if hashlib.sha256(data).hexdigest() == sha256 else "damaged"

    def read(self, sha256: str, start: int, length: int) -> bytes:
        return self.files.get(sha256, b"")[start : start + length]

    def sent(self, sha256: str, code: str = "") -> None:
        if sha256 in self.unsent:
            self.unsent.remove(sha256)
        self.codes[sha256] = code

    def lost(self, files: Sequence[LostFile]) -> None:
        for file in files:
            self.gone[file.sha256] = file.reason
            self.told.discard(file.sha256)

    def lost_to_tell(self) -> Sequence[LostFile]:
        untold = sorted(set(self.gone) - self.told)
        return [LostFile(sha, self.gone[sha]) for sha in untold]

    def lost_told(self, names: Sequence[str]) -> None:
        self.told.update(names)

    def wanted_again(self, names: Sequence[str]) -> Sequence[LostFile]:
        lost = [LostFile(name, why) for name in names if (why := self.is_sound(name))]
        for name in names:
            if not self.is_sound(name):
                self.gone.pop(name, None)
                if name not in self.unsent:
                    self.unsent.append(name)
        return lost

    def to_ask_about(self) -> Sequence[str]:
        return list(self.old)

    def forgettable(self, names: Sequence[str]) -> None:
        for name in names:
            self.old.remove(name)
            del self.files[name]

    def thumbnails_to_send(self) -> Sequence[str]:
        return list(self.small_unsent)

    def thumbnail(self, original: str) -> bytes:
        return self.small.get(original, b"")

    def thumbnail_sent(self, original: str) -> None:
        self.small_unsent.remove(original)

    def documents_wanted(self) -> Sequence[str]:
        return [sha for sha in self.wanted if sha not in self.files]

    def thumbnails_wanted(self, most: int) -> Sequence[str]:
        return self.small_wanted[:most]

    def keep_thumbnail(self, original: str, data: bytes) -> None:
        self.small_wanted.remove(original)
        if data:
            self.small[original] = data

    def originals_wanted(self) -> Sequence[str]:
        return [sha for sha in self.asked if sha not in self.files]

    def not_to_be_had(self, sha256: str) -> None:
        self.half.pop(sha256, None)
        if sha256 in self.asked:
            self.asked.remove(sha256)

    def begun(self, sha256: str) -> int:
        return len(self.half.get(sha256, b""))

    def keep_part(self, sha256: str, start: int, data: bytes) -> None:
        self.half[sha256] = self.half.get(sha256, b"")[:start] + data

    def finish(self, sha256: str) -> bool:
        data = self.half.pop(sha256)
        if hashlib.sha256(data).hexdigest() != sha256:
            return False
        self.files[sha256] = data
        return True
