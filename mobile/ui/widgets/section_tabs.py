"""The sections of a form as tabs: how far each is answered, and how much is wrong in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.properties import StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.scrollview import ScrollView

from mobile.ui.look import look
from mobile.ui.strings import tr
from mobile.ui.theme import SPACE, rgba
from mobile.ui.widgets.button import Pressable
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import CLEAR
from mobile.ui.widgets.messages import ProgressLine


@dataclass(frozen=True, slots=True)
class Section:
    """A tab: `answered` of `questions`, and how many problems (hard and soft) it holds."""

    key: str
    title: str
    answered: int = 0
    questions: int = 0
    problems: int = 0


class SectionTab(Pressable):
    """One section: its title, "3/12" or a mark when complete, a count of what is wrong."""

    def __init__(self, section: Section, selected: bool, **settings: Any) -> None:
        super().__init__(
            orientation="vertical",
            size_hint=(None, 1),
            padding=[dp(14), dp(4), dp(14), dp(6)],
            corner=0,
            automation_id=f"tab:{section.key}",
            **settings,
        )
        self.section, self.selected = section, selected
        ink = "primary" if selected else "ink"
        self.title = ThaiLabel(
            section.title, role="strong" if selected else "body", fit="own", ink=ink
        )
        marks = BoxLayout(size_hint=(None, None), spacing=dp(6))
        done = section.questions > 0 and section.answered >= section.questions
        if section.questions:
            if done and not section.problems:
                marks.add_widget(self._middle(Icon("check_circle", ink="good", size_dp=18)))
            words = f"{section.answered}/{section.questions}"
            marks.add_widget(
                self._middle(ThaiLabel(words, role="small", ink="ink-soft", fit="own"))
            )
        if section.problems:
            marks.add_widget(self._middle(Icon("alert_hard", ink="bad", size_dp=18)))
            count = tr("tabs.problems", count=section.problems)
            marks.add_widget(self._middle(ThaiLabel(count, role="small", ink="bad", fit="own")))
        marks.height = look.size("small") * 1.72
        share = section.answered / section.questions if section.questions else 0.0
        line = ProgressLine(
            value=share, height=dp(4), tone="bad" if section.problems else "primary"
        )
        for part in (self.title, marks, line):
            self.add_widget(part)
        gaps = marks.spacing * max(0, len(marks.children) - 1)
        marks.width = sum(child.width for child in marks.children) + gaps
        self.width = max(self.title.width, marks.width, dp(96)) + dp(28)
        self.show_state()

    @staticmethod
    def _middle(widget: Any) -> Any:
        widget.pos_hint = {"center_y": 0.5}
        return widget

    def show_state(self, *_: Any) -> None:
        """Tinted when it is the section that is open, or pressed."""
        held = self.state == "down" or getattr(self, "selected", False)
        self.fill = rgba("primary-paper") if held else CLEAR


class SectionTabs(ScrollView):
    """All sections of a form in one line that scrolls sideways; `on_choose(key)`."""

    selected = StringProperty("")
    __events__ = ("on_choose",)

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            do_scroll_y=False, size_hint_y=None, bar_width=0, scroll_distance=dp(20), **settings
        )
        self._row = BoxLayout(size_hint=(None, 1), padding=[dp(SPACE), 0])
        self._row.bind(minimum_width=self._row.setter("width"))
        self.add_widget(self._row)
        self._sections: Sequence[Section] = ()
        self.fbind("selected", self._compose)
        look.follow(self)
        self.apply_look()

    def show(self, sections: Sequence[Section], selected: str) -> None:
        """Show these sections, one of them open; unchanged ones cost nothing."""
        if tuple(sections) == self._sections and selected == self.selected:
            return
        self._sections = tuple(sections)
        if selected == self.selected:
            self._compose()
        self.selected = selected

    def apply_look(self) -> None:
        """Tabs of the text size of now."""
        self.height = look.size("body") * 1.72 + look.size("small") * 1.72 + dp(16)
        self._compose()

    def on_choose(self, key: str) -> None:
        """A tab was tapped."""

    def _compose(self, *_: Any) -> None:
        self._row.clear_widgets()
        for section in self._sections:
            tab = SectionTab(section, section.key == self.selected)
            tab.bind(on_release=lambda tab: self.dispatch("on_choose", tab.section.key))
            self._row.add_widget(tab)
            if tab.selected:
                Clock.schedule_once(lambda _, tab=tab: self._bring(tab))

    def _bring(self, tab: SectionTab) -> None:
        if tab.parent is self._row and self._row.width > self.width:
            self.scroll_to(tab, padding=dp(48), animate=False)
