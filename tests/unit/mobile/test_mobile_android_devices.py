"""An Android tablet's devices behind their ports: what they say when they give nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mobile.bootstrap import android
from mobile.config import TabletConfig
from mobile.device.android_apps import AndroidCamera
from mobile.device.android_place import AndroidLocation
from mobile.device.android_sound import AndroidRecorder
from mobile.device.ports import Lack


class Recorder:
    """Android's, as far as it is asked; `broken` is the call that fails."""

    def __init__(self, broken: str = "") -> None:
        self.calls: list[tuple[str, Any]] = []
        self.broken = broken

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*values: Any) -> Any:
            self.calls.append((name, *values))
            if name == self.broken:
                raise RuntimeError("java")
            return 16_000 if name == "getMaxAmplitude" else None

        return call


def yes(_: str) -> bool:
    return True


def test_sound_is_written_in_frames_that_survive_a_cut(tmp_path: Path) -> None:
    java = Recorder()
    recorder = AndroidRecorder(lambda: java, yes)
    assert recorder.start(tmp_path / "a.aac", "low") is None
    names = [call[0] for call in java.calls]
    assert names[-2:] == ["prepare", "start"]
    assert ("setOutputFormat", 6) in java.calls
    assert ("setAudioSamplingRate", 16_000) in java.calls
    assert 0.8 < recorder.level() < 1
    recorder.stop()
    assert [call[0] for call in java.calls][-2:] == ["stop", "release"]
    assert recorder.level() == 0.0


@pytest.mark.parametrize("broken", ["setAudioSource", "prepare", "start"])
def test_a_microphone_that_another_app_has_is_busy(tmp_path: Path, broken: str) -> None:
    java = Recorder(broken)
    assert AndroidRecorder(lambda: java, yes).start(tmp_path / "a.aac") == Lack("busy")
    assert java.calls[-1][0] == "release"


def test_without_the_permission_no_device_is_touched(tmp_path: Path) -> None:
    def never() -> Any:
        raise AssertionError("touched")

    def no(_: str) -> bool:
        return False

    assert AndroidRecorder(never, no).start(tmp_path / "a.aac") == Lack("denied")
    location = AndroidLocation(never, no)
    assert location.here() is None
    assert location.why_not() == Lack("denied")


class Receiver:
    def __init__(self, *, present: bool = True, enabled: bool = True) -> None:
        self.is_present, self.is_enabled = present, enabled
        self.got: Callable[[float, float, float, float | None], None] | None = None

    def present(self) -> bool:
        return self.is_present

    def enabled(self) -> bool:
        return self.is_enabled

    def start(self, got: Callable[[float, float, float, float | None], None]) -> None:
        self.got = got

    def stop(self) -> None:
        self.got = None


def test_a_fix_is_a_place_while_it_is_fresh() -> None:
    receiver, now = Receiver(), [100.0]
    location = AndroidLocation(lambda: receiver, yes, lambda: now[0])
    assert location.here() is None
    assert location.why_not() == Lack("busy")
    assert receiver.got is not None
    receiver.got(12.5, 101.25, 4.0, None)
    assert location.here() == {"lat": "12.5000000", "lon": "101.2500000", "accuracy": "4.0"}
    receiver.got(12.5, 101.25, 4.0, 7.0)
    found = location.here()
    assert found is not None
    assert found["altitude"] == "7.0"
    now[0] += 11
    assert location.here() is None


def test_a_receiver_that_nobody_asks_is_let_go_of() -> None:
    receiver, now = Receiver(), [100.0]
    location = AndroidLocation(lambda: receiver, yes, lambda: now[0])
    location.here()
    now[0] += 121
    tell = receiver.got
    assert tell is not None
    tell(1.0, 2.0, 3.0, None)
    let_go = receiver.got is None
    location.here()
    assert (let_go, receiver.got is None) == (True, False)


@pytest.mark.parametrize(
    ("receiver", "why"),
    [(Receiver(present=False), "none"), (Receiver(enabled=False), "off")],
    ids=["none", "off"],
)
def test_a_receiver_that_is_off_or_missing_says_so(receiver: Receiver, why: str) -> None:
    location = AndroidLocation(lambda: receiver, yes)
    assert location.here() is None
    assert location.why_not().why == why


class Apps:
    def __init__(self, path: Path | None) -> None:
        self.path = path

    def photograph(self, folder: Path, *, front: bool) -> Path | None:
        return self.path

    def film(self, folder: Path) -> Path | None:
        return self.path

    def choose(self, folder: Path, kind: str) -> Path | None:
        return self.path


def test_who_turns_back_from_the_camera_gets_a_word_and_no_answer(tmp_path: Path) -> None:
    camera = AndroidCamera(tmp_path / "camera", Apps(None), yes)
    assert camera.take() is None
    assert camera.pictures() == ()
    assert camera.film() == camera.files("audio") == camera.scan() == Lack("gave_up")


def test_what_the_camera_gives_is_a_picture_a_film_and_a_code(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"film")
    camera = AndroidCamera(tmp_path, Apps(path), yes, lambda _: ["42"])
    film = camera.film()
    assert not isinstance(film, Lack)
    assert film.path == path
    assert camera.scan() == Lack("unreadable")  # a film is no picture


def test_the_machine_of_a_tablet_is_put_together_without_touching_java(tmp_path: Path) -> None:
    machine = android(TabletConfig(tmp_path))
    assert isinstance(machine.camera, AndroidCamera)
    assert isinstance(machine.equipment.recorder, AndroidRecorder)
    assert machine.equipment.scanner is machine.camera
