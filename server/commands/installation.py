"""init, serve and demo: the installation as a whole."""

from __future__ import annotations

import argparse
import os
import signal
from contextlib import suppress
from types import FrameType
from typing import Any

from server.app import Ports, create_app, office_of
from server.catalog import catalog_forms, codebook_document, codebook_names
from server.commands.running import CommandFailed, Run
from server.demonstration.past import PastClock, past_ids
from server.demonstration.sign_ins import SIGN_INS_FILE, is_loaded, new_codes
from server.services.keep_rehearsals import RehearsalKeeping
from server.services.keep_segments import SegmentKeeping
from server.services.receive_blob import sweep_parts
from server.serving import make_server, settle_memory, share_one_heap
from server.store.serving_lock import hold
from server.store.system import SystemClock
from shared.errors import BlobStoreUnavailable

PORT = 8080


def add_commands(commands: Any) -> None:
    """The subcommands of this file."""
    init = commands.add_parser("init", help="make an empty office")
    init.add_argument("--new-epoch", action="store_true", help="after a restore without its epoch")
    init.add_argument("--new-journal", action="store_true", help="when the journal is lost")
    init.set_defaults(command=initialise)
    for name, help_text, act in (
        ("serve", "serve the office", serve),
        ("demo", "serve an office with believable data", demo),
    ):
        parser = commands.add_parser(name, help=help_text)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=_port, default=PORT)
        parser.set_defaults(command=act)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"a port is a number up to 65535, not {text!r}")
    return int(text)


def initialise(run: Run, arguments: argparse.Namespace) -> None:
    """Make or migrate the database and its folder."""
    app = run.app(pages=False, new_epoch=arguments.new_epoch, new_journal=arguments.new_journal)
    text = office_of(app).epoch.text
    run.say(
        f"The office in {run.data} is ready (epoch {text}).\n"
        "Next: samruat-server user add NAME --role administrator",
        {"data": str(run.data), "epoch": text},
    )


def serve(run: Run, arguments: argparse.Namespace) -> None:
    """Serve until told to stop."""
    with suppress(BlobStoreUnavailable):
        sweep_parts(run.office())
    run.close()
    _serve(run, arguments, [])


def demo(run: Run, arguments: argparse.Namespace) -> None:
    """Load the demonstration when the office is empty, then serve it."""
    fresh = not (run.data / SIGN_INS_FILE).exists()
    if fresh:
        _load(run)
    app = run.app()
    parts = office_of(app)
    if not is_loaded(parts):
        raise CommandFailed(
            f"{run.data} holds an office that is not the demonstration: choose another --data"
        )
    lines = [(run.data / SIGN_INS_FILE).read_text(encoding="utf-8").rstrip()]
    lines += ["Enrolment codes for two tablets (one use, 24 hours):"]
    lines += [f"  {code}   {label}" for code, label in new_codes(parts)]
    _serve(run, arguments, lines)


def _load(run: Run) -> None:
    # Drawing and telling are needed once; a later start does not wait for their imports.
    from server.demonstration.load import Sources, load_demonstration

    run.say("Loading the demonstration's data; this happens once.", {"loading": True})
    clock = PastClock(SystemClock().now_ms())
    app = create_app(run.config(pages=False), Ports(clock=clock, ids=past_ids(clock)))
    parts = office_of(app)
    try:
        if is_loaded(parts):
            raise CommandFailed(
                f"{run.data} holds an office already (or a demonstration that was interrupted):"
                " choose another --data, or run: make demo-reset"
            )
        sources = Sources(catalog_forms(), [codebook_document(n) for n in codebook_names()])
        load_demonstration(parts, clock, sources, run.data / SIGN_INS_FILE)
    finally:
        parts.database.close()


def _stop(number: int, frame: FrameType | None) -> None:
    """The system asks the server to end: like Ctrl-C, the one thing its loop lets through."""
    raise KeyboardInterrupt


def _serve(run: Run, arguments: argparse.Namespace, lines: list[str]) -> None:
    share_one_heap()
    app = run.app()
    parts = office_of(app)
    parts.timeline.on_replaced = lambda: os.kill(os.getpid(), signal.SIGTERM)
    server = make_server(app, arguments.host, arguments.port)
    settle_memory()
    port = server.effective_port
    address = f"http://{arguments.host}:{port}"
    serving = hold(run.config().data)
    run.say("\n".join([f"The office serves at {address}", *lines]), {"address": address})
    signal.signal(signal.SIGTERM, _stop)
    try:
        with suppress(KeyboardInterrupt), SegmentKeeping(parts), RehearsalKeeping(parts):
            server.run()
    finally:
        server.close()
        os.close(serving)
    if parts.timeline.replaced:
        raise CommandFailed(
            "a standby took the place of the database: start this server again, it compares itself"
            " with what the standby has, and tablets send what is missing"
        )
