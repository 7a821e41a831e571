"""Compiles every rule of a form that is being loaded; each failure is a defect at its node."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from shared.forms.definition import (
    ChoiceList,
    Group,
    Node,
    Question,
    RecordShape,
    Repeat,
    Section,
    walk,
)
from shared.forms.expressions.compiling import Compiled, compile_expression
from shared.forms.expressions.scope import Scope, Target
from shared.forms.expressions.tokens import ExpressionError
from shared.forms.graph import (
    Cycle,
    FormLogic,
    QuestionLogic,
    TypeLogic,
    build_logic,
)

if TYPE_CHECKING:
    from shared.forms.graph import FormulaId

DYNAMIC = re.compile(r"[(]|\$\{")
TRIGGER = re.compile(r"\$\{\s*([a-z_][a-z0-9_]*)\s*\}")


class Defects(Protocol):
    """Where defects go while a form is read."""

    @property
    def form_id(self) -> str: ...

    def defect(self, path: str, attribute: str, code: str, th: str, en: str) -> None:
        """Notes a defect."""


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
    found = build_logic(compiler.types, compiler.drafts)
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

    def scope(self, record_type: str, **changes: object) -> Scope:
        return Scope(record_type, self.targets, **changes)  # type: ignore[arg-type]

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
        scope = self.scope(record_type, clock=False)
        compiled = self.compile(path, "relevant", node.relevant, scope)
        if compiled is not None:
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
        return guards

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
            for guard in own:
                logic.guarded_repeats.setdefault(guard, []).append(node.record_type)
            below = ()
        for child in node.children:
            self.node(child, below, path)

    def question(self, question: Question, path: str) -> None:
        """Compiles the rules of one question."""
        kind, record_type = question.record_type, question.record_type
        scope = self.scope(record_type)
        prefill = None
        if question.trigger:
            prefill = self.compile(path, "calculation", question.calculation, scope)
            self.trigger(question, path)
        elif question.type == "calculate" or question.calculation:
            self.calculation(question, path, scope)
        columns = self.columns(question)
        self.types[kind].rules[question.key] = QuestionLogic(
            required=self.compile(path, "required", question.required, scope),
            constraint=self.compile(path, "constraint", question.constraint, scope),
            warning=self.compile(path, "warning", question.warning, scope),
            read_only=self.compile(path, "read_only", question.read_only, scope),
            limit=self.compile(path, "limit", question.limit, scope),
            choice_filter=self.compile(
                path, "choice_filter", question.choice_filter, self.scope(kind, columns=columns)
            ),
            default=self.default(question, path),
            prefill=prefill,
        )
        self.messages(question, path)

    def calculation(self, question: Question, path: str, scope: Scope) -> None:
        if question.type != "calculate":
            self.reading.defect(
                path,
                "calculation",
                "form.calculation",
                "ใส่ calculation ได้เฉพาะชนิด calculate หรือคู่กับ trigger",
                "a calculation belongs to a calculate, or to a question with a trigger",
            )
            return
        compiled = self.compile(path, "calculation", question.calculation, scope)
        if compiled is not None:
            self.drafts["calculate", question.record_type, question.key] = compiled
        elif not question.calculation.strip():
            self.reading.defect(
                path,
                "calculation",
                "form.calculation",
                "คำถามชนิด calculate ต้องมี calculation",
                "a calculate has a calculation",
            )

    def trigger(self, question: Question, path: str) -> None:
        """Notes which question's answer offers a value to this one."""
        match = TRIGGER.fullmatch(question.trigger.strip())
        target = self.targets.get(match.group(1)) if match else None
        if target is None or target.record_type != question.record_type:
            self.reading.defect(
                path,
                "trigger",
                "form.trigger",
                "trigger ต้องเป็น ${ชื่อคำถาม} ในระดับเดียวกัน",
                "a trigger is the ${name} of a question of the same record",
            )
            return
        triggers = self.types[question.record_type].triggers
        triggers.setdefault(target.key, []).append(question.key)

    def default(self, question: Question, path: str) -> Compiled | None:
        """A default with brackets or `${}` is an expression; any other is a plain value."""
        if DYNAMIC.search(question.default) is None:
            return None
        scope = self.scope(question.record_type, once=True)
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
            found.update(re.findall(r"[a-z_][a-z0-9_]*", question.choice_filter))
        return frozenset(found)

    def messages(self, question: Question, path: str) -> None:
        """A rule that can fail says in both languages what to do."""
        for attribute, rule, message in (
            ("constraint_message", question.constraint, question.constraint_message),
            ("warning_message", question.warning, question.warning_message),
        ):
            if rule and not message:
                self.reading.defect(
                    path,
                    attribute,
                    "form.no_message",
                    f"ต้องมี {attribute} ทั้งสองภาษา",
                    f"{attribute} is missing in both languages",
                )


def targets_of(sections: tuple[Section, ...]) -> dict[str, Target]:
    """What each name of the form stands for."""
    targets: dict[str, Target] = {}
    for section in sections:
        targets[section.name] = Target("group", section.name, "", section.key)
        for node in walk(section.children):
            if isinstance(node, Question):
                choices = node.choices
                targets[node.name] = Target(
                    "question", node.name, node.record_type, node.key, choices
                )
            elif isinstance(node, Group):
                targets[node.name] = Target("group", node.name, node.record_type, node.key)
            else:
                targets[node.name] = Target("repeat", node.name, node.record_type, node.key)
    return targets
