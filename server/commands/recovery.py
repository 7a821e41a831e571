"""backup, restore, doctor, receipt: is everything here, and how it comes back."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from server.app import create_app, office_of
from server.commands.running import CommandFailed, Run
from server.config import Config
from server.services.back_up import back_up
from server.services.examine_installation import Examination, examine_installation
from server.services.findings import Finding, Grade
from server.services.issue_receipt import FoundReceipt, check_receipt, find_receipts
from server.services.receive_blob import sweep_parts
from server.services.restore_backup import Restored, restore_backup
from server.services.verify_backup import Verified, verify_backup
from server.services.want_files import adopt_stored_files, withdraw_bad_files
from server.store import backup_folder
from server.store.office import Office
from shared.limits import MESSAGE_HEADER_BYTES_MAX

_SIGNS: Final = {Grade.WELL: "ok", Grade.NOTE: "--", Grade.CARE: "!!", Grade.WRONG: "XX"}
LISTED_MAX: Final = 20


def add_commands(commands: Any) -> None:
    """The subcommands of this file."""
    backup = commands.add_parser("backup", help="make a backup while the server runs")
    backup.add_argument("target", type=Path, help="a folder on another disk; one for all backups")
    backup.add_argument("--verify", action="store_true", help="read it back and hash everything")
    backup.add_argument(
        "--keep",
        type=int,
        metavar="N",
        help="with --verify: when this one is right, remove all but the newest N",
    )
    backup.set_defaults(command=make_backup)
    restore = commands.add_parser("restore", help="put a backup back and replay the journal")
    restore.add_argument("source", type=Path, help="a backup, or the folder of backups (newest)")
    restore.add_argument("--verify", action="store_true", help="only look the backup over")
    restore.add_argument("--into", type=Path, help="a drill: into another data folder")
    restore.add_argument("--into-database", default="", help="the drill's database, as a URL")
    restore.add_argument(
        "--replay", type=Path, action="append", default=[], help="a further journal to replay"
    )
    restore.add_argument("--new-journal", action="store_true", help="the journal is lost")
    restore.set_defaults(command=restore_from)
    doctor_parser = commands.add_parser("doctor", help="look everything over")
    doctor_parser.add_argument("--files", action="store_true", help="read and hash every file")
    doctor_parser.add_argument(
        "--want-files",
        action="store_true",
        help="take back that missing or damaged files are held, and ask tablets for them",
    )
    doctor_parser.set_defaults(command=doctor)
    receipt = commands.add_parser("receipt", help="is this receipt ours, and is it still true?")
    receipt.add_argument("receipt", help="its code (7F3A), or a file with it")
    receipt.set_defaults(command=show_receipt)
    for parser in (backup, restore, doctor_parser, receipt):
        parser.add_argument(
            "--json", action="store_true", default=argparse.SUPPRESS, help="for programs"
        )


def make_backup(run: Run, arguments: argparse.Namespace) -> None:
    """One backup, in a folder of its own below the target."""
    if arguments.keep is not None and (arguments.keep < 1 or not arguments.verify):
        raise CommandFailed("--keep is 1 or more, and needs --verify: only what is right stays")
    try:
        made = back_up(run.office(), arguments.target, verify=arguments.verify)
    except OSError as reason:
        raise CommandFailed(f"the backup could not be written: {reason}") from None
    lines = [
        f"{made.folder}: {made.records} records, {made.changes} changes, {made.files} files "
        f"({made.new_files} new), as of {_moment(made.taken_at)}."
    ]
    lines += [f"missing here: file {sha256}" for sha256 in made.missing[:LISTED_MAX]]
    if made.wrong is None:
        lines.append("It was not verified: --verify reads it back.")
    elif not made.wrong:
        lines.append("It was read back, and every hash is right.")
    removed: list[str] = []
    if arguments.keep is not None and made.wrong == () and not made.missing:
        removed = backup_folder.forget_older(arguments.target, arguments.keep)
        lines += [f"removed: {name}" for name in removed]
    value = {**asdict(made), "folder": str(made.folder), "removed": removed}
    run.say("\n".join(lines), value)
    if made.wrong or made.missing:
        raise CommandFailed(
            f"{len(made.wrong or ())} things in the backup are wrong, {len(made.missing)} files are"
            " missing: run samruat-server doctor --files"
        )


def restore_from(run: Run, arguments: argparse.Namespace) -> None:
    """Verify a backup; put it back unless only looking over was asked for."""
    if arguments.verify and arguments.into is None:
        _verify(run, arguments.source)
        return
    config = run.config(pages=False)
    journals = list(arguments.replay)
    new_journal = arguments.new_journal
    if arguments.into is not None:
        journals.insert(0, config.journal_folder)
        config = Config(arguments.into.absolute(), arguments.into_database, pages=False)
        new_journal = True
    try:
        done = restore_backup(
            _open, config, arguments.source, journals=journals, new_journal=new_journal
        )
    except OSError as reason:
        raise CommandFailed(f"nothing was put in place: {reason}") from None
    run.say("\n".join(_told(done, config)), _as_json(done))


def _open(config: Config, new_journal: bool) -> Office:
    return office_of(create_app(config, new_epoch=True, new_journal=new_journal))


def _verify(run: Run, source: Path) -> None:
    backup = backup_folder.open_backup(source)
    found = verify_backup(backup)
    wrong = [*found.wrong, *(f"file {name}: missing or damaged" for name in found.files_wrong)]
    run.say(
        "\n".join([f"{backup.folder}: {_looked_at(found)}", *wrong[:LISTED_MAX]]), asdict(found)
    )
    if wrong:
        raise CommandFailed(f"{len(wrong)} things are wrong: use another backup")


def _looked_at(found: Verified) -> str:
    return (
        f"{found.records} records, {found.changes} changes, {found.files} files, "
        "each against its hash."
    )


def _told(done: Restored, config: Config) -> list[str]:
    recovery = done.recovery
    lines = [
        f"{done.backup} of {_moment(done.taken_at)} is in place in {config.data}: "
        f"{_looked_at(done.verified)}",
        f"A new epoch began ({done.epoch}): tablets keep everything and offer again what is "
        "missing here.",
    ]
    if recovery is not None:
        lines.append(
            f"From the journal: {recovery.changes} changes of tablets, {recovery.saves} saves of "
            f"the office, {recovery.rows} rows of people, tablets, forms and files; "
            f"{recovery.kept_aside} kept aside, {recovery.conflicts} opened a conflict."
        )
        lines += [f"not done again: {one}" for one in recovery.failed]
        lines += [f"journal damaged: {one}" for one in recovery.damaged]
    lines += [
        f"likely entered twice: {one.title} ({one.type}, {one.scope}): {', '.join(one.records)}"
        for one in done.doubles[:LISTED_MAX]
    ]
    if done.wanted_files:
        lines.append(f"{len(done.wanted_files)} files are wanted from tablets:")
        lines += [f"  {name}" for name in done.wanted_files[:LISTED_MAX]]
    if done.put_aside:
        lines.append(f"What served before lies in {done.put_aside}.")
    return [
        *lines,
        "Next: samruat-server doctor --files, then serve; let every tablet synchronise.",
    ]


def _as_json(done: Restored) -> dict[str, Any]:
    return {**asdict(done), "backup": str(done.backup)}


def doctor(run: Run, arguments: argparse.Namespace) -> None:
    """Recompute every hash, digest and chain; say of each finding what it means and what to do."""
    office = run.office()
    sweep_parts(office)
    wanted: dict[str, str] = {}
    if arguments.want_files:
        adopt_stored_files(office)
        wanted = withdraw_bad_files(office, read=arguments.files)
    found = examine_installation(office, files_too=arguments.files)
    lines = [f"?? file {name}: {why}, wanted from tablets" for name, why in wanted.items()]
    lines += [line for one in found.findings for line in _lines(one)]
    run.say("\n".join(lines), _findings_json(found))
    if found.wrong:
        raise CommandFailed(f"{len(found.wrong)} things are wrong: restore from a backup")


def _lines(one: Finding) -> list[str]:
    told = [f"{_SIGNS[one.grade]} {one.meaning('th')}", f"   {one.meaning('en')}"]
    if one.advice("en"):
        told += [f"   -> {one.advice('th')}", f"   -> {one.advice('en')}"]
    return told


def _findings_json(found: Examination) -> dict[str, Any]:
    findings = [
        {
            "code": one.code,
            "grade": str(one.grade),
            "facts": one.facts,
            "meaning": {"th": one.meaning("th"), "en": one.meaning("en")},
            "advice": {"th": one.advice("th"), "en": one.advice("en")},
        }
        for one in found.findings
    ]
    return {"wrong": found.wrong, "findings": findings}


def show_receipt(run: Run, arguments: argparse.Namespace) -> None:
    """Whose receipt it is, what it says, and whether that is still so."""
    path, office = Path(arguments.receipt), run.office()
    if path.is_file():
        with path.open("rb") as file:
            found = [check_receipt(office, file.read(MESSAGE_HEADER_BYTES_MAX).strip())]
    else:
        found = find_receipts(office, arguments.receipt)
    if not found:
        raise CommandFailed(f"no receipt {arguments.receipt} was given here")
    run.say("\n".join(_receipt_line(one) for one in found), [asdict(one) for one in found])
    if not all(one.genuine and one.held for one in found):
        raise CommandFailed("a receipt is not this office's, or not all of it is here any more")


def _receipt_line(one: FoundReceipt) -> str:
    receipt = one.receipt
    verdict = "not signed by this office" if not one.genuine else "signed by this office"
    held = "all of it is here" if one.held else "NOT all of it is here"
    return (
        f"{one.code}  {one.label or receipt.client}: {receipt.number} changes, {receipt.records} "
        f"records, {receipt.photos} files, {receipt.quarantined} kept aside, "
        f"{_moment(receipt.time)}; {verdict}; {held}."
    )


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
