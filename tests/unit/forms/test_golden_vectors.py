"""The golden vectors of the domain, on the programme's own forms."""

from __future__ import annotations

from typing import Any

import pytest

from shared.canonical import JsonValue
from shared.forms.logic import FormEngine
from shared.forms.validation import validate
from tests.support.forms import catalog_form, engine_of


def item(kind: str, start: str, end: str, *, is_break: bool = False) -> dict[str, JsonValue]:
    fields: dict[str, JsonValue] = {
        "ag_title": kind,
        "ag_break": "yes" if is_break else "no",
        "ag_times": {"ag_from": start, "ag_to": end},
    }
    return fields if is_break else {**fields, "ag_kind": kind}


JOINT = [
    ("a1", item("seminar", "08:30", "10:30")),
    ("a2", item("", "10:30", "10:45", is_break=True)),
    ("a3", item("seminar", "10:45", "12:00")),
    ("a4", item("hearing", "13:00", "16:00")),
]


def event(rows: dict[str, Any], **fields: JsonValue) -> FormEngine:
    answers: dict[str, JsonValue] = {
        "core/ev_type": ["seminar", "hearing"],
        "core/date": "2025-08-15",
        "core/hours_held": {"t_start": "08:30", "t_end": "16:00"},
    }
    return engine_of(catalog_form("event"), answers | fields, rows)


def codes(engine: FormEngine, record_id: str, name: str) -> list[tuple[str, str]]:
    """The problems at one question, by its name."""
    return [
        (one.code, one.severity)
        for one in validate(engine)
        if one.record_id == record_id and one.key.rpartition("/")[2] == name
    ]


def test_vector_1_hours_of_a_joint_event_are_counted_per_item_net_of_breaks() -> None:
    engine = event({"event/agenda": JOINT})
    assert engine.value("r", "program/h_sem") == "3.25"
    assert engine.value("r", "program/h_hear") == "3"
    assert engine.value("r", "program/h_other") == "0"
    engine.set("a4", "ag_times/ag_to", "15:00")
    assert engine.value("r", "program/h_hear") == "2"
    engine.set("a2", "ag_break", "no")
    engine.set("a2", "ag_kind", "forum")
    assert engine.value("r", "program/h_other") == "0.25"


def test_vector_14_one_item_counts_once_and_items_may_not_overlap() -> None:
    engine = event({"event/agenda": JOINT})
    assert codes(engine, "a3", "ag_to") == []
    engine.set("a4", "ag_kind", ["seminar", "hearing"])
    assert ("type.choice", "hard") in codes(engine, "a4", "ag_kind")
    engine.set("a4", "ag_kind", "hearing")
    engine.add_row("event/agenda", "a5", item("seminar", "15:00", "15:30"))
    assert codes(engine, "a5", "ag_to") == [("constraint", "hard")]
    assert codes(engine, "a4", "ag_to") == [("constraint", "hard")]


def test_attended_hours_overlap_the_counted_items() -> None:
    people = [
        ("p1", {"p_in": "2025-08-15T08:10:00+07:00"}),
        ("p2", {"p_in": "2025-08-15T09:30:00+07:00", "p_out": "2025-08-15T14:00:00+07:00"}),
    ]
    engine = event({"event/agenda": JOINT, "event/roster": people})
    assert engine.value("p1", "p_hours") == "6.25"
    assert engine.value("p2", "p_hours") == "3.25"
    engine.set("p2", "p_out", "2025-08-15T12:00:00+07:00")
    assert engine.value("p2", "p_hours") == "2.25"


def test_head_counts_come_from_the_roster_and_a_differing_count_is_explained() -> None:
    people = [(f"p{index}", {"p_sex": "f" if index % 3 else "m"}) for index in range(12)]
    engine = event({"event/agenda": JOINT, "event/roster": people}, **{"people/headcnt": 20})
    values = [engine.value("r", f"people/{name}") for name in ("cnt_m", "cnt_f", "cnt_all")]
    assert values == ["4", "8", "12"]
    assert codes(engine, "r", "headcnt") == [("warning", "soft")]
    engine.set("r", "people/headcnt", 13)
    assert codes(engine, "r", "headcnt") == []


def test_the_citizen_number_is_asked_only_when_money_is_paid() -> None:
    engine = event({"event/roster": [("p1", {})]}, **{"people/payment": "no"})
    assert not engine.relevant("p1", "p_cid")
    engine.set("r", "people/payment", "yes")
    assert engine.relevant("p1", "p_cid")
    assert codes(engine, "p1", "p_cid") == [("required", "hard")]
    engine.set("p1", "p_cid", "1234545678789")
    assert codes(engine, "p1", "p_cid") == [("constraint", "hard")]
    engine.set("p1", "p_cid", "3100600445635")
    assert codes(engine, "p1", "p_cid") == []


def test_a_trainee_passes_by_marks_and_attendance() -> None:
    rows = {
        "event/agenda": JOINT,
        "event/roster": [
            ("p1", {"p_in": "2025-08-15T08:10:00+07:00"}),
            ("p2", {"p_in": "2025-08-15T11:00:00+07:00"}),
        ],
        "event/scores": [
            ("s1", {"sc_person": "p1", "sc_pre": "40", "sc_post": "75.5"}),
            ("s2", {"sc_person": "p2", "sc_pre": "40", "sc_post": "90"}),
        ],
    }
    engine = event(rows, **{"learning/pass_mark": 60, "learning/min_att": 80})
    assert engine.value("s1", "sc_gain") == "35.5"
    assert engine.value("s1", "sc_att") == "100"
    assert engine.value("s1", "sc_pass") == "yes"
    assert engine.value("s2", "sc_att") == "30.8"
    assert engine.value("s2", "sc_pass") == "no"
    engine.set("s2", "sc_person", "p1")
    assert engine.value("s2", "sc_pass") == "yes"
    assert codes(engine, "s2", "sc_person") == [("constraint", "hard")]


def test_groups_of_an_event_appear_by_its_types() -> None:
    engine = event({})
    assert engine.relevant("r", "hearing")
    assert engine.relevant("r", "learning")
    engine.set("r", "core/ev_type", ["forum"])
    assert not engine.relevant("r", "hearing/hr_purpose")
    assert not engine.relevant("r", "learning/course")
    assert engine.required("r", "closing/minutes")


def test_votes_are_not_more_than_the_people_in_the_room() -> None:
    rows = {"event/voices": [("v1", {"v_votes": {"v_agree": 30, "v_disag": 15}})]}
    engine = event(rows, **{"people/headcnt": 40})
    assert codes(engine, "v1", "v_agree") == [("constraint", "hard")]
    engine.set("v1", "v_votes", {"v_agree": 25, "v_disag": 15})
    assert codes(engine, "v1", "v_agree") == []


def inspection(rows: dict[str, Any] | None = None, **fields: JsonValue) -> FormEngine:
    answers: dict[str, JsonValue] = {
        "visit/visit_type": "statutory",
        "visit/visit_date": "2025-08-10",
        "site/opstat": "run",
        "wastewater/ww_gen": "10",
        "wastewater/ww_to": "public",
    }
    return engine_of(catalog_form("insp"), answers | fields, rows or {})


def sample(parameter: str, value: str, qualifier: str = "valid") -> dict[str, JsonValue]:
    return {"ws_param": parameter, "ws_result": {"ws_val": value, "ws_qual": qualifier}}


def test_vector_8_effluent_is_held_against_its_limits() -> None:
    rows = {
        "insp/ww_samples": [
            ("w1", sample("pH", "9.1")),
            ("w2", sample("BOD", "20")),
            ("w3", sample("BOD", "25", "nd")),
            ("w4", sample("BOD", "25", "suspect")),
            ("w5", sample("pH", "15")),
        ]
    }
    engine = inspection(rows)
    assert [engine.value(f"w{n}", "ws_exc") for n in (1, 2, 3, 4)] == ["yes", "no", "no", None]
    assert engine.value("w2", "ws_lim") == "20"
    assert codes(engine, "w5", "ws_val") == [("constraint", "hard")]
    assert codes(engine, "w1", "ws_val") == []
    engine.set("r", "wastewater/ww_to", "cwwt")
    assert engine.value("w2", "ws_lim") == "500"


@pytest.mark.parametrize(("hazard", "blocked"), [("HA", True), ("HM", True), ("no", False)])
def test_vector_9_hazardous_waste_cannot_be_buried_with_refuse(hazard: str, blocked: bool) -> None:
    row: dict[str, JsonValue] = {"wc_haz": hazard, "wc_disp": "071"}
    engine = inspection({"insp/wastes": [("x", row)]})
    assert codes(engine, "x", "wc_disp") == ([("constraint", "hard")] if blocked else [])


def test_vector_9_long_storage_and_differing_weights_are_flagged() -> None:
    row: dict[str, JsonValue] = {
        "wc_days": 91,
        "wc_weights": {"wc_mqty": "10.0", "wc_rqty": "9.4"},
    }
    engine = inspection({"insp/wastes": [("x", row)]})
    assert codes(engine, "x", "wc_days") == [("warning", "soft")]
    assert engine.value("x", "wc_gap") == "6"
    assert codes(engine, "x", "wc_rqty") == [("warning", "soft")]
    engine.set("x", "wc_days", 90)
    engine.set("x", "wc_weights/wc_rqty", "9.5")
    assert codes(engine, "x", "wc_days") == []
    assert codes(engine, "x", "wc_rqty") == []


def test_vector_10_an_order_needs_power_and_an_officer() -> None:
    finding: dict[str, JsonValue] = {"f_order": "s37", "f_sev": "2"}
    engine = inspection({"insp/findings": [("f", finding)]})
    assert codes(engine, "f", "f_order") == [("constraint", "hard")]
    assert codes(engine, "r", "visit_type") == [("constraint", "hard")]
    changed = engine.add_row("insp/inspectors", "i", {"ins_auth": "yes"})
    assert ("f", "f_order") in changed
    assert codes(engine, "f", "f_order") == []
    assert codes(engine, "r", "visit_type") == []
    engine.set("r", "visit/visit_type", "advisory")
    assert codes(engine, "f", "f_order") == [("constraint", "hard")]
    engine.set("f", "f_order", "advice")
    assert codes(engine, "f", "f_order") == []


def test_vector_10_a_due_date_on_a_holiday_is_explained() -> None:
    finding: dict[str, JsonValue] = {"f_order": "advice", "f_sev": "2", "f_due": "2025-10-13"}
    engine = inspection({"insp/findings": [("f", finding)]})
    assert codes(engine, "f", "f_due") == [("warning", "soft")]
    engine.set("f", "f_due", "2025-10-14")
    assert codes(engine, "f", "f_due") == []
    engine.set("f", "f_sev", "4")
    assert codes(engine, "f", "f_due") == [("constraint", "hard")]
    engine.set("f", "f_due", "2025-08-08")
    assert ("constraint", "hard") in codes(engine, "f", "f_due")


def test_days_overdue_count_to_the_day_of_closing_or_today() -> None:
    finding: dict[str, JsonValue] = {"f_order": "advice", "f_due": "2025-08-12"}
    engine = inspection({"insp/findings": [("f", finding)]})
    assert engine.value("f", "f_late") == "3"
    engine.set("f", "f_stat", "verified")
    engine.set("f", "f_close", "2025-08-13")
    assert engine.value("f", "f_late") == "1"


def test_a_bypass_needs_a_serious_finding() -> None:
    engine = inspection(**{"wastewater/ww_bypass": "yes"})
    assert codes(engine, "r", "ww_bypass") == [("constraint", "hard")]
    engine.add_row("insp/findings", "f", {"f_sev": "3"})
    assert codes(engine, "r", "ww_bypass") == []


def test_a_failed_check_needs_a_photo_and_a_note() -> None:
    engine = inspection({"insp/checks": [("c", {"ck_item": "licence", "ck_res": "not_comply"})]})
    assert codes(engine, "c", "ck_res") == [("constraint", "hard")]
    assert codes(engine, "c", "ck_note") == [("required", "hard")]
    engine.add_row("insp/checks/ck_photos", "p", parent_id="c")
    assert codes(engine, "c", "ck_res") == []


def test_a_closed_factory_is_not_asked_about_its_operation() -> None:
    engine = inspection(**{"site/opstat": "closed"})
    for key in ("resources/water_use", "wastewater/ww_gen", "waste", "safety"):
        assert not engine.relevant("r", key)


def test_one_registration_number_is_enough_and_the_threshold_is_computed() -> None:
    engine = inspection(**{"site/fclass": "3", "site/w_m": 30, "site/w_f": 25})
    assert codes(engine, "r", "reg14") == [("required", "hard")]
    engine.set("r", "site/reg_old", "3-106-33/50รย")
    assert codes(engine, "r", "reg14") == []
    assert codes(engine, "r", "reg_old") == []
    assert (engine.value("r", "site/w_total"), engine.value("r", "site/threshold")) == ("55", "yes")
    engine.set("r", "site/w_f", 5)
    assert engine.value("r", "site/threshold") == "no"
    engine.set("r", "site/hp_found", "60")
    assert engine.value("r", "site/threshold") == "yes"


def test_a_place_is_in_thailand_or_says_why_there_is_none() -> None:
    engine = inspection()
    assert codes(engine, "r", "geo_why") == [("required", "hard")]
    engine.set("r", "place/geo", {"lat": "13.75", "lon": "100.5", "accuracy": "80"})
    assert codes(engine, "r", "geo_why") == []
    assert codes(engine, "r", "geo") == [("warning", "soft")]
    engine.set("r", "place/geo", {"lat": "48.1", "lon": "11.5"})
    assert codes(engine, "r", "geo") == [("constraint", "hard")]
