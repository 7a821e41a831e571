"""form check: every form of files and folders, compiled in a process with bounds of its own."""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from server.catalog import catalog_forms
from server.commands.running import CommandFailed, Run
from server.services.unpack_upload import unpack_upload
from shared.limits import FORM_SOURCE_BYTES_MAX, FORM_UPLOAD_BYTES_MAX

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from server.xlsform import SheetDefect

KINDS: Final = (".xlsx", ".xlsm", ".xls", ".md", ".csv", ".xml", ".zip")
BESIDE: Final = (
    ".csv", ".geojson", ".xml",
    ".png", ".jpg", ".jpeg", ".webp", ".gif", ".mp3", ".m4a", ".wav", ".ogg", ".mp4", ".webm",
)  # fmt: skip
FILES_MAX: Final = 20_000
SECONDS_MAX: Final = 60
MEMORY_BYTES_MAX: Final = 2 * 2**30
RESULTS: Final = ("loads", "refused", "unsupported", "checked", "no_form", "crashed")


@dataclass(frozen=True, slots=True)
class Found:
    """One thing said of a form."""

    sheet: str
    row: int
    column: str
    code: str
    severity: str
    th: str
    en: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one file: `loads`, `refused` (it has defects), `unsupported` (it asks for what
    is named as unsupported, and has no other defect), `checked` (a sound XForm, which is checked
    and not published), `no_form`, or `crashed` (a mistake of ours, or more time or memory than one
    form may take)."""

    file: str
    result: str
    form: str = ""
    version: int = 0
    questions: int = 0
    seconds: float = 0.0
    defects: tuple[Found, ...] = ()
    reason: str = ""


def add_command(form: Any) -> None:
    """The subcommand `form check`."""
    parser = form.add_parser("check", help="name every defect of forms; nothing is stored")
    parser.add_argument(
        "path", nargs="*", type=Path, help="forms, and folders of them; none: the product's own"
    )
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON for programs"
    )
    parser.add_argument("--warnings", action="store_true", help="print warnings as well")
    parser.set_defaults(command=check)


def check(run: Run, arguments: argparse.Namespace) -> None:
    """Compile forms and say what is wrong with each; the exit code is 1 when any is refused."""
    run.as_json = run.as_json or bool(getattr(arguments, "json", False))
    found = list(_product() if not arguments.path else _each(_files(arguments.path)))
    counts = Counter(one.result for one in found)
    total = {name: counts[name] for name in RESULTS if counts[name]}
    lines = [line for one in found for line in _lines(one, arguments.warnings)]
    lines.append(_sum(len(found), total))
    run.say("\n".join(lines), {"files": [asdict(one) for one in found], "sum": total})
    bad = counts["refused"] + counts["unsupported"] + counts["crashed"]
    if bad:
        raise CommandFailed(f"{bad} of {len(found)} forms cannot be published as they are")


def _sum(files: int, total: Mapping[str, int]) -> str:
    words = {
        "loads": "load",
        "refused": "have defects",
        "unsupported": "ask for what is not supported",
        "checked": "sound XForms",
        "no_form": "are no forms",
        "crashed": "crashed",
    }
    told = ", ".join(f"{count} {words[name]}" for name, count in total.items())
    return f"{files} files: {told or 'no form found'}"


def _lines(one: Checked, warnings: bool) -> Iterator[str]:
    """What a person reads of one file."""
    if one.result == "no_form":
        return
    count = sum(1 for defect in one.defects if defect.severity == "warning")
    told = f", {count} warnings" if count else ""
    form = f" ({one.form} {one.version}, {one.questions} questions{told})" if one.form else told
    yield f"{one.file}: {one.result}{form}{': ' + one.reason if one.reason else ''}"
    for defect in one.defects:
        if defect.severity == "error" or warnings:
            sheet = defect.sheet or "file"
            place = f"{sheet} row {defect.row}" if defect.row else sheet
            column = f", {defect.column}" if defect.column else ""
            yield f"  {defect.severity}: {place}{column}: {defect.en} ({defect.code})"


def _product() -> Iterator[Checked]:
    """The forms that come with the product."""
    for name, text in catalog_forms().items():
        yield check_bytes(text.encode(), f"{name}.md", {}, name)


def _files(paths: list[Path]) -> Iterator[tuple[Path, bool]]:
    """The files to check; in a folder those that may be forms (then True)."""
    count = 0
    for path in paths:
        if not path.exists():
            raise CommandFailed(f"there is no file or folder {path}")
        if not path.is_dir():
            yield path, False
            continue
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() in KINDS and file.is_file() and not file.name.startswith("~$"):
                count += 1
                if count > FILES_MAX:
                    raise CommandFailed(f"there are more than {FILES_MAX} files below {path}")
                yield file, True


class Beside(Mapping[str, bytes]):
    """The files beside a form, read when the form asks for them: those of its folder and of its
    `-media` folder."""

    def __init__(self, form: Path) -> None:
        self.paths: dict[str, Path] = {}
        for folder in (form.with_name(f"{form.stem}-media"), form.parent):
            for path in sorted(folder.iterdir()) if folder.is_dir() else []:
                if path.suffix.lower() in BESIDE and path != form and path.is_file():
                    self.paths.setdefault(path.name, path)

    def __getitem__(self, name: str) -> bytes:
        path = self.paths[name]
        if path.stat().st_size > FORM_UPLOAD_BYTES_MAX:
            return b""
        return path.read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)


def check_file(path: Path, *, in_folder: bool) -> Checked:
    """What comes of one file."""
    try:
        most = FORM_UPLOAD_BYTES_MAX if path.suffix.lower() == ".zip" else FORM_SOURCE_BYTES_MAX
        data = b"x" * (most + 1) if path.stat().st_size > most else path.read_bytes()
    except OSError as reason:
        return Checked(str(path), "refused", reason=reason.strerror or "it cannot be read")
    if in_folder and not _may_be_form(data, path.suffix.lower()):
        return Checked(str(path), "no_form")
    if path.suffix.lower() != ".zip":
        return check_bytes(data, path.name, Beside(path), str(path))
    packed = unpack_upload([(path.name, data)])
    if isinstance(packed, list):
        result = "no_form" if in_folder else "refused"
        return Checked(str(path), result, defects=_found(packed))
    return check_bytes(packed.data, packed.name, packed.companions, str(path))


def _may_be_form(data: bytes, suffix: str) -> bool:
    """Whether a file found in a folder is a form, and no plain table or text."""
    head = data[:4_096].decode("utf-8", "replace").lstrip("\ufeff \t\r\n").lower()
    if suffix == ".csv":
        first = head.partition("\n")[0].partition(",")[0].strip().strip('"')
        return first in ("survey", "choices", "settings", "cascades", "external_choices", "osm")
    if suffix == ".md":
        return any(line.strip().startswith("|") for line in head.splitlines()) and "survey" in head
    if suffix == ".xml":
        return "http://www.w3.org/2002/xforms" in data[:20_000].decode("utf-8", "replace")
    return True


def check_bytes(data: bytes, name: str, beside: Mapping[str, bytes], shown: str) -> Checked:
    """What comes of a form's bytes."""
    # pyxform takes most of a second to import; only this command needs it.
    from server.xlsform import examine

    begun = time.monotonic()
    seen = examine(data, name, beside)
    seconds = round(time.monotonic() - begun, 3)
    defects = _found(seen.defects)
    form = seen.definition
    if form is None:
        return Checked(shown, seen.result, seconds=seconds, defects=defects)
    count = sum(len(form.questions(kind)) for kind in form.record_types())
    return Checked(shown, seen.result, form.form_id, form.version, count, seconds, defects)


def _found(defects: Sequence[SheetDefect]) -> tuple[Found, ...]:
    return tuple(
        Found(
            one.sheet,
            one.row,
            one.column,
            one.code,
            one.severity,
            one.message.th,
            one.message.en,
        )
        for one in defects
    )


# -- a process with bounds ---------------------------------------------------------------------


def _each(files: Iterator[tuple[Path, bool]]) -> Iterator[Checked]:
    """Checks files one after another in a process that is made anew when one breaks it."""
    worker: _Worker | None = None
    try:
        for path, in_folder in files:
            worker = worker or _Worker()
            checked = worker.check(path, in_folder)
            if checked is None:
                reason = worker.stop()
                worker = None
                checked = Checked(str(path), "crashed", reason=reason)
            yield checked
    finally:
        if worker is not None:
            worker.stop()


class _Worker:
    """One process that checks forms."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.here, there = context.Pipe()
        self.process = context.Process(target=work, args=(there,), daemon=True)
        self.process.start()
        there.close()
        self.reason = ""

    def check(self, path: Path, in_folder: bool) -> Checked | None:
        """What came of a file; None when the process did not survive it, or not in time."""
        try:
            self.here.send((path, in_folder))
            if not self.here.poll(SECONDS_MAX):
                self.reason = f"it took more than {SECONDS_MAX} seconds"
                return None
            found: object = self.here.recv()
        except (EOFError, OSError):
            self.reason = "it ended the process that read it"
            return None
        return found if isinstance(found, Checked) else None

    def stop(self) -> str:
        """Ends the process; why it broke, if it did."""
        self.here.close()
        self.process.kill()
        self.process.join()
        return self.reason


def work(there: Connection) -> None:
    """Checks what it is told to, until nobody asks."""
    _bound_memory()
    while True:
        try:
            path, in_folder = there.recv()
        except (EOFError, OSError):
            return
        try:
            checked = check_file(path, in_folder=in_folder)
        except MemoryError:
            checked = Checked(str(path), "crashed", reason="it took too much memory")
        except Exception as why:
            # A mistake of ours must not keep the forms behind this one from being checked.
            reason = f"{type(why).__name__}: {' '.join(str(why).split())[:200]}"
            checked = Checked(str(path), "crashed", reason=reason)
        there.send(checked)


def _bound_memory() -> None:
    """Bounds what the process may take, where the system can."""
    try:
        import resource
    except ImportError:
        return
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    if most == resource.RLIM_INFINITY or most > MEMORY_BYTES_MAX:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, most))
