"""Binding the tablet: a code from the office, a name for the tablet."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mobile.presenters.observed import Observed, Sentence, Words, told
from mobile.services.enrol import Enrolment
from mobile.services.tablet import Tablet
from shared.errors import NetworkUnavailable


@dataclass(frozen=True, slots=True)
class EnrolState:
    """`busy` while the server is asked; `enrolled` when the tablet is bound."""

    busy: bool = False
    enrolled: bool = False
    server_name: str = ""
    label: str = ""
    problem: Sentence | None = None


class EnrolPresenter(Observed[EnrolState]):
    """The first screen of a new tablet."""

    def __init__(self, tablet: Tablet) -> None:
        super().__init__(EnrolState())
        self._tablet = tablet
        found = tablet.enroller.current()
        if found is not None:
            self._enrolled(found)

    def enrol(self, code: str, label: str) -> None:
        """Ask the server with the code."""
        if self.state.busy:
            return
        self._show(replace(self.state, busy=True, problem=None))
        self._tablet.away(
            lambda: self._tablet.enroller.enrol(code, label), self._enrolled, self._refused
        )

    def _enrolled(self, found: Enrolment) -> None:
        self._show(EnrolState(False, True, found.server_name, found.label))

    def _refused(self, error: Exception) -> None:
        words = Words("enrol.no_network") if isinstance(error, NetworkUnavailable) else told(error)
        self._show(replace(self.state, busy=False, problem=words))
