"""The icons of the tablet: our name for a meaning, and its code point in the icon face.

The face is a subset of Material Design Icons 7.4.47 (Apache-2.0) that
`mobile/packaging/build_assets.py` cuts to exactly the code points named here. The name says what
the icon means in this product, the comment is the icon's name in the set; an icon never stands
without a word except in a toolbar, where it has a tooltip.
"""

from __future__ import annotations

from typing import Final

ICONS: Final[dict[str, str]] = {
    "add": "\U000f0415",  # plus
    "alert": "\U000f0026",  # alert
    "alert_hard": "\U000f0029",  # alert-octagon
    "approved": "\U000f0791",  # check-decagram
    "area": "\U000f0352",  # map-marker-radius
    "arrow_down": "\U000f0045",  # arrow-down
    "arrow_left": "\U000f004d",  # arrow-left
    "arrow_mark": "\U000f005c",  # arrow-top-right
    "arrow_right": "\U000f0054",  # arrow-right
    "arrow_up": "\U000f005d",  # arrow-up
    "backspace": "\U000f0b5c",  # backspace-outline
    "barcode": "\U000f0072",  # barcode-scan
    "battery": "\U000f007e",  # battery-50
    "book": "\U000f14f7",  # book-open-variant
    "brush": "\U000f00e3",  # brush
    "calendar": "\U000f00ed",  # calendar
    "camera": "\U000f0100",  # camera
    "chart": "\U000f0128",  # chart-bar
    "check": "\U000f012c",  # check
    "check_all": "\U000f012d",  # check-all
    "check_circle": "\U000f05e0",  # check-circle
    "checkbox_off": "\U000f0131",  # checkbox-blank-outline
    "checkbox_on": "\U000f0132",  # checkbox-marked
    "chevron_down": "\U000f0140",  # chevron-down
    "chevron_left": "\U000f0141",  # chevron-left
    "chevron_right": "\U000f0142",  # chevron-right
    "chevron_up": "\U000f0143",  # chevron-up
    "clear": "\U000f015a",  # close-circle-outline
    "clock": "\U000f0150",  # clock-outline
    "close": "\U000f0156",  # close
    "cloud_check": "\U000f1bec",  # cloud-check-outline
    "cloud_off": "\U000f0164",  # cloud-off-outline
    "cloud_sync": "\U000f12d6",  # cloud-sync-outline
    "cloud_upload": "\U000f0b7e",  # cloud-upload-outline
    "comment": "\U000f0189",  # comment-text-outline
    "conflict": "\U000f00fb",  # call-split
    "crosshairs": "\U000f01a4",  # crosshairs-gps
    "delete": "\U000f09e7",  # delete-outline
    "draft": "\U000f0dc9",  # file-document-edit-outline
    "drag": "\U000f01dd",  # drag-vertical
    "edit": "\U000f0cb6",  # pencil-outline
    "empty": "\U000f1274",  # inbox-outline
    "eye": "\U000f06d0",  # eye-outline
    "factory": "\U000f020f",  # factory
    "file": "\U000f0224",  # file-outline
    "filter": "\U000f0236",  # filter-variant
    "flag": "\U000f023d",  # flag-outline
    "forum": "\U000f0849",  # account-group
    "hearing": "\U000f0b23",  # bullhorn-outline
    "help": "\U000f0625",  # help-circle-outline
    "history": "\U000f02da",  # history
    "home": "\U000f06a1",  # home-outline
    "image": "\U000f0976",  # image-outline
    "info": "\U000f02fd",  # information-outline
    "key": "\U000f0dd6",  # key-outline
    "language": "\U000f05ca",  # translate
    "leaf": "\U000f032a",  # leaf
    "link": "\U000f0339",  # link-variant
    "list": "\U000f0279",  # format-list-bulleted
    "lock": "\U000f0341",  # lock-outline
    "lock_open": "\U000f0fc7",  # lock-open-variant-outline
    "magnify": "\U000f0349",  # magnify
    "map": "\U000f0982",  # map-outline
    "menu": "\U000f035c",  # menu
    "merge": "\U000f00f8",  # call-merge
    "message": "\U000f036a",  # message-text-outline
    "microphone": "\U000f036c",  # microphone
    "microphone_off": "\U000f036d",  # microphone-off
    "minus": "\U000f0374",  # minus
    "more": "\U000f01d9",  # dots-vertical
    "note": "\U000f11d7",  # note-text-outline
    "offline": "\U000f05aa",  # wifi-off
    "pause": "\U000f03e4",  # pause
    "pen": "\U000f0f49",  # draw
    "people": "\U000f0b58",  # account-group-outline
    "person": "\U000f0013",  # account-outline
    "person_add": "\U000f0801",  # account-plus-outline
    "photo_add": "\U000f0edc",  # camera-plus-outline
    "pin": "\U000f034e",  # map-marker
    "play": "\U000f040a",  # play
    "qrcode": "\U000f0432",  # qrcode
    "radio_off": "\U000f043d",  # radiobox-blank
    "radio_on": "\U000f043e",  # radiobox-marked
    "record": "\U000f044a",  # record
    "redo": "\U000f044e",  # redo
    "refresh": "\U000f0450",  # refresh
    "repeat": "\U000f018f",  # content-copy
    "returned": "\U000f054d",  # undo-variant
    "ruler": "\U000f046d",  # ruler
    "same": "\U000f0191",  # content-duplicate
    "save": "\U000f0818",  # content-save-outline
    "saved": "\U000f012c",  # check
    "send": "\U000f048a",  # send
    "settings": "\U000f08bb",  # cog-outline
    "shape": "\U000f0560",  # vector-polygon
    "sign_in": "\U000f0342",  # login
    "sign_out": "\U000f0343",  # logout
    "sort": "\U000f04ba",  # sort
    "sound": "\U000f057e",  # volume-high
    "star": "\U000f04ce",  # star
    "star_off": "\U000f04d2",  # star-outline
    "stop": "\U000f04db",  # stop
    "submitted": "\U000f1162",  # send-check-outline
    "sync": "\U000f04e6",  # sync
    "tablet": "\U000f04f6",  # tablet
    "text_size": "\U000f027f",  # format-size
    "timer": "\U000f051b",  # timer-outline
    "trace": "\U000f0561",  # vector-polyline
    "trash": "\U000f0a7a",  # trash-can-outline
    "truck": "\U000f129d",  # truck-outline
    "undo": "\U000f054c",  # undo
    "video": "\U000f0bdc",  # video-outline
    "village": "\U000f0dd4",  # home-group
    "waiting": "\U000f0b7e",  # cloud-upload-outline
    "walk": "\U000f0583",  # walk
    "waste": "\U000f01b3",  # delete-variant
    "water": "\U000f0e0a",  # water-outline
    "words": "\U000f0284",  # format-text
    "zoom_in": "\U000f0415",  # plus
    "zoom_out": "\U000f0374",  # minus
}


def icon(name: str) -> str:
    """The character that draws the icon `name`; an unknown name is a programmer's error."""
    assert name in ICONS, f"no icon is called {name!r}: add it to mobile/ui/icons.py"
    return ICONS[name]
