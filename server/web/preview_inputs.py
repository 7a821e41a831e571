"""How each type of question is answered in the office's preview: fields of plain HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from server.web.answers import AnswerTexts
from server.web.preview_draft import Trial
from server.web.preview_reading import PLACE_PARTS, Typed, field_name
from shared.canonical import JsonValue
from shared.forms.definition import Choice, Question
from shared.forms.question_types import FILE_TYPES, NEVER_SHOWN, widget_of
from shared.forms.scale import scale_of

RADIOS_MAX: Final = 24
"""A longer list is searched by typing, as on the tablet."""
FOUND_MAX: Final = 20
STEPS_MAX: Final = 24
LINE_PARTS: Final = ("lat", "lon", "altitude", "accuracy")
Search = Callable[[str, str], list[tuple[str, str]]]
"""Register or record type and typed text -> (id, title) of some entries."""


@dataclass(slots=True)
class InputView:
    """A field: how it is drawn, its name, what stands in it. `asks` is False for what can only be
    read. `options` are (name, label, chosen)."""

    kind: str
    name: str
    value: str = ""
    options: list[tuple[str, str, bool]] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    search: str | None = None
    more: bool = False
    note: str = ""
    asks: bool = True
    lines: int = 0
    mode: str = "text"

    def part(self, name: str) -> str:
        """What stands in one part of the field."""
        return next((text for part, text in self.parts if part == name), "")


class InputViews:
    """Makes the fields of one page."""

    def __init__(self, trial: Trial, texts: AnswerTexts, language: str, search: Search) -> None:
        self.trial = trial
        self.engine = trial.engine
        self.texts = texts
        self.language = language
        self._search = search

    def of(self, question: Question, record: str, typed: Typed) -> InputView:
        """The field of a question."""
        name = field_name(record, question.key)
        value = self.engine.value(record, question.key)
        closed = self._closed(question, record)
        if closed:
            return InputView(
                "shown", name, self.texts.text(question, value), asks=False, note=closed
            )
        view = self._choices(question, record, name, value, typed)
        if view is None:
            view = self._special(question, name, value) or self._plain(question, name, value)
        view.value = typed.texts.get(name, view.value)
        view.parts = [(part, typed.texts.get(f"{name}:{part}", text)) for part, text in view.parts]
        return view

    def _closed(self, question: Question, record: str) -> str:
        """Why nobody answers this here; empty when somebody may."""
        if question.type in NEVER_SHOWN:
            return "computed"
        if question.answered_by == "office":
            return "office"
        return "read_only" if self.engine.read_only(record, question.key) else ""

    # -- choices -----------------------------------------------------------------------------

    def _choices(
        self, question: Question, record: str, name: str, value: JsonValue, typed: Typed
    ) -> InputView | None:
        kind = question.type
        if kind == "rank":
            return self._rank(question, record, name, value, typed)
        several = kind in ("select_multiple", "references")
        if not several and kind not in ("select_one", "reference"):
            return None
        chosen = [str(one) for one in value] if isinstance(value, list) else []
        chosen = [value] if isinstance(value, str) else chosen
        target = question.refers_to
        if target is not None and target.kind in ("register", "record"):
            return self._elsewhere(question, record, name, chosen, typed, several=several)
        typed_text = typed.searches.get((record, question.key), "")
        found = self.engine.search(record, question.key, typed_text, RADIOS_MAX + 1)
        if target is not None and target.kind == "rows":
            found = self.engine.choices(record, question.key)[: RADIOS_MAX + 1]
        elif not typed_text and len(found) <= RADIOS_MAX:
            found = self.engine.choices(record, question.key)
        long = len(found) > RADIOS_MAX or bool(typed_text)
        shown = found[: FOUND_MAX if long else RADIOS_MAX]
        options = [(one.name, self._said(one, record), one.name in chosen) for one in shown]
        options = self._with_chosen(question, options, chosen)
        minimal = not several and not long and "minimal" in question.appearance.split()
        view = InputView(
            "checks" if several else "list" if minimal else "radios", name, options=options
        )
        if long:
            view.search, view.more = typed_text, len(found) > FOUND_MAX
        return view

    def _said(self, choice: Choice, record: str) -> str:
        return self.engine.text(record, choice.label, self.language) or choice.name

    def _with_chosen(
        self, question: Question, options: list[tuple[str, str, bool]], chosen: list[str]
    ) -> list[tuple[str, str, bool]]:
        """What is chosen stands first when the search does not show it."""
        shown = {one[0] for one in options}
        one_only = question.type in ("select_one", "reference")
        missing = [
            (name, self.texts.text(question, name if one_only else [name]), True)
            for name in chosen
            if name not in shown
        ]
        return [*missing, *options]

    def _elsewhere(
        self,
        question: Question,
        record: str,
        name: str,
        chosen: list[str],
        typed: Typed,
        *,
        several: bool,
    ) -> InputView:
        """Entries of a register or other records, found by typing."""
        target = question.refers_to
        assert target is not None
        text = typed.searches.get((record, question.key), "")
        found = self._search(target.target, text)
        options = [(one, title, one in chosen) for one, title in found[:FOUND_MAX]]
        known = {one for one, _, _ in options}
        options = [
            (one, self.texts.titles.get(one, one), True) for one in chosen if one not in known
        ] + options
        kind = "checks" if several else "radios"
        return InputView(
            kind, name, options=options, search=text, more=len(found) > FOUND_MAX, note="register"
        )

    def _rank(
        self, question: Question, record: str, name: str, value: JsonValue, typed: Typed
    ) -> InputView:
        listed = self.engine.choices(record, question.key)
        order = self.trial.subject.form.choice_lists.get(question.choices)
        at = (
            {str(one): str(place) for place, one in enumerate(value, start=1)}
            if isinstance(value, list)
            else {}
        )
        index = {} if order is None else order.positions
        view = InputView("rank", name)
        view.options = [
            (str(index.get(one.name, 0)), self._said(one, record), False) for one in listed
        ]
        view.parts = [(str(index.get(one.name, 0)), at.get(one.name, "")) for one in listed]
        return view

    # -- others ------------------------------------------------------------------------------

    def _special(self, question: Question, name: str, value: JsonValue) -> InputView | None:
        kind = question.type
        if kind in FILE_TYPES:
            return InputView("file", name, "1" if value is not None else "", note=kind)
        if kind == "acknowledge":
            return InputView("acknowledge", name, "1" if value is not None else "")
        if kind == "geopoint":
            given = value if isinstance(value, dict) else {}
            parts = [(part, str(given.get(part) or "")) for part in PLACE_PARTS]
            return InputView("place", name, parts=parts, note="place")
        if kind in ("geotrace", "geoshape"):
            places = value if isinstance(value, list) else []
            lines = [
                " ".join(
                    str(one[part]) for part in ("lat", "lon", "altitude", "accuracy") if part in one
                )
                for one in places
                if isinstance(one, dict)
            ]
            return InputView("lines", name, "\n".join(lines), lines=6, note=kind)
        if kind == "range":
            return self._range(question, name, value)
        return None

    def _range(self, question: Question, name: str, value: JsonValue) -> InputView | None:
        scale = scale_of(question)
        if scale is None:
            return None
        step = scale.step if scale.end >= scale.start else -scale.step
        steps = int((scale.end - scale.start) / step) + 1
        if steps > STEPS_MAX:
            note = f"{scale.start} – {scale.end} ({scale.step})"
            return InputView("line", name, "" if value is None else str(value), note=note)
        marks = [str(scale.start + step * number) for number in range(steps)]
        return InputView("radios", name, options=[(one, one, one == value) for one in marks])

    def _plain(self, question: Question, name: str, value: JsonValue) -> InputView:
        widget = widget_of(question)
        text = "" if value is None else str(value)
        if question.type in ("date", "time", "dateTime") and value is not None:
            text = self.texts.text(question, value)
        if widget == "multiline":
            return InputView("lines", name, text, lines=4)
        modes = {"integer": "numeric", "decimal": "decimal", "range": "decimal"}
        mode = modes.get(question.type, "text")
        if "numbers" in question.appearance.split():
            mode = "numeric"
        note = question.type if question.type in ("date", "time", "dateTime", "barcode") else ""
        return InputView("line", name, text, mode=mode, note=note)

    def limit(self, question: Question, record: str) -> str:
        """The limit that an answer is held against, in words."""
        found = self.engine.limit(record, question.key) if question.limit else None
        if found is None or not (found.least or found.most):
            return ""
        bounds = " – ".join(one for one in (found.least, found.most) if one)
        if not (found.least and found.most):
            bounds = ("≥ " if found.least else "≤ ") + bounds
        label = found.label.get(self.language)
        return f"{label}: {bounds} {self.texts.unit(found.unit)}".strip()
