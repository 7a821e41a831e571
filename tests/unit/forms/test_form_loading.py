"""Loading a form document: all defects at once, each with its path; keys and shapes when sound."""

from __future__ import annotations

from typing import Any

import pytest

from shared.canonical import canonical_bytes
from shared.forms.definition import FormDefinition, Question, Reference, Text
from shared.forms.loading import load_form, read_form
from tests.support.forms import (
    both,
    calculate,
    catalog_form,
    compiled,
    defects_of,
    document,
    form_of,
    group,
    question,
    repeat,
)


@pytest.mark.parametrize(
    ("children", "code"),
    [
        ([question("a", "telepathy")], "form.type"),
        ([question("A b")], "form.name"),
        ([question("9a")], "form.name"),
        ([question("x" * 65)], "form.name"),
        ([question("a"), question("a")], "form.name_twice"),
        ([question("a", "select_one", choices="nothing")], "form.no_list"),
        ([question("a", "reference")], "form.no_reference"),
        ([question("a", "reference", refers_to="somewhere")], "form.reference"),
        ([question("a", "reference", refers_to="rows nobody")], "form.reference"),
        ([question("a", personal="X")], "form.personal"),
        ([question("a", merge="last")], "form.merge"),
        ([question("a", severity="mild")], "form.severity"),
        ([question("a", answered_by="nobody")], "form.answered_by"),
        ([question("a", relevant="${b} = 1")], "expression.unknown_name"),
        ([question("a", relevant=". = 1")], "expression.here"),
        ([question("a", constraint=". >")], "expression.ends_early"),
        ([calculate("a", "")], "form.calculation"),
        ([calculate("a", "once(1)")], "expression.once"),
        ([question("a", trigger="${b}", calculation="1")], "form.trigger"),
        ([calculate("a", "${b}"), calculate("b", "${a}")], "form.cycle"),
        ([question("a", relevant="${a} = 'x'")], "form.cycle"),
        ([question("a", calculation="${b}"), question("b", calculation="${a}")], "form.cycle"),
        ([repeat("r", question("a"), count="count(${r})")], "form.cycle"),
        ([repeat("r", question("a"), count="nonsense()")], "expression.unknown_function"),
        ([calculate("a", "1", trigger="${b}"), question("b")], "form.trigger"),
        ([question("a", trigger="${b}, ${x}"), question("b")], "form.trigger"),
        ([question("a", "references")], "form.no_reference"),
        ([question("a", "rank", choices="nothing")], "form.no_list"),
        ([question("a", "range", parameters={"start": "x"})], "form.range"),
        ([question("a", "range", parameters={"step": "0"})], "form.range"),
        (
            [question("a", "range", parameters={"start": "1", "end": "2", "step": "5"})],
            "form.range",
        ),
        ([question("a", "metadata")], "form.metadata"),
        ([question("a", "metadata", parameters={"meta": "secret"})], "form.metadata"),
        ([question("a", media=[1])], "form.media"),
        ([question("a", media={"hologram": both("x.png")})], "form.media"),
        ([group("g", repeat("r", question("a"))), repeat("r", question("b"))], "form.name_twice"),
        (
            [group("g", question("a")), group("h", question("a")), question("b", relevant="${a}")],
            "expression.ambiguous_name",
        ),
        ([group("g" * 64, *[group("h" * 64, group("i" * 64, question("a")))])], "form.name_long"),
        ([group("g")], "form.empty_group"),
        ([group("g", group("h", question("a")), merge="atomic")], "form.kind"),
        ([group("g", question("a"), merge="latest")], "form.merge"),
        ([repeat("g", question("a"), rows_min=-1)], "form.count"),
        ([repeat("g", question("a"), rows_max=True)], "form.count"),
        ([{"kind": "puzzle", "name": "x"}], "form.kind"),
        (["text"], "form.name"),
        ([question("a", relevant=3)], "form.shape"),
        ([question("a", parameters=[1])], "form.shape"),
        ([question("a", label="text")], "form.shape"),
    ],
)
def test_a_defect_is_found(children: list[Any], code: str) -> None:
    assert code in defects_of(*children)


@pytest.mark.parametrize(
    ("children", "code"),
    [
        ([question("a", label={"th": "ก"})], "form.translation"),
        ([question("a", label={"en": "a"})], "form.translation"),
        ([question("a", label={})], "form.translation"),
        ([repeat("r", question("a"), label={})], "form.translation"),
        ([question("a", relevant="today() > 1")], "expression.clock_in_relevant"),
        ([{**question("a", constraint=". > 1"), "constraint_message": {}}], "form.no_message"),
        ([question("a", appearance="month-year")], "form.appearance"),
        ([question("a", randomize=True)], "form.randomize"),
        ([question("a", "metadata", parameters={"meta": "email"})], "form.personal_fact"),
    ],
)
def test_a_warning_is_told_and_refuses_nothing(children: list[Any], code: str) -> None:
    found = document(group("s", *children))
    loaded = read_form(found)
    assert isinstance(load_form(found), FormDefinition)
    assert loaded.definition is not None
    assert [one.code for one in loaded.warnings] == [code]
    assert not loaded.errors
    assert all(one.message.th and one.message.en for one in loaded.defects)


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("range", {"parameters": {"start": "0", "end": "1", "step": "0.25"}}),
        ("rank", {"choices": "yn"}),
        ("references", {"refers_to": "codebook check"}),
        ("geotrace", {}),
        ("geoshape", {}),
        ("video", {}),
        ("metadata", {"parameters": {"meta": "deviceid"}, "label": {}}),
        ("text", {"calculation": "concat('a', 'b')"}),
        ("hidden", {"calculation": "once('a')", "label": {}}),
        ("note", {"calculation": "1 + 1"}),
        ("text", {"appearance": "my-own-appearance", "guidance_hint": both("how")}),
        ("text", {"media": {"image": {"th": "ก.png"}, "audio": both("a.mp3")}, "label": {}}),
        ("text", {"trigger": "${b}, ${c}", "calculation": "1"}),
        ("select_one", {"choices": "yn", "randomize": True, "seed": "${c}"}),
    ],
)
def test_what_a_form_may_say_loads_without_a_word(kind: str, attributes: dict[str, Any]) -> None:
    loaded = read_form(
        document(group("s", question("a", kind, **attributes), question("b"), question("c")))
    )
    assert loaded.definition is not None
    assert loaded.defects == ()


def test_a_text_of_one_language_stands_in_for_the_other() -> None:
    loaded = read_form(document(group("s", question("a", label={"en": "Name"}), question("b"))))
    assert loaded.definition is not None
    found = loaded.definition.question("demo", "s/a")
    assert found is not None
    assert found.label == Text("Name", "Name")


def test_two_groups_may_have_questions_of_one_name() -> None:
    definition = form_of(
        group("g", question("name")), group("h", question("name")), repeat("r", question("name"))
    )
    assert [one.key for one in definition.questions("demo")] == ["s/g/name", "s/h/name"]
    assert [one.key for one in definition.questions("demo/r")] == ["name"]


def test_names_may_have_capitals_dots_and_dashes() -> None:
    definition = form_of(question("Age.of-Head_1"))
    assert [one.key for one in definition.questions("demo")] == ["s/Age.of-Head_1"]


def test_questions_outside_any_group_have_keys_without_a_prefix() -> None:
    loaded = load_form(
        document(
            group("page_1", question("a"), group("g", question("b")), implicit=True),
            group("s", question("a"), repeat("r", question("c"))),
        )
    )
    assert isinstance(loaded, FormDefinition)
    assert [one.key for one in loaded.questions("demo")] == ["a", "g/b", "s/a"]
    page, section = loaded.sections
    assert loaded.section_of("demo", "a") is page
    assert loaded.section_of("demo", "g/b") is page
    assert loaded.section_of("demo", "s/a") is section
    assert loaded.section_of("demo/r", "c") is section


def test_a_question_outside_any_group_is_not_named_as_a_section() -> None:
    found = load_form(
        document(group("page_1", question("s"), implicit=True), group("s", question("a")))
    )
    assert isinstance(found, list)
    assert [one.code for one in found] == ["form.name_twice"]


def test_what_a_form_brings_along_is_kept() -> None:
    picture = {"sha256": "a" * 64, "size": 10, "type": "image/png"}
    loaded = read_form(
        document(
            group("s", question("a")),
            files={"ตรา.png": picture},
            languages=["ไทย (th)", "English (en)"],
            version_text="2026-11-24 rev B",
            entities={"datasets": ["trees"]},
            audit={"location-priority": "balanced"},
        )
    )
    assert loaded.definition is not None
    assert loaded.definition.files["ตรา.png"].value() == {"name": "ตรา.png", **picture}
    assert loaded.definition.languages == ("ไทย (th)", "English (en)")
    assert loaded.definition.version_text == "2026-11-24 rev B"
    assert loaded.definition.kept["entities"] == {"datasets": ["trees"]}


def test_a_cycle_is_told_with_its_path() -> None:
    found = load_form(
        document(
            group(
                "s",
                calculate("a", "${c}"),
                calculate("b", "${a}"),
                question("x", relevant="${b} = 1"),
                calculate("c", "${x} + 1"),
            )
        )
    )
    assert isinstance(found, list)
    (defect,) = found
    assert defect.message.en.count(" -> ") == 4
    for name in ("a", "b", "c", "x"):
        assert name in defect.message.en.split(": ")[1].split(" -> ")


def test_all_defects_come_at_once_with_their_paths() -> None:
    found = load_form(
        document(
            group(
                "s",
                question("a", "telepathy"),
                group("g", question("b", constraint="nonsense()")),
                question("c", personal="X"),
            )
        )
    )
    assert isinstance(found, list)
    assert [(one.path, one.attribute, one.code) for one in found] == [
        ("s/a", "type", "form.type"),
        ("s/c", "personal", "form.personal"),
        ("s/g/b", "constraint", "expression.unknown_function"),
    ]
    assert all(one.message.th and one.message.en for one in found)


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        3,
        [],
        "text",
        {},
        {"form": 3, "version": "x", "sections": {}},
        {"form": "demo", "version": True, "sections": [3], "choices": []},
        {"form": "demo", "version": 1, "title": [], "sections": [{"kind": "group"}]},
        {"form": "demo", "version": 1, "title": both("x"), "sections": [], "choices": {"a": 3}},
        {"form": "demo", "version": 1, "sections": [], "choices": {"a": [3, {"name": " "}]}},
        {"form": "demo", "version": 1, "sections": [], "files": [3], "languages": 4},
        {"form": "demo", "version": 1, "sections": [], "files": {"x": {"sha256": 1}}},
    ],
)
def test_a_hostile_document_has_defects_and_raises_nothing(hostile: Any) -> None:
    assert isinstance(load_form(hostile), list)


def test_a_deeply_nested_document_is_refused() -> None:
    node = question("a")
    for index in range(40):
        node = group(f"g{index}", node)
    assert "form.too_large" in [one.code for one in load_form(document(node))]  # type: ignore[union-attr]


def test_a_choice_list_without_doubles_and_with_names() -> None:
    broken = document(
        group("s", question("a")),
        choices={"yn": [{"name": "x", "label": both("x")}, {"name": "x", "label": both("y")}]},
    )
    found = load_form(broken)
    assert isinstance(found, list)
    assert [one.code for one in found] == ["form.choice_twice"]


def test_keys_are_paths_below_the_record() -> None:
    definition = form_of(
        group(
            "g",
            question("a"),
            repeat("rows", group("h", question("b")), repeat("in", question("c"))),
        )
    )
    assert definition.record_types() == ("demo", "demo/rows", "demo/rows/in")
    assert [one.key for one in definition.questions("demo")] == ["s/g/a"]
    assert [one.key for one in definition.questions("demo/rows")] == ["h/b"]
    assert [one.key for one in definition.questions("demo/rows/in")] == ["c"]
    inner = definition.repeat("demo/rows/in")
    assert inner is not None
    assert (inner.parent_type, inner.key) == ("demo/rows", "in")
    assert definition.section_of("demo/rows/in", "c") is definition.sections[0]
    assert definition.repeat("demo/nothing") is None


def test_a_notes_and_calculations_are_never_stored() -> None:
    definition = form_of(question("a"), question("n", "note"), calculate("c", "1"))
    assert [one.key for one in definition.fields("demo")] == ["s/a"]
    assert not definition.may_store("demo", "s/n")


def test_texts_fall_back_to_the_other_language() -> None:
    assert Text("ก", "").get("en") == "ก"
    assert Text("ก", "a").get("en") == "a"
    assert not Text()


def test_a_title_is_made_from_the_questions_that_say_so() -> None:
    factory = catalog_form("factory")
    assert factory.title_of({"identity/fac_name": "โรงงานตัวอย่าง"}) == "โรงงานตัวอย่าง"
    assert factory.title_of({}) == ""
    insp = catalog_form("insp")
    line = insp.summary().lines[0]
    assert insp.answer_text(line, {"visit/visit_type": "advisory"}, "en").startswith("Advisory")
    date = insp.summary().date
    assert date is not None
    assert date.key == "visit/visit_date"


def test_choices_keep_the_lists_order() -> None:
    choices = catalog_form("event").choice_lists["evt"]
    assert choices.order(["study", "seminar", "?", "hearing", "seminar"]) == [
        "seminar",
        "hearing",
        "study",
        "?",
    ]


def test_references_say_what_they_point_at() -> None:
    found = catalog_form("insp").question("insp", "site/factory")
    assert isinstance(found, Question)
    assert found.refers_to == Reference("register", "factory")


@pytest.mark.parametrize("name", ["factory", "insp", "event"])
def test_a_document_survives_canonical_json(name: str) -> None:
    from shared.canonical import read_json

    data = canonical_bytes(compiled(name).document)
    again = load_form(read_json(data, bytes_max=4_000_000))
    assert isinstance(again, FormDefinition)
    assert again.sections == compiled(name).definition.sections


def test_a_line_of_places_is_told_by_the_number_of_its_points() -> None:
    definition = form_of(question("way", "geotrace", shown_as="title"))
    places = [{"lat": "1", "lon": "2"}, {"lat": "1", "lon": "3"}]
    assert definition.title_of({"s/way": places}) == "2 จุด"
    assert definition.title_of({"s/way": places}, "en") == "2 points"


def test_a_text_is_found_by_its_xforms_id() -> None:
    loaded = load_form(
        document(
            group("s", repeat("r", question("a", hint=both("how")))),
            group("page_1", question("b"), implicit=True),
        )
    )
    assert isinstance(loaded, FormDefinition)
    assert loaded.text_at("/demo/s/r/a:hint") == Text("how", "how")
    assert loaded.text_at("/demo/b:label") == Text("b", "b")
    assert loaded.text_at("/demo/s/a:label") is None
    assert loaded.text_at("nonsense") is None
