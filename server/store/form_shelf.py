"""Published forms and codebooks, loaded once and kept: a published version never changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import CodebookRow, FormRow
from server.store.publications import active_codebooks
from shared.canonical import read_json
from shared.forms.codebook import Codebook, load_codebook
from shared.forms.definition import FormDefinition
from shared.forms.loading import load_form
from shared.limits import CODEBOOK_BYTES_MAX, FORM_DOCUMENT_BYTES_MAX

UNKNOWN: Final = "samruat_unknown_forms"
T = TypeVar("T")


class FormShelf:
    """Definitions by form and version; safe to share between threads."""

    def __init__(self) -> None:
        self._forms: dict[tuple[str, int], FormDefinition] = {}
        self._codebooks: dict[tuple[str, int], Codebook] = {}
        self._derived: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def find(self, session: Session, form: str, version: int) -> FormDefinition | None:
        """The form as published under this version, or None."""
        found = self._forms.get((form, version))
        unknown: set[tuple[str, int]] = session.info.setdefault(UNKNOWN, set())
        if found is None and (form, version) not in unknown:
            document = session.scalar(
                select(FormRow.document).where(FormRow.form_id == form, FormRow.version == version)
            )
            if document is None:
                # It may be published a moment later, so this is remembered for the session only.
                unknown.add((form, version))
                return None
            loaded = load_form(read_json(document, bytes_max=FORM_DOCUMENT_BYTES_MAX))
            if isinstance(loaded, list):
                return None
            with self._lock:
                found = self._forms.setdefault((form, version), loaded)
        return found

    def derived(self, what: str, sha256: str, make: Callable[[], T]) -> T:
        """What follows from a published document alone, worked out once: as many as there are
        published documents."""
        key = (what, sha256)
        if key not in self._derived:
            found = make()
            with self._lock:
                self._derived.setdefault(key, found)
        kept: T = self._derived[key]
        return kept

    def newest(self, session: Session, form: str) -> FormDefinition | None:
        """The newest version of a form, or None when there is no such form."""
        version = session.scalar(select(func.max(FormRow.version)).where(FormRow.form_id == form))
        return None if version is None else self.find(session, form, version)

    def codebooks(self, session: Session) -> dict[str, Codebook]:
        """The version in force of every codebook by its name."""
        found = active_codebooks(session)
        return {name: self.codebook(session, name, version) for name, version in found.items()}

    def codebook(self, session: Session, name: str, version: int) -> Codebook:
        """One version of a codebook that is published."""
        found = self._codebooks.get((name, version))
        if found is None:
            document = session.scalars(
                select(CodebookRow.document).where(
                    CodebookRow.name == name, CodebookRow.version == version
                )
            ).one()
            loaded = load_codebook(read_json(document, bytes_max=CODEBOOK_BYTES_MAX))
            with self._lock:
                found = self._codebooks.setdefault((name, version), loaded)
        return found
