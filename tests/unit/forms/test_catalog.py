"""The catalog: every form compiles without a defect, and is complete in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from server.catalog import (
    catalog_forms,
    codebook_document,
    codebook_names,
    province_polygons,
)
from shared.forms.definition import FormDefinition, Question, Text, walk
from shared.forms.loading import read_form
from tests.support.forms import catalog_form, codebooks, compiled

FORMS = sorted(catalog_forms())
THAI = re.compile("[\u0e01-\u0e5b]")


def texts(definition: FormDefinition) -> Iterator[tuple[str, Text]]:
    """Every sentence of a form that a person may see."""
    yield "title", definition.title
    for section in definition.sections:
        yield section.key, section.label
        for node in walk(section.children):
            yield node.key, node.label
            if isinstance(node, Question):
                yield node.key, node.constraint_message
                yield node.key, node.warning_message
                yield node.key, node.required_message
            yield node.key, node.hint
    for choices in definition.choice_lists.values():
        for choice in choices.choices:
            yield f"{choices.name}/{choice.name}", choice.label


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_the_catalog_compiles_and_passes_pyxform(name: str) -> None:
    found = compiled(name)
    assert found.definition.form_id == name
    assert len(found.sha256) == 64
    assert "itext" in found.xform_xml


@pytest.mark.parametrize("name", FORMS)
def test_every_sentence_is_there_in_both_languages(name: str) -> None:
    for place, text in texts(catalog_form(name)):
        assert bool(text.th) == bool(text.en), place
        # An example in Thai is fine; a sentence that was never translated is not.
        assert len(THAI.findall(text.en)) * 4 <= len(text.en), (place, text.en)


@pytest.mark.parametrize("name", FORMS)
def test_every_choice_list_and_question_with_a_rule_has_what_it_needs(name: str) -> None:
    definition = catalog_form(name)
    used = {
        question.choices
        for record_type in definition.record_types()
        for question in definition.questions(record_type)
    }
    assert set(definition.choice_lists) <= used


@pytest.mark.parametrize("name", FORMS)
def test_every_codebook_that_a_form_names_is_there(name: str) -> None:
    definition = catalog_form(name)
    registers = {"factory"}
    assert definition.logic.codebooks <= set(codebooks()) | registers
    for record_type in definition.record_types():
        for question in definition.questions(record_type):
            target = question.refers_to
            if target is not None and target.kind == "codebook":
                assert target.target in codebooks()


@pytest.mark.parametrize("name", FORMS)
def test_every_record_type_has_a_title_unless_it_is_pictures(name: str) -> None:
    definition = catalog_form(name)
    for record_type in definition.record_types():
        if "photos" not in record_type:
            assert definition.summary(record_type).title or definition.summary(record_type).lines


def test_workflows_are_as_the_forms_need() -> None:
    assert catalog_form("factory").workflow == "register"
    assert catalog_form("insp").workflow == "review"
    assert catalog_form("event").workflow == "review"


@pytest.mark.parametrize(
    ("form", "record_type", "field", "letter"),
    [
        ("insp", "insp", "site/operator", "P"),
        ("insp", "insp", "site/contact_tel", "P"),
        ("insp", "insp", "closing/sig_fac", "P"),
        ("insp", "insp/inspectors", "ins_name", "O"),
        ("insp", "insp/findings/f_photos", "f_photo", "P"),
        ("insp", "insp", "visit/visit_date", ""),
        ("event", "event/roster", "p_cid", "S"),
        ("event", "event/roster", "p_disab", "S"),
        ("event", "event/roster", "p_name", "P"),
        ("event", "event/voices", "v_text", "P"),
        ("event", "event/voices", "v_person", "P"),
        ("event", "event/scores", "sc_post", "P"),
        ("factory", "factory", "contact/contact_name", "P"),
    ],
)
def test_personal_data_is_marked(form: str, record_type: str, field: str, letter: str) -> None:
    definition = catalog_form(form)
    assert definition.may_store(record_type, field)
    assert definition.personal_class(record_type, field) == letter


def test_atomic_groups_are_the_designed_ones() -> None:
    groups = {
        (record_type, register.key)
        for name in FORMS
        for record_type in catalog_form(name).record_types()
        for register in catalog_form(name).fields(record_type)
        if not isinstance(register, Question)
    }
    assert groups == {
        ("insp", "visit/times"),
        ("insp/ww_samples", "ws_result"),
        ("insp/wastes", "wc_weights"),
        ("event", "core/hours_held"),
        ("event/agenda", "ag_times"),
        ("event/roster", "p_name"),
        ("event/voices", "v_votes"),
    }


def test_the_snapshot_of_a_factory_names_questions_of_the_register() -> None:
    names = {question.name for question in catalog_form("factory").questions("factory")}
    insp = catalog_form("insp")
    snapshot = [one for one in insp.questions("insp") if one.trigger]
    assert len(snapshot) > 25
    for question in snapshot:
        assert question.name in names
        register = next(
            one for one in catalog_form("factory").questions("factory") if one.name == question.name
        )
        assert register.type == question.type


def test_hours_are_verified_by_the_office() -> None:
    verified = catalog_form("event").question("event", "program/h_ok")
    assert verified is not None
    assert verified.answered_by == "office"


def test_codebooks_are_dated_and_say_where_they_come_from() -> None:
    for name in codebook_names():
        book = codebooks()[name]
        assert book.name == name
        assert book.version
        assert book.source
        assert book.title.th
        assert book.title.en
        for row in book.rows.values():
            assert row.label.th, (name, row.key)
            assert row.label.en, (name, row.key)
        assert isinstance(codebook_document(name), dict)


def test_the_programme_has_eighteen_areas_in_fifteen_provinces() -> None:
    areas = codebooks()["areas"].rows.values()
    assert len(areas) == 18
    provinces = {area.cells["province"] for area in areas}
    assert len(provinces) == 15
    places = {place.cells["province"] for place in codebooks()["places"].rows.values()}
    assert places == provinces
    for area in areas:
        assert 5.5 < float(area.cells["lat"]) < 20.6
        assert 97.3 < float(area.cells["lon"]) < 105.7


def test_places_are_six_digit_codes_of_their_province() -> None:
    for key, place in codebooks()["places"].rows.items():
        assert re.fullmatch("[0-9]{6}", key)
        assert key.startswith(place.cells["province"])


def test_the_base_map_has_all_provinces() -> None:
    assert len(province_polygons()["features"]) == 77


def test_limits_keep_their_law_source_and_confidence() -> None:
    limits = codebooks()["limits"].rows
    assert len(limits) == 83
    for row in limits.values():
        assert row.cells["confidence"] in ("H", "M", "L")
        assert row.cells["law"]
        assert row.cells["source"]
    assert codebooks()["limits"].cell("effluent/BOD", "max") == "20"


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_the_catalog_has_no_warning(name: str) -> None:
    assert read_form(compiled(name).document).defects == ()
