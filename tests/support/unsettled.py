"""Work of two tablets that somebody in the office must decide about."""

from __future__ import annotations

from server.services.publish_form import publish_form
from sync.changes import FieldWrite, Operation
from tests.support.office_scene import Scene, area_code, submit

FORM = """
| survey |
| | type | name | label::ไทย (th) | label::English (en) | relevant |
| | begin_group | main | หลัก | Main | |
| | select_one yn | has_water | มีน้ำเสียหรือไม่ | Waste water? | |
| | decimal | measured | ค่าที่วัด | Measured | ${has_water} = 'yes' |
| | end_group | | | | |
| choices |
| | list_name | name | label::ไทย (th) | label::English (en) |
| | yn | yes | มี | Yes |
| | yn | no | ไม่มี | No |
| settings |
| | form_id | form_title | form_title_en | version | workflow | default_language |
| | water | น้ำเสีย | Waste water | 1 | review | ไทย (th) |
"""


def dispute(scene: Scene) -> str:
    one, two = scene.tablets
    """Somebody deleted the record that was sent back, another changed it unseen."""
    record = scene.returned
    for tablet in (one, two):
        tablet.pull()
    states = [s for s in one.states.values() if s.root == record]
    seen = tuple(s.dot.id for state in states for found in state.fields.values() for s in found)
    writes = {"@existence": FieldWrite({"act": "delete", "reason": "ซ้ำ"}, seen)}
    one.seal(one.edit(record, Operation.DELETE, writes=writes))
    two.sets(record, {"resources/water_use": "77"})
    two.push()
    one.push()
    return record


def hiding(scene: Scene) -> str:
    """Somebody denied what another, whom they had not been shown, measured."""
    publish_form(scene.world.office, scene.world.people["admin"], FORM, "water.md")
    one, two = scene.tablets
    area = f"area:{area_code('chonburi')}"
    record = one.creates({"main/has_water": "yes"}, kind="water", scope=area)
    one.push()
    submit(one, record)
    for tablet in (one, two):
        tablet.pull()
    one.sets(record, {"main/measured": "7.5"})
    two.sets(record, {"main/has_water": "no"})
    one.push()
    two.push()
    return record
