"""The shipped server with one fault planted, to see that the story notices it.

python -m tests.journey.faulty_server PLANT --data DIR serve --port 0
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from typing import Any

DROPPED = "event/roster"


def drop_a_row() -> None:
    """The server confirms a change and forgets one new row of it: the third participant."""
    from server.services import receive_changes, sort_lines

    seen = 0
    true_read = sort_lines.read_change

    def read(framed: Any) -> Any:
        nonlocal seen
        change = true_read(framed)
        kept = []
        for edit in change.records:
            if edit.type == DROPPED and edit.operation == "create":
                seen += 1
                if seen == 3:
                    continue
            kept.append(edit)
        return dataclasses.replace(change, records=tuple(kept))

    sort_lines.read_change = read  # type: ignore[assignment]
    assert receive_changes is not None


def lose_the_comment() -> None:
    """A record that is sent back carries the message, but not the comment at its question."""
    from server.web import record_acts

    true_review = record_acts.review_record

    def review(office: Any, asked: Any) -> Any:
        return true_review(office, dataclasses.replace(asked, comments=()))

    record_acts.review_record = review  # type: ignore[assignment]


PLANTS: dict[str, Callable[[], None]] = {
    "row-dropped": drop_a_row,
    "comment-lost": lose_the_comment,
}


def main() -> int:
    """Plant, then run the shipped command line."""
    from server.cli import main as command

    PLANTS[sys.argv[1]]()
    return command(sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
