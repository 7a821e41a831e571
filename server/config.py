"""What a server is told from outside: where its data is, where it listens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DATABASE_FILE = "office.sqlite3"


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration; nothing is read from the environment.

    `data` holds the embedded database (unless `database_url` names another), files, and the epoch.
    `blob_store` `s3://bucket/prefix` keeps the files there instead, at `blob_endpoint` where the
    store is not Amazon's. `pages` False serves tablets alone. `quick_passwords` makes password
    hashes cheap: for tests only.
    """

    data: Path
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    server_name: str = "สำรวจ · Samruat"
    testing: bool = False
    quick_passwords: bool = False
    secure_cookies: bool = False
    pages: bool = True
    blob_store: str = ""
    blob_endpoint: str = ""
    journal: Path | None = None

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database_url or f"sqlite:///{self.data / DATABASE_FILE}"

    @property
    def blobs(self) -> Path:
        """The folder of files by hash."""
        return self.data / "blobs"

    @property
    def segments(self) -> Path:
        """The folder of what tablets download first; it may be deleted, it is made again."""
        return self.data / "segments"

    @property
    def epoch_file(self) -> Path:
        """The file beside the database that tells a restored database from the real one."""
        return self.data / "epoch"

    @property
    def journal_folder(self) -> Path:
        """The folder of the journal: on another volume where `journal` says so."""
        return self.journal or self.data / "journal"

    @property
    def journal_failed_file(self) -> Path:
        """What a failure of the journal leaves behind, on the volume of the data."""
        return self.data / "journal-failed"

    @property
    def receipt_key_file(self) -> Path:
        """The key that signs receipts."""
        return self.data / "receipt-key"

    @property
    def secret_file(self) -> Path:
        """The key that signs what pages showed."""
        return self.data / "secret"
