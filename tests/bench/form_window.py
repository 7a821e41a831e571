"""Opens and turns the pages of a long form in a window: `... form_window HOME`, prints JSON.

Processor milliseconds from the act to the end of the first frame that shows it, and the longest
frame until all of it stands; beside them forty plain labels and fields of Kivy's own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PLAIN = 40


def frame() -> float:
    """One frame; its processor milliseconds."""
    from kivy.base import EventLoop

    began = time.process_time()
    EventLoop.idle()
    return (time.process_time() - began) * 1e3


def first_and_longest(act: Callable[[], object], page: Any) -> tuple[float, float]:
    """To the end of the first frame after an act, and the longest frame until the page stands."""
    began = time.process_time()
    act()
    act_ms = (time.process_time() - began) * 1e3
    frames = [frame()]
    while page().building or len(frames) < 4:
        frames.append(frame())
    return act_ms + frames[0], max(frames)


def plain() -> tuple[float, float]:
    """Forty labels and fields of Kivy's own on a page that scrolls, put up at once."""
    from kivy.core.window import Window
    from kivy.uix.boxlayout import BoxLayout
    from kivy.uix.label import Label
    from kivy.uix.scrollview import ScrollView
    from kivy.uix.textinput import TextInput

    began = time.process_time()
    column = BoxLayout(orientation="vertical", size_hint_y=None, height=PLAIN * 120)
    for number in range(PLAIN):
        column.add_widget(Label(text=f"question {number}"))
        column.add_widget(TextInput())
    view = ScrollView()
    view.add_widget(column)
    Window.add_widget(view)
    built = (time.process_time() - began) * 1e3
    shown = frame()
    Window.remove_widget(view)
    frame()
    return built + shown, shown


def measured(home: Path) -> dict[str, tuple[float, float]]:
    """Every act, in the order of a person who goes through the form."""
    from kivy.core.window import Window

    from mobile.presenters.form_entry import FormPresenter
    from mobile.presenters.surroundings import Surroundings
    from mobile.ui.navigation import Navigation
    from mobile.ui.screens.form import FormScreen
    from tests.support.long_form import ROOT, long_desk, row_id_of

    app = long_desk(home).app
    navigation = Navigation()
    Window.add_widget(navigation)
    opened: dict[str, Any] = {}

    def make() -> Any:
        opened["presenter"] = FormPresenter(app).open(ROOT)
        return FormScreen(opened["presenter"], navigation, Surroundings(app))

    navigation.register("form", make)
    for _ in range(20):
        frame()
    found = {"plain": plain()}
    found["open"] = first_and_longest(
        lambda: navigation.open("form"), lambda: navigation.screen.page
    )
    presenter: Any = opened["presenter"]

    def page() -> Any:
        return navigation.screen.page

    found["turn"] = first_and_longest(lambda: presenter.go("s1"), page)
    while len(page()._kept.get(("s2", ""), ())) < PLAIN - 2:
        frame()  # somebody reads: the next page is made ready
    found["ready"] = first_and_longest(lambda: presenter.go("s2"), page)
    found["rows"] = first_and_longest(lambda: presenter.go("lists"), page)
    found["row"] = first_and_longest(lambda: presenter.enter(row_id_of(500)), page)
    row = row_id_of(500)
    found["answer"] = first_and_longest(lambda: presenter.answer(row, "age", 44), page)
    found["back"] = first_and_longest(presenter.back, page)
    return found


def main() -> None:
    """Open the window, go through the form."""
    os.environ.update(KIVY_NO_ARGS="1", KIVY_LOG_MODE="PYTHON", KIVY_NO_CONSOLELOG="1")
    from mobile.ui.window import open_window, prepare

    prepare(1280, 800)
    open_window()
    from kivy.base import EventLoop

    EventLoop.start()
    print(json.dumps(measured(Path(sys.argv[1]))), flush=True)
    os._exit(0)  # nothing to save; Kivy's own end is not measured


if __name__ == "__main__":
    main()
