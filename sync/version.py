"""Protocol versions: constants with date, reason, and who still needs them.

Pushes of every version ever shipped are accepted, for ever: what is on a tablet must get out of it.
A pull may be refused with 426 when the tablet's version is below `PULL_VERSION_MIN`. A version that
a server has not heard of is newer than the server: both are refused in words, nothing is lost.
"""

from collections.abc import Mapping
from typing import Final

SHIPPED: Final[Mapping[int, str]] = {
    1: "2026-11-23, release 0.1, the first",
}
"""Every version of the protocol that left the house; a line is added and none is ever removed."""

PROTOCOL: Final = max(SHIPPED)
PULL_VERSION_MIN: Final = 1  # every tablet
CHANGE_VERSION: Final = 1  # 2026-11-23 form of a change's head
DIGEST_VERSION: Final = 1  # 2026-11-23 sum mod 2^256 of SHA-256(record, revision, state hash)
MEDIA_TYPE: Final = "application/vnd.samruat.sync+ndjson"
