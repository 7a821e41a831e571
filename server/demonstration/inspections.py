"""Inspections: visits to factories of the register with samples, wastes, checks and findings."""

from __future__ import annotations

from datetime import timedelta

from server.demonstration.story import Story, Team
from server.demonstration.tablet import Row
from server.demonstration.words import FINDINGS, POSITIONS, SUMMARIES
from shared.canonical import JsonValue
from shared.forms.answers import RecordAnswers
from shared.forms.logic import FormEngine

CHECKS = 12
SAMPLED = (("pH", "7.4"), ("BOD", "18"), ("COD", "96"), ("TSS", "41"))
COPIED = (
    "reg14 fac_name operator fclass ftype tsic activity addr_no moo tambon zone zone_name opstat "
    "hp_lic w_m w_f w_foreign gi_level gi_exp certs eia contact_name contact_pos contact_tel"
).split()


def tell_inspection(story: Story, team: Team, number: int, days_ago: float) -> str:
    """One visit, saved as an officer would: the root first, then its rows; the root's id."""
    factory = story.factories[team.area.code][number]
    form, tablet = story.forms["insp"], team.tablet
    root = story.office.ids.new()
    signature = story.random.choice(story.signatures)
    tablet.create(
        form,
        team.officer,
        team.area.scope,
        [
            Row(
                "insp",
                _visit(story, team, factory, days_ago, signature.value()),
                record=root,
                files=(signature,),
            )
        ],
    )
    officer = story.office.ids.new()
    rows = [
        Row(
            "insp/inspectors",
            {"ins_name": team.officer_name, "ins_pos": "นักวิชาการสิ่งแวดล้อม", "ins_auth": "no"},
            record=officer,
            parent=root,
        ),
        Row(
            "insp/sign_officers",
            {"so_person": officer, "sig_off": signature.value()},
            parent=root,
            files=(signature,),
        ),
        *_samples(story, root, days_ago),
        *_wastes(story, root),
        *_checks(story, root),
        *_findings(story, root, number, days_ago),
        *_photos(story, root),
    ]
    tablet.create(form, team.officer, team.area.scope, rows)
    return root


def _visit(
    story: Story,
    team: Team,
    factory: dict[str, JsonValue],
    days_ago: float,
    signature: dict[str, JsonValue],
) -> dict[str, JsonValue]:
    random = story.random
    systems: list[JsonValue] = list(random.choice((["as"], ["al", "sp"], ["uasb", "as"])))
    water = random.randint(120, 2_400)
    hour = random.randint(8, 13)
    return {
        **{name: factory[name] for name in COPIED if name in factory},
        "factory": factory["record"],
        "visit_type": random.choice(("advisory", "advisory", "assess")),
        "visit_date": story.day(days_ago).isoformat(),
        "t_in": f"{hour:02d}:30",
        "t_out": f"{hour + 2:02d}:15",
        "geo": story.geo(team.area),
        "water_use": str(water),
        "water_recyc": str(water // 5),
        "elec": str(random.randint(8_000, 240_000)),
        "ww_gen": str(water // 2),
        "ww_sys": systems,
        "ww_cap": str(water),
        "ww_to": random.choice(("cwwt", "zero")),
        "ww_bypass": "no",
        "cems": "no",
        "odor_obs": random.choice(("0", "1", "2")),
        "next_visit": (story.day(days_ago) + timedelta(days=90)).isoformat(),
        "summary": random.choice(SUMMARIES),
        "sig_ref": "no",
        "sig_fac": signature,
        "copy_to": "ผู้จัดการโรงงาน (อีเมล)",
    }


def _samples(story: Story, root: str, days_ago: float) -> list[Row]:
    day = story.day(days_ago).isoformat()
    factor = story.random.choice((0.6, 0.8, 1.0, 1.4))
    rows = []
    for parameter, typical in SAMPLED:
        value = typical if parameter == "pH" else f"{float(typical) * factor:.1f}"
        named: dict[str, JsonValue] = {
            "ws_point": "จุดระบายน้ำทิ้งสุดท้าย",
            "ws_time": f"{day}T10:20:00",
            "ws_param": parameter,
            "ws_val": value,
            "ws_qual": "valid",
            "ws_meth": "inst",
        }
        rows.append(Row("insp/ww_samples", named, parent=root))
    return rows


def _wastes(story: Story, root: str) -> list[Row]:
    named: dict[str, JsonValue] = {
        "wc_code": "190812",
        "wc_haz": "no",
        "wc_name": "ตะกอนจากระบบบำบัดน้ำเสียชีวภาพ",
        "wc_qty": str(story.random.randint(4, 60)),
        "wc_days": story.random.randint(5, 60),
        "wc_label": "comply",
        "wc_disp": "039",
    }
    return [Row("insp/wastes", named, parent=root)]


def _checks(story: Story, root: str) -> list[Row]:
    """The first items of the checklist, with the ids that the form itself gives its rows."""
    engine = FormEngine(
        story.forms["insp"], RecordAnswers(root), today=story.day(0), codebooks=story.codebooks
    )
    rows = []
    for kind, row in engine.missing_rows()[:CHECKS]:
        result = "comply" if story.random.random() < 0.85 else "na"
        named: dict[str, JsonValue] = {"ck_item": row.fields["ck_item"], "ck_res": result}
        rows.append(Row(kind, named, record=row.record_id, parent=root))
    return rows


def _findings(story: Story, root: str, number: int, days_ago: float) -> list[Row]:
    rows = []
    for category, severity, fact, todo in FINDINGS[number % 2 : number % 2 + 2]:
        finding = story.office.ids.new()
        named: dict[str, JsonValue] = {
            "f_cat": category,
            "f_dim": "environment",
            "f_sev": severity,
            "f_desc": fact,
            "f_order": "advice",
            "f_todo": todo,
            "f_due": (story.day(days_ago) + timedelta(days=30)).isoformat(),
            "f_resp": story.random.choice(POSITIONS),
            "f_stat": "open",
        }
        scene = story.random.choice(story.scenes)
        rows.append(Row("insp/findings", named, record=finding, parent=root))
        photo: dict[str, JsonValue] = {"f_photo": scene.value(), "f_photo_note": fact[:40]}
        rows.append(Row("insp/findings/f_photos", photo, parent=finding, files=(scene,)))
    return rows


def _photos(story: Story, root: str) -> list[Row]:
    captions = ("ด้านหน้าโรงงาน", "ระบบบำบัดน้ำเสีย")
    chosen = story.random.sample(story.scenes, len(captions))
    return [
        Row("insp/photos", {"ph_image": s.value(), "ph_caption": text}, parent=root, files=(s,))
        for s, text in zip(chosen, captions, strict=True)
    ]
