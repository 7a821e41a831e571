"""The tablet's files as the exchange of files sees them (`sync.shelf.FileShelf`).

Bytes are read and written by parts, so that a film of 60 MB needs no more memory than a signature.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

from mobile.store import base, blobs, forgetting, settings
from mobile.store.blobs import FileStore
from mobile.store.changes import Waiting
from mobile.store.database import TabletDatabase
from shared.canonical import JsonValue
from shared.clocks import WallClock
from shared.ids import is_sha256
from shared.limits import FORM_FILES_MAX, THUMBNAIL_SIDE_PIXELS
from shared.pictures import JPEG, PNG, WEBP, kind_of
from shared.records.state import RecordState, decode_state
from sync.shelf import FileToSend, LostFile

DOCUMENT_TYPES: Final = ("form", "codebook")
PICTURES: Final = frozenset({JPEG, PNG, WEBP})
TRIES_OF_ONE_THUMBNAIL: Final = 5
ROWS_LOOKED_AT_ONCE: Final = 5_000
LOOKED_AT: Final = "pictures_looked_at"
NAMES_A_FILE: Final = b'"sha256"'
MISSING: Final = "missing"
DAMAGED: Final = "damaged"


class SqliteShelf:
    """One tablet's files: bytes in a folder, what is known of them in the database."""

    def __init__(self, database: TabletDatabase, files: FileStore, clock: WallClock) -> None:
        self._database = database
        self._files = files
        self._clock = clock
        self.room_is_short: Callable[[], bool] = lambda: False
        with database.writing() as connection:
            # A new day: pictures that were not there yet may be by now.
            connection.execute(
                "UPDATE thumbnail SET settled = 0 WHERE origin = ? AND settled = 1 AND tries < ?",
                (blobs.RECEIVED, TRIES_OF_ONE_THUMBNAIL),
            )

    # -- originals, up

    def to_send(self) -> Sequence[FileToSend]:
        """Files made here that acknowledged changes name and the server has not confirmed."""
        return blobs.to_send(self._database.reader())

    def count_waiting(self) -> int:
        """How many files are on this tablet only."""
        return blobs.count_unconfirmed(self._database.reader())

    def is_sound(self, sha256: str) -> str:
        """Reads a whole file piece by piece: "" when it is what its name says."""
        return self._files.trouble(sha256)

    def read(self, sha256: str, start: int, length: int) -> bytes:
        """Some bytes of a file held here; fewer when it ends or is gone."""
        return self._files.read_span(sha256, start, length)

    def sent(self, sha256: str, code: str = "") -> None:
        """The server holds the file; `code` is what it found of it."""
        with self._database.writing() as connection:
            blobs.confirm(connection, sha256, code)

    def lost(self, files: Sequence[LostFile]) -> None:
        """These cannot be sent: they are offered no more, and the office is told."""
        if not files:
            return
        with self._database.writing() as connection:
            connection.executemany(
                "INSERT INTO file_lost (sha256, reason, told) VALUES (?, ?, 0) "
                "ON CONFLICT (sha256) DO UPDATE SET reason = excluded.reason, told = 0",
                [(file.sha256, file.reason) for file in files],
            )

    def lost_to_tell(self) -> Sequence[LostFile]:
        """What the office has not heard of yet."""
        rows = self._database.reader().execute(
            "SELECT sha256, reason FROM file_lost WHERE told = 0 ORDER BY sha256"
        )
        return [LostFile(row["sha256"], row["reason"]) for row in rows]

    def lost_told(self, names: Sequence[str]) -> None:
        """The office has heard of these."""
        with self._database.writing() as connection:
            connection.executemany(
                "UPDATE file_lost SET told = 1 WHERE sha256 = ?", [(name,) for name in names]
            )

    def wanted_again(self, names: Sequence[str]) -> Sequence[LostFile]:
        """The server has lost these: offer again what is here; what is not is returned."""
        gone = [LostFile(name, why) for name in names if (why := self._files.trouble(name))]
        here = [name for name in names if name not in {file.sha256 for file in gone}]
        with self._database.writing() as connection:
            for name in here:
                connection.execute("DELETE FROM file_lost WHERE sha256 = ?", (name,))
                blobs.offer_again(connection, name, self._files.size(name), self._clock.now_ms())
        return gone

    def to_ask_about(self) -> Sequence[str]:
        """Originals that could go if the office allows it; none while there is room."""
        if not self.room_is_short():
            return []
        return forgetting.files_to_ask_about(self._database.reader())

    def forgettable(self, names: Sequence[str]) -> None:
        """The office has these in a verified backup, long enough: they may go."""
        with self._database.writing() as connection:
            connection.executemany(
                "UPDATE blob SET forgettable = 1 WHERE sha256 = ? AND confirmed = 1",
                [(name,) for name in names],
            )

    # -- small pictures

    def thumbnails_to_send(self) -> Sequence[str]:
        """Originals made here whose thumbnail the server has not got, oldest first."""
        rows = self._database.reader().execute(
            "SELECT original FROM thumbnail WHERE origin = ? AND settled = 0 AND EXISTS ("
            "SELECT 1 FROM change_blob JOIN change ON change.id = change_blob.change "
            "WHERE change_blob.sha256 = thumbnail.original AND change.status != ?) "
            "ORDER BY noted_at, original",
            (blobs.MADE_HERE, Waiting.PENDING),
        )
        return [row["original"] for row in rows]

    def thumbnail(self, original: str) -> bytes:
        """The thumbnail of an original made here; no bytes when there can be none."""
        try:
            return self._files.thumbnail_path(original).read_bytes()
        except OSError:
            return b""

    def thumbnail_sent(self, original: str) -> None:
        """The server has the thumbnail, or it is not worth another try."""
        with self._database.writing() as connection:
            connection.execute("UPDATE thumbnail SET settled = 1 WHERE original = ?", (original,))

    def thumbnails_wanted(self, most: int) -> Sequence[str]:
        """Originals that states here name, without a thumbnail here and worth a try now."""
        self._look_at_new_states()
        rows = self._database.reader().execute(
            "SELECT original FROM thumbnail WHERE origin = ? AND settled = 0 "
            "ORDER BY noted_at DESC, original LIMIT ?",
            (blobs.RECEIVED, most),
        )
        return [row["original"] for row in rows]

    def _look_at_new_states(self) -> None:
        """Note the pictures of records that came since the last time, some thousands at a time."""
        reader = self._database.reader()
        last = reader.execute("SELECT max(rowid) AS last FROM base").fetchone()["last"] or 0
        seen = settings.read_int(reader, LOOKED_AT) or 0
        if seen > last:
            # The base was built anew.
            seen = 0
        found = reader.execute(
            "SELECT record FROM pictured ORDER BY record LIMIT ?", (ROWS_LOOKED_AT_ONCE,)
        )
        again = [row["record"] for row in found]
        if seen == last and not again:
            return
        names: list[str] = []
        for row in reader.execute(
            "SELECT rowid AS place, state FROM base WHERE rowid > ? ORDER BY rowid LIMIT ?",
            (seen, ROWS_LOOKED_AT_ONCE),
        ):
            seen = row["place"]
            names += _pictures_in_bytes(row["state"])
        for record in again:
            state = reader.execute("SELECT state FROM base WHERE record = ?", (record,)).fetchone()
            names += [] if state is None else _pictures_in_bytes(state["state"])
        now_ms = self._clock.now_ms()
        with self._database.writing() as connection:
            for name in names:
                _note_wanted(connection, name, now_ms)
            settings.write(connection, LOOKED_AT, seen)
            connection.executemany(
                "DELETE FROM pictured WHERE record = ?", [(record,) for record in again]
            )

    def keep_thumbnail(self, original: str, data: bytes) -> None:
        """Keep a small picture that was received; no bytes: there is none yet."""
        kind = kind_of(data)
        small = max(kind.width, kind.height) <= THUMBNAIL_SIDE_PIXELS
        if data and kind.media_type == JPEG and not kind.code and small:
            self._files.write_thumbnail(original, data)
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE thumbnail SET settled = 1, tries = tries + ? WHERE original = ?",
                (TRIES_OF_ONE_THUMBNAIL if data else 1, original),
            )

    # -- down

    def documents_wanted(self) -> Sequence[str]:
        """Documents of forms and codebooks that are named here and whose file is not, then the
        media of forms. Of a retired form the document alone: its records stay readable."""
        reader = self._database.reader()
        documents: list[str] = []
        media: list[str] = []
        for name in DOCUMENT_TYPES:
            for state in base.of_type(reader, name):
                if state.deleted:
                    continue
                documents += _hashes([state.value("document")])
                if state.value("status") != "retired":
                    media += _hashes(state.value("files"))
        wanted = dict.fromkeys((*documents, *media))
        return [sha256 for sha256 in wanted if not self._files.holds(sha256)]

    def ask_for(self, sha256: str) -> None:
        """Somebody wants to see a file in full: the next synchronisation fetches it."""
        if self._files.holds(sha256):
            return
        now_ms = self._clock.now_ms()
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO original_wanted (sha256, asked_at) VALUES (?, ?)",
                (sha256, now_ms),
            )

    def originals_wanted(self) -> Sequence[str]:
        """Files that somebody asked to see in full, oldest wish first."""
        rows = self._database.reader().execute(
            "SELECT sha256 FROM original_wanted ORDER BY asked_at, sha256"
        )
        return [row["sha256"] for row in rows if not self._files.holds(row["sha256"])]

    def not_to_be_had(self, sha256: str) -> None:
        """The server does not hand out this file now: it is asked for when somebody asks again."""
        self._files.drop_part(sha256)
        with self._database.writing() as connection:
            connection.execute("DELETE FROM original_wanted WHERE sha256 = ?", (sha256,))

    def begun(self, sha256: str) -> int:
        """How many bytes of a file that is being fetched are here."""
        return self._files.part_size(sha256)

    def keep_part(self, sha256: str, start: int, data: bytes) -> None:
        """Bytes of a file that is being fetched, from `start` on."""
        self._files.write_part(sha256, start, data)

    def finish(self, sha256: str) -> bool:
        """All bytes are here: True when they are those of the name, and the file is kept."""
        size = self._files.finish_part(sha256)
        if size is None:
            return False
        kind = kind_of(self._files.read_span(sha256, 0, 4096)).media_type
        with self._database.writing() as connection:
            blobs.note(
                connection,
                sha256,
                size=size,
                media_type=kind,
                name=sha256,
                origin=blobs.RECEIVED,
                created_at=self._clock.now_ms(),
            )
            connection.execute("DELETE FROM original_wanted WHERE sha256 = ?", (sha256,))
        return True

    def keep(self, data: bytes) -> str:
        """Keep a document that came by another way; its name."""
        sha256 = hashlib.sha256(data).hexdigest()
        self._files.drop_part(sha256)
        self.keep_part(sha256, 0, data)
        assert self.finish(sha256), "bytes have their own name"
        return sha256


def _pictures_in_bytes(state: bytes) -> list[str]:
    return pictures_in(decode_state(state)) if NAMES_A_FILE in state else []


def pictures_in(state: RecordState) -> list[str]:
    """The names of the photographs that a state names, in any of its values."""
    return [
        str(value["sha256"])
        for siblings in state.fields.values()
        for sibling in siblings
        if _is_picture(value := sibling.value) and isinstance(value, dict)
    ]


def _is_picture(value: JsonValue) -> bool:
    return (
        isinstance(value, dict) and value.get("type") in PICTURES and is_sha256(value.get("sha256"))
    )


def _note_wanted(connection: sqlite3.Connection, original: str, now_ms: int) -> None:
    """A picture of somebody else's record; one made here has its thumbnail."""
    connection.execute(
        "INSERT INTO thumbnail (original, origin, settled, tries, noted_at) VALUES (?, ?, 0, 0, ?) "
        "ON CONFLICT (original) DO UPDATE SET settled = 0 "
        "WHERE origin = excluded.origin AND tries < ?",
        (original, blobs.RECEIVED, now_ms, TRIES_OF_ONE_THUMBNAIL),
    )


def _hashes(value: JsonValue) -> list[str]:
    """The names of files in a register's value, whatever somebody wrote there."""
    listed = value if isinstance(value, list) else []
    return [one for one in listed[:FORM_FILES_MAX] if is_sha256(one)]
