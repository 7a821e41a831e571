"""What the form screen shows, as plain values: sections, questions, rows, problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, overload

from mobile.device.ports import Picture as Picture  # screens choose pictures by this name
from mobile.presenters.form_media import NO_MEDIA, MediaView
from mobile.presenters.observed import Sentence
from shared.canonical import JsonValue
from shared.forms.definition import Text

NO_TEXT: Final = Text()
Saved = Literal["", "saving", "saved", "not_saved"]


@dataclass(frozen=True, slots=True)
class SectionView:
    """One page of the form. `asked` counts relevant questions that are answered or required,
    `answered` those with an answer; `problems` to put right; `comments` of the reviewer."""

    key: str
    label: Text
    relevant: bool
    asked: int
    answered: int
    problems: int
    comments: int
    current: bool


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One option."""

    name: str
    label: Text
    chosen: bool
    media: MediaView = NO_MEDIA
    second: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class LimitView:
    """The limit an answer is held against, as decimal texts ("" when open to that side)."""

    label: Text
    least: str
    most: str
    unit: str


@dataclass(frozen=True, slots=True)
class ProblemView:
    """What is wrong and where: `label` of the question (and of the row it is in). Soft ones are
    passed by a reason (`give_reason`)."""

    record: str
    key: str
    code: str
    hard: bool
    message: Text
    section: str
    label: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question with everything said about its answer.

    `widget` is a name of `shared.forms.question_types` (text, multiline, number, date, time,
    datetime, choice, choices, reference, acknowledge, place, photo, signature, audio, file, note,
    calculated), `type` the question's own type (integer, decimal ...). `value` is what is stored;
    `shown` how a person reads it; `typed` what was typed
    and could not be read yet. `searchable`: ask `search_choices` instead of showing `choices`.
    `cleared`: the answer that was taken out while the form is open, to be taken back. `offered`:
    what the form calculates where a person answered otherwise.
    """

    record: str
    key: str
    widget: str
    label: Text
    hint: Text = NO_TEXT
    value: JsonValue = None
    shown: Text = NO_TEXT
    typed: str = ""
    choices: tuple[ChoiceView, ...] = ()
    searchable: bool = False
    required: bool = False
    locked: bool = False
    lock_words: Sentence | None = None
    problem: Text | None = None
    hard: bool = True
    needs_reason: bool = False
    reason: str = ""
    unit: str = ""
    limit: LimitView | None = None
    previous: Text = NO_TEXT
    previous_value: JsonValue = None
    comments: tuple[str, ...] = ()
    conflict: bool = False
    saved: Saved = ""
    cleared: Text = NO_TEXT
    offered: Text = NO_TEXT
    offered_value: JsonValue = None
    guidance: Text = NO_TEXT
    media: MediaView = NO_MEDIA
    parameters: Mapping[str, str] = field(default_factory=dict)
    appearance: str = ""
    type: str = ""
    kind: Literal["question"] = "question"


@dataclass(frozen=True, slots=True)
class HeadingView:
    """A group's heading; `atomic` when its answers are stored as one value."""

    key: str
    label: Text
    hint: Text
    depth: int
    atomic: bool
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row of a repeat in one line. `picture` is the SHA-256 of its first picture, or empty;
    `made` is True for a row that the form makes itself."""

    record: str
    title: Text
    second: Text
    problems: int
    comments: int
    answered: bool
    picture: str = ""
    made: bool = False


LINES_SHOWN: Final = 20


class RowLines(Sequence[RowLine]):
    """The rows of a repeat as lines: the first are made, the others when they are looked at."""

    def __init__(self, ids: Sequence[str], make: Callable[[str], RowLine]) -> None:
        self.ids = tuple(ids)
        self._make = make
        self._first = tuple(make(row) for row in self.ids[:LINES_SHOWN])

    def __len__(self) -> int:
        """How many rows."""
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> RowLine: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[RowLine]: ...

    def __getitem__(self, place: int | slice) -> RowLine | Sequence[RowLine]:
        """The line at a place."""
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self.ids)))]
        row = self.ids[place]
        at = place if place >= 0 else len(self.ids) + place
        return self._first[at] if at < len(self._first) else self._make(row)

    def __eq__(self, other: object) -> bool:
        """The same rows, and the same words on those that are made."""
        if not isinstance(other, RowLines):
            return NotImplemented
        return self.ids == other.ids and self._first == other._first

    def __hash__(self) -> int:
        """As equality has it."""
        return hash(self.ids)


@dataclass(frozen=True, slots=True)
class RowsView:
    """A repeat: its rows as lines, and whether one may be added or deleted. `fast` asks for
    RowsPresenter with its line to add. `pictures`: a row is a picture, so one is added by taking
    it. `removed` are the rows that were removed while the form is open: (id, title).
    """

    record: str
    key: str
    record_type: str
    label: Text
    hint: Text
    rows: RowLines
    can_add: bool
    problem: Text | None
    fast: bool
    count: int = 0
    pictures: bool = False
    comments: tuple[str, ...] = ()
    can_delete: bool = False
    removed: tuple[tuple[str, Text], ...] = ()
    kind: Literal["rows"] = "rows"


Item: TypeAlias = QuestionView | HeadingView | RowsView


@dataclass(frozen=True, slots=True)
class OfferView:
    """Differing answers that may be taken over into the register: (label, there, here)."""

    register_title: str
    differences: tuple[tuple[Text, Text, Text], ...]


@dataclass(frozen=True, slots=True)
class MoveView:
    """A newer version of the form: `version` as its author calls it, the labels of questions that
    come and go, how many answers would be kept aside (`aside`: label and value), what would have to
    be put right (`wrong`), and why it cannot be done at all (`refused`)."""

    version: str
    added: tuple[Text, ...]
    gone: tuple[Text, ...]
    aside: tuple[tuple[Text, Text], ...]
    wrong: tuple[Text, ...]
    refused: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class AsideView:
    """An answer that this version has no place for: what was asked, what was answered, why it is
    aside. It stays in the record."""

    label: Text
    value: Text
    reason: Text


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A question into which an answer that is kept aside may be copied."""

    record: str
    key: str
    label: Text
    answer: Text


@dataclass(frozen=True, slots=True)
class FormState:
    """The form screen. `phase`: opening, filling, gone (no such record), left.

    `problems` are the first hundred of `problem_count`.
    `given_up` counts formulas that would have taken too much work and have no result.
    `crumbs` names the rows entered below the root, outermost first; `items` are those of the
    current section, or of the row entered. `changed` are the (record, key) that differ from the
    state before: the rest may stay as drawn (empty means: draw everything anew).
    """

    phase: Literal["opening", "filling", "gone", "left"] = "opening"
    title: Text = NO_TEXT
    record_title: str = ""
    root: str = ""
    status: str = ""
    version: int = 0
    sections: tuple[SectionView, ...] = ()
    section: str = ""
    focus: str = ""
    crumbs: tuple[tuple[str, Text], ...] = ()
    items: tuple[Item, ...] = ()
    problems: tuple[ProblemView, ...] = ()
    problem_count: int = 0
    conflicts: int = 0
    message: str = ""
    comments: int = 0
    locked: bool = False
    lock_words: Sentence | None = None
    can_submit: bool = False
    saved: Saved = ""
    notice: Sentence | None = None
    blocked: Sentence | None = None
    offer: OfferView | None = None
    move: MoveView | None = None
    aside: tuple[AsideView, ...] = ()
    given_up: int = 0
    changed: frozenset[tuple[str, str]] = frozenset()
