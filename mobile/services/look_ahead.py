"""Look before a synchronisation: what will be sent, how much, and what others have changed.

Nothing is sent or taken. What others changed is asked with the smallest pull there is, whose rows
are not used: each scope says where its head is, which is how many records changed since.
"""

from __future__ import annotations

from dataclasses import dataclass

from mobile.store import changes
from mobile.store.database import TabletDatabase
from mobile.store.replica import SqliteReplica
from mobile.transport.port import Transport
from shared.limits import PULL_BYTES_MIN
from sync import codec
from sync.exchange import HttpRequest, Stop, believed_pull
from sync.messages import PullRequest
from sync.pulling import PULL
from sync.version import MEDIA_TYPE, PROTOCOL


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is only here: saves (sealed, and records still open), their bytes; files, theirs;
    `kept_aside` the office has and did not apply yet."""

    saves: int
    save_bytes: int
    files: int
    file_bytes: int
    kept_aside: int


class LookAhead:
    """Counts what waits on both sides."""

    def __init__(
        self, database: TabletDatabase, replica: SqliteReplica, transport: Transport
    ) -> None:
        self._database = database
        self._replica = replica
        self._transport = transport

    def here(self) -> Waiting:
        """What waits on this tablet; cheap, and allowed on any thread."""
        reader = self._database.reader()
        sealed = reader.execute(
            "SELECT count(*) AS n, coalesce(sum(length(line)), 0) AS bytes FROM change "
            "WHERE status = ?",
            (changes.Waiting.PENDING,),
        ).fetchone()
        typed = reader.execute(
            "SELECT count(DISTINCT root) AS n, coalesce(sum(length(value)), 0) AS bytes "
            "FROM editing"
        ).fetchone()
        files = reader.execute(
            "SELECT count(*) AS n, coalesce(sum(size), 0) AS bytes FROM blob WHERE confirmed = 0 "
            "AND EXISTS (SELECT 1 FROM change_blob WHERE change_blob.sha256 = blob.sha256)"
        ).fetchone()
        return Waiting(
            sealed["n"] + typed["n"],
            sealed["bytes"] + typed["bytes"],
            files["n"],
            files["bytes"],
            len(changes.kept_aside(reader)),
        )

    def there(self) -> int | None:
        """How many records changed at the office since; None when it cannot be asked now."""
        standing = self._replica.standing()
        request = PullRequest(
            PROTOCOL, standing.epoch, standing.client, standing.cursors, PULL_BYTES_MIN
        )
        body = codec.encode_pull(request)
        reply = self._transport.exchange(
            HttpRequest("POST", PULL, body, (("content-type", MEDIA_TYPE),))
        )
        if reply.status != 200:
            return None
        try:
            answer = believed_pull(reply, request)
        except Stop:
            return None
        return sum(page.head - page.from_cursor for page in answer.pages)
