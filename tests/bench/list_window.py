"""Scrolls the shipped list of records in a window: `... list_window HOME FRAMES`, prints JSON.

For each pace the median processor time of a frame in milliseconds: everything from the finger's
move to the last draw call.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

PACES = {"a slow finger": 0.125, "a row a frame": 1.0, "flung, ten rows a frame": 10.0}
"""Rows a frame."""
SETTLE = 30


def records_list(home: Path) -> Any:
    """The list of the shipped screen over the tablet's records, in the window."""
    from kivy.core.window import Window

    from mobile.bootstrap import open_tablet
    from mobile.config import TabletConfig
    from mobile.presenters.records import RecordsPresenter
    from mobile.ui.navigation import Navigation
    from mobile.ui.screens.records import RecordsScreen
    from tests.bench.tablets import sign_in_as_somchai

    tablet = open_tablet(TabletConfig(home), lambda act: act())
    sign_in_as_somchai(tablet)
    root = Navigation()
    presenter = RecordsPresenter(tablet)
    root.register("records", lambda: RecordsScreen(presenter, root, lambda _: None))
    Window.add_widget(root)
    return root.open("records").list


def scroll(shown: Any, rows_a_frame: float, count: int) -> list[float]:
    """Processor milliseconds of each frame, from the middle of the list downwards."""
    from kivy.base import EventLoop

    shown.scroll_to_index(len(shown.source) // 2)
    for _ in range(SETTLE):
        EventLoop.idle()
    step, place = rows_a_frame * shown.row_pixels, shown.offset
    out = []
    for _ in range(count):
        place += step
        began = time.process_time()
        shown._move_to(place)
        EventLoop.idle()
        out.append((time.process_time() - began) * 1e3)
    return out


def main() -> None:
    """Open the window, scroll at every pace."""
    os.environ.update(KIVY_NO_ARGS="1", KIVY_LOG_MODE="PYTHON", KIVY_NO_CONSOLELOG="1")
    from mobile.ui.window import open_window, prepare

    prepare(1280, 800)
    open_window()
    from kivy.base import EventLoop

    EventLoop.start()
    shown = records_list(Path(sys.argv[1]))
    for _ in range(SETTLE):
        EventLoop.idle()
    frames = int(sys.argv[2])
    found = {pace: statistics.median(scroll(shown, rows, frames)) for pace, rows in PACES.items()}
    print(json.dumps(found), flush=True)
    os._exit(0)  # nothing to save; Kivy's own end is not measured


if __name__ == "__main__":
    main()
