"""What a record's page shows, as plain values: sections, answers, rows, problems, conflicts."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from server.services.record_files import RecordFile
from server.web.answers import AnswerTexts
from shared.problem_sentences import sentence
from shared.records.state import Dot


@dataclass(frozen=True, slots=True)
class SiblingView:
    """One of several values of a field. `dot` is what a pick names."""

    dot: str
    text: str
    author: str
    device: str
    saved_at: int
    place: str


@dataclass(frozen=True, slots=True)
class ConflictView:
    """A field with more than one value; `seen` are the dots of all that are shown."""

    record: str
    type: str
    field: str
    label: str
    row: str
    siblings: tuple[SiblingView, ...]


@dataclass(frozen=True, slots=True)
class ProblemView:
    """What is wrong with an answer, and whether it blocks."""

    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class LimitView:
    """A legal limit beside a measured value."""

    text: str
    exceeded: bool


@dataclass(slots=True)
class AnswerView:
    """One answer. `anchor` is its place in the page, `kind` decides how it is drawn."""

    record: str
    field: str
    key: str
    anchor: str
    label: str
    text: str
    kind: str
    unit: str = ""
    reason: str = ""
    problems: list[ProblemView] = dataclasses.field(default_factory=list)
    limit: LimitView | None = None
    conflict: ConflictView | None = None
    comments: list[str] = dataclasses.field(default_factory=list)
    source: Dot | None = None
    sha256: str = ""
    held: bool = False
    file: RecordFile | None = None
    why_kept: str = ""
    point: tuple[str, str] | None = None
    link: str = ""

    def show_file(self, sha256: str, file: RecordFile | None, language: str) -> None:
        """The answer is a file: here or not, and why it is kept without being shown."""
        self.sha256, self.file = sha256, file
        self.held = file is not None and file.held
        self.why_kept = sentence(file.code, language) if file is not None and file.code else ""

    @property
    def notable(self) -> bool:
        """Whether it is shown though nothing was answered."""
        return bool(self.problems or self.comments or self.conflict)


@dataclass(slots=True)
class GroupView:
    """A heading inside a section, with its answers and tables."""

    label: str
    items: list[ItemView]


@dataclass(slots=True)
class RowView:
    """One row of a table: its cells in the columns' order, and the rows inside it."""

    record: str
    anchor: str
    number: int
    title: str
    cells: list[AnswerView]
    pictures: list[AnswerView]
    problems: list[ProblemView]
    tables: list[TableView]
    comments: list[str]


@dataclass(slots=True)
class TableView:
    """The rows of a repeat; columns that no row answers are left out."""

    label: str
    record_type: str
    columns: list[tuple[str, str]]
    rows: list[RowView]
    gallery: bool
    problems: list[ProblemView]


@dataclass(slots=True)
class SectionView:
    """A section of the form. `unanswered` are the labels of questions that were asked in vain."""

    key: str
    label: str
    items: list[ItemView]
    unanswered: list[str]
    problem_count: int = 0
    conflict_count: int = 0


ItemView = AnswerView | GroupView | TableView


@dataclass(slots=True)
class RecordView:
    """The whole page's content."""

    sections: list[SectionView]
    conflicts: list[ConflictView]
    problems: list[tuple[str, str, ProblemView]]
    texts: AnswerTexts | None
    labels: dict[tuple[str, str], str]
