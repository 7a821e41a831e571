"""Passwords, PINs and opaque tokens: argon2id, at most two at once; tokens kept as hashes."""

from __future__ import annotations

import hashlib
import threading
from base64 import urlsafe_b64encode
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from server.store.system import Randomness
from shared.errors import Busy
from shared.limits import DEVICE_TOKEN_BYTES, PASSWORD_HASHES_AT_ONCE_MAX

WAIT_S: Final = 10.0


class Passwords:
    """Hashes and checks secrets. One hash takes 19 MiB, so few run at once.

    Source: the first choice for argon2id of OWASP's password storage cheat sheet (19 MiB, 2 rounds,
    1 lane). What was hashed with other costs is checked with those.
    """

    def __init__(self, *, quick: bool = False) -> None:
        self._hasher = (
            PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
            if quick
            else PasswordHasher(time_cost=2, memory_cost=19 * 1_024, parallelism=1)
        )
        self._gate = threading.BoundedSemaphore(PASSWORD_HASHES_AT_ONCE_MAX)
        self._nobody = self._hasher.hash("nobody has this secret")

    def make(self, secret: str) -> str:
        """The hash to store."""
        self._enter()
        try:
            return self._hasher.hash(secret)
        finally:
            self._gate.release()

    def fits(self, stored: str | None, secret: str) -> bool:
        """Does the secret fit? Takes as long when there is nobody to compare with."""
        self._enter()
        try:
            fits = self._hasher.verify(stored or self._nobody, secret)
        except (Argon2Error, InvalidHashError):
            return False
        finally:
            self._gate.release()
        return fits and stored is not None

    def _enter(self) -> None:
        if not self._gate.acquire(timeout=WAIT_S):
            raise Busy("too many sign-ins at once", retry_after_s=5)


def new_token(randomness: Randomness) -> str:
    """A 256-bit opaque token as text for a header or a cookie."""
    return urlsafe_b64encode(randomness(DEVICE_TOKEN_BYTES)).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """What is stored of a token, a one-time code, or anything else that is random enough."""
    return hashlib.sha256(token.encode()).hexdigest()
