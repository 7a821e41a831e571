"""A tablet in its own process, for tests: commands as method calls, over the driver's stdin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any


class TabletRefused(AssertionError):
    """The driver could not do what it was told; the text has what was on the screen."""


class Tablet:
    """`with Tablet(home, server) as tablet: tablet.tap("บันทึก")`; see `tablet_driver`."""

    def __init__(
        self,
        home: Path,
        server: str = "http://127.0.0.1:9",
        size: str = "1280x800",
        more: Sequence[str] = (),
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "KIVY_HOME": str(home / "kivy"), "PYTHONUTF8": "1"}
        options = ["--home", str(home), "--server", server, "--size", size, *more]
        self._log = (home / "driver.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.tablet_driver", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            cwd=Path(__file__).resolve().parents[2],
        )
        self._home = home
        self._answer("start")

    def _answer(self, asked: str) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            log = (self._home / "driver.log").read_text("utf-8", "replace")[-3000:]
            raise TabletRefused(f"the tablet ended at {asked}:\n{log}")
        answer: dict[str, Any] = json.loads(line)
        if not answer["ok"]:
            raise TabletRefused(f"{asked}: {answer['error']}; on screen: {answer.get('screen')}")
        return answer

    def ask(self, do: str, **details: Any) -> dict[str, Any]:
        """Send one command and return its answer; a refusal is raised."""
        assert self.process.stdin is not None
        line = json.dumps({"do": do, **details}, ensure_ascii=False)
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        return self._answer(line)

    def tap(self, text: str | None = None, **details: Any) -> None:
        """Tap what shows a text, or `id=`, or `x=` and `y=`."""
        self.ask("tap", **({"text": text} if text is not None else {}), **details)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.ask("type", text=text)

    def read(self, **details: Any) -> dict[str, Any]:
        """Read a widget by `id=` or `text=`."""
        return self.ask("read", **details)

    def screen(self) -> list[str]:
        """Every text on the screen."""
        found: list[str] = self.ask("read")["screen"]
        return found

    def wait(self, text: str | None = None, **details: Any) -> None:
        """Wait until a text (or `id=`) is on the screen, at most `seconds=`."""
        self.ask("wait", **({"text": text} if text is not None else {}), **details)

    def shot(self, path: Path) -> None:
        """Write a picture of the window."""
        self.ask("shot", path=str(path))

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Tablet:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            assert self.process.stdin is not None
            self.process.stdin.close()  # the end of commands: the app closes as with its window
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()
