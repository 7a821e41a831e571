"""What a tablet says of itself: what is only on it, how much room it has, what its clock says.

Told after a sync, and only when it differs from what was told last: a sync with nothing new is one
round trip. The office shows it beside the tablet; nothing is decided by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from shared import limits
from shared.canonical import JsonValue, canonical_bytes, read_json
from shared.errors import BadInput
from sync.bounds import a_count, a_list, a_text, a_time, a_uuid, an_object
from sync.exchange import HttpRequest
from sync.version import MEDIA_TYPE, PROTOCOL

REPORT: Final = "/api/v1/sync/report"
HANDED_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class TabletReport:
    """`pending` and `editing` saves are on the tablet only, the oldest since `oldest_at` (its
    clock, Unix ms); `files` wait to be sent. `handed_over`: (record, scope, saves) of work on areas
    it no longer holds. `now_ms` is its clock."""

    client: str
    pending: int
    editing: int
    oldest_at: int | None
    files: int
    file_bytes: int
    kept_aside: int
    free_bytes: int | None
    handed_over: tuple[tuple[str, str, int], ...]
    now_ms: int
    app_version: str


def encode_report(report: TabletReport) -> bytes:
    """One line."""
    plain: dict[str, JsonValue] = {
        "protocol": PROTOCOL,
        "client": report.client,
        "pending": report.pending,
        "editing": report.editing,
        "oldest_at": report.oldest_at,
        "files": report.files,
        "file_bytes": report.file_bytes,
        "kept_aside": report.kept_aside,
        "free_bytes": report.free_bytes,
        "handed_over": [list(one) for one in report.handed_over],
        "now": report.now_ms,
        "app": report.app_version,
    }
    return canonical_bytes(plain)


def decode_report(body: bytes) -> TabletReport:
    """Raises BadInput for what is no such report."""
    raw = an_object(read_json(body, bytes_max=limits.PULL_REQUEST_BYTES_MAX), "report")
    handed = a_list(raw.get("handed_over"), "handed_over")
    if len(handed) > HANDED_MAX:
        raise BadInput("too many records are handed over at once")
    oldest, free = raw.get("oldest_at"), raw.get("free_bytes")
    return TabletReport(
        client=a_text(raw.get("client"), "client", limits.CLIENT_LENGTH_MAX),
        pending=a_count(raw.get("pending"), "pending", 2**31 - 1),
        editing=a_count(raw.get("editing"), "editing", 2**31 - 1),
        oldest_at=None if oldest is None else a_time(oldest, "oldest_at"),
        files=a_count(raw.get("files"), "files", 2**31 - 1),
        file_bytes=a_count(raw.get("file_bytes"), "file_bytes"),
        kept_aside=a_count(raw.get("kept_aside"), "kept_aside", 2**31 - 1),
        free_bytes=None if free is None else a_count(free, "free_bytes"),
        handed_over=tuple(_handed(one) for one in handed),
        now_ms=a_time(raw.get("now"), "now"),
        app_version=a_text(raw.get("app"), "app", 40),
    )


def _handed(raw: Any) -> tuple[str, str, int]:
    found = a_list(raw, "handed_over")
    if len(found) != 3:
        raise BadInput("work handed over is a record, its scope and how many saves")
    scope = a_text(found[1], "scope", limits.SCOPE_ID_LENGTH_MAX)
    return a_uuid(found[0], "record"), scope, a_count(found[2], "saves", 2**31 - 1)


def tell(report: TabletReport) -> HttpRequest:
    """The request that a tablet sends."""
    return HttpRequest("POST", REPORT, encode_report(report), (("content-type", MEDIA_TYPE),))
