"""Reads a pattern for `regex()`: the syntax that Java and JavaScript share."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

DEPTH_MAX: Final = 40
COUNT_MAX: Final = 2_000
LENGTH_MAX: Final = 2_000


class PatternError(Exception):
    """What is wrong with a pattern, where, and what to write instead."""

    def __init__(self, position: int, th: str, en: str) -> None:
        super().__init__(en)
        self.position = position
        self.th = th
        self.en = en

    @classmethod
    def too_large(cls) -> PatternError:
        return cls(
            0,
            "รูปแบบใหญ่เกินไป ให้ลดจำนวนใน {} แล้วตรวจความยาวด้วย string-length()",
            "the pattern is too large; use smaller counts in {} and check string-length()",
        )


@dataclass(frozen=True, slots=True, eq=False)
class Characters:
    """A set of characters: ranges of code points and kinds of characters."""

    ranges: tuple[tuple[int, int], ...] = ()
    kinds: tuple[Callable[[str], bool], ...] = ()
    negated: bool = False
    any_case: bool = False
    known: dict[str, bool] = field(default_factory=dict)

    def accepts(self, character: str) -> bool:
        """Whether a character is in the set."""
        found = self.known.get(character)
        if found is None:
            forms = {character}
            if self.any_case:
                forms |= {character.lower(), character.upper()}
            found = any(map(self._holds, (one for one in forms if len(one) == 1))) != self.negated
            if len(self.known) > 2_000:
                self.known.clear()
            self.known[character] = found
        return found

    def _holds(self, character: str) -> bool:
        code = ord(character)
        return any(low <= code <= high for low, high in self.ranges) or any(
            kind(character) for kind in self.kinds
        )


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One part or another."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A part so many times; `most` None is without end."""

    part: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Assertion:
    """A condition at a place: start, end, edge of a word, or what stands ahead or behind."""

    kind: Literal["start", "end", "word", "ahead", "behind"]
    negated: bool = False
    inner: Node | None = None


Node: TypeAlias = Characters | Sequence | Alternatives | Repeated | Assertion

DIGITS: Final = ((48, 57),)
WORDS: Final = ((48, 57), (65, 90), (95, 95), (97, 122))
SPACES: Final = ((9, 13), (32, 32), (0xA0, 0xA0), (0x2028, 0x2029), (0xFEFF, 0xFEFF))
WORD: Final = Characters(WORDS)
LINE_ENDS: Final = ((10, 10), (13, 13), (0x85, 0x85), (0x2028, 0x2029))
CLASSES: Final = {"d": DIGITS, "w": WORDS, "s": SPACES}
CONTROLS: Final = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "0": 0}
NAMED: Final[dict[str, tuple[tuple[int, int], ...]]] = {
    "Alpha": ((65, 90), (97, 122)),
    "Digit": DIGITS,
    "Alnum": ((48, 57), (65, 90), (97, 122)),
    "Upper": ((65, 90),),
    "Lower": ((97, 122),),
    "Punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "Space": ((9, 13), (32, 32)),
    "Blank": ((9, 9), (32, 32)),
    "XDigit": ((48, 57), (65, 70), (97, 102)),
    "ASCII": ((0, 127),),
    "Thai": ((0x0E01, 0x0E3A), (0x0E40, 0x0E5B)),
    "Latin": ((65, 90), (97, 122), (0xAA, 0xAA), (0xBA, 0xBA), (0xC0, 0xD6), (0xD8, 0xF6),
              (0xF8, 0x24F)),
}  # fmt: skip
CATEGORIES: Final = {
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
    "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C",
    "Cc", "Cf",
}  # fmt: skip


def parse_pattern(text: str) -> Node:
    """The tree of a pattern; raises PatternError."""
    if len(text) > LENGTH_MAX:
        raise PatternError.too_large()
    parser = _Parser(text)
    tree = parser.alternatives()
    if parser.place < len(text):
        raise parser.error("วงเล็บปิดไม่มีคู่", "a closing bracket has no opening one")
    return tree


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.depth = 0
        self.any_case = False
        self.dot_all = False

    def error(self, th: str, en: str, place: int | None = None) -> PatternError:
        where = self.place if place is None else place
        return PatternError(where, f"รูปแบบ regex: {th}", f"the pattern: {en}")

    def unsupported(self, what: str, place: int) -> PatternError:
        return self.error(f"ไม่รองรับ {what}", f"{what} is not supported", place)

    def look(self, text: str) -> bool:
        return self.text.startswith(text, self.place)

    def take(self, text: str) -> bool:
        if not self.look(text):
            return False
        self.place += len(text)
        return True

    def alternatives(self) -> Node:
        """Parts with `|` between, up to a closing bracket or the end."""
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise self.error("วงเล็บซ้อนลึกเกินไป", "brackets are nested too deep")
        parts = [self.sequence()]
        while self.take("|"):
            parts.append(self.sequence())
        self.depth -= 1
        return Alternatives(tuple(parts)) if len(parts) > 1 else parts[0]

    def sequence(self) -> Node:
        parts: list[Node] = []
        while self.place < len(self.text) and self.text[self.place] not in "|)":
            atom = self.atom()
            if atom is not None:
                parts.append(self.repeated(atom))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self, atom: Node) -> Node:
        """An atom with the counts that follow it."""
        begin = self.place
        counts = self.counts()
        if counts is None:
            return atom
        if self.take("+"):
            raise self.unsupported("'+' หลังตัวนับ (possessive)", begin)
        self.take("?")
        if self.counts() is not None:
            raise self.error("ตัวนับซ้อนกัน", "a count follows a count", begin)
        return Repeated(atom, *counts)

    def counts(self) -> tuple[int, int | None] | None:
        for sign, found in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(sign):
                return found
        if not self.look("{"):
            return None
        end = self.text.find("}", self.place)
        least, comma, most = self.text[self.place + 1 : max(end, 0)].partition(",")
        if end < 0 or not _is_count(least) or (most and not _is_count(most)):
            return None
        low, high = int(least), int(most) if most else None if comma else int(least)
        if high is not None and high < low:
            raise self.error("ช่วงใน {} กลับด้าน", "the counts in {} are the wrong way round")
        if max(low, high or 0) > COUNT_MAX:
            raise PatternError.too_large()
        self.place = end + 1
        return low, high

    def atom(self) -> Node | None:
        character = self.text[self.place]
        if character == "(":
            return self.group()
        if character in "*+?":
            raise self.error(f"{character} ไม่มีอะไรให้นับ", f"nothing stands before {character}")
        self.place += 1
        if character == "[":
            return self.bracket()
        if character == ".":
            return Characters(() if self.dot_all else LINE_ENDS, negated=True)
        if character == "^":
            return Assertion("start")
        if character == "$":
            return Assertion("end")
        if character == "\\":
            return self.escape()
        return self.one(ord(character))

    def one(self, code: int) -> Characters:
        return Characters(((code, code),), any_case=self.any_case)

    def group(self) -> Node | None:
        begin = self.place
        self.place += 1
        kind = None
        for sign, wanted in (
            ("?<=", Assertion("behind")),
            ("?<!", Assertion("behind", negated=True)),
            ("?=", Assertion("ahead")),
            ("?!", Assertion("ahead", negated=True)),
        ):
            if kind is None and self.take(sign):
                kind = wanted
        if kind is None and self.take("?"):
            flags = self.flags(begin)
            if flags:
                return None
        inner = self.alternatives()
        if not self.take(")"):
            raise self.error("วงเล็บเปิดไม่มีคู่", "a bracket is opened and never closed", begin)
        return inner if kind is None else Assertion(kind.kind, kind.negated, inner)

    def flags(self, begin: int) -> bool:
        """What follows `(?`: `:`, a name, or flags for the rest of the pattern (then true)."""
        if self.take(":"):
            return False
        if self.take("<") or self.take("P<"):
            end = self.text.find(">", self.place)
            if end < 0 or not self.text[self.place : end].isidentifier():
                raise self.error("ชื่อกลุ่มไม่ถูกต้อง", "the group's name is not valid", begin)
            self.place = end + 1
            return False
        end = self.text.find(")", self.place)
        names = self.text[self.place : max(end, 0)]
        if end < 0 or not names or not set(names) <= set("isu"):
            raise self.unsupported(f"(?{names[:3]}", begin)
        self.any_case = self.any_case or "i" in names
        self.dot_all = self.dot_all or "s" in names
        self.place = end + 1
        return True

    # -- characters --------------------------------------------------------------------------

    def escape(self) -> Node:
        """What follows a backslash outside of square brackets."""
        begin = self.place - 1
        character = self.text[self.place : self.place + 1]
        if character in ("b", "B"):
            self.place += 1
            return Assertion("word", negated=character == "B")
        if character in ("A", "z", "Z"):
            self.place += 1
            return Assertion("start" if character == "A" else "end")
        if character in tuple("123456789k"):
            raise self.unsupported(f"\\{character} (back reference)", begin)
        ranges, kind = self.escaped(begin)
        return Characters(ranges, () if kind is None else (kind,), any_case=self.any_case)

    def escaped(
        self, begin: int
    ) -> tuple[tuple[tuple[int, int], ...], Callable[[str], bool] | None]:
        """The characters of an escape, as ranges or as a kind."""
        character = self.text[self.place : self.place + 1]
        if not character:
            raise self.error("ลงท้ายด้วย \\", "it ends with a backslash", begin)
        self.place += 1
        if character.lower() in CLASSES:
            ranges = CLASSES[character.lower()]
            return (ranges, None) if character.islower() else ((), _outside(ranges))
        if character in ("p", "P"):
            return self.property(negated=character == "P", begin=begin)
        if character in CONTROLS:
            code = CONTROLS[character]
            return ((code, code),), None
        if character in ("x", "u"):
            size = 2 if character == "x" else 4
            digits = self.text[self.place : self.place + size]
            if len(digits) != size or any(one not in "0123456789abcdefABCDEF" for one in digits):
                raise self.error(
                    f"\\{character} ต้องตามด้วยเลขฐานสิบหก", "hex digits are missing", begin
                )
            self.place += size
            return ((int(digits, 16),) * 2,), None
        if character.isascii() and character.isalnum():
            raise self.unsupported(f"\\{character}", begin)
        return ((ord(character),) * 2,), None

    def property(
        self, *, negated: bool, begin: int
    ) -> tuple[tuple[tuple[int, int], ...], Callable[[str], bool] | None]:
        """`\\p{L}`, `\\p{IsThai}`, `\\p{Alpha}`: a category, a script, a POSIX class."""
        if self.take("{"):
            end = self.text.find("}", self.place)
            name = self.text[self.place : max(end, 0)]
            self.place = end + 1 if end >= 0 else self.place
        else:
            name = self.text[self.place : self.place + 1]
            self.place += 1
        for prefix in ("Is", "In", "Script=", "sc=", "General_Category=", "gc="):
            name = name.removeprefix(prefix)
        name = {"Letter": "L", "Number": "N", "Punctuation": "P", "Alphabetic": "L"}.get(name, name)
        if name in NAMED:
            ranges = NAMED[name]
            return ((), _outside(ranges)) if negated else (ranges, None)
        if name not in CATEGORIES:
            raise self.unsupported(f"\\p{{{name[:20]}}}", begin)
        return (), _category(name, negated)

    def bracket(self) -> Characters:
        """A set in square brackets."""
        begin = self.place - 1
        negated = self.take("^")
        ranges: list[tuple[int, int]] = []
        kinds: list[Callable[[str], bool]] = []
        if self.look("]"):
            raise self.error(
                "[ ] ว่าง ถ้าต้องการ ] ให้เขียน \\]", "empty brackets; write \\] for ]", begin
            )
        while not self.take("]"):
            if self.place >= len(self.text):
                raise self.error("[ ไม่มี ] ปิด", "a [ is opened and never closed", begin)
            if self.look("&&") or self.look("["):
                raise self.error(
                    "ใน [ ] ให้เขียน \\[ และ \\& แทน [ และ &&",
                    "inside [ ] write \\[ and \\& for [ and &&",
                )
            low, kind = self.member()
            if kind is not None:
                kinds.append(kind)
            elif len(low) != 1 or low[0][0] != low[0][1]:
                ranges += low
            else:
                ranges.append((low[0][0], self.high_end(low[0][0])))
        return Characters(tuple(ranges), tuple(kinds), negated, self.any_case)

    def high_end(self, low: int) -> int:
        """The upper end of a range that begins here; the lower end when it is no range."""
        if not self.look("-") or self.look("-]"):
            return low
        begin = self.place
        self.place += 1
        if self.place >= len(self.text):
            return low
        high, kind = self.member()
        if kind is not None or len(high) != 1 or high[0][0] != high[0][1]:
            raise self.error("ช่วงใน [ ] ไม่ถูกต้อง", "a range in [ ] has no end", begin)
        if high[0][0] < low:
            raise self.error("ช่วงใน [ ] กลับด้าน", "a range in [ ] is the wrong way round", begin)
        return high[0][0]

    def member(self) -> tuple[tuple[tuple[int, int], ...], Callable[[str], bool] | None]:
        begin, character = self.place, self.text[self.place]
        self.place += 1
        if character != "\\":
            return ((ord(character),) * 2,), None
        return self.escaped(begin)


def _is_count(text: str) -> bool:
    return 0 < len(text) <= 6 and text.isascii() and text.isdigit()


def _outside(ranges: tuple[tuple[int, int], ...]) -> Callable[[str], bool]:
    return lambda character: not any(low <= ord(character) <= high for low, high in ranges)


def _category(name: str, negated: bool) -> Callable[[str], bool]:
    return lambda character: unicodedata.category(character).startswith(name) != negated
