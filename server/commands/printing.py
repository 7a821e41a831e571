"""form paper: the empty paper form of a published version, as PDF."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from server.commands.running import CommandFailed, Run
from server.reports.paper_form import paper_data
from server.reports.typesetting import typeset_here

ROWS_MAX = 200


def add_commands(form: Any) -> None:
    """The subcommands of this file, below `form`."""
    paper = form.add_parser("paper", help="typeset the empty paper form of a version (PDF)")
    paper.add_argument("form", help="the form's id")
    paper.add_argument("version", nargs="?", type=int, help="none: the newest")
    paper.add_argument("-o", "--output", type=Path, help="file to write (FORM-VERSION.pdf)")
    paper.add_argument("--language", choices=("th", "en"), default="th")
    paper.add_argument("--rows", type=int, default=0, help="empty rows in each table")
    paper.set_defaults(command=paper_form)


def paper_form(run: Run, arguments: argparse.Namespace) -> None:
    """Typeset one version's empty form."""
    if not 0 <= arguments.rows <= ROWS_MAX:
        raise CommandFailed(f"--rows is a number up to {ROWS_MAX}")
    office = run.office()
    with office.database.reading() as session:
        if arguments.version is None:
            form = office.forms.newest(session, arguments.form)
        else:
            form = office.forms.find(session, arguments.form, arguments.version)
        if form is None:
            raise CommandFailed(
                f"no such form is published: {arguments.form}. The list: samruat-server form list"
            )
        books = office.forms.codebooks(session)
    pdf = typeset_here(paper_data(form, books, arguments.language, rows=arguments.rows))
    target: Path = arguments.output or Path(f"{form.form_id}-{form.version}.pdf")
    try:
        target.write_bytes(pdf)
    except OSError as reason:
        raise CommandFailed(f"{target} cannot be written: {reason}") from None
    facts = {"form": form.form_id, "version": form.version, "bytes": len(pdf), "file": str(target)}
    run.say(f"{target}: {form.form_id} {form.version}, {len(pdf)} bytes", facts)
