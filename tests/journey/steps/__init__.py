"""The steps of the story in their order; each is a small function that asserts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.journey.steps import beginning

if TYPE_CHECKING:
    from tests.journey.stage import Stage

STEPS: tuple[Callable[[Stage], None], ...] = (
    beginning.the_office_is_set_up_by_its_commands,
    beginning.the_administrator_makes_two_enrolment_codes,
    beginning.both_tablets_enrol_by_code,
    beginning.people_sign_in_with_name_and_pin,
    beginning.areas_people_forms_and_registers_arrive,
    beginning.both_tablets_lose_the_network,
)
