"""A repeat on the page of a form: its rows as lines to open, and a way to add one below them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.image import Image

from mobile.presenters.form_views import LINES_SHOWN, RowLine, RowsView
from mobile.presenters.surroundings import Surroundings
from mobile.ui.look import look
from mobile.ui.strings import tr
from mobile.ui.theme import rgba
from mobile.ui.widgets.button import IconButton, Pressable, SecondaryButton, TextButton
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Card, Column, Flow, Row
from mobile.ui.widgets.messages import Notice

SHOWN_FIRST: Final = LINES_SHOWN  # pictures; a button shows as many more
SHOWN_OF_MANY: Final = 5  # lines of a long repeat; all of them are a list of its own
REMOVED_SHOWN: Final = 3
PICTURE_DP: Final = 56


@dataclass(frozen=True, slots=True)
class RowActs:
    """What a person can do with rows; the screen carries it out."""

    enter: Callable[[str], None]
    delete: Callable[[RowLine], None] | None
    add: Callable[[RowsView], None]
    open_list: Callable[[RowsView], None]
    photograph: Callable[[RowsView], None]
    pick_pictures: Callable[[RowsView], None]
    restore: Callable[[str], object]


class RowCard(Pressable):
    """A row in one line: picture, title, second line, what is wrong; the line opens it."""

    def __init__(self, number: int, line: RowLine, acts: RowActs, see: Surroundings) -> None:
        super().__init__(
            size_hint_y=None,
            spacing=dp(12),
            padding=[dp(14), dp(6), dp(6), dp(6)],
            edge=rgba("line"),
            edge_width=dp(1),
            automation_id=f"row:{number}",
        )
        self.line = line
        self.bind(minimum_height=lambda *_: self._fit())
        self.bind(on_release=lambda *_: acts.enter(line.record))
        self._see = see
        if line.picture:
            self._place = Column(size_hint_x=None, width=dp(PICTURE_DP))
            self._show_picture()
            self.add_widget(self._place)
        words = Column(spacing=0, pos_hint={"center_y": 0.5})
        words.add_widget(ThaiLabel(line.title.get(look.language), role="strong"))
        second = line.second.get(look.language)
        if second:
            words.add_widget(ThaiLabel(second, role="small", ink="ink-soft"))
        marks = self._marks(line)
        if marks is not None:
            words.add_widget(marks)
        self.add_widget(words)
        if acts.delete is not None and not line.made:
            delete = IconButton("delete", hint_key="form.delete_row", pos_hint={"center_y": 0.5})
            delete.automation_id = f"delete:{number}"
            delete.bind(on_release=lambda *_, delete_row=acts.delete: delete_row(line))
            self.add_widget(delete)
        self.add_widget(Icon("chevron_right", ink="ink-soft", pos_hint={"center_y": 0.5}))
        self.show_state()

    def _marks(self, line: RowLine) -> Flow | None:
        flow = Flow()
        if line.problems:
            flow.add_widget(_mark("alert_hard", "bad", tr("tabs.problems", count=line.problems)))
        if line.comments:
            flow.add_widget(_mark("comment", "warn", tr("form.comments", count=line.comments)))
        if line.made and not line.answered:
            flow.add_widget(_mark("draft", "ink-soft", tr("form.not_answered")))
        return flow if flow.children else None

    def _show_picture(self) -> None:
        path = self._see.thumbnail(
            self.line.picture, lambda: Clock.schedule_once(lambda _: self._show_picture())
        )
        self._place.clear_widgets()
        side = {"size_hint_y": None, "height": dp(PICTURE_DP)}
        if path is None:
            self._place.add_widget(Icon("image", ink="ink-soft", size_dp=32))
        else:
            self._place.add_widget(Image(source=str(path), fit_mode="cover", **side))

    def _fit(self) -> None:
        self.height = max(dp(64), self.minimum_height)

    def show_state(self, *_: Any) -> None:
        """Tinted under the finger."""
        self.fill = rgba("primary-paper" if self.state == "down" else "surface")


def _mark(icon_name: str, ink: str, words: str) -> Row:
    row = Row(size_hint_x=None, spacing=dp(4))
    row.add_widget(Icon(icon_name, ink=ink, size_dp=18))
    row.add_widget(ThaiLabel(words, role="small", ink=ink, fit="own"))
    row.bind(minimum_width=row.setter("width"))
    row.width = sum(child.width for child in row.children) + dp(4)
    return row


class RowsCard(Card):
    """All that is said of a repeat: label, hint, what is wrong, its rows, and to add one."""

    spans = True

    def __init__(self, view: RowsView, acts: RowActs, see: Surroundings) -> None:
        super().__init__(automation_id=f"rows:{view.key}")
        self._acts, self._see = acts, see
        self._most = SHOWN_FIRST
        self.view = view
        self._build()

    def show(self, view: RowsView) -> None:
        """Show what the view says; nothing is drawn anew when it is the same."""
        if view != self.view:
            self.view = view
            self._build()

    def finish(self) -> None:
        """Nothing is typed here."""

    def _build(self) -> None:
        view = self.view
        self.clear_widgets()
        head = Row(spacing=dp(12))
        head.add_widget(ThaiLabel(view.label.get(look.language), role="heading"))
        word = ThaiLabel(tr("form.rows", count=view.count), role="small", ink="ink-soft", fit="own")
        head.add_widget(word)
        self.add_widget(head)
        if view.hint:
            self.add_widget(ThaiLabel(view.hint.get(look.language), role="small", ink="ink-soft"))
        if view.comments:
            self.add_widget(Notice(tone="warn", text="\n".join(view.comments)))
        if view.problem is not None:
            self.add_widget(Notice(tone="bad", text=view.problem.get(look.language)))
        if view.fast:
            self._build_fast()
            return
        acts = self._acts if view.can_delete else replace(self._acts, delete=None)
        many = view.count > LINES_SHOWN and not view.pictures
        for number, line in enumerate(view.rows[: SHOWN_OF_MANY if many else self._most]):
            self.add_widget(RowCard(number, line, acts, self._see))
        self._add_removed()
        if many:
            self._add_list_button(tr("form.all_rows", count=view.count), "magnify")
        elif len(view.rows) > self._most:
            more = TextButton(text_key="form.more_rows", automation_id=f"more:{view.key}")
            more.bind(on_release=lambda *_: self._show_more())
            self.add_widget(more)
        if view.can_add:
            self._add_buttons()

    def _build_fast(self) -> None:
        self._add_removed()
        self._add_list_button(tr("form.open_list"), "people")

    def _add_list_button(self, words: str, icon_name: str) -> None:
        button = SecondaryButton(
            text=words, icon_name=icon_name, automation_id=f"open:{self.view.key}"
        )
        button.bind(on_release=lambda *_: self._acts.open_list(self.view))
        self.add_widget(button)

    def _add_removed(self) -> None:
        """What was removed while the form is open, each a tap away from coming back."""
        for record, title in self.view.removed[-REMOVED_SHOWN:]:
            words = tr("form.removed_row", title=title.get(look.language))
            notice = Notice(
                tone="info",
                text=words,
                action_key="form.take_back",
                automation_id=f"removed:{self.view.key}",
            )
            notice.bind(on_action=lambda _, record=record: self._acts.restore(record))
            self.add_widget(notice)

    def _add_buttons(self) -> None:
        view, line = self.view, Flow()
        wishes = [("form.add_row", "add", f"add:{view.key}", self._acts.add)]
        if view.pictures:
            wishes = [
                ("photo.take", "camera", f"take:{view.key}", self._acts.photograph),
                ("photo.pick", "image", f"pick:{view.key}", self._acts.pick_pictures),
            ]
        for key, icon_name, name, act in wishes:
            button = SecondaryButton(text_key=key, icon_name=icon_name, automation_id=name)
            button.bind(on_release=lambda _, act=act: act(view))
            line.add_widget(button)
        self.add_widget(line)

    def _show_more(self) -> None:
        self._most += SHOWN_FIRST
        self._build()
