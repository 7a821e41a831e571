"""Real processes that end by kill -9: forked with the product loaded, told from, traced by strace.

The driver has one thread and no database open while it forks, so that a child begins as a fresh
process of the product does, without the second that its imports take.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import shutil
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE_S = 60.0
PR_SET_PDEATHSIG = 1
Tell = Callable[[dict[str, Any]], None]
Work = Callable[[Tell], None]


class ChildBroke(Exception):
    """A child ended in a way that no kill explains; the text is what it said."""


@dataclass
class Ended:
    """How a child ended, and what it told before."""

    killed: bool
    told: list[dict[str, Any]] = field(default_factory=list)


class Child:
    """A forked process that does `work`, held at a gate until it is let go.

    `strace` are options for an strace that is attached before; None does without.
    """

    def __init__(self, work: Work, strace: Sequence[str] | None = None) -> None:
        self._mine, its = socket.socketpair()
        gate, self._gate = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._mine.close()
            _be_a_child(work, gate, its)
        its.close()
        os.close(gate)
        self._mine.settimeout(PATIENCE_S)
        self._lines = self._mine.makefile("r", encoding="utf-8")
        self._told: list[dict[str, Any]] = []
        self._strace = None if strace is None else _attach(self.pid, strace)
        os.write(self._gate, b"g")
        os.close(self._gate)

    def hears(self, name: str) -> Any:
        """Wait until the child tells something of this name; its value, None when it ended."""
        while (one := self.next()) is not None:
            if name in one:
                return one[name]
        return None

    def next(self) -> dict[str, Any] | None:
        """What the child tells next, None when it ended."""
        line = self._lines.readline()
        if not line.endswith("\n"):
            return None
        self._told.append(json.loads(line))
        return self._told[-1]

    def trace(self, options: Sequence[str]) -> None:
        """Attach an strace from now on."""
        self._strace = _attach(self.pid, options)

    def is_alive(self) -> bool:
        """Does it run still? Its end is left to be taken by `ends`."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def kill(self) -> None:
        """kill -9."""
        os.kill(self.pid, signal.SIGKILL)

    def ends(self) -> Ended:
        """Wait for its end. Raises ChildBroke when it was neither killed nor well."""
        self.hears("")
        _, status = os.waitpid(self.pid, 0)
        self._lines.close()
        self._mine.close()
        if self._strace is not None:
            self._strace.wait(PATIENCE_S)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if not killed and (not os.WIFEXITED(status) or os.WEXITSTATUS(status)):
            said = [one["broke"] for one in self._told if "broke" in one]
            raise ChildBroke("\n".join(said) or f"wait status {status}")
        return Ended(killed, self._told)


def _be_a_child(work: Work, gate: int, line: socket.socket) -> None:
    """In the child: wait for the gate, work, and leave without the driver's own endings."""

    def tell(what: dict[str, Any]) -> None:
        line.sendall(json.dumps(what, ensure_ascii=False).encode() + b"\n")

    code = 0
    try:
        # A driver that ends leaves nobody behind.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.read(gate, 1)
        work(tell)
    except BaseException:
        code = 1
        tell({"broke": traceback.format_exc()})
    finally:
        os._exit(code)


def _attach(pid: int, options: Sequence[str]) -> subprocess.Popen[bytes]:
    """An strace that holds the process already when this returns."""
    command = ["strace", "-f", "-p", str(pid), "-e", "signal=none", *options]
    tracer = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    if b"attached" not in said:
        tracer.wait()
        raise ChildBroke(f"strace: {said.decode(errors='replace')}")
    return tracer


def can_trace(folder: Path) -> bool:
    """May this user trace processes here, and is strace installed?"""
    if shutil.which("strace") is None:
        return False
    log = folder / "try.strace"
    line = ["strace", "-o", str(log), "-e", "trace=exit_group", "true"]
    return subprocess.run(line, capture_output=True, check=False).returncode == 0


class Countdown:
    """A number in memory that driver and child share: the kill happens when it comes to zero."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 8)

    def arm(self, steps: int) -> None:
        """Let the child die at this step from now on (0: never)."""
        self._memory[:8] = steps.to_bytes(8, "little")

    def step(self, name: str, tell: Tell) -> None:
        """A step of the child; the last one tells its name and dies."""
        left = int.from_bytes(self._memory[:8], "little")
        if not left:
            return
        self._memory[:8] = (left - 1).to_bytes(8, "little")
        if left == 1:
            tell({"point": name})
            os.kill(os.getpid(), signal.SIGKILL)
