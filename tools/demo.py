"""Run the demonstration: the office's server and, when there is a display, the tablet app.

Starts the two shipped commands as a person would, waits until the office answers, and ends both
on Ctrl-C. It knows nothing of the data: `samruat-server demo` makes and loads it on the first run.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
OFFICE_DATA = ROOT / "var" / "demo"
TABLET_HOME = ROOT / "var" / "demo-tablet"
TABLET_LOG = ROOT / "var" / "demo-tablet.log"
COMMANDS = Path(sys.executable).parent

START_SECONDS_MAX = 300.0
"""The first run loads the demonstration's data before the office answers."""
STOP_SECONDS_MAX = 10.0
POLL_SECONDS = 0.1

SCENES = 8
SCENES_SEED = 8
"""Other scenes than those of the loaded records."""


class Stopped(Exception):
    """A person or the system asked the demonstration to end."""


def main() -> int:
    """Run until told to stop; the exit code is 0 then, else that of what failed."""
    arguments = _arguments()
    if reason := _why_not(arguments.port):
        other = arguments.port + 1 if 1024 <= arguments.port < 65535 else 8081
        print(
            f"Port {arguments.port} cannot be used ({reason}): end what listens there, or choose"
            f" another, for example PORT={other} make demo",
            file=sys.stderr,
        )
        return 1
    if arguments.reset:
        _forget_everything()
    TABLET_LOG.parent.mkdir(exist_ok=True)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stop)
    with contextlib.ExitStack() as running:
        try:
            return _run(running, arguments.port)
        except Stopped:
            return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=_port, default=8080)
    parser.add_argument("--reset", action="store_true", help="throw the data away first")
    return parser.parse_args()


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")
    return int(text)


def _why_not(port: int) -> str | None:
    """Why a server could not listen at a port, in the system's words; None when it could."""
    with socket.socket() as probe:
        # As the server does: a port of a run that just ended counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return os.strerror(error.errno or 0).lower()
    return None


def _forget_everything() -> None:
    for folder in (OFFICE_DATA, TABLET_HOME):
        if folder.exists():
            shutil.rmtree(folder)
    TABLET_LOG.unlink(missing_ok=True)


def _run(running: contextlib.ExitStack, port: int) -> int:
    address = f"http://127.0.0.1:{port}"
    office = _start(
        running,
        [COMMANDS / "samruat-server", "--data", OFFICE_DATA, "demo", "--port", str(port)],
    )
    _wait_until_it_answers(office, address)
    if office.poll() is not None:
        return office.returncode
    tablet = _open_tablet(running, address)
    while office.poll() is None:
        if tablet is not None and tablet.poll() is not None:
            if tablet.returncode == 0:
                print("The tablet app was closed; the office still serves. Ctrl-C ends it.")
            else:
                print(f"The tablet app ended with an error; see {_short(TABLET_LOG)}")
            tablet = None
        time.sleep(POLL_SECONDS)
    return office.returncode


def _start(
    running: contextlib.ExitStack, command: list[str | Path], log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a command in a group of its own, which ends with the demonstration."""
    with contextlib.ExitStack() as opened:
        output = opened.enter_context(log.open("wb")) if log is not None else None
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output is not None else None,
            start_new_session=True,
        )
    running.callback(_end, process)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    for name in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, name)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS_MAX)
            return


def _wait_until_it_answers(office: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while office.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address + "/healthz", timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(POLL_SECONDS)
    if office.poll() is None:
        print(f"The office did not answer at {address} within {START_SECONDS_MAX:.0f} seconds.")
        _end(office)


def _draw_scenes(camera: Path) -> None:
    """Something to photograph: a computer has a folder in the place of a camera."""
    if camera.exists():
        return
    from random import Random

    from server.demonstration.pictures import draw_scene

    camera.mkdir(parents=True)
    random = Random(SCENES_SEED)
    for number in range(1, SCENES + 1):
        scene = draw_scene(random, number)
        (camera / scene.name).write_bytes(scene.data)


def _open_tablet(running: contextlib.ExitStack, address: str) -> subprocess.Popen[bytes] | None:
    _draw_scenes(TABLET_HOME / "camera")
    command: list[str | Path] = [
        COMMANDS / "samruat-tablet",
        "--home",
        TABLET_HOME,
        "--server",
        address,
    ]
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        parts = " ".join(_short(part) if isinstance(part, Path) else part for part in command)
        print(f"No display here; where there is one, open the tablet app with: {parts}")
        print("Ctrl-C ends the demonstration.", flush=True)
        return None
    libraries = subprocess.run([ROOT / "tools" / "system_packages.sh", "tablet"], check=False)
    if libraries.returncode != 0:
        print("The office serves; the tablet app needs those libraries first.", flush=True)
        return None
    print("The tablet app opens. Ctrl-C ends both.", flush=True)
    return _start(running, command, TABLET_LOG)


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _stop(number: int, frame: FrameType | None) -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
