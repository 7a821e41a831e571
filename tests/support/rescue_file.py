"""A rescue file as a tablet writes it, of all that a test's tablet has pending."""

from __future__ import annotations

import hashlib
import io

from sync.bundle import BundledFile, Origin, write_bundle
from tests.support.offices import TestTablet


def saved(tablet: TestTablet, *, epoch: str = "", files: tuple[bytes, ...] = ()) -> io.BytesIO:
    """What the tablet would write to a file of all that is pending."""
    if epoch:
        tablet.epoch = epoch
    body, count = tablet.push_body(), len(tablet.pending)
    origin = Origin(
        tablet.device, tablet.client, "tablet", "office", tablet.epoch, tablet.number,
        tablet.chain, 1_790_000_000_000,
    )  # fmt: skip
    out = io.BytesIO()
    named = [
        (BundledFile(hashlib.sha256(data).hexdigest(), len(data), "image/png", "a.png"), [data])
        for data in files
    ]
    write_bundle(out, origin, [(body, count)], named)
    out.seek(0)
    return out
