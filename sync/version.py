"""Protocol versions: constants with date, reason, and who still needs them.

Pushes of every version ever shipped are accepted; a pull may be refused with 426 when the tablet's
version is below `PULL_VERSION_MIN`.
"""

from typing import Final

PROTOCOL: Final = 1  # 2026-11-23 first release
PULL_VERSION_MIN: Final = 1  # every tablet
CHANGE_VERSION: Final = 1  # 2026-11-23 form of a change's head
DIGEST_VERSION: Final = 1  # 2026-11-23 sum mod 2^256 of SHA-256(record, revision, state hash)
MEDIA_TYPE: Final = "application/vnd.samruat.sync+ndjson"
