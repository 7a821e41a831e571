"""What the office sent back: the message, the comments at their questions, who and when."""

from __future__ import annotations

from dataclasses import dataclass

from mobile.presenters.form_entry import FormPresenter
from mobile.presenters.listed_view import moment_words
from mobile.presenters.observed import Observed
from mobile.services.tablet import Tablet
from mobile.store.listing import Filter, Listed
from shared.forms.definition import Text
from shared.records.state import Comment, RecordState
from shared.records.workflow import Status

SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class CommentView:
    """One comment: the question (and row) it is about ("" for the whole record), its text."""

    record: str
    field: str
    question: Text
    text: str


@dataclass(frozen=True, slots=True)
class ReturnedRecord:
    """One record that came back."""

    root: str
    title: str
    kind: Text
    message: str
    comments: tuple[CommentView, ...]
    by: str
    at: Text


@dataclass(frozen=True, slots=True)
class ReturnedState:
    """All records that came back, the newest first."""

    records: tuple[ReturnedRecord, ...] = ()


class ReturnedPresenter(Observed[ReturnedState]):
    """The list of what came back."""

    def __init__(self, tablet: Tablet) -> None:
        super().__init__(ReturnedState())
        self._tablet = tablet
        self.refresh()

    def refresh(self) -> None:
        """Look it up anew."""
        wanted = Filter(statuses=(str(Status.RETURNED),), newest_first=True)
        lines = self._tablet.browser.first(wanted, SHOWN_MAX)
        names = dict(self._tablet.browser.names())
        self._show(ReturnedState(tuple(self._record(line, names) for line in lines)))

    def open(self, root: str) -> FormPresenter:
        """The record, at the first question that was commented on."""
        return FormPresenter(self._tablet).open(root)

    def _record(self, line: Listed, names: dict[str, str]) -> ReturnedRecord:
        states = self._tablet.browser.states(line.root)
        top = states[line.root]
        form = self._tablet.library.version(top.form, top.version)
        flow = top.workflow
        dot = None if flow is None else flow.dot
        return ReturnedRecord(
            root=line.root,
            title=line.title,
            kind=Text(line.type, line.type) if form is None else form.title,
            message="" if flow is None else flow.message,
            comments=()
            if flow is None
            else tuple(self._comment(comment, states, top) for comment in flow.comments),
            by="" if dot is None else names.get(dot.author, dot.author),
            at=Text() if dot is None else moment_words(dot.saved_at),
        )

    def _comment(
        self, comment: Comment, states: dict[str, RecordState], top: RecordState
    ) -> CommentView:
        form = self._tablet.library.version(top.form, top.version)
        state = states.get(comment.record)
        label = Text()
        if form is not None and state is not None and comment.field is not None:
            label = form.label_of(state.type, comment.field)
        return CommentView(comment.record, comment.field or "", label, comment.text)
