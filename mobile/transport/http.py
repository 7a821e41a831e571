"""Requests over HTTP: bounded in time and in bytes, never led to another host.

Whatever goes wrong on the way - no route, a captive portal's redirect, a body that is cut off or
larger than an answer may be - is `NO_NETWORK`: the session tries again later.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import requests
from urllib3.exceptions import HTTPError

from shared.errors import BadInput, TooLarge
from shared.limits import PULL_ANSWER_BYTES_MAX
from sync.codec import gunzip_bytes
from sync.exchange import NO_NETWORK, HttpReply, HttpRequest

CONNECT_S: Final = 10.0
READ_S: Final = 30.0
WHOLE_S: Final = 180.0
CHUNK_BYTES: Final = 64 * 1024
REDIRECTS: Final = frozenset({300, 301, 302, 303, 304, 305, 307, 308})


def no_token() -> str:
    """A tablet that is not enrolled yet."""
    return ""


class HttpTransport:
    """One server, reached by `requests`. `address` is like `https://office.example`."""

    def __init__(
        self,
        address: str,
        token: Callable[[], str] = no_token,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address.rstrip("/")
        self._token = token
        self._monotonic_s = monotonic_s
        self._session = requests.Session()
        # Neither a proxy nor a password file of the machine may change where the answers go.
        self._session.trust_env = False

    def exchange(self, request: HttpRequest) -> HttpReply:
        """The reply, or NO_NETWORK for any failure on the way."""
        headers = {"accept-encoding": "gzip", **dict(request.headers)}
        token = self._token()
        if token:
            headers["authorization"] = f"Bearer {token}"
        try:
            with self._session.request(
                request.method,
                self._address + request.path,
                data=request.body or None,
                headers=headers,
                timeout=(CONNECT_S, READ_S),
                allow_redirects=False,
                stream=True,
            ) as answer:
                return self._read(request, answer)
        except (requests.RequestException, HTTPError, BadInput, TooLarge, OSError, ValueError):
            return NO_NETWORK

    def _read(self, request: HttpRequest, answer: requests.Response) -> HttpReply:
        if answer.status_code in REDIRECTS:
            return NO_NETWORK
        most = PULL_ANSWER_BYTES_MAX
        until = self._monotonic_s() + WHOLE_S
        chunks: list[bytes] = []
        size = 0
        for chunk in answer.raw.stream(CHUNK_BYTES, decode_content=False):
            size += len(chunk)
            if size > most or self._monotonic_s() > until:
                return NO_NETWORK
            chunks.append(chunk)
        body = b"".join(chunks)
        promised = answer.headers.get("content-length", "")
        if request.method != "HEAD" and promised.isdecimal() and int(promised) != size:
            return NO_NETWORK
        coding = answer.headers.get("content-encoding", "").strip().lower()
        if coding == "gzip" and body:
            body = gunzip_bytes(body, most)
        elif coding not in ("", "identity", "gzip"):
            return NO_NETWORK
        headers = tuple((name.lower(), value) for name, value in answer.headers.items())
        return HttpReply(answer.status_code, headers, body)

    def close(self) -> None:
        """Close kept connections."""
        self._session.close()
