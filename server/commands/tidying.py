"""tidy: what the office may let go of, once a night."""

from __future__ import annotations

import argparse
from typing import Any

from server.commands.running import Run
from server.services.forget_tombstones import forget_tombstones
from shared.limits import TOMBSTONES_KEPT_DAYS


def add_commands(commands: Any) -> None:
    """The subcommand of this file."""
    tidy = commands.add_parser("tidy", help="once a night: let go of what left areas long ago")
    tidy.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="for programs")
    tidy.set_defaults(command=tidy_up)


def tidy_up(run: Run, _: argparse.Namespace) -> None:
    """Move the horizon of every scope; records that are there are never touched."""
    gone = forget_tombstones(run.office())
    lines = [f"{scope}: {count} rows of what left it were let go." for scope, count in gone.items()]
    if not lines:
        lines = [f"Nothing left an area more than {TOMBSTONES_KEPT_DAYS} days ago."]
    run.say("\n".join(lines), dict(gone))
