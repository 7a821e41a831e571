"""A list of any length costs what its screenful costs."""

from __future__ import annotations

from typing import Any

import pytest


class Counted:
    """A source that says how often it was asked."""

    def __init__(self, count: int) -> None:
        self.count, self.asked = count, 0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Any:
        from mobile.ui.widgets.record_row import RecordItem

        assert 0 <= index < self.count
        self.asked += 1
        return RecordItem(str(index), "factory", f"โรงงานที่ {index}", "15 ส.ค. 2568", "draft")


def shown(window: Any, count: int) -> Any:
    from mobile.ui.widgets.record_row import RecordRow
    from mobile.ui.widgets.virtual_list import VirtualList

    rows = VirtualList(source=Counted(count), row_class=RecordRow)
    window.show(rows)
    window.wait(lambda: len(rows._bound) == len(rows.visible_range()))
    return rows


@pytest.mark.parametrize("count", [0, 1, 10, 10_000, 100_000, 1_000_000])
def test_rows_and_reads_are_bounded_by_the_screen(window: Any, count: int):
    rows = shown(window, count)
    screenful = int(rows.height // rows.row_pixels) + 2
    assert rows.rows_made <= screenful
    assert rows.source.asked <= screenful


def test_a_frame_binds_only_a_few_rows_however_fast_the_list_is_flung(window: Any):
    from mobile.ui.widgets.virtual_list import BINDS_PER_FRAME

    rows = shown(window, 100_000)
    for step in range(1, 40):
        before = rows.binds
        rows._move_to(step * 1000.0)
        window.pump(1)
        assert rows.binds - before <= BINDS_PER_FRAME
    assert rows.rows_made <= int(rows.height // rows.row_pixels) + 2


def test_the_last_row_can_be_reached_and_read(window: Any):
    rows = shown(window, 100_000)
    rows.scroll_to_index(99_999)
    window.wait(lambda: len(rows._bound) == len(rows.visible_range()))
    texts = [row.item.title for row in rows._live.values()]
    assert "โรงงานที่ 99999" in texts


def test_a_tap_chooses_the_row_under_the_finger(window: Any):
    rows = shown(window, 1000)
    chosen: list[Any] = []
    rows.bind(on_choose=lambda _, index, item: chosen.append((index, item.title)))
    window.tap((rows.center_x, rows.top - 2.5 * rows.row_pixels))
    assert chosen == [(2, "โรงงานที่ 2")]


def test_a_drag_scrolls_and_chooses_nothing(window: Any):
    rows = shown(window, 1000)
    chosen: list[Any] = []
    rows.bind(on_choose=lambda *_: chosen.append(1))
    window.drag((rows.center_x, rows.y + 100), (0, 300))
    assert rows.offset > 200
    assert chosen == []


def test_changed_content_is_shown_after_reload_at_the_same_place(window: Any):
    rows = shown(window, 1000)
    rows.scroll_to_index(500)
    window.pump(10)
    place = rows.offset
    rows.source.count = 900
    rows.reload()
    window.pump(10)
    assert rows.offset == place


def test_a_shorter_list_brings_the_place_back_into_it(window: Any):
    rows = shown(window, 1000)
    rows.scroll_to_index(999)
    rows.source.count = 20
    rows.reload()
    window.pump(10)
    assert rows.offset <= rows.farthest
