"""What the office sent back: its message, its comments, one tap to the question of each."""

from __future__ import annotations

from kivy.metrics import dp

from mobile.presenters.returned import CommentView, ReturnedPresenter, ReturnedRecord, ReturnedState
from mobile.ui.look import look
from mobile.ui.navigation import Navigation
from mobile.ui.screens.form_dialogs import LineButton
from mobile.ui.screens.presented import DrawnScreen
from mobile.ui.strings import tr
from mobile.ui.theme import rgba
from mobile.ui.widgets.button import SecondaryButton
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Card, Column, Divider, Row
from mobile.ui.widgets.messages import EmptyState


class ReturnedScreen(DrawnScreen):
    """All records that came back."""

    def __init__(self, presenter: ReturnedPresenter, navigation: Navigation) -> None:
        super().__init__(presenter, navigation, "returned.title", automation_id="returned")

    def draw(self, state: ReturnedState, before: ReturnedState | None) -> None:
        """Show the records, or that nothing waits."""
        if not state.records:
            self.set_body(EmptyState("check_circle", "returned.none", "returned.none_text"))
            return
        self._page.column.clear_widgets()
        for number, record in enumerate(state.records):
            self._page.column.add_widget(self._card(number, record))
        self.show_page()

    def _card(self, number: int, record: ReturnedRecord) -> Card:
        card = Card(automation_id=f"returned:{number}")
        head = Row(spacing=dp(12))
        head.add_widget(Icon("returned", ink="warn"))
        words = Column(spacing=0)
        words.add_widget(ThaiLabel(record.title, role="heading"))
        told = [record.kind.get(look.language), record.by, record.at.get(look.language)]
        words.add_widget(
            ThaiLabel(" · ".join(part for part in told if part), role="small", ink="ink-soft")
        )
        head.add_widget(words)
        card.add_widget(head)
        if record.message:
            bubble = Row(fill=rgba("warn-paper"), padding=[dp(14), dp(8)], spacing=dp(10))
            bubble.add_widget(Icon("message", ink="warn"))
            bubble.add_widget(ThaiLabel(record.message, ink="warn"))
            card.add_widget(bubble)
        for place, comment in enumerate(record.comments):
            card.add_widget(Divider())
            line = LineButton(
                "comment",
                comment.text,
                comment.question.get(look.language) or tr("returned.whole"),
                ink="warn",
                automation_id=f"returned:{number}:{place}",
            )
            line.bind(on_release=lambda _, comment=comment: self._open(record, comment))
            card.add_widget(line)
        button = SecondaryButton(
            text_key="returned.open", icon_name="edit", automation_id=f"returned:{number}:open"
        )
        button.bind(on_release=lambda *_: self._open(record, None))
        card.add_widget(button)
        return card

    def _open(self, record: ReturnedRecord, comment: CommentView | None) -> None:
        presenter = self.presenter.open(record.root)
        place = {"at": (comment.record, comment.field)} if comment and comment.field else {}
        self.navigation.open("form", presenter=presenter, **place)
