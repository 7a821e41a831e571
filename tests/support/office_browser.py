"""The office in a real browser: a furnished office that listens, and Chromium to look at it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import BaseWSGIServer, make_server

from tests.support.office_scene import Scene, open_scene
from tests.support.offices import PASSWORD

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe-4.14.1.min.js"
SIZES = {"wide": (1440, 900), "usual": (1280, 800), "narrow": (420, 900)}


@dataclass
class Office:
    """A furnished office that listens, and a browser to look at it."""

    scene: Scene
    server: BaseWSGIServer
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def open(self, *, language: str = "en", size: str = "usual", login: str = "admin") -> Page:
        """A fresh visitor who has signed in. What the console complains of is kept."""
        width, height = SIZES[size]
        context = self.browser.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        page.on("console", lambda one: self._hear(one.type, one.text))
        page.on("pageerror", lambda one: self._hear("error", str(one)))
        page.goto(f"{self.address}/language/{language}?back=/sign-in")
        self.sign_in(page, login)
        return page

    def sign_in(self, page: Page, login: str = "admin") -> None:
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_selector(".side")
        page.wait_for_load_state("load")  # keys are heard once the scripts are there

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)


def launch() -> Iterator[Browser]:
    """Chromium, for as long as a module's tests."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


def serve(folder: Path, browser: Browser) -> Iterator[Office]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    scene = open_scene(folder)
    server = make_server("127.0.0.1", 0, scene.world.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    office = Office(scene, server, browser)
    yield office
    for context in browser.contexts:
        context.close()
    server.shutdown()
    thread.join()
    server.server_close()
    scene.world.close()
    assert office.complaints == []


def serious(page: Page) -> list[str]:
    """What axe finds serious or worse. The checker is brought in by the test's own channel, so the
    page's policy stays as it is."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa',"
        " 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
