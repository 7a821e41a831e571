"""The inputs for sound, films and files: record, choose, listen, take away.

A file becomes an answer when it is stored under its hash, which is the presenter's work; what is
being recorded is shown by the `RecordingPresenter` that the screen hands in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kivy.clock import Clock
from kivy.metrics import dp

from mobile.presenters.recording import RecordingPresenter, RecordingState
from mobile.ui.strings import tr
from mobile.ui.theme import TARGET_PRIMARY, rgba
from mobile.ui.widgets.button import PrimaryButton, SecondaryButton, TextButton, WordButton
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.label import Icon, ThaiLabel
from mobile.ui.widgets.layout import Column, Flow, Row
from mobile.ui.widgets.messages import Notice, ProgressLine
from mobile.ui.words import say

TICK_S: Final = 0.2
ICONS: Final = {"audio": "microphone", "video": "video", "file": "file"}


def readable_size(size: int) -> str:
    """Bytes in the unit in which a person reads them."""
    if size >= 1024 * 1024:
        return f"{size / 1024 / 1024:.1f} MB"
    return f"{max(1, round(size / 1024))} kB"


class StoredFile(Row):
    """The file that is the answer: its sign, its name, its size, and what is done with it."""

    def __init__(self, value: dict[str, Any], icon_name: str, locked: bool) -> None:
        super().__init__(
            fill=rgba("quiet-paper" if locked else "primary-paper"),
            edge=rgba("line" if locked else "primary"),
            padding=[dp(14), dp(6), dp(6), dp(6)],
        )
        self.add_widget(Icon(icon_name, ink="ink-soft" if locked else "primary"))
        words = Column(spacing=0)
        words.add_widget(ThaiLabel(str(value.get("name", "")), fit="line"))
        size = readable_size(int(value.get("size", 0)))
        words.add_widget(ThaiLabel(size, role="small", ink="ink-soft", fit="line"))
        self.add_widget(words)


class FileInput(InputWidget):
    """A file of a `kind` (video, file): taken or chosen, shown by its name, taken away again.

    The screen answers `on_take` and `on_pick` by storing a file and calling `answer`.
    """

    __events__ = ("on_take", "on_pick", "on_open")

    def __init__(self, kind: str, *, takes: bool, **settings: Any) -> None:
        super().__init__(**settings)
        self.kind, self._takes = kind, takes
        self.show_value()

    def show_value(self) -> None:
        """Show the file, or how to get one."""
        self.clear_widgets()
        if self.value:
            self.add_widget(StoredFile(self.value, ICONS[self.kind], self.locked))
        elif self.locked:
            self.add_widget(ThaiLabel(text_key="file.none", ink="ink-soft"))
        line = Flow()
        for button in self.buttons():
            line.add_widget(button)
        if line.children:
            self.add_widget(line)

    def buttons(self) -> list[WordButton]:
        """What can be done now."""
        if self.locked:
            return []
        found: list[WordButton] = []
        if self._takes:
            found.append(self.button(f"{self.kind}.take", ICONS[self.kind], "on_take"))
        found.append(self.button(f"{self.kind}.pick", "file", "on_pick"))
        if self.value:
            found.append(self.remover())
        return found

    def button(self, key: str, icon_name: str, event: str) -> WordButton:
        """A button that tells the screen what a person wants."""
        button = SecondaryButton(
            text_key=key, icon_name=icon_name, automation_id=f"{self.automation_id}:{event}"
        )
        button.least_height = TARGET_PRIMARY
        button.apply_look()
        button.bind(on_release=lambda *_: self.dispatch(event))
        return button

    def remover(self) -> WordButton:
        """The button that takes the file away."""
        remove = TextButton(
            text_key="file.remove",
            icon_name="delete",
            tone="bad",
            automation_id=f"{self.automation_id}:remove",
        )
        remove.bind(on_release=lambda *_: self.answer(None))
        return remove

    def show_locked(self) -> None:
        """Only the file stays."""
        self.show_value()

    def on_take(self) -> None:
        """Make one."""

    def on_pick(self) -> None:
        """Choose one that is there."""

    def on_open(self, value: Any) -> None:
        """Listen to it, or see it."""


class AudioInput(FileInput):
    """Sound: recorded with its length and loudness before the eyes, or chosen; heard again.

    `use(presenter)` gives it a recorder; without one sound can only be chosen. Of XLSForm's
    `quality` what is not known here counts as normal.
    """

    def __init__(self, quality: str = "", **settings: Any) -> None:
        self._recorder: RecordingPresenter | None = None
        self.listening = False
        self._shown = RecordingState()
        self._quality = quality or "normal"
        self._ticking: Any = None
        self._length: ThaiLabel | None = None
        self._loud: ProgressLine | None = None
        super().__init__("audio", takes=False, **settings)

    def use(self, recorder: RecordingPresenter) -> None:
        """Record with this one."""
        self._recorder = recorder
        recorder.on_change = self._changed
        recorder.look()
        self._changed()
        self.show_value()

    def show_value(self) -> None:
        """The recording that goes on, else the file, else how to get one."""
        state = self._shown
        self._length = self._loud = None
        if state.phase in ("recording", "paused") and not self.locked:
            self.clear_widgets()
            self._show_running(state)
            return
        super().show_value()
        if state.said is not None:
            self.add_widget(Notice(tone="warn", text=say(state.said)))
        if state.left and not self.value and not self.locked:
            self._show_left()

    def buttons(self) -> list[WordButton]:
        """Record, choose, listen, remove."""
        found: list[WordButton] = []
        if self.value:
            sounding = self.listening
            key = "audio.stop_listening" if sounding else "audio.listen"
            listen = self._act(key, "stop" if sounding else "play", "listen", self._open)
            found.append(listen)
        if self.locked:
            return found
        busy = self._shown.phase in ("starting", "keeping")
        if self._recorder is not None:
            key = "audio.again" if self.value else "audio.record"
            record = self._act(key, "microphone", "record", lambda: self._begin())
            record.disabled = busy
            found.append(record)
        found.append(self.button("audio.pick", "file", "on_pick"))
        if self.value:
            found.append(self.remover())
        return found

    def show_listening(self, on: bool) -> None:
        """The button stops what is heard."""
        self.listening = on
        self.show_value()

    def finish(self) -> None:
        """The page goes away: what is being recorded waits, and can go on when it comes back."""
        if self._recorder is not None:
            self._recorder.pause()

    def _open(self) -> None:
        self.dispatch("on_open", self.value)

    def _begin(self) -> None:
        if self._recorder is not None:
            self._recorder.start(self._quality)

    def _show_running(self, state: RecordingState) -> None:
        paused = state.phase == "paused"
        tone, icon_name = ("warn", "pause") if paused else ("bad", "record")
        row = Row(fill=rgba(f"{tone}-paper"), padding=[dp(14), dp(8)])
        row.add_widget(Icon(icon_name, ink=tone))
        self._length = ThaiLabel(role="strong", ink=tone)
        row.add_widget(self._length)
        self.add_widget(row)
        self._loud = ProgressLine(tone="bad")
        self.add_widget(self._loud)
        line = Flow()
        recorder = self._recorder
        assert recorder is not None
        stop = PrimaryButton(
            text_key="audio.stop", icon_name="stop", automation_id=f"{self.automation_id}:stop"
        )
        stop.bind(on_release=lambda *_: recorder.stop())
        line.add_widget(stop)
        if paused:
            line.add_widget(self._act("audio.resume", "microphone", "resume", recorder.resume))
        else:
            line.add_widget(self._act("audio.pause", "pause", "pause", recorder.pause))
        self.add_widget(line)
        if state.said is not None:
            self.add_widget(Notice(tone="warn", text=say(state.said)))
        self._show_going(state)

    def _show_going(self, state: RecordingState) -> None:
        if self._length is not None and self._loud is not None:
            key = "audio.paused_at" if state.phase == "paused" else "audio.recording"
            self._length.text = tr(key, length=state.length)
            self._loud.value = state.level

    def _show_left(self) -> None:
        recorder = self._recorder
        assert recorder is not None
        self.add_widget(Notice(tone="info", text_key="audio.left"))
        line = Flow()
        line.add_widget(self._act("audio.keep_left", "check", "keep_left", recorder.keep_left))
        drop = TextButton(
            text_key="audio.drop_left",
            icon_name="delete",
            tone="bad",
            automation_id=f"{self.automation_id}:drop_left",
        )
        drop.bind(on_release=lambda *_: recorder.drop_left())
        line.add_widget(drop)
        self.add_widget(line)

    def _act(self, key: str, icon_name: str, name: str, act: Callable[[], None]) -> WordButton:
        button = SecondaryButton(
            text_key=key, icon_name=icon_name, automation_id=f"{self.automation_id}:{name}"
        )
        button.least_height = TARGET_PRIMARY
        button.apply_look()
        button.bind(on_release=lambda *_: act())
        return button

    def _changed(self) -> None:
        assert self._recorder is not None
        before, state = self._shown, self._recorder.state
        self._shown = state
        running = state.phase in ("recording", "paused")
        if running and self._ticking is None:
            self._ticking = Clock.schedule_interval(lambda _: self._tick(), TICK_S)
        elif not running and self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        same = (before.phase, before.left, before.said) == (state.phase, state.left, state.said)
        if same and running and self._length is not None:
            self._show_going(state)
        elif not same or running:
            self.show_value()

    def _tick(self) -> None:
        if self._recorder is None or self.get_root_window() is None:
            self.finish()
            return
        self._recorder.tick()
