"""The icons of the tablet: our name for a meaning, and its code point in the icon face.

The face is a subset of Material Design Icons 7.4.47 (Apache-2.0) that
`mobile/packaging/build_assets.py` cuts to exactly the code points named here. The name says what
the icon means in this product, the comment is the icon's name in the set; an icon never stands
without a word except in a toolbar, where it has a tooltip.
"""

from __future__ import annotations

from typing import Final

ICONS: Final[dict[str, str]] = {
    "add": "\U000F0415",  # plus
    "alert": "\U000F0026",  # alert
    "alert_hard": "\U000F0029",  # alert-octagon
    "approved": "\U000F0791",  # check-decagram
    "area": "\U000F0352",  # map-marker-radius
    "arrow_left": "\U000F004D",  # arrow-left
    "arrow_right": "\U000F0054",  # arrow-right
    "backspace": "\U000F0B5C",  # backspace-outline
    "battery": "\U000F007E",  # battery-50
    "book": "\U000F14F7",  # book-open-variant
    "calendar": "\U000F00ED",  # calendar
    "camera": "\U000F0100",  # camera
    "chart": "\U000F0128",  # chart-bar
    "check": "\U000F012C",  # check
    "check_all": "\U000F012D",  # check-all
    "check_circle": "\U000F05E0",  # check-circle
    "checkbox_off": "\U000F0131",  # checkbox-blank-outline
    "checkbox_on": "\U000F0132",  # checkbox-marked
    "chevron_down": "\U000F0140",  # chevron-down
    "chevron_left": "\U000F0141",  # chevron-left
    "chevron_right": "\U000F0142",  # chevron-right
    "chevron_up": "\U000F0143",  # chevron-up
    "clear": "\U000F015A",  # close-circle-outline
    "clock": "\U000F0150",  # clock-outline
    "close": "\U000F0156",  # close
    "cloud_check": "\U000F1BEC",  # cloud-check-outline
    "cloud_off": "\U000F0164",  # cloud-off-outline
    "cloud_sync": "\U000F12D6",  # cloud-sync-outline
    "cloud_upload": "\U000F0B7E",  # cloud-upload-outline
    "comment": "\U000F0189",  # comment-text-outline
    "conflict": "\U000F00FB",  # call-split
    "crosshairs": "\U000F01A4",  # crosshairs-gps
    "delete": "\U000F09E7",  # delete-outline
    "draft": "\U000F0DC9",  # file-document-edit-outline
    "edit": "\U000F0CB6",  # pencil-outline
    "empty": "\U000F1274",  # inbox-outline
    "eye": "\U000F06D0",  # eye-outline
    "factory": "\U000F020F",  # factory
    "filter": "\U000F0236",  # filter-variant
    "flag": "\U000F023D",  # flag-outline
    "forum": "\U000F0849",  # account-group
    "hearing": "\U000F0B23",  # bullhorn-outline
    "help": "\U000F0625",  # help-circle-outline
    "history": "\U000F02DA",  # history
    "home": "\U000F06A1",  # home-outline
    "image": "\U000F0976",  # image-outline
    "info": "\U000F02FD",  # information-outline
    "key": "\U000F0DD6",  # key-outline
    "language": "\U000F05CA",  # translate
    "leaf": "\U000F032A",  # leaf
    "link": "\U000F0339",  # link-variant
    "list": "\U000F0279",  # format-list-bulleted
    "lock": "\U000F0341",  # lock-outline
    "lock_open": "\U000F0FC7",  # lock-open-variant-outline
    "magnify": "\U000F0349",  # magnify
    "map": "\U000F0982",  # map-outline
    "menu": "\U000F035C",  # menu
    "merge": "\U000F00F8",  # call-merge
    "message": "\U000F036A",  # message-text-outline
    "minus": "\U000F0374",  # minus
    "more": "\U000F01D9",  # dots-vertical
    "note": "\U000F11D7",  # note-text-outline
    "offline": "\U000F05AA",  # wifi-off
    "pause": "\U000F03E4",  # pause
    "pen": "\U000F0F49",  # draw
    "people": "\U000F0B58",  # account-group-outline
    "person": "\U000F0013",  # account-outline
    "person_add": "\U000F0801",  # account-plus-outline
    "photo_add": "\U000F0EDC",  # camera-plus-outline
    "pin": "\U000F034E",  # map-marker
    "play": "\U000F040A",  # play
    "qrcode": "\U000F0432",  # qrcode
    "radio_off": "\U000F043D",  # radiobox-blank
    "radio_on": "\U000F043E",  # radiobox-marked
    "redo": "\U000F044E",  # redo
    "refresh": "\U000F0450",  # refresh
    "repeat": "\U000F018F",  # content-copy
    "returned": "\U000F054D",  # undo-variant
    "same": "\U000F0191",  # content-duplicate
    "save": "\U000F0818",  # content-save-outline
    "saved": "\U000F012C",  # check
    "send": "\U000F048A",  # send
    "settings": "\U000F08BB",  # cog-outline
    "sign_in": "\U000F0342",  # login
    "sign_out": "\U000F0343",  # logout
    "sort": "\U000F04BA",  # sort
    "submitted": "\U000F1162",  # send-check-outline
    "sync": "\U000F04E6",  # sync
    "tablet": "\U000F04F6",  # tablet
    "text_size": "\U000F027F",  # format-size
    "timer": "\U000F051B",  # timer-outline
    "trash": "\U000F0A7A",  # trash-can-outline
    "truck": "\U000F129D",  # truck-outline
    "undo": "\U000F054C",  # undo
    "village": "\U000F0DD4",  # home-group
    "waiting": "\U000F0B7E",  # cloud-upload-outline
    "waste": "\U000F01B3",  # delete-variant
    "water": "\U000F0E0A",  # water-outline
    "zoom_in": "\U000F0415",  # plus
    "zoom_out": "\U000F0374",  # minus
}


def icon(name: str) -> str:
    """The character that draws the icon `name`; an unknown name is a programmer's error."""
    assert name in ICONS, f"no icon is called {name!r}: add it to mobile/ui/icons.py"
    return ICONS[name]
