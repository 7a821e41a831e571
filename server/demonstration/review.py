"""What staff made of the records: returned with comments, approved, hours verified; one dispute."""

from __future__ import annotations

from server.demonstration.story import Story, Team
from server.demonstration.tablet import DemoTablet
from server.services.review_record import Review, review_record
from server.services.verify_hours import verify_hours
from server.store.contents import read_content
from shared.records.state import Comment
from shared.records.workflow import Status

HOUR_MS = 60 * 60_000


def decide(story: Story, team: Team, kind: str, root: str, step: int) -> None:
    """A quarter stays a draft or waits; the rest is returned or approved."""
    fate = step % 7
    if fate == 0:
        return
    form = story.forms[kind]
    author = team.officer if kind == "insp" else team.facilitator
    team.tablet.submit(form, author, root, _content(story, root))
    team.tablet.push()
    if fate in (1, 2):
        return
    if fate == 3:
        _return(story, team, kind, root)
        return
    if kind == "event":
        verify_hours(story.office, team.reviewer, root, verified=True)
        if fate == 4:
            return
    content = _content(story, root)
    review_record(story.office, Review(team.reviewer, root, Status.APPROVED, content))


def _content(story: Story, root: str) -> str:
    with story.office.database.reading() as session:
        return read_content(session, root)


def _return(story: Story, team: Team, kind: str, root: str) -> None:
    field, text = (
        ("closing/summary", "ขอให้สรุปแยกเป็นข้อ และระบุวันที่จะตรวจซ้ำ")
        if kind == "insp"
        else ("core/venue", "ระบุชื่ออาคารและตำบลให้ชัดเจน")
    )
    comment = Comment(story.office.ids.new(), root, field, text)
    review_record(
        story.office,
        Review(
            team.reviewer,
            root,
            Status.RETURNED,
            _content(story, root),
            "ข้อมูลครบดี ขอแก้ไขเล็กน้อยตามความเห็น",
            (comment,),
        ),
    )


def disagree(story: Story, team: Team, second: DemoTablet) -> None:
    """Two tablets change the same entry of the register, unaware of each other."""
    factory = story.factories[team.area.code][0]
    form, record = story.forms["factory"], str(factory["record"])
    story.clock.go_to(1)
    second.dots = dict(team.tablet.dots)
    team.tablet.set(form, team.officer, record, "factory", {"contact_tel": story.phone()})
    second.set(
        form,
        team.facilitator,
        record,
        "factory",
        {"contact_tel": story.phone(), "contact_pos": "กรรมการผู้จัดการ"},
    )
    team.tablet.push()
    second.push()
