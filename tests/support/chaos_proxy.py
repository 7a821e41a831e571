"""A network that misbehaves on order: an HTTP proxy between one tablet and the office.

    with ChaosProxy("127.0.0.1", office_port) as proxy:
        proxy.offline()                                  every connection is reset at once
        proxy.online()
        proxy.plan(Fault("lose_answer", "/api/v1/sync/push"))   the next such request suffers it
        proxy.met                                        Counter of what really happened

Faults: `cut_request` (half of the body reaches the office, then the line breaks), `lose_answer`
(the office does its work, nobody hears of it), `cut_answer` (half of the answer's body arrives),
`twice` (the office gets the same request two times; the second answer is passed on), `delay`.
"""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections import Counter, deque
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO

TIMEOUT_S = 60.0
HEAD_LINES_MAX = 100
LINE_MAX = 65_536
BODY_MAX = 64 * 1024 * 1024
# Those of one connection, which a proxy must not hand on.
HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "proxy-connection"})
RESET = struct.pack("ii", 1, 0)
KINDS = frozenset({"cut_request", "lose_answer", "cut_answer", "twice", "delay"})


@dataclass(frozen=True)
class Fault:
    """What the next request to a path beginning with `path` suffers."""

    kind: str
    path: str = "/"
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        assert self.kind in KINDS, self.kind


@dataclass(frozen=True)
class Met:
    """One request that came by: what it was, what it suffered, what the office answered.

    `bytes_up` and `bytes_down` are bodies, `head_up` the lines before the request's body.
    """

    method: str
    path: str
    fault: str
    status: int
    bytes_up: int
    bytes_down: int
    head_up: int = 0


@dataclass
class _Request:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes
    head_bytes: int = 0

    @property
    def closes(self) -> bool:
        return any(name == "connection" and "close" in value for name, value in self.headers)


class _LineBroken(Exception):
    """The connection ends here, without another word."""


class ChaosProxy:
    """Listens on a port of its own for as long as the block lasts."""

    def __init__(self, host: str, port: int) -> None:
        self._office = (host, port)
        self._lock = threading.Lock()
        self._offline = False
        self._plan: deque[Fault] = deque()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._resume = threading.Event()  # ends delays when the proxy closes
        self.met: Counter[str] = Counter()
        self.log: list[Met] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    @property
    def address(self) -> str:
        """What the tablet believes to be the office."""
        return f"http://127.0.0.1:{self.port}"

    # -- what a test orders

    def offline(self) -> None:
        """No signal: what is open breaks, what comes is refused."""
        with self._lock:
            self._offline = True
            for connection in self._open:
                _reset(connection)

    def online(self) -> None:
        """The signal is back."""
        with self._lock:
            self._offline = False

    def plan(self, *faults: Fault) -> None:
        """Let each of these happen once, to the next request whose path fits."""
        with self._lock:
            self._plan.extend(faults)

    def planned(self) -> list[Fault]:
        """Faults that have not happened yet."""
        with self._lock:
            return list(self._plan)

    # -- inside

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection: socket.socket) -> None:
        with self._lock:
            offline = self._offline
            if not offline:
                self._open.add(connection)
        if offline:
            self._count("refused")
            _reset(connection)
            connection.close()
            return
        connection.settimeout(TIMEOUT_S)
        try:
            with connection.makefile("rb") as incoming:
                while self._one(connection, incoming):
                    pass
        except (_LineBroken, OSError, http.client.HTTPException, ValueError):
            _reset(connection)
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _one(self, connection: socket.socket, incoming: BinaryIO) -> bool:
        """Carry one request; whether another may follow on the connection."""
        request = _read_request(incoming)
        if request is None:
            return False
        fault = self._take(request.path)
        kind = fault.kind if fault is not None else "pass"
        if kind == "cut_request":
            self._half(request)
            self._note(request, kind, 0, b"")
            raise _LineBroken
        if fault is not None and kind == "delay":
            self._resume.wait(fault.delay_s)
        answer, body = self._forward(request)
        if kind == "twice":
            answer, body = self._forward(request)
        self._note(request, kind, answer.status, body)
        if kind == "lose_answer":
            raise _LineBroken
        head = [f"HTTP/1.1 {answer.status} {answer.reason}"]
        kept = [(n, v) for n, v in answer.getheaders() if n.lower() not in HOP_BY_HOP]
        head += [f"{name}: {value}" for name, value in kept]
        if not any(name.lower() == "content-length" for name, _ in kept):
            head.append(f"Content-Length: {len(body)}")
        connection.sendall("\r\n".join([*head, "", ""]).encode("latin-1"))
        if kind == "cut_answer":
            connection.sendall(body[: len(body) // 2])
            raise _LineBroken
        connection.sendall(body)
        return not request.closes

    def _take(self, path: str) -> Fault | None:
        with self._lock:
            for fault in self._plan:
                if path.startswith(fault.path):
                    self._plan.remove(fault)
                    return fault
        return None

    def _forward(self, request: _Request) -> tuple[http.client.HTTPResponse, bytes]:
        line = http.client.HTTPConnection(*self._office, timeout=TIMEOUT_S)
        try:
            line.putrequest(request.method, request.path, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers:
                if name not in HOP_BY_HOP:
                    line.putheader(name, value)
            line.putheader("Connection", "close")
            line.endheaders(request.body or None)
            answer = line.getresponse()
            return answer, answer.read()
        finally:
            line.close()

    def _half(self, request: _Request) -> None:
        """The office receives the head, which promises the whole body, and half of the body."""
        head = [f"{request.method} {request.path} HTTP/1.1"]
        head += [f"{name}: {value}" for name, value in request.headers]
        with socket.create_connection(self._office, timeout=TIMEOUT_S) as line:
            line.sendall("\r\n".join([*head, "", ""]).encode("latin-1"))
            line.sendall(request.body[: len(request.body) // 2])

    def _count(self, what: str) -> None:
        with self._lock:
            self.met[what] += 1

    def _note(self, request: _Request, kind: str, status: int, body: bytes) -> None:
        with self._lock:
            self.met[kind] += 1
            self.log.append(
                Met(
                    request.method,
                    request.path,
                    kind,
                    status,
                    len(request.body),
                    len(body),
                    request.head_bytes,
                )
            )

    def close(self) -> None:
        """Break every connection and stop listening."""
        self.offline()
        self._resume.set()
        # Closing alone does not wake a thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(timeout=5)
        for thread in self._threads:
            thread.join(timeout=5)

    def __enter__(self) -> ChaosProxy:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _reset(connection: socket.socket) -> None:
    """Break a connection as a lost signal does: a reset, not a goodbye."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is gone already


def _read_request(incoming: BinaryIO) -> _Request | None:
    first = incoming.readline(LINE_MAX)
    if not first.strip():
        return None
    method, path, _ = first.decode("latin-1").split(" ", 2)
    headers: list[tuple[str, str]] = []
    head_bytes = len(first)
    for _ in range(HEAD_LINES_MAX):
        raw = incoming.readline(LINE_MAX)
        head_bytes += len(raw)
        line = raw.decode("latin-1").rstrip("\r\n")
        if not line:
            break
        name, _, value = line.partition(":")
        headers.append((name.strip().lower(), value.strip()))
    length = int(dict(headers).get("content-length", "0"))
    if not 0 <= length <= BODY_MAX:
        raise ValueError("a body that no tablet sends")
    body = incoming.read(length)
    if len(body) != length:
        return None
    return _Request(method, path, headers, body, head_bytes)
