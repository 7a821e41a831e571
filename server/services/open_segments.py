"""What there is to download first: the list of a tablet's scopes, and one file of it.

Rights are read at every request; a file of a scope that is no longer held is not there.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import ScopeRow
from server.services.identify_device import identify_device
from server.services.mind_horizon import note_beginnings
from server.services.read_feed import read_request
from server.store.office import Office
from server.store.rights import device_scopes
from server.store.segment_folder import Feed
from shared.errors import EpochChanged, NotFound
from shared.ids import is_sha256
from sync.segments import Segment, SegmentList


def list_segments(office: Office, token: str, body: bytes) -> SegmentList:
    """The segments of the scopes asked for, where they begin at or before the tablet's cursor.

    A cursor between two segments gets none: pages bring it on. Raises as `read_feed` does.
    """
    with office.database.reading() as session:
        device = identify_device(session, token)
        device.must_not_be_revoked()
        request = read_request(device, body)
        if request.epoch != office.epoch.text:
            raise EpochChanged("this server began a new epoch", epoch=office.epoch.text)
        held = device_scopes(session, device.id) & set(request.scopes)
        heads = _feeds(office, session, held)
    found: list[Segment] = []
    begun: list[tuple[str, int]] = []
    for feed, head in heads.items():
        segments, cursor = office.segments.of_feed(feed), request.scopes[feed.scope]
        if not segments or segments[-1].end > head:
            continue
        if cursor == 0 or cursor in {segment.end for segment in segments}:
            found.extend(segments)
            if cursor == 0 and feed.horizon:
                # All of the set was made after the deletions up to the horizon.
                begun.append((feed.scope, feed.horizon))
    note_beginnings(office, request.client, begun)
    named = {feed.scope: head for feed, head in heads.items()}
    return SegmentList(office.epoch.text, request.client, named, tuple(found))


def _feeds(office: Office, session: Session, scopes: Collection[str]) -> dict[Feed, int]:
    rows = session.execute(
        select(ScopeRow.id, ScopeRow.seq, ScopeRow.horizon)
        .where(ScopeRow.id.in_(scopes))
        .order_by(ScopeRow.id)
    )
    return {Feed(office.epoch.text, row.id, row.horizon): row.seq for row in rows}


def open_segment(office: Office, token: str, sha256: str) -> bytes:
    """The bytes of a file.

    Raises NotSignedIn, DeviceRevoked; NotFound also for what may not be read, and for what has
    been replaced since it was listed.
    """
    with office.database.reading() as session:
        device = identify_device(session, token)
        device.must_not_be_revoked()
        feeds = _feeds(office, session, device_scopes(session, device.id))
    if is_sha256(sha256):
        for feed in feeds:
            for segment in office.segments.of_feed(feed):
                if segment.sha256 == sha256:
                    data = office.segments.read(segment)
                    if data is not None:
                        return data
    raise NotFound("there is no such segment")
