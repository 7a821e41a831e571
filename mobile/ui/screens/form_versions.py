"""What the form asks about versions: moving a draft forward, and what is kept aside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from kivy.metrics import dp

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.form_views import MoveView, PlaceView
from mobile.ui.look import look
from mobile.ui.strings import tr
from mobile.ui.widgets.dialog import BottomSheet, Dialog, Layers, Snackbar
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Column, Divider
from mobile.ui.widgets.messages import Notice
from mobile.ui.widgets.type_ahead import Found, FoundRow
from mobile.ui.widgets.virtual_list import Rows, VirtualList

NAMED: Final = 8  # labels that are named; of the rest it is said how many there are
PLACES_DP: Final = 380


def move_dialog(move: MoveView, go: Callable[[], object]) -> Dialog:
    """What a newer version changes in words, and whether to move the draft to it."""
    column = Column(spacing=dp(12))
    if move.refused:
        words = "\n".join(text.get(look.language) for text in move.refused)
        column.add_widget(Notice(tone="bad", text=words))
    else:
        column.add_widget(ThaiLabel(text_key="form.move_means", ink="ink-soft"))
    for key, texts in (("form.move_added", move.added), ("form.move_gone", move.gone)):
        if texts:
            column.add_widget(ThaiLabel(tr(key, count=len(texts)), role="strong"))
            column.add_widget(ThaiLabel(_named(texts)))
    if move.aside:
        words = tr("form.move_aside", count=len(move.aside))
        column.add_widget(ThaiLabel(words, role="strong"))
        for label, value in move.aside[:NAMED]:
            words = f"{label.get(look.language)}: {value.get(look.language)}"
            column.add_widget(ThaiLabel(words, ink="ink-soft"))
        column.add_widget(ThaiLabel(_more(move.aside), ink="ink-soft"))
    if move.wrong:
        words = tr("form.move_wrong", count=len(move.wrong))
        column.add_widget(ThaiLabel(words, role="strong", ink="bad"))
        column.add_widget(ThaiLabel(_named(move.wrong)))
    dialog = Dialog(
        title=tr("form.move_ask", version=move.version),
        content=column,
        accept_key="dialog.close" if move.refused else "form.move_go",
        dismiss_key="" if move.refused else "form.move_stay",
        automation_id="move_dialog",
    )
    if not move.refused:
        dialog.bind(on_accept=lambda *_: go())
    return dialog


def _named(texts: Sequence[Any]) -> str:
    names = list(dict.fromkeys(text.get(look.language) for text in texts))
    more = _more(names)
    return " · ".join([*names[:NAMED], *([more] if more else [])])


def _more(found: Sequence[Any]) -> str:
    count = len(found) - NAMED
    return tr("form.problems_more", count=count) if count > 0 else ""


def aside_sheet(presenter: FormPresenter, layers: Layers) -> BottomSheet:
    """Every answer that is kept aside: what was asked, what was answered, why; to copy it."""
    state = presenter.state
    sheet = BottomSheet(title=tr("form.aside", count=len(state.aside)), automation_id="aside_sheet")
    sheet.column.add_widget(ThaiLabel(text_key="form.aside_means", ink="ink-soft"))
    lines = [
        Found(
            str(number),
            f"{one.label.get(look.language)}: {one.value.get(look.language)}",
            one.reason.get(look.language),
        )
        for number, one in enumerate(state.aside)
    ]

    def chosen(found: Found) -> None:
        sheet.close()
        layers.show_above(_one_aside(presenter, layers, int(found.key)))

    sheet.column.add_widget(_list(lines, chosen, "aside_list"))
    return sheet


def _one_aside(presenter: FormPresenter, layers: Layers, number: int) -> BottomSheet:
    """One answer kept aside, and the questions into which it may be copied."""
    one = presenter.state.aside[number]
    sheet = BottomSheet(title=one.label.get(look.language), automation_id="aside_one")
    sheet.column.add_widget(ThaiLabel(one.value.get(look.language), role="strong"))
    sheet.column.add_widget(ThaiLabel(one.reason.get(look.language), ink="ink-soft"))
    places = presenter.places_for(number)
    sheet.column.add_widget(Divider())
    if not places:
        sheet.column.add_widget(ThaiLabel(text_key="form.aside_nowhere", ink="ink-soft"))
        return sheet
    sheet.column.add_widget(ThaiLabel(text_key="form.aside_copy", ink="ink-soft"))

    def copy(found: Found) -> None:
        sheet.close()
        place: PlaceView = places[int(found.key)]
        if presenter.copy_aside(number, place.record, place.key):
            presenter.go_to(place.record, place.key)
            layers.say(Snackbar(text_key="form.aside_copied"))

    lines = [
        Found(str(at), place.label.get(look.language), place.answer.get(look.language))
        for at, place in enumerate(places)
    ]
    sheet.column.add_widget(_list(lines, copy, "places_list"))
    return sheet


def problems_sheet(
    found: Sequence[Any], names: dict[str, Any], jump: Callable[[Any], None]
) -> BottomSheet:
    """All problems of a long record as a list; a tap on one goes to its question."""
    sheet = BottomSheet(title=tr("form.problems", count=len(found)), automation_id="problems")
    sheet.column.add_widget(ThaiLabel(text_key="form.problems_what", ink="ink-soft"))
    lines = []
    for number, problem in enumerate(found):
        where = names[problem.section].get(look.language) if problem.section in names else ""
        label = problem.label.get(look.language)
        second = " · ".join(
            part for part in (problem.message.get(look.language), label and where) if part
        )
        lines.append(Found(str(number), label or where, second))

    def chosen(line: Found) -> None:
        sheet.close()
        jump(found[int(line.key)])

    sheet.column.add_widget(_list(lines, chosen, "problems_list"))
    return sheet


def _list(lines: list[Found], chosen: Callable[[Found], None], automation_id: str) -> VirtualList:
    shown = VirtualList(
        source=Rows(lines), row_class=FoundRow, row_dp=72, automation_id=automation_id
    )
    shown.size_hint_y = None
    shown.height = min(dp(PLACES_DP), len(lines) * shown.row_pixels)
    shown.bind(on_choose=lambda _, index, item: chosen(item))
    return shown
