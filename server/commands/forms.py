"""form publish, rehearse, retire, check, paper, list: forms from the command line."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy import select

from server.commands import form_checking, printing, publishing
from server.commands.running import Run
from server.models import FormRow


def add_commands(commands: Any) -> None:
    """The subcommands of this file."""
    form = commands.add_parser("form", help="forms").add_subparsers(required=True)
    publishing.add_form_commands(form)
    form_checking.add_command(form)
    printing.add_commands(form)
    listing = form.add_parser("list", help="list published forms")
    listing.set_defaults(command=list_published)


def list_published(run: Run, arguments: argparse.Namespace) -> None:
    """Every published version."""
    wanted = select(FormRow.form_id, FormRow.version).order_by(FormRow.form_id, FormRow.version)
    with run.office().database.reading() as session:
        found = [{"form": row.form_id, "version": row.version} for row in session.execute(wanted)]
    run.say("\n".join(f"{one['form']} {one['version']}" for one in found) or "no form yet", found)
