"""Sound: on the disk from the first second, found again after a kill, an answer when stored."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mobile.device.ports import Lack
from mobile.device.sounds import ArecordRecorder, loudness
from mobile.presenters.observed import Words
from mobile.presenters.recording import RecordingPresenter, RecordingState
from mobile.services import recordings as service
from mobile.services.recordings import Recordings, spoken
from tests.support.tablets import HandClock


class Microphone:
    """Writes a few bytes at each start and resume."""

    suffix = ".aac"

    def __init__(self, lack: Lack | None = None) -> None:
        self.lack, self.path, self.acts = lack, Path(), list[str]()

    def start(self, path: Path, quality: str = "normal") -> Lack | None:
        self.acts.append(f"start {quality}")
        if self.lack is None:
            self.path = path
            path.write_bytes(b"\xff\xf1sound")
        return self.lack

    def pause(self) -> None:
        self.acts.append("pause")

    def resume(self) -> None:
        self.acts.append("resume")

    def stop(self) -> None:
        self.acts.append("stop")

    def level(self) -> float:
        return 2.5


class Ids:
    def __init__(self) -> None:
        self.count = 0

    def new(self) -> str:
        self.count += 1
        return f"id-{self.count}"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def recordings(tmp_path: Path, clock: HandClock) -> Recordings:
    return Recordings(tmp_path / "sound", Microphone(), clock, Ids())


def run(job: Callable[[], Any], done: Any = None, failed: Any = None) -> None:
    try:
        result = job()
    except Exception as reason:
        if failed is not None:
            failed(reason)
        return
    if done is not None:
        done(result)


def test_the_length_leaves_out_the_pauses(recordings: Recordings, clock: HandClock) -> None:
    assert recordings.begin("r", "q") is None
    clock.ticks += 5_000
    recordings.pause()
    clock.ticks += 60_000
    recordings.resume()
    clock.ticks += 2_500
    assert recordings.seconds() == 7.5
    assert recordings.level() == 1.0
    ended = recordings.end()
    assert ended is not None
    assert ended.seconds == 7.5
    assert spoken(125) == "2:05"


def test_what_a_kill_cut_off_is_found_at_its_question_and_nowhere_else(
    tmp_path: Path, clock: HandClock
) -> None:
    Recordings(tmp_path, Microphone(), clock, Ids()).begin("r", "q")
    after = Recordings(tmp_path, Microphone(), clock, Ids())
    (left,) = after.left("r", "q")
    assert left.path.read_bytes() == b"\xff\xf1sound"
    assert after.left("r", "other") == ()
    after.done(left)
    assert after.left("r", "q") == ()
    assert list(tmp_path.iterdir()) == []


def test_what_goes_on_is_not_what_was_left(recordings: Recordings) -> None:
    recordings.begin("r", "q")
    assert recordings.left("r", "q") == ()


def test_a_recording_for_another_question_ends_the_first_and_keeps_it(
    recordings: Recordings,
) -> None:
    recordings.begin("r", "one")
    recordings.begin("r", "two")
    assert len(recordings.left("r", "one")) == 1


def test_without_a_microphone_nothing_is_left_behind(tmp_path: Path, clock: HandClock) -> None:
    found = Recordings(tmp_path, Microphone(Lack("denied")), clock, Ids())
    assert found.begin("r", "q") == Lack("denied")
    assert found.going_on is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("junk", [b"", b"{", b'{"record": 1}', b"[]", b"x" * 10_000])
def test_a_note_that_says_nothing_is_passed_over(
    tmp_path: Path, clock: HandClock, junk: bytes
) -> None:
    (tmp_path / "a.aac").write_bytes(b"sound")
    (tmp_path / "a.aac.note").write_bytes(junk)
    assert Recordings(tmp_path, Microphone(), clock, Ids()).left("r", "q") == ()


def test_it_is_full_after_an_hour(recordings: Recordings, clock: HandClock) -> None:
    recordings.begin("r", "q")
    assert not recordings.full()
    clock.ticks += service.SECONDS_MAX * 1000
    assert recordings.full()


def shown(recordings: Recordings) -> tuple[RecordingPresenter, list[Path]]:
    kept: list[Path] = []
    return RecordingPresenter(recordings, run, "r", "q", kept.append), kept


def test_a_person_records_pauses_goes_on_and_keeps(
    recordings: Recordings, clock: HandClock
) -> None:
    presenter, kept = shown(recordings)
    presenter.start("low")
    clock.ticks += 3_000
    presenter.tick()
    assert (presenter.state.phase, presenter.state.length) == ("recording", "0:03")
    presenter.pause()
    presenter.resume()
    presenter.stop()
    assert presenter.state.phase == "keeping"
    assert kept[0].read_bytes() == b"\xff\xf1sound"
    presenter.kept()
    assert presenter.state == RecordingState()
    assert not kept[0].exists()


def test_an_interruption_pauses_and_says_why(recordings: Recordings) -> None:
    presenter, _ = shown(recordings)
    presenter.start()
    recordings.pause()  # the app went to the background
    presenter.tick()
    assert presenter.state.phase == "paused"
    assert presenter.state.said == Words("sound.interrupted")


def test_an_hour_ends_it_by_itself_and_keeps_it(recordings: Recordings, clock: HandClock) -> None:
    presenter, kept = shown(recordings)
    presenter.start()
    clock.ticks += service.SECONDS_MAX * 1000
    presenter.tick()
    assert len(kept) == 1
    assert presenter.state.said == Words("sound.full")


def test_what_could_not_be_stored_stays_on_the_disk_and_is_offered_again(
    recordings: Recordings,
) -> None:
    presenter, kept = shown(recordings)
    presenter.start()
    presenter.stop()
    presenter.not_kept(OSError("full"))
    assert presenter.state.left == 1
    assert kept[0].exists()
    presenter.keep_left()
    assert len(kept) == 2


def test_what_a_kill_left_is_offered_and_may_be_thrown_away(
    tmp_path: Path, clock: HandClock
) -> None:
    Recordings(tmp_path, Microphone(), clock, Ids()).begin("r", "q")
    presenter, _ = shown(Recordings(tmp_path, Microphone(), clock, Ids()))
    presenter.look()
    assert presenter.state.left == 1
    presenter.drop_left()
    assert presenter.state.left == 0
    assert list(tmp_path.iterdir()) == []


def test_no_microphone_is_said_with_the_way_without_it(tmp_path: Path, clock: HandClock) -> None:
    presenter, _ = shown(Recordings(tmp_path, Microphone(Lack("none")), clock, Ids()))
    presenter.start()
    assert presenter.state.said == Words("sound.lack_none")
    assert presenter.state.phase == "idle"


def test_a_stored_sound_is_played_under_a_name_that_says_what_it_is(
    recordings: Recordings, tmp_path: Path
) -> None:
    stored = tmp_path / ("a" * 64)
    stored.write_bytes(b"\xff\xf1" + b"sound" * 20)
    found = recordings.playable(stored)
    assert found is not None
    assert found.suffix == ".aac"
    assert found.read_bytes() == stored.read_bytes()
    other = tmp_path / ("b" * 64)
    other.write_bytes(b"RIFF\0\0\0\0WAVEfmt " + b"\0" * 20)
    second = recordings.playable(other)
    assert second is not None
    assert (second.suffix, found.exists()) == (".wav", False)
    other.write_bytes(b"no sound at all")
    assert recordings.playable(other) is None
    assert recordings.playable(tmp_path / "gone") is None


# -- the recorder of a computer ------------------------------------------------------------------


def test_a_command_that_finds_no_microphone_is_no_recorder(tmp_path: Path) -> None:
    assert ArecordRecorder(("no-such-command-here",)).start(tmp_path / "a.wav") == Lack("none")
    ends = ArecordRecorder((sys.executable, "-c", "raise SystemExit(1)"))
    assert ends.start(tmp_path / "a.wav") == Lack("none")


def test_a_command_records_until_it_is_stopped(tmp_path: Path) -> None:
    program = (
        "import signal,sys,time\n"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(0))\n"
        "open(sys.argv[-1],'wb').write(b'R'*44+b'\\0\\x40'*1600)\n"
        "time.sleep(60)\n"
    )
    path = tmp_path / "a.wav"
    recorder = ArecordRecorder((sys.executable, "-c", program))
    assert recorder.start(path, "voice-only") is None
    recorder.pause()
    recorder.resume()
    while not path.exists() or path.stat().st_size < 3_244:
        pass
    assert 0.5 < recorder.level() < 1
    recorder.stop()
    assert recorder.level() == 0.0
    assert path.stat().st_size == 3_244


def test_loudness_is_nothing_for_silence_and_all_for_the_loudest() -> None:
    assert loudness(b"") == loudness(b"\0\0" * 100) == 0.0
    assert loudness(struct.pack("<100h", *[32_767] * 100)) == pytest.approx(1.0, abs=0.01)
