"""export: the records of a form, all versions together, as csv or xlsx."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from server.commands.running import CommandFailed, Run
from server.exports.asking import CHOICE_SHAPES, FORMATS, ExportQuery, ExportShape
from server.exports.make_export import ENDINGS, Asker, export_records
from shared.records.workflow import Role, Status
from shared.thai.dates import DateProblem, parse_date


def add_commands(commands: Any) -> None:
    """The subcommands of this file."""
    parser = commands.add_parser("export", help="export the records of a form (csv, xlsx)")
    parser.add_argument("form", help="the form's id")
    parser.add_argument("-o", "--output", type=Path, help="file to write (FORM.zip, FORM.xlsx)")
    parser.add_argument("--format", choices=FORMATS, default="csv")
    parser.add_argument("--area", default="", help="scope of an area, such as area:20-1")
    parser.add_argument("--state", choices=[str(one) for one in Status], default="")
    parser.add_argument("--from", dest="day_from", default="", help="first day")
    parser.add_argument("--to", dest="day_to", default="", help="last day")
    parser.add_argument("--language", choices=("th", "en"), default="th")
    parser.add_argument("--choices", choices=CHOICE_SHAPES, default="both")
    parser.add_argument("--buddhist", action="store_true", help="add Buddhist-era dates")
    parser.add_argument("--no-labels", action="store_true", help="leave the row of labels out")
    parser.add_argument("--personal", action="store_true", help="do not mask personal data")
    parser.add_argument("--purpose", default="", help="what the personal data is for")
    parser.set_defaults(command=export)


def export(run: Run, arguments: argparse.Namespace) -> None:
    """Write the file; progress goes to standard error when a person looks."""
    query = ExportQuery(
        arguments.form,
        arguments.area,
        arguments.state,
        _day(arguments.day_from),
        _day(arguments.day_to),
    )
    shape = ExportShape(
        language=arguments.language,
        choices=arguments.choices,
        dates="both" if arguments.buddhist else "iso",
        labels=not arguments.no_labels,
        personal=arguments.personal,
    )
    target: Path = arguments.output or Path(f"{arguments.form}.{ENDINGS[arguments.format]}")
    if not target.parent.is_dir():
        raise CommandFailed(f"there is no folder {target.parent}")
    asker = Asker(run.administrator(), Role.ADMINISTRATOR, None, arguments.purpose)
    made = export_records(run.office(), asker, query, shape, arguments.format, target, tell=_tell)
    run.say(
        f"{target}: {made.records} records, {made.lines} lines",
        {"file": str(target), "records": made.records, "lines": made.lines},
    )


def _day(text: str) -> str:
    """An ISO day of what was typed. Raises CommandFailed."""
    if not text:
        return ""
    found = parse_date(text)
    if isinstance(found, DateProblem):
        raise CommandFailed(f"not a day: {text}. Write it as 15/8/2568")
    return found.date.isoformat()


def _tell(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done >= total else ""
        print(f"\r{done} of {total}", end=end, file=sys.stderr, flush=True)  # noqa: T201
