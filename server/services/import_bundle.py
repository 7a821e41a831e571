"""What a tablet saved to a file because it could not send it comes in, as if it had been sent.

Each part is an ordinary push and goes the same way: chain, results, quarantine, journal. Imported
twice, or sent by the tablet as well, everything is answered "duplicate". Where the office cannot go
on from the tablet's line (it forgot a part of it, or the line forked), the changes come in under a
line of the file's own: their ids tell that they are the same.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import IO

from sqlalchemy.orm import Session

from server.models import DeviceRow
from server.services.receive_blob import receive_blob
from server.services.receive_changes import receive_changes
from server.services.write_audit import write_audit
from server.store.office import Office
from server.store.rights import load_rights
from shared.canonical import JsonLike
from shared.errors import BadInput, ChainForked, Forbidden, NotFound, NumberGap
from shared.ids import INCARNATION_BYTES, new_client
from shared.records.workflow import Role
from sync.bundle import BundleReader, Manifest
from sync.changes import frame
from sync.codec import decode_push, encode_push
from sync.commitments import chain_over, chain_start
from sync.messages import PushBatch, PushHeader, Withheld
from sync.version import PROTOCOL


@dataclass(slots=True)
class Imported:
    """What came in. `outcomes` counts results by name, `codes` the reasons among them, `files` and
    `refused` the files taken and not, `left_out` those that the bundle lacks."""

    label: str
    changes: int
    outcomes: dict[str, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    files: int = 0
    refused: int = 0
    left_out: int = 0


def import_bundle(office: Office, staff: str, source: IO[bytes]) -> Imported:
    """Take a bundle in. Raises NotABundle, TooLarge, Forbidden, NotFound for a tablet that was
    never enrolled here. What was taken before an error stays: importing again goes on from it."""
    reader = BundleReader(source)
    manifest = reader.manifest
    with office.database.reading() as session:
        _may_import(session, staff)
        device = session.get(DeviceRow, manifest.origin.device)
    if device is None:
        raise NotFound("the tablet of this file was never enrolled here")
    batches = [decode_push(body) for body in reader.parts()]
    outcomes, codes = Counter[str](), Counter[str]()
    for result in _receive(office, device.id, manifest, batches):
        outcomes[result[0]] += 1
        if result[1]:
            codes[result[1]] += 1
    done = Imported(
        device.label, manifest.changes, dict(outcomes), dict(codes), left_out=len(manifest.left_out)
    )
    for file in manifest.files:
        try:
            receive_blob(office, file.sha256, reader.file(file.sha256), device.id)
            done.files += 1
        except BadInput:
            done.refused += 1
    with office.database.writing() as session:
        facts: dict[str, JsonLike] = {
            "device": device.id,
            "changes": manifest.changes,
            "files": done.files,
        }
        write_audit(session, office, staff, "bundle.imported", facts)
    return done


def _may_import(session: Session, staff: str) -> None:
    rights = load_rights(session, {(None, staff)})[None, staff]
    if rights.role is not Role.ADMINISTRATOR or not rights.active:
        raise Forbidden("an administrator imports files")


def _receive(
    office: Office, device: str, manifest: Manifest, batches: Sequence[PushBatch]
) -> list[tuple[str, str]]:
    try:
        return _push(office, device, batches)
    except (NumberGap, ChainForked):
        return _push(office, device, _under_own_line(device, manifest, batches))


def _push(office: Office, device: str, batches: Sequence[PushBatch]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for batch in batches:
        header = replace(batch.header, epoch=office.epoch.text)
        answer = receive_changes(office, device, encode_push(PushBatch(header, batch.lines)))
        found += [(str(r.outcome), r.code or "") for r in answer.results]
    return found


def _under_own_line(
    device: str, manifest: Manifest, batches: Sequence[PushBatch]
) -> list[PushBatch]:
    """The same lines, numbered from 1 by a client that the content of the file names."""
    parts = "".join(part.sha256 for part in manifest.parts)
    client = new_client(device, hashlib.sha256(parts.encode()).digest()[:INCARNATION_BYTES])
    number, chain = 0, chain_start(client).hex()
    out: list[PushBatch] = []
    for batch in batches:
        header = PushHeader(PROTOCOL, batch.header.epoch, client, number, chain)
        out.append(PushBatch(header, batch.lines))
        number += len(batch.lines)
        heads = [
            bytes.fromhex(x.head_hash) if isinstance(x, Withheld) else frame(x).head_hash
            for x in batch.lines
        ]
        chain = chain_over(bytes.fromhex(chain), heads).hex()
    return out
