"""Receipts: what the office signs, what a tablet may forget, and what staff can tell of one."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from server.models import ReceiptRow
from server.services.back_up import back_up
from server.services.examine_records import examine_records
from server.services.issue_receipt import check_receipt, find_receipts, receipt_key, sign
from shared.limits import FORGETTABLE_AGE_DAYS
from sync.exchange import HttpReply
from sync.receipts import (
    ReceiptAnswer,
    ReceiptRequest,
    ask_receipt,
    believed_receipt,
    encode_receipt_answer,
)
from tests.support.offices import AREA, OTHER_AREA, TestOffice, TestTablet

DAY_MS = 24 * 60 * 60_000


def asks(tablet: TestTablet, **wrong: object) -> tuple[int, ReceiptAnswer | None]:
    """The answer to a tablet's question: its status, and the receipt if it is believed."""
    request = ReceiptRequest(tablet.epoch, tablet.client, tablet.number, tablet.chain)
    request = replace(request, **wrong)  # type: ignore[arg-type]
    reply = tablet.post("receipt", ask_receipt(request).body)
    headers = tuple((name.lower(), value) for name, value in reply.headers)
    return reply.status_code, believed_receipt(
        HttpReply(reply.status_code, headers, reply.data), request
    )


def worked(world: TestOffice) -> TestTablet:
    """A tablet with two records, a row, and something kept aside."""
    tablet = world.tablet("somchai")
    first = tablet.creates({"a": "1"})
    tablet.creates({"a": "2"})
    tablet.creates({"f": "1"}, kind="insp/findings", parent=first)
    tablet.creates({"a": "3"}, scope=OTHER_AREA)
    tablet.push()
    return tablet


def test_a_receipt_says_what_is_here_and_is_signed_by_the_office(world: TestOffice) -> None:
    tablet = worked(world)
    status, answer = asks(tablet)
    assert status == 200
    assert answer is not None
    found = answer.receipt
    assert (found.client, found.number, found.chain) == (tablet.client, 4, tablet.chain)
    assert (found.records, found.quarantined, found.photos) == (2, 1, 0)
    key = world.office.config.receipt_key_file
    assert sign(key.read_bytes(), found) == answer.signature
    assert key.stat().st_mode & 0o077 == 0


def test_the_same_question_has_the_same_receipt(world: TestOffice) -> None:
    tablet = worked(world)
    assert asks(tablet) == asks(tablet)


def test_files_of_the_tablet_are_counted_once_they_are_here(world: TestOffice) -> None:
    tablet = worked(world)
    data = b"\x89PNG not really"
    name = hashlib.sha256(data).hexdigest()
    path = f"/api/v1/blobs/{name}"
    headers = {**tablet.headers, "Content-Type": "image/png"}
    assert world.http.put(path, data=data, headers=headers).status_code in (200, 201)
    answer = asks(tablet)[1]
    assert answer is not None
    assert answer.receipt.photos == 1


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"number": 9}, 409),
        ({"chain": "0" * 64}, 409),
        ({"epoch": "other"}, 409),
        ({"client": "0192a3b4-0000-7000-8000-00000000000c.00000000000000a1"}, 403),
    ],
)
def test_nothing_is_signed_that_was_not_received(
    world: TestOffice, wrong: dict[str, object], status: int
) -> None:
    assert asks(worked(world), **wrong) == (status, None)


def test_staff_find_a_receipt_by_its_code_and_are_told_whose_it_is(world: TestOffice) -> None:
    tablet = worked(world)
    answer = asks(tablet)[1]
    assert answer is not None
    (found,) = find_receipts(world.office, answer.code)
    assert (found.label, found.genuine, found.held) == ("tablet", True, True)
    assert found.receipt == answer.receipt
    assert find_receipts(world.office, "zzzz") == []
    assert find_receipts(world.office, "7%") == []


def test_a_receipt_in_a_file_is_checked_and_a_forged_one_is_told(world: TestOffice) -> None:
    tablet = worked(world)
    answer = asks(tablet)[1]
    assert answer is not None
    assert check_receipt(world.office, encode_receipt_answer(answer)).genuine
    forged = replace(answer, receipt=replace(answer.receipt, records=99))
    assert not check_receipt(world.office, encode_receipt_answer(forged)).genuine
    lost = replace(answer.receipt, number=40)
    key = world.office.config.receipt_key_file.read_bytes()
    ahead = replace(answer, receipt=lost, signature=sign(key, lost))
    found = check_receipt(world.office, encode_receipt_answer(ahead))
    assert (found.genuine, found.held) == (True, False)


def forgettable(tablet: TestTablet) -> int:
    answer = asks(tablet)[1]
    assert answer is not None
    return answer.forgettable_to


def test_a_tablet_may_forget_what_is_in_a_verified_backup_and_old_enough(
    world: TestOffice, tmp_path: Path
) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    tablet.push()
    assert forgettable(tablet) == 0
    back_up(world.office, tmp_path / "backups")
    world.clock.now += (FORGETTABLE_AGE_DAYS + 1) * DAY_MS
    assert forgettable(tablet) == 0, "nobody verified that backup"
    back_up(world.office, tmp_path / "backups", verify=True)
    assert forgettable(tablet) == 1
    tablet.creates({"a": "2"})
    tablet.push()
    back_up(world.office, tmp_path / "backups", verify=True)
    assert forgettable(tablet) == 1, "the second is too young"
    world.clock.now += (FORGETTABLE_AGE_DAYS + 1) * DAY_MS
    assert forgettable(tablet) == 2


def test_what_staff_have_not_decided_yet_a_tablet_keeps(world: TestOffice, tmp_path: Path) -> None:
    tablet = world.tablet("somchai")
    tablet.creates({"a": "1"})
    tablet.creates({"a": "2"}, scope=OTHER_AREA)
    tablet.creates({"a": "3"}, scope=AREA)
    tablet.push()
    back_up(world.office, tmp_path / "backups", verify=True)
    world.clock.now += (FORGETTABLE_AGE_DAYS + 1) * DAY_MS
    assert forgettable(tablet) == 1


def test_a_receipt_for_what_is_not_here_any_more_is_found_by_the_doctor(
    world: TestOffice,
) -> None:
    tablet = worked(world)
    assert asks(tablet)[0] == 200
    assert "receipt_not_held" not in {one.code for one in examine_records(world.office)}
    with world.office.database.writing() as session:
        session.execute(update(ReceiptRow).values(number=9))
    (found,) = (one for one in examine_records(world.office) if one.code == "receipt_not_held")
    assert found.facts["number"] == 9


def test_the_key_of_receipts_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    def dies_at_the_second(count: int) -> bytes:
        if made:
            raise KeyboardInterrupt
        made.append(count)
        return b"k" * count

    made: list[int] = []
    path = tmp_path / "receipt-key"
    for randomness in (dies_at_the_second, dies_at_the_second):
        with pytest.raises(KeyboardInterrupt):
            receipt_key(path, randomness)
    assert list(tmp_path.iterdir()) == []
    key = receipt_key(path, lambda count: b"r" * count)
    assert key == receipt_key(path, dies_at_the_second) == b"r" * len(key) != b""
    assert list(tmp_path.iterdir()) == [path]


def test_any_bytes_at_the_door_of_receipts_have_a_clear_answer_and_leave_nothing(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    whole = ask_receipt(ReceiptRequest(tablet.epoch, tablet.client, 0, tablet.chain)).body
    bodies = [b"", b"{}", b"null", b"[" * 5_000, b"\xff\x00", b"x" * 300_000]
    bodies += [whole[:cut] for cut in range(0, len(whole), 7)]
    bodies += [whole.replace(tablet.client.encode(), tablet.client[:-1].encode() + odd)
               for odd in (b"\\u0000", b"\\ud800", b"x", b"'")]  # fmt: skip
    for body in bodies:
        assert 400 <= tablet.post("receipt", body).status_code < 500, body[:60]
    assert tablet.post("receipt", whole).status_code == 200
    with world.office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReceiptRow)) == 0
