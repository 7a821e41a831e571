"""The running side of a form: what is relevant, required, offered and computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from shared.canonical import JsonValue
from shared.forms.answers import RowAnswers
from shared.forms.choosing import Options, seed_of
from shared.forms.codebook import FOUND_MAX
from shared.forms.definition import Choice, Repeat, Text
from shared.forms.expressions.compiling import Compiled
from shared.forms.expressions.items import rows_of_table
from shared.forms.expressions.shuffling import shuffled
from shared.forms.expressions.values import Value, first, to_boolean, to_text
from shared.forms.graph import NO_LOGIC, QuestionLogic
from shared.forms.recomputing import Changed, Place
from shared.forms.results import stored_value
from shared.forms.starting import (
    Followed,
    first_values,
    followed_now,
    last_values,
    offers_of,
    put_in,
)
from shared.forms.surroundings import Surroundings
from shared.forms.telling import with_answers
from shared.forms.tree import Node, RecordTree
from shared.ids import row_id
from shared.limits import ROWS_MADE_MAX, ROWS_PER_REPEAT_MAX

__all__ = [
    "Changed",
    "Followed",
    "FormEngine",
    "Limit",
    "Node",
    "Place",
    "Surroundings",
    "stored_value",
]


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit that an answer is held against: its codebook row and the verdict."""

    key: str
    label: Text
    least: str
    most: str
    unit: str
    version: str


class FormEngine(RecordTree):
    """A record being filled or judged; see RecordTree for how it is made and changed."""

    # -- asking ------------------------------------------------------------------------------

    def rows(self, record_type: str, parent_id: str = "") -> list[str]:
        """The ids of the rows of a repeat, in their order."""
        parent = self.nodes[parent_id or self.root.record_id]
        return [node.record_id for node in parent.rows.get(record_type, ())]

    def relevant(self, record_id: str, key: str) -> bool:
        """Whether a question, group, section or repeat is asked at all."""
        node = self.nodes[record_id]
        return node.holds(node.logic.guards.get(key, ()))

    def required(self, record_id: str, key: str) -> bool:
        """Whether a relevant question must be answered."""
        return self._test(record_id, key, self._rules(record_id, key).required)

    def read_only(self, record_id: str, key: str) -> bool:
        """Whether the answer may only be read."""
        return self._test(record_id, key, self._rules(record_id, key).read_only)

    def value(self, record_id: str, key: str) -> JsonValue:
        """The stored answer of a question; of a calculation its result as text, or None."""
        node = self.nodes[record_id]
        question = self.definition.question(node.record_type, key)
        if question is not None and not question.stored:
            computed = node.effective.get(key)
            return None if computed is None else to_text(computed) or None
        return node.raw.get(key, node.stored.get(key))

    def choices(self, record_id: str, key: str) -> list[Choice]:
        """The options of a question that its filter lets through, shuffled if the form says so.

        For a codebook its rows, for rows of the same record their titles. Registers and other
        records are searched elsewhere: they give an empty list.
        """
        options = self._options(record_id, key)
        if options is None:
            return []
        question = options.question
        if question.refers_to is not None and question.refers_to.kind == "rows":
            return self._rows_as_options(options, question.refers_to.target)
        found = list(options.offered())
        if question.randomize:
            rule = self._rules(record_id, key).seed
            value = None if rule is None else first(self._run(record_id, key, rule))
            return shuffled(found, seed_of(value, options.node, question))
        return found

    def search(self, record_id: str, key: str, typed: str, limit: int = FOUND_MAX) -> list[Choice]:
        """The options of a list or codebook that are offered and have every typed word, those that
        begin with it first: for type-ahead over long lists."""
        options = self._options(record_id, key)
        return [] if options is None else list(options.search(typed, limit))

    def offers(self, record_id: str, key: str, name: str) -> bool:
        """Whether an option of this name is there and the filter lets it through."""
        options = self._options(record_id, key)
        choice = None if options is None else options.named(name)
        return options is not None and choice is not None and options.passes(choice)

    def option(self, record_id: str, key: str, name: str) -> Choice | None:
        """The option of a name in a list or codebook, whatever the filter says."""
        options = self._options(record_id, key)
        return None if options is None else options.named(name)

    def _options(self, record_id: str, key: str) -> Options | None:
        node = self.nodes[record_id]
        question = self.definition.question(node.record_type, key)
        if question is None:
            return None
        rules = node.logic.rules.get(key, NO_LOGIC)
        return Options(self.world, node, question, rules.choice_filter, rules.filter_index)

    def _rows_as_options(self, options: Options, repeat: str) -> list[Choice]:
        rows = (
            Choice(node.record_id, self.row_title(node.record_id))
            for node in self.nodes.values()
            if node.record_type.rpartition("/")[2] == repeat and node.alive
        )
        return [choice for choice in rows if options.passes(choice)]

    def text(self, record_id: str, text: Text, language: str = "") -> str:
        """A label, hint or message of the form in a language, with the answers in the place of
        each `${name}`: the labels of choices, dates as people write them."""
        node = self.nodes.get(record_id, self.root)
        return with_answers(self.world, node, text, language or self.world.language)

    def row_title(self, record_id: str) -> Text:
        """What a row is called in lists, in both languages."""
        node = self.nodes[record_id]
        title = self.definition.title_of
        return Text(
            title(node.stored, "th", node.record_type), title(node.stored, "en", node.record_type)
        )

    def limit(self, record_id: str, key: str) -> Limit | None:
        """The limit that an answer is held against, or None."""
        rule = self._rules(record_id, key).limit
        book = self.world.codebooks.get("limits")
        if rule is None or book is None:
            return None
        row = book.row(to_text(self._run(record_id, key, rule)))
        if row is None:
            return None
        cells = row.cells
        return Limit(
            row.key,
            row.label,
            cells.get("min", ""),
            cells.get("max", ""),
            cells.get("unit", ""),
            book.version,
        )

    def holds(self, record_id: str, key: str, rule: str) -> bool:
        """Whether a question's `constraint` or `warning` is satisfied; true when it has none."""
        compiled = getattr(self._rules(record_id, key), rule)
        return compiled is None or self._test(record_id, key, compiled)

    # -- what the form itself would answer ---------------------------------------------------

    def defaults(self, record_id: str) -> dict[str, JsonValue]:
        """The first values of a new record or row, by field key."""
        return first_values(self.world, self.nodes[record_id])

    def at_submit(self, record_id: str = "") -> dict[str, JsonValue]:
        """What the form fills in when a record is submitted (the time of the end), by field key."""
        return last_values(self.world, self.nodes[record_id or self.root.record_id])

    def follow(self) -> tuple[list[Followed], Changed]:
        """Takes over what calculations of stored questions give now, and says what to save.

        Call it after answers were set, and when a draft is opened to be filled. A value that a
        person typed is left alone: `offered` names what its calculation would give.
        """
        saved: dict[Place, Followed] = {}
        changed: set[Place] = set()
        for _ in range(len(self.definition.logic.formulas) + 1):
            if not self._follow:
                break
            places, self._follow = list(self._follow), {}
            for record_id, key in places:
                found = self._followed(record_id, key)
                if found is not None:
                    changed |= self.set(record_id, key, found.value)
                    whole = self.field_value(record_id, found.field)
                    saved[record_id, key] = replace(found, whole=whole)
        return list(saved.values()), frozenset(changed)

    def _followed(self, record_id: str, key: str) -> Followed | None:
        node = self.nodes.get(record_id)
        if node is None:
            return None
        question = self.definition.shapes[node.record_type].questions[key]
        takes, value = followed_now(node, question, node.followed.get(key))
        if not takes:
            return None
        return Followed(record_id, node.record_type, key, question.field, value, value)

    def offered(self, record_id: str) -> dict[str, JsonValue]:
        """What calculations would give, by question key, where a person answered otherwise."""
        node = self.nodes[record_id]
        questions = self.definition.shapes[node.record_type].questions
        return {
            question.key: value
            for question, value in offers_of(node, (questions[key] for key in node.logic.follows))
        }

    def prefill(self, record_id: str, key: str) -> dict[str, JsonValue]:
        """What answering `key` offers to its dependents (triggers), by field key.

        Nothing is changed here: the caller saves what it takes over as ordinary answers. Fields
        of an atomic group are given whole, with the answers that the group already has.
        """
        node = self.nodes[record_id]
        found: dict[str, JsonValue] = {}
        for target in node.logic.triggers.get(key, ()):
            question = self.definition.question(node.record_type, target)
            rule = node.logic.rules[target].prefill
            if question is None:
                continue
            if question.group and question.group not in found:
                whole = self.field_value(record_id, question.group)
                found[question.group] = dict(whole) if isinstance(whole, dict) else {}
            value = None if rule is None else self._run(record_id, target, rule)
            put_in(found, question, stored_value(question, value))
        return found

    def rows_due(self, record_type: str, parent_id: str = "") -> int | None:
        """How many rows a repeat has by its count; None when people decide."""
        parent = self.nodes[parent_id or self.root.record_id]
        if record_type not in parent.logic.counted:
            return None
        return parent.due.get(record_type, 0)

    def missing_rows(self) -> list[tuple[str, RowAnswers]]:
        """The rows that the form itself makes and the record does not have yet: (type, row).

        One for each key of a codebook (`rows_from`), or as many as a count asks for. Their ids
        come from the parent, the repeat and the key or number, so that rows made on two tablets
        are the same rows. Repeats in rows get theirs once those rows are there.
        """
        found: list[tuple[str, RowAnswers]] = []
        room = max(0, ROWS_MADE_MAX - len(self.nodes))
        for parent in self.nodes.values():
            for repeat in self.definition.repeats(parent.record_type):
                if parent.holds(parent.logic.repeat_guards[repeat.record_type]):
                    found += self._missing(parent, repeat)
            if len(found) >= room:
                break
        return found[:room]

    def _missing(self, parent: Node, repeat: Repeat) -> Iterable[tuple[str, RowAnswers]]:
        kind, above = repeat.record_type, parent.record_id
        if kind in parent.logic.counted:
            return [(kind, RowAnswers(made, {}, above)) for made in parent.missing(kind)]
        book = None
        if repeat.rows_from is not None and repeat.rows_from.kind == "codebook":
            book = self.world.codebooks.get(repeat.rows_from.target)
        questions = self.definition.questions(kind)
        if book is None or not questions:
            return ()
        entries = islice(rows_of_table(book), ROWS_PER_REPEAT_MAX)
        keys = {row.key: row_id(above, repeat.name, row.key) for row in entries}
        return [
            (kind, RowAnswers(made, {questions[0].key: key}, above))
            for key, made in keys.items()
            if made not in self.nodes
        ]

    # -- inside ------------------------------------------------------------------------------

    def _rules(self, record_id: str, key: str) -> QuestionLogic:
        return self.nodes[record_id].logic.rules.get(key, NO_LOGIC)

    def _run(self, record_id: str, key: str, rule: Compiled) -> Value:
        node = self.nodes[record_id]
        return rule.run(self.context(node, node.effective.get(key)))

    def _test(self, record_id: str, key: str, rule: Compiled | None) -> bool:
        return rule is not None and to_boolean(self._run(record_id, key, rule))
