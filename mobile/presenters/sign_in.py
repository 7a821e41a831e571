"""Signing in with name and PIN; after the first time no network is needed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mobile.presenters.observed import Observed, Sentence, Words, told
from mobile.services.tablet import Tablet
from mobile.store.people import Person
from shared.errors import NetworkUnavailable


@dataclass(frozen=True, slots=True)
class SignInState:
    """`people` signed in here before, each (login, name); `signed_in` the name of who is in."""

    people: tuple[tuple[str, str], ...] = ()
    busy: bool = False
    signed_in: str = ""
    problem: Sentence | None = None


class SignInPresenter(Observed[SignInState]):
    """Who works on the tablet."""

    def __init__(self, tablet: Tablet) -> None:
        super().__init__(SignInState())
        self._tablet = tablet
        self.refresh()

    def refresh(self) -> None:
        """Look up who is known here."""
        people = tuple((p.login, p.name) for p in self._tablet.people.known())
        signed_in = self._tablet.person.name if self._tablet.person is not None else ""
        self._show(replace(self.state, people=people, signed_in=signed_in))

    def sign_in(self, login: str, pin: str) -> None:
        """Check name and PIN, here or with the server."""
        if self.state.busy:
            return
        self._show(replace(self.state, busy=True, problem=None))
        self._tablet.away(
            lambda: self._tablet.people.sign_in(login, pin), self._signed_in, self._refused
        )

    def _signed_in(self, person: Person) -> None:
        self._tablet.person = person
        self._tablet.synchroniser.nudge()
        self._show(SignInState(self.state.people, False, person.name))

    def _refused(self, error: Exception) -> None:
        # Only somebody who is not known here needs the network: the general words would mislead.
        words = (
            Words("sign_in.no_network") if isinstance(error, NetworkUnavailable) else told(error)
        )
        self._show(replace(self.state, busy=False, problem=words))
