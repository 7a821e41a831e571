"""A receipt for a tablet: what the office holds of it, signed with a key outside the database.

With it goes up to which number the tablet may forget what it sent: its changes up to there are in a
verified backup, and were received 45 days ago by the server's clock.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import distinct, func, or_, select
from sqlalchemy.orm import Session

from server.models import (
    BackedUpClientRow,
    BlobRow,
    BlobSenderRow,
    ChangeRow,
    DeviceRow,
    QuarantineRow,
    ReceiptRow,
    ReceivedRow,
)
from server.services.identify_device import Device
from server.store import changes as change_store
from server.store.bulk import put
from server.store.office import Office
from server.store.system import Randomness
from shared.errors import ChainForked, EpochChanged, Forbidden, NumberGap, StorageFull
from shared.ids import is_client
from shared.limits import FORGETTABLE_AGE_DAYS
from sync.receipts import (
    CODE_LENGTH,
    Receipt,
    ReceiptAnswer,
    decode_receipt_answer,
    decode_receipt_request,
    short_code,
    signed_bytes,
)

KEY_BYTES: Final = 32
DAY_MS: Final = 24 * 60 * 60_000
FOUND_MAX: Final = 50


def issue_receipt(office: Office, device: Device, body: bytes) -> ReceiptAnswer:
    """The receipt for a client of this tablet, as far as it says it was acknowledged.

    Raises BadInput, Forbidden for another tablet's client, EpochChanged, NumberGap for a number
    that was not received, ChainForked for another chain at it.
    """
    asked = decode_receipt_request(body)
    if not is_client(asked.client) or not asked.client.startswith(device.id + "."):
        raise Forbidden("a tablet asks for its own receipts only")
    key = receipt_key(office.config.receipt_key_file, office.randomness)
    with office.database.reading() as session:
        stands = change_store.client_mark(session, asked.client)
        facts = {"epoch": office.epoch.text, "number": stands.number, "chain": stands.chain}
        if asked.epoch != office.epoch.text:
            raise EpochChanged("this server began a new epoch", **facts)
        if asked.number > stands.number:
            raise NumberGap("not all of this was received", **facts)
        if change_store.chain_at(session, asked.client, asked.number) != asked.chain:
            raise ChainForked("the chain differs", **facts)
        counted = _count(session, device.id, asked.client, asked.number)
        stored = session.get(ReceiptRow, (asked.client, asked.number))
        forgettable = forgettable_to(office, session, asked.client)
    same = stored is not None and (stored.records, stored.quarantined, stored.photos) == counted
    time = stored.issued_at if stored is not None and same else office.clock.now_ms()
    receipt = Receipt(asked.client, asked.number, asked.chain, *counted, time)
    signature = sign(key, receipt)
    known = same and stored is not None and stored.signature == signature
    if asked.number and not known:
        _keep(office, device, receipt, signature)
    return ReceiptAnswer(office.epoch.text, receipt, signature, forgettable)


def receipt_key(path: Path, randomness: Randomness) -> bytes:
    """The key of receipts: made once, for its owner alone, kept in backups. Raises StorageFull."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        key = randomness(KEY_BYTES)
    part = path.with_name(f"{path.name}.{randomness(4).hex()}")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        # Under its name it is whole from the first moment; whoever was quicker made the one key.
        with suppress(FileExistsError):
            os.link(part, path)
    except OSError as reason:
        if reason.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull("no space for the key of receipts") from reason
        raise
    finally:
        part.unlink(missing_ok=True)
    return path.read_bytes()


def sign(key: bytes, receipt: Receipt) -> str:
    """The signature of a receipt in hex."""
    return hmac.new(key, signed_bytes(receipt), hashlib.sha256).hexdigest()


def _count(session: Session, device: str, client: str, number: int) -> tuple[int, int, int]:
    """Root records, changes kept aside, and files of the tablet."""
    lines = (ReceivedRow.client == client, ReceivedRow.number <= number)
    records = session.scalar(
        select(func.count(distinct(ChangeRow.root)))
        .join(ReceivedRow, ReceivedRow.change == ChangeRow.id)
        .where(*lines)
    )
    quarantined = session.scalar(
        select(func.count())
        .select_from(ReceivedRow)
        .join(QuarantineRow, QuarantineRow.id == ReceivedRow.quarantine)
        .where(*lines, QuarantineRow.released_at.is_(None))
    )
    photos = session.scalar(
        select(func.count())
        .select_from(BlobSenderRow)
        .join(BlobRow, BlobRow.sha256 == BlobSenderRow.sha256)
        .where(BlobSenderRow.sender == device)
    )
    return records or 0, quarantined or 0, photos or 0


def _keep(office: Office, device: Device, receipt: Receipt, signature: str) -> None:
    row = {
        "client": receipt.client,
        "number": receipt.number,
        "device": device.id,
        "chain": receipt.chain,
        "records": receipt.records,
        "quarantined": receipt.quarantined,
        "photos": receipt.photos,
        "issued_at": receipt.time,
        "signature": signature,
    }
    with office.database.writing() as session:
        put(session, ReceiptRow, [row], ("client", "number"))


def forgettable_to(office: Office, session: Session, client: str) -> int:
    """The client's last number that it may forget, with all before it; 0 for none."""
    saved = session.scalar(
        select(BackedUpClientRow.number).where(BackedUpClientRow.client == client)
    )
    if not saved:
        return 0
    before_ms = office.clock.now_ms() - FORGETTABLE_AGE_DAYS * DAY_MS
    young = session.scalar(
        select(func.min(ReceivedRow.number))
        .outerjoin(ChangeRow, ChangeRow.id == ReceivedRow.change)
        .outerjoin(QuarantineRow, QuarantineRow.id == ReceivedRow.quarantine)
        .where(
            ReceivedRow.client == client,
            or_(
                ChangeRow.received_at > before_ms,
                QuarantineRow.received_at > before_ms,
                # What staff have not decided yet, the tablet keeps.
                QuarantineRow.id.is_not(None)
                & QuarantineRow.released_at.is_(None)
                & QuarantineRow.closed_at.is_(None),
            ),
        )
    )
    return saved if young is None else min(saved, young - 1)


@dataclass(frozen=True, slots=True)
class FoundReceipt:
    """A receipt of this office. `genuine` when its signature is made with this office's key;
    `held` when everything it says is still here: number and chain."""

    receipt: Receipt
    code: str
    label: str
    genuine: bool
    held: bool


def check_receipt(office: Office, data: bytes) -> FoundReceipt:
    """Is this receipt ours, and do we hold what it says? Raises BadInput for what is none."""
    answer = decode_receipt_answer(data)
    key = receipt_key(office.config.receipt_key_file, office.randomness)
    genuine = hmac.compare_digest(sign(key, answer.receipt), answer.signature)
    with office.database.reading() as session:
        return _found(session, answer.receipt, answer.signature, genuine=genuine)


def find_receipts(office: Office, code: str) -> list[FoundReceipt]:
    """The receipts that bear a code, newest first; several may bear the same."""
    plain = code.strip().lower()
    if len(plain) < CODE_LENGTH or not all(letter in "0123456789abcdef" for letter in plain):
        return []
    key = receipt_key(office.config.receipt_key_file, office.randomness)
    wanted = select(ReceiptRow).where(ReceiptRow.signature.startswith(plain))
    with office.database.reading() as session:
        rows = session.scalars(wanted.order_by(ReceiptRow.issued_at.desc()).limit(FOUND_MAX))
        found = [(receipt_of(row), row.signature) for row in rows]
        return [
            _found(session, one, text, genuine=hmac.compare_digest(sign(key, one), text))
            for one, text in found
        ]


def receipt_of(row: Any) -> Receipt:
    """A stored receipt."""
    return Receipt(
        row.client,
        row.number,
        row.chain,
        row.records,
        row.quarantined,
        row.photos,
        row.issued_at,
    )


def _found(session: Session, receipt: Receipt, signature: str, *, genuine: bool) -> FoundReceipt:
    device = receipt.client.partition(".")[0]
    label = session.scalar(select(DeviceRow.label).where(DeviceRow.id == device)) or ""
    held = change_store.chain_at(session, receipt.client, receipt.number) == receipt.chain
    return FoundReceipt(receipt, short_code(signature), label, genuine, held)
