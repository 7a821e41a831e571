"""The one window of a ui test process, empty and in Thai for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.window_harness import WindowHarness, prepare_environment

prepare_environment()


@pytest.fixture(scope="session")
def _window() -> WindowHarness:
    return WindowHarness()


@pytest.fixture
def window(_window: WindowHarness) -> Iterator[WindowHarness]:
    """The window, with nothing in it, in Thai, at the first text size, without motion."""
    from mobile.ui.look import look

    look.change(language="th", text_step=0, motion=False)
    yield _window
    look.change(language="th", text_step=0, motion=False)
    _window.forget()
