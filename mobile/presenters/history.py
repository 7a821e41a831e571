"""A record's own history: who said what when, as far as this tablet knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mobile.presenters.answers_shown import AnswerWords
from mobile.presenters.listed_view import moment_words
from mobile.presenters.observed import Observed, Words, meaning
from mobile.services.tablet import Tablet
from mobile.store.changes import OwnChange
from shared.forms.definition import FormDefinition, Text
from shared.records.state import EXISTENCE, MOVED, NOTE, Dot, RecordState
from sync.changes import Operation, RecordEdit
from sync.messages import Outcome

STATUS_OF = {"pending": "only_here", "acknowledged": "syncing", "done": "received"}


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One save. `changes` are (label, value in words); `sync` only_here, syncing, received or
    kept_aside; `own` when it was made on this tablet; `why` is what the office said of it."""

    who: str
    when: Text
    words: Words
    changes: tuple[tuple[Text, Text], ...]
    sync: str
    own: bool
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class HistoryState:
    """The newest first."""

    title: str = ""
    entries: tuple[HistoryEntry, ...] = ()


class HistoryPresenter(Observed[HistoryState]):
    """What happened to one record: every save of this tablet, and whatever the server shows."""

    def __init__(self, tablet: Tablet, root: str) -> None:
        super().__init__(HistoryState())
        self._tablet = tablet
        self._root = root
        self.refresh()

    def refresh(self) -> None:
        """Look it up anew."""
        tablet = self._tablet
        states = tablet.browser.states(self._root)
        top = states.get(self._root)
        if top is None:
            return
        form = tablet.library.version(top.form, top.version)
        words = AnswerWords(form, tablet.library.codebooks(), self._title_of)
        names = tablet.browser.names()
        own = tablet.browser.own_changes(self._root)
        entries = [self._own_entry(one, words, form, names) for one in own]
        known = {one.change.id for one in own}
        entries += self._others(states, words, names, known)
        # Newest first; what has the same time stays in the order of saving.
        entries.reverse()
        entries.sort(key=lambda pair: -pair[0])
        line = tablet.browser.line(self._root)
        title = "" if line is None else line.title
        self._show(HistoryState(title, tuple(entry for _, entry in entries)))

    def _title_of(self, record: str) -> str:
        line = self._tablet.browser.line(record)
        return "" if line is None else line.title

    def _own_entry(
        self,
        one: OwnChange,
        words: AnswerWords,
        form: FormDefinition | None,
        names: Mapping[str, str],
    ) -> tuple[int, HistoryEntry]:
        change = one.change
        values = [
            (words.label(edit.type, name), words.field(edit.type, name, write.value))
            for edit in change.records
            for name, write in edit.writes.items()
            if name not in (EXISTENCE, MOVED, NOTE)
        ]
        aside = one.outcome == Outcome.QUARANTINED
        entry = HistoryEntry(
            who=names.get(change.author, change.author),
            when=moment_words(change.saved_at),
            words=_words_of(change.records),
            changes=tuple(values),
            sync="kept_aside" if aside else STATUS_OF.get(str(one.status), "kept_aside"),
            own=True,
            why=meaning(one.code) if one.code else None,
        )
        return change.saved_at, entry

    def _others(
        self,
        states: Mapping[str, RecordState],
        words: AnswerWords,
        names: Mapping[str, str],
        known: set[str],
    ) -> list[tuple[int, HistoryEntry]]:
        """Saves of others, as far as their values are still shown; and every step of the flow."""
        values: dict[str, list[tuple[Text, Text]]] = {}
        dots: dict[str, Dot] = {}
        for state in states.values():
            for name, found in state.fields.items():
                for sibling in found:
                    dot = sibling.dot
                    if dot.id not in known and state.revision:
                        dots[dot.id] = dot
                        label = words.label(state.type, name)
                        shown = words.field(state.type, name, sibling.value)
                        values.setdefault(dot.id, []).append((label, shown))
        out = [
            (dot.saved_at, _entry(dot, names, Words("history.saved"), tuple(values[dot.id])))
            for dot in dots.values()
        ]
        flow = states[self._root].workflow
        for status, dot, note in flow.history if flow is not None else ():
            if dot.id not in known:
                said = Words(f"history.{status}", {"note": note})
                out.append((dot.saved_at, _entry(dot, names, said, ())))
        return out


def _entry(
    dot: Dot, names: Mapping[str, str], words: Words, values: tuple[tuple[Text, Text], ...]
) -> HistoryEntry:
    who = names.get(dot.author, dot.author)
    return HistoryEntry(who, moment_words(dot.saved_at), words, values, "received", False)


def _words_of(edits: tuple[RecordEdit, ...]) -> Words:
    step = next((edit.transition for edit in edits if edit.transition is not None), None)
    if step is not None:
        return Words(f"history.{step.target}", {"note": ""})
    operations = {edit.operation for edit in edits}
    if edits[0].operation is Operation.CREATE and edits[0].parent is None:
        return Words("history.begun")
    for operation in (Operation.DELETE, Operation.RESTORE, Operation.RESOLVE):
        if operation in operations:
            return Words(f"history.{operation}")
    return Words("history.saved")
