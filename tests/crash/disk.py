"""What a disk may hold after the power went: replayed from a trace of a process's system calls.

A write is certain only once the file it went to was synchronised; a new name once its file or its
folder was; a rename or a removal once its folder was. Of all else, nothing, a part, or anything in
any order may have reached the disk. The traced process is the shipped one, unchanged.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CALLS = "openat,pwrite64,write,fsync,fdatasync,ftruncate,rename,renameat,renameat2,unlink,unlinkat"
TRACE = ["-y", "-ttt", "-xx", "-s", "8388608", "-e", f"trace={CALLS}"]
SECTOR = 512

_LINE = re.compile(r"^(\d+) +([\d.]+) (\w+)\((.*)\) += (-?\d+)")
_UNFINISHED = re.compile(r"^(\d+) +([\d.]+) (\w+)\((.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(\d+) +([\d.]+) <\.\.\. (\w+) resumed>(.*)$")
_HANDLE = re.compile(r"^\d+<(.*?)>")
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Call:
    """One system call that succeeded: when it began (Unix seconds), its name, its arguments."""

    at: float
    name: str
    path: str
    data: bytes = b""
    offset: int = 0
    to: str = ""
    creates: bool = False


def read_trace(path: Path) -> Iterator[Call]:
    """The calls of a trace in the order in which they came back."""
    begun: dict[str, str] = {}
    with path.open(encoding="latin-1") as lines:
        for raw in lines:
            line = raw.rstrip("\n")
            if (half := _UNFINISHED.match(line)) is not None:
                begun[half[1]] = f"{half[1]} {half[2]} {half[3]}({half[4]}"
                continue
            if (rest := _RESUMED.match(line)) is not None:
                line = begun.pop(rest[1], "") + rest[4]
            whole = _LINE.match(line)
            if whole is not None and int(whole[5]) >= 0:
                call = _call(float(whole[2]), whole[3], whole[4], int(whole[5]))
                if call is not None:
                    yield call


def _call(at: float, name: str, words: str, result: int) -> Call | None:
    texts = [_bytes_of(one) for one in _TEXT.findall(words)]
    handle = _HANDLE.match(words)
    path = _plain(handle[1]) if handle is not None else ""
    if name == "openat":
        flags = words.rpartition('"')[2]
        return Call(at, "open", texts[0].decode(), creates="O_CREAT" in flags or "O_TRUNC" in flags)
    if name in ("fsync", "fdatasync"):
        return Call(at, "sync", path)
    if name == "pwrite64":
        return Call(at, "write", path, texts[0][:result], int(words.rpartition(", ")[2]))
    if name == "write":
        return Call(at, "append", path, texts[0][:result] if texts else b"")
    if name == "ftruncate":
        return Call(at, "cut", path, offset=int(words.rpartition(", ")[2]))
    if name.startswith("rename"):
        return Call(at, "rename", texts[0].decode(), to=texts[1].decode())
    return Call(at, "unlink", texts[0].decode())


def _bytes_of(text: str) -> bytes:
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


def _plain(path: str) -> str:
    return _bytes_of(path).decode("utf-8", "replace")


@dataclass(frozen=True)
class Step:
    """Something that a process did and that is not certain to be on the disk yet."""

    kind: str
    file: int
    data: bytes = b""
    offset: int = 0
    path: str = ""
    to: str = ""


Choice = Callable[[Sequence[Step], random.Random], list[Step]]


def nothing(_: Sequence[Step], __: random.Random) -> list[Step]:
    """Only what was synchronised is there."""
    return []


def a_beginning(steps: Sequence[Step], source: random.Random) -> list[Step]:
    """A first part of the rest came through, the last write of it torn at a sector."""
    kept = list(steps[: source.randrange(len(steps) + 1)])
    if kept and kept[-1].kind == "write":
        last = kept.pop()
        length = source.randrange(0, len(last.data) + SECTOR, SECTOR)
        kept.append(Step("write", last.file, last.data[:length], last.offset))
    return kept


def some_of_it(steps: Sequence[Step], source: random.Random) -> list[Step]:
    """Any of the rest came through, whatever was written before it."""
    return [step for step in steps if source.random() < 0.5]


CHOICES: tuple[Choice, ...] = (nothing, a_beginning, some_of_it)


@dataclass
class Disk:
    """The files below some folders: what is certain, and what is not yet."""

    contents: dict[int, bytearray] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)
    _lengths: dict[int, int] = field(default_factory=dict)
    waiting: list[Step] = field(default_factory=list)

    @classmethod
    def of(cls, folders: Iterable[Path]) -> Disk:
        """Everything that is below these folders now is certain."""
        disk = cls()
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and not path.name.endswith("-shm"):
                    number = len(disk.contents)
                    disk.contents[number] = bytearray(path.read_bytes())
                    disk.names[str(path)] = disk._seen[str(path)] = number
                    disk._lengths[number] = len(disk.contents[number])
        return disk

    def again(self) -> Disk:
        """A copy that goes its own way."""
        contents = {number: bytearray(data) for number, data in self.contents.items()}
        return Disk(
            contents, dict(self.names), dict(self._seen), dict(self._lengths), list(self.waiting)
        )

    def does(self, call: Call, unsynced: Callable[[str], bool] = lambda _: False) -> None:
        """Follow one call; `unsynced` names files whose synchronising is left out (planted)."""
        if call.name == "open":
            self._opens(call)
        elif call.name == "sync":
            if not unsynced(call.path):
                self._syncs(call.path)
        elif call.name == "rename":
            number = self._seen.pop(call.path, None)
            if number is not None:
                self._seen[call.to] = number
                self.waiting.append(Step("rename", number, path=call.path, to=call.to))
        elif call.name == "unlink":
            number = self._seen.pop(call.path, None)
            if number is not None:
                self.waiting.append(Step("unlink", number, path=call.path))
        elif call.path in self._seen:
            self._writes(call, self._seen[call.path])

    def _opens(self, call: Call) -> None:
        if not call.creates or call.path.endswith("-shm"):
            return
        if call.path not in self._seen:
            number = len(self.contents)
            self.contents[number] = bytearray()
            self._seen[call.path] = number
            self._lengths[number] = 0
            self.waiting.append(Step("link", number, path=call.path))

    def _writes(self, call: Call, number: int) -> None:
        if call.name == "cut":
            self.waiting.append(Step("cut", number, offset=call.offset))
            self._lengths[number] = call.offset
            return
        offset = self._lengths[number] if call.name == "append" else call.offset
        self.waiting.append(Step("write", number, call.data, offset))
        self._lengths[number] = max(self._lengths[number], offset + len(call.data))

    def _syncs(self, path: str) -> None:
        number = self._seen.get(path)
        certain = [step for step in self.waiting if self._made_certain(step, path, number)]
        for step in certain:
            _apply(self.contents, self.names, step)
        gone = set(map(id, certain))
        self.waiting = [step for step in self.waiting if id(step) not in gone]

    @staticmethod
    def _made_certain(step: Step, path: str, number: int | None) -> bool:
        if number is not None:
            return step.file == number and step.kind in ("write", "cut", "link")
        named = step.to or step.path
        return step.kind in ("link", "rename", "unlink") and str(Path(named).parent) == path

    def after_the_cut(self, choice: Choice, source: random.Random) -> dict[str, bytes]:
        """The files that somebody finds when the power is back."""
        contents = {number: bytearray(data) for number, data in self.contents.items()}
        names = dict(self.names)
        for step in choice(self.waiting, source):
            _apply(contents, names, step)
        return {path: bytes(contents[number]) for path, number in names.items()}


def _apply(contents: dict[int, bytearray], names: dict[str, int], step: Step) -> None:
    if step.kind == "write":
        data = contents[step.file]
        if len(data) < step.offset:
            data.extend(bytes(step.offset - len(data)))
        data[step.offset : step.offset + len(step.data)] = step.data
    elif step.kind == "cut":
        data = contents[step.file]
        del data[step.offset :]
        data.extend(bytes(step.offset - len(data)))
    elif step.kind == "link":
        names[step.path] = step.file
    elif step.kind == "rename":
        if names.get(step.path) == step.file:
            del names[step.path]
        names[step.to] = step.file
    elif step.kind == "unlink" and names.get(step.path) == step.file:
        del names[step.path]


def lay_out(files: dict[str, bytes], before: Path, after: Path) -> None:
    """Put what is left of the files below `before` into the folder `after`."""
    for path, data in files.items():
        target = after / Path(path).relative_to(before)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
