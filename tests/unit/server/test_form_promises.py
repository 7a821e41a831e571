"""What a published form promised: each way to break it has its reason in both languages."""

from __future__ import annotations

import pytest

from server.services.compare_forms import compare_forms
from server.services.form_facts import facts_of
from server.services.form_promises import broken_promises
from shared.forms.definition import FormDefinition
from shared.forms.loading import load_form
from tests.support.forms import compiled, document, group, question, repeat


def form(*children: object, version: int = 1, **attributes: object) -> FormDefinition:
    loaded = load_form(document(*children, version=version, **attributes))  # type: ignore[arg-type]
    assert isinstance(loaded, FormDefinition), loaded
    return loaded


A, B = question("a", "text"), question("b", "integer")
ATOMIC = {"merge": "atomic"}


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ([A], [question("a", "integer")], "promise.type", "demo s/a"),
        ([A], [{**A, "merge": "latest"}], "promise.merge", "demo s/a"),
        ([group("g", A, B, **ATOMIC)], [group("g", A, **ATOMIC)], "promise.parts", "demo s/g"),
        ([group("g", A, B)], [group("g", A, B, **ATOMIC)], "promise.group", "demo s/g/a"),
    ],
)
def test_a_field_keeps_its_nature(
    old: list[object], new: list[object], code: str, place: str
) -> None:
    found = broken_promises(form(group("s", *new)), [form(group("s", *old))])  # type: ignore[arg-type]
    assert (code, place) in {(one.code, one.place) for one in found}
    for one in found:
        assert any("\u0e00" <= letter <= "\u0e7f" for letter in one.message.th)
        assert "cannot" in one.message.en


def test_a_repeat_that_moves_is_another_repeat() -> None:
    old = form(group("s", repeat("outer", B, repeat("r", A))))
    new = form(group("s", repeat("outer", B), repeat("r", A)))
    assert broken_promises(new, [old]) == ()
    assert set(old.record_types()) & set(new.record_types()) == {"demo", "demo/outer"}


def test_a_withdrawn_field_does_not_return_and_is_named_once() -> None:
    versions = [form(group("s", A, B)), form(group("s", B)), form(group("s", B))]
    (found,) = broken_promises(form(group("s", A, B)), versions)
    assert (found.code, found.field) == ("promise.returned", "s/a")


def test_a_workflow_stays() -> None:
    old, new = form(group("s", A)), form(group("s", A), workflow="register")
    assert [one.code for one in broken_promises(new, [old])] == ["promise.workflow"]


def test_wording_rules_and_new_questions_break_nothing() -> None:
    old = form(group("s", A))
    new = form(group("s", {**A, "required": "true()", "hint": {"th": "ก", "en": "a"}}, B))
    assert broken_promises(new, [old]) == ()
    told = {(one.what, one.key, one.attributes) for one in compare_forms(old, new)}
    assert told == {("rules", "s/a", ("hint", "required")), ("added", "s/b", ())}


def test_the_facts_of_a_form_name_what_it_uses() -> None:
    facts = facts_of(compiled("insp").document)
    assert {"check", "effluent", "law", "limits", "places", "holidays"} == set(facts.codebooks)
    assert "register factory" in facts.references
    assert facts.languages == ("th", "en")
    assert facts_of(None).questions == facts_of({"sections": [1, None, {}]}).questions == 0
