"""Typesets one paper in a process of its own: data as JSON comes in, a PDF goes out."""

from __future__ import annotations

import json
import sys

from server.reports.typesetting import PaperFailed, typeset_here


def main() -> int:
    """Read standard input to its end, write standard output; 1 and a line of why otherwise."""
    try:
        sys.stdout.buffer.write(typeset_here(json.load(sys.stdin.buffer)))
    except PaperFailed as problem:
        sys.stderr.write(problem.detail)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
