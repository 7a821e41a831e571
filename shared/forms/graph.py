"""The static side of a form's logic: compiled formulas, what depends on what, and their order.

A formula is a `relevant` or a `calculation` at one place of the form. Formulas are ranked so that
each comes after all that it looks at; a cycle has no such order and is refused with its path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from shared.canonical import JsonValue
from shared.forms.expressions.compiling import Compiled
from shared.forms.expressions.scope import Dependency, Target
from shared.forms.expressions.values import Value


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that is recomputed: the relevance of a node, the value of a calculation, how many
    rows a repeat has (key: their type), or the value that a stored answer follows."""

    rank: int
    kind: Literal["relevant", "calculate", "count", "follow"]
    record_type: str
    key: str
    compiled: Compiled


@dataclass(frozen=True, slots=True)
class QuestionLogic:
    """The compiled rules of one question that are evaluated when asked for."""

    required: Compiled | None = None
    constraint: Compiled | None = None
    warning: Compiled | None = None
    read_only: Compiled | None = None
    choice_filter: Compiled | None = None
    default: Compiled | None = None
    limit: Compiled | None = None
    # With a trigger: the value to offer when the trigger's question is answered.
    prefill: Compiled | None = None
    # What the order of shuffled options hangs on.
    seed: Compiled | None = None
    filter_index: FilterIndex | None = None

    def rules(self) -> Iterator[Compiled]:
        """The rules whose result a person sees at the question."""
        for rule in (
            self.required,
            self.constraint,
            self.warning,
            self.read_only,
            self.choice_filter,
            self.limit,
            self.seed,
        ):
            if rule is not None:
                yield rule


@dataclass(frozen=True, slots=True)
class FilterIndex:
    """A choice filter of the form `column = answer and ...`: only options with that cell can
    pass."""

    column: str
    answer: Compiled


@dataclass(frozen=True, slots=True)
class FollowRule:
    """How a stored question follows its calculation. `once`: only while it has no answer;
    `varies`: the result is another one each time (clock, chance), so an answer that is there when
    the record is opened stays."""

    once: bool
    varies: bool


NO_LOGIC = QuestionLogic()


@dataclass(frozen=True, slots=True)
class TypeLogic:
    """What the engine needs to know about the records of one type.

    `guards`: for the key of a question, group, section or repeat, the keys of the relevance
    formulas of the same record that decide about it. `guarded` is the reverse, for questions.
    """

    record_type: str
    rules: dict[str, QuestionLogic] = field(default_factory=dict)
    guards: dict[str, tuple[str, ...]] = field(default_factory=dict)
    guarded: dict[str, list[str]] = field(default_factory=dict)
    guarded_repeats: dict[str, list[str]] = field(default_factory=dict)
    repeat_guards: dict[str, tuple[str, ...]] = field(default_factory=dict)
    triggers: dict[str, list[str]] = field(default_factory=dict)
    # Stored questions with a calculation; and repeats with a count, by the type of their rows.
    follows: dict[str, FollowRule] = field(default_factory=dict)
    counted: dict[str, str] = field(default_factory=dict)
    # What stands in the sentences of questions, groups and repeats, by their key.
    said: dict[str, tuple[Compiled, ...]] = field(default_factory=dict)
    # How stored values become answers: field, name in an atomic group, question's key, reading.
    answers: list[tuple[str, str, str, Callable[[JsonValue], Value]]] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class FormLogic:
    """All compiled rules of a form. `watchers` are the question rules to look at again."""

    types: Mapping[str, TypeLogic]
    formulas: tuple[Formula, ...]
    dependents: Mapping[tuple[str, str, str], tuple[tuple[Formula, str], ...]]
    watchers: Mapping[tuple[str, str, str], tuple[tuple[str, str, str], ...]]
    codebooks: frozenset[str]
    # What names mean, for sentences with `${name}` in them, and those that were compiled.
    targets: Mapping[str, Target] = field(default_factory=dict)
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    named: dict[tuple[str, str], Compiled | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cycle:
    """Names of questions that wait for each other, the first again at the end."""

    names: tuple[str, ...]


FormulaId = tuple[str, str, str]  # kind, record type, key
DraftFormulas = Mapping[FormulaId, Compiled]


def build_logic(
    types: Mapping[str, TypeLogic],
    drafts: DraftFormulas,
    targets: Mapping[str, Target],
    ambiguous: Mapping[str, tuple[str, ...]],
) -> FormLogic | Cycle:
    """Ranks the formulas and indexes what depends on what; a cycle is returned as a value."""
    needs = {formula: _needs(compiled, types, drafts) for formula, compiled in drafts.items()}
    order = _ordered(needs)
    if isinstance(order, Cycle):
        return order
    formulas = tuple(
        Formula(rank, kind, record_type, key, drafts[kind, record_type, key])  # type: ignore[arg-type]
        for rank, (kind, record_type, key) in enumerate(order)
    )
    dependents: dict[FormulaId, list[tuple[Formula, str]]] = {}
    for formula in formulas:
        for dependency in sorted(formula.compiled.dependencies):
            dependents.setdefault(dependency[:3], []).append((formula, dependency.across))
    codebooks: set[str] = set()
    for compiled in drafts.values():
        codebooks |= compiled.codebooks
    watchers: dict[FormulaId, set[tuple[str, str, str]]] = {}
    for record_type, logic in types.items():
        for key, rule in _watching(logic):
            codebooks |= rule.codebooks
            for dependency in rule.dependencies:
                watcher = (record_type, key, dependency.across)
                watchers.setdefault(dependency[:3], set()).add(watcher)
    return FormLogic(
        types,
        formulas,
        {key: tuple(found) for key, found in dependents.items()},
        {key: tuple(sorted(found)) for key, found in watchers.items()},
        frozenset(codebooks),
        targets,
        ambiguous,
    )


def _watching(logic: TypeLogic) -> Iterator[tuple[str, Compiled]]:
    """What a person sees at each question, group and repeat, apart from formulas."""
    for key, rules in logic.rules.items():
        for rule in rules.rules():
            yield key, rule
    for key, found in logic.said.items():
        for compiled in found:
            yield key, compiled


def _needs(
    compiled: Compiled, types: Mapping[str, TypeLogic], drafts: DraftFormulas
) -> list[FormulaId]:
    """The formulas that must be computed before this one."""
    needs: set[FormulaId] = set()
    for dependency in compiled.dependencies:
        record_type = dependency.record_type
        if dependency.kind == "value":
            for kind in ("calculate", "follow"):
                if (kind, record_type, dependency.key) in drafts:
                    needs.add((kind, record_type, dependency.key))
            for guard in types[record_type].guards.get(dependency.key, ()):
                needs.add(("relevant", record_type, guard))
        needs |= _needs_of_rows(record_type, types)
    return sorted(needs)


def _needs_of_rows(record_type: str, types: Mapping[str, TypeLogic]) -> set[FormulaId]:
    """The formulas that decide whether rows of this type count: relevance, and their number."""
    needs: set[FormulaId] = set()
    while "/" in record_type:
        parent = record_type.rpartition("/")[0]
        for guard in types[parent].repeat_guards.get(record_type, ()):
            needs.add(("relevant", parent, guard))
        if record_type in types[parent].counted:
            needs.add(("count", parent, record_type))
        record_type = parent
    return needs


def _ordered(needs: Mapping[FormulaId, list[FormulaId]]) -> list[FormulaId] | Cycle:
    """Depth-first order without recursion: forms of any length."""
    done: dict[FormulaId, bool] = {}
    order: list[FormulaId] = []
    for start in needs:
        if start in done:
            continue
        path: list[tuple[FormulaId, Iterator[FormulaId]]] = [(start, iter(needs[start]))]
        done[start] = False
        while path:
            formula, remaining = path[-1]
            following = next(remaining, None)
            if following is None:
                done[formula] = True
                order.append(formula)
                path.pop()
            elif following not in done:
                done[following] = False
                path.append((following, iter(needs[following])))
            elif not done[following]:
                names = [step[2].rpartition("/")[2] for step, _ in path]
                begin = next(i for i, (step, _) in enumerate(path) if step == following)
                return Cycle((*names[begin:], names[begin]))
    return order


def dependency_key(dependency: Dependency) -> FormulaId:
    """The part of a dependency that names what changed."""
    return dependency[:3]
