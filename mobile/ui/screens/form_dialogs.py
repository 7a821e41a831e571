"""What the form asks above its page: problems to jump to, handing in, deleting, the menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kivy.metrics import dp

from mobile.presenters.form_views import FormState, OfferView, ProblemView, RowLine
from mobile.ui.look import look
from mobile.ui.strings import tr
from mobile.ui.theme import TARGET_PRIMARY, rgba
from mobile.ui.widgets.button import Pressable, SecondaryButton
from mobile.ui.widgets.dialog import BottomSheet, Dialog
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Column, Divider
from mobile.ui.widgets.text_input import ThaiTextInput

PROBLEMS_SHOWN_MAX = 40
Jump = Callable[[ProblemView], None]


class LineButton(Pressable):
    """A whole line that is tapped: icon, words, a smaller second line, where it leads."""

    def __init__(
        self, icon_name: str, words: str, second: str = "", ink: str = "ink", **settings: Any
    ) -> None:
        super().__init__(
            size_hint_y=None, spacing=dp(12), padding=[dp(8), dp(6)], corner=dp(8), **settings
        )
        self.bind(minimum_height=self._fit)
        self.add_widget(Icon(icon_name, ink=ink, pos_hint={"center_y": 0.5}))
        column = Column(spacing=0, pos_hint={"center_y": 0.5})
        column.add_widget(ThaiLabel(words))
        if second:
            column.add_widget(ThaiLabel(second, role="small", ink="ink-soft"))
        self.add_widget(column)
        self.add_widget(Icon("chevron_right", ink="ink-soft", pos_hint={"center_y": 0.5}))
        self._fit()

    def _fit(self, *_: Any) -> None:
        self.height = max(dp(TARGET_PRIMARY), self.minimum_height)

    def show_state(self, *_: Any) -> None:
        """Tinted under the finger."""
        self.fill = rgba("primary-paper") if self.state == "down" else (0, 0, 0, 0)


def problems_dialog(state: FormState, found: Sequence[ProblemView], jump: Jump) -> Dialog:
    """What must be put right before handing in; a tap on one goes there."""
    names = {section.key: section.label for section in state.sections}
    column = Column(spacing=0)
    dialog: list[Dialog] = []

    def go(problem: ProblemView) -> None:
        dialog[0].close()
        jump(problem)

    column.add_widget(ThaiLabel(text_key="form.problems_what", ink="ink-soft"))
    for number, problem in enumerate(found[:PROBLEMS_SHOWN_MAX]):
        where = names[problem.section].get(look.language) if problem.section in names else ""
        label = problem.label.get(look.language)
        line = LineButton(
            "alert_hard",
            label or where,
            " · ".join(
                part for part in (problem.message.get(look.language), label and where) if part
            ),
            ink="bad",
            automation_id=f"problem:{number}",
        )
        line.bind(on_release=lambda _, problem=problem: go(problem))
        column.add_widget(Divider())
        column.add_widget(line)
    if len(found) > PROBLEMS_SHOWN_MAX:
        more = tr("form.problems_more", count=len(found) - PROBLEMS_SHOWN_MAX)
        column.add_widget(ThaiLabel(more, ink="ink-soft"))
    made = Dialog(
        title=tr("form.problems", count=len(found)),
        content=column,
        accept_key="form.go_first",
        dismiss_key="dialog.close",
        automation_id="problems",
    )
    made.bind(on_accept=lambda *_: jump(found[0]))
    dialog.append(made)
    return made


def submit_dialog(state: FormState, submit: Callable[[], object]) -> Dialog:
    """Whether to hand in, with what that means and what is left open."""
    asked = sum(section.asked for section in state.sections if section.relevant)
    answered = sum(section.answered for section in state.sections if section.relevant)
    soft = sum(1 for problem in state.problems if not problem.hard)
    lines = [tr("form.submit_means")]
    lines.append(tr("form.submit_answered", answered=answered, asked=asked))
    if soft:
        lines.append(tr("form.submit_soft", count=soft))
    dialog = Dialog(
        title_key="form.submit_ask",
        text="\n".join(lines),
        accept_key="form.submit",
        automation_id="submit_dialog",
    )
    dialog.bind(on_accept=lambda *_: submit())
    return dialog


def delete_dialog(line: RowLine, delete: Callable[[str], object]) -> Dialog:
    """Whether to delete a row, and why."""
    column = Column()
    column.add_widget(ThaiLabel(tr("form.delete_means", title=line.title.get(look.language))))
    column.add_widget(ThaiLabel(text_key="form.delete_why", role="small", ink="ink-soft"))
    reason = ThaiTextInput(automation_id="delete_reason")
    column.add_widget(reason)
    dialog = Dialog(
        title_key="form.delete_ask",
        content=column,
        accept_key="form.delete",
        tone="bad",
        automation_id="delete_dialog",
    )
    dialog.bind(on_accept=lambda *_: delete(reason.text.strip()))
    return dialog


def offer_dialog(
    offer: OfferView, take: Callable[[], object], decline: Callable[[], object]
) -> Dialog:
    """What differs from the register, side by side, and whether to take it over."""
    column = Column(spacing=dp(12))
    column.add_widget(ThaiLabel(text_key="form.offer_means", ink="ink-soft"))
    for label, there, here in offer.differences:
        lines = Column(spacing=0)
        lines.add_widget(ThaiLabel(label.get(look.language), role="strong"))
        was = there.get(look.language) or "–"
        lines.add_widget(ThaiLabel(tr("form.offer_there", value=was), ink="ink-soft"))
        lines.add_widget(ThaiLabel(tr("form.offer_here", value=here.get(look.language))))
        column.add_widget(lines)
    dialog = Dialog(
        title=tr("form.offer_title", title=offer.register_title),
        content=column,
        accept_key="form.offer_take",
        dismiss_key="form.offer_decline",
        automation_id="offer_dialog",
    )
    dialog.bind(on_accept=lambda *_: take())
    dialog.bind(on_dismiss=lambda *_: decline())
    return dialog


def menu_sheet(entries: Sequence[tuple[str, str, str, Callable[[], object]]]) -> BottomSheet:
    """The menu of a screen: (automation id, icon, key of its words, what it does) each."""
    sheet = BottomSheet("form.menu", automation_id="menu_sheet")

    def act(run: Callable[[], object]) -> None:
        sheet.close()
        run()

    for name, icon_name, key, run in entries:
        line = LineButton(icon_name, tr(key), automation_id=f"menu:{name}")
        line.bind(on_release=lambda _, run=run: act(run))
        sheet.column.add_widget(line)
    return sheet


def quiet_button(text_key: str, icon_name: str, automation_id: str, act: Any) -> SecondaryButton:
    """A secondary button for the bottom bar."""
    button = SecondaryButton(
        text_key=text_key, icon_name=icon_name, tone="quiet", automation_id=automation_id
    )
    button.least_height = TARGET_PRIMARY
    button.apply_look()
    button.bind(on_release=lambda *_: act())
    return button
