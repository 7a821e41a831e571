"""When an answer hides another whose author had not been shown it, and when it does not."""

from __future__ import annotations

from sync.relevance import Answer, Driver, find_conflicts, had_seen

A, B = "a.0000000000000000", "b.0000000000000000"


def hidden(client: str = A, revision: int = 4, position: int | None = 40) -> Answer:
    return Answer("r", "measured", "h", client, revision, position)


def driver(client: str = B, **more) -> Driver:
    return Driver(Answer("r", "has_water", "d", client, 5, 50), **more)


def test_an_author_who_was_shown_an_earlier_revision_had_not_seen_it() -> None:
    assert not had_seen(driver(bases={"r": 3}), hidden())
    assert had_seen(driver(bases={"r": 4}), hidden())


def test_one_who_began_the_record_elsewhere_was_shown_nothing_of_it() -> None:
    assert not had_seen(driver(bases={"r": 0}), hidden(revision=1))
    assert not had_seen(driver(), hidden(revision=1))


def test_a_tablet_knows_its_own_work_and_the_office_is_no_tablet() -> None:
    assert had_seen(driver(A), hidden(A))
    assert not had_seen(driver("office"), hidden("office"))


def test_whoever_lists_a_value_has_been_shown_it() -> None:
    assert had_seen(driver(shown=frozenset({"h"})), hidden())


def test_a_row_is_known_by_its_place_in_the_feed() -> None:
    row = Answer("row", "found", "h", A, 1, 40)
    assert not had_seen(driver(bases={"r": 9}, reach=39), row)
    assert had_seen(driver(bases={"r": 1}, reach=40), row)


def test_each_driver_is_told_with_all_that_it_hides() -> None:
    other = Answer("r", "second", "h2", A, 4, 40)
    found = find_conflicts(
        [(hidden(), [driver(bases={"r": 1})]), (other, [driver(bases={"r": 1})])]
    )
    assert [(one.driver.dot, [h.dot for h in one.hidden]) for one in found] == [("d", ["h", "h2"])]
    assert find_conflicts([(hidden(), [])]) == ()
