"""samruat-server: the office's commands. Errors are one line and name the next command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from server.commands import (
    areas,
    bundles,
    devices,
    exporting,
    forms,
    installation,
    people,
    publishing,
    recovery,
    tidying,
)
from server.commands.running import CommandFailed, Run
from shared.errors import SurveyError

DATA: Final = Path("var") / "office"
EXIT_FAILED: Final = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 1 with one line on standard error."""
    arguments = _parser().parse_args(argv)
    run = Run(
        arguments.data,
        arguments.database,
        arguments.json,
        arguments.blobs,
        arguments.blobs_endpoint,
        arguments.journal,
    )
    command: Callable[[Run, argparse.Namespace], None] = arguments.command
    try:
        command(run, arguments)
    except CommandFailed as problem:
        print(problem, file=sys.stderr)
        return EXIT_FAILED
    except SurveyError as problem:
        print(_one_line(problem), file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return 0
    finally:
        run.close()
    return 0


def _one_line(problem: SurveyError) -> str:
    facts = "".join(
        f"; {name}: {', '.join(value) if isinstance(value, list) else value}"
        for name, value in problem.facts.items()
        if name in ("fields", "reason", "newest", "login")
    )
    return f"{problem.detail or problem.code}{facts} ({problem.code})"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="samruat-server", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help=f"folder of the data ({DATA})")
    parser.add_argument("--database", default="", help="another database, as a SQLAlchemy URL")
    parser.add_argument(
        "--blobs",
        default=os.environ.get("SAMRUAT_BLOBS", ""),
        help="keep files at s3://BUCKET/PREFIX instead of in the data folder (SAMRUAT_BLOBS)",
    )
    parser.add_argument(
        "--blobs-endpoint",
        default=os.environ.get("SAMRUAT_BLOBS_ENDPOINT", ""),
        help="address of an S3 server that is not Amazon's (SAMRUAT_BLOBS_ENDPOINT)",
    )
    kept = os.environ.get("SAMRUAT_JOURNAL", "")
    parser.add_argument(
        "--journal",
        type=Path,
        default=Path(kept) if kept else None,
        help="folder of the journal, best on another disk (SAMRUAT_JOURNAL; DATA/journal)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    commands = parser.add_subparsers(required=True, metavar="command")
    installation.add_commands(commands)
    areas.add_commands(commands)
    people.add_commands(commands)
    devices.add_commands(commands)
    forms.add_commands(commands)
    publishing.add_commands(commands)
    exporting.add_commands(commands)
    recovery.add_commands(commands)
    tidying.add_commands(commands)
    bundles.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
