"""An XForm's XML as a small tree: bounded, without a document type, namespaces left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from server.forms_import.parts import Unreadable, damaged

ELEMENTS_MAX: Final = 400_000
CHARACTERS_MAX: Final = 16_000_000
DEPTH_MAX: Final = 100
ATTRIBUTES_MAX: Final = 200


@dataclass(slots=True)
class Element:
    """One element: its local name, its attributes by local name, its line, text and children.
    `words` are the texts and children in their order, for labels that show answers."""

    name: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    words: list[str | Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text directly in the element."""
        return "".join(one for one in self.words if isinstance(one, str)).strip()

    def first(self, name: str) -> Element | None:
        """The first child of a name."""
        return next((one for one in self.children if one.name == name), None)

    def every(self, name: str) -> list[Element]:
        """The children of a name."""
        return [one for one in self.children if one.name == name]

    def walk(self) -> Iterator[Element]:
        """The element and all below it."""
        pending = [self]
        while pending:
            one = pending.pop()
            yield one
            pending.extend(reversed(one.children))


class _Builder:
    """Makes the tree while the parser reads."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        self.root = Element("", {}, 0)
        self.stack = [self.root]
        self.elements = self.characters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if (
            self.elements > ELEMENTS_MAX
            or len(self.stack) > DEPTH_MAX
            or len(attributes) > ATTRIBUTES_MAX
        ):
            raise _too_large()
        for value in attributes.values():
            self.count(value)
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        element = Element(name.rpartition("}")[2], plain, self.parser.CurrentLineNumber)
        self.stack[-1].children.append(element)
        self.stack[-1].words.append(element)
        self.stack.append(element)

    def end(self, name: str) -> None:
        self.stack.pop()

    def text(self, words: str) -> None:
        self.count(words)
        self.stack[-1].words.append(words)

    def count(self, words: str) -> None:
        self.characters += len(words)
        if self.characters > CHARACTERS_MAX:
            raise _too_large()


def _too_large() -> Unreadable:
    return Unreadable(
        "sheet.too_large",
        "XForm ใหญ่หรือซ้อนลึกเกิน",
        "the XForm is too large or nested too deeply",
    )


def read_tree(data: bytes) -> Element:
    """The outermost element. Raises Unreadable for what is no XML, or declares entities."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    builder = _Builder(parser)

    def refuse(*_: object) -> None:
        raise Unreadable(
            "sheet.entities",
            "ไฟล์มี DOCTYPE หรือ ENTITY ซึ่งไม่รับเพื่อความปลอดภัย",
            "the file declares a DOCTYPE or entities, which is not taken",
        )

    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data.lstrip(), True)
    except (expat.ExpatError, ValueError, LookupError) as why:
        raise Unreadable(
            "sheet.unreadable", f"อ่านเป็น XML ไม่ได้ ({why})", f"this is no sound XML ({why})"
        ) from None
    if not builder.root.children:
        raise damaged("XML")
    return builder.root.children[0]
