"""The problems of an open form by record and question: one place is renewed without the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.forms.validation import Problem

Place = tuple[str, str]


class ProblemBook:
    """Problems by record, then by question or repeat."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        self._by_record: dict[str, dict[str, list[Problem]]] = {}
        self.add(problems)

    def add(self, problems: Iterable[Problem]) -> None:
        """Note problems where nothing is noted yet."""
        for problem in problems:
            places = self._by_record.setdefault(problem.record_id, {})
            places.setdefault(problem.key, []).append(problem)

    def at(self, record: str, key: str) -> list[Problem]:
        """Those of one question or repeat."""
        return self._by_record.get(record, {}).get(key, [])

    def of(self, record: str) -> list[Problem]:
        """Those of one record, without the rows below it."""
        return [problem for found in self._by_record.get(record, {}).values() for problem in found]

    def put(self, record: str, key: str, found: list[Problem]) -> None:
        """Renew one place."""
        if found:
            self._by_record.setdefault(record, {})[key] = found
        else:
            self._by_record.get(record, {}).pop(key, None)

    def forget(self, record: str) -> None:
        """The record is gone, or is judged anew as a whole."""
        self._by_record.pop(record, None)

    def places(self) -> list[Place]:
        """Every place with a problem."""
        return [(record, key) for record, found in self._by_record.items() for key in found]

    def __iter__(self) -> Iterator[Problem]:
        """Every problem."""
        for found in self._by_record.values():
            for problems in found.values():
                yield from problems
