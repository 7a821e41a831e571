"""form publish, rehearse, retire; codebook publish, list, compare, activate."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from server.catalog import catalog_forms, codebook_document, codebook_names
from server.commands.running import CommandFailed, Run
from server.services.compare_codebooks import compare_codebooks
from server.services.keep_candidate import check_upload, discard_candidate, keep_candidate
from server.services.publish_candidate import publish_candidate
from server.services.publish_codebook import activate_codebook, publish_codebook
from server.services.publish_form import earlier_versions, is_published, publish_form
from server.services.read_candidate import RehearsalView, read_rehearsal
from server.services.read_codebook_library import find_codebook_row, read_codebooks
from server.services.read_table import BookFacts, read_book
from server.services.rehearse_form import ask_for_rehearsal, claim, rehearse
from server.services.retire_form import retire_form
from server.store.office import Office
from shared.errors import ConflictingState, FormInvalid
from shared.limits import CODEBOOK_BYTES_MAX, FORM_UPLOAD_BYTES_MAX
from shared.thai.dates import DateProblem, parse_date

Upload = list[tuple[str, bytes]]


def add_form_commands(form: Any) -> None:
    """The subcommands of `form` that are here."""
    parser = form.add_parser("publish", help="publish forms (.xlsx, .md, .csv, or .zip with media)")
    parser.add_argument("file", nargs="*", type=Path, help="files; none: those of the product")
    _with_companions(parser)
    parser.add_argument("--next", action="store_true", help="raise its version where it is taken")
    parser.add_argument(
        "--despite-blocked", action="store_true", help="publish though open records are blocked"
    )
    parser.set_defaults(command=publish)
    parser = form.add_parser("rehearse", help="try a form on all open records; changes nothing")
    parser.add_argument("file", type=Path)
    _with_companions(parser)
    parser.set_defaults(command=rehearse_file)
    parser = form.add_parser("retire", help="begin nothing new with a version")
    parser.add_argument("form")
    parser.add_argument("version", type=int)
    parser.add_argument("--undo", action="store_true", help="offer it again")
    parser.set_defaults(command=retire)


def _with_companions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--with", dest="companions", action="append", type=Path, default=[],
        help="a table (.csv, .geojson) or medium that belongs to the form; again for more",
    )  # fmt: skip


def add_commands(commands: Any) -> None:
    """The command `codebook`."""
    book = commands.add_parser("codebook", help="codebooks").add_subparsers(required=True)
    parser = book.add_parser("publish", help="keep a version (.json, .csv, .xlsx) and use it")
    parser.add_argument("file", type=Path)
    for name in ("name", "version", "title-th", "title-en", "source", "source-url", "valid-from"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--confidence", default="", choices=("", "H", "M", "L"))
    parser.add_argument("--keep-only", action="store_true", help="do not put it in force yet")
    parser.set_defaults(command=publish_book)
    parser = book.add_parser("list", help="list codebooks, their versions and what is in force")
    parser.set_defaults(command=list_books)
    parser = book.add_parser("compare", help="what differs between two versions")
    parser.add_argument("name")
    parser.add_argument("old", type=int)
    parser.add_argument("new", type=int)
    parser.set_defaults(command=compare)
    parser = book.add_parser("activate", help="put a version in force, an older or a newer one")
    parser.add_argument("name")
    parser.add_argument("version", type=int)
    parser.set_defaults(command=activate)


# -- forms -------------------------------------------------------------------------------------


def publish(run: Run, arguments: argparse.Namespace) -> None:
    """Publish forms; without files those of the product, and its codebooks."""
    office, author = run.office(), run.administrator()
    published: list[dict[str, Any]] = []
    if not arguments.file:
        for name in codebook_names():
            publish_codebook(office, author, codebook_document(name))
        for name, text in catalog_forms().items():
            try:
                done = publish_form(office, author, text, name)
            except FormInvalid as problem:
                raise CommandFailed(_defects(name, problem)) from None
            published.append({"form": done.form_id, "version": done.version, "fresh": done.fresh})
    for path in arguments.file:
        upload = _upload(path, arguments.companions)
        published.append(_publish_file(office, author, path, upload, arguments))
    lines = [
        f"{one['form']} {one['version']} {'published' if one['fresh'] else 'was published before'}"
        for one in published
    ]
    run.say("\n".join(lines), published)


def _upload(path: Path, companions: list[Path]) -> Upload:
    return [(one.name, _bytes(one, FORM_UPLOAD_BYTES_MAX)) for one in (path, *companions)]


def _bytes(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise CommandFailed(f"{path} is too large: at most {most // 2**20} MiB")
        return path.read_bytes()
    except OSError as reason:
        raise CommandFailed(f"{path} cannot be read: {reason}") from None


def _publish_file(
    office: Office, author: str, path: Path, upload: Upload, arguments: argparse.Namespace
) -> dict[str, Any]:
    checked = check_upload(upload)
    if isinstance(checked, list):
        raise CommandFailed(_all_defects(path, checked))
    ready = checked[1]
    form = ready.definition
    with office.database.reading() as session:
        same = earlier_versions(session, office.forms, form.form_id).get(form.version)
        done_before = is_published(session, same, ready)
    if done_before:
        return {"form": form.form_id, "version": form.version, "fresh": False}
    candidate = _kept(office, author, path, upload)
    try:
        view = _rehearsed(office, author, candidate)
        done = publish_candidate(
            office,
            author,
            candidate,
            version=None if arguments.next else form.version,
            despite_blocked=arguments.despite_blocked,
        )
    except FormInvalid as problem:
        discard_candidate(office, author, candidate)
        raise CommandFailed(_defects(path.name, problem)) from None
    except ConflictingState as problem:
        discard_candidate(office, author, candidate)
        if problem.facts.get("reason") == "rehearsal.blocked":
            raise CommandFailed(
                f"{path.name}: {_said(view)}; look at them with form rehearse, or add"
                " --despite-blocked: they stay with their version"
            ) from None
        raise
    return {"form": done.form_id, "version": done.version, "fresh": True, **_counts(view)}


def _kept(office: Office, author: str, path: Path, upload: Upload) -> str:
    found = keep_candidate(office, author, upload)
    if isinstance(found, list):
        raise CommandFailed(_all_defects(path, found))
    return found


def _rehearsed(office: Office, author: str, candidate: str) -> RehearsalView:
    ask_for_rehearsal(office, author, candidate)
    claim(office, candidate)
    rehearse(office, candidate)
    with office.database.reading() as session:
        view = read_rehearsal(session, candidate)
    assert view is not None, "it was asked for"
    return view


def rehearse_file(run: Run, arguments: argparse.Namespace) -> None:
    """Say what would become of every open record; nothing is kept."""
    office, author = run.office(), run.administrator()
    candidate = _kept(office, author, arguments.file, _upload(arguments.file, arguments.companions))
    try:
        view = _rehearsed(office, author, candidate)
    finally:
        discard_candidate(office, author, candidate)
    lines = [_said(view)]
    lines += [
        f"  {one.kind} {one.count}: {one.type} {one.field} - {one.why.en}" for one in view.questions
    ]
    told = [
        {"kind": q.kind, "records": q.count, "type": q.type, "field": q.field, "why": q.why.en}
        for q in view.questions
    ]
    run.say("\n".join(lines), {**_counts(view), "questions": told})


def _counts(view: RehearsalView) -> dict[str, int]:
    return {"fit": view.fits, "lose": view.loses, "blocked": view.blocked}


def _said(view: RehearsalView) -> str:
    return f"{view.fits} fit, {view.loses} lose an answer, {view.blocked} are blocked"


def _all_defects(path: Path, defects: list[Any]) -> str:
    """A line for each: severity, sheet, row, column, what to write instead."""
    errors = sum(one.severity == "error" for one in defects)
    lines = [
        f"{one.severity} {one.sheet} {one.row} {one.column} {one.code}: {one.message.en}"
        for one in defects
    ]
    return "\n".join([f"{path.name}: {errors} defects", *lines])


def _defects(name: str, problem: FormInvalid) -> str:
    return "\n".join([f"{name}: {problem.detail}", *problem.facts.get("defects", [])])


def retire(run: Run, arguments: argparse.Namespace) -> None:
    """Retire a version, or offer it again."""
    office, author = run.office(), run.administrator()
    version: int = arguments.version
    changed = retire_form(office, author, arguments.form, version, retired=not arguments.undo)
    state = "offered" if arguments.undo else "retired"
    said = f"{arguments.form} {version} is {state}" + ("" if changed else " already")
    run.say(said, {"form": arguments.form, "version": version, "state": state})


# -- codebooks ---------------------------------------------------------------------------------


def publish_book(run: Run, arguments: argparse.Namespace) -> None:
    """Keep a version of a codebook."""
    office, author = run.office(), run.administrator()
    path: Path = arguments.file
    day = parse_date(arguments.valid_from) if arguments.valid_from else None
    if isinstance(day, DateProblem):
        raise CommandFailed("--valid-from is a day like 2025-10-01 or 1/10/2568")
    facts = BookFacts(
        name=arguments.name or ("" if path.suffix == ".json" else path.stem),
        version=arguments.version,
        title_th=arguments.title_th,
        title_en=arguments.title_en,
        source=arguments.source,
        source_url=arguments.source_url,
        confidence=arguments.confidence,
        valid_from=day.date.isoformat() if day is not None else "",
    )
    found = read_book(path.name, _bytes(path, CODEBOOK_BYTES_MAX), facts)
    if isinstance(found, list):
        raise CommandFailed(_all_defects(path, found))
    done = publish_codebook(
        office, author, found, activate=not arguments.keep_only, source_name=path.name
    )
    state = "in force" if done.active else "kept"
    said = f"{done.name} {done.number} {state}" + ("" if done.fresh else ", was there before")
    run.say(said, {"codebook": done.name, "number": done.number, "active": done.active})


def list_books(run: Run, _: argparse.Namespace) -> None:
    """Every version; the one in force is marked."""
    office = run.office()
    with office.database.reading() as session:
        entries = read_codebooks(session, office.forms)
    found = [
        {
            "codebook": one.name,
            "number": one.version,
            "version": one.label,
            "rows": one.rows,
            "active": one.active,
        }
        for entry in entries
        for one in entry.versions
    ]
    lines = [
        f"{'*' if one['active'] else ' '} {one['codebook']} {one['number']} ({one['version']},"
        f" {one['rows']} rows)"
        for one in found
    ]
    run.say("\n".join(lines) or "no codebook yet", found)


def compare(run: Run, arguments: argparse.Namespace) -> None:
    """What differs, row by row."""
    office, name = run.office(), arguments.name
    with office.database.reading() as session:
        for version in (arguments.old, arguments.new):
            find_codebook_row(session, name, version)
        old = office.forms.codebook(session, name, arguments.old)
        new = office.forms.codebook(session, name, arguments.new)
    found = compare_codebooks(old, new)
    counts = {
        "added": found.added_count,
        "removed": found.removed_count,
        "changed": found.changed_count,
        "same": found.same_count,
    }
    lines = [", ".join(f"{number} {what}" for what, number in counts.items())]
    lines += [f"+ {row.key} {row.label.en}" for row in found.added]
    lines += [f"- {row.key} {row.label.en}" for row in found.removed]
    lines += [
        f"~ {row.key} {cell.column}: {cell.before!r} -> {cell.after!r}"
        for row in found.changed
        for cell in row.cells
    ]
    run.say("\n".join(lines), counts)


def activate(run: Run, arguments: argparse.Namespace) -> None:
    """Put a version in force."""
    changed = activate_codebook(
        run.office(), run.administrator(), arguments.name, arguments.version
    )
    said = f"{arguments.name} {arguments.version} is in force" + ("" if changed else " already")
    run.say(said, {"codebook": arguments.name, "number": arguments.version, "changed": changed})
