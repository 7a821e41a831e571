"""Thai text on Kivy's sdl2 provider: faces, shaping, measuring, and lines that break at words.

Three facts about Kivy 2.3.1 stand behind this module. The script must be named (`Thai`), or a tone
mark and SARA AM are drawn on top of each other. Measuring never sets the script while drawing does,
and the font is cached without it, so the first text of each size is measured wrongly. And lines
break at spaces only, which Thai has hardly any of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from kivy.core.text import LabelBase
from kivy.core.text.text_sdl2 import LabelSDL2, _SurfaceContainer

from mobile.ui.theme import ICON_FACE, TEXT_FACE

FONTS: Final = Path(__file__).resolve().parent.parent / "assets" / "fonts"
SCRIPT: Final = "Thai"
BREAK: Final = "\u200b"  # where a translator allows a break; never drawn
ELLIPSIS: Final = "…"

_THAI = re.compile("[\u0e00-\u0e7f]+")
_PIECES = re.compile(f"({BREAK}|\\s+)")
# Vowels that follow, marks above and below, ๆ and ฯ: what may never begin a line.
_NO_START: Final = frozenset(
    "\u0e2f\u0e30\u0e31\u0e32\u0e33\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e3a\u0e45\u0e46"
    "\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4d\u0e4e"
    ".,:;!?)]}%”’\u2026"
)
# Vowels written before their consonant: what may never end a line.
_NO_END: Final = frozenset("\u0e40\u0e41\u0e42\u0e43\u0e44([{“‘")
# What stands on the consonant before it: a cursor never stops between.
_MARKS: Final = frozenset(
    "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e3a\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e4d\u0e4e"
    "\u0e33"
)
# Words of the programme that the segmenter cuts in two; a line never breaks inside them.
_WHOLE: Final = re.compile(
    "เจ้าหน้าที่|พื้นที่|หน้าที่|สถานที่|บันทึก|ลายเซ็น|แผนที่|ใบอนุญาต|กฎหมาย|ผู้ประกอบการ|ผู้แทน|โรงงาน|"
    "น้ำเสีย|น้ำทิ้ง|ของเสีย|สิ่งแวดล้อม|อุตสาหกรรม|เชิงนิเวศ|ลงทะเบียน|สำนักงาน|ข้อตรวจพบ|ครั้งก่อน|อำเภอ|"
    "ความเห็น|ข้อคิดเห็น|รับฟัง|ประชาชน|ชุมชน|สัมมนา|มาตรฐาน|ตรวจสอบ|เครื่องนี้|เท่านั้น|ขัดกัน"
)
LONG_WORD: Final = 24  # characters; longer pieces may be broken between clusters

Measure = Callable[[str], float]
_primed: set[str] = set()
_installed: list[bool] = []


def install() -> None:
    """Register the faces and mend measuring; call once, before the first widget is made."""
    if _installed:
        return
    _installed.append(True)
    regular, bold, italic = (
        str(FONTS / f"Sarabun-{face}.ttf") for face in ("Regular", "Bold", "Italic")
    )
    for name in (TEXT_FACE, "Roboto"):  # Roboto is Kivy's default: nothing falls back to it
        LabelBase.register(name, regular, italic, bold, bold)
    LabelBase.register(ICON_FACE, str(FONTS / "MaterialDesignIcons-subset.ttf"))
    _mend_measuring()


def _mend_measuring() -> None:
    """Make the provider measure with the shaper that it draws with."""
    measure, identify = LabelSDL2.get_extents, LabelSDL2._get_font_id

    def _get_font_id(self: Any) -> str:
        return f"{identify(self)}|{self.options.get('font_script_name')}"

    def get_extents(self: Any, text: str) -> tuple[int, int]:
        font = self._get_font_id()
        if font not in _primed:
            # Drawing sets the script on the shared font. Kivy keeps 64 fonts open and forgets
            # the oldest, so the memory of what is primed is kept shorter than that.
            _SurfaceContainer(1, 1).render(self, "ก", 0, 0)
            if len(_primed) >= 32:
                _primed.clear()
            _primed.add(font)
        extents: tuple[int, int] = measure(self, text)
        return extents

    LabelSDL2._get_font_id = _get_font_id
    LabelSDL2.get_extents = get_extents


@cache
def _segmenter() -> Callable[[str], list[str]]:
    import budoux  # 24 ms: only when a Thai text has to be broken

    parse: Callable[[str], list[str]] = budoux.load_default_thai_parser().parse
    return parse


def has_thai(text: str) -> bool:
    """Whether any Thai letter is in the text."""
    return _THAI.search(text) is not None


def clusters(text: str) -> list[str]:
    """The text in pieces that a reader sees as one letter: a consonant with all its marks."""
    pieces: list[str] = []
    for character in text:
        if pieces and character in _MARKS:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


@lru_cache(maxsize=512)
def segments(text: str) -> tuple[str, ...]:
    """The pieces between which a line may break; joined they are the text without U+200B."""
    pieces: list[str] = []
    for part in _PIECES.split(text):
        if part and part != BREAK:
            pieces.extend([part] if part.isspace() else _thai_words(part, BREAK in text))
    return tuple(_kept_together(pieces))


def _kept_together(pieces: list[str]) -> list[str]:
    """The pieces, joined where a line may not break between them."""
    joined: list[str] = []
    for piece in pieces:
        if joined and piece[0] in _NO_START:
            if joined[-1].isspace() and len(joined) > 1:  # "วัน ๆ": the blank does not break
                piece = joined.pop() + piece
            joined[-1] += piece
        elif joined and joined[-1][-1] in _NO_END and not piece.isspace():
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _thai_words(part: str, already_cut: bool) -> Iterator[str]:
    """One run without spaces: Thai cut at words, the rest as it is."""
    at = 0
    for found in _THAI.finditer(part):
        if found.start() > at:
            yield part[at : found.start()]
        if already_cut:
            yield found.group()
        else:
            yield from _with_whole_words(found.group())
        at = found.end()
    if at < len(part):
        yield part[at:]


def _with_whole_words(run: str) -> Iterator[str]:
    """A run of Thai cut by the segmenter, but never inside a word of `_WHOLE`."""
    cuts: list[int] = []
    for piece in _segmenter()(run):
        cuts.append((cuts[-1] if cuts else 0) + len(piece))
    inside = {
        place for word in _WHOLE.finditer(run) for place in range(word.start() + 1, word.end())
    }
    start = 0
    for cut in cuts:
        if cut not in inside:
            yield run[start:cut]
            start = cut


def wrap(text: str, width: float, measure: Measure) -> str:
    """The text with a line feed wherever a line of `width` pixels must break."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces_that_fit(paragraph, width, measure):
            if line and measure((line + piece).rstrip()) > width:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
        lines.append(line)
    return "\n".join(lines)


def _pieces_that_fit(paragraph: str, width: float, measure: Measure) -> Iterator[str]:
    """The segments; one that alone is wider than the line comes in clusters."""
    for piece in segments(paragraph):
        if len(piece) > 6 and measure(piece) > width:
            yield from _kept_together(clusters(piece))
        else:
            yield piece


def shorten(text: str, width: float, measure: Measure) -> str:
    """The longest beginning of the text that fits `width` with an ellipsis behind it."""
    text = text.replace(BREAK, "").replace("\n", " ")
    if measure(text) <= width:
        return text
    pieces = clusters(text)
    low, high = 0, len(pieces)
    while low < high:
        middle = (low + high + 1) // 2
        if measure("".join(pieces[:middle]) + ELLIPSIS) <= width:
            low = middle
        else:
            high = middle - 1
    return "".join(pieces[:low]).rstrip() + ELLIPSIS
