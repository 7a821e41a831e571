"""A file is read by who sent it, or by who may read a record that names it; whole or by Range."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from server.store.blob_store import Reading
from server.store.files import blob_row, referring_scopes, was_sent_by
from server.store.office import Office
from server.store.scopes import PROGRAMME
from shared.errors import NotFound
from shared.ids import is_sha256

SHOWN_IN_PAGE: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
_RANGE: Final = re.compile(r"bytes=(\d{0,12})-(\d{0,12})", re.ASCII)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file that may be read. `code` says why no page shows it."""

    sha256: str
    size: int
    media_type: str
    code: str = ""

    @property
    def shown_in_page(self) -> bool:
        """A picture that was measured before anybody decodes it; all else is handed out to keep."""
        return not self.code and self.media_type in SHOWN_IN_PAGE


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of a file that are asked for, `whole` when that is all."""

    start: int
    length: int
    whole: bool

    def content_range(self, size: int) -> str:
        """As the field `Content-Range` says it."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


def find_blob(
    session: Session, sha256: str, scopes: Collection[str] | None, sender: str = ""
) -> FileFacts:
    """The facts of a file. NotFound also for what may not be read. `scopes` None: everything."""
    row = blob_row(session, sha256) if is_sha256(sha256) else None
    if row is None:
        raise NotFound("there is no such file")
    free = scopes is None or row.received_from == sender or was_sent_by(session, sha256, sender)
    if not free and not referring_scopes(session, sha256) & {*(scopes or ()), PROGRAMME}:
        raise NotFound("there is no such file")
    return FileFacts(sha256, row.size, row.media_type, row.code or "")


def span_of(facts: FileFacts, wanted: str, if_range: str) -> Span:
    """What a Range header asks for. One that cannot be served, that names several ranges, or
    that is about another file (If-Range) is as none: the whole file answers it."""
    whole = Span(0, facts.size, whole=True)
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or (if_range and if_range.strip() != f'"{facts.sha256}"'):
        return whole
    first, last = found[1], found[2]
    if not first:
        length = min(int(last or 0), facts.size)
        start = facts.size - length
    else:
        start = int(first)
        length = min(int(last) if last else facts.size - 1, facts.size - 1) - start + 1
    return Span(start, length, whole=False) if length > 0 else whole


def read_blob(office: Office, facts: FileFacts, span: Span) -> Reading:
    """The bytes, to be closed by the caller. NotFound when they are gone from the store."""
    return office.blobs.read(facts.sha256, span.start, span.length)
