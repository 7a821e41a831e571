"""A question on the screen: its words above, its input, and everything said about its answer."""

from __future__ import annotations

from typing import Any, Final

from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty, OptionProperty, StringProperty

from mobile.ui.strings import tr
from mobile.ui.theme import PAD, mixed, rgba
from mobile.ui.widgets.button import SecondaryButton
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


class FieldFrame(Column):
    """Label above, hint below, problem in place, saved mark, previous answer, comment, lock.

    Parts take no room while there is nothing to say. `on_answer(value)` is the input's;
    `on_same_as_before` is a tap on the previous answer's button, `on_update_register` of the offer
    under it is the screen's own to add by `add_extra`.
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
        self._head = Row(spacing=dp(12))
        self._words = ThaiLabel(role="strong")
        self._saved_icon, self._saved_word = Icon("check"), ThaiLabel(role="small", fit="own")
        self._lock = Icon("lock", ink="ink-soft")
        self._lock_word = ThaiLabel(
            role="small", fit="own", ink="ink-soft", text_key="field.locked"
        )
        self._hint = ThaiLabel(role="small", ink="ink-soft")
        self._problem_row = Row(padding=[dp(12), dp(4)])
        self._problem_icon, self._problem_words = Icon("alert_hard"), ThaiLabel()
        self._problem_row.add_widget(self._problem_icon)
        self._problem_row.add_widget(self._problem_words)
        self._before = Row()
        self._comment = Column()
        self._extras = Column()
        for name in ("label", "hint", "required", "saved", "locked"):
            self.fbind(name, self._compose)
        input_widget.bind(on_answer=lambda _, value: self._answered(value))
        input_widget.bind(on_unreadable=lambda _, sentence: self._not_read(sentence))
        self.fbind("locked", lambda *_: input_widget.set_locked(self.locked))
        if self.locked:
            input_widget.set_locked(True)
        self._compose()

    def set_value(self, value: Any) -> None:
        """Show an answer that comes from elsewhere."""
        self.input.set_value(value)

    def set_problem(self, text: str, severity: str = "hard") -> None:
        """Say what is wrong and what to do; `hard` blocks submitting, `soft` wants a reason."""
        self._problem = (text, severity)
        self.input.set_problem(text if severity == "hard" else "")
        self._compose()

    def set_locked(self, locked: bool) -> None:
        """Take no answer here (the record was sent), or take one again (it was returned)."""
        self.locked = locked

    def set_saved(self, state: str) -> None:
        """Say whether the answer is safe: `saving`, `saved`, `not_saved` or nothing."""
        self.saved = state

    def set_previous(self, text: str) -> None:
        """Show last time's answer in grey with a button that takes it again ("" for none)."""
        self._before.clear_widgets()
        if text:
            self._before.add_widget(Icon("history", ink="ink-soft"))
            words = tr("field.previous", answer=text)
            self._before.add_widget(ThaiLabel(words, role="small", ink="ink-soft"))
            if not self.locked:
                button = SecondaryButton(
                    text_key="field.same", automation_id=f"{self.automation_id}:same"
                )
                button.bind(on_release=lambda *_: self.dispatch("on_same_as_before"))
                self._before.add_widget(button)
        self._compose()

    def set_comment(self, author: str, when: str, text: str) -> None:
        """Show what a reviewer wrote about this answer ("" for nothing)."""
        self._comment.clear_widgets()
        if text:
            bubble = Column(
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
            self._comment.add_widget(bubble)
        self._compose()

    def add_extra(self, widget: Any) -> None:
        """Put a widget of the screen's own under the input (an offer, a warning with a reason)."""
        self._extras.add_widget(widget)
        self._compose()

    def clear_extras(self) -> None:
        """Take those out again."""
        self._extras.clear_widgets()
        self._compose()

    def on_answer(self, value: Any) -> None:
        """A person answered."""

    def on_same_as_before(self) -> None:
        """Take last time's answer."""

    def visible_texts(self) -> list[str]:
        """All words are the labels'."""
        return []

    def _answered(self, value: Any) -> None:
        self._unreadable = ""
        self.dispatch("on_answer", value)

    def _not_read(self, sentence: str) -> None:
        self._unreadable = sentence
        if sentence:
            self.saved = ""
        self._compose()

    def _compose(self, *_: Any) -> None:
        """Put in what has something to say, in the order in which it is read."""
        self._compose_head()
        sentence, severity = (self._unreadable, "hard") if self._unreadable else self._problem
        hard = severity == "hard"
        ink, paper = ("bad", "bad-paper") if hard else ("warn", "warn-paper")
        self._problem_icon.name = "alert_hard" if hard else "alert"
        self._problem_icon.ink = self._problem_words.ink = ink
        self._problem_words.text = sentence
        self._problem_row.fill = rgba(paper)
        self._hint.text = self.hint
        self.edge = rgba(ink if sentence else "line")
        self.edge_width = dp(2 if sentence else 1)
        wanted = [self._head]
        wanted += [self._comment] if self._comment.children else []
        wanted += [self.input]
        wanted += [self._hint] if self.hint else []
        wanted += [self._problem_row] if sentence else []
        wanted += [self._before] if self._before.children else []
        wanted += [self._extras] if self._extras.children else []
        if list(reversed(self.children)) != wanted:
            for child in [child for child in self.children if child not in wanted]:
                self.remove_widget(child)
            for place, widget in enumerate(reversed(wanted)):
                if widget.parent is None:
                    self.add_widget(widget, index=min(place, len(self.children)))

    def _compose_head(self) -> None:
        required = f" ({tr('field.required')})" if self.required else ""
        self._words.text = self.label + required
        self._head.clear_widgets()
        self._head.add_widget(self._words)
        if self.locked:
            self._head.add_widget(self._lock)
            self._head.add_widget(self._lock_word)
        elif self.saved:
            icon_name, ink = SAVED[self.saved]
            self._saved_icon.name, self._saved_icon.ink, self._saved_word.ink = icon_name, ink, ink
            self._saved_word.text_key = f"saved.{self.saved}"
            self._head.add_widget(self._saved_icon)
            self._head.add_widget(self._saved_word)
