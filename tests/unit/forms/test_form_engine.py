"""The engine: relevance, calculation, rows, defaults, references - and only what changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers
from shared.forms.definition import Text
from shared.forms.logic import FormEngine
from shared.ids import row_id
from tests.support.forms import (
    calculate,
    catalog_form,
    codebooks,
    engine_of,
    form_of,
    group,
    question,
    repeat,
)

CHAIN = form_of(
    question("a", "integer"),
    question("b", "integer", relevant="${a} > 3"),
    calculate("c", "coalesce(${b}, 0) + 1"),
    question("lonely", "integer"),
)


def test_an_irrelevant_answer_counts_as_empty_and_comes_back() -> None:
    engine = engine_of(CHAIN, {"s/a": 5, "s/b": 9})
    assert engine.value("r", "s/c") == "10"
    engine.set("r", "s/a", 1)
    assert not engine.relevant("r", "s/b")
    assert engine.value("r", "s/c") == "1"
    assert engine.value("r", "s/b") == 9
    engine.set("r", "s/a", 4)
    assert engine.value("r", "s/c") == "10"


def test_a_change_names_what_depends_on_it_and_nothing_else() -> None:
    engine = engine_of(CHAIN, {"s/a": 5, "s/b": 9, "s/lonely": 1})
    changed = engine.set("r", "s/a", 1)
    assert changed == {("r", "s/a"), ("r", "s/b"), ("r", "s/c")}
    assert engine.set("r", "s/lonely", 2) == {("r", "s/lonely")}


def test_a_question_whose_rule_looks_at_the_answer_is_named_too() -> None:
    definition = form_of(
        question("least", "integer"), question("most", "integer", constraint=". > ${least}")
    )
    assert ("r", "s/most") in engine_of(definition).set("r", "s/least", 3)


def test_a_group_that_is_not_relevant_hides_what_is_in_it_and_its_rows() -> None:
    definition = form_of(
        question("sure", "select_one", choices="yn"),
        group(
            "more",
            question("why"),
            repeat("things", question("weight", "integer")),
            relevant="${sure} = 'yes'",
        ),
        calculate("total", "sum(${weight})"),
        calculate("number", "count(${things})"),
    )
    rows = {"demo/things": [("x", {"weight": 2}), ("y", {"weight": 3})]}
    engine = engine_of(definition, {"s/sure": "no"}, rows)
    assert not engine.relevant("r", "s/more/why")
    assert not engine.relevant("x", "weight")
    assert (engine.value("r", "s/total"), engine.value("r", "s/number")) == ("0", "0")
    changed = engine.set("r", "s/sure", "yes")
    assert ("x", "weight") in changed
    assert (engine.value("r", "s/total"), engine.value("r", "s/number")) == ("5", "2")


def test_rows_come_and_go() -> None:
    definition = form_of(
        repeat(
            "things",
            question("weight", "integer"),
            calculate("no", "position(..)"),
            repeat("parts", question("size", "integer")),
        ),
        calculate("total", "sum(${weight})"),
        calculate("sizes", "sum(${size})"),
    )
    engine = engine_of(definition, {}, {"demo/things": [("x", {"weight": 2})]})
    changed = engine.add_row("demo/things", "y", {"weight": 3})
    assert {("r", "s/total"), ("y", "no")} <= changed
    engine.add_row("demo/things/parts", "p", {"size": 7}, parent_id="x")
    assert (engine.value("r", "s/total"), engine.value("r", "s/sizes")) == ("5", "7")
    assert ("y", "no") in engine.remove_row("x")
    assert engine.rows("demo/things") == ["y"]
    assert engine.value("y", "no") == "1"
    assert (engine.value("r", "s/total"), engine.value("r", "s/sizes")) == ("3", "0")
    assert "p" not in engine.nodes


def test_a_row_hears_of_changes_in_the_rows_beside_it() -> None:
    definition = form_of(
        repeat(
            "things",
            question("weight", "integer"),
            question("limit", "integer", constraint="sum(${things}/weight) <= ."),
            calculate("before", "indexed-repeat(${weight}, ${things}, position(..) - 1)"),
        )
    )
    rows = {"demo/things": [("x", {"weight": 2}), ("y", {"weight": 3, "limit": 9})]}
    engine = engine_of(definition, {}, rows)
    changed = engine.set("x", "weight", 4)
    assert {("y", "before"), ("y", "limit")} <= changed
    assert engine.value("y", "before") == "4"


def test_a_total_above_its_rows_waits_for_whether_they_count() -> None:
    definition = form_of(
        calculate("total", "sum(${weight})"),
        calculate("number", "count(${things})"),
        repeat("things", question("weight", "integer"), relevant="${open} = 'yes'"),
        calculate("open", "if(${day} > 3, 'yes', 'no')"),
        question("day", "integer"),
    )
    rows = {"demo/things": [("x", {"weight": 2})]}
    engine = engine_of(definition, {"s/day": 1}, rows)
    assert (engine.value("r", "s/total"), engine.value("r", "s/number")) == ("0", "0")
    engine.set("r", "s/day", 5)
    assert (engine.value("r", "s/total"), engine.value("r", "s/number")) == ("2", "1")


def test_a_row_looks_up_to_its_record_and_hears_of_changes_there() -> None:
    definition = form_of(
        question("rate", "integer"),
        repeat("things", question("weight", "integer"), calculate("cost", "${weight} * ${rate}")),
    )
    engine = engine_of(definition, {"s/rate": 2}, {"demo/things": [("x", {"weight": 3})]})
    assert engine.value("x", "cost") == "6"
    assert ("x", "cost") in engine.set("r", "s/rate", 5)
    assert engine.value("x", "cost") == "15"


def test_an_atomic_group_is_one_field_of_named_parts() -> None:
    definition = form_of(
        group("times", question("start", "time"), question("end", "time"), merge="atomic"),
        calculate("length", "eco:minutes(${start}, ${end})"),
    )
    assert definition.field_of("demo", "s/times/start") == "s/times"
    assert [one.key for one in definition.fields("demo")] == ["s/times"]
    engine = engine_of(definition, {"s/times": {"start": "08:00", "end": "09:00"}})
    engine.set("r", "s/times/end", "10:00")
    assert engine.field_value("r", "s/times") == {"start": "08:00", "end": "10:00"}
    assert engine.value("r", "s/length") == "120"
    engine.set("r", "s/times", {"start": "09:00"})
    assert engine.field_value("r", "s/times") == {"start": "09:00"}
    assert engine.value("r", "s/length") is None
    engine.set("r", "s/times/start", None)
    assert engine.field_value("r", "s/times") is None


def test_required_and_read_only_follow_their_expressions() -> None:
    definition = form_of(
        question("a"),
        question("b", required="${a} = ''", read_only="${a} = 'lock'"),
    )
    engine = engine_of(definition)
    assert engine.required("r", "s/b")
    changed = engine.set("r", "s/a", "lock")
    assert ("r", "s/b") in changed
    assert not engine.required("r", "s/b")
    assert engine.read_only("r", "s/b")


def test_choices_are_filtered_by_their_columns() -> None:
    definition = catalog_form("insp")
    assert [choice.name for choice in engine_of(definition).choices("r", "visit/visit_type")][
        :2
    ] == ["statutory", "complaint"]
    filtered = form_of(
        question("no_yes", "select_one", choices="yn"),
        question("left", "select_one", choices="yn", choice_filter="name != ${no_yes}"),
    )
    engine = engine_of(filtered, {"s/no_yes": "yes"})
    assert [choice.name for choice in engine.choices("r", "s/left")] == ["no"]


def test_references_offer_codebook_rows_and_rows_of_the_record() -> None:
    event = catalog_form("event")
    rows = {
        "event/roster": [
            ("p1", {"p_name": {"p_prefix": "นาย", "p_first": "สมชาย", "p_last": "ใจดี"}})
        ],
        "event/voices": [("v1", {})],
    }
    engine = engine_of(event, {"core/ev_type": ["hearing"]}, rows)
    people = engine.choices("v1", "v_person")
    assert [(one.name, one.label) for one in people] == [
        ("p1", Text("นาย สมชาย ใจดี", "Mr สมชาย ใจดี"))
    ]
    assert len(engine.choices("r", "core/venue_tambon")) == len(codebooks()["places"].rows)
    assert engine.choices("v1", "v_src") == []


def test_defaults_are_literals_or_computed_once() -> None:
    insp = catalog_form("insp")
    engine = engine_of(insp, today=datetime.fromisoformat("2025-08-15T09:30:00"))
    assert engine.defaults("r") == {"visit/visit_date": "2025-08-15"}
    engine.add_row("insp/ww_samples", "w")
    engine.add_row("insp/findings", "f")
    assert engine.defaults("w") == {"ws_time": "2025-08-15T09:30:00+07:00"}
    assert engine.defaults("f") == {"f_stat": "open"}


class Register:
    """One factory."""

    def find(self, register: str, record_id: str) -> Mapping[str, JsonValue] | None:
        if (register, record_id) != ("factory", "f1"):
            return None
        return {
            "identity/fac_name": "โรงงานตัวอย่าง",
            "identity/fclass": "3",
            "state/w_m": 12,
            "state/certs": ["iso14001", "iso9001"],
            "contact/contact_name": None,
        }


def test_choosing_a_factory_offers_a_snapshot_of_its_identity() -> None:
    engine = engine_of(catalog_form("insp"), references=Register())
    engine.set("r", "site/factory", "f1")
    offered = engine.prefill("r", "site/factory")
    assert offered["site/fac_name"] == "โรงงานตัวอย่าง"
    assert offered["site/fclass"] == "3"
    assert offered["site/w_m"] == 12
    assert offered["site/certs"] == ["iso14001", "iso9001"]
    assert offered["site/contact_name"] is None
    assert engine.value("r", "site/fac_name") is None


def test_generated_rows_have_the_same_ids_on_every_tablet() -> None:
    engine = engine_of(catalog_form("insp"), {"site/opstat": "run"})
    missing = engine.missing_rows()
    assert len(missing) == len(codebooks()["check"].rows) == 40
    record_type, row = missing[0]
    assert record_type == "insp/checks"
    assert row.record_id == row_id("r", "checks", "licence")
    assert row.fields == {"ck_item": "licence"}
    engine.add_row(record_type, row.record_id, row.fields)
    assert len(engine.missing_rows()) == 39
    engine.set("r", "site/opstat", "closed")
    assert engine.missing_rows() == []


def test_a_limit_comes_from_the_codebook_by_the_discharge_route() -> None:
    rows = {"insp/ww_samples": [("w", {"ws_param": "BOD"})]}
    engine = engine_of(catalog_form("insp"), {"wastewater/ww_gen": "5"}, rows)
    limit = engine.limit("w", "ws_result/ws_val")
    assert limit is not None
    assert (limit.key, limit.most, limit.unit) == ("effluent/BOD", "20", "mg/L")
    engine.set("r", "wastewater/ww_to", "cwwt")
    limit = engine.limit("w", "ws_result/ws_val")
    assert limit is not None
    assert limit.most == "500"


def test_rows_without_a_known_parent_are_left_aside() -> None:
    definition = form_of(repeat("things", question("a"), repeat("parts", question("b"))))
    engine = engine_of(definition, {}, {"demo/things/parts": [("p", {"b": "x"}, "nobody")]})
    assert set(engine.nodes) == {"r"}


def test_the_day_may_be_a_function() -> None:
    days = iter([date(2025, 1, 1)] * 3)
    definition = form_of(calculate("out", "today()"))
    engine = FormEngine(definition, RecordAnswers("r"), today=lambda: next(days))
    assert engine.value("r", "s/out") == "2025-01-01"
