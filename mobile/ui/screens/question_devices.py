"""What a question's input wants of the machine: a picture, sound, a film, a file, a code, a place.

One object binds an input to the devices of its tablet; whatever a device does not give is said in
a sentence with the way to do without it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from kivy.clock import Clock

from mobile.presenters.fixes import Search, demands_of
from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.form_views import QuestionView
from mobile.presenters.surroundings import Lack, Picture, Surroundings
from mobile.ui.screens.picture_sheets import choose_file, choose_picture, show_picture
from mobile.ui.signature_png import DRAWING, SIGNATURE, signature_png
from mobile.ui.sounds import Player, player
from mobile.ui.widgets.annotator import Annotator
from mobile.ui.widgets.dialog import Layers, Snackbar
from mobile.ui.widgets.inputs.shown import UnknownInput

FIX_S: Final = 1.0  # between two fixes of the receiver
FIXES_MAX: Final = 90
FRONT: Final = frozenset({"new-front", "selfie"})


class QuestionDevices:
    """Binds the `input` of a question to the machine; `view()` gives the question as it is now."""

    def __init__(
        self,
        input_widget: Any,
        view: Callable[[], QuestionView],
        presenter: FormPresenter,
        surroundings: Surroundings,
        layers: Layers,
        loudspeaker: Player = player,
    ) -> None:
        self._input, self._view = input_widget, view
        self._presenter, self._see, self._layers = presenter, surroundings, layers
        self._player = loudspeaker
        self._search: Search | None = None
        binders: dict[str, Callable[[], None]] = {
            "photo": self._bind_photo,
            "signature": self._bind_drawing,
            "audio": self._bind_sound,
            "video": self._bind_film,
            "file": self._bind_file,
            "barcode": self._bind_code,
            "place": self._bind_place,
            "trace": self._bind_span,
            "shape": self._bind_span,
        }
        bind = binders.get(view().widget)
        if bind is not None and not isinstance(input_widget, UnknownInput):
            bind()

    def finish(self) -> None:
        """The page goes away."""
        self._stop()
        finish = getattr(self._input, "finish", None)
        if finish is not None:
            finish()

    # -- pictures ------------------------------------------------------------------------------

    def _bind_photo(self) -> None:
        words = set(self._view().appearance.split())
        if "draw" in words or "signature" in words:
            self._bind_drawing()
            return
        take = self._see.take_front if words & FRONT else self._see.take_picture
        self._input.bind(on_take=lambda *_: take(self._taken))
        self._input.bind(
            on_pick=lambda *_: choose_picture(self._see, self._layers, self._taken),
            on_open=lambda _, value: show_picture(self._see, self._layers, value),
            on_draw_on=lambda *_: self._annotate(),
        )

    def _taken(self, picture: Picture | None) -> None:
        view = self._view()
        if picture is None:
            self._say("form.no_picture")
        else:
            self._presenter.attach_picture(view.record, view.key, picture)

    def _annotate(self) -> None:
        view = self._view()
        value = view.value if isinstance(view.value, dict) else {}
        path = self._see.original(str(value.get("sha256", "")))
        if path is None:
            self._say("photo.comes")
            return
        annotator = Annotator(path)
        annotator.bind(
            on_done=lambda _, marks: self._presenter.draw_on(view.record, view.key, marks)
        )
        self._layers.show_above(annotator)

    def _bind_drawing(self) -> None:
        self._input.bind(on_drawn=lambda _, strokes: self._drawn(strokes))

    def _drawn(self, strokes: Any) -> None:
        view = self._view()
        size = DRAWING if "draw" in view.appearance.split() else SIGNATURE
        self._presenter.sign(view.record, view.key, signature_png(strokes, size))

    # -- sound, films, files -------------------------------------------------------------------

    def _bind_sound(self) -> None:
        view = self._view()
        recorder = self._see.recorder(view.record, view.key, self._keep_recording)
        self._recorder = recorder
        self._input.use(recorder)
        self._input.bind(
            on_pick=lambda *_: self._choose("audio"), on_open=lambda _, value: self._listen(value)
        )

    def _keep_recording(self, path: Path) -> None:
        view = self._view()

        def ended(error: Exception | None) -> None:
            if error is None:
                self._recorder.kept()
            else:
                self._recorder.not_kept(error)

        self._presenter.attach_file(view.record, view.key, path, ended=ended)

    def _listen(self, value: Any) -> None:
        if self._input.listening:
            self._player.stop()
        elif not self._see.playable(str(value.get("sha256", "")), self._sound):
            self._say("sound.not_here")

    def _sound(self, path: Path | None) -> None:
        if path is not None and self._player.play(path, lambda: self._input.show_listening(False)):
            self._input.show_listening(True)
        else:
            self._say("sound.cannot_play")

    def _bind_film(self) -> None:
        self._input.bind(
            on_take=lambda *_: self._see.film(self._filmed),
            on_pick=lambda *_: self._choose("video"),
        )

    def _filmed(self, found: Picture | Lack) -> None:
        if isinstance(found, Lack):
            why = found.why if found.why in ("none", "denied") else "gave_up"
            self._say(f"video.lack_{why}")
        else:
            self._attach(found)

    def _bind_file(self) -> None:
        self._input.bind(on_pick=lambda *_: self._choose(""))

    def _choose(self, kind: str) -> None:
        def found(files: Sequence[Picture] | Lack) -> None:
            if isinstance(files, Lack):
                self._say("file.lack")
            else:
                choose_file(files, self._layers, self._attach)

        self._see.files(kind, found)

    def _attach(self, file: Picture) -> None:
        view = self._view()
        self._presenter.attach_file(view.record, view.key, file.path, file.name)

    # -- codes ---------------------------------------------------------------------------------

    def _bind_code(self) -> None:
        self._input.bind(
            on_scan=lambda *_: self._see.scan(self._scanned),
            on_pick=lambda *_: choose_picture(self._see, self._layers, self._read),
        )

    def _read(self, picture: Picture | None) -> None:
        if picture is not None:
            self._see.read_code(picture, self._scanned)

    def _scanned(self, found: str | Lack) -> None:
        if isinstance(found, Lack):
            why = found.why if found.why in ("none", "denied", "gave_up") else "unreadable"
            self._say(f"barcode.lack_{why}")
            self._input.focus_first()
        else:
            self._input.answer(found)

    # -- places --------------------------------------------------------------------------------

    def _bind_place(self) -> None:
        self._input.bind(
            on_locate=lambda *_: self._locate(self._place_found),
            on_take=lambda *_: self._enough(self._place_found),
            on_stop=lambda *_: self._stop(),
        )

    def _bind_span(self) -> None:
        self._input.bind(on_locate=lambda *_: self._locate(self._corner_found))

    def _place_found(self, place: dict[str, str]) -> None:
        view = self._view()
        self._presenter.answer(view.record, view.key, dict(place))

    def _corner_found(self, place: dict[str, str]) -> None:
        self._input.located(place)

    def _locate(self, done: Callable[[dict[str, str]], None]) -> None:
        """Ask the receiver until it is exact enough; a place without accuracy is taken at once."""
        if self._search is not None:
            return
        search = self._search = Search(demands_of(self._view().parameters))
        self._poll(search, done)

    def _poll(self, search: Search, done: Callable[[dict[str, str]], None]) -> None:
        if search is not self._search:
            return  # ended, and perhaps begun anew
        if self._view().locked:
            self._stop()
        else:
            self._see.here(lambda place: self._fixed(search, place, done))

    def _fixed(self, search: Search, place: Any, done: Callable[[dict[str, str]], None]) -> None:
        if search is not self._search:
            return
        search.take(place)
        if search.done or (search.best is not None and search.fixes >= FIXES_MAX):
            self._enough(done)
        elif search.best is None and (why := self._why_no_place(search)):
            self._stop()
            self._say(f"place.lack_{why}")
        else:
            self._show_search(search)
            Clock.schedule_once(lambda _: self._poll(search, done), FIX_S)

    def _why_no_place(self, search: Search) -> str:
        """Why there will be none; "" while the receiver is still looking."""
        why = self._see.why_no_place().why
        if why in ("none", "denied", "off"):
            return why
        return "busy" if search.fixes >= FIXES_MAX else ""

    def _enough(self, done: Callable[[dict[str, str]], None]) -> None:
        search = self._search
        self._stop()
        if search is not None and search.best is not None:
            done(dict(search.best))

    def _stop(self) -> None:
        if self._search is not None:
            self._search = None
            self._show_search(None)

    def _show_search(self, search: Search | None) -> None:
        show = getattr(self._input, "searching", None)
        if show is not None:
            show(search)

    def _say(self, key: str) -> None:
        self._layers.say(Snackbar(text_key=key, tone="warn"))
