"""A preview as a browser without a script sees it, and a form with every kind of question."""

from __future__ import annotations

import html
import re
from typing import Any

from flask.testing import FlaskClient

from tests.support.page_reading import hidden, text

FORM = """
| survey |
| | type | name | label::ไทย (th) | label::English (en) | required | relevant | constraint | constraint_message::ไทย (th) | constraint_message::English (en) | warning | warning_message::ไทย (th) | warning_message::English (en) | calculation | trigger | choice_filter | parameters | rows_max |
| | begin_group | one | หนึ่ง | One | | | | | | | | | | | | | |
| | text | name | ชื่อ | Name | yes | | | | | | | | | | | | |
| | integer | age | อายุของ ${name} | Age of ${name} | | | . < 150 | มากไป | Too old | . < 100 | แน่ใจไหม | Are you sure | | | | | |
| | select_one yn | work | ทำงาน | Works | | ${age} >= 15 | | | | | | | | | | | |
| | select_multiple col | colours | สี | Colours | | | | | | | | | | | | | |
| | rank col | ranked | จัดลำดับ | Ranked | | | | | | | | | | | | | |
| | range | score | คะแนน | Score | | | | | | | | | | | | start=0 end=5 step=1 | |
| | geopoint | here | ที่นี่ | Here | | | | | | | | | | | | | |
| | geotrace | path | เส้นทาง | Path | | | | | | | | | | | | | |
| | image | photo | ภาพ | Photo | | | | | | | | | | | | | |
| | acknowledge | agreed | ยอมรับ | Agreed | | | | | | | | | | | | | |
| | date | day | วัน | Day | | | | | | | | | | | | | |
| | calculate | double | สองเท่า | Double | | | | | | | | | ${age} * 2 | | | | |
| | note | told | อายุ ${age} ปี | ${age} years | | | | | | | | | | | | | |
| | end_group | | | | | | | | | | | | | | | | |
| | begin_group | two | สอง | Two | | ${work} = 'yes' | | | | | | | | | | | |
| | begin_repeat | jobs | งาน | Jobs | | | | | | | | | | | | | 3 |
| | text | job | งาน | Job | yes | | | | | | | | | | | | |
| | end_repeat | | | | | | | | | | | | | | | | |
| | end_group | | | | | | | | | | | | | | | | |
| choices |
| | list_name | name | label::ไทย (th) | label::English (en) |
| | yn | yes | ใช่ | Yes |
| | yn | no | ไม่ใช่ | No |
| | col | red | แดง | Red |
| | col | green | เขียว | Green |
| | col | blue | น้ำเงิน | Blue |
| settings |
| | form_id | form_title | form_title_en | version | workflow | default_language |
| | trial | ทดลอง | Trial | 1 | review | ไทย (th) |
"""  # noqa: E501
ADDRESS = "/forms/trial/1/preview"


class Page:
    """A browser without a script: what a person types and presses, and what the page says."""

    def __init__(self, client: FlaskClient, address: str = ADDRESS) -> None:
        self.client, self.address = client, address
        self.read(client.get(address))

    def read(self, reply: Any) -> None:
        assert reply.status_code == 200, reply.text
        self.text = reply.text
        self.kept = hidden(reply.text, self.address)
        self.shown = text(reply.text)

    def name(self, key: str, part: str = "", nth: int = 0) -> str:
        end = f":{key}" + (f":{part}" if part else "")
        found = re.findall(r' name="([^"]+)"', self.text)
        return list(dict.fromkeys(one for one in found if one.endswith(end)))[nth]

    def fields(self) -> dict[str, Any]:
        """What stands in the page's fields, as a browser would send it."""
        found: dict[str, Any] = {}
        for tag in re.findall(r"<input [^>]*>", self.text):
            facts = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
            name = facts.get("name", "")
            if facts.get("type") in ("radio", "checkbox") and " checked" not in tag:
                continue
            if ":" in name:
                found.setdefault(name, []).append(html.unescape(facts.get("value", "")))
        for name, body in re.findall(r'<select id="[^"]*" name="([^"]+)"[^>]*>(.*?)</select>',
                                     self.text, re.S):  # fmt: skip
            chosen = re.search(r'value="([^"]*)" selected', body)
            found[name] = chosen.group(1) if chosen else ""
        for name, body in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>',
                                     self.text, re.S):  # fmt: skip
            found[name] = html.unescape(body)
        return found

    def post(self, do: str = "update", **more: Any) -> Page:
        data = {**self.fields(), **self.kept, "do": do, **more}
        self.read(self.client.post(self.address, data=data))
        return self

    def type(self, values: dict[str, Any]) -> Page:
        return self.post(**{self.name(*key.split(":")): value for key, value in values.items()})

    def stored(self) -> dict[str, str]:
        body = self.text.partition('id="pv-stored"')[2]
        rows = re.findall(r'<span class="mono">(.*?)</span>.*?pv-value">(.*?)</td>', body, re.S)
        return {" ".join(name.split()): html.unescape(value) for name, value in rows}


def listed(value: Any) -> list[str]:
    """One value or several, as a list."""
    return [value] if isinstance(value, str) else value
