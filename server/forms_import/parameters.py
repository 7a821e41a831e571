"""The `parameters` of a question: read, and checked for their type."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Final

LENGTH_MAX: Final = 2_000
PAIR: Final = re.compile(r"([^\s=,;]+)\s*=\s*([^\s=,;]+)")
REST: Final = re.compile(r"[\s,;]*")
REFERENCE: Final = re.compile(r"\$\{[^{}\s]{1,80}\}")
NAME: Final = re.compile(r"[A-Za-z_][\w.-]{0,63}")
KEPT_AS_WRITTEN: Final = ("value", "label", "seed", "reference-geometry", "tick_labelset", "app")

Check = Callable[[str], bool]


def _number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 7 and int(text) > 0


def _yes(text: str) -> bool:
    return text in ("true", "false")


def _seed(text: str) -> bool:
    return _number(text) or REFERENCE.fullmatch(text) is not None


def _one_of(*words: str) -> Check:
    return lambda text: text in words


def _name(text: str) -> bool:
    return NAME.fullmatch(text) is not None


def _anything(text: str) -> bool:
    return True


RANDOM: Final[dict[str, Check]] = {"randomize": _yes, "seed": _seed}
FILES: Final[dict[str, Check]] = {**RANDOM, "value": _name, "label": _name}
GEO: Final[dict[str, Check]] = {"allow-mock-accuracy": _yes, "reference-geometry": _anything}
LINES: Final[dict[str, Check]] = {**GEO, "incremental": _one_of("true", "true()", "yes")}
ACCEPTED: Final[dict[str, dict[str, Check]]] = {
    "text": {"rows": _whole},
    "image": {"max-pixels": _whole, "app": _anything},
    "signature": {"max-pixels": _whole, "app": _anything},
    "audio": {"quality": _one_of("voice-only", "low", "normal", "external")},
    "geopoint": {**GEO, "capture-accuracy": _number, "warning-accuracy": _number},
    "geotrace": LINES,
    "geoshape": LINES,
    "range": {
        "start": _number,
        "end": _number,
        "step": _number,
        "tick_interval": _number,
        "placeholder": _number,
        "tick_labelset": _name,
    },
    "select_one": RANDOM,
    "select_multiple": RANDOM,
    "rank": RANDOM,
    "reference": FILES,
    "references": FILES,
    "audit": {
        "identify-user": _yes,
        "location-max-age": _anything,
        "location-min-interval": _anything,
        "location-priority": _one_of("no-power", "low-power", "balanced", "high-accuracy"),
        "track-changes": _yes,
        "track-changes-reasons": _one_of("on-form-edit"),
    },
}
# What is taken and changes nothing, with the reason.
WITHOUT_EFFECT: Final = {
    "app": ("ไม่เปิดแอปกล้องอื่น", "no other camera app is opened"),
    "reference-geometry": (
        "แผนที่ไม่แสดงรูปอ้างอิง",
        "the map shows no geometry to compare with",
    ),
    "allow-mock-accuracy": ("ตำแหน่งจำลองไม่ถูกรับ", "mocked places are not taken"),
    "incremental": ("ตำแหน่งถูกเก็บทีละจุดเสมอ", "places are always taken point by point"),
}


def read_parameters(text: str) -> tuple[dict[str, str], str]:
    """The pairs of `a=1 b=2` (`,` and `;` separate as well), and what is no pair."""
    found: dict[str, str] = {}
    if len(text) > LENGTH_MAX:
        return found, text[:40]
    for key, value in PAIR.findall(text):
        key = key.lower()
        found[key] = value if key in KEPT_AS_WRITTEN else value.lower()
    rest = PAIR.sub(" ", text)
    return found, "" if REST.fullmatch(rest) else " ".join(rest.split())


def problems(kind: str, found: dict[str, str]) -> list[tuple[str, str]]:
    """What is wrong with the parameters of a type, in Thai and English."""
    accepted = ACCEPTED.get(kind, {})
    told: list[tuple[str, str]] = []
    for key, value in found.items():
        if key not in accepted:
            # A parameter of a type that takes none is left alone: other systems have their own.
            names = ", ".join(sorted(accepted))
            told += (
                [(f"{key} ไม่ใช่พารามิเตอร์ของ {kind}: {names}", f"{key} is none of {kind}'s: {names}")]
                if accepted
                else []
            )
        elif not accepted[key](value):
            told.append((f"{key}={value} ไม่ถูกต้อง", f"{key}={value} is not understood"))
    if "seed" in found and found.get("randomize") != "true":
        told.append(("seed ใช้คู่กับ randomize=true", "a seed goes with randomize=true"))
    return told or (_range_problems(found) if kind == "range" else [])


def with_defaults(kind: str, found: dict[str, str]) -> dict[str, str]:
    """The parameters with those that a range always has."""
    if kind != "range":
        return found
    return {"start": "1", "end": "10", "step": "1", **found}


def _range_problems(found: dict[str, str]) -> list[tuple[str, str]]:
    """A range that cannot be shown."""
    numbers = {key: Decimal(text) for key, text in with_defaults("range", found).items()
               if key != "tick_labelset"}  # fmt: skip
    start, end, step = numbers["start"], numbers["end"], numbers["step"]
    width = abs(end - start)
    told: list[tuple[str, str]] = []
    if step == 0 or abs(step) > width:
        told.append(
            (
                "step ต้องไม่เป็น 0 และไม่เกินช่วง start ถึง end",
                "step is not 0 and at most the distance from start to end",
            )
        )
        return told
    interval, placeholder = numbers.get("tick_interval"), numbers.get("placeholder")
    if interval is not None and (interval == 0 or abs(interval) > width or interval % step):
        told.append(("tick_interval ต้องหาร step ลงตัว", "tick_interval is a multiple of step"))
    if placeholder is not None and (
        (placeholder - start) % step or not min(start, end) <= placeholder <= max(start, end)
    ):
        told.append(
            ("placeholder ต้องเป็นค่าที่เลือกได้", "placeholder is one of the values of the range")
        )
    return told
