"""The least that Flask and waitress can do: not a product, a floor to measure from.

    python -m tests.bench.floor_server FOLDER

`POST /echo` answers as many bytes as the query says; `POST /push` and `GET /pull` keep JSON objects
in one table, gzipped on the way. It prints its address on its first line.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
from pathlib import Path

from flask import Flask, Response, request
from waitress import create_server

from server.serving import THREADS
from sync.codec import gunzip_bytes, gzip_bytes

BYTES_MAX = 64 << 20


def floor_app(folder: Path) -> Flask:
    """The app over one SQLite table in a folder, as durable as ours."""
    app = Flask("floor")
    local = threading.local()

    def database() -> sqlite3.Connection:
        if not hasattr(local, "database"):
            found = sqlite3.connect(folder / "floor.sqlite3", isolation_level=None)
            found.execute("PRAGMA journal_mode=WAL")
            found.execute("PRAGMA synchronous=FULL")
            found.execute("CREATE TABLE IF NOT EXISTS doc(seq INTEGER PRIMARY KEY, id, body)")
            local.database = found
        connection: sqlite3.Connection = local.database
        return connection

    @app.post("/echo")
    def echo() -> Response:
        request.get_data()
        return Response(b"x" * int(request.args["bytes"]), content_type="application/x-floor")

    @app.post("/push")
    def push() -> str:
        rows = json.loads(gunzip_bytes(request.get_data(), BYTES_MAX))
        texts = [(row["id"], json.dumps(row, ensure_ascii=False)) for row in rows]
        connection = database()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO doc(id, body) VALUES (?, ?)", texts)
        connection.execute("COMMIT")
        return str(len(rows))

    @app.get("/pull")
    def pull() -> Response:
        rows = database().execute(
            "SELECT seq, body FROM doc WHERE seq > ? ORDER BY seq LIMIT ?",
            (int(request.args["after"]), int(request.args["limit"])),
        )
        found = rows.fetchall()
        body = gzip_bytes(("[" + ",".join(text for _, text in found) + "]").encode())
        last = found[-1][0] if found else 0
        return Response(body, headers={"X-Last": str(last), "Content-Encoding": "gzip"})

    return app


def main() -> None:
    """Serve until told to end."""
    server = create_server(
        floor_app(Path(sys.argv[1])), host="127.0.0.1", port=0, threads=THREADS, ident="floor"
    )
    print(json.dumps({"address": f"http://127.0.0.1:{server.effective_port}"}), flush=True)
    server.run()


if __name__ == "__main__":
    main()
