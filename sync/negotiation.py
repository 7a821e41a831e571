"""Which version of the protocol a message is in, before anything else of it is read.

A later version may look quite different behind its first line, so that line alone decides: a tablet
that is newer than the office must hear so, and not that its changes cannot be read.
"""

from __future__ import annotations

from shared import limits
from shared.canonical import read_json
from shared.errors import BadInput, SurveyError
from sync.version import PROTOCOL


class OfficeTooOld(SurveyError):
    """The tablet is newer than the office: it keeps everything until the office is updated."""

    code = "upgrade.office_too_old"
    http_status = 412


def must_not_be_newer(body: bytes) -> None:
    """Raise OfficeTooOld when the first line of a push or pull names a version yet unknown."""
    first = body[: limits.MESSAGE_HEADER_BYTES_MAX + 1].partition(b"\n")[0]
    try:
        raw = read_json(first, bytes_max=limits.MESSAGE_HEADER_BYTES_MAX)
    except BadInput:
        return
    version = raw.get("protocol") if isinstance(raw, dict) else None
    if isinstance(version, int) and not isinstance(version, bool) and version > PROTOCOL:
        raise OfficeTooOld("a later version of the protocol", spoken_here=PROTOCOL)
