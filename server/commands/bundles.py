"""bundle import: a file in which a tablet saved what it could not send."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from server.commands.running import CommandFailed, Run
from server.services.import_bundle import import_bundle


def add_commands(commands: Any) -> None:
    """The subcommands of this file."""
    bundle = commands.add_parser("bundle", help="rescue files").add_subparsers(required=True)
    take = bundle.add_parser("import", help="take in what a tablet saved to a file")
    take.add_argument("file", type=Path)
    take.set_defaults(command=import_file)


def import_file(run: Run, arguments: argparse.Namespace) -> None:
    """Take a rescue file in; again is the same as once."""
    try:
        source = arguments.file.open("rb")
    except OSError as problem:
        raise CommandFailed(f"cannot open {arguments.file}: {problem.strerror}") from problem
    with source:
        done = import_bundle(run.office(), run.administrator(), source)
    lines = [f"from tablet {done.label}: {done.changes} saves, {done.files} files"]
    lines += [f"  {name}: {count}" for name, count in sorted(done.outcomes.items())]
    lines += [f"  because {code}: {count}" for code, count in sorted(done.codes.items())]
    if done.left_out or done.refused:
        lines.append(f"  files still to come from the tablet: {done.left_out + done.refused}")
    run.say("\n".join(lines), asdict(done))
