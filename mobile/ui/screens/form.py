"""The form screen: sections as tabs, one page of questions at a time, rows as pages below it."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.form_views import FormState, Item, ProblemView, RowLine, RowsView
from mobile.presenters.observed import Words
from mobile.presenters.rows import RowsPresenter
from mobile.presenters.surroundings import Picture, Surroundings
from mobile.ui.look import look
from mobile.ui.navigation import Navigation
from mobile.ui.screen import Screen
from mobile.ui.screens.form_dialogs import (
    PROBLEMS_SHOWN_MAX,
    delete_dialog,
    menu_sheet,
    offer_dialog,
    problems_dialog,
    quiet_button,
    submit_dialog,
)
from mobile.ui.screens.form_notices import FormNotices
from mobile.ui.screens.form_page import FormPage, PageKey, PageTools
from mobile.ui.screens.form_rows import RowActs
from mobile.ui.screens.form_versions import aside_sheet, move_dialog, problems_sheet
from mobile.ui.screens.picture_sheets import choose_picture
from mobile.ui.strings import tr
from mobile.ui.widgets.button import PrimaryButton
from mobile.ui.widgets.dialog import Snackbar
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Column
from mobile.ui.widgets.messages import EmptyState
from mobile.ui.widgets.section_tabs import Section, SectionTabs
from mobile.ui.widgets.state_chip import CHIPS, StateChip
from mobile.ui.words import say

HANDED_IN = "form.handed_in"
GOOD_NEWS = (HANDED_IN, "form.register_updated", "form.moved")


class FormScreen(Screen):
    """One record being filled. Opened with `presenter`, a `FormPresenter` that has begun."""

    def __init__(
        self, presenter: FormPresenter, navigation: Navigation, surroundings: Surroundings
    ) -> None:
        super().__init__(automation_id="form")
        self._presenter, self._navigation = presenter, navigation
        self._surroundings = surroundings
        self._shown = FormState()
        self._page_key: PageKey | None = None
        self._jump_to: tuple[str, str] | None = None
        self._said_notice: Any = None
        self._at: tuple[str, str] | None = None  # where to begin, once the record is open
        self._came_for: Any = None
        self._list: RowsPresenter | None = None  # the fast list that a row was entered from
        self._siblings: list[str] = []  # the rows among which one was entered
        self._wide: bool | None = None
        self._refresh = Clock.create_trigger(lambda _: self.refresh(), -1)
        acts = RowActs(
            enter=self._enter,
            delete=self._ask_delete,
            add=self._add_row,
            open_list=self._open_list,
            photograph=lambda view: surroundings.take_picture(lambda got: self._picture(view, got)),
            pick_pictures=lambda view: choose_picture(
                surroundings, navigation, lambda got: self._picture(view, got)
            ),
            restore=presenter.restore_row,
        )
        self.page = FormPage(
            PageTools(presenter, surroundings, navigation, acts, self._open_conflicts, self._ahead)
        )
        self.tabs = SectionTabs()
        self.tabs.bind(on_choose=lambda _, key: self._go(key))
        self._crumbs = Column(padding=[dp(16), dp(6)], spacing=0)
        self._path = ThaiLabel(role="small", ink="ink-soft", fit="line")
        self._here = ThaiLabel(role="strong", fit="line", automation_id="row_title")
        self._crumbs.add_widget(self._path)
        self._crumbs.add_widget(self._here)
        self._notices = FormNotices(
            self._show_offer, presenter.save_again, self._show_move, self._show_aside
        )
        self.bar.pill_share = 0.26  # the title, the state and the menu need the rest
        self.bar.bind(on_back=lambda *_: navigation.back())
        self.bar.bind(on_sync=lambda *_: navigation.open("sync_report"))
        self._chip = StateChip("draft", pos_hint={"center_y": 0.5})
        self._menu = self.bar.add_tool("more", "form.menu", automation_id="menu")
        self._menu.bind(on_release=lambda *_: self._open_menu())
        look.follow(self)
        self.bind(width=self._resized)
        presenter.on_change = self._refresh
        self.refresh()

    # -- coming and going ----------------------------------------------------------------------

    def entering(self, at: tuple[str, str] | None = None, **_: Any) -> None:
        """Shown (again); the first time at the question `at` (record, key), if one is named."""
        if at is not None and at != self._came_for:
            self._came_for = self._at = at
        if self._list is not None and not self._presenter.state.focus:
            self._list = None  # came back from the list without choosing a row
        self._presenter.on_change = self._refresh
        self._refresh()

    def leaving(self) -> None:
        """Another screen covers this one: what is being typed is an answer."""
        self.page.finish()

    def closing(self) -> None:
        """Left for good: what was answered is sealed."""
        self._presenter.on_change = None
        self._presenter.leave()
        Clock.schedule_once(lambda _: gc.collect(), 1)  # see `mobile.ui.window`

    def back(self) -> bool:
        """The back key leaves a row first: to the list that it was chosen from, or to the form."""
        self.page.finish()
        left = self._presenter.back()
        if left and self._list is not None and not self._presenter.state.focus:
            self._navigation.open("rows", presenter=self._list)
        return left

    def apply_look(self) -> None:
        """Other words, other sizes: the page is built anew."""
        self._page_key = None
        self.page.forget()
        self._refresh()

    # -- showing -------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the presenter's state; what did not change is not touched."""
        before, state = self._shown, self._presenter.state
        self._shown = state
        if state.phase in ("opening", "gone"):
            self._show_waiting(state)
            return
        if self.page.parent is None:
            self.set_body(self.page)
        self._show_head(state)
        page_key = (state.section, state.focus)
        anew = page_key != self._page_key
        if anew or before.items is not state.items:
            self.page.show(state.items, page_key)
        if anew or self._actions_of(before) != self._actions_of(state):
            self._show_actions(state)
        self._page_key = page_key
        self._notices.show(state, self.page.above, self.notices, below=self._top(state))
        if self._at is not None:
            at, self._at = self._at, None
            self.bring(*at)
        elif self._jump_to is not None:
            self.page.bring(*self._jump_to)
            self._jump_to = None
        self._tell(state)

    def _ahead(self) -> tuple[PageKey, tuple[Item, ...]] | None:
        """The page that a person will most likely go to from here."""
        state = self._presenter.state
        if state.focus:
            row = self._following(state)
            return ((state.section, row), self._presenter.items_of_row(row)) if row else None
        keys = [section.key for section in state.sections if section.relevant]
        at = keys.index(state.section) + 1 if state.section in keys else len(keys)
        if at >= len(keys):
            return None
        return (keys[at], ""), self._presenter.items_of(keys[at])

    def _show_waiting(self, state: FormState) -> None:
        if state.phase == "gone":
            self.bar.title = tr("form.gone_title")
            empty = EmptyState("help", "form.gone_title")
            if state.notice is not None:
                empty.column.add_widget(
                    ThaiLabel(say(state.notice), ink="ink-soft", halign="center")
                )
            self.set_body(empty)
        else:
            self.bar.title = tr("form.opening")
            self.set_body(EmptyState("draft", "form.opening"))

    def _show_head(self, state: FormState) -> None:
        kind = state.title.get(look.language)
        self.bar.title = f"{state.record_title} · {kind}" if state.record_title else kind
        chip = "conflict" if state.conflicts else state.status
        if chip in CHIPS:
            self._chip.state = chip
            if self._chip.parent is None:
                self.bar.tools.add_widget(self._chip, len(self.bar.tools.children))
                self.bar.tools.spacing = dp(8)
        elif self._chip.parent is not None:
            self.bar.tools.remove_widget(self._chip)
        self.tabs.show(
            [
                Section(
                    section.key,
                    section.label.get(look.language),
                    section.answered,
                    section.asked,
                    section.problems + section.comments,
                )
                for section in state.sections
                if section.relevant
            ],
            state.section,
        )

    def _top(self, state: FormState) -> Any:
        """Tabs, or the way down to the row that was entered."""
        if not state.focus:
            return self.tabs
        names = {section.key: section.label for section in state.sections}
        words = [names[state.section].get(look.language)] if state.section in names else []
        words += [title.get(look.language) for _, title in state.crumbs]
        self._path.text = " › ".join(words[:-1])
        self._here.text = words[-1]
        return self._crumbs

    @staticmethod
    def _actions_of(state: FormState) -> tuple[Any, ...]:
        keys = [section.key for section in state.sections if section.relevant]
        return (state.focus, state.section, state.can_submit, state.locked, state.status, keys)

    def _resized(self, *_: Any) -> None:
        """Where there is no room for words, two of the buttons are icons alone."""
        wide = self.width >= dp(540) * look.text_scale
        if wide != self._wide:
            self._wide = wide
            if self._shown.phase == "filling":
                self._show_actions(self._shown)

    def _show_actions(self, state: FormState) -> None:
        """Secondary ways at the left, the one primary action at the right."""
        if state.focus:
            done = PrimaryButton(text_key="form.row_done", icon_name="check", automation_id="done")
            done.bind(on_release=lambda *_: self._navigation.back())
            following = self._following(state)
            step = quiet_button(
                "form.next_row", "arrow_right", "next_row", lambda: self._enter_next(following)
            )
            self.set_actions(*([step] if following else []), done)
            return
        keys = [section.key for section in state.sections if section.relevant]
        at = keys.index(state.section) if state.section in keys else 0
        buttons: list[Any] = []
        for shift, key, icon_name in ((-1, "previous", "arrow_left"), (1, "next", "arrow_right")):
            if 0 <= at + shift < len(keys):
                goal = keys[at + shift]
                buttons.append(
                    quiet_button(
                        f"form.{key}" if self._wide else "",
                        icon_name,
                        key,
                        lambda goal=goal: self._go(goal),
                    )
                )
        if state.can_submit:
            main = PrimaryButton(text_key="form.submit", icon_name="send", automation_id="submit")
            main.bind(on_release=lambda *_: self._submit())
        else:
            main = PrimaryButton(text_key="form.close", icon_name="check", automation_id="close")
            main.bind(on_release=lambda *_: self._navigation.back())
        self.set_actions(*buttons, main)

    def _tell(self, state: FormState) -> None:
        """Say a notice once, at the bottom; handing in leads back where the person came from."""
        notice = state.notice
        if notice is None or notice is self._said_notice:
            return
        self._said_notice = notice
        good = isinstance(notice, Words) and notice.key in GOOD_NEWS
        self._navigation.say(Snackbar(say(notice), tone="good" if good else "warn"))
        if isinstance(notice, Words) and notice.key == HANDED_IN:
            self._navigation.back()

    # -- what a person does --------------------------------------------------------------------

    def _go(self, section: str) -> None:
        self.page.finish()
        self._presenter.go(section)

    def _enter(self, row: str) -> None:
        self.page.finish()
        lists = [i.rows.ids for i in self._presenter.state.items if isinstance(i, RowsView)]
        self._siblings = list(next((ids for ids in lists if row in ids), ()))
        self._presenter.enter(row)

    def _following(self, state: FormState) -> str:
        """The row after the one that is shown, or nothing."""
        at = self._siblings.index(state.focus) if state.focus in self._siblings else -1
        return self._siblings[at + 1] if 0 <= at < len(self._siblings) - 1 else ""

    def _enter_next(self, row: str) -> None:
        self.page.finish()
        self._presenter.enter(row)

    def _add_row(self, view: RowsView) -> None:
        self.page.finish()
        row = self._presenter.add_row(view.record, view.key)
        if row is not None:
            self._presenter.enter(row)

    def _picture(self, view: RowsView, picture: Picture | None) -> None:
        if picture is None:
            self._navigation.say(Snackbar(text_key="form.no_picture", tone="warn"))
        else:
            self._presenter.attach_pictures(view.record, view.key, [picture])

    def _ask_delete(self, line: RowLine) -> None:
        self._navigation.show_above(
            delete_dialog(line, lambda reason: self._presenter.delete_row(line.record, reason))
        )

    def _open_list(self, view: RowsView) -> None:
        self.page.finish()
        self._list = self._presenter.rows(view.record, view.key)
        if self._list is not None:
            self._navigation.open("rows", presenter=self._list)

    def _submit(self) -> None:
        self.page.finish()
        found = self._presenter.check()
        if found:
            self._show_problems(found)
        else:
            dialog = submit_dialog(self._presenter.state, self._presenter.submit)
            self._navigation.show_above(dialog)

    def jump(self, problem: ProblemView) -> None:
        """Go to the question of a problem."""
        self.bring(problem.record, problem.key)

    def bring(self, record: str, key: str) -> None:
        """Go to a question, wherever in the form it is."""
        self._jump_to = (record, key)
        self._presenter.go_to(record, key)
        self._refresh()

    def _show_offer(self) -> None:
        offer = self._presenter.state.offer
        if offer is not None:
            presenter = self._presenter
            self._navigation.show_above(
                offer_dialog(offer, presenter.take_offer, presenter.dismiss_offer)
            )

    def _show_move(self) -> None:
        move = self._presenter.state.move
        if move is not None:
            self.page.finish()
            self._navigation.show_above(move_dialog(move, self._presenter.move_forward))

    def _show_aside(self) -> None:
        self._navigation.show_above(aside_sheet(self._presenter, self._navigation))

    def _show_problems(self, found: Sequence[ProblemView]) -> None:
        state = self._presenter.state
        if len(found) > PROBLEMS_SHOWN_MAX:
            names = {section.key: section.label for section in state.sections}
            self._navigation.show_above(problems_sheet(found, names, self.jump))
        else:
            self._navigation.show_above(problems_dialog(state, found, self.jump))

    def _open_menu(self) -> None:
        state = self._presenter.state
        history = ("history", "history", "form.history", self._open_history)
        entries = [history]
        if state.conflicts:
            entries.append(("conflict", "conflict", "form.settle", self._open_conflicts))
        if state.can_submit:
            entries.append(("check", "check_all", "form.check", self._check))
        if state.focus:
            entries.append(("delete", "delete", "form.delete_row", self._delete_this))
        self._navigation.show_above(menu_sheet(entries))

    def _check(self) -> None:
        self.page.finish()
        found = self._presenter.check()
        if found:
            self._show_problems(found)
        else:
            self._navigation.say(Snackbar(text_key="form.no_problems"))

    def _delete_this(self) -> None:
        record, title = self._presenter.state.crumbs[-1]
        self._ask_delete(RowLine(record, title, title, 0, 0, True))

    def _open_history(self) -> None:
        self._navigation.open("history", root=self._presenter.state.root)

    def _open_conflicts(self) -> None:
        self._navigation.open("conflict", root=self._presenter.state.root)
