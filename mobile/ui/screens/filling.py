"""Registers the screens of filling a record: form, rows, conflict, returned, history."""

from __future__ import annotations

from mobile.presenters.conflict import ConflictPresenter
from mobile.presenters.history import HistoryPresenter
from mobile.presenters.returned import ReturnedPresenter
from mobile.presenters.surroundings import Surroundings
from mobile.services.tablet import Tablet
from mobile.ui.navigation import Navigation
from mobile.ui.screens.conflict import ConflictScreen
from mobile.ui.screens.form import FormScreen
from mobile.ui.screens.history import HistoryScreen
from mobile.ui.screens.returned import ReturnedScreen
from mobile.ui.screens.rows import RowsScreen


def register_filling(navigation: Navigation, tablet: Tablet) -> None:
    """`form` and `rows` are opened with `presenter`; `conflict` and `history` with `root`."""
    surroundings = Surroundings(tablet)
    asked = navigation

    def root() -> str:
        return str(asked.parameters["root"])

    navigation.register(
        "form", lambda: FormScreen(asked.parameters["presenter"], navigation, surroundings)
    )
    navigation.register("rows", lambda: RowsScreen(asked.parameters["presenter"], navigation))
    navigation.register(
        "conflict", lambda: ConflictScreen(ConflictPresenter(tablet, root()), navigation)
    )
    navigation.register(
        "history", lambda: HistoryScreen(HistoryPresenter(tablet, root()), navigation)
    )
    navigation.register("returned", lambda: ReturnedScreen(ReturnedPresenter(tablet), navigation))
