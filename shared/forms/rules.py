"""Compiles every rule of a form that is being loaded; each failure is a defect at its node."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from shared.forms.definition import (
    ChoiceList,
    Node,
    Question,
    RecordShape,
    Repeat,
    Section,
)
from shared.forms.expressions.compiling import Compiled, compile_expression
from shared.forms.expressions.scope import Scope, Structure
from shared.forms.expressions.tokens import ExpressionError
from shared.forms.graph import (
    Cycle,
    FollowRule,
    FormLogic,
    QuestionLogic,
    TypeLogic,
    build_logic,
)
from shared.forms.indexing import index_of
from shared.forms.naming import ambiguous_of, named, names_in, targets_of
from shared.forms.question_types import TYPES

if TYPE_CHECKING:
    from shared.forms.graph import FormulaId

DYNAMIC: Final = re.compile(r"[A-Za-z_][\w.:-]*\s*\(|\$\{")
TRIGGER: Final = re.compile(r"\$\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}")
ONCE: Final = re.compile(r"\bonce\s*\(")
VARIES: Final = re.compile(r"\b(?:random|randomize|uuid)\s*\(")
TRIGGERS_MAX: Final = 20


class Defects(Protocol):
    """Where defects go while a form is read."""

    @property
    def form_id(self) -> str: ...

    def defect(self, path: str, attribute: str, code: str, th: str, en: str) -> None:
        """Notes what refuses the form."""

    def warning(self, path: str, attribute: str, code: str, th: str, en: str) -> None:
        """Notes what the author should look at."""


def compile_rules(
    reading: Defects,
    sections: tuple[Section, ...],
    shapes: Mapping[str, RecordShape],
    choice_lists: Mapping[str, ChoiceList],
) -> FormLogic | None:
    """The compiled logic of a form; None when a defect prevents it."""
    compiler = _RuleCompiler(reading, sections, shapes, choice_lists)
    for section in sections:
        compiler.section(section)
    found = build_logic(compiler.types, compiler.drafts, compiler.targets, compiler.ambiguous)
    if isinstance(found, Cycle):
        path = " -> ".join(found.names)
        reading.defect(
            found.names[0],
            "calculation",
            "form.cycle",
            f"คำถามเหล่านี้รอผลกันเป็นวง: {path}",
            f"these questions wait for each other: {path}",
        )
        return None
    return found


class _RuleCompiler:
    """Walks the form once and compiles the rules of each node."""

    def __init__(
        self,
        reading: Defects,
        sections: tuple[Section, ...],
        shapes: Mapping[str, RecordShape],
        choice_lists: Mapping[str, ChoiceList],
    ) -> None:
        self.reading = reading
        self.choice_lists = choice_lists
        self.types = {record_type: TypeLogic(record_type) for record_type in shapes}
        self.drafts: dict[FormulaId, Compiled] = {}
        self.targets = targets_of(sections)
        self.ambiguous = ambiguous_of(sections)
        self.structure = Structure(reading.form_id, (target for _, target in named(sections)))
        self.lists = {
            name: frozenset({"name", "label"}.union(*(one.extra for one in listed.choices)))
            for name, listed in choice_lists.items()
        }

    def scope(self, record_type: str, key: str = "", **changes: object) -> Scope:
        """What names mean in a rule of the node at this key, where `.` and `..` begin."""
        return Scope(
            record_type,
            self.targets,
            ambiguous=self.ambiguous,
            key=key,
            structure=self.structure,
            lists=self.lists,
            **changes,  # type: ignore[arg-type]
        )

    def compile(self, path: str, attribute: str, text: str, scope: Scope) -> Compiled | None:
        """A rule, or None when there is none or it is defective (which is noted)."""
        if not text.strip():
            return None
        try:
            return compile_expression(text, scope)
        except ExpressionError as error:
            defect = error.defect
            self.reading.defect(
                path,
                attribute,
                defect.code,
                f"อักขระที่ {defect.position + 1}: {defect.th}",
                f"character {defect.position + 1}: {defect.en}",
            )
            return None

    # -- nodes -------------------------------------------------------------------------------

    def section(self, section: Section) -> None:
        guards = self.guard(section.key, section, self.reading.form_id, ())
        for child in section.children:
            self.node(child, guards, section.key)

    def guard(
        self, path: str, node: Node | Section, record_type: str, guards: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The guards of what is below a node: those above and its own relevance, if any."""
        compiled = self.compile(path, "relevant", node.relevant, self.scope(record_type, node.key))
        if compiled is not None:
            if compiled.uses_clock:
                self.reading.warning(
                    path,
                    "relevant",
                    "expression.clock_in_relevant",
                    "ใช้ today() หรือ now() ใน relevant คำตอบจะซ่อนหรือกลับมาเองเมื่อวันเปลี่ยน",
                    "today() or now() in relevant: answers come and go as days pass",
                )
            if compiled.uses_here:
                self.reading.defect(
                    path,
                    "relevant",
                    "expression.here",
                    "ใน relevant ใช้จุด (.) ไม่ได้",
                    "a dot has no meaning in relevant",
                )
            self.drafts["relevant", record_type, node.key] = compiled
            guards = (*guards, node.key)
        self.types[record_type].guards[node.key] = guards
        self.said(path, node, record_type)
        return guards

    def said(self, path: str, node: Node | Section, record_type: str) -> None:
        """The answers that stand in the sentences of a node."""
        sentences = [node.label, node.hint]
        if isinstance(node, Question):
            sentences += [node.guidance_hint, node.required_message]
            sentences += [node.constraint_message, node.warning_message]
        if not any("${" in one.th or "${" in one.en for one in sentences):
            return
        scope = self.scope(record_type, node.key)
        found: list[Compiled] = []
        for name in names_in(*sentences):
            try:
                found.append(compile_expression(f"${{{name}}}", scope))
            except ExpressionError as error:
                self.reading.warning(
                    path, "label", error.defect.code, error.defect.th, error.defect.en
                )
        self.types[record_type].said[node.key] = tuple(found)

    def node(self, node: Node, guards: tuple[str, ...], parent: str) -> None:
        path = f"{parent}/{node.name}"
        logic = self.types[node.record_type if not isinstance(node, Repeat) else node.parent_type]
        own = self.guard(path, node, logic.record_type, guards)
        if isinstance(node, Question):
            for guard in own:
                logic.guarded.setdefault(guard, []).append(node.key)
            self.question(node, path)
            return
        below = own
        if isinstance(node, Repeat):
            logic.repeat_guards[node.record_type] = own
            self.count(node, path)
            for guard in own:
                logic.guarded_repeats.setdefault(guard, []).append(node.record_type)
            below = ()
        for child in node.children:
            self.node(child, below, path)

    def question(self, question: Question, path: str) -> None:
        """Compiles the rules of one question."""
        kind, record_type = question.record_type, question.record_type
        if question.stored and question.type in TYPES:
            name = question.name if question.group else ""
            place = (question.field, name, question.key, TYPES[question.type].computed)
            self.types[kind].answers.append(place)
        scope = self.scope(record_type, question.key)
        prefill = None
        if question.trigger:
            prefill = self.triggered(question, path)
        elif question.type == "calculate" or question.calculation.strip():
            self.calculation(question, path, scope)
        filtering = self.scope(kind, question.key, columns=self.columns(question))
        self.types[kind].rules[question.key] = QuestionLogic(
            required=self.compile(path, "required", question.required, scope),
            constraint=self.compile(path, "constraint", question.constraint, scope),
            warning=self.compile(path, "warning", question.warning, scope),
            read_only=self.compile(path, "read_only", question.read_only, scope),
            limit=self.compile(path, "limit", question.limit, scope),
            choice_filter=self.compile(path, "choice_filter", question.choice_filter, filtering),
            filter_index=index_of(question.choice_filter, scope),
            default=self.default(question, path),
            prefill=prefill,
            seed=self.compile(path, "parameters", question.seed, scope),
        )
        self.messages(question, path)

    def count(self, repeat: Repeat, path: str) -> None:
        """How many rows a repeat has, when its author says so."""
        scope = self.scope(repeat.parent_type, repeat.key)
        compiled = self.compile(path, "count", repeat.count, scope)
        if compiled is not None:
            self.drafts["count", repeat.parent_type, repeat.record_type] = compiled
            self.types[repeat.parent_type].counted[repeat.record_type] = repeat.key

    def calculation(self, question: Question, path: str, scope: Scope) -> None:
        """A value that is computed and not kept; of a stored question, the value it follows."""
        if question.stored:
            scope = replace(scope, once=True)
        compiled = self.compile(path, "calculation", question.calculation, scope)
        if compiled is not None:
            kind = "follow" if question.stored else "calculate"
            self.drafts[kind, question.record_type, question.key] = compiled
            if question.stored:
                rule = FollowRule(
                    once=ONCE.search(question.calculation) is not None,
                    varies=compiled.uses_clock or VARIES.search(question.calculation) is not None,
                )
                self.types[question.record_type].follows[question.key] = rule
        elif not question.calculation.strip():
            self.reading.defect(
                path,
                "calculation",
                "form.calculation",
                "คำถามชนิด calculate ต้องมี calculation",
                "a calculate has a calculation",
            )

    def triggered(self, question: Question, path: str) -> Compiled | None:
        """Notes which questions' answers offer a value to this one, and which value."""
        names = [name.strip() for name in question.trigger.split(",")]
        found = [match.group(1) for name in names if (match := TRIGGER.fullmatch(name))]
        targets = [self.targets[name] for name in found if name in self.targets]
        here = [one for one in targets if one.record_type == question.record_type]
        sound = 0 < len(here) == len(names) <= TRIGGERS_MAX and self.ambiguous.keys().isdisjoint(
            found
        )
        if not sound or not question.stored:
            self.reading.defect(
                path,
                "trigger",
                "form.trigger",
                "trigger ต้องเป็น ${ชื่อคำถาม} ในระดับเดียวกัน (หลายข้อคั่นด้วย ,) และคำถามนี้ต้องเก็บคำตอบ "
                "(ชนิด hidden แทน calculate)",
                "a trigger is the ${name} of a question of the same record (several with commas), "
                "at a question that is stored (type hidden instead of calculate)",
            )
            return None
        triggers = self.types[question.record_type].triggers
        for target in here:
            triggers.setdefault(target.key, []).append(question.key)
        scope = self.scope(question.record_type, question.key, once=True)
        return self.compile(path, "calculation", question.calculation, scope)

    def default(self, question: Question, path: str) -> Compiled | None:
        """A default with brackets or `${}` is an expression; any other is a plain value."""
        if DYNAMIC.search(question.default) is None:
            return None
        scope = self.scope(question.record_type, question.key, once=True)
        return self.compile(path, "default", question.default, scope)

    def columns(self, question: Question) -> frozenset[str]:
        """The columns that a choice filter may name."""
        choices = self.choice_lists.get(question.choices)
        found = {"name", "label"}
        if choices is not None:
            for choice in choices.choices:
                found.update(choice.extra)
        if question.refers_to is not None:
            # The columns of a codebook are not known here; any name may be one.
            found.update(re.findall(r"[A-Za-z_][\w.-]*", question.choice_filter))
        return frozenset(found)

    def messages(self, question: Question, path: str) -> None:
        """A rule that can fail says in both languages what to do."""
        for attribute, rule, message in (
            ("constraint_message", question.constraint, question.constraint_message),
            ("warning_message", question.warning, question.warning_message),
        ):
            if rule and not message:
                self.reading.warning(
                    path,
                    attribute,
                    "form.no_message",
                    f"ไม่มี {attribute} ผู้ตอบจะไม่รู้ว่าต้องแก้อย่างไร",
                    f"{attribute} is missing: nobody is told what to put right",
                )
