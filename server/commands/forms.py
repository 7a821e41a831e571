"""form publish, list, check: forms from the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from sqlalchemy import select

from server.catalog import catalog_forms, codebook_document, codebook_names
from server.commands import form_checking, printing
from server.commands.running import CommandFailed, Run
from server.models import FormRow
from server.services.publish_codebook import publish_codebook
from server.services.publish_form import publish_form
from shared.errors import FormInvalid
from shared.limits import FORM_SOURCE_BYTES_MAX


def add_commands(commands: Any) -> None:
    """The subcommands of this file."""
    form = commands.add_parser("form", help="forms").add_subparsers(required=True)
    parser = form.add_parser("publish", help="publish forms (XLSForm as Markdown tables)")
    parser.add_argument("file", nargs="*", type=Path, help="files; none: those of the product")
    parser.set_defaults(command=publish)
    form_checking.add_command(form)
    printing.add_commands(form)
    listing = form.add_parser("list", help="list published forms")
    listing.set_defaults(command=list_published)


def _sources(files: list[Path]) -> dict[str, str]:
    if not files:
        return catalog_forms()
    found: dict[str, str] = {}
    for path in files:
        try:
            if path.stat().st_size > FORM_SOURCE_BYTES_MAX:
                raise CommandFailed(f"{path} is too large for a form")
            found[path.name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeError) as reason:
            raise CommandFailed(f"{path} cannot be read: {reason}") from None
    return found


def publish(run: Run, arguments: argparse.Namespace) -> None:
    """Publish forms; without files those of the product, and its codebooks."""
    office, author = run.office(), run.administrator()
    published = []
    if not arguments.file:
        for name in codebook_names():
            publish_codebook(office, author, codebook_document(name))
    for name, text in _sources(arguments.file).items():
        try:
            done = publish_form(office, author, text, name)
        except FormInvalid as problem:
            raise CommandFailed(_defects(name, problem)) from None
        published.append({"form": done.form_id, "version": done.version, "fresh": done.fresh})
    lines = [
        f"{one['form']} {one['version']} {'published' if one['fresh'] else 'was published before'}"
        for one in published
    ]
    run.say("\n".join(lines), published)


def _defects(name: str, problem: FormInvalid) -> str:
    return "\n".join([f"{name}: {problem.detail}", *problem.facts.get("defects", [])])


def list_published(run: Run, arguments: argparse.Namespace) -> None:
    """Every published version."""
    wanted = select(FormRow.form_id, FormRow.version).order_by(FormRow.form_id, FormRow.version)
    with run.office().database.reading() as session:
        found = [{"form": row.form_id, "version": row.version} for row in session.execute(wanted)]
    run.say("\n".join(f"{one['form']} {one['version']}" for one in found) or "no form yet", found)
