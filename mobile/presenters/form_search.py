"""Finding an option while typing: a register's entries, a codebook's rows, a long list.

What has to read the database, or walk through thousands of options for the first time, runs
behind; nothing of it looks at what the person may change meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from mobile.presenters.form_cascade import Cascade
from mobile.presenters.form_session import FormSession
from mobile.presenters.form_views import NO_TEXT, ChoiceView
from mobile.services.tablet import Tablet
from mobile.store.listing import Filter
from shared.canonical import JsonValue
from shared.forms.definition import Choice, Question, Text
from shared.limits import SEARCH_LENGTH_MAX
from shared.thai.finding import find_key, found_in, words_of

FOUND_MAX: Final = 30


@dataclass(frozen=True, slots=True)
class Search:
    """One search: `look` finds, `show` makes views of what was found where things are drawn.
    `behind` when `look` takes too long to be done there, too."""

    look: Callable[[], Sequence[Choice]]
    show: Callable[[Sequence[Choice]], list[ChoiceView]]
    behind: bool

    def now(self) -> list[ChoiceView]:
        """Everything at once."""
        return self.show(self.look())


def search_of(
    session: FormSession, tablet: Tablet, record: str, question: Question, text: str
) -> Search:
    """The search for what was typed at a question."""
    text = text[:SEARCH_LENGTH_MAX]
    engine, target = session.engine, question.refers_to
    value = engine.value(record, question.key)
    if target is not None and target.kind in ("register", "record"):
        wanted = Filter(types=(target.target,), scope=session.opened.scope, search=text)

        def entries() -> Sequence[Choice]:
            lines = tablet.browser.first(wanted, FOUND_MAX)
            return [Choice(x.root, Text(x.title, x.title), {"second": x.subtitle}) for x in lines]

        return Search(entries, lambda found: _views(found, value, _subtitle), True)
    if target is not None and target.kind == "rows":
        return Search(
            lambda: _among(engine.choices(record, question.key), text),
            lambda found: _views(found, value, _nothing),
            False,
        )
    cascade = Cascade(engine, record, question)
    if cascade.levels:
        return Search(
            lambda: cascade.find(text, FOUND_MAX),
            lambda found: _views(found, value, cascade.above),
            True,
        )
    # A filter looks at answers: it is run where they are changed.
    return Search(
        lambda: engine.search(record, question.key, text, FOUND_MAX),
        lambda found: _views(found, value, _code),
        not question.choice_filter,
    )


def _among(options: Sequence[Choice], text: str) -> Sequence[Choice]:
    words = words_of(text)
    return [o for o in options if found_in(find_key(o.label.th, o.label.en), words)][:FOUND_MAX]


def _views(
    found: Sequence[Choice], value: JsonValue, second: Callable[[Choice], Text]
) -> list[ChoiceView]:
    chosen = value if isinstance(value, list) else [value]
    return [
        ChoiceView(choice.name, choice.label, choice.name in chosen, second=second(choice))
        for choice in found
    ]


def _nothing(_: Choice) -> Text:
    return NO_TEXT


def _subtitle(choice: Choice) -> Text:
    text = choice.extra.get("second", "")
    return Text(text, text)


def _code(choice: Choice) -> Text:
    """The number of a thing, where its name does not say it."""
    known = choice.name in choice.label.th or choice.name in choice.label.en
    return NO_TEXT if known or choice.name.startswith("_") else Text(choice.name, choice.name)
