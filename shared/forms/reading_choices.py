"""The choice lists of a form document, and the files that travel with it."""

from __future__ import annotations

from typing import Final

from shared.forms.definition import FormFile
from shared.forms.parts import Choice, ChoiceList
from shared.forms.question_types import CHOICE_NAME, check_file
from shared.forms.reading import Reading, read_media, read_string, read_text
from shared.limits import CHOICES_PER_LIST_MAX

FILES_PER_FORM_MAX: Final = 2_000


def read_choice_lists(reading: Reading, document: object) -> dict[str, ChoiceList]:
    """The choice lists of a form."""
    lists: dict[str, ChoiceList] = {}
    if not isinstance(document, dict):
        reading.defect("choices", "", "form.shape", "choices ต้องเป็นรายการ", "choices is an object")
        return lists
    for name, items in document.items():
        path = f"choices/{name}"
        if not isinstance(items, list) or not 0 < len(items) <= CHOICES_PER_LIST_MAX:
            reading.defect(
                path,
                "",
                "form.choices",
                "รายการตัวเลือกว่างหรือยาวเกิน",
                "the list is empty or too long",
            )
            continue
        choices: dict[str, Choice] = {}
        for index, item in enumerate(items):
            read_choice(reading, choices, item, f"{path}/{index}")
        lists[str(name)] = ChoiceList(str(name), tuple(choices.values()))
    return lists


def read_choice(reading: Reading, choices: dict[str, Choice], item: object, path: str) -> None:
    """One option of a list."""
    node = item if isinstance(item, dict) else {}
    name = read_string(reading, node, "name", path)
    if CHOICE_NAME.fullmatch(name) is None:
        reading.defect(
            path,
            "name",
            "form.choice_name",
            "ชื่อตัวเลือกต้องไม่ว่าง ไม่มี | และไม่เกิน 64 ตัว",
            "a choice has a name of at most 64 characters, without |",
        )
    if name in choices:
        reading.defect(
            path,
            "name",
            "form.choice_twice",
            f"ตัวเลือก {name!r} ซ้ำในรายการเดียวกัน",
            f"the choice {name!r} is twice in one list",
        )
    extra = {
        str(key): str(value)
        for key, value in node.items()
        if key not in ("name", "label", "media") and isinstance(value, (str, int, float))
    }
    media = read_media(reading, node, path)
    label = read_text(reading, node, "label", path, required=not media, instead=name)
    choices[name] = Choice(name, label, extra, media)


def read_files(reading: Reading, document: object) -> dict[str, FormFile]:
    """The media that travel with a form: {name: {sha256, size, type}}."""
    found: dict[str, FormFile] = {}
    items = document if isinstance(document, dict) else {"": document}
    if len(items) > FILES_PER_FORM_MAX:
        items = {"": len(items)}
    for name, facts in items.items():
        parts = facts if isinstance(facts, dict) else {}
        value = {"name": name, **parts}
        if check_file(value) is not None:
            reading.defect(
                f"files/{name}",
                "",
                "form.files",
                "ไฟล์ของแบบฟอร์มต้องมี sha256, size และ type",
                "a file of the form has a sha256, a size and a type",
            )
            continue
        found[name] = FormFile(name, parts["sha256"], parts["size"], parts["type"])
    return found
