"""Enrolment: a code from the office binds this tablet to a device, its areas and the server."""

from __future__ import annotations

from dataclasses import dataclass

from mobile.services.asking import ask, text_of, texts_of
from mobile.store import settings
from mobile.store.database import TabletDatabase
from mobile.store.identity import Identity
from mobile.store.replica import SqliteReplica
from mobile.transport.port import Transport
from shared.errors import InvalidInput, NotOurServer
from shared.ids import is_uuid
from shared.limits import ENROLMENT_CODE_LENGTH, NAME_LENGTH_MAX, SCOPES_PER_PULL_MAX
from shared.thai.dates import to_arabic_digits

PATH = "/api/v1/enrol"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What binds this tablet."""

    device: str
    server_name: str
    label: str


def clean_code(typed: str) -> str:
    """A code as typed: blanks, hyphens and case do not matter, Thai digits are digits."""
    return "".join(c for c in to_arabic_digits(typed).upper() if c.isalnum())


class Enroller:
    """Binds this tablet; nothing unsent is lost when it is bound again."""

    def __init__(
        self,
        database: TabletDatabase,
        identity: Identity,
        replica: SqliteReplica,
        transport: Transport,
        app_version: str,
    ) -> None:
        self._database = database
        self._identity = identity
        self._replica = replica
        self._transport = transport
        self._app_version = app_version

    def current(self) -> Enrolment | None:
        """The enrolment of this tablet, or None."""
        reader = self._database.reader()
        device = settings.read(reader, "device")
        if not device:
            return None
        return Enrolment(
            device, settings.read(reader, "server_name"), settings.read(reader, "label")
        )

    def enrol(self, typed_code: str, label: str) -> Enrolment:
        """Ask the server with the code; raises what it says (unknown or used code, no network)."""
        code = clean_code(typed_code)
        if not 0 < len(code) <= 4 * ENROLMENT_CODE_LENGTH:
            raise InvalidInput("an enrolment code is ten letters and digits", fields=["code"])
        name = label.strip()[:NAME_LENGTH_MAX] or "tablet"
        answer = ask(
            self._transport, PATH, {"code": code, "label": name, "app_version": self._app_version}
        )
        device = text_of(answer, "device")
        if not is_uuid(device):
            raise NotOurServer("the answer has no device id")
        token, epoch = text_of(answer, "token"), text_of(answer, "epoch", 64)
        server_name = text_of(answer, "server_name")
        scopes = texts_of(answer, "scopes", SCOPES_PER_PULL_MAX)
        with self._database.writing() as connection:
            self._identity.begin(connection, device)
            for key, value in (
                ("token", token),
                ("epoch", epoch),
                ("server_name", server_name),
                ("label", name),
            ):
                settings.write(connection, key, value)
            self._replica.hold_scopes(scopes)
        return Enrolment(device, server_name, name)
