"""Who and what the story is about: people with their secrets, the area, the factories, the words.

Everybody and everything here is made up; the secrets open nothing but the journey's own office.
"""

from __future__ import annotations

from dataclasses import dataclass

AREA_CODE = "20-1"
AREA = f"area:{AREA_CODE}"
PROGRAMME = "programme"


@dataclass(frozen=True)
class Person:
    """Somebody who signs in, in the office by password or on a tablet by PIN."""

    login: str
    name: str
    role: str
    secret: str


ADMINISTRATOR = Person("admin", "นายอาทิตย์ ดูแลระบบ", "administrator", "kept-for-the-journey-1")
REVIEWER = Person("sasithorn", "นางสาวศศิธร ตรวจดี", "reviewer", "kept-for-the-journey-2")
OFFICER = Person("somchai", "นายสมชาย ลงพื้นที่", "officer", "481526")
FACILITATOR = Person("malee", "นางมาลี ชวนคุย", "facilitator", "730914")

TABLET_1 = "แท็บเล็ต 1 ตรวจโรงงาน"
TABLET_2 = "แท็บเล็ต 2 เวทีและสัมมนา"
STANDS = ("13.082300,100.901200", "13.094100,100.884500")  # where each tablet is

FACTORY = "บริษัท แหลมฉบังฟอกย้อม จำกัด"
OTHER_FACTORIES = ("บริษัท ศรีราชาเคลือบผิวโลหะ จำกัด", "ห้างหุ้นส่วนจำกัด บางพระแป้งมัน")

EVENT_TITLE = "สัมมนาหลักการพื้นฐานและเวทีรับฟังความคิดเห็น ต.ทุ่งสุขลา"
COMMENT = "ค่า BOD สูงผิดปกติ ตรวจเลขรายงานของห้องปฏิบัติการแล้วแก้สรุปผลให้ตรงกัน"
RETURN_MESSAGE = "ขอแก้สรุปผลหนึ่งข้อ"

# The same factory's register entry, edited on both tablets while neither hears of the other.
MALE_WORKERS_NOW = "212"  # tablet 1, a field of its own
FEMALE_WORKERS_NOW = "187"  # tablet 2, a field of its own
HORSEPOWER_1, HORSEPOWER_2 = "1450.5", "1620"  # both, the same field

MEN = ("สมชาย", "ประเสริฐ", "อนันต์", "วิชัย", "บุญมี", "สมศักดิ์", "ธีระ", "กิตติ", "ณรงค์", "สุรชัย")
WOMEN = ("มาลี", "สุดา", "กันยา", "นงลักษณ์", "อรทัย", "พิมพ์ใจ", "รัตนา", "วันเพ็ญ", "ดวงใจ", "จินตนา")
FAMILIES = (
    "ใจดี", "แสงทอง", "ศรีสุข", "บุญเรือง", "ทองคำ", "พูลผล", "สายชล", "น้ำใส", "ดอนมูล", "คงมั่น",
    "รุ่งเรือง", "ปิ่นแก้ว",
)  # fmt: skip
PLACES = ("บ้านทุ่งสุขลา", "บ้านอ่าวอุดม", "บ้านนาเก่า", "ชุมชนตลาดเก่า", "เทศบาลนครแหลมฉบัง")
STATEMENTS = (
    "น้ำคลองหลังโรงงานมีกลิ่นเหม็นตอนเช้าตรู่",
    "รถบรรทุกวิ่งเร็วผ่านหน้าโรงเรียน ฝุ่นฟุ้งทั้งวัน",
    "อยากให้โรงงานจ้างคนในหมู่บ้านก่อน",
    "เสียงเครื่องจักรดังถึงสี่ทุ่ม เด็กนอนไม่ได้",
    "ชื่นชมที่โรงงานเปิดให้ชุมชนเข้าดูบ่อบำบัด",
)


def participant(number: int) -> tuple[str, str, str, str, str]:
    """Prefix, first name, family name, village and sex of the person who signs in as number n."""
    woman = number % 2 == 1
    first = (WOMEN if woman else MEN)[(number // 2) % 10]
    family = FAMILIES[(number // 20 + number) % len(FAMILIES)]
    return ("นาง" if woman else "นาย"), first, family, PLACES[number % 5], "f" if woman else "m"
