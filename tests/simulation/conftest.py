"""Says at the end of the run how many seeds were played."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each test that noted its seeds."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "seeds":
                terminalreporter.write_line(f"told: {value} seeds were played")
