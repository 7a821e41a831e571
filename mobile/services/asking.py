"""One question to the server's JSON doors (enrolment, sign-in): the answer, or the error told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mobile.transport.port import Transport
from shared.canonical import JsonValue, canonical_bytes, read_json
from shared.error_codes import error_of
from shared.errors import BadInput, NetworkUnavailable, NotOurServer
from shared.limits import PROBLEM_BYTES_MAX, REQUEST_JSON_BYTES_MAX
from sync.exchange import HttpReply, HttpRequest

JSON: Final = (("content-type", "application/json"), ("accept", "application/json"))


def ask(transport: Transport, path: str, question: Mapping[str, JsonValue]) -> dict[str, Any]:
    """The JSON object that answers `question`; raises what the server (or its absence) says."""
    body = canonical_bytes(dict(question))
    reply = transport.exchange(HttpRequest("POST", path, body, JSON))
    if reply.status == 0:
        raise NetworkUnavailable("no answer")
    if reply.status not in (200, 201):
        raise told_error(reply)
    try:
        answer = read_json(reply.body, bytes_max=REQUEST_JSON_BYTES_MAX)
    except BadInput:
        raise NotOurServer("the answer is not JSON") from None
    if not isinstance(answer, dict):
        raise NotOurServer("the answer is not an object")
    return answer


def told_error(reply: HttpReply) -> Exception:
    """The error of a problem answer; a page of somebody else's is NotOurServer."""
    try:
        problem = read_json(reply.body, bytes_max=PROBLEM_BYTES_MAX)
    except BadInput:
        return NotOurServer(f"status {reply.status} without a problem")
    if not isinstance(problem, dict) or not isinstance(problem.get("code"), str):
        return NotOurServer(f"status {reply.status} without a code")
    known = {"type", "title", "status", "code", "detail", "title_th", "detail_th"}
    facts = {k: v for k, v in problem.items() if k not in known and k.isidentifier()}
    return error_of(str(problem["code"]), reply.status, str(problem.get("detail", "")), facts)


def text_of(answer: Mapping[str, Any], name: str, length_max: int = 500) -> str:
    """A text of an answer; anything else is not our server's."""
    value = answer.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= length_max:
        raise NotOurServer(f"the answer has no {name}")
    return value


def texts_of(answer: Mapping[str, Any], name: str, count_max: int) -> list[str]:
    """A list of texts of an answer."""
    value = answer.get(name)
    if not isinstance(value, list) or len(value) > count_max:
        raise NotOurServer(f"the answer has no {name}")
    if not all(isinstance(item, str) and 0 < len(item) <= 200 for item in value):
        raise NotOurServer(f"{name} of the answer are not texts")
    return [str(item) for item in value]
