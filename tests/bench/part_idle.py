"""A synchronisation with nothing new beside a bare answer of the same bytes over loopback."""

from __future__ import annotations

import sys
from pathlib import Path

import requests

from mobile.store import settings
from mobile.transport.http import HttpTransport
from shared.limits import IDLE_SYNC_BYTES_MAX
from sync.exchange import HttpReply, HttpRequest
from tests.bench.figures import Figure, Pairs, compared, held_against, in_turns
from tests.bench.inspections import fill_in
from tests.bench.offices import cpu_ms, furnish, open_at, process, serving, synchronised

BARE = "a bare Flask + waitress answer of the same bytes, by the same client"


class Watched:
    """The shipped transport, with what went through it written down."""

    def __init__(self, address: str) -> None:
        self.inner = HttpTransport(address, lambda: self.token)
        self.token = ""
        self.seen: list[tuple[HttpRequest, HttpReply]] = []

    def exchange(self, request: HttpRequest) -> HttpReply:
        reply = self.inner.exchange(request)
        self.seen.append((request, reply))
        return reply


def headers_of(request: HttpRequest, reply: HttpReply, token: str) -> int:
    """Bytes of an exchange beside the two bodies: lines of the request, lines of the reply."""
    sent = requests.Request(
        request.method, "http://127.0.0.1:8080" + request.path, dict(request.headers)
    ).prepare()
    asked = {**requests.utils.default_headers(), **sent.headers, "authorization": f"Bearer {token}"}
    lines = sum(len(name) + len(value) + 4 for name, value in asked.items())
    answered = sum(len(name) + len(value) + 4 for name, value in reply.headers)
    first = len(f"{request.method} {request.path} HTTP/1.1\r\n") + len("HTTP/1.1 200 OK\r\n")
    return first + lines + answered + len("Host: 127.0.0.1:8080\r\n") + 4


def server_cpu(pid: int, other: int, rounds: int, act: object, bare: object) -> Pairs:
    """Processor milliseconds of both servers for one answer: some at once, for the clock ticks."""
    out = []
    for _ in range(rounds):
        pair = []
        for process_id, work in ((pid, act), (other, bare)):
            assert callable(work)
            before = cpu_ms(process_id)
            for _ in range(20):
                work()
            pair.append((cpu_ms(process_id) - before) / 20)
        out.append((pair[0], pair[1]))
    return out


def measure(room: Path, quick: bool) -> list[Figure]:
    """An office with fifty inspections, one tablet that has them all."""
    furnished = furnish(room, tablets=1)
    floor = [sys.executable, "-m", "tests.bench.floor_server", str(room)]
    with (
        serving(furnished.data) as (address, pid),
        process(floor, "address", room / "floor.log") as (other, other_pid),
    ):
        watched = Watched(address)
        tablet = open_at(furnished.homes[0], address, watched)
        watched.token = settings.read(tablet.database.reader(), "token")
        fill_in(tablet, 50)
        synchronised(synchronised(tablet))
        watched.seen.clear()
        report = synchronised(tablet).synchroniser.reports(1)[0]
        assert report.complete
        ((request, reply),) = watched.seen
        bare = HttpTransport(other)
        same = HttpRequest(
            "POST", f"/echo?bytes={len(reply.body)}", request.body, tuple(request.headers)
        )
        rounds = 20 if quick else 80

        def whole() -> None:
            tablet.synchroniser.run_once()

        def answer() -> None:
            assert watched.inner.exchange(request).status == 200

        def floor_answer() -> None:
            assert bare.exchange(same).status == 200

        sizes = [
            held_against("round trips", "", len(watched.seen), 1, "one"),
            held_against(
                "bytes sent", "B", len(request.body), IDLE_SYNC_BYTES_MAX, "the design's bound"
            ),
            held_against(
                "bytes received", "B", len(reply.body), IDLE_SYNC_BYTES_MAX, "the design's bound"
            ),
        ]
        around = headers_of(request, reply, watched.token)
        bodies = len(request.body) + len(reply.body)
        sizes.append(
            Figure(
                "bytes of both bodies and their HTTP headers",
                "B",
                bodies + around,
                bodies,
                (bodies + around) / bodies,
                "the two bodies alone",
            )
        )
        wholes = in_turns(whole, floor_answer, rounds)
        answers = in_turns(answer, floor_answer, rounds)
        cpu = server_cpu(pid, other_pid, 4 if quick else 12, answer, floor_answer)
        tablet.close()
        watched.inner.close()
        bare.close()
    return [
        *sizes,
        compared("the server's answer, as the tablet waits for it", "ms", answers, BARE),
        compared("the server's processor time for it", "ms", cpu, BARE),
        compared("the whole synchronisation on the tablet", "ms", wholes, BARE),
    ]
