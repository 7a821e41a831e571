"""Photos, films and files of an Android tablet, by its own apps: its camera, its file chooser.

An app is started with a place to write to and its result is copied into our own folder. The person
is away in it for as long as they like, so these wait on the thread for devices, never on the one
that draws or the one that writes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from mobile.device.android import ACTIVITY
from mobile.device.android_sound import may
from mobile.device.codes import Decode, read_code, zbar
from mobile.device.ports import Lack, Picture
from shared.limits import BLOB_BYTES_MAX

WAIT_S: Final = 30 * 60.0
KINDS: Final = {"audio": "audio/*", "video": "video/*", "": "*/*"}


class Apps(Protocol):
    """What is asked of the system. Each answers with the path of a file in our folder, or None when
    the person turned back."""

    def photograph(self, folder: Path, *, front: bool) -> Path | None: ...
    def film(self, folder: Path) -> Path | None: ...
    def choose(self, folder: Path, kind: str) -> Path | None: ...


class AndroidCamera:
    """The tablet's camera app for photos and films, its chooser for files, and codes on photos."""

    def __init__(
        self,
        folder: Path,
        apps: Apps | None = None,
        allowed: Callable[[str], bool] = may,
        decode: Decode = zbar,
    ) -> None:
        self._folder, self._apps, self._allowed, self._decode = folder, apps, allowed, decode

    def _ask(self) -> Apps:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._apps is None:
            self._apps = SystemApps()
        return self._apps

    def take(self) -> Picture | None:
        """A photo by the camera app."""
        return _picture(self._ask().photograph(self._folder, front=False))

    def take_front(self) -> Picture | None:
        """A photo of who holds the tablet, where the camera app heeds the wish."""
        return _picture(self._ask().photograph(self._folder, front=True))

    def pictures(self) -> Sequence[Picture]:
        """One picture, chosen in the tablet's own chooser."""
        found = _picture(self._ask().choose(self._folder, "image/*"))
        return () if found is None else (found,)

    def film(self) -> Picture | Lack:
        """A film by the camera app."""
        if not self._allowed("CAMERA"):
            return Lack("denied")
        return _picture(self._ask().film(self._folder)) or Lack("gave_up")

    def files(self, kind: str) -> Sequence[Picture] | Lack:
        """One file, chosen in the tablet's own chooser."""
        found = _picture(self._ask().choose(self._folder, KINDS.get(kind, "*/*")))
        return Lack("gave_up") if found is None else (found,)

    def scan(self) -> str | Lack:
        """The code on a photo taken now."""
        taken = self.take()
        return Lack("gave_up") if taken is None else self.read(taken.path)

    def read(self, path: Path) -> str | Lack:
        """The code on a picture."""
        return read_code(path, self._decode)


def _picture(path: Path | None) -> Picture | None:
    return None if path is None else Picture(path.name, path)


class SystemApps:
    """Android's own apps, by intents."""

    def __init__(self) -> None:
        from jnius import autoclass

        self._activity = autoclass(ACTIVITY).mActivity
        self._intent = autoclass("android.content.Intent")
        self._store = autoclass("android.provider.MediaStore")
        self._count = 700

    def photograph(self, folder: Path, *, front: bool) -> Path | None:
        """The camera app writes into a row of the media store that is ours."""
        from jnius import autoclass

        images = autoclass("android.provider.MediaStore$Images$Media").EXTERNAL_CONTENT_URI
        intent = self._intent("android.media.action.IMAGE_CAPTURE")
        if front:
            intent.putExtra("android.intent.extras.CAMERA_FACING", 1)
        return self._made(intent, images, folder, ".jpg")

    def film(self, folder: Path) -> Path | None:
        """Likewise, of five minutes at most."""
        from jnius import autoclass

        films = autoclass("android.provider.MediaStore$Video$Media").EXTERNAL_CONTENT_URI
        intent = self._intent("android.media.action.VIDEO_CAPTURE")
        intent.putExtra("android.intent.extra.durationLimit", 300)
        intent.putExtra("android.intent.extra.sizeLimit", BLOB_BYTES_MAX)
        return self._made(intent, films, folder, ".mp4")

    def choose(self, folder: Path, kind: str) -> Path | None:
        """The system's chooser; it hands out one document to read."""
        intent = self._intent("android.intent.action.OPEN_DOCUMENT")
        intent.addCategory("android.intent.category.OPENABLE")
        intent.setType(kind)
        data = self._started(intent)
        return None if data is None else self._copied(data.getData(), folder, "")

    def _made(self, intent: Any, table: Any, folder: Path, suffix: str) -> Path | None:
        from jnius import autoclass, cast

        resolver = self._activity.getContentResolver()
        uri = resolver.insert(table, autoclass("android.content.ContentValues")())
        intent.putExtra("output", cast("android.os.Parcelable", uri))
        if self._started(intent, needs_data=False) is None:
            resolver.delete(uri, None, None)
            return None
        path = self._copied(uri, folder, suffix)
        resolver.delete(uri, None, None)  # the copy is ours; none stays in the gallery
        return path

    def _started(self, intent: Any, *, needs_data: bool = True) -> Any:
        """Start an app and wait for what it hands back; None when the person turned back."""
        from android import activity as results

        self._count += 1
        number, over, found = self._count, threading.Event(), list[Any]()

        def ended(request: int, result: int, data: Any) -> None:
            if request == number:
                if result == -1 and (data is not None or not needs_data):
                    found.append(data if data is not None else True)
                over.set()

        results.bind(on_activity_result=ended)
        try:
            self._activity.startActivityForResult(intent, number)
            over.wait(WAIT_S)
        finally:
            results.unbind(on_activity_result=ended)
        return found[0] if found else None

    def _copied(self, uri: Any, folder: Path, suffix: str) -> Path | None:
        """Copy what a uri holds, by its file descriptor, up to the size that a file may have."""
        import os

        opened = self._activity.getContentResolver().openFileDescriptor(uri, "r")
        name = str(uri.getLastPathSegment() or "file").replace("/", "_").replace(":", "_")
        path = folder / f"{name[-80:]}{suffix}"
        with os.fdopen(opened.detachFd(), "rb") as source, path.open("wb") as target:
            left = BLOB_BYTES_MAX + 1
            while left > 0 and (data := source.read(min(left, 1 << 20))):
                target.write(data)
                left -= len(data)
        return path if path.stat().st_size else None
