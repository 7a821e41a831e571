"""Enrolment, signing in, and what a wrong PIN or a used code gets."""

from __future__ import annotations

from typing import Any

import pytest

from server.services.enrol_device import make_enrolment_code
from server.services.manage_people import PersonEntry, add_person, change_person
from server.services.sign_in_staff import sign_in_staff
from shared.errors import ConflictingState, InvalidInput, TooManyAttempts, WrongCredentials
from shared.limits import SIGN_IN_ATTEMPTS_MAX
from shared.records.workflow import Role
from tests.support.offices import AREA, PASSWORD, PIN, TestOffice

DAY_MS = 24 * 60 * 60_000


def enrol(world: TestOffice, code: str) -> Any:
    return world.http.post(
        "/api/v1/enrol", json={"code": code, "label": "แท็บเล็ต ๑", "app_version": "1"}
    )


def sign_in(world: TestOffice, token: str, login: str, pin: str) -> Any:
    return world.http.post(
        "/api/v1/sign-in",
        json={"login": login, "pin": pin},
        headers={"Authorization": f"Bearer {token}"},
    )


def code_of(world: TestOffice) -> str:
    return make_enrolment_code(world.office, world.people["admin"], "t", [AREA])


def test_a_code_typed_in_any_way_binds_one_tablet_once(world: TestOffice) -> None:
    code = code_of(world)
    reply = enrol(world, f" {code.lower().replace('-', ' ')} ")
    assert reply.status_code == 200
    assert reply.json["scopes"] == ["programme", AREA]
    assert reply.json["epoch"] == world.office.epoch.text
    assert enrol(world, code).json["code"] == "auth.enrolment_refused"


def test_a_code_older_than_a_day_is_refused(world: TestOffice) -> None:
    code = code_of(world)
    world.clock.now += DAY_MS + 1_000
    assert enrol(world, code).json["code"] == "auth.enrolment_refused"


def test_guessing_codes_is_slowed(world: TestOffice) -> None:
    for _ in range(SIGN_IN_ATTEMPTS_MAX):
        assert enrol(world, "WRONG-CODES").status_code == 403
    reply = enrol(world, code_of(world))
    assert (reply.status_code, reply.json["code"]) == (429, "auth.too_many_attempts")
    assert int(reply.headers["Retry-After"]) > 0


def test_name_and_pin_sign_in_and_tell_role_and_areas(world: TestOffice) -> None:
    token = enrol(world, code_of(world)).json["token"]
    reply = sign_in(world, token, "SomChai", PIN)
    assert reply.json == {
        "person": world.people["somchai"],
        "name": "Somchai",
        "role": "officer",
        "areas": [AREA, "programme"],
        "language": "th",
    }


@pytest.mark.parametrize(("login", "pin"), [("somchai", "111111"), ("nobody", PIN)])
def test_what_does_not_fit_is_not_told_and_guessing_is_slowed(
    world: TestOffice, login: str, pin: str
) -> None:
    token = enrol(world, code_of(world)).json["token"]
    for _ in range(SIGN_IN_ATTEMPTS_MAX):
        assert sign_in(world, token, login, pin).json["code"] == "auth.wrong_credentials"
    assert sign_in(world, token, login, PIN).status_code == 429


def test_a_person_who_left_signs_in_nowhere(world: TestOffice) -> None:
    entry = PersonEntry("somchai", "Somchai", Role.OFFICER, (AREA,), active=False)
    change_person(world.office, world.people["admin"], world.people["somchai"], entry)
    token = enrol(world, code_of(world)).json["token"]
    assert sign_in(world, token, "somchai", PIN).status_code == 401


def test_staff_sign_in_with_a_password_and_people_of_the_field_do_not(world: TestOffice) -> None:
    assert sign_in_staff(world.office, "review", PASSWORD).person == world.people["review"]
    for login, password in (("review", "wrong wrong wrong"), ("somchai", PASSWORD)):
        with pytest.raises(WrongCredentials):
            sign_in_staff(world.office, login, password)
    for _ in range(SIGN_IN_ATTEMPTS_MAX - 1):
        with pytest.raises(WrongCredentials):
            sign_in_staff(world.office, "review", "wrong wrong wrong")
    with pytest.raises(TooManyAttempts):
        sign_in_staff(world.office, "review", PASSWORD)


def test_the_last_administrator_stays_and_a_login_is_taken_once(world: TestOffice) -> None:
    admin = world.people["admin"]
    with pytest.raises(ConflictingState):
        change_person(world.office, admin, admin, PersonEntry("admin", "A", Role.REVIEWER))
    with pytest.raises(ConflictingState):
        add_person(world.office, admin, PersonEntry("somchai", "S", Role.OFFICER))
    with pytest.raises(InvalidInput) as wrong:
        add_person(world.office, admin, PersonEntry("X Y", "", Role.OFFICER, pin="12"))
    assert wrong.value.facts["fields"] == ["login", "name", "pin"]


def test_tablets_read_people_without_their_secrets(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    tablet.pull()
    entry = tablet.states[world.people["somchai"]]
    assert set(entry.fields) == {"name", "role", "areas", "active"}
