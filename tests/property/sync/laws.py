"""The laws of the sync core, each a check of one example on one core.

`LAWS` pairs each with the strategy of its examples; the tests put them to the real core, and then
to its mutants, of which every one must break at least one law.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shared.canonical import canonical_text
from shared.records.state import Dot, encode_state
from tests.property.sync.core import Core
from tests.property.sync.field_story import VALUES, Act, Story, dots_of, told, told_apart
from tests.property.sync.laws_of_bytes import (
    chains_tell,
    commitments_bind,
    content_is_order_free_and_telling,
    heads_bind_values,
)
from tests.property.sync.laws_of_histories import anything, the_quick_way_is_the_law
from tests.property.sync.laws_of_replicas import (
    a_dropped_row_is_noticed,
    moves_keep_the_record,
    old_states_do_not_return,
)
from tests.support.strategies import changes, id_of, salts, scalars, words

ACTS = (
    *("open",) * 4,
    *("save",) * 4,
    *("write",) * 5,
    *("push",) * 3,
    *("pull",) * 3,
    *(
        "push_lost",
        "first_page",
        "resolve",
        "write_aside",
        "write_aside",
        "save_aside",
        "release",
        "mint",
        "mint",
    ),
)
OWN_ACTS = ("open", "save", "write", "write", "resolve")


@st.composite
def _scripts(draw: st.DrawFn, names: tuple[str, ...], most: int) -> list[Act]:
    """Acts that meet often: mostly about one field, by three authors, with few values."""
    main = draw(st.integers(0, 2))
    where = st.sampled_from((main, main, main, (main + 1) % 3))
    act = st.tuples(st.sampled_from(names), st.integers(0, 2), where, st.integers(0, 2))
    return draw(st.lists(act, min_size=draw(st.sampled_from((1, most // 2, most))), max_size=most))


acts: st.SearchStrategy[list[Act]] = _scripts(ACTS, 30)


@dataclass(frozen=True)
class Law:
    """A check that raises AssertionError when a core breaks it on an example."""

    check: Callable[[Core, Any], None]
    examples: st.SearchStrategy[Any]


def no_lost_update(core: Core, script: list[Act]) -> None:
    """I1: an applied value is a sibling, or dominated by an applied one whose author saw it."""
    story = Story(core)
    for act in script:
        story.play(act)
        _nothing_lost(story)
    story.settle()
    _nothing_lost(story)


def _nothing_lost(story: Story) -> None:
    live = dots_of(story.state())
    first = story.received[0].dot.id
    covered = {dot for later in story.applied for dot in story.closure(later)}
    for dot in story.applied - {first}:
        name = story.field_of[dot]
        assert dot in live.get(name, frozenset()) or dot in covered, f"{dot} is gone unseen"


def every_saved_value_is_kept(core: Core, script: list[Act]) -> None:
    """I2, I4: each save is in the history once, under its own dot, with its own value."""
    story = told(core, script)
    story.settle()
    for dot, name, value in story.said:
        kept = story.history.writes[name].get(dot)
        assert kept is not None, f"{dot} never arrived"
        assert canonical_text(kept.value) == canonical_text(value), "another value has this dot"
    count = sum(len(writes) for writes in story.history.writes.values())
    assert count == len(story.said), "a change took effect twice"


def no_invented_value(core: Core, script: list[Act]) -> None:
    """I9: a live value is exactly what its author wrote; groups and lists are never mixed."""
    story = told(core, script)
    said = {(dot, name): canonical_text(value) for dot, name, value in story.said}
    for state in (story.state(), *(story.screen(t) for t in story.tablets.values())):
        for name, found in state.fields.items():
            for sibling in found:
                assert said.get((sibling.dot.id, name)) == canonical_text(sibling.value)


def order_is_free(core: Core, example: tuple[list[Act], int]) -> None:
    """The siblings depend on the set of received changes, not on their order."""
    script, seed = example
    story = told(core, script)
    later = story.received[1:]
    rest = random.Random(seed).sample(later, len(later))
    history = story.origin
    for item in (story.received[0], *rest):
        history = core.apply_edit(history, item.edit, item.dot, item.applied).history
    assert dots_of(core.state_of(history)) == dots_of(story.state())


def quick_in_stories(core: Core, example: tuple[list[Act], int]) -> None:
    """What honest people do, received in any order."""
    script, seed = example
    story = told(core, script)
    later = story.received[1:]
    rest = random.Random(seed).sample(later, len(later))
    the_quick_way_is_the_law(core, [(i.edit, i.dot, i.applied) for i in (story.received[0], *rest)])


def merging_again_changes_nothing(core: Core, script: list[Act]) -> None:
    """I2: the same change again, at any later time, leaves the very same state."""
    story = told(core, script)
    before = encode_state(story.state())
    for item in story.received:
        again = core.apply_edit(story.history, item.edit, item.dot, item.applied)
        assert encode_state(core.state_of(again.history)) == before
        assert not again.added


def own_answers_stay_in_sight(core: Core, script: list[Act]) -> None:
    """What a person saved is on their screen, or somebody who had seen it replaced it."""
    story = Story(core)
    for act in script:
        story.play(act)
        for tablet in story.tablets.values():
            shown = dots_of(story.screen(tablet))
            for held in tablet.own:
                dot = held.change.id
                name = story.field_of[dot]
                live = shown.get(name, frozenset())
                met = {d for later in story.truth for d in story.closure(later)}
                assert dot in live or dot in met, f"{dot} is not on its author's screen"


def screens_agree_in_the_end(core: Core, script: list[Act]) -> None:
    """I3: when faults stop and nothing was kept aside, every screen is the merged state."""
    story = told(core, [act for act in script if not act[0].endswith("_aside")])
    story.settle()
    merged = encode_state(story.state())
    for tablet in story.tablets.values():
        assert all(held.lifted for held in tablet.own), "an overlay stays for ever"
        assert encode_state(story.screen(tablet)) == merged


def lifting_shows_the_same(core: Core, example: tuple[list[Act], list[Act]]) -> None:
    """Screen = base + own overlay: when only one's own work is new, sending it changes nothing."""
    before, own = example
    story = told(core, [act for act in before if not act[0].endswith("_aside")])
    story.settle()
    tablet = story.tablets["one"]
    for what, _, name, value in own:
        story.play((what, 0, name, value))
    shown = dots_of(story.screen(tablet))
    story.play(("push", 0, 0, 0))
    assert dots_of(story.screen(tablet)) == shown, "the answer to a push changed the screen"
    story.play(("pull", 0, 0, 0))
    assert dots_of(story.screen(tablet)) == shown


def quarantine_is_not_seen(core: Core, script: list[Act]) -> None:
    """A change kept aside is no sibling and supersedes nothing by itself."""
    story = told(core, script)
    live = dots_of(story.state())
    assert not any(story.aside & found for found in live.values())
    applied_only = {d for later in story.applied for d in story.closure(later)}
    first = story.received[0].dot.id
    for dot in story.applied - {first}:
        if dot not in applied_only:
            assert dot in live.get(story.field_of[dot], frozenset())


def replaced_is_not_resurrected(core: Core, script: list[Act]) -> None:
    """What an applied author had seen, through anybody's unread change too, is no sibling."""
    story = told(core, script)
    received = {item.dot.id for item in story.received}
    live = dots_of(story.state())
    for dot in story.applied:
        seen = story.truth[dot]
        stack, met = list(seen), set(seen)
        while stack:
            for further in story.truth.get(stack.pop(), ()):
                if further not in met:
                    met.add(further)
                    stack.append(further)
        if met <= received and dot in story.field_of:
            assert not met & live.get(story.field_of[dot], frozenset())


def equal_values_keep_both_dots(core: Core, example: tuple[int, int]) -> None:
    """Collapse is presentation: two people who wrote the same are both named, and no conflict."""
    value, field = example
    story = Story(core)
    for actor in (0, 1):
        story.play(("open", actor, field, 0))
        story.play(("save", actor, field, value))
    story.settle()
    name = tuple(VALUES)[field]
    found = story.state().fields[name]
    assert {s.dot.id for s in found} == {
        h.change.id for tablet in story.tablets.values() for h in tablet.own
    }
    assert told_apart([s.value for s in found]) == 1
    assert name not in story.state().conflicts()


def forged_circles_empty_no_field(core: Core, count: int) -> None:
    """Changes that claim to have seen each other (a forger's) leave a value to look at."""
    story = Story(core)
    edit = story.received[0].edit
    history = story.history
    named = [id_of(900 + n) for n in range(count)]
    for n, dot in enumerate(named):
        write = replace(edit.writes["answer"], value=str(n), seen=(named[(n + 1) % count],))
        forged = replace(edit, writes={"answer": write})
        given = Dot(dot, id_of(50), 0, "forger")
        history = core.apply_edit(history, forged, given, True).history
    live = dots_of(core.state_of(history)).get("answer", frozenset())
    assert live & set(named), "evidence vanished without a successor"


_hash_list = st.lists(st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}"), min_size=1, max_size=3)

LAWS: dict[str, Law] = {
    "no lost update": Law(no_lost_update, acts),
    "every saved value is kept": Law(every_saved_value_is_kept, acts),
    "no invented value": Law(no_invented_value, acts),
    "order is free": Law(order_is_free, st.tuples(acts, st.integers(0, 999))),
    "merging again changes nothing": Law(merging_again_changes_nothing, acts),
    "own answers stay in sight": Law(own_answers_stay_in_sight, acts),
    "screens agree in the end": Law(screens_agree_in_the_end, acts),
    "lifting shows the same": Law(lifting_shows_the_same, st.tuples(acts, _scripts(OWN_ACTS, 10))),
    "quarantine is not seen": Law(quarantine_is_not_seen, acts),
    "replaced is not resurrected": Law(replaced_is_not_resurrected, acts),
    "equal values keep both dots": Law(
        equal_values_keep_both_dots, st.tuples(st.integers(1, 2), st.integers(0, 2))
    ),
    "the quick way is the law": Law(the_quick_way_is_the_law, anything),
    "the quick way is the law in stories": Law(
        quick_in_stories, st.tuples(acts, st.integers(0, 999))
    ),
    "forged circles empty no field": Law(forged_circles_empty_no_field, st.integers(1, 5)),
    "heads bind values": Law(heads_bind_values, st.tuples(changes(), st.integers(0, 999))),
    "commitments bind": Law(
        commitments_bind, st.tuples(words, words, scalars, scalars, salts, salts)
    ),
    "chains tell": Law(
        chains_tell,
        st.tuples(
            st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=6),
            st.integers(0, 9),
        ),
    ),
    "content is order-free and telling": Law(
        content_is_order_free_and_telling,
        st.lists(st.tuples(words, _hash_list), max_size=4, unique_by=lambda pair: pair[0]),
    ),
    "moves keep the record": Law(moves_keep_the_record, st.booleans()),
    "old states do not return": Law(old_states_do_not_return, st.integers(0, 49)),
    "a dropped row is noticed": Law(
        a_dropped_row_is_noticed, st.lists(st.integers(1, 99), min_size=1, max_size=5)
    ),
}


def put_to(law: Law, core: Core, examples: int, *, shrink: bool = True) -> None:
    """Put a law to a core with so many examples; raises what the law raises."""
    phases = (Phase.explicit, Phase.generate, *((Phase.shrink,) if shrink else ()))

    @settings(
        max_examples=examples,
        phases=phases,
        derandomize=True,
        database=None,
        deadline=None,
        print_blob=shrink,
        suppress_health_check=list(HealthCheck),
    )
    @given(law.examples)
    def run(example: Any) -> None:
        law.check(core, example)

    run()
