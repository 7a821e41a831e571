"""The tablet app: reads its command line, opens the tablet behind a first page, runs the window.

    samruat-tablet --home DIR --server URL [--pictures DIR] [--size WxH]

Kivy is imported inside the functions: it reads its environment when it is first imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mobile.config import TabletConfig, parse


def build_app(argv: Sequence[str]) -> Any:
    """The app, ready to run; nothing is shown or opened yet."""
    config = parse(argv)
    from mobile.ui.window import prepare

    prepare(*config.window)
    from mobile.ui.application import SamruatApp

    running = Running(config)
    return SamruatApp(running.furnish, running.close, running.pause)


class Running:
    """One run of the app: the tablet is opened on a thread of its own, then the screens begin."""

    def __init__(self, config: TabletConfig) -> None:
        self._config = config
        self._tablet: Any = None
        self._wiring: Any = None
        self._closed = False

    def furnish(self, navigation: Any) -> None:
        """Say that the tablet is being opened, and open it."""
        import threading

        from mobile.ui.screens.opening import OpeningScreen

        navigation.register("opening", OpeningScreen)
        navigation.open("opening")
        opening = threading.Thread(target=self._open, args=(navigation,), daemon=True)
        opening.start()

    def _open(self, navigation: Any) -> None:
        from mobile.bootstrap import open_tablet

        try:
            tablet = open_tablet(self._config, post)
        except Exception as reason:
            error = reason
            post(lambda: self._failed(navigation, error))
            return
        post(lambda: self._opened(navigation, tablet))

    def _opened(self, navigation: Any, tablet: Any) -> None:
        if self._closed:
            tablet.close()
            return
        from mobile.ui.wiring import Wiring

        self._tablet = tablet
        self._wiring = Wiring(navigation, tablet, self._config.server)
        self._wiring.start()

    def _failed(self, navigation: Any, error: Exception) -> None:
        import logging

        from mobile.presenters.observed import told
        from mobile.ui.words import say
        from shared.errors import StorageCorrupt

        logging.getLogger(__name__).error("the tablet cannot be opened", exc_info=error)
        if isinstance(error, StorageCorrupt):
            navigation.screen.damaged(say(told(error)), lambda: self._rescue(navigation.screen))
        else:
            navigation.screen.failed(say(told(error)))

    def _rescue(self, screen: Any) -> None:
        """Save what can still be read, on a thread of its own."""
        import threading

        threading.Thread(target=self._save_what_is_left, args=(screen,), daemon=True).start()

    def _save_what_is_left(self, screen: Any) -> None:
        import time

        from mobile.config import APP_VERSION
        from mobile.presenters.observed import Words, told
        from mobile.presenters.sync_report import saved_words
        from mobile.services.save_unsent import rescue

        config = self._config
        now_ms = time.time_ns() // 1_000_000
        try:
            saved = rescue(config.database, config.files, config.exports, now_ms, APP_VERSION)
        except Exception as reason:
            why = Words("opening.rescue_failed", {"why": told(reason)})
            post(lambda: screen.rescued(why, well=False))
            return
        post(lambda: screen.rescued(saved_words(saved), well=True))

    def pause(self) -> None:
        """Another app is in front: what is typed must be safe."""
        if self._wiring is not None:
            self._wiring.pause()

    def close(self) -> None:
        """The window is closed: seal, and end the work behind."""
        self._closed = True
        if self._wiring is not None:
            self._wiring.stop()
        if self._tablet is not None:
            self._tablet.close()
            self._tablet = None


def post(act: Callable[[], None]) -> None:
    """Run an act on the thread that draws, in the order in which acts are posted."""
    from kivy.clock import Clock

    Clock.schedule_once(lambda _: act())


def main(argv: Sequence[str] | None = None) -> None:
    """Run the app until its window is closed."""
    import sys

    build_app(sys.argv[1:] if argv is None else argv).run()


if __name__ == "__main__":
    main()
