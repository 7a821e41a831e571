"""What has become of a tablet's changes that were kept aside: each with its present result."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import QuarantineRow
from server.services.identify_device import identify_device
from server.store import changes as change_store
from server.store.bulk import rows_in
from server.store.office import Office
from shared.errors import EpochChanged, Forbidden
from shared.ids import is_client
from sync.asides import FOR_GOOD, ResultsRequest, decode_results_request
from sync.messages import ChangeResult, Outcome, PushAnswer
from sync.version import PROTOCOL


def tell_results(office: Office, token: str, body: bytes) -> PushAnswer:
    """The present result of each change that was asked for and came from this tablet.

    Raises NotSignedIn, DeviceRevoked, Forbidden, BadInput, EpochChanged.
    """
    request = decode_results_request(body)
    with office.database.reading() as session:
        device = identify_device(session, token)
        device.must_not_be_revoked()
        if not is_client(request.client) or not request.client.startswith(device.id + "."):
            raise Forbidden("a tablet asks under its own name only")
        mark = change_store.client_mark(session, request.client)
        if request.epoch != office.epoch.text:
            raise EpochChanged(
                "this server began a new epoch",
                epoch=office.epoch.text,
                number=mark.number,
                chain=mark.chain,
            )
        results = _results(session, device.id, request)
    return PushAnswer(
        PROTOCOL, office.epoch.text, request.client, mark.number, mark.chain, tuple(results)
    )


def _results(session: Session, device: str, request: ResultsRequest) -> list[ChangeResult]:
    aside = {
        row.change: row
        for row in rows_in(
            session,
            select(
                QuarantineRow.change,
                QuarantineRow.code,
                QuarantineRow.number,
                QuarantineRow.closed_at,
            ).where(QuarantineRow.client.startswith(device + ".", autoescape=True)),
            QuarantineRow.change,
            request.ids,
        )
    }
    applied = change_store.known_changes(session, set(aside))
    results: list[ChangeResult] = []
    for name in request.ids:
        if name not in aside:
            continue
        number, row = aside[name].number, applied.get(name)
        if row is None:
            code = aside[name].code if aside[name].closed_at is None else FOR_GOOD
            results.append(ChangeResult(number, name, Outcome.QUARANTINED, code=code))
            continue
        outcome, by = Outcome(row.outcome), row.superseded_by
        found = ChangeResult(number, name, outcome, row.scope, row.position, row.code, by)
        results.append(found)
    return results
