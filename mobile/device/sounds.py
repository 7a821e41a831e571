"""Records sound on a computer by the system's `arecord`, into a WAV file that grows."""

from __future__ import annotations

import array
import math
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from mobile.device.ports import Lack

COMMAND: Final = ("arecord", "-q", "-t", "wav", "-f", "S16_LE", "-c", "1")
RATES: Final = {"normal": "16000", "low": "11025", "voice-only": "8000"}
HEARD_BYTES: Final = 3_200  # the last tenth of a second
BEGIN_S: Final = 0.3  # a command that ends this soon has no microphone
END_S: Final = 3.0


class ArecordRecorder:
    """The microphone of a computer. `command` is what records into the file named last."""

    suffix = ".wav"

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = tuple(command)
        self._running: subprocess.Popen[bytes] | None = None
        self._path: Path | None = None

    def start(self, path: Path, quality: str = "normal") -> Lack | None:
        """Begin to write; `none` when the command is not there or finds no microphone."""
        program = shutil.which(self._command[0])
        if program is None:
            return Lack("none")
        rate = RATES.get(quality, RATES["normal"])
        try:
            self._running = subprocess.Popen(  # noqa: S603 - a fixed command, our own path
                [program, *self._command[1:], "-r", rate, str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._running.wait(BEGIN_S)
        except subprocess.TimeoutExpired:
            self._path = path
            return None
        except OSError:
            return Lack("none")
        self._running = None
        return Lack("none")

    def pause(self) -> None:
        """Hold the command."""
        self._signal("SIGSTOP")

    def resume(self) -> None:
        """Let it go on."""
        self._signal("SIGCONT")

    def stop(self) -> None:
        """End the file as the command itself ends it."""
        running, self._running, self._path = self._running, None, None
        if running is None:
            return
        with suppress(OSError):
            running.send_signal(signal.SIGCONT)
            running.send_signal(signal.SIGINT)
        try:
            running.wait(END_S)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()

    def level(self) -> float:
        """How loud the last tenth of a second was."""
        if self._path is None:
            return 0.0
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, 2)
                file.seek(max(44, size - HEARD_BYTES) & ~1)
                data = file.read(HEARD_BYTES)
        except OSError:
            return 0.0
        return loudness(data)

    def _signal(self, name: str) -> None:
        number = getattr(signal, name, None)
        if self._running is not None and number is not None:
            with suppress(OSError):
                self._running.send_signal(number)


def loudness(data: bytes) -> float:
    """Of 16-bit samples, 0 (silence) to 1 (full), as ears hear it: every 10 dB a sixth."""
    samples = array.array("h", data[: len(data) & ~1])
    if sys.byteorder == "big":
        samples.byteswap()
    if not samples:
        return 0.0
    power = sum(sample * sample for sample in samples) / len(samples) / 32_768**2
    return min(1.0, max(0.0, 1 + math.log10(max(power, 1e-12)) / 6))
