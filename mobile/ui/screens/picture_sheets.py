"""Choosing a picture from those at hand, and seeing one large."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kivy.metrics import dp
from kivy.uix.image import Image
from kivy.uix.scrollview import ScrollView

from mobile.presenters.surroundings import Picture, Surroundings
from mobile.ui.widgets.button import PrimaryButton
from mobile.ui.widgets.dialog import BottomSheet, Layers
from mobile.ui.widgets.inputs.files import PhotoTile
from mobile.ui.widgets.label import ThaiLabel
from mobile.ui.widgets.layout import Flow
from mobile.ui.widgets.type_ahead import Found, TypeAhead, search_in

Chosen = Callable[[Picture | None], None]
SHOWN_MAX = 24  # tiles; the newest are wanted
LARGE_DP = 520
SMALL_DP = 260


def choose_picture(surroundings: Surroundings, layers: Layers, chosen: Chosen) -> None:
    """Show the newest pictures in a sheet; `chosen(picture)` for a tap on one."""
    surroundings.pictures(lambda found: _show_tiles(found, layers, chosen))


def _show_tiles(found: Sequence[Picture], layers: Layers, chosen: Chosen) -> None:
    sheet = BottomSheet("photo.pick", automation_id="pictures")
    if not found:
        sheet.column.add_widget(ThaiLabel(text_key="form.no_pictures", ink="ink-soft"))
    line = Flow()
    for picture in found[:SHOWN_MAX]:
        tile = PhotoTile(caption=picture.name, automation_id=f"picture:{picture.name}")
        tile.show_picture(picture.path)
        tile.bind(on_open=lambda _, picture=picture: _take(sheet, picture, chosen))
        line.add_widget(tile)
    scroll = ScrollView(size_hint_y=None, height=dp(400 if found else 8), do_scroll_x=False)
    scroll.add_widget(line)
    sheet.column.add_widget(scroll)
    layers.show_above(sheet)


def choose_file(
    files: Sequence[Picture], layers: Layers, chosen: Callable[[Picture], None]
) -> None:
    """Show files by their names in a sheet; `chosen(file)` for a tap on one."""
    sheet = BottomSheet("file.pick", automation_id="files")
    rows = [Found(str(at), file.name) for at, file in enumerate(files)]
    if not rows:
        sheet.column.add_widget(ThaiLabel(text_key="file.nothing", ink="ink-soft"))
    else:
        finder = TypeAhead(search_in(rows), most_rows=6, automation_id="files:search")

        def take(found: Found) -> None:
            sheet.close()
            chosen(files[int(found.key)])

        finder.bind(on_choose=lambda _, found: take(found))
        sheet.column.add_widget(finder)
    layers.show_above(sheet)


def _take(sheet: BottomSheet, picture: Picture, chosen: Chosen) -> None:
    sheet.close()
    chosen(picture)


def show_picture(surroundings: Surroundings, layers: Layers, value: Mapping[str, Any]) -> None:
    """Show a picture that is an answer as large as the window allows."""
    sheet = BottomSheet(title=str(value.get("name", "")), automation_id="picture_large")
    sha256 = str(value.get("sha256", ""))
    path = surroundings.original(sha256)
    if path is None:
        # Somebody else's: the small picture now, the whole one with the next synchronisation.
        surroundings.ask_for(sha256)
        small = surroundings.thumbnail(sha256, lambda: None)
        if small is not None:
            sheet.column.add_widget(
                Image(source=str(small), fit_mode="contain", size_hint_y=None, height=dp(SMALL_DP))
            )
        sheet.column.add_widget(ThaiLabel(text_key="photo.comes", ink="ink-soft"))
    else:
        image = Image(
            source=str(path), fit_mode="contain", size_hint_y=None, height=dp(LARGE_DP), mipmap=True
        )
        sheet.column.add_widget(image)
    close = PrimaryButton(text_key="dialog.close", pos_hint={"right": 1})
    close.bind(on_release=lambda *_: sheet.close())
    sheet.column.add_widget(close)
    layers.show_above(sheet)
