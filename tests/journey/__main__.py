"""The whole story with real processes: an office, two tablets, a browser, a network with faults.

    python -m tests.journey [--full | --small] [--plant NAME] [--folder DIR] [--pictures DIR]

Prints, a step, the values read back from widgets, pages, databases and digests. The exit code is 0
when every step holds; otherwise 1, and the last line names the step that does not. `--plant` makes
the server faulty on purpose, to see that the story notices. `--pictures` copies the pictures that
the README shows.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from tests.journey.faulty_server import PLANTS
from tests.journey.numbers import FULL, SMALL
from tests.journey.stage import ROOT, Stage
from tests.journey.steps import STEPS
from tests.journey.telling import Teller
from tests.support.tablet_process import TabletRefused

FOLDER = ROOT / "var" / "journey"
README_PICTURES = (
    "tablet-home",
    "tablet-form",
    "tablet-event",
    "tablet-conflict",
    "office-queue",
    "office-record",
    "office-area",
)


def main() -> int:
    """Tell it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.journey", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="full numbers (the default)")
    size.add_argument("--small", action="store_true", help="the same story with small numbers")
    parser.add_argument("--plant", choices=sorted(PLANTS), default="", help="a faulty server")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="data and pictures")
    parser.add_argument("--pictures", type=Path, help="copy the README's pictures there")
    parser.add_argument("--until", default="", metavar="STEP", help="stop after this step")
    asked = parser.parse_args()
    teller = Teller()
    code = tell(
        Stage(asked.folder, SMALL if asked.small else FULL, teller, asked.plant), asked.until
    )
    if code == 0 and asked.pictures:
        copy_pictures(asked.folder, asked.pictures)
    return code


def tell(stage: Stage, until: str = "") -> int:
    """Every step in order; the first that does not hold ends the story."""
    teller = stage.teller
    steps: list[Callable[[Stage], None]] = list(STEPS)
    try:
        with stage:
            for number, step in enumerate(steps, 1):
                with teller.within(number, len(steps), step.__name__.replace("_", " ")):
                    step(stage)
                if step.__name__ == until:
                    break
    except (AssertionError, TabletRefused) as problem:
        teller.line(f"\n{problem}")
        teller.line(f"The step that does not hold: {teller.step}")
        return 1
    except Exception as problem:
        teller.line(f"\n{type(problem).__name__}: {problem}")
        teller.line(f"The step that does not hold: {teller.step}")
        return 1
    teller.line(f"\nThe story holds: {len(steps)} steps, {teller.seconds():.0f} s.")
    return 0


def copy_pictures(folder: Path, goal: Path) -> None:
    """Copy what the README shows."""
    goal.mkdir(parents=True, exist_ok=True)
    for name in README_PICTURES:
        shutil.copyfile(folder / f"{name}.png", goal / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
