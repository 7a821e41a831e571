"""Signing in on a tablet: the first time the server is asked, afterwards no network is needed.

What is kept is a scrypt verifier of the PIN (n = 2^14: about 16 MiB and 50 ms a try), never the
PIN. After ten wrong PINs the name is locked for a quarter of an hour.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from mobile.services.asking import ask, text_of, texts_of
from mobile.store import people
from mobile.store.database import TabletDatabase
from mobile.store.people import Person, Verifier
from mobile.transport.port import Transport
from shared.clocks import WallClock
from shared.errors import (
    InvalidInput,
    NetworkUnavailable,
    NotOurServer,
    TooManyAttempts,
    WrongCredentials,
)
from shared.ids import is_uuid
from shared.limits import (
    AREAS_PER_PERSON_MAX,
    NAME_LENGTH_MAX,
    PIN_DIGITS_MAX,
    PIN_DIGITS_MIN,
    SIGN_IN_ATTEMPTS_MAX,
    SIGN_IN_WINDOW_MS,
)
from shared.records.workflow import Role
from shared.thai.dates import to_arabic_digits

PATH: Final = "/api/v1/sign-in"
SCRYPT_N: Final = 2**14
SCRYPT_R: Final = 8
SALT_BYTES: Final = 16


def verifier_of(pin: str, salt: bytes) -> bytes:
    """What is kept in the place of a PIN."""
    return hashlib.scrypt(pin.encode(), salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=1, dklen=32)


class SignIn:
    """Knows who may work on this tablet."""

    def __init__(
        self,
        database: TabletDatabase,
        transport: Transport,
        clock: WallClock,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._database = database
        self._transport = transport
        self._clock = clock
        self._random_bytes = random_bytes

    def known(self) -> list[Person]:
        """Who signed in here before, by name."""
        return people.known(self._database.reader())

    def sign_in(self, login: str, pin: str) -> Person:
        """The person, or WrongCredentials, TooManyAttempts, NetworkUnavailable (first time)."""
        login = login.strip().casefold()[:NAME_LENGTH_MAX]
        pin = to_arabic_digits(pin.strip())
        if not login or not pin.isdecimal() or not PIN_DIGITS_MIN <= len(pin) <= PIN_DIGITS_MAX:
            raise InvalidInput("a name and a PIN of 6 to 12 digits", fields=["login", "pin"])
        found = people.find(self._database.reader(), login)
        if found is None:
            return self._ask_server(login, pin)
        person, check = found
        self._refuse_while_locked(check)
        if hmac.compare_digest(verifier_of(pin, check.salt), check.verifier):
            with self._database.writing() as connection:
                people.note_failure(connection, login, 0, 0)
            return person
        return self._wrong_here(login, pin, check)

    def _refuse_while_locked(self, check: Verifier) -> None:
        left = check.locked_until - self._clock.now_ms()
        # A clock set back must not lock somebody out for years.
        if 0 < left <= SIGN_IN_WINDOW_MS:
            raise TooManyAttempts("too many wrong PINs", retry_after_s=left // 1000 + 1)

    def _wrong_here(self, login: str, pin: str, check: Verifier) -> Person:
        """Perhaps the PIN was changed in the office: the server knows, if it can be asked."""
        failures = check.failures + 1
        locks = failures >= SIGN_IN_ATTEMPTS_MAX
        until = self._clock.now_ms() + SIGN_IN_WINDOW_MS if locks else 0
        with self._database.writing() as connection:
            people.note_failure(connection, login, 0 if locks else failures, until)
        try:
            return self._ask_server(login, pin)
        except NetworkUnavailable:
            raise WrongCredentials("wrong PIN") from None

    def _ask_server(self, login: str, pin: str) -> Person:
        answer = ask(self._transport, PATH, {"login": login, "pin": pin})
        person = text_of(answer, "person")
        role = text_of(answer, "role")
        if not is_uuid(person) or role not in set(Role):
            raise NotOurServer("the answer names no person")
        language = answer.get("language")
        signed_in = Person(
            login,
            person,
            text_of(answer, "name"),
            Role(role),
            tuple(texts_of(answer, "areas", AREAS_PER_PERSON_MAX)),
            language if language in ("th", "en") else "th",
        )
        salt = self._random_bytes(SALT_BYTES)
        verifier = verifier_of(pin, salt)
        with self._database.writing() as connection:
            people.keep(connection, signed_in, salt, verifier)
        return signed_in
