"""XLSForm's names, types, parameters and settings, as other systems' authors write them."""

from __future__ import annotations

import pytest

from server.xlsform import compile_source
from tests.support.sources import compiled, errors, form, markdown, questions

HEAD = ["type", "name", "label"]


def codes(found: object) -> set[str]:
    return {one.code for one in getattr(found, "warnings", ())}


@pytest.mark.parametrize(
    ("header", "cell", "attribute", "kept"),
    [
        ("Relevance", "1 = 1", "relevant", "1 = 1"),
        ("bind::relevant", "1 = 1", "relevant", "1 = 1"),
        ("Constraint", ". != 'x'", "constraint", ". != 'x'"),
        ("readonly", "Yes", "read_only", "true()"),
        ("READ ONLY", "TRUE", "read_only", "true()"),
        ("bind::required", "no", None, None),
        ("control::appearance", "multiline", "appearance", "multiline"),
        ("body::appearance", "multiline", "appearance", "multiline"),
        ("calculate", "1 + 1", "calculation", "1 + 1"),
        ("guidance_hint", "more", "guidance_hint", {"th": "more", "en": "more"}),
        ("hint::English (en)", "help", "hint", {"th": "help", "en": "help"}),
        ("bind::jr:constraintMsg", "no", "constraint_message", {"th": "no", "en": "no"}),
        ("requiredMsg", "must", "required_message", {"th": "must", "en": "must"}),
        ("media::image", "a.png", "media", {"image": {"th": "a.png", "en": "a.png"}}),
        ("media:image:English (en)", "a.png", "media", {"image": {"th": "a.png", "en": "a.png"}}),
        ("audio", "jr://audio/a.mp3", "media", {"audio": {"th": "a.mp3", "en": "a.mp3"}}),
        ("control::rows", "4", "parameters", {"rows": "4"}),
        ("parameters", "rows=4", "parameters", {"rows": "4"}),
    ],
)
def test_every_name_of_a_column_is_understood(
    header: str, cell: str, attribute: str | None, kept: object
) -> None:
    rows = [[*HEAD, header], ["text", "a", "A", cell], ["text", "b", "B", ""]]
    node = questions(compiled(form(rows)))["a"]
    if attribute is None:
        assert "required" not in node
    else:
        assert node[attribute] == kept


@pytest.mark.parametrize("appearance", ["ex:org.app(a='b')", "masked", "ethiopian w1", "image-map"])
def test_an_appearance_that_means_something_elsewhere_is_told(appearance: str) -> None:
    found = compiled(form([[*HEAD, "appearance"], ["text", "a", "A", appearance]]))
    assert "form.appearance" in codes(found)


def test_the_row_of_labels_above_a_table_is_a_note() -> None:
    lists = [["list_name", "name", "label"], ["yn", "y", "Yes"]]
    rows = [
        [*HEAD, "appearance", "required"],
        ["select_one yn", "head", "", "label", "yes"],
        ["select_one yn", "a", "A", "list-nolabel", ""],
    ]
    nodes = questions(compiled(form(rows, lists)))
    assert nodes["head"]["type"] == "note"
    assert nodes["a"]["type"] == "select_one"


def test_two_names_of_one_column_are_a_defect() -> None:
    rows = [[*HEAD, "relevant", "bind::relevant"], ["text", "a", "A", "1", "1"]]
    assert ("survey", 2, "bind::relevant", "sheet.column_twice") in errors(form(rows))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("string", "text"),
        ("int", "integer"),
        ("q decimal", "decimal"),
        ("photo", "image"),
        ("gps", "geopoint"),
        ("trigger", "acknowledge"),
        ("datetime", "dateTime"),
        ("add video prompt", "video"),
        ("percentage", "integer"),
        ("phone number", "text"),
        ("imei", "metadata"),
        ("get start time", "metadata"),
        ("username", "metadata"),
        ("simserial", "hidden"),
        ("geotrace", "geotrace"),
        ("geoshape", "geoshape"),
        ("range", "range"),
        ("barcode", "barcode"),
        ("hidden", "hidden"),
    ],
)
def test_every_name_of_a_type_is_understood(written: str, kept: str) -> None:
    node = questions(compiled(form([HEAD, [written, "a", "A"]])))["a"]
    assert node["type"] == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("select1 yn", "select_one"),
        ("select one from yn", "select_one"),
        ("select_one  yn", "select_one"),
        ("select all that apply from yn", "select_multiple"),
        ("add select multiple prompt using yn", "select_multiple"),
        ("rank yn", "rank"),
    ],
)
def test_every_name_of_a_select_is_understood(written: str, kept: str) -> None:
    lists = [["list name", "value", "caption"], ["yn", "y", "Yes"], ["yn", "n", "No"]]
    node = questions(compiled(form([HEAD, [written, "a", "A"]], lists)))["a"]
    assert (node["type"], node["choices"]) == (kept, "yn")


@pytest.mark.parametrize(
    "written",
    ["background-audio", "start-geopoint", "osm", "begin_kobomatrix"],
)
def test_what_is_not_supported_is_named_with_advice(written: str) -> None:
    lists = [["list_name", "name", "label"], ["yn", "y", "Yes"]]
    rows = [HEAD, [written, "a", "A"], ["text", "b", "B"]]
    found = errors(form(rows, lists))
    assert [code for _, _, _, code in found] == ["form.unsupported"]
    assert found[0][:3] == ("survey", 3, "type")


def test_a_loop_asks_the_same_of_every_choice() -> None:
    lists = [["list_name", "name", "label"], ["tool", "saw", "Saw"], ["tool", "axe", "Axe"]]
    rows = [
        HEAD,
        ["begin loop over tool", "tools", ""],
        ["integer", "n", "How many: %(label)s?"],
        ["end loop", "", ""],
    ]
    found = compiled(form(rows, lists)).definition
    asked = {one.key: one.label.en for one in found.questions("demo")}
    assert asked == {"tools/saw/n": "How many: Saw?", "tools/axe/n": "How many: Axe?"}


@pytest.mark.parametrize("written", ["begin loop over nothing", "begin loop"])
def test_a_loop_over_no_list_is_named(written: str) -> None:
    rows = [HEAD, [written, "a", "A"], ["text", "b", "B"], ["end loop", "", ""]]
    found = errors(form(rows))
    assert ("survey", 3, "type", "form.unsupported") in found


def test_a_misspelt_type_suggests_the_one_meant() -> None:
    data = markdown(form([HEAD, ["txet", "a", "A"]]))
    found = compile_source(data, "demo.md")
    assert isinstance(found, list)
    assert any("'text'" in one.message.en for one in found if one.code == "form.type")


def test_names_of_choices_have_blanks_only_where_one_is_chosen() -> None:
    lists = [["list_name", "name", "label"], ["who", "Red Cross", "Red Cross"]]
    found = compiled(form([HEAD, ["select_one who", "a", "A"]], lists))
    assert found.definition.choice_lists["who"].choices[0].name == "Red Cross"
    told = errors(form([HEAD, ["select_multiple who", "a", "A"]], lists))
    assert told == [("survey", 3, "type", "form.choice_name")]


def test_questions_outside_any_group_get_a_section_without_a_prefix() -> None:
    rows = [
        HEAD,
        ["text", "a", "A"],
        ["begin_group", "g", "G"],
        ["text", "b", "B"],
        ["end_group", "", ""],
        ["begin repeat", "rows", "Rows"],
        ["text", "c", "C"],
        ["end repeat", "", ""],
    ]
    found = compiled(form(rows))
    assert found.definition.question("demo", "a") is not None
    assert found.definition.question("demo", "g/b") is not None
    assert found.definition.question("demo/rows", "c") is not None
    assert [section.implicit for section in found.definition.sections] == [True, False, True]


def test_repeat_count_is_a_number_a_reference_or_an_expression() -> None:
    rows = [
        [*HEAD, "repeat_count"],
        ["integer", "n", "N", ""],
        ["begin repeat", "a", "A", "3"],
        ["text", "x", "X", ""],
        ["end repeat", "", "", ""],
        ["begin repeat", "b", "B", "${n} + 1"],
        ["text", "y", "Y", ""],
        ["end repeat", "", "", ""],
    ]
    found = compiled(form(rows))
    nodes = questions(found)
    assert (nodes["a"]["count"], nodes["b"]["count"]) == ("3", "${n} + 1")


def test_or_other_adds_the_choice_and_asks_which() -> None:
    lists = [["list_name", "name", "label"], ["fruit", "fig", "Fig"]]
    found = compiled(form([HEAD, ["select_one fruit or_other", "f", "Fruit"]], lists))
    assert questions(found)["f_other"]["relevant"] == "selected(${f}, 'other')"
    assert [one.name for one in found.definition.choice_lists["fruit"].choices] == ["fig", "other"]


def test_select_one_external_reads_the_external_choices_with_their_filter() -> None:
    rows = [
        [*HEAD, "choice_filter"],
        ["text", "state", "State", ""],
        ["select_one_external city", "city", "City", "state=${state}"],
    ]
    lists = [["list_name", "name", "label", "state"], ["city", "x", "X", "s"]]
    found = compiled(form(rows, external_choices=lists))
    (choice,) = found.definition.choice_lists["city"].choices
    assert dict(choice.extra) == {"state": "s"}


def test_what_is_drawn_or_computed_once_is_kept_as_an_answer() -> None:
    rows = [
        [*HEAD, "calculation", "trigger", "default"],
        ["text", "t", "T", "", "", ""],
        ["calculate", "a", "", "once(uuid())", "", ""],
        ["calculate", "b", "", "now()", "${t} , ", ""],
        ["calculate", "c", "", "", "", "today()"],
        ["calculate", "d", "", "concat(${t}, 'x')", "", ""],
    ]
    nodes = questions(compiled(form(rows)))
    kinds = [nodes[name]["type"] for name in "abcd"]
    assert kinds == ["hidden", "hidden", "hidden", "calculate"]
    assert nodes["b"]["trigger"] == "${t}"


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("range", "start=1 end=5 step=0"),
        ("range", "start=1 end=5 step=9"),
        ("range", "start=one"),
        ("range", "start=0 end=10 step=2 tick_interval=3"),
        ("range", "start=0 end=10 step=2 placeholder=3"),
        ("image", "max-pixels=many"),
        ("image", "pixels=3"),
        ("text", "rows=-1"),
        ("audio", "quality=best"),
        ("geopoint", "capture-accuracy=near"),
        ("text", "rows"),
        ("select_one yn", "seed=4"),
        ("select_one yn", "randomize=maybe"),
    ],
)
def test_a_wrong_parameter_is_a_defect_at_its_cell(kind: str, written: str) -> None:
    lists = [["list_name", "name", "label"], ["yn", "y", "Yes"]]
    found = errors(form([[*HEAD, "parameters"], [kind, "a", "A", written]], lists))
    assert ("survey", 3, "parameters", "form.parameters") in found


def test_options_are_shuffled_by_a_seed_and_a_range_has_its_numbers() -> None:
    lists = [["list_name", "name", "label"], ["yn", "y", "Yes"]]
    rows = [
        [*HEAD, "parameters"],
        ["integer", "n", "N", ""],
        ["select_one yn", "a", "A", "randomize=true; seed=${n}"],
        ["range", "b", "B", "end=20, step=5 start=0"],
    ]
    nodes = questions(compiled(form(rows, lists)))
    assert (nodes["a"]["randomize"], nodes["a"]["seed"]) == (True, "${n}")
    assert nodes["b"]["parameters"] == {"start": "0", "end": "20", "step": "5"}


def test_curly_quotation_marks_in_an_expression_are_straightened_and_told() -> None:
    rows = [[*HEAD, "relevant"], ["text", "a", "A", ""], ["text", "b", "‘B’", "${a} = ‘x’"]]
    found = compiled(form(rows))
    assert questions(found)["b"]["relevant"] == "${a} = 'x'"
    assert questions(found)["b"]["label"]["en"] == "‘B’"
    assert "sheet.smart_quotes" in codes(found)


def test_disabled_rows_and_remarks_are_left_out() -> None:
    rows = [
        [*HEAD, "disabled", "remark"],
        ["text", "a", "A", "", ""],
        ["text", "b", "B", "yes", ""],
        ["", "", "", "", "ask the ministry"],
    ]
    found = compiled(form(rows))
    assert "b" not in questions(found)
    assert "sheet.remark" not in codes(found)


def test_a_form_in_one_language_is_told_once_and_shows_it_in_both() -> None:
    found = compiled(form([HEAD, ["text", "a", "Name"], ["text", "b", "Age"]]))
    assert questions(found)["a"]["label"] == {"th": "Name", "en": "Name"}
    assert sum(one.code == "form.one_language" for one in found.warnings) == 1


@pytest.mark.parametrize("header", ["label::Thai", "label::ไทย", "label::th", "label::ไทย (th)"])
def test_a_language_is_known_by_its_name_or_code(header: str) -> None:
    rows = [["type", "name", header, "label::en"], ["text", "a", "ก", "A"]]
    assert questions(compiled(form(rows)))["a"]["label"] == {"th": "ก", "en": "A"}


def test_other_languages_stand_in_by_the_default_language() -> None:
    rows = [["type", "name", "label::Français (fr)", "label::English (en)"], ["text", "a", "F", ""]]
    settings = [["form_id", "version", "default_language"], ["demo", "1", "Français (fr)"]]
    found = compiled(form(rows, settings=settings))
    assert questions(found)["a"]["label"] == {"th": "F", "en": ""}
    assert found.definition.languages == ("Français (fr)", "English (en)")


def test_a_form_without_settings_has_the_id_of_its_file_and_version_1() -> None:
    found = compile_source(
        markdown({"survey": [HEAD, ["text", "a", "A"]]}), "แบบ Tree Survey 2.md", {}
    )
    assert not isinstance(found, list), found
    definition = found.definition
    assert (definition.form_id, definition.version) == ("tree_survey_2", 1)
    assert 'id="tree_survey_2"' in found.xform_xml


def test_a_version_that_is_no_number_is_kept_as_text() -> None:
    settings = [["form_id", "version"], ["demo", "v2024.1-beta"]]
    found = compiled(form([HEAD, ["text", "a", "A"]], settings=settings))
    assert (found.definition.version, found.definition.version_text) == (1, "v2024.1-beta")


def test_settings_of_other_systems_are_told_with_advice() -> None:
    settings = [
        ["form_id", "version", "public_key", "submission_url", "style", "auto_send"],
        ["demo", "1", "MIIB", "https://elsewhere.example", "pages", "true"],
    ]
    found = compiled(form([HEAD, ["text", "a", "A"]], settings=settings))
    told = [one.column for one in found.warnings if one.code == "form.unsupported"]
    assert told == ["auto_send", "public_key", "submission_url"]


def test_instance_name_makes_the_questions_it_names_the_title() -> None:
    settings = [["form_id", "version", "instance_name"], ["demo", "1", "concat(${a}, ' ', ${b})"]]
    rows = [HEAD, ["text", "a", "A"], ["text", "b", "B"], ["text", "c", "C"]]
    found = compiled(form(rows, settings=settings))
    assert [one.name for one in found.definition.summary().title] == ["a", "b"]


def test_entities_and_audits_are_kept_and_told() -> None:
    rows = [[*HEAD, "save_to"], ["text", "a", "A", "species"], ["audit", "audit", "", ""]]
    sheets = form(rows, entities=[["dataset", "label"], ["trees", "${a}"]])
    found = compiled(sheets)
    assert found.definition.kept["entities"] == {
        "declared": [{"dataset": "trees", "label": "${a}"}],
        "save_to": {"a": "species"},
    }
    assert {"form.entities", "form.audit"} <= codes(found)


@pytest.mark.parametrize("name", ["../a.png", "https://x.example/a.png", "javascript:alert(1)"])
def test_a_medium_is_a_file_name_and_nothing_else(name: str) -> None:
    rows = [[*HEAD, "image"], ["text", "a", "A", name]]
    assert ("survey", 3, "image", "form.media_name") in errors(form(rows))


def test_hostile_texts_stay_texts() -> None:
    rows = [
        [*HEAD, "hint"],
        ["text", "a", "<script>alert(1)</script>", "=cmd|'/c calc'!A1"],
        ["text", "constructor", "[x](javascript:alert(1))", "${a}"],
        ["text", "__proto__", "<svg onload=alert(1)>", ""],
    ]
    nodes = questions(compiled(form(rows)))
    assert nodes["a"]["label"]["th"] == "<script>alert(1)</script>"
    assert "<script>" not in compiled(form(rows)).xform_xml
    assert nodes["__proto__"]["label"]["th"] == "<svg onload=alert(1)>"
