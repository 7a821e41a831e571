"""The shipped command as a real process: it starts, serves slow clients, says what is wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

COMMAND = Path(sys.executable).parent / "samruat-server"
SECRET = "a long enough password"
BEGUN = b"POST /api/v1/sync/push HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx"


def run(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    line = [COMMAND, "--data", data, "--json", *words]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)


def result(data: Path, *words: str) -> Any:
    done = run(data, *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "office"
    result(folder, "init")
    return folder


class Serving:
    """A process that serves on a port of its own choosing."""

    def __init__(self, data: Path, words: Sequence[str] = ("serve", "--port", "0")) -> None:
        self.process = subprocess.Popen(
            [COMMAND, "--data", data, "--json", *words], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.said = json.loads(self.process.stdout.readline())
        self.address: str = self.said["address"]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


@pytest.fixture
def serving(data: Path) -> Iterator[Serving]:
    found = Serving(data)
    yield found
    assert found.stop() == 0


def health(address: str) -> Any:
    with urllib.request.urlopen(address + "/api/v1/health", timeout=10) as reply:
        return json.load(reply)


def test_a_server_answers_while_a_hundred_slow_clients_hold_on(serving: Serving) -> None:
    port = int(serving.address.rpartition(":")[2])
    slow = []
    for _ in range(100):
        client = socket.create_connection(("127.0.0.1", port))
        client.sendall(BEGUN)
        slow.append(client)
    for _ in range(5):
        assert health(serving.address)["status"] == "ok"
    for client in slow:
        client.close()


def test_a_body_beyond_every_bound_is_refused_by_the_process_too(serving: Serving) -> None:
    request = urllib.request.Request(
        serving.address + "/api/v1/enrol",
        data=b"x" * 2_000_000,
        headers={"Content-Type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)
    assert refused.value.code == 413
    assert json.load(refused.value)["code"] == "sync.message_too_large"
    refused.value.close()


def test_a_port_in_use_is_one_line_that_says_what_to_do(serving: Serving, data: Path) -> None:
    port = serving.address.rpartition(":")[2]
    done = run(data, "serve", "--port", port)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"port {port} is in use: choose another with --port (serve.port_taken)"
    ]


def test_what_the_office_keeps_for_itself_is_closed_to_other_users(data: Path) -> None:
    for name in ("secret", "epoch"):
        assert os.stat(data / name).st_mode & 0o077 == 0


def test_commands_beside_a_serving_office_share_its_journal_and_no_restore_takes_its_place(
    data: Path, tmp_path: Path
) -> None:
    serving = Serving(data)
    try:
        secret = ("--password", SECRET)
        result(data, "user", "add", "admin", "--role", "administrator", *secret)
        result(data, "area", "load")
        made = result(data, "backup", str(tmp_path / "backups"), "--verify")
        assert made["wrong"] == []
        refused = run(data, "restore", str(tmp_path / "backups"))
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert "end it before a restore" in refused.stderr
        result(data, "user", "add", "late", "--role", "reviewer", *secret)
        assert result(data, "doctor")["wrong"] == []
    finally:
        assert serving.stop() == 0
    before = result(data, "user", "list")
    assert result(data, "restore", str(tmp_path / "backups"))["recovery"]["saves"] == 1
    assert result(data, "user", "list") == before
    again = Serving(data)
    with urllib.request.urlopen(again.address + "/api/v1/health", timeout=10) as answer:
        assert json.loads(answer.read())["status"] == "ok"
    assert again.stop() == 0
    assert result(data, "doctor", "--files")["wrong"] == []
