"""The ports of an Android tablet that differ from a computer's: is the network paid for by volume?

Java is reached by pyjnius, which the Android build brings along; nothing of it is imported before
it is used, so that this module can be read anywhere. The app needs ACCESS_NETWORK_STATE.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

ACTIVITY: Final = "org.kivy.android.PythonActivity"
CONNECTIVITY_SERVICE: Final = "connectivity"


class Manager(Protocol):
    """What is asked of Android's ConnectivityManager; its names are Java's."""

    def isActiveNetworkMetered(self) -> bool:  # noqa: N802
        """Does the person pay for the volume?"""

    def getActiveNetwork(self) -> Any:  # noqa: N802
        """The network in use; None when there is none."""


def system_manager() -> Manager:
    """Android's own."""
    from jnius import autoclass

    activity = autoclass(ACTIVITY).mActivity
    found: Manager = activity.getSystemService(CONNECTIVITY_SERVICE)
    return found


class AndroidNetwork:
    """The network as Android sees it."""

    def __init__(self, manager: Manager | None = None) -> None:
        self._manager = manager

    def _ask(self) -> Manager:
        if self._manager is None:
            self._manager = system_manager()
        return self._manager

    def online(self) -> bool:
        """False only when there certainly is no network."""
        return self._ask().getActiveNetwork() is not None

    def metered(self) -> bool:
        """True for mobile data, and for a hotspot that says so."""
        return bool(self._ask().isActiveNetworkMetered())
