"""The factory register: ten entries an area."""

from __future__ import annotations

from server.demonstration.story import Story, Team
from server.demonstration.tablet import Row
from server.demonstration.words import POSITIONS, TRADES
from shared.canonical import JsonValue

COUNT = 10
COMPANY = ("บริษัท {} จำกัด", "บริษัท {} (ประเทศไทย) จำกัด", "ห้างหุ้นส่วนจำกัด {}")


def tell_factories(story: Story, team: Team) -> None:
    """Create the entries of an area, one save each."""
    found: list[dict[str, JsonValue]] = []
    trades = story.random.sample(TRADES, COUNT)
    for number, trade in enumerate(trades, 1):
        named = _factory(story, team, number, trade)
        form = story.forms["factory"]
        (record,) = team.tablet.create(form, team.officer, team.area.scope, [Row("factory", named)])
        found.append({**named, "record": record})
    story.factories[team.area.code] = found


def _factory(
    story: Story, team: Team, number: int, trade: tuple[str, str, str, str]
) -> dict[str, JsonValue]:
    random, area = story.random, team.area
    name = random.choice(COMPANY).format(f"{trade[0]} {area.name.split(' ')[0]}")
    men, women = random.randint(12, 240), random.randint(10, 260)
    zone = random.choice(("ie", "iz", "ip", "out", "out"))
    year = random.randint(2535, 2562)
    named: dict[str, JsonValue] = {
        "reg14": f"20{area.province}{random.randint(100, 99_999):05d}{year}{number % 10}",
        "fac_name": name,
        "operator": name,
        "fclass": "3",
        "ftype": trade[1],
        "tsic": trade[3],
        "activity": trade[2],
        "addr_no": f"{random.randint(1, 299)}/{random.randint(1, 20)}",
        "moo": random.randint(1, 12),
        "tambon": random.choice(area.places),
        "zone": zone,
        "opstat": random.choice(("run", "run", "run", "partial")),
        "hp_lic": f"{random.randint(80, 4_000)}.5",
        "w_m": men,
        "w_f": women,
        "w_foreign": random.randint(0, min(men, 40)),
        "gi_level": random.choice(("0", "1", "2", "3")),
        "certs": ["iso14001"] if random.random() < 0.4 else ["none"],
        "eia": random.choice(("yes", "no")),
        "contact_name": story.name(),
        "contact_pos": random.choice(POSITIONS),
        "contact_tel": story.phone(),
        "geo": story.geo(area),
    }
    if zone != "out":
        named["zone_name"] = f"สวนอุตสาหกรรม{area.name.split(' ')[0]}"
    if named["gi_level"] != "0":
        named["gi_exp"] = f"{2027 + number % 3}-0{1 + number % 9}-15"
    return named
