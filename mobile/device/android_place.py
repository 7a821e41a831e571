"""The receiver of an Android tablet, by its LocationManager: the latest fix, and why there is none.

Fixes come in by themselves from the first question on; `here` never waits for one. The app needs
ACCESS_FINE_LOCATION.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from mobile.device.android import ACTIVITY
from mobile.device.android_sound import may
from mobile.device.ports import Lack

FRESH_S: Final = 10.0
EVERY_MS: Final = 1_000
IDLE_S: Final = 120.0  # without a question the receiver is let go of: it empties the battery


class Receiver(Protocol):
    """What is asked of the system: `start` hands every fix (latitude, longitude, metres, altitude)
    to `got`."""

    def present(self) -> bool: ...
    def enabled(self) -> bool: ...
    def start(self, got: Callable[[float, float, float, float | None], None]) -> None: ...
    def stop(self) -> None: ...


class SystemReceiver:
    """Android's own."""

    def __init__(self) -> None:
        from jnius import autoclass

        activity = autoclass(ACTIVITY).mActivity
        self._manager = activity.getSystemService("location")
        self._listener: Any = None

    def present(self) -> bool:
        """Whether the tablet has a receiver at all."""
        return bool(self._manager.getAllProviders().contains("gps"))

    def enabled(self) -> bool:
        """Whether the person has it switched on."""
        return bool(self._manager.isProviderEnabled("gps"))

    def start(self, got: Callable[[float, float, float, float | None], None]) -> None:
        """Hand on every fix."""
        from jnius import PythonJavaClass, autoclass, java_method

        class Listener(PythonJavaClass):  # type: ignore[misc]
            __javainterfaces__ = ["android/location/LocationListener"]
            __javacontext__ = "app"

            @java_method("(Landroid/location/Location;)V")  # type: ignore[untyped-decorator]
            def onLocationChanged(self, fix: Any) -> None:  # noqa: N802
                high = float(fix.getAltitude()) if fix.hasAltitude() else None
                got(fix.getLatitude(), fix.getLongitude(), fix.getAccuracy(), high)

            @java_method("(Ljava/lang/String;)V")  # type: ignore[untyped-decorator]
            def onProviderEnabled(self, name: str) -> None:  # noqa: N802
                """Nothing to do: fixes come."""

            @java_method("(Ljava/lang/String;)V")  # type: ignore[untyped-decorator]
            def onProviderDisabled(self, name: str) -> None:  # noqa: N802
                """Nothing to do: no fixes come."""

            @java_method("(Ljava/lang/String;ILandroid/os/Bundle;)V")  # type: ignore[untyped-decorator]
            def onStatusChanged(self, name: str, status: int, extras: Any) -> None:  # noqa: N802
                """Asked for by old versions of Android."""

        self._listener = Listener()
        looper = autoclass("android.os.Looper").getMainLooper()
        self._manager.requestLocationUpdates("gps", EVERY_MS, 0.0, self._listener, looper)

    def stop(self) -> None:
        """No more fixes."""
        if self._listener is not None:
            self._manager.removeUpdates(self._listener)
            self._listener = None


class AndroidLocation:
    """Where the tablet is, by its receiver."""

    def __init__(
        self,
        make: Callable[[], Receiver] = SystemReceiver,
        allowed: Callable[[str], bool] = may,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make, self._allowed, self._monotonic = make, allowed, monotonic
        self._receiver: Receiver | None = None
        self._listening = False
        self._asked = 0.0
        self._fix: tuple[float, Mapping[str, str]] | None = None

    def here(self) -> Mapping[str, str] | None:
        """The latest fix, when it is fresh; the receiver listens from the first question on."""
        self._asked = self._monotonic()
        if self._lack() is not None:
            return None
        if not self._listening and self._receiver is not None:
            self._receiver.start(self._got)
            self._listening = True
        if self._fix is None or self._monotonic() - self._fix[0] > FRESH_S:
            return None
        return self._fix[1]

    def why_not(self) -> Lack:
        """Denied, none, off, or still searching (`busy`)."""
        return self._lack() or Lack("busy")

    def _lack(self) -> Lack | None:
        if not self._allowed("ACCESS_FINE_LOCATION"):
            return Lack("denied")
        if self._receiver is None:
            self._receiver = self._make()
        if not self._receiver.present():
            return Lack("none")
        return None if self._receiver.enabled() else Lack("off")

    def _got(self, latitude: float, longitude: float, metres: float, high: float | None) -> None:
        place = {"lat": f"{latitude:.7f}", "lon": f"{longitude:.7f}", "accuracy": f"{metres:.1f}"}
        if high is not None:
            place["altitude"] = f"{high:.1f}"
        self._fix = (self._monotonic(), place)
        if self._monotonic() - self._asked > IDLE_S and self._receiver is not None:
            self._receiver.stop()
            self._listening = False
