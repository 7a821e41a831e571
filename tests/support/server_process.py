"""The shipped server command in processes of its own, and a tablet's real line to them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from mobile.transport.http import HttpTransport
from sync.exchange import NO_NETWORK, HttpReply, HttpRequest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30.0


class ServerProcess:
    """`samruat-server serve` on a port of its own choosing; `address` is known when it listens."""

    def __init__(self, data: Path, database: str = "", before: Sequence[str] = ()) -> None:
        words = ["--data", str(data), "--json"]
        words += ["--database", database] if database else []
        self._log = (data / "server.log").open("ab")
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", "server.cli", *words, "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=ROOT,
        )
        self._address = ""

    @property
    def address(self) -> str:
        """Where it serves; waits until it does."""
        if not self._address:
            assert self.process.stdout is not None
            self._address = str(json.loads(self.process.stdout.readline())["address"])
        return self._address

    def ended(self) -> int:
        """Wait until it has ended by itself: its exit code."""
        self._close()
        return self.process.returncode

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self._close()

    def stop(self) -> None:
        """Ask it to end."""
        self.process.send_signal(signal.SIGTERM)
        self._close()

    def _close(self) -> None:
        self.process.wait(PATIENCE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()


class Doors:
    """Several addresses of one office, as behind a name that leads to whichever lives."""

    def __init__(self, addresses: Sequence[str], first: int, token: Callable[[], str]) -> None:
        self._lines = [HttpTransport(address, token) for address in addresses]
        self._at = first % len(addresses)
        self.broken = 0

    def __call__(self, request: HttpRequest) -> HttpReply:
        """The reply; when nobody answers, the next try goes to the next address."""
        reply = self._lines[self._at].exchange(request)
        if reply is NO_NETWORK:
            self.broken += 1
            self._at = (self._at + 1) % len(self._lines)
        return reply

    def close(self) -> None:
        """Close kept connections."""
        for line in self._lines:
            line.close()
