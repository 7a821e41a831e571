"""Ids are canonical, made only of what is handed in, and generated rows meet."""

from __future__ import annotations

import random
import uuid

import pytest

from shared.ids import SeededIds, is_client, is_sha256, is_uuid, new_client, row_id, uuid7

DEVICE = "0198f0a2-7c11-7abc-8def-0123456789ab"


def test_the_example_of_the_standard_is_made() -> None:
    # RFC 9562, appendix A.6
    noise = (0xCC3 << 64 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert uuid7(0x017F22E279B0, noise) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


@pytest.mark.parametrize("clock_ms", [-(10**15), -1, 0, 2**48 - 1, 2**60])
def test_a_wrong_clock_still_makes_a_valid_id(clock_ms: int) -> None:
    made = uuid.UUID(uuid7(clock_ms, b"\xff" * 10))
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


def test_the_same_seed_gives_the_same_ids() -> None:
    ones, twos = (SeededIds(lambda: 1_790_000_000_000, random.Random(7)) for _ in range(2))
    assert [ones.new() for _ in range(5)] == [twos.new() for _ in range(5)]


@pytest.mark.parametrize(
    "text",
    [
        DEVICE.upper(),
        DEVICE.replace("-", ""),
        "{" + DEVICE + "}",
        "urn:uuid:" + DEVICE,
        DEVICE + "\n",
        " " + DEVICE,
        DEVICE[:-1],
        "",
        None,
        7,
        DEVICE.replace("0", "๐"),
        uuid.UUID(DEVICE),
    ],
)
def test_only_the_canonical_form_is_an_id(text: object) -> None:
    assert is_uuid(DEVICE)
    assert not is_uuid(text)


def test_a_generated_row_has_one_id_on_every_tablet_for_ever() -> None:
    assert row_id(DEVICE, "checklist", "chk_01") == "2cfd65d6-a4c7-53c7-8362-ccdca83a1aad"
    assert is_uuid(row_id(DEVICE, "แถว", "ข้อ ๑"))


def test_rows_of_other_parents_repeats_or_keys_never_meet() -> None:
    made = {
        row_id(*parts)
        for parts in [("a", "b", "c"), ("ab", "", "c"), ("a", "bc", ""), ("", "ab", "c")]
    }
    assert len(made) == 4


def test_a_client_is_a_device_and_an_incarnation() -> None:
    client = new_client(DEVICE, bytes(range(8)))
    assert client == f"{DEVICE}.0001020304050607"
    assert is_client(client)
    assert not any(map(is_client, [DEVICE, client.upper(), client + "0", client + "\n", None]))


def test_a_hash_is_64_lower_case_digits() -> None:
    assert is_sha256("0f" * 32)
    assert not any(map(is_sha256, ["0F" * 32, "0f" * 31, "0f" * 32 + "\n", b"0f" * 32]))
