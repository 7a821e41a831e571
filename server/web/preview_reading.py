"""Reads what was posted in a preview into answers, question by question; nothing else is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from werkzeug.datastructures import MultiDict

from server.web.preview_draft import Place, Trial
from shared.canonical import JsonValue, canonical_text
from shared.forms.definition import REASON_SUFFIX, Question, Text
from shared.forms.question_types import FILE_TYPES, TYPES, type_of
from shared.forms.typed import PLACE_PROBLEM, Read, Unreadable
from shared.limits import TEXT_LENGTH_MAX

Posted: TypeAlias = MultiDict[str, str]
"""The fields of a posted form."""
AGREED: Final = "OK"
SAMPLE_SHA256: Final = "0" * 64
SAMPLES: Final[Mapping[str, tuple[str, str]]] = {
    "image": ("sample.jpg", "image/jpeg"),
    "signature": ("sample.png", "image/png"),
    "audio": ("sample.m4a", "audio/mp4"),
    "video": ("sample.mp4", "video/mp4"),
    "file": ("sample.pdf", "application/pdf"),
}
"""What stands for a file that only a tablet can take: name and kind."""
PLACE_PARTS: Final = ("lat", "lon", "accuracy", "altitude")
CHOSEN_MAX: Final = 500
RANK_PROBLEM: Final = Text(
    "ใส่ลำดับให้ครบทุกข้อ แต่ละลำดับใช้ครั้งเดียว", "Give every option a place of its own"
)


@dataclass(slots=True)
class Typed:
    """What was typed and could not be read, by field name: text, and what is wrong with it."""

    texts: dict[str, str] = field(default_factory=dict)
    problems: dict[Place, Text] = field(default_factory=dict)
    searches: dict[Place, str] = field(default_factory=dict)


def field_name(record: str, key: str, part: str = "") -> str:
    """The name of a question's field in the page."""
    return f"{record}:{key}" + (f":{part}" if part else "")


def take_answers(trial: Trial, posted: Posted) -> Typed:
    """Take every answer that the page asked for and that differs from what it is now."""
    typed = Typed()
    for record, key in trial.draft.shown:
        node = trial.engine.nodes.get(record)
        question = None if node is None else trial.subject.form.question(node.record_type, key)
        if question is None or not question.stored:
            continue
        place = (record, key)
        typed.searches[place] = _text(posted, field_name(record, key, "find"))[:200]
        found = _read(question, record, posted, trial)
        if isinstance(found, Unreadable):
            typed.problems[place] = found.message
            for part in ("", *PLACE_PARTS, *map(str, range(_ranked(trial, question)))):
                name = field_name(record, key, part)
                if name in posted:
                    typed.texts[name] = _text(posted, name)
        elif not _same(trial.engine.value(record, key), found.value):
            trial.answer(record, key, found.value)
        _take_reason(trial, record, key, posted)
    return typed


def _ranked(trial: Trial, question: Question) -> int:
    """How many fields a ranking has."""
    listed = trial.subject.form.choice_lists.get(question.choices)
    return len(listed.choices) if question.type == "rank" and listed is not None else 0


def _take_reason(trial: Trial, record: str, key: str, posted: Posted) -> None:
    name = field_name(record, key, "reason")
    if name in posted:
        trial.engine.set(record, key + REASON_SUFFIX, _text(posted, name).strip() or None)


def _text(posted: Posted, name: str) -> str:
    raw = posted.get(name, "")[: TEXT_LENGTH_MAX + 1]
    return raw.replace("\x00", "").encode("utf-8", "ignore").decode().replace("\r\n", "\n")


def _same(before: JsonValue, after: JsonValue) -> bool:
    return canonical_text(before) == canonical_text(after)


def _read(question: Question, record: str, posted: Posted, trial: Trial) -> Read | Unreadable:
    """The answer that was posted for a question."""
    name, kind = field_name(record, question.key), question.type
    if kind in FILE_TYPES:
        return Read(sample_of(kind) if _text(posted, name) else None)
    if kind == "acknowledge":
        return Read(AGREED if _text(posted, name) else None)
    if kind == "geopoint":
        return _read_place(name, posted)
    if kind == "rank":
        return _read_rank(question, name, posted, trial)
    if kind in ("select_multiple", "references"):
        return Read(_names(question, posted.getlist(name), trial))
    if kind in ("geotrace", "geoshape"):
        lines = [line for line in _text(posted, name).splitlines() if line.strip()]
        return TYPES[kind].read(";".join(lines))
    return type_of(question).read(_text(posted, name))


def _names(question: Question, given: list[str], trial: Trial) -> JsonValue:
    names = [one for one in dict.fromkeys(given[:CHOSEN_MAX]) if 0 < len(one) <= 200]
    listed = trial.subject.form.choice_lists.get(question.choices)
    if listed is not None:
        names = listed.order([one for one in names if one in listed.positions])
    sound = [one for one in names if not any(letter.isspace() for letter in one)]
    return list[JsonValue](sound) or None


def _read_place(name: str, posted: Posted) -> Read | Unreadable:
    given = {part: _text(posted, f"{name}:{part}").strip() for part in PLACE_PARTS}
    if not any(given.values()):
        return Read(None)
    value: dict[str, JsonValue] = {}
    for part, text in given.items():
        if not text:
            continue
        number = TYPES["decimal"].read(text)
        if isinstance(number, Unreadable):
            return PLACE_PROBLEM
        value[part] = number.value
    return PLACE_PROBLEM if TYPES["geopoint"].check(value) else Read(value)


def _read_rank(question: Question, name: str, posted: Posted, trial: Trial) -> Read | Unreadable:
    listed = trial.subject.form.choice_lists.get(question.choices)
    names = [] if listed is None else [choice.name for choice in listed.choices]
    given = {one: _text(posted, f"{name}:{index}") for index, one in enumerate(names)}
    if not any(given.values()):
        return Read(None)
    places = [str(number) for number in range(1, len(names) + 1)]
    if sorted(given.values()) != sorted(places):
        return Unreadable("type.rank", RANK_PROBLEM)
    ranked = sorted(names, key=lambda one: int(given[one]))
    return Read(list[JsonValue](ranked))


def sample_of(kind: str) -> JsonValue:
    """What a tablet would store of a file, with the hash of nothing."""
    name, media = SAMPLES[kind]
    return {"sha256": SAMPLE_SHA256, "name": name, "size": 1, "type": media}
