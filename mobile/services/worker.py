"""The one thread that writes: jobs in a queue, their results posted back to whoever shows them.

Nobody who draws ever waits for the disk: `submit` returns at once, and `done` or `failed` is handed
to `post` (on a tablet: run it on the thread that draws) when the job has ended.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from shared.errors import SurveyError

T = TypeVar("T")
Post = Callable[[Callable[[], None]], None]
Failed = Callable[[SurveyError], None]


class Jobs(Protocol):
    """Whoever runs jobs: the thread on a tablet, at once in tests."""

    def submit(
        self,
        job: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Failed | None = None,
    ) -> None:
        """Run `job` behind those before it; then `done(result)` or `failed(error)`."""

    def call(self, job: Callable[[], T]) -> T:
        """Run `job` behind those before it and wait for it; never from the thread that draws."""


class ThreadWorker:
    """One thread and its queue."""

    def __init__(self, post: Post, name: str = "writer") -> None:
        self._post = post
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(
        self,
        job: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Failed | None = None,
    ) -> None:
        """Run `job` behind those before it; then `done(result)` or `failed(error)`."""
        self._queue.put(lambda: _carry_out(job, done, failed, self._post))

    def call(self, job: Callable[[], T]) -> T:
        """Run `job` behind those before it and wait for its result, or raise what it raised."""
        if threading.current_thread() is self._thread:
            return job()
        outcome: queue.SimpleQueue[tuple[bool, object]] = queue.SimpleQueue()

        def waited_for() -> None:
            try:
                outcome.put((True, job()))
            except BaseException as reason:
                outcome.put((False, reason))

        self._queue.put(waited_for)
        sound, result = outcome.get()
        if not sound:
            assert isinstance(result, BaseException)
            raise result
        return result  # type: ignore[return-value]

    def close(self, wait_s: float | None = None) -> None:
        """Do what is in the queue, then end; waits for it, at most `wait_s` seconds if given."""
        self._queue.put(None)
        self._thread.join(wait_s)

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            job()


class AtOnce:
    """Runs each job when it is submitted, on the caller's thread; for tests and tools."""

    def submit(
        self,
        job: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Failed | None = None,
    ) -> None:
        """Run `job` now; then `done(result)` or `failed(error)`."""
        _carry_out(job, done, failed, lambda act: act())

    def call(self, job: Callable[[], T]) -> T:
        """Run `job` now."""
        return job()


def _carry_out(
    job: Callable[[], T], done: Callable[[T], None] | None, failed: Failed | None, post: Post
) -> None:
    try:
        result = job()
    except SurveyError as reason:
        error = reason
        if failed is not None:
            post(lambda: failed(error))
        return
    except Exception as reason:
        unexpected = SurveyError(f"{type(reason).__name__}: {reason}")
        unexpected.__cause__ = reason
        if failed is not None:
            post(lambda: failed(unexpected))
        return
    if done is not None:
        post(lambda: done(result))
