"""What a person chose on this tablet: language, text size, the area they work in."""

from __future__ import annotations

from dataclasses import dataclass

from mobile.store import settings
from mobile.store.database import TabletDatabase

LANGUAGES = ("th", "en")
TEXT_STEPS = 3


@dataclass(frozen=True, slots=True)
class Chosen:
    """`text_step` is 0, 1 or 2; `area` a scope id or empty."""

    language: str = "th"
    text_step: int = 0
    area: str = ""


class Preferences:
    """Reads and keeps the choices."""

    def __init__(self, database: TabletDatabase) -> None:
        self._database = database

    def read(self) -> Chosen:
        """The choices, Thai and ordinary size when nothing was chosen."""
        reader = self._database.reader()
        language = settings.read(reader, "language", "th")
        step = settings.read_int(reader, "text_step") or 0
        return Chosen(
            language if language in LANGUAGES else "th",
            min(max(step, 0), TEXT_STEPS - 1),
            settings.read(reader, "area"),
        )

    def keep(self, chosen: Chosen) -> None:
        """Keep the choices; runs where the database is written."""
        with self._database.writing() as connection:
            settings.write(connection, "language", chosen.language)
            settings.write(connection, "text_step", chosen.text_step)
            settings.write(connection, "area", chosen.area)
