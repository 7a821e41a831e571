"""The tablet app: reads its command line, puts the parts together, runs the window.

    samruat-tablet --home DIR --server URL

Kivy is imported inside the functions: it reads its environment when it is first imported.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The command line: where the tablet keeps its data, which office it belongs to."""
    parser = argparse.ArgumentParser(prog="samruat-tablet", description="Samruat tablet")
    parser.add_argument("--home", type=Path, default=Path("var/tablet"), metavar="DIR")
    parser.add_argument("--server", default="http://127.0.0.1:8080", metavar="URL")
    parser.add_argument("--size", default="1280x800", metavar="WxH", help="window in pixels")
    return parser.parse_args(list(argv))


def build_app(argv: Sequence[str]) -> Any:
    """The app, ready to run; nothing is shown yet."""
    asked = parse(argv)
    width, _, height = asked.size.partition("x")
    from mobile.ui.window import prepare

    prepare(int(width), int(height))
    from mobile.ui.application import SamruatApp
    from mobile.ui.navigation import Navigation
    from mobile.ui.screen import Screen
    from mobile.ui.widgets.messages import EmptyState

    def furnish(navigation: Navigation) -> None:
        def home() -> Screen:
            screen = Screen("home.title", can_go_back=False, automation_id="home")
            screen.set_body(EmptyState("tablet", "home.empty_title", "home.empty", "home.language"))
            screen.body.children[0].bind(on_action=lambda *_: switch_language())
            return screen

        navigation.register("home", home)
        navigation.open("home")

    return SamruatApp(furnish)


def switch_language() -> None:
    """Thai to English and back."""
    from mobile.ui.look import look

    look.change(language="en" if look.language == "th" else "th")


def main(argv: Sequence[str] | None = None) -> None:
    """Run the app until its window is closed."""
    import sys

    build_app(sys.argv[1:] if argv is None else argv).run()


if __name__ == "__main__":
    main()
