"""device code, list, revoke: tablets from the command line."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy import select

from server.commands.running import CommandFailed, Run
from server.models import DeviceRow
from server.services.enrol_device import make_enrolment_code
from server.services.list_devices import list_devices
from server.services.revoke_device import revoke_device


def add_commands(commands: Any) -> None:
    """The subcommands of this file."""
    device = commands.add_parser("device", help="tablets").add_subparsers(required=True)
    code = device.add_parser("code", help="make an enrolment code (one use, 24 hours)")
    code.add_argument("--area", action="append", required=True, help="an area's code")
    code.add_argument("--label", default="")
    code.set_defaults(command=make_code)
    listing = device.add_parser("list", help="list tablets")
    listing.set_defaults(command=list_tablets)
    revoke = device.add_parser("revoke", help="take a tablet's rights")
    revoke.add_argument("device", help="its id, or its label when only one has it")
    revoke.set_defaults(command=revoke_tablet)


def make_code(run: Run, arguments: argparse.Namespace) -> None:
    """An enrolment code for some areas."""
    scopes = [f"area:{code}" for code in arguments.area]
    code = make_enrolment_code(run.office(), run.administrator(), arguments.label, scopes)
    run.say(code, {"code": code, "areas": arguments.area})


def list_tablets(run: Run, arguments: argparse.Namespace) -> None:
    """Every tablet with its areas."""
    with run.office().database.reading() as session:
        tablets = list_devices(session, None)
    value = [
        {"device": t.id, "label": t.label, "revoked": t.revoked_at is not None} for t in tablets
    ]
    lines = [f"{t['device']}  {t['label']}{'  (revoked)' if t['revoked'] else ''}" for t in value]
    run.say("\n".join(lines) or "no tablet yet", value)


def revoke_tablet(run: Run, arguments: argparse.Namespace) -> None:
    """Revoke one tablet."""
    office = run.office()
    with office.database.reading() as session:
        wanted = select(DeviceRow.id).where(
            (DeviceRow.id == arguments.device) | (DeviceRow.label == arguments.device)
        )
        found = list(session.scalars(wanted))
    if len(found) != 1:
        raise CommandFailed(
            f"{len(found)} tablets are called {arguments.device}: see samruat-server device list"
        )
    revoke_device(office, run.administrator(), found[0])
    run.say(f"{found[0]} was revoked.", {"device": found[0], "revoked": True})
