"""Events: a seminar in the morning, a hearing in the afternoon, with roster and statements."""

from __future__ import annotations

from server.demonstration.story import Story, Team
from server.demonstration.tablet import Row
from server.demonstration.words import STATEMENTS, VENUES, VILLAGES
from shared.canonical import JsonValue

MORNING = (
    ("หลักการเมืองอุตสาหกรรมเชิงนิเวศ", "seminar", "08:30", "10:30"),
    ("พักรับประทานอาหารว่าง", "", "10:30", "10:45"),
    ("การจัดการน้ำและกากอุตสาหกรรม", "seminar", "10:45", "12:00"),
)
AFTERNOON = (("รับฟังความคิดเห็นผลกระทบในพื้นที่", "hearing", "13:00", "16:00"),)
STAKES = ("community", "community", "leader", "factory", "lao", "school")
PHOTO_CAPTIONS = ("ป้ายงาน", "บรรยากาศในห้อง", "วิทยากร", "ผู้เข้าร่วม")


def tell_event(
    story: Story, team: Team, number: int, days_ago: float, *, joint: bool, people: int
) -> str:
    """One event, as the door desk and the note taker save it; the root's id."""
    form, tablet, scope = story.forms["event"], team.tablet, team.area.scope
    root = story.office.ids.new()
    named = _event(story, team, number, days_ago, joint=joint, people=people)
    tablet.create(form, team.facilitator, scope, [Row("event", named, record=root)])
    items = MORNING + AFTERNOON if joint else MORNING
    tablet.create(form, team.facilitator, scope, [_agenda(root, item) for item in items])
    roster = [_guest(story, team, root, days_ago) for _ in range(people)]
    for start in range(0, people, 6):
        tablet.create(form, team.facilitator, scope, roster[start : start + 6])
    if joint:
        for row in _voices(story, root, [guest.record for guest in roster]):
            tablet.create(form, team.facilitator, scope, [row])
    tablet.create(form, team.facilitator, scope, _photos(story, root))
    return root


def _event(
    story: Story, team: Team, number: int, days_ago: float, *, joint: bool, people: int
) -> dict[str, JsonValue]:
    kinds: list[JsonValue] = ["seminar", "hearing"] if joint else ["seminar"]
    place = team.area.name
    named: dict[str, JsonValue] = {
        "ev_type": kinds,
        "title": f"สัมมนาและรับฟังความคิดเห็น {place}" if joint else f"สัมมนาความรู้ {place}",
        "round": f"{number}/2569",
        "date": story.day(days_ago).isoformat(),
        "venue": story.random.choice(VENUES),
        "venue_tambon": story.random.choice(team.area.places),
        "online": "no",
        "chair": story.name(),
        "secretary": story.name(),
        "t_start": "08:30",
        "t_end": "16:10" if joint else "12:05",
        "geo": story.geo(team.area),
        "pdpa_read": "yes",
        "rec_audio": "no",
        "payment": "no",
        "headcnt": people,
        "course": "หลักการพื้นฐานเมืองอุตสาหกรรมเชิงนิเวศ",
        "target_n": people,
        "pass_mark": 60,
        "min_att": 80,
        "budget": str(people * 180),
    }
    if joint:
        named["hr_purpose"] = "เพื่อประเมินผลกระทบจากการประกอบกิจการในพื้นที่ในปัจจุบัน"
        named["hr_method"] = "ประชุมใหญ่และเปิดไมโครโฟน"
        named["minutes"] = "ผู้เข้าร่วมเสนอปัญหากลิ่น น้ำ และฝุ่น โรงงานรับจะรายงานผลภายในสามสิบวัน"
    return named


def _agenda(root: str, item: tuple[str, str, str, str]) -> Row:
    title, kind, start, end = item
    named: dict[str, JsonValue] = {
        "ag_title": title,
        "ag_break": "no" if kind else "yes",
        "ag_from": start,
        "ag_to": end,
    }
    if kind:
        named["ag_kind"] = kind
    return Row("event/agenda", named, parent=root)


def _guest(story: Story, team: Team, root: str, days_ago: float) -> Row:
    random = story.random
    prefix, first, last, sex = story.person()
    stake = random.choice(STAKES)
    village = random.choice(VILLAGES)
    named: dict[str, JsonValue] = {
        "p_prefix": prefix,
        "p_first": first,
        "p_last": last,
        "p_org": f"บริษัท{first}การช่าง" if stake == "factory" else village,
        "p_stake": stake,
        "p_sex": sex,
        "p_age": random.choice(("18_35", "36_59", "36_59", "60p")),
        "p_tambon": random.choice(team.area.places),
        "p_moo": random.randint(1, 12),
        "p_tel": story.phone(),
        "p_signm": random.choice(("qr", "staff")),
        "p_in": f"{story.day(days_ago).isoformat()}T08:{random.randint(10, 29)}:00",
        "p_photo_c": random.choice(("ok", "ok", "int")),
    }
    return Row("event/roster", named, record=story.office.ids.new(), parent=root)


def _voices(story: Story, root: str, guests: list[str]) -> list[Row]:
    rows = []
    for category, stance, words in story.random.sample(STATEMENTS, 5):
        named: dict[str, JsonValue] = {
            "v_who": "community",
            "v_person": story.random.choice(guests),
            "v_village": story.random.choice(VILLAGES),
            "v_text": words,
            "v_cat": category,
            "v_dims": ["environment"],
            "v_sev": story.random.choice(("1", "2", "3")),
            "v_senti": stance,
        }
        rows.append(Row("event/voices", named, parent=root))
    return rows


def _photos(story: Story, root: str) -> list[Row]:
    chosen = story.random.sample(story.scenes, len(PHOTO_CAPTIONS))
    return [
        Row("event/photos", {"ph_image": s.value(), "ph_caption": text}, parent=root, files=(s,))
        for s, text in zip(chosen, PHOTO_CAPTIONS, strict=True)
    ]
