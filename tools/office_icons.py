"""Cut the office's icon sprite out of Material Design Icons' SVG package, to the icons used here.

    python tools/office_icons.py FOLDER_OF_SVG

The package is `@mdi/svg` (Apache-2.0), version and licence stand beside the sprite. The names are
the product's own, the same as on the tablet; the value is the icon's name in the set.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

SPRITE = Path(__file__).resolve().parent.parent / "server" / "static" / "vendor" / "icons"
VERSION = "7.4.47"
ICONS = {
    "add": "plus",
    "alert": "alert",
    "alert_hard": "alert-octagon",
    "approved": "check-decagram",
    "area": "map-marker-radius",
    "arrow_left": "arrow-left",
    "arrow_right": "arrow-right",
    "book": "book-open-variant",
    "calendar": "calendar",
    "check": "check",
    "check_circle": "check-circle",
    "chevron_down": "chevron-down",
    "chevron_right": "chevron-right",
    "clock": "clock-outline",
    "close": "close",
    "comment": "comment-text-outline",
    "conflict": "call-split",
    "draft": "file-document-edit-outline",
    "edit": "pencil-outline",
    "empty": "inbox-outline",
    "factory": "factory",
    "filter": "filter-variant",
    "forum": "account-group",
    "form": "form-select",
    "hearing": "bullhorn-outline",
    "help": "help-circle-outline",
    "history": "history",
    "image": "image-outline",
    "image_missing": "image-off-outline",
    "info": "information-outline",
    "key": "key-outline",
    "keyboard": "keyboard-outline",
    "language": "translate",
    "leaf": "leaf",
    "limit": "gauge-full",
    "list": "format-list-bulleted",
    "lock": "lock-outline",
    "magnify": "magnify",
    "menu": "menu",
    "people": "account-group-outline",
    "person": "account-outline",
    "pin": "map-marker",
    "print": "printer-outline",
    "register": "card-account-details-outline",
    "returned": "undo-variant",
    "review": "clipboard-check-outline",
    "sign_in": "login",
    "sign_out": "logout",
    "submitted": "send-check-outline",
    "tablet": "tablet",
    "undo": "undo",
    "waiting": "cloud-upload-outline",
}


def main() -> int:
    """Write the sprite: one symbol an icon."""
    if len(sys.argv) != 2:
        print((__doc__ or "").strip())
        return 2
    symbols = []
    for name, source in sorted(ICONS.items()):
        text = (Path(sys.argv[1]) / f"{source}.svg").read_text()
        paths = re.findall(r"<path[^>]*/>", text)
        assert paths, f"{source}.svg draws nothing"
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(paths)}</symbol>')
    SPRITE.mkdir(parents=True, exist_ok=True)
    body = "\n".join(symbols)
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'
    (SPRITE / f"icons-{VERSION}.svg").write_text(sprite)
    return 0


if __name__ == "__main__":
    sys.exit(main())
