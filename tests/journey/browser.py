"""The office in headless Chromium: one person after another signs in, clicks, reads, looks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Error, Locator, Page, sync_playwright

from tests.journey import cast
from tests.journey.telling import holds

if TYPE_CHECKING:
    from tests.journey.stage import Stage

CHROMIUM = "/usr/bin/chromium"
# Without these, Chromium as root does not start, and knocks on doors that are closed here.
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-gpu",
)
SIZE = {"width": 1440, "height": 1000}


class Browser:
    """One window. What the pages' policy refuses and what scripts trip over is collected."""

    def __init__(self, address: str, stage: Stage) -> None:
        self.address, self._stage = address, stage
        self.complaints: list[str] = []
        self._playwright = sync_playwright().start()
        self._chromium = self._playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(FLAGS)
        )
        self.page: Page = self._window()

    def _window(self) -> Page:
        context = self._chromium.new_context(viewport=SIZE, locale="th-TH")
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self._note(said.type, said.text))
        return page

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{kind}: {text}")

    def sign_in(self, person: cast.Person) -> None:
        """Somebody else sits down at the desk."""
        self.page.context.close()
        self.page = self._window()
        self.go("/sign-in")
        self.page.fill("#login", person.login)
        self.page.fill("#password", person.secret)
        self.page.click("form button.primary")
        self.page.wait_for_selector(".me")

    def go(self, path: str) -> None:
        """Open an address of the office; it must answer well."""
        answer = self.page.goto(self.address + path)
        holds(answer is not None and answer.ok, f"{path} answers", answer and answer.status)

    def text(self, selector: str) -> str:
        """The words of the first element, blanks folded."""
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def texts(self, selector: str) -> list[str]:
        """The words of every element, blanks folded."""
        return [" ".join(one.split()) for one in self.page.locator(selector).all_inner_texts()]

    def locate(self, selector: str) -> Locator:
        """Elements of the page."""
        return self.page.locator(selector)

    def click(self, selector: str) -> None:
        """Click, and wait until the page that follows is there."""
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state("load")

    def shot(self, name: str, *, whole: bool = False) -> None:
        """A picture of the window, or of the whole page."""
        path = self._stage.picture(name)
        self.page.screenshot(path=path, full_page=whole)
        self._stage.teller.picture(path.name)

    def last_look(self, path: Path) -> None:
        """A picture of wherever it stands, if it still can."""
        try:
            self.page.screenshot(path=path)
            self._stage.teller.line(
                f"the browser stands at {self.page.url}: {self.text('body')[:600]}"
            )
        except Error as reason:
            self._stage.teller.line(f"the browser shows nothing any more: {reason}")

    def close(self) -> None:
        """Close window and browser."""
        self._chromium.close()
        self._playwright.stop()
