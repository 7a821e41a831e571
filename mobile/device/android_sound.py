"""The microphone of an Android tablet, by its MediaRecorder.

AAC in ADTS frames: such a file can be heard up to its last frame wherever it was cut off, while an
MPEG-4 file that nobody closed cannot be opened at all. The app needs RECORD_AUDIO. Java is reached
by pyjnius, which the Android build brings along; nothing of it is imported before it is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

from mobile.device.ports import Lack

MICROPHONE: Final = 1
AAC_ADTS: Final = 6
AAC: Final = 3
# Samples a second, bits a second.
QUALITIES: Final = {
    "normal": (32_000, 64_000),
    "low": (16_000, 24_000),
    "voice-only": (8_000, 12_200),
}
AMPLITUDE_MAX: Final = 32_767


class MediaRecorder(Protocol):
    """What is asked of Android's MediaRecorder; its names are Java's."""

    def setAudioSource(self, source: int) -> None: ...  # noqa: N802
    def setOutputFormat(self, kind: int) -> None: ...  # noqa: N802
    def setAudioEncoder(self, encoder: int) -> None: ...  # noqa: N802
    def setAudioSamplingRate(self, rate: int) -> None: ...  # noqa: N802
    def setAudioEncodingBitRate(self, rate: int) -> None: ...  # noqa: N802
    def setOutputFile(self, path: str) -> None: ...  # noqa: N802
    def prepare(self) -> None: ...
    def start(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def stop(self) -> None: ...
    def release(self) -> None: ...
    def getMaxAmplitude(self) -> int: ...  # noqa: N802


def system_recorder() -> MediaRecorder:
    """A new one of Android's."""
    from jnius import autoclass

    made: MediaRecorder = autoclass("android.media.MediaRecorder")()
    return made


def may(permission: str) -> bool:
    """Whether the person allowed it; asks for it when not, so that the next time it may be."""
    from android.permissions import check_permission, request_permissions

    name = f"android.permission.{permission}"
    if check_permission(name):
        return True
    request_permissions([name])
    return False


class AndroidRecorder:
    """One recording at a time."""

    suffix = ".aac"

    def __init__(
        self,
        make: Callable[[], MediaRecorder] = system_recorder,
        allowed: Callable[[str], bool] = may,
    ) -> None:
        self._make, self._allowed = make, allowed
        self._recorder: MediaRecorder | None = None

    def start(self, path: Path, quality: str = "normal") -> Lack | None:
        """Begin; `busy` when another app has the microphone."""
        if not self._allowed("RECORD_AUDIO"):
            return Lack("denied")
        samples, bits = QUALITIES.get(quality, QUALITIES["normal"])
        recorder: Any = None
        try:
            recorder = self._make()
            recorder.setAudioSource(MICROPHONE)
            recorder.setOutputFormat(AAC_ADTS)
            recorder.setAudioEncoder(AAC)
            recorder.setAudioSamplingRate(samples)
            recorder.setAudioEncodingBitRate(bits)
            recorder.setOutputFile(str(path))
            recorder.prepare()
            recorder.start()
        except Exception:  # Java's exceptions come as one class that is not at hand here
            if recorder is not None:
                with suppress(Exception):
                    recorder.release()
            return Lack("busy")
        self._recorder = recorder
        return None

    def pause(self) -> None:
        """Hold."""
        if self._recorder is not None:
            with suppress(Exception):
                self._recorder.pause()

    def resume(self) -> None:
        """Go on."""
        if self._recorder is not None:
            with suppress(Exception):
                self._recorder.resume()

    def stop(self) -> None:
        """End the file; one that was too short to hold a frame is left as it is."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            with suppress(Exception):
                recorder.stop()
            with suppress(Exception):
                recorder.release()

    def level(self) -> float:
        """How loud the moment since the last look was, every 10 dB a sixth."""
        if self._recorder is None:
            return 0.0
        try:
            loudest = self._recorder.getMaxAmplitude() / AMPLITUDE_MAX
        except Exception:
            return 0.0
        return min(1.0, max(0.0, 1 + math.log10(max(loudest, 1e-6)) / 3))
