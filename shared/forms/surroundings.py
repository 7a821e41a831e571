"""What a form sees beside its answers: the day, codebooks, other records, the device, chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from shared.canonical import JsonValue
from shared.forms.answers import NoReferences, ReferenceLookup, field_named
from shared.forms.codebook import CodebookRow, Table
from shared.forms.definition import FormDefinition, Question
from shared.forms.expressions.items import ItemTable
from shared.forms.expressions.values import Scalar, Value, first
from shared.forms.expressions.world import Table as Items
from shared.forms.question_types import TYPES

NO_UUID = "00000000-0000-4000-8000-000000000000"


def _nothing_saved(record_type: str, key: str) -> JsonValue:
    return None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What only the device knows; harmless where it is not given.

    `last_saved(record type, field key)` is the stored value of the record of this form saved last;
    for a repeat's type a list of them, one a row.
    `properties` are facts by name (`deviceid`, `username`, `phonenumber`, `email`). `random` gives
    a number from 0 to below 1, `uuid` a new one: asked for only where the result is stored.
    """

    last_saved: Callable[[str, str], JsonValue] = _nothing_saved
    properties: Mapping[str, str] = field(default_factory=dict)
    random: Callable[[], Decimal] = lambda: Decimal("0.5")
    uuid: Callable[[], str] = lambda: NO_UUID


class AnswerWorld:
    """What expressions see beside answers (the port `expressions.world.World`)."""

    def __init__(
        self,
        definition: FormDefinition,
        clock: Callable[[], datetime],
        codebooks: Mapping[str, Table],
        references: ReferenceLookup | None,
        language: str,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.definition = definition
        self.clock = clock
        self.codebooks = codebooks
        self.references = references or NoReferences()
        self.language = language
        self.surroundings = surroundings or Surroundings()
        self.memo: dict[object, object] = {}
        self.overruns: set[str] = set()

    def today(self) -> date:
        return self.clock().date()

    def now(self) -> datetime:
        return self.clock()

    def codebook_value(self, codebook: str, key: str, column: str) -> str | None:
        found = self._book(codebook)
        if found is not None:
            return found.cell(key, column)
        fields = self.references.find(codebook, key) if key else None
        if fields is None:
            return None
        value = field_named(fields, column)
        if isinstance(value, list):
            return " ".join(str(part) for part in value)
        return None if value is None or isinstance(value, (dict, bool)) else str(value)

    def choice_label(self, choices: str, name: str) -> str:
        found = self.definition.choice_lists.get(choices)
        return name if found is None else found.label(name).get(self.language)

    def table(self, name: str) -> Items | None:
        """A table that came with the form, a codebook, or a choice list."""
        found = self._book(name)
        return list_table(self.definition, name) if found is None else found

    def _book(self, name: str) -> Table | None:
        """A form's own table goes before what the programme calls by the same name."""
        own = self.codebooks.get(f"{self.definition.form_id}.{name}")
        return self.codebooks.get(name) if own is None else own

    def last_saved(self, record_type: str, key: str) -> Value:
        question = self.definition.question(record_type, key)
        if question is None or not question.stored:
            return None
        value = self.surroundings.last_saved(record_type, question.field)
        if "/" not in record_type:
            return _computed(question, value)
        return [_computed(question, one) for one in value] if isinstance(value, list) else None

    def form_version(self) -> str:
        return self.definition.version_text or str(self.definition.version)

    def itext(self, text_id: str) -> str | None:
        text = self.definition.text_at(text_id)
        return None if text is None else text.get(self.language)

    def random(self) -> Decimal:
        return self.surroundings.random()

    def uuid(self) -> str:
        return self.surroundings.uuid()

    def overran(self, expression: str) -> None:
        self.overruns.add(expression)

    def property(self, name: str) -> str | None:
        return self.surroundings.properties.get(name)


def _computed(question: Question, value: JsonValue) -> Scalar:
    if question.group:
        value = value.get(question.name) if isinstance(value, dict) else None
    return None if value is None else first(TYPES[question.type].computed(value))


def list_table(definition: FormDefinition, name: str) -> ItemTable | None:
    """A choice list as a table; made once for a form, with its indexes."""
    found = definition.tables.get(name)
    if found is None and name in definition.choice_lists:
        choices = definition.choice_lists[name].choices
        found = ItemTable([CodebookRow(one.name, one.label, one.extra) for one in choices])
        definition.tables[name] = found
    return found


def clock_of(today: Callable[[], date] | date) -> Callable[[], datetime]:
    """The time stamp of a day, of a time stamp, or of a function that gives one of them."""

    def now() -> datetime:
        found = today if isinstance(today, date) else today()
        if isinstance(found, datetime):
            return found.replace(tzinfo=None)
        return datetime(found.year, found.month, found.day)  # noqa: DTZ001

    return now
