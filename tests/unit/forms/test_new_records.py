"""What a new record begins with: chance, the clock, the device, the record before."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers
from shared.forms.logic import FormEngine, Surroundings
from tests.support.forms import TODAY, engine_of, form_of, question


def saved(engine: FormEngine) -> dict[str, JsonValue]:
    """What the form answers now, by field."""
    return {one.field: one.whole for one in engine.follow()[0]}


def test_a_stored_value_from_chance_or_the_clock_is_kept_when_a_record_is_opened() -> None:
    definition = form_of(
        question("id", "hidden", calculation="uuid()", label={}),
        question("when", "hidden", calculation="now()", label={}),
    )
    numbers = iter(["one", "two"])
    around = Surroundings(uuid=lambda: next(numbers))
    first = FormEngine(definition, RecordAnswers("r"), today=TODAY, surroundings=around)
    kept = saved(first)
    assert kept["s/id"] == "one"
    later = FormEngine(definition, RecordAnswers("r", kept), today=TODAY, surroundings=around)
    assert saved(later) == {}


def test_defaults_from_chance_the_last_record_and_the_device() -> None:
    definition = form_of(
        question("lot", "decimal", default="random()"),
        question("id", default="uuid()"),
        question("village", default="${last-saved#village}"),
        question("who", "metadata", parameters={"meta": "username"}),
        question("phone", "metadata", parameters={"meta": "phonenumber"}),
        question("began", "metadata", parameters={"meta": "start"}),
        question("day", "metadata", parameters={"meta": "today"}),
        question("ended", "metadata", parameters={"meta": "end"}),
    )
    before: dict[tuple[str, str], JsonValue] = {("demo", "s/village"): "บ้านใหม่"}
    around = Surroundings(
        last_saved=lambda record_type, field: before.get((record_type, field)),
        properties={"username": "สมชาย"},
        random=lambda: Decimal("0.25"),
        uuid=lambda: "u",
    )
    now = datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001
    engine = FormEngine(definition, RecordAnswers("r"), today=now, surroundings=around)
    assert engine.defaults("r") == {
        "s/lot": "0.25",
        "s/id": "u",
        "s/village": "บ้านใหม่",
        "s/who": "สมชาย",
        "s/began": "2026-11-24T09:30:00+07:00",
        "s/day": "2026-11-24",
    }
    assert engine.at_submit() == {"s/ended": "2026-11-24T09:30:00+07:00"}


def test_without_surroundings_nothing_is_invented() -> None:
    definition = form_of(
        question("a", "metadata", parameters={"meta": "deviceid"}),
        question("b", default="${last-saved#b}"),
    )
    assert engine_of(definition).defaults("r") == {"s/b": None}
