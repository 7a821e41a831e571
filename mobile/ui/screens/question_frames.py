"""A question of a form as a frame with its input: made from its view, brought up to date by it.

Answers go to the presenter as they are given; what a person typed and nobody can read goes there
as text, so that it is still there when the page is shown again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from kivy.clock import Clock
from kivy.metrics import dp

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.form_views import ChoiceView, QuestionView
from mobile.presenters.observed import Words
from mobile.presenters.surroundings import Surroundings
from mobile.ui.look import look
from mobile.ui.screens.picture_sheets import show_picture
from mobile.ui.screens.question_devices import QuestionDevices
from mobile.ui.sounds import player
from mobile.ui.strings import tr
from mobile.ui.widgets.dialog import Layers, Snackbar
from mobile.ui.widgets.field_frame import FieldFrame
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.inputs.choice import ListInput, ManyFoundInput, Option
from mobile.ui.widgets.inputs.making import Wish, input_for
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.label_media import LabelMedia
from mobile.ui.widgets.layout import Column
from mobile.ui.widgets.messages import Notice
from mobile.ui.widgets.text_input import ThaiTextInput
from mobile.ui.widgets.type_ahead import Coming, Found
from mobile.ui.widgets.virtual_list import Rows
from mobile.ui.words import say

# The presenter's names of widgets, as the kit's names of question types.
KINDS: Final[dict[str, str]] = {
    "text": "text",
    "multiline": "text",
    "barcode": "barcode",
    "date": "date",
    "time": "time",
    "datetime": "dateTime",
    "choice": "select_one",
    "choices": "select_multiple",
    "reference": "reference",
    "references": "references",
    "range": "range",
    "rank": "rank",
    "acknowledge": "acknowledge",
    "place": "geopoint",
    "photo": "image",
    "file": "file",
    "audio": "audio",
    "video": "video",
    "trace": "geotrace",
    "shape": "geoshape",
    "signature": "signature",
    "note": "note",
    "calculated": "calculate",
}
REASON_PAUSE_S: Final = 0.6


def words_of(text: Any) -> str:
    """A text of a form in the language of the look."""
    return str(text.get(look.language))


def unit_of(unit: str) -> str:
    """A unit of a form in the language of the look; one that is not in the catalogue as it is."""
    shown = tr(f"unit.{unit}") if unit else ""
    return unit if shown.startswith("unit.") else shown


class QuestionFrame:
    """One question on the page: `frame` is its widget, `show(view)` brings it up to date."""

    def __init__(
        self,
        view: QuestionView,
        presenter: FormPresenter,
        surroundings: Surroundings,
        layers: Layers,
        settle: Callable[[], None],
    ) -> None:
        self.view = view
        self._presenter, self._surroundings = presenter, surroundings
        self._layers, self._settle = layers, settle
        self.input = self._make_input(view)
        self.frame = FieldFrame(self.input, automation_id=f"question:{view.key}")
        self._reason: ReasonEntry | None = None
        self._previous = ""
        self._label_media: LabelMedia | None = None
        self._playing = False
        self._drawn: QuestionView | None = None
        self.show(view)
        if view.typed:
            self._show_typed(view.typed)
        self.frame.bind(on_answer=lambda _, value: self._answered(value))
        self.frame.bind(on_same_as_before=lambda _: self._same())
        self.input.bind(on_unreadable=lambda *_: self._unreadable())
        self._devices = QuestionDevices(
            self.input, lambda: self.view, presenter, surroundings, layers
        )

    # -- what the view says --------------------------------------------------------------------

    def show(self, view: QuestionView) -> None:
        """Show what the view says; what did not change is not touched."""
        before, self.view = self._drawn, view
        if before == view:
            return
        self._drawn = view
        frame = self.frame
        frame.label = words_of(view.label)
        frame.hint = self._hint(view)
        frame.set_guidance(words_of(view.guidance))
        if before is None or before.media != view.media:
            frame.set_media(self._media(view))
        frame.required = view.required and not view.locked
        if frame.locked != view.locked:
            frame.set_locked(view.locked)
        if view.widget == "calculated":
            frame.set_value(_shown_value(view))
        elif view.widget == "note":
            pass
        elif before is None or before.value != view.value:
            frame.set_value(view.value)
        problem = words_of(view.problem) if view.problem is not None else ""
        frame.set_problem(problem, "hard" if view.hard else "soft")
        frame.set_saved("" if view.locked else view.saved)
        different = view.previous_value is not None and view.previous_value != view.value
        previous = words_of(view.previous) if different else ""
        if before is None or previous != self._previous or view.locked != before.locked:
            self._previous = previous
            frame.set_previous(previous)
        if before is None or before.comments != view.comments:
            frame.set_comment(tr("form.reviewer"), "", "\n".join(view.comments))
        self._show_extras(before, view)

    def _show_extras(self, before: QuestionView | None, view: QuestionView) -> None:
        asks = view.needs_reason and not view.locked
        if before is not None:
            same = (before.needs_reason and not before.locked) == asks
            same = same and (before.cleared, before.offered) == (view.cleared, view.offered)
            if same and before.conflict == view.conflict and before.shown == view.shown:
                return
        had_focus = self._reason is not None and self._reason.field.focus
        if had_focus and asks:
            return
        self.frame.clear_extras()
        self._reason = None
        if view.conflict:
            notice = Notice(tone="conflict", text_key="form.conflict", action_key="form.settle")
            notice.bind(on_action=lambda *_: self._settle())
            self.frame.add_extra(notice)
        presenter = self._presenter
        if view.cleared and not view.locked:
            self._add_offer("form.cleared", "form.take_back", view.cleared, presenter.undo_clear)
        if view.offered and not view.locked:
            self._add_offer(
                "form.calculated", "form.take_calculated", view.offered, presenter.take_offered
            )
        if asks or view.reason:
            self._reason = ReasonEntry(view, lambda text: self._give_reason(text))
            self.frame.add_extra(self._reason)

    def _add_offer(
        self, key: str, action_key: str, value: Any, take: Callable[[str, str], object]
    ) -> None:
        """A value that one tap puts in the answer's place."""
        words = tr(key, value=words_of(value))
        notice = Notice(
            tone="info", text=words, action_key=action_key, automation_id=f"{key}:{self.view.key}"
        )
        notice.bind(on_action=lambda *_: take(self.view.record, self.view.key))
        self.frame.add_extra(notice)

    def _hint(self, view: QuestionView) -> str:
        lines = [words_of(view.hint)]
        if view.limit is not None:
            limit = view.limit
            bounds = {"least": limit.least, "most": limit.most, "unit": unit_of(limit.unit)}
            kind = "both" if limit.least and limit.most else "least" if limit.least else "most"
            label = words_of(limit.label)
            lines.append(tr(f"form.limit_{kind}", label=label, **bounds).strip())
        lock = view.lock_words
        if isinstance(lock, Words) and lock.key in ("lock.office", "lock.read_only"):
            lines.append(say(lock))
        return "\n".join(line for line in lines if line)

    # -- the input -----------------------------------------------------------------------------

    def _make_input(self, view: QuestionView) -> InputWidget:
        name = f"input:{view.key}"
        if view.widget in ("choice", "choices", "references") and view.searchable:
            if view.widget == "choice":
                return ListInput(self._search, self._label_of, automation_id=name)
            return ManyFoundInput(self._search, self._label_of_one, automation_id=name)
        wish = Wish(
            name,
            view.type if view.widget == "number" else KINDS.get(view.widget, view.widget),
            options=[_option(choice) for choice in view.choices],
            unit=unit_of(view.unit),
            long=view.widget == "multiline",
            search=self._search,
            label_of=self._label_of,
            thumbnail=self._thumbnail,
            tiles=self._surroundings.tiles,
            now=self._surroundings.now,
            appearance=view.appearance,
            parameters=view.parameters,
        )
        return input_for(wish)

    def same_choices(self, view: QuestionView) -> bool:
        """Whether the input that stands there offers what the view offers."""
        offered, offers = self.view.choices, view.choices
        same = self.view.widget == view.widget and self.view.appearance == view.appearance
        same = same and self.view.searchable == view.searchable
        return same and _names(offered) == _names(offers)

    def _search(self, text: str) -> Coming:
        coming = Coming()
        self._presenter.find_choices(
            self.view.record,
            self.view.key,
            text,
            lambda found: coming.arrive(Rows([_found(choice) for choice in found])),
        )
        return coming

    def _label_of(self, value: str) -> Found | None:
        shown = words_of(self.view.shown)
        return Found(value, shown) if shown else None

    def _label_of_one(self, name: str) -> str:
        return words_of(self._presenter.label_of(self.view.record, self.view.key, name)) or name

    def _thumbnail(self, sha256: str) -> Any:
        return self._surroundings.thumbnail(sha256, self._arrived)

    def _arrived(self) -> None:
        Clock.schedule_once(lambda _: self._show_pictures())

    def _show_pictures(self) -> None:
        self.input.show_value()
        if self._label_media is not None:
            self._label_media.show_picture()

    def _media(self, view: QuestionView) -> LabelMedia | None:
        """What belongs to the label beside its words."""
        media, self._label_media = view.media, None
        picture, sound = words_of(media.picture), words_of(media.sound)
        film_name = words_of(media.film_name)
        if not (picture or sound or film_name):
            return None
        shown = self._label_media = LabelMedia(
            picture=picture,
            sound=sound,
            film_name=film_name,
            thumbnail=self._thumbnail,
            automation_id=f"label:{view.key}",
        )
        large = {"sha256": words_of(media.large) or picture, "name": words_of(view.label)}
        shown.bind(
            on_open=lambda *_: show_picture(self._surroundings, self._layers, large),
            on_play=lambda *_: self._play(sound),
        )
        return shown

    def _play(self, sha256: str) -> None:
        """Listen to the question, or stop."""
        if self._playing:
            player.stop()
        elif not self._surroundings.playable(sha256, self._sound):
            self._layers.say(Snackbar(text_key="sound.not_here", tone="warn"))

    def _sound(self, path: Path | None) -> None:
        if path is not None and player.play(path, lambda: self._sounded(False)):
            self._sounded(True)
        else:
            self._layers.say(Snackbar(text_key="sound.cannot_play", tone="warn"))

    def _sounded(self, on: bool) -> None:
        self._playing = on
        if self._label_media is not None:
            self._label_media.playing(on)

    def _show_typed(self, text: str) -> None:
        field = getattr(self.input, "field", None)
        if field is not None:
            field.text = text
            self.input.read_now()

    def finish(self) -> None:
        """Give what is being typed as the answer at once."""
        for part in (self.input, *self.input.children):
            if hasattr(part, "read_now"):
                part.read_now()
        self._devices.finish()
        if self._reason is not None:
            self._reason.read_now()

    # -- what a person does --------------------------------------------------------------------

    def _answered(self, value: Any) -> None:
        if value == self.view.value and not self.view.typed:
            return
        if self.view.searchable and isinstance(value, str):
            self._presenter.choose(self.view.record, self.view.key, value)
        else:
            self._presenter.answer(self.view.record, self.view.key, value)

    def _unreadable(self) -> None:
        field = getattr(self.input, "field", None)
        parts = getattr(self.input, "parts", None)
        if field is not None:
            text = field.text
        elif parts is not None:
            text = " ".join(part.text for part in parts)
        else:
            return
        self._presenter.type_text(self.view.record, self.view.key, text)

    def _same(self) -> None:
        self._presenter.same_as_before(self.view.record, self.view.key)

    def _give_reason(self, text: str) -> None:
        if text.strip() != self.view.reason:
            self._presenter.give_reason(self.view.record, self.view.key, text)


class ReasonEntry(Column):
    """Why a soft problem is right as it is: a field that saves itself."""

    def __init__(self, view: QuestionView, give: Callable[[str], None]) -> None:
        super().__init__(spacing=dp(4))
        self._give = give
        self.add_widget(ThaiLabel(text_key="form.reason", role="small", ink="warn"))
        self.field = ThaiTextInput(
            multiline=True,
            text=view.reason,
            hint_key="form.reason_hint",
            readonly=view.locked,
            automation_id=f"reason:{view.key}",
        )
        self._pause = Clock.create_trigger(lambda _: self._give(self.field.text), REASON_PAUSE_S)
        self.field.bind(text=lambda *_: self._pause(), focus=self._left)
        self.add_widget(self.field)

    def read_now(self) -> None:
        """Give what stands there."""
        if self._pause.is_triggered:
            self._pause.cancel()
            self._give(self.field.text)

    def _left(self, _: Any, focused: bool) -> None:
        if not focused:
            self.read_now()


def _shown_value(view: QuestionView) -> str | None:
    """A calculated value in words; forms calculate `yes` and `no`."""
    shown = words_of(view.shown)
    return tr(f"form.{shown}") if shown in ("yes", "no") else shown or None


def _option(choice: ChoiceView) -> Option:
    media = choice.media
    return Option(
        choice.name, words_of(choice.label), words_of(media.picture), words_of(media.sound)
    )


def _names(choices: tuple[ChoiceView, ...]) -> list[str]:
    return [choice.name for choice in choices]


def _found(choice: ChoiceView) -> Found:
    return Found(choice.name, words_of(choice.label), words_of(choice.second), choice.chosen)
