"""The files of the project as git knows them, for the tests that read the house itself."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("shared", "sync", "server", "mobile")
"""The packages that are shipped."""


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file in git's index that is still there, and those new ones it does not ignore."""
    listed = subprocess.run(
        # A clone may belong to someone else than the person who runs its tests.
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()  # fmt: skip
    paths = (ROOT / name for name in sorted(listed.split("\0")) if name)
    found = tuple(path for path in paths if path.is_file())
    assert found, "git lists no file here: run the tests in a clone"
    return found


def python_files(*folders: str) -> tuple[Path, ...]:
    """The tracked Python sources, of the named top folders only when any is named."""
    return tuple(
        path
        for path in tracked_files()
        if path.suffix == ".py" and (not folders or path.relative_to(ROOT).parts[0] in folders)
    )


def short(path: Path) -> str:
    """A path as a person of the project would say it."""
    return path.relative_to(ROOT).as_posix()
