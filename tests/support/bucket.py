"""A real S3 server on this machine for as long as a test run lasts: moto, in its own process."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

from server.store.blob_bucket import BlobBucket, open_bucket

BUCKET = "samruat-test"
STARTED = "Running on"
TIMEOUT_S = 60.0


class BucketServer:
    """Speaks S3 on a port of its own; `bucket(folder)` is an empty store there."""

    def __init__(self) -> None:
        self._port = _free_port()
        self._count = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self._port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._up = threading.Event()
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()
        if not self._up.wait(TIMEOUT_S):
            self.close()
            raise TimeoutError("the S3 server did not start")
        os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
        os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
        os.environ.setdefault("AWS_REGION", "us-east-1")
        self._ask("PUT", f"/{BUCKET}")

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    def address(self) -> str:
        """A place in the bucket that nobody has used."""
        self._count += 1
        return f"s3://{BUCKET}/office-{self._count}"

    def bucket(self, folder: Path) -> BlobBucket:
        """An empty store; `folder` is for what is being checked."""
        store = open_bucket(self.address(), self.endpoint, folder)
        store.prepare()
        return store

    def _ask(self, method: str, path: str) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        try:
            line.request(method, path)
            answer = line.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
        finally:
            line.close()

    def _drain(self) -> None:
        assert self._process.stderr is not None
        for text in self._process.stderr:
            if STARTED in text:
                self._up.set()

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(timeout=TIMEOUT_S)
        self._reader.join(timeout=TIMEOUT_S)
        if self._process.stderr is not None:
            self._process.stderr.close()

    def __enter__(self) -> BucketServer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
