"""What a published form has promised: fields keep their nature for ever, and do not come back.

Answers of every version lie side by side and are merged by one rule. If a field changed its type,
its merge class, its group or the repeat it lies in, two people's answers would be joined by two
rules; if a withdrawn field came back, old answers would rise under a new question
(decision 0026). So publishing refuses these, with the reason and what to write instead.
A repeat cannot move: its rows' type is its place, so that a moved one is another repeat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.forms.definition import FormDefinition, Group, Question, Text

Register = Question | Group


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    """One thing that may not change: the record type and field, a code, and why, with advice."""

    record_type: str
    field: str
    code: str
    message: Text

    @property
    def place(self) -> str:
        """Where, as one word: `insp/findings f_desc`."""
        return f"{self.record_type} {self.field}".strip()


def broken_promises(
    new: FormDefinition, earlier: Sequence[FormDefinition]
) -> tuple[BrokenPromise, ...]:
    """Everything that the new version may not change. `earlier` are all published versions in
    their order. Each field is named once."""
    found: dict[tuple[str, str, str], BrokenPromise] = {}
    for number, old in enumerate(earlier):
        for one in _broken(new, old, earlier[number + 1 :]):
            found.setdefault((one.record_type, one.field, one.code), one)
    return tuple(found.values())


def _broken(
    new: FormDefinition, old: FormDefinition, later: Sequence[FormDefinition]
) -> Iterator[BrokenPromise]:
    if new.workflow != old.workflow:
        yield BrokenPromise(
            new.form_id,
            "",
            "promise.workflow",
            Text(
                f"workflow เคยเป็น {old.workflow} จะเปลี่ยนเป็น {new.workflow} ไม่ได้ เพราะบันทึกเดิม"
                f"เดินตามขั้นตอนเดิม ให้ใช้ {old.workflow} หรือตั้ง form_id ใหม่",
                f"the workflow was {old.workflow} and cannot become {new.workflow}: records follow"
                f" it already. Write {old.workflow}, or give the form another form_id.",
            ),
        )
    for kind in old.record_types():
        for register in old.fields(kind):
            yield from _field(new, old, later, kind, register)


def _field(
    new: FormDefinition,
    old: FormDefinition,
    later: Sequence[FormDefinition],
    kind: str,
    register: Register,
) -> Iterator[BrokenPromise]:
    now, key = new.register(kind, register.key), register.key
    th, en = (register.label.get(one) or key for one in ("th", "en"))
    if now is None:
        question = new.question(kind, key)
        if question is not None and isinstance(register, Question) and question.stored:
            yield _changed(kind, key, "promise.group", th, en, ("กลุ่ม", "group"),
                           register.group or "–", question.group or "–")  # fmt: skip
        return
    if any(one.register(kind, key) is None for one in later):
        yield BrokenPromise(
            kind,
            key,
            "promise.returned",
            Text(
                f"“{th}” ({key}) ถูกถอนออกไปแล้วในรุ่นก่อน จะกลับมาใช้ชื่อเดิมไม่ได้ เพราะคำตอบเก่าจะ"
                "ไปปรากฏใต้คำถามใหม่ ให้ใช้ชื่ออื่น",
                f"“{en}” ({key}) was withdrawn in an earlier version and cannot come back under"
                " this name: old answers would appear under a new question. Use another name.",
            ),
        )
    for code, what, before, after in _differences(register, now):
        yield _changed(kind, key, code, th, en, what, before, after)


def _differences(old: Register, new: Register) -> Iterator[tuple[str, tuple[str, str], str, str]]:
    """What of a field's nature differs: a code, what it is called, was, is."""
    kinds = (_kind(old), _kind(new))
    if kinds[0] != kinds[1]:
        yield "promise.type", ("ชนิด", "type"), *kinds
        return
    if isinstance(old, Group) and isinstance(new, Group):
        parts = (_parts(old), _parts(new))
        if parts[0] != parts[1]:
            yield "promise.parts", ("ส่วนประกอบ", "parts"), *parts
    elif isinstance(old, Question) and isinstance(new, Question) and old.group != new.group:
        yield "promise.group", ("กลุ่ม", "group"), old.group or "–", new.group or "–"
    if old.merge != new.merge:
        yield "promise.merge", ("merge", "merge"), old.merge or "–", new.merge or "–"


def _kind(register: Register) -> str:
    return "atomic group" if isinstance(register, Group) else register.type


def _parts(group: Group) -> str:
    found = [(c.name, c.type) for c in group.children if isinstance(c, Question)]
    return ", ".join(f"{name} {kind}" for name, kind in found)


def _changed(
    kind: str,
    key: str,
    code: str,
    th: str,
    en: str,
    what: tuple[str, str],
    before: str,
    after: str,
) -> BrokenPromise:
    return BrokenPromise(
        kind,
        key,
        code,
        Text(
            f"“{th}” ({key}) {what[0]}เคยเป็น {before} จะเปลี่ยนเป็น {after} ไม่ได้ เพราะคำตอบที่มีแล้ว"
            f"รวมกันตามแบบเดิม ให้เขียน {before} เหมือนเดิม หรือตั้งคำถามใหม่ชื่ออื่น",
            f"“{en}” ({key}): its {what[1]} was {before} and cannot become {after}, because answers"
            f" are merged by it. Write {before} as before, or ask a new question of another name.",
        ),
    )
