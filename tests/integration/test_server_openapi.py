"""The description of the API says what the API has, neither more nor less."""

from __future__ import annotations

import re

from tests.support.offices import TestOffice

NOT_VERBS = {"parameters", "summary"}
BY_FLASK = {"OPTIONS"}


def test_every_route_of_the_api_is_described_and_nothing_else(world: TestOffice) -> None:
    described = {
        (path, verb.upper())
        for path, verbs in world.http.get("/api/v1/openapi.json").json["paths"].items()
        for verb in verbs
        if verb not in NOT_VERBS
    }
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), verb)
        for rule in world.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and "<path:" not in rule.rule
        for verb in (rule.methods or set()) - BY_FLASK
    }
    # A GET answers HEAD as well; only where tablets ask for it is HEAD a part of the contract.
    served = {(path, verb) for path, verb in served if verb != "HEAD" or "{sha256}" in path}
    served.discard(("/api/v1/openapi.json", "GET"))
    assert described == served


def test_the_description_names_what_a_problem_holds(world: TestOffice) -> None:
    problem = world.http.get("/api/v1/openapi.json").json["components"]["schemas"]["Problem"]
    answer = world.http.post("/api/v1/enrol", json={}).json
    assert set(problem["properties"]) <= set(answer)
