"""Typesets paper by typst: data in, PDF out; kept while the form's version is the same.

What a form says reaches the typesetter as JSON and is never part of its markup, so that no text
of a form can run there. The typesetter sees one template and three faces, no other file and no
network.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from shared.errors import SurveyError

FOLDER: Final = Path(__file__).resolve().parent
FONTS: Final = FOLDER / "fonts"
TEMPLATE: Final = FOLDER / "paper_form.typ"
KEPT_BYTES_MAX: Final = 24 * 1024 * 1024
KEPT_MAX: Final = 64
TURN_S: Final = 20.0
TYPESET_S: Final = 30.0
BREAK: Final = "\u200b"
THAI: Final = re.compile("[\u0e01-\u0e4e]")
WHOLE: Final = ("อุตสาหกรรม", "โรงงาน", "สิ่งแวดล้อม", "ประกอบกิจการ", "ผู้ประกอบการ")
"""Words of the programme that the model would cut."""
KEPT: Final = re.compile("|".join(f"{BREAK}?".join(word) for word in WHOLE))
SHORT: Final = 9
"""A shorter text never needs a break."""
MARKED_MAX: Final = 4_000


class PaperBusy(SurveyError):
    """Another form is being typeset."""

    code = "paper.busy"
    http_status = 503
    retryable = True


class PaperFailed(SurveyError):
    """The typesetter did not take a form; the form itself is sound."""

    code = "paper.failed"
    http_status = 409


@cache
def _words() -> Any:
    import budoux

    return budoux.load_default_thai_parser()


@cache
def _faces() -> Any:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


def marked(value: Any) -> Any:
    """The data with a mark (U+200B) where a Thai line may break: between words.

    The typesetter's own model breaks some words in two (ก่อ|น); it turns the marks into breaks of
    no width, so that the text in the PDF stays as it was.
    """
    if isinstance(value, str):
        plain = value.replace(BREAK, "")
        if len(plain) < SHORT or not THAI.search(plain):
            return plain
        broken: str = BREAK.join(_words().parse(plain[:MARKED_MAX])) + plain[MARKED_MAX:]
        return KEPT.sub(lambda found: found.group().replace(BREAK, ""), broken)
    if isinstance(value, dict):
        return {key: marked(one) for key, one in value.items()}
    return [marked(one) for one in value] if isinstance(value, list | tuple) else value


def typeset_here(data: dict[str, Any]) -> bytes:
    """The PDF of a form's data, made in this process. Raises PaperFailed."""
    # The typesetter takes 40 ms to load and most processes never print.
    import typst

    text = json.dumps(marked(data), ensure_ascii=False).encode("utf-8", "replace").decode()
    try:
        pdf = typst.compile(
            TEMPLATE.read_bytes(),
            font_paths=_faces(),
            ignore_system_fonts=True,
            sys_inputs={"data": text.replace("\x00", "")},
        )
    except RuntimeError as reason:
        raise PaperFailed(str(reason)[:300]) from reason
    assert isinstance(pdf, bytes)
    return pdf


def typeset(data: dict[str, Any]) -> bytes:
    """The PDF of a form's data, made in a process of its own. Raises PaperFailed.

    The typesetter keeps a hundred megabytes of what it laid out, and nothing inside a process can
    stop it: a child gives its memory back, and is ended when a form takes too long.
    """
    given = json.dumps(data).encode()
    command = [sys.executable, "-m", "server.reports"]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, nothing from outside in the command
            command,
            input=given,
            capture_output=True,
            timeout=TYPESET_S,
            cwd=FOLDER.parent.parent,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PaperFailed(f"not typeset within {TYPESET_S:.0f} seconds") from None
    if done.returncode != 0:
        raise PaperFailed(done.stderr.decode("utf-8", "replace")[-300:])
    return done.stdout


class Papers:
    """Forms typeset before, by what they were made of; safe to share between threads.

    One is typeset at a time: a second reader of a form that is new waits for its turn, so that
    printing never takes more than one of the server's threads.
    """

    def __init__(self, typesetter: Callable[[dict[str, Any]], bytes] = typeset) -> None:
        self._typeset = typesetter
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def pdf(self, key: str, data: Callable[[], dict[str, Any]]) -> bytes:
        """The PDF under a key, made of `data()` the first time. Raises PaperBusy, PaperFailed."""
        found = self._find(key)
        if found is not None:
            return found
        if not self._turn.acquire(timeout=TURN_S):
            raise PaperBusy("another form is being typeset", retry_after_s=5)
        try:
            found = self._find(key)
            if found is None:
                found = self._typeset(data())
                self._keep(key, found)
        finally:
            self._turn.release()
        return found

    def _find(self, key: str) -> bytes | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def _keep(self, key: str, pdf: bytes) -> None:
        with self._lock:
            self._kept[key] = pdf
            while len(self._kept) > KEPT_MAX or sum(map(len, self._kept.values())) > KEPT_BYTES_MAX:
                self._kept.popitem(last=False)


def paper_key(*parts: str) -> str:
    """A key that changes with everything the PDF is made of: the parts, and the template."""
    digest = sha256(TEMPLATE.read_bytes())
    for part in parts:
        digest.update(b"\x00" + part.encode("utf-8", "replace"))
    return digest.hexdigest()
