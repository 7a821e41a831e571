"""The options of a question: what its filter lets through, by an index where there is one; their
order when it is shuffled; and finding one by typing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from shared.forms.codebook import Codebook, CodebookRow, Table
from shared.forms.definition import Choice, ChoiceList, Question
from shared.forms.expressions import shuffling
from shared.forms.expressions.compiling import Compiled
from shared.forms.expressions.items import cell_of, rows_of_table
from shared.forms.expressions.values import Value, first, to_boolean
from shared.forms.expressions.world import Context, Work
from shared.forms.graph import FilterIndex
from shared.forms.nodes import Node
from shared.forms.parts import Text
from shared.forms.recomputing import MANY, work_of_one
from shared.forms.searching import Haystack
from shared.forms.surroundings import AnswerWorld, list_table
from shared.thai.finding import find_key

# -- options ---------------------------------------------------------------------------------


def columns_of(choice: Choice) -> Mapping[str, str]:
    """What a choice filter may look at."""
    return {"name": choice.name, "label": choice.label.th, **choice.extra}


def option_of(row: CodebookRow, question: Question) -> Choice:
    """A codebook's entry as an option; the parameters `value` and `label` name its columns."""
    value = question.parameters.get("value", "key")
    label = question.parameters.get("label", "label")
    name = row.key if value in ("key", "name") else cell_of(row, value, "th")
    if label == "label":
        return Choice(name or row.key, row.label, row.cells)
    shown = cell_of(row, label, "th")
    return Choice(name or row.key, Text(shown, shown), row.cells)


class Options:
    """The options of one question of one record, before anybody looks at them."""

    def __init__(
        self,
        world: AnswerWorld,
        node: Node,
        question: Question,
        rule: Compiled | None,
        index: FilterIndex | None,
    ) -> None:
        self.world = world
        self.node = node
        self.question = question
        self.rule = rule
        self.index = index
        self.here = node.effective.get(question.key)

    @property
    def book(self) -> Table | None:
        """The codebook that a reference points at."""
        target = self.question.refers_to
        if target is None or target.kind != "codebook":
            return None
        return self.world.codebooks.get(target.target)

    @property
    def list(self) -> ChoiceList | None:
        """The list that a question names."""
        if self.question.refers_to is not None:
            return None
        return self.world.definition.choice_lists.get(self.question.choices)

    def offered(self) -> Iterator[Choice]:
        """Those that the filter lets through, in the list's order."""
        rule = self.rule
        if rule is None:
            yield from self._all()
            return
        chosen = self._by_index()
        for choice in self._all() if chosen is None else chosen:
            if self.passes(choice):
                yield choice

    def passes(self, choice: Choice) -> bool:
        """Whether the filter lets an option through."""
        if self.rule is None:
            return True
        context = Context(self.world, self.node, self.here, column=columns_of(choice))
        listed = self.list
        if listed is not None and len(listed.choices) > MANY:
            context.work = Work(work_of_one(len(listed.choices)))
        return to_boolean(self.rule.run(context))

    def named(self, name: str) -> Choice | None:
        """The option of a name, whatever the filter says."""
        listed, book = self.list, self.book
        if listed is not None:
            position = listed.positions.get(name)
            return None if position is None else listed.choices[position]
        if book is None:
            return None
        value = self.question.parameters.get("value", "key")
        if value in ("key", "name"):
            row = book.row(name)
            return None if row is None else option_of(row, self.question)
        rows = book.matching(value, name)
        return option_of(rows[0], self.question) if rows else None

    def _all(self) -> Iterable[Choice]:
        listed, book = self.list, self.book
        if listed is not None:
            return listed.choices
        if book is None:
            return ()
        if isinstance(book, Codebook) and not self.question.parameters:
            return book.choices
        rows: Iterable[CodebookRow] = rows_of_table(book)  # type: ignore[assignment]
        return (option_of(row, self.question) for row in rows)

    def _by_index(self) -> Iterable[Choice] | None:
        """The options that the index leaves; None when all of them have to be tried. A number
        equals differently written cells, so that only texts are looked up."""
        if self.index is None:
            return None
        answer = first(self.index.answer.run(Context(self.world, self.node, self.here)))
        if answer is not None and not isinstance(answer, str):
            return None
        if self.book is not None:
            rows = self.book.matching(self.index.column, answer or "")
            return (option_of(row, self.question) for row in rows)
        listed = self.list
        table = None if listed is None else list_table(self.world.definition, listed.name)
        if listed is None or table is None:
            return None
        found = table.matching(self.index.column, answer or "")
        return (listed.choices[listed.positions[row.key]] for row in found)

    # -- finding -----------------------------------------------------------------------------

    def search(self, typed: str, limit: int) -> Sequence[Choice]:
        """Offered options that have every typed word in name or label, those that begin with it
        first. A large codebook is searched where it lies."""
        chosen = None if self.rule is None else self._by_index()
        if chosen is not None:
            offered = [choice for choice in chosen if self.passes(choice)]
            return Haystack((one, _find_key(one)) for one in offered).search(typed, limit)
        find = self._finder()
        wanted = limit
        while find is not None:
            found = find(typed, wanted)
            offered = list(islice((one for one in found if self.passes(one)), limit))
            if self.rule is None or len(offered) >= limit or len(found) < wanted:
                return offered
            wanted *= 8
        return ()

    def _finder(self) -> Callable[[str, int], Sequence[Choice]] | None:
        """What finds among all options, whatever the filter says."""
        book, listed = self.book, self.list
        if book is not None:
            return lambda typed, most: [
                option_of(row, self.question) for row in book.search(typed, most)
            ]
        if listed is None:
            return None
        stacks = self.world.definition.haystacks
        if listed.name not in stacks:
            stacks[listed.name] = Haystack((one, _find_key(one)) for one in listed.choices)
        return stacks[listed.name].search


def _find_key(choice: Choice) -> bytes:
    return find_key(choice.name, choice.label.th, choice.label.en)


# -- shuffling -------------------------------------------------------------------------------


def seed_of(value: Value, node: Node, question: Question) -> int:
    """The seed that a form names; without one, the record's id decides: the same on every device,
    another one for each record."""
    value = first(value)
    if value is None or value == "":
        value = f"{node.record_id} {question.key}"
    return shuffling.seed_of(value)
