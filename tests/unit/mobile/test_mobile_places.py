"""Lines, areas and fixes: what they measure, when they are an answer, how good a place is."""

from __future__ import annotations

import pytest

from mobile.presenters.fixes import Demands, Search, demands_of
from mobile.presenters.observed import Words
from mobile.presenters.spans import Span, area_m2, length_m, rai, span_of
from shared.canonical import JsonValue
from shared.forms.question_types import TYPES
from shared.limits import PLACES_PER_LINE_MAX
from tests.support.forms import calculate, engine_of, form_of, question


def place(lat: float, lon: float, accuracy: str = "") -> dict[str, str]:
    found = {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}"}
    return {**found, "accuracy": accuracy} if accuracy else found


def test_a_hectare_is_ten_thousand_square_metres_and_six_rai_one_ngan() -> None:
    side = 100 / 111_319.5  # a hundred metres of latitude, in degrees
    corners = [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)]
    assert area_m2(corners) == pytest.approx(10_000, rel=2e-3)
    assert area_m2(corners[::-1]) == pytest.approx(area_m2(corners))
    assert rai(10_000) == "6-1-0"
    assert length_m(corners[:2]) == pytest.approx(100, rel=2e-3)


def test_the_map_measures_as_the_form_language_does() -> None:
    corners = [(12.6820, 101.2800), (12.6826, 101.2822), (12.6812, 101.2830), (12.6805, 101.2808)]
    plot: list[JsonValue] = [dict(place(*corner)) for corner in corners]
    form = form_of(
        question("plot", "geoshape"),
        calculate("size", "area(${plot})"),
        calculate("round", "distance(${plot})"),
    )
    engine = engine_of(form, {"s/plot": plot})
    root = next(iter(engine.nodes))
    assert float(str(engine.value(root, "s/size"))) == pytest.approx(area_m2(corners), abs=0.01)
    around = length_m([*corners, corners[0]])
    assert float(str(engine.value(root, "s/round"))) == pytest.approx(around, abs=0.01)


def test_square_wa_round_up_into_ngan_and_rai() -> None:
    assert rai(1_599.99) == "1-0-0"
    assert rai(142) == "0-0-35.5"
    assert rai(1_600 * 1_234) == "1,234-0-0"


def test_a_line_is_an_answer_from_two_points_on_and_an_area_from_three() -> None:
    for kind, least in (("trace", 2), ("shape", 3)):
        span = Span(kind)  # type: ignore[arg-type]
        for number in range(least):
            assert span.answer() is None
            assert span.lacking == least - number
            span = span.with_place(place(12 + number / 100, 101 + number / 200))
        answer = span.answer()
        assert answer is not None
        assert TYPES["geotrace" if kind == "trace" else "geoshape"].check(answer) is None
        assert span.without_last().answer() is None


def test_the_same_point_twice_is_one_and_a_full_line_takes_no_more() -> None:
    span = Span("trace").with_place(place(1, 1)).with_place(place(1, 1, "4"))
    assert len(span.places) == 1
    full = Span("trace", tuple(place(1, n / 1000) for n in range(PLACES_PER_LINE_MAX)))
    assert full.full
    assert full.with_place(place(2, 2)) is full


def test_a_stored_answer_comes_back_as_it_was() -> None:
    stored = [place(12, 101, "4"), place(12.1, 101.1)]
    assert span_of("trace", stored).answer() == stored
    assert span_of("trace", None).places == ()


def test_measures_are_words_and_come_only_when_there_is_something_to_measure() -> None:
    assert Span("trace", (place(1, 1),)).measured() is None
    two = Span("shape", (place(1, 1), place(1, 1.001)))
    assert two.measured() == Words("span.length", {"length": "111"})
    three = two.with_place(place(1.001, 1))
    found = three.measured()
    assert found is not None
    assert found.key == "span.area"
    assert set(found.parts) == {"rai", "area", "round"}


@pytest.mark.parametrize(
    ("metres", "grade"),
    [("3", "good"), ("5", "good"), ("40", "fair"), ("150", "poor"), ("", "unknown")],
)
def test_how_good_a_place_is_has_a_word(metres: str, grade: str) -> None:
    assert Demands().grade(place(1, 1, metres)) == grade


def test_a_form_may_ask_for_more_or_for_less() -> None:
    demands = demands_of({"capture-accuracy": "20", "warning-accuracy": "10000"})
    assert (demands.capture, demands.warning) == (20, 10_000)
    assert demands_of({"capture-accuracy": "x", "warning-accuracy": "-1"}) == Demands()


def test_a_search_keeps_the_best_fix_and_ends_when_it_is_exact_enough() -> None:
    search = Search(Demands())
    for metres in ("80", "20", "60"):
        search.take(place(1, 1, metres))
        assert not search.done
    assert search.best is not None
    assert search.best["accuracy"] == "20"
    search.take(None)
    search.take(place(1, 1, "4"))
    assert search.done


def test_a_place_without_accuracy_is_taken_as_it_is() -> None:
    search = Search(Demands())
    search.take(place(1, 1))
    assert search.done
