"""A record in one line of a list, and the words of the sync pill: shared by several screens."""

from __future__ import annotations

from dataclasses import dataclass

from mobile.presenters.observed import Words
from mobile.services.synchronise import Pill
from mobile.services.tablet import Tablet
from mobile.store.listing import Listed
from shared.clocks import bangkok_datetime
from shared.errors import TimeUnreadable
from shared.forms.definition import Text
from shared.forms.expressions.values import iso_date
from shared.thai.dates import format_short, format_time


@dataclass(frozen=True, slots=True)
class ListedView:
    """One line. `kind` is the form's title; `status` draft, submitted, returned, approved or "";
    `sync` only_here, syncing (the server has it, its answer is on the way), kept_aside or received;
    `date` the record's own, in words."""

    root: str
    type: str
    kind: Text
    title: str
    second: str
    status: str
    sync: str
    date: Text
    conflicts: int
    comments: int


SYNC_OF = {
    "editing": "only_here",
    "pending": "only_here",
    "acknowledged": "syncing",
    "kept_aside": "kept_aside",
    "": "received",
}


def listed_view(tablet: Tablet, line: Listed) -> ListedView:
    """The line as it is shown."""
    form = tablet.library.newest(line.type)
    day = iso_date(line.occurred_on) if line.occurred_on else None
    return ListedView(
        root=line.root,
        type=line.type,
        kind=Text(line.type, line.type) if form is None else form.title,
        title=line.title,
        second=line.subtitle,
        status=line.status,
        sync=SYNC_OF.get(line.mark, "only_here"),
        date=Text() if day is None else Text(format_short(day, "th"), format_short(day, "en")),
        conflicts=line.conflicts,
        comments=line.comments,
    )


@dataclass(frozen=True, slots=True)
class PillView:
    """The truth in one line: saves that are here only, and those that the server has."""

    here_only: int
    received: int
    running: bool
    words: Words


def pill_view(pill: Pill) -> PillView:
    """The pill with its sentence."""
    parts: dict[str, str | int | Text] = {"here": pill.here_only, "received": pill.received}
    if pill.running:
        key = "pill.running"
    elif pill.last_ms is None:
        key = "pill.never"
    else:
        key = "pill.here" if pill.here_only else "pill.all"
        parts["time"] = time_text(pill.last_ms)
    return PillView(pill.here_only, pill.received, pill.running, Words(key, parts))


def time_text(unix_ms: int) -> Text:
    """`10.42 น.` and `10:42` on a wall in Thailand."""
    try:
        moment = bangkok_datetime(unix_ms).time()
    except TimeUnreadable:
        return Text("–", "–")
    return Text(format_time(moment, "th"), format_time(moment, "en"))


def moment_words(unix_ms: int) -> Text:
    """Day and time of somebody's clock, which may be wrong by years."""
    try:
        moment = bangkok_datetime(unix_ms)
    except TimeUnreadable:
        return Text("–", "–")
    return Text(
        f"{format_short(moment.date(), 'th')} {format_time(moment.time(), 'th')}",
        f"{format_short(moment.date(), 'en')} {format_time(moment.time(), 'en')}",
    )
