"""Which input a question gets: one door from the type of a question to its widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mobile.ui.widgets.inputs.base import InputWidget
from mobile.ui.widgets.inputs.choice import ListInput, Option, one_of, several_of
from mobile.ui.widgets.inputs.files import PhotoInput, SignatureInput
from mobile.ui.widgets.inputs.place import PlaceInput
from mobile.ui.widgets.inputs.shown import (
    AcknowledgeInput,
    NoteInput,
    ShownInput,
    UnknownInput,
)
from mobile.ui.widgets.inputs.typed import DateInput, MomentInput, TimeInput, TypedInput
from mobile.ui.widgets.type_ahead import Found
from mobile.ui.widgets.virtual_list import Rows, RowSource


def _no_thumbnail(_: str) -> Path | None:
    return None


def _thai_now() -> datetime:
    return datetime.now(UTC) + timedelta(hours=7)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an input needs to know of its question; the presenter fills in what its type uses.

    `kind` is a name of `shared.forms.question_types.TYPES`, labels are in the language of the
    look. `search` and `label_of` serve references, `thumbnail` photos and signatures, `now` dates.
    """

    key: str
    kind: str
    options: Sequence[Option] = ()
    unit: str = ""
    long: bool = False
    search: Callable[[str], RowSource] = field(default=lambda _: Rows(()))
    label_of: Callable[[str], Found | None] = field(default=lambda _: None)
    thumbnail: Callable[[str], Path | None] = _no_thumbnail
    now: Callable[[], datetime] = _thai_now


def input_for(wish: Wish) -> InputWidget:
    """The input widget for a question; its automation id is the question's key."""
    name: dict[str, Any] = {"automation_id": wish.key}
    makers: dict[str, Callable[[], InputWidget]] = {
        "text": lambda: TypedInput("text", unit=wish.unit, long=wish.long, **name),
        "barcode": lambda: TypedInput("barcode", **name),
        "integer": lambda: TypedInput("integer", unit=wish.unit, **name),
        "decimal": lambda: TypedInput("decimal", unit=wish.unit, **name),
        "date": lambda: DateInput(wish.now, **name),
        "time": lambda: TimeInput(wish.now, **name),
        "dateTime": lambda: MomentInput(wish.now, **name),
        "select_one": lambda: one_of(wish.options, **name),
        "select_multiple": lambda: several_of(wish.options, **name),
        "reference": lambda: ListInput(wish.search, wish.label_of, **name),
        "acknowledge": lambda: AcknowledgeInput(**name),
        "geopoint": lambda: PlaceInput(**name),
        "image": lambda: PhotoInput(wish.thumbnail, **name),
        "signature": lambda: SignatureInput(wish.thumbnail, **name),
        "note": lambda: NoteInput(**name),
        "calculate": lambda: ShownInput(unit=wish.unit, **name),
    }
    make = makers.get(wish.kind)
    return make() if make is not None else UnknownInput(wish.kind, **name)
