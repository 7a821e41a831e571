"""user add, user list: people from the command line."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import Any

from sqlalchemy import select

from server.commands.running import CommandFailed, Run
from server.models import PersonRow
from server.services.list_people import list_people
from server.services.manage_people import PersonEntry, add_person
from shared.records.workflow import STAFF_ROLES, Role


def add_commands(commands: Any) -> None:
    """The subcommands of this file."""
    user = commands.add_parser("user", help="people").add_subparsers(required=True)
    add = user.add_parser("add", help="add a person")
    add.add_argument("login")
    add.add_argument("--name", default="")
    add.add_argument("--role", choices=[str(role) for role in Role], required=True)
    add.add_argument("--area", action="append", default=[], help="an area's code, such as 20-1")
    add.add_argument("--language", choices=["th", "en"], default="th")
    add.add_argument("--password", help="for the office; asked for when not given")
    add.add_argument("--pin", help="for tablets: 6 to 12 digits")
    add.set_defaults(command=add_user)
    listing = user.add_parser("list", help="list people")
    listing.set_defaults(command=list_users)


def add_user(run: Run, arguments: argparse.Namespace) -> None:
    """Add a person; the first must be an administrator."""
    role = Role(arguments.role)
    office = run.office()
    with office.database.reading() as session:
        first = session.scalar(select(PersonRow.id).limit(1)) is None
    if first and role is not Role.ADMINISTRATOR:
        raise CommandFailed("the first person must be an administrator: --role administrator")
    password = arguments.password
    if password is None and role in STAFF_ROLES and sys.stdin.isatty():
        password = getpass.getpass("Password: ")
    entry = PersonEntry(
        arguments.login,
        arguments.name or arguments.login,
        role,
        tuple(f"area:{code}" for code in arguments.area),
        arguments.language,
        password=password,
        pin=arguments.pin,
    )
    person = add_person(office, None if first else run.administrator(), entry)
    run.say(f"{arguments.login} was added.", {"person": person, "login": arguments.login})


def list_users(run: Run, arguments: argparse.Namespace) -> None:
    """Everybody, with role and areas."""
    with run.office().database.reading() as session:
        people = list_people(session, None)
    lines = [
        f"{p.login:<16} {p.role:<14} {'' if p.active else '(inactive) '}{p.name}"
        f"  {' '.join(p.scopes)}"
        for p in people
    ]
    value = [
        {"login": p.login, "name": p.name, "role": p.role, "areas": list(p.scopes)} for p in people
    ]
    run.say("\n".join(lines) or "nobody yet", value)
