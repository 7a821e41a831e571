"""Staff settle a conflict of relevance: the answer that hides stands, or an earlier one comes back.

Either way it is one change over the driving field that lists every hidden answer as shown: one that
arrives later was not among them, and opens the conflict anew. Nothing hidden is deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.services.evaluate_record import RegisterLookup, answers_of
from server.services.find_relevance import SHOWN, find_relevance
from server.services.merge_changes import Merged
from server.services.read_head import read_head
from server.services.record_staff_change import StaffChange, record_staff_change
from server.store.histories import histories_of
from server.store.office import Office
from server.store.trees import Forest
from shared.canonical import JsonValue
from shared.clocks import bangkok_date
from shared.errors import InvalidInput
from shared.forms.hiding import hidden_answers, is_empty
from shared.forms.logic import FormEngine
from shared.records.state import NOTE
from sync.changes import FieldWrite, Operation, RecordEdit
from sync.merge import siblings
from sync.relevance import Answer, RelevanceConflict


@dataclass(frozen=True, slots=True)
class OpenRelevance:
    """A conflict with its values. `earlier` are answers that the driving one replaced, by dot;
    `values` the hidden ones, by (record, field, dot)."""

    conflict: RelevanceConflict
    value: JsonValue
    author: str
    saved_at: int
    earlier: tuple[tuple[str, JsonValue], ...]
    values: tuple[tuple[Answer, JsonValue, str, int], ...]


@dataclass(frozen=True, slots=True)
class RelevanceChoice:
    """What somebody decided of what a page listed. `back` is the dot of the earlier answer that
    counts again, or None: the driving answer stands."""

    author: str
    root: str
    driver: Answer
    hidden: tuple[Answer, ...]
    back: str | None
    change_id: str = ""
    opened_at: int = 0


def read_relevance(session: Session, office: Office, root: str) -> tuple[OpenRelevance, ...]:
    """The open conflicts of a record as they are now, with what staff need to choose."""
    tree = Forest(session, {root}, set(), set()).trees[root]
    if not tree.exists():
        return ()
    state = tree.root.state
    form = office.forms.find(session, state.form, state.version)
    if form is None:
        return ()
    try:
        engine = FormEngine(
            form,
            answers_of(tree, form),
            today=bangkok_date(office.clock.now_ms()),
            codebooks=office.forms.codebooks(session),
            references=RegisterLookup(session),
        )
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError):
        # A form whose rules cannot be computed over the record hides nothing that is known of.
        return ()
    found = find_relevance(session, root, hidden_answers(engine))
    return tuple(_open(session, one) for one in found)


def _open(session: Session, conflict: RelevanceConflict) -> OpenRelevance:
    driver = conflict.driver
    wanted = (driver, *conflict.hidden)
    histories = histories_of(session, {one.record for one in wanted})
    own = histories.get(driver.record, {}).get(driver.field, {})
    mine = own[driver.dot]
    earlier = {
        dot: own[dot].value for dot in mine.seen if dot in own and not is_empty(own[dot].value)
    }
    writes = {one: histories[one.record][one.field][one.dot] for one in conflict.hidden}
    return OpenRelevance(
        conflict,
        mine.value,
        mine.dot.author,
        mine.dot.saved_at,
        tuple(earlier.items()),
        tuple((one, w.value, w.dot.author, w.dot.saved_at) for one, w in writes.items()),
    )


def choose_relevance(office: Office, choice: RelevanceChoice) -> Merged:
    """Write the choice. Raises NotFound, OutsideArea, InvalidInput when it was not listed."""
    driver = choice.driver
    with office.database.reading() as session:
        head = read_head(session, driver.record)
        histories = histories_of(session, [driver.record])
        own = histories.get(driver.record, {}).get(driver.field, {})
        chosen = choice.back or driver.dot
        listed = driver.dot in own and (chosen == driver.dot or chosen in own[driver.dot].seen)
        if head.root != choice.root or not listed or chosen not in own:
            raise InvalidInput("one of the answers listed is to be chosen", fields=["back"])
        value = own[chosen].value
        seen = tuple(write.dot.id for write in siblings(own))
    shown: Sequence[JsonValue] = sorted({one.dot for one in choice.hidden})
    edit = RecordEdit(
        head.record,
        head.type,
        head.form,
        head.version,
        Operation.RESOLVE,
        base=head.revision,
        writes={
            driver.field: FieldWrite(value, seen),
            NOTE: FieldWrite({SHOWN: list(shown)}),
        },
    )
    return record_staff_change(
        office, StaffChange(choice.author, (edit,), choice.change_id, choice.opened_at)
    )
