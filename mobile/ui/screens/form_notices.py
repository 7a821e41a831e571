"""What the form says about the whole record: sent back, locked, no room, not saved, an offer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mobile.presenters.form_views import FormState
from mobile.ui.strings import tr
from mobile.ui.widgets.layout import Column
from mobile.ui.widgets.messages import Notice
from mobile.ui.words import say


class FormNotices:
    """Fixed under the tabs: what endangers answers. Above the questions, scrolling: the rest."""

    def __init__(
        self,
        show_offer: Callable[[], None],
        save_again: Callable[[], None],
        show_move: Callable[[], None],
        show_aside: Callable[[], None],
    ) -> None:
        self._show_offer, self._save_again = show_offer, save_again
        self._show_move, self._show_aside = show_move, show_aside
        self._fixed: Any = None
        self._loose: Any = None

    def show(self, state: FormState, loose: Column, fixed: Column, *, below: Any) -> None:
        """Put notices into the two columns; `below` is what always stands first in `fixed`."""
        urgent = (below, say(state.blocked), state.saved == "not_saved")
        if urgent != self._fixed or below.parent is not fixed:
            self._fixed = urgent
            self._show_fixed(state, fixed, below)
        others = (
            state.message,
            say(state.lock_words),
            state.comments,
            state.offer,
            state.move,
            state.aside,
            state.given_up,
            bool(state.focus),
        )
        if others != self._loose:
            self._loose = others
            self._show_loose(state, loose)

    def _show_fixed(self, state: FormState, fixed: Column, below: Any) -> None:
        fixed.clear_widgets()
        fixed.padding = 0
        fixed.add_widget(below)
        if state.blocked is not None:
            fixed.add_widget(Notice(tone="bad", text=say(state.blocked), corner=0))
        if state.saved == "not_saved":
            notice = Notice(
                tone="bad", text_key="form.not_saved", action_key="form.save_again", corner=0
            )
            notice.bind(on_action=lambda *_: self._save_again())
            fixed.add_widget(notice)

    def _show_loose(self, state: FormState, loose: Column) -> None:
        loose.clear_widgets()
        if state.given_up:
            words = tr("form.given_up", count=state.given_up)
            loose.add_widget(Notice(tone="warn", text=words))
        if state.focus:
            return
        if state.lock_words is not None and state.lock_words != state.blocked:
            loose.add_widget(Notice(tone="info", text=say(state.lock_words)))
        if state.message or state.comments:
            key = "form.returned" if state.message else "form.returned_plain"
            words = tr(key, message=state.message, count=state.comments)
            loose.add_widget(Notice(tone="warn", text=words))
        if state.offer is not None:
            words = tr(
                "form.offer",
                title=state.offer.register_title,
                count=len(state.offer.differences),
            )
            notice = Notice(tone="info", text=words, action_key="form.offer_see")
            notice.bind(on_action=lambda *_: self._show_offer())
            loose.add_widget(notice)
        if state.move is not None:
            words = tr("form.move", version=state.move.version)
            _with_action(loose, words, "form.move_see", self._show_move, "form_move")
        if state.aside:
            words = tr("form.aside", count=len(state.aside))
            _with_action(loose, words, "form.aside_see", self._show_aside, "form_aside")


def _with_action(
    column: Column, words: str, key: str, act: Callable[[], None], automation_id: str
) -> None:
    notice = Notice(tone="info", text=words, action_key=key, automation_id=automation_id)
    notice.bind(on_action=lambda *_: act())
    column.add_widget(notice)
