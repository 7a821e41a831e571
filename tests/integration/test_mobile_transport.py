"""The tablet's HTTP: whatever goes wrong on the way is "no network", and nothing is unbounded."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from mobile.transport.http import HttpTransport
from shared.limits import PULL_ANSWER_BYTES_MAX
from sync.exchange import NO_NETWORK, HttpRequest

BOMB = gzip.compress(b"\0" * (PULL_ANSWER_BYTES_MAX + 1))
Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A little server that answers as a test says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Answer = lambda handler: send(handler, 200, b"ok")
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def reply(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", "0")))
                site.asked.append((self.command, self.path, dict(self.headers)))
                site.answer(self)

            do_GET = do_POST = do_HEAD = do_PUT = reply  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    length: int | None = None,
    **more: str,
) -> None:
    handler.send_response(status)
    handler.send_header("content-length", str(len(body) if length is None else length))
    for name, value in more.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)
    handler.close_connection = True


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


@pytest.fixture
def transport(site: Site) -> Iterator[HttpTransport]:
    made = HttpTransport(site.address, lambda: "secret")
    yield made
    made.close()


ASK = HttpRequest("POST", "/api/v1/sync/push", b"body", (("content-type", "x/y"),))


def test_a_request_carries_token_and_body_and_its_answer_comes_back(
    site: Site, transport: HttpTransport
) -> None:
    site.answer = lambda handler: send(handler, 409, b"{}", retry_after="7")
    reply = transport.exchange(ASK)
    assert (reply.status, reply.body, reply.header("retry-after")) == (409, b"{}", "7")
    method, path, headers = site.asked[0]
    assert (method, path) == ("POST", "/api/v1/sync/push")
    assert headers["authorization"] == "Bearer secret"


def test_a_compressed_answer_is_opened(site: Site, transport: HttpTransport) -> None:
    packed = gzip.compress(b"long " * 1000)
    site.answer = lambda handler: send(handler, 200, packed, content_encoding="gzip")
    assert transport.exchange(ASK).body == b"long " * 1000


def test_an_answer_without_a_body_to_head_is_an_answer(
    site: Site, transport: HttpTransport
) -> None:
    site.answer = lambda handler: send(handler, 200, b"x" * 10)
    assert transport.exchange(HttpRequest("HEAD", "/api/v1/blobs/" + "0" * 64)).status == 200


@pytest.mark.parametrize(
    "answer",
    [
        lambda h: send(h, 302, b"", location="http://hotel.example/welcome"),
        lambda h: send(h, 200, b"half", length=1000),
        lambda h: send(
            h, 200, gzip.compress(b"\0" * (PULL_ANSWER_BYTES_MAX + 1)), content_encoding="gzip"
        ),
        lambda h: send(h, 200, gzip.compress(b"x" * 999)[:-9], content_encoding="gzip"),
        lambda h: send(h, 200, b"not gzip", content_encoding="gzip"),
        lambda h: send(h, 200, b"odd", content_encoding="br"),
        lambda h: h.wfile.write(b"nonsense\r\n\r\n"),
        lambda h: None,
    ],
    ids=["redirect", "cut off", "bomb", "cut gzip", "no gzip", "odd coding", "nonsense", "nothing"],
)
def test_what_cannot_be_believed_is_no_network(
    site: Site, transport: HttpTransport, answer: Answer
) -> None:
    site.answer = answer
    assert transport.exchange(ASK) is NO_NETWORK


def test_a_body_without_end_is_given_up_at_the_bound(site: Site, transport: HttpTransport) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(4 * PULL_ANSWER_BYTES_MAX // 65_536):
                handler.wfile.write(b"\0" * 65_536)
        except OSError:
            handler.close_connection = True

    site.answer = endless
    assert transport.exchange(ASK) is NO_NETWORK


def test_a_slow_drip_is_given_up_in_time(site: Site) -> None:
    times = iter(range(0, 10_000, 100))
    transport = HttpTransport(site.address, monotonic_s=lambda: float(next(times)))
    site.answer = lambda handler: send(handler, 200, b"x" * 300_000)
    assert transport.exchange(ASK) is NO_NETWORK
    transport.close()


def test_nobody_there_is_no_network() -> None:
    transport = HttpTransport("http://127.0.0.1:9")
    assert transport.exchange(ASK) is NO_NETWORK
    transport.close()
