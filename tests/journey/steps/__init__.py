"""The steps of the story in their order; each is a small function that asserts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.journey.steps import (
    beginning,
    conflict,
    event,
    inspection,
    network,
    register,
    review,
)

if TYPE_CHECKING:
    from tests.journey.stage import Stage

STEPS: tuple[Callable[[Stage], None], ...] = (
    beginning.the_office_is_set_up_by_its_commands,
    beginning.the_administrator_makes_two_enrolment_codes,
    beginning.both_tablets_enrol_by_code,
    beginning.people_sign_in_with_name_and_pin,
    beginning.areas_people_forms_and_registers_arrive,
    beginning.both_tablets_lose_the_network,
    inspection.the_officer_begins_with_the_team_and_the_place,
    inspection.the_factory_comes_from_the_register,
    inspection.the_officer_takes_readings_against_their_limits,
    inspection.waste_streams_and_checklist_are_filled,
    inspection.findings_carry_due_dates_and_photos,
    inspection.both_sides_sign_and_the_record_is_handed_in,
    event.the_facilitator_begins_a_joint_event,
    event.the_door_desk_signs_people_in,
    event.the_facilitator_records_statements,
    event.people_are_scored_before_and_after,
    event.four_photos_close_the_event,
    register.both_tablets_edit_the_same_factory,
    register.everything_waits_on_the_tablets_only,
    network.the_network_returns_with_faults,
    network.nothing_is_lost_and_nothing_is_there_twice,
    conflict.different_fields_are_merged,
    conflict.the_same_field_shows_both_values_everywhere,
    conflict.staff_settle_it_and_both_tablets_hear,
    review.the_inspection_is_sent_back_with_a_comment,
    review.the_tablet_shows_the_comment_at_its_question,
    review.the_officer_corrects_and_sends_it_again,
    review.staff_verify_the_hours_and_approve_both,
    review.digests_of_both_tablets_and_the_office_are_equal,
    review.the_area_page_counts_the_hours,
)
