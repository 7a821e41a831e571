"""Bad input at every door: a clear problem, never a 5xx, the same verdict on both databases."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from sync.changes import FieldWrite, Operation, RecordEdit, SealedChange
from sync.codec import decode_push_answer
from sync.version import MEDIA_TYPE
from tests.support.forged import forged
from tests.support.offices import AREA, TestOffice, TestTablet

DEEP = b"[" * 100_000 + b"]" * 100_000
LONG = "ก" * 3_400_000
RAW = [
    b"",
    b"\x00",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"NaN",
    b'{"a":NaN}',
    b'{"a":Infinity}',
    b'{"a":1e999}',
    b'{"a":1.5}',
    b'{"a":' + b"9" * 5_000 + b"}",
    b'{"a":"\\u0000"}',
    b'{"a":"\\ud800"}',
    b'{"a":1,"a":2}',
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf{}",
    DEEP,
    DEEP + b"\n",
    b'{"a":"' + b"x" * 10_000_000 + b'"}',
    gzip.compress(b"\x00" * 50_000_000),
    b"\n\n\n",
    b"{}\n" * 600,
]
DOORS = [
    ("POST", "/api/v1/enrol", "application/json"),
    ("POST", "/api/v1/sign-in", "application/json"),
    ("POST", "/api/v1/sync/push", MEDIA_TYPE),
    ("POST", "/api/v1/sync/pull", MEDIA_TYPE),
    ("PUT", "/api/v1/blobs/" + "0" * 64, "application/octet-stream"),
]
VALUES: list[Any] = [
    None,
    True,
    -1,
    10**30,
    2**63,
    "",
    "ก" * 8_000,
    "\ud800",
    "a\x00b",
    [],
    {},
    {"a": 1},
    [[[[[]]]]],
    "00000000-0000-7000-8000-00000000000Z",
    "' OR 1=1 --",
    "../../epoch",
    "\u202e\u200b",
]


def problem_of(reply: Any) -> str:
    """The verdict: status and code of a proper problem."""
    assert reply.status_code < 500, reply.data[:300]
    if reply.status_code < 300:
        return str(reply.status_code)
    assert reply.content_type == "application/problem+json"
    body = json.loads(reply.data)
    assert {"type", "title", "title_th", "status", "code", "detail", "detail_th"} <= set(body)
    return f"{reply.status_code} {body['code']}"


@pytest.mark.parametrize(("method", "path", "media"), DOORS, ids=[d[1][8:20] for d in DOORS])
@pytest.mark.parametrize("signed_in", [True, False])
def test_any_body_at_any_door_is_a_clear_problem(
    world: TestOffice, method: str, path: str, media: str, signed_in: bool
) -> None:
    tablet = world.tablet("somchai")
    headers = {"Content-Type": media}
    if signed_in:
        headers["Authorization"] = f"Bearer {tablet.token}"
    for body in RAW:
        for encoding in ("identity", "gzip"):
            sent = {**headers, "Content-Encoding": encoding}
            reply = world.http.open(path, method=method, data=body, headers=sent)
            assert problem_of(reply)[0] == "4", (path, body[:40], reply.data[:200])


def wrong_messages(message: dict[str, Any]) -> Iterator[bytes]:
    for name in message:
        for value in VALUES:
            yield json.dumps({**message, name: value}).encode()
        yield json.dumps({k: v for k, v in message.items() if k != name}).encode()


def test_any_value_in_any_field_of_json_is_a_clear_problem(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    headers = {"Authorization": f"Bearer {tablet.token}", "Content-Type": "application/json"}
    enrol = {"code": "ABCDE", "label": "t", "app_version": "1"}
    for path, message in (
        ("/api/v1/enrol", enrol),
        ("/api/v1/sign-in", {"login": "nobody", "pin": "123456"}),
    ):
        for body in wrong_messages(message):
            reply = world.http.post(path, data=body, headers=headers)
            assert problem_of(reply)[0] == "4"


def test_any_value_in_any_field_of_a_sync_header_is_a_clear_problem(world: TestOffice) -> None:
    tablet = world.tablet("somchai")
    push = {
        "protocol": 1,
        "epoch": tablet.epoch,
        "client": tablet.client,
        "number": 0,
        "chain": tablet.chain,
        "changes": 0,
    }
    pull = {
        "protocol": 1,
        "epoch": tablet.epoch,
        "client": tablet.client,
        "scopes": {"programme": 0},
        "bytes_max": 1,
    }
    verdicts = [problem_of(tablet.post("push", m + b"\n")) for m in wrong_messages(push)]
    verdicts += [problem_of(tablet.post("pull", m)) for m in wrong_messages(pull)]
    same_on_both("headers", verdicts)
    for scopes in (
        {"programme": 2**53 - 1},
        {"": 0},
        {"x" * 300: 0},
        {f"s{n}": 0 for n in range(200)},
    ):
        problem_of(tablet.post("pull", json.dumps({**pull, "scopes": scopes}).encode()))


_FIRST: dict[str, list[str]] = {}


def same_on_both(story: str, verdicts: list[str]) -> None:
    """The second database to run a story must give the verdicts of the first."""
    assert _FIRST.setdefault(story, verdicts) == verdicts


def crafted(tablet: TestTablet, head: dict[str, Any], values: Any, salts: Any) -> SealedChange:
    return forged(head, {"values": values, "salts": salts})


def good_head(tablet: TestTablet) -> dict[str, Any]:
    return {
        "v": 1,
        "id": tablet.new_id(),
        "author": tablet.author,
        "opened_at": 1,
        "saved_at": 1,
        "monotonic_ms": 1,
        "boot": "b",
        "commits": "",
        "records": [
            {
                "record": tablet.new_id(),
                "type": "insp",
                "form": "insp",
                "version": 1,
                "op": "create",
                "scope": AREA,
                "base": 0,
                "fields": ["a"],
                "seen": [[]],
            }
        ],
    }


def test_any_value_in_any_part_of_a_change_is_kept_and_the_chain_goes_on(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    lines: list[SealedChange] = []
    verdicts: list[str] = []
    for name in good_head(tablet):
        for value in VALUES:
            head = good_head(tablet)
            head[name] = value
            lines.append(crafted(tablet, head, [["1"]], [{}]))
    for name in good_head(tablet)["records"][0]:
        for value in VALUES:
            head = good_head(tablet)
            head["records"][0][name] = value
            lines.append(crafted(tablet, head, [["1"]], [{}]))
    for start in range(0, len(lines), 100):
        tablet.pending = list(lines[start : start + 100])
        results = tablet.push()
        assert len(results) == len(lines[start : start + 100])
        verdicts += [f"{r.outcome} {r.code}" for r in results]
    same_on_both("changes", verdicts)
    tablet.creates({"a": "still works"})
    assert tablet.push()[0].code == "form.unknown"
    tablet.pull()


@pytest.mark.parametrize("kind", ["insp", "event", "factory", "area", "person", "nonsense"])
def test_hostile_values_are_stored_as_evidence_and_shipped_verbatim(
    world: TestOffice, kind: str
) -> None:
    publish_catalog(world)
    tablet = world.tablet("somchai")
    storable = [v for v in VALUES if v not in ("\ud800", "a\x00b") and not _huge(v)]
    fields = ["visit/visit_date", "core/date", "core/ev_type", "identity/fac_name", "site/fac_name",
              "program/h_ok", "name", "x?reason"]  # fmt: skip
    records = [tablet.creates(dict.fromkeys(fields, value), kind=kind) for value in storable]
    rows = [
        tablet.creates({"ag_times": value, "ag_kind": value}, kind=f"{kind}/agenda", parent=r)
        for r, value in zip(records, storable, strict=True)
    ]
    tablet.push()
    tablet.pull()
    for record in records:
        tablet.steps(record, "submitted")
    for result in tablet.push():
        assert result.code in (None, "transition.not_reviewed", "form.unknown", "form.unknown_type")
    tablet.pull()
    assert set(records + rows) <= set(tablet.states)


def _huge(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53


def publish_catalog(world: TestOffice) -> None:
    from server.catalog import catalog_forms
    from server.services.publish_form import publish_form

    for name, text in catalog_forms().items():
        publish_form(world.office, world.people["admin"], text, name)


def test_unknown_addresses_and_verbs_are_problems_too(world: TestOffice) -> None:
    for method, path in (
        ("GET", "/api/v1/nothing"),
        ("POST", "/api/v1/health"),
        ("DELETE", "/api/v1/sync/push"),
        ("GET", "/api/"),
        ("GET", "/api/v1/blobs/%00"),
        ("GET", "/api/v1/blobs/" + "%ff" * 30),
    ):
        assert problem_of(world.http.open(path, method=method))[0] == "4"


def test_odd_tokens_are_not_signed_in(world: TestOffice) -> None:
    for token in ("", "x", "x" * 5000, "\x7f", "Bearer", "' OR 1=1"):
        reply = world.http.post(
            "/api/v1/sync/pull",
            data=b"{}",
            headers={"Authorization": f"Bearer {token}", "Content-Type": MEDIA_TYPE},
        )
        assert problem_of(reply) == "401 auth.required"


def test_a_deletion_naming_thousands_of_dots_and_rows_below_rows_are_taken(
    world: TestOffice,
) -> None:
    tablet = world.tablet("somchai")
    parent = tablet.creates({"a": "1"})
    for _ in range(30):
        parent = tablet.creates({"a": "1"}, kind="insp/x", parent=parent)
    tablet.push()
    tablet.pull()
    seen = tuple(tablet.new_id() for _ in range(2_000))
    gone = FieldWrite({"act": "delete", "reason": ""}, seen)
    tablet.seal(
        RecordEdit(parent, "insp/x", "insp", 1, Operation.DELETE, writes={"@existence": gone})
    )
    answer = decode_push_answer(tablet.post("push", tablet.push_body()).data)
    assert answer.results[0].outcome in ("applied", "applied_parallel")
