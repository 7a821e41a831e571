"""Which input a question gets: one door from the type of a question to its widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from mobile.presenters.fixes import demands_of
from mobile.services.map_tiles import MapTiles
from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.inputs.choice import ListInput, one_of, several_of
from mobile.ui.widgets.inputs.code import CodeInput
from mobile.ui.widgets.inputs.dates import DateInput, MomentInput, precision_of
from mobile.ui.widgets.inputs.files import PhotoInput, SignatureInput
from mobile.ui.widgets.inputs.option_buttons import Option, no_thumbnail
from mobile.ui.widgets.inputs.place import PlaceInput
from mobile.ui.widgets.inputs.rank import RankInput
from mobile.ui.widgets.inputs.scale import scale_input
from mobile.ui.widgets.inputs.shown import (
    AcknowledgeInput,
    NoteInput,
    ShownInput,
    UnknownInput,
)
from mobile.ui.widgets.inputs.sound import AudioInput, FileInput
from mobile.ui.widgets.inputs.span import SpanInput
from mobile.ui.widgets.inputs.typed import CounterInput, TimeInput, TypedInput
from mobile.ui.widgets.type_ahead import Coming, Found
from mobile.ui.widgets.virtual_list import Rows, RowSource


def _thai_now() -> datetime:
    return datetime.now(UTC) + timedelta(hours=7)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an input needs to know of its question; the presenter fills in what its type uses.

    `kind` is a name of `shared.forms.question_types.TYPES`, labels are in the language of the
    look. `search` and `label_of` serve references, `thumbnail` pictures of answers and of labels,
    `now` dates, `tiles` maps. `appearance` and `parameters` are the form's, as XLSForm writes them.
    """

    key: str
    kind: str
    options: Sequence[Option] = ()
    unit: str = ""
    long: bool = False
    appearance: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    search: Callable[[str], RowSource | Coming] = field(default=lambda _: Rows(()))
    label_of: Callable[[str], Found | None] = field(default=lambda _: None)
    thumbnail: Callable[[str], Path | None] = no_thumbnail
    now: Callable[[], datetime] = _thai_now
    tiles: MapTiles | None = None


def input_for(wish: Wish) -> InputWidget:
    """The input widget for a question; its automation id is the question's key."""
    make = MAKERS.get(wish.kind)
    name = wish.key
    return make(wish) if make is not None else UnknownInput(wish.kind, automation_id=name)


def _text(wish: Wish) -> InputWidget:
    digits = "numbers" in wish.appearance.split()
    return TypedInput("text", unit=wish.unit, long=wish.long, digits=digits, automation_id=wish.key)


def _number(wish: Wish) -> InputWidget:
    words = wish.appearance.split()
    if "counter" in words and wish.kind == "integer":
        return CounterInput(wish.unit, automation_id=wish.key)
    thousands = "thousands-sep" in words
    return TypedInput(wish.kind, unit=wish.unit, thousands=thousands, automation_id=wish.key)


def _choice(wish: Wish) -> InputWidget:
    if "label" in wish.appearance.split():  # the head of a table: its rows show their own words
        return NoteInput(automation_id=wish.key)
    choose = one_of if wish.kind == "select_one" else several_of
    return choose(wish.options, wish.appearance, wish.thumbnail, automation_id=wish.key)


def _range(wish: Wish) -> InputWidget:
    return scale_input(
        wish.parameters,
        wish.appearance,
        unit=wish.unit,
        labels=wish.options,
        automation_id=wish.key,
    )


def _image(wish: Wish) -> InputWidget:
    words = wish.appearance.split()
    if "signature" in words or "draw" in words:
        drawing = "signature" not in words
        return SignatureInput(wish.thumbnail, drawing=drawing, automation_id=wish.key)
    return PhotoInput(wish.thumbnail, wish.appearance, automation_id=wish.key)


MAKERS: Final[Mapping[str, Callable[[Wish], InputWidget]]] = {
    "text": _text,
    "barcode": lambda wish: CodeInput(automation_id=wish.key),
    "audio": lambda wish: AudioInput(wish.parameters.get("quality", ""), automation_id=wish.key),
    "video": lambda wish: FileInput("video", takes=True, automation_id=wish.key),
    "file": lambda wish: FileInput("file", takes=False, automation_id=wish.key),
    "integer": _number,
    "decimal": _number,
    "range": _range,
    "date": lambda wish: DateInput(wish.now, precision_of(wish.appearance), automation_id=wish.key),
    "time": lambda wish: TimeInput(wish.now, automation_id=wish.key),
    "dateTime": lambda wish: MomentInput(wish.now, automation_id=wish.key),
    "select_one": _choice,
    "select_multiple": _choice,
    "rank": lambda wish: RankInput(wish.options, automation_id=wish.key),
    "reference": lambda wish: ListInput(wish.search, wish.label_of, automation_id=wish.key),
    "references": _choice,
    "acknowledge": lambda wish: AcknowledgeInput(automation_id=wish.key),
    "geopoint": lambda wish: PlaceInput(
        wish.tiles, demands_of(wish.parameters), wish.appearance, automation_id=wish.key
    ),
    "geotrace": lambda wish: SpanInput("trace", wish.tiles, automation_id=wish.key),
    "geoshape": lambda wish: SpanInput("shape", wish.tiles, automation_id=wish.key),
    "image": _image,
    "signature": lambda wish: SignatureInput(wish.thumbnail, automation_id=wish.key),
    "note": lambda wish: NoteInput(automation_id=wish.key),
    "calculate": lambda wish: ShownInput(unit=wish.unit, automation_id=wish.key),
}
