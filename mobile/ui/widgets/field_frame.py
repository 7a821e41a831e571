"""A question on the screen: its words above, its input, and everything said about its answer."""

from __future__ import annotations

from typing import Any, Final

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty, OptionProperty, StringProperty

from mobile.ui.strings import tr
from mobile.ui.theme import PAD, mixed, rgba
from mobile.ui.widgets.button import SecondaryButton, TextButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Column, Row

# What is known about where the answer is: icon, tone. The word is `saved.<state>`.
SAVED: Final[dict[str, tuple[str, str]]] = {
    "": ("", ""),
    "saving": ("pause", "ink-soft"),
    "saved": ("check", "good"),
    "not_saved": ("alert_hard", "bad"),
}
ORDER: Final = (
    "head", "media", "comment", "guidance", "input", "hint", "problem", "before", "extras",
)  # fmt: skip


class FieldFrame(Column):
    """Label above, hint below, problem in place, saved mark, previous answer, comment, lock.

    Parts are made when they have something to say, and take no room while they have not.
    `on_answer(value)` is the input's; `on_same_as_before` is a tap on the previous answer's button,
    the offer under it is the screen's own to add by `add_extra`.
    """

    label = StringProperty("")
    hint = StringProperty("")
    required = BooleanProperty(False)
    locked = BooleanProperty(False)
    spans = BooleanProperty(False)
    saved = OptionProperty("", options=list(SAVED))
    input = ObjectProperty(None)
    __events__ = ("on_answer", "on_same_as_before")

    def __init__(self, input_widget: InputWidget, **settings: Any) -> None:
        settings.setdefault("automation_id", f"field:{input_widget.automation_id}")
        self._ready = False
        super().__init__(
            input=input_widget,
            fill=rgba("surface"),
            edge=rgba("line"),
            edge_width=dp(1),
            padding=dp(PAD),
            spans=input_widget.wants_width,
            **settings,
        )
        self._problem: tuple[str, str] = ("", "hard")
        self._unreadable = ""
        self._guidance, self._guidance_open = "", False
        self._parts: dict[str, Any] = {"input": input_widget}
        self._words = ThaiLabel(role="strong")
        self._parts["head"] = self._words
        self._mark: tuple[str, ...] = ()  # what stands behind the label: lock, or saved
        self._composing = Clock.create_trigger(self._compose, -1)
        for name in ("label", "hint", "required", "saved", "locked"):
            self.fbind(name, self._later)
        input_widget.bind(on_answer=lambda _, value: self._answered(value))
        input_widget.bind(on_unreadable=lambda _, sentence: self._not_read(sentence))
        self.fbind("locked", lambda *_: input_widget.set_locked(self.locked))
        if self.locked:
            input_widget.set_locked(True)
        self._ready = True
        self._compose()

    def set_value(self, value: Any) -> None:
        """Show an answer that comes from elsewhere."""
        self.input.set_value(value)

    def set_problem(self, text: str, severity: str = "hard") -> None:
        """Say what is wrong and what to do; `hard` blocks submitting, `soft` wants a reason."""
        if (text, severity) != self._problem:
            self._problem = (text, severity)
            self._later()
        wrong = text if severity == "hard" else ""
        if wrong != self.input.problem:
            self.input.set_problem(wrong)

    def set_locked(self, locked: bool) -> None:
        """Take no answer here (the record was sent), or take one again (it was returned)."""
        self.locked = locked

    def set_saved(self, state: str) -> None:
        """Say whether the answer is safe: `saving`, `saved`, `not_saved` or nothing."""
        self.saved = state

    def set_guidance(self, text: str) -> None:
        """Words for who wants to know more: behind a button until it is pressed ("" for none)."""
        if text == self._guidance:
            return
        self._guidance = text
        self._parts.pop("guidance", None)
        if text:
            self._parts["guidance"] = self._make_guidance(text)
        self._later()

    def set_media(self, widget: Any) -> None:
        """Put what belongs to the label (pictures, sound) below it; None for nothing."""
        self._parts.pop("media", None)
        if widget is not None:
            self._parts["media"] = widget
        self._later()

    def set_previous(self, text: str) -> None:
        """Show last time's answer in grey with a button that takes it again ("" for none)."""
        self._parts.pop("before", None)
        if text:
            row = self._parts["before"] = Row()
            row.add_widget(Icon("history", ink="ink-soft"))
            words = tr("field.previous", answer=text)
            row.add_widget(ThaiLabel(words, role="small", ink="ink-soft"))
            if not self.locked:
                button = SecondaryButton(
                    text_key="field.same", automation_id=f"{self.automation_id}:same"
                )
                button.bind(on_release=lambda *_: self.dispatch("on_same_as_before"))
                row.add_widget(button)
        self._later()

    def set_comment(self, author: str, when: str, text: str) -> None:
        """Show what a reviewer wrote about this answer ("" for nothing)."""
        self._parts.pop("comment", None)
        if text:
            bubble = self._parts["comment"] = Column(
                fill=rgba("warn-paper"),
                edge=mixed("warn", "warn-paper", 0.4),
                edge_width=dp(1),
                padding=[dp(14), dp(8)],
                spacing=0,
            )
            head = Row()
            head.add_widget(Icon("comment", ink="warn"))
            head.add_widget(
                ThaiLabel(
                    " · ".join(part for part in (author, when) if part), role="small", ink="warn"
                )
            )
            bubble.add_widget(head)
            bubble.add_widget(ThaiLabel(text))
        self._later()

    def add_extra(self, widget: Any) -> None:
        """Put a widget of the screen's own under the input (an offer, a warning with a reason)."""
        if "extras" not in self._parts:
            self._parts["extras"] = Column()
        self._parts["extras"].add_widget(widget)
        self._later()

    def clear_extras(self) -> None:
        """Take those out again."""
        if self._parts.pop("extras", None) is not None:
            self._later()

    def on_answer(self, value: Any) -> None:
        """A person answered."""

    def on_same_as_before(self) -> None:
        """Take last time's answer."""

    def visible_texts(self) -> list[str]:
        """All words are the labels'."""
        return []

    def settle(self) -> None:
        """Put in what has something to say, and lay it out."""
        if self._composing.is_triggered:
            self._compose()
        super().settle()

    def _answered(self, value: Any) -> None:
        self._unreadable = ""
        self._later()
        self.dispatch("on_answer", value)

    def _not_read(self, sentence: str) -> None:
        self._unreadable = sentence
        if sentence:
            self.saved = ""
        self._later()

    # -- composing -----------------------------------------------------------------------------

    def _later(self, *_: Any) -> None:
        """Once before the frame, however much is said about the answer at once."""
        if self._ready:
            self._composing()

    def _compose(self, *_: Any) -> None:
        """Put in what has something to say, in the order in which it is read."""
        self._composing.cancel()
        self._compose_head()
        self._compose_sentences()
        wanted = [self._parts[name] for name in ORDER if name in self._parts]
        if self.children[::-1] == wanted:
            return
        for child in [child for child in self.children if child not in wanted]:
            self.remove_widget(child)
        for place, widget in enumerate(reversed(wanted)):
            if widget.parent is None:
                self.add_widget(widget, index=min(place, len(self.children)))

    def _compose_sentences(self) -> None:
        """The hint, and what is wrong."""
        if self.hint:
            if "hint" not in self._parts:
                self._parts["hint"] = ThaiLabel(role="small", ink="ink-soft")
            self._parts["hint"].text = self.hint
        else:
            self._parts.pop("hint", None)
        sentence, severity = (self._unreadable, "hard") if self._unreadable else self._problem
        hard = severity == "hard"
        ink, paper = ("bad", "bad-paper") if hard else ("warn", "warn-paper")
        self.edge = rgba(ink if sentence else "line")
        self.edge_width = dp(2 if sentence else 1)
        if not sentence:
            self._parts.pop("problem", None)
            return
        if "problem" not in self._parts:
            row = self._parts["problem"] = Row(padding=[dp(12), dp(4)])
            self._problem_icon, self._problem_label = Icon("alert_hard"), ThaiLabel()
            row.add_widget(self._problem_icon)
            row.add_widget(self._problem_label)
        self._problem_icon.name = "alert_hard" if hard else "alert"
        self._problem_icon.ink = self._problem_label.ink = ink
        self._problem_label.text = sentence
        self._parts["problem"].fill = rgba(paper)

    @property
    def problem_text(self) -> str:
        """What is said to be wrong just now."""
        return self._unreadable or self._problem[0]

    def _compose_head(self) -> None:
        required = f" ({tr('field.required')})" if self.required else ""
        self._words.text = self.label + required
        mark = ("lock", "ink-soft", "field.locked") if self.locked else ()
        if not self.locked and self.saved:
            icon_name, ink = SAVED[self.saved]
            mark = (icon_name, ink, f"saved.{self.saved}")
        if mark == self._mark:
            return
        self._mark = mark
        old = self._parts["head"]
        if old.parent is self:
            self.remove_widget(old)
        if old is not self._words:
            old.remove_widget(self._words)
        if not mark:
            self._parts["head"] = self._words
            return
        head = self._parts["head"] = Row(spacing=dp(12))
        icon_name, ink, key = mark
        head.add_widget(self._words)
        head.add_widget(Icon(icon_name, ink=ink))
        head.add_widget(ThaiLabel(role="small", fit="own", ink=ink, text_key=key))

    def _make_guidance(self, text: str) -> Column:
        column = Column(spacing=0)
        button = TextButton(
            text_key="label.guidance", icon_name="help", automation_id=f"{self.automation_id}:more"
        )
        words = ThaiLabel(text, role="small", ink="ink-soft")

        def turn(*_: Any) -> None:
            shown = words.parent is not None
            (column.remove_widget if shown else column.add_widget)(words)
            button.text_key = "label.guidance" if shown else "label.less"

        button.bind(on_release=turn)
        column.add_widget(button)
        return column
