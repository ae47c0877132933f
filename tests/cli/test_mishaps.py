"""Each problem around clusterflow is reported in one sentence, whatever a person typed or wherever it runs."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text
from support.ports import free_port

from clusterflow.cli.exit_codes import CONFLICT, MEANINGS, exit_code_of
from clusterflow.errors import ClusterflowError, Conflict, FactChanged
from clusterflow.store import database as databases
from clusterflow.store.database import HEAD, open_database

from .conftest import Run

PERSON = ("person", "id=p", "name=P", "from=2024-01-01")


def wrong(run: Run, *words: str, code: int = 2) -> str:
    result = run(*words)
    assert result.code == code, result
    assert result.err.startswith("clusterflow: ")
    assert "Traceback" not in result.err + result.out
    assert "SELECT" not in result.err
    assert "INSERT" not in result.err
    return result.err


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PROOF", "foo", "CLUSTERFLOW_PROOF: is not accepted; accepted: code, none. Correct"),
        ("LANGUAGE", "fr", "CLUSTERFLOW_LANGUAGE: is not accepted; accepted: es, en. Correct"),
        ("TODAY", "2024-99-01", "CLUSTERFLOW_TODAY: is not accepted; accepted: a day as YYYY-MM-DD"),
        ("SENDERS", "abc", "CLUSTERFLOW_SENDERS: is not accepted; accepted: a whole number ≥ 1 and ≤ 64"),
        ("PREFECT_PORT", "abc", "CLUSTERFLOW_PREFECT_PORT: is not accepted; accepted: a whole number ≥ 1 and ≤ 65535"),
        ("PREFECT_API", "http://[::1", "CLUSTERFLOW_PREFECT_API: is not a web address; accepted: http://HOST:PORT/api"),
        ("PREFECT_API", "127.0.0.1:4200", "CLUSTERFLOW_PREFECT_API: is not a web address"),
        ("ACTOR", "Ana María", "CLUSTERFLOW_ACTOR: is not an id; accepted: 1 to 64 lower case letters"),
        ("CHANNEL", "{", "the settings cannot be read"),
        ("DATABASE", "mysql://u:s3cret@h/d", "«***@h/d» is not a database address; accepted: sqlite:///FILE or"),
        ("DATABASE", "oracle://h/d", "is not a database address"),
        ("DATABASE", "sqlite+aiosqlite:///x.db", "is not a database address"),
        ("DATABASE", "postgresql://u:s3cret@127.0.0.1:9/d", "does not answer"),
        ("DATABASE", "postgresql+psycopg://h:port/d", "is not a database address"),
    ],
)
def test_a_setting_that_is_wrong_is_named_and_its_value_is_not_shown(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(f"CLUSTERFLOW_{name}", value)
    result = wrong(run, "status")
    assert expected in result
    assert "s3cret" not in result


def test_a_file_of_settings_that_is_no_text_is_named(run: Run, home: Path) -> None:
    (home / ".env").write_bytes(b"CLUSTERFLOW_ACTOR=a\xff\n")
    assert ".env: is not a UTF-8 text" in wrong(run, "status")


@pytest.mark.parametrize("revision", ["0999", "0000", "zzz"])
def test_a_schema_that_is_not_known_is_not_touched(office: Run, home: Path, revision: str) -> None:
    with sqlite3.connect(home / "clusterflow.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
    for words in (("status",), ("db", "upgrade")):
        result = wrong(office, *words, code=5)
        assert f"has schema {revision}, " in result
        assert f"than any that this clusterflow ({HEAD}) knows" in result
        assert "Install the version of clusterflow that created it" in result


def test_a_file_that_is_no_database_says_so(run: Run, home: Path) -> None:
    (home / "clusterflow.db").write_bytes(b"no database, " * 100)
    for words in (("status",), ("db", "upgrade"), ("db", "status")):
        assert "does not answer: file is not a database" in wrong(run, *words)


def test_a_database_that_another_holds_says_so(office: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "LOCK_TIMEOUT_SECONDS", 0)
    other = sqlite3.connect(home / "clusterflow.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "another program has been writing to the database" in wrong(office, "record", *PERSON, code=4)
    other.close()


def test_a_database_that_may_only_be_read_says_so(office: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", f"sqlite:///file:{home / 'clusterflow.db'}?mode=ro&uri=true")
    assert "nothing was changed: attempt to write a readonly database" in wrong(office, "record", *PERSON)


def test_what_the_database_refuses_is_reported_without_what_was_typed(
    run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", database_url)
    engine = open_database(database_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE person"))
    engine.dispose()
    result = wrong(run, "record", *PERSON)
    assert "the database did not do it, and nothing was changed: " in result
    assert "person" in result


@pytest.mark.parametrize(
    "words",
    [
        ("record", *PERSON),
        ("enrol", "two", "name=Two", "country=AR", "--model", "cordoba"),
        ("open-gate", "one", "critical-mass"),
        ("decide", "one", "critical-mass", "go", "--by", "ofelia", "--reason", "x"),
    ],
)
def test_a_key_has_its_length(run: Run, words: tuple[str, ...]) -> None:
    assert "(129 characters) is not accepted; accepted: 1 to 128 signs" in wrong(run, *words, "--key", "k" * 129)
    assert "accepted: 1 to 128 signs" in wrong(run, *words, "--key", "")


@pytest.mark.parametrize("actor", ["Ana María", "a" * 65, "", "-", "ana\nb"])
def test_who_enters_something_is_an_id_and_never_a_name(run: Run, actor: str) -> None:
    assert "--actor: " in (result := wrong(run, "record", *PERSON, f"--actor={actor}"))
    assert "accepted: an id: 1 to 64 lower case letters" in result


@pytest.mark.parametrize(
    "words",
    [
        ("status", "\udcff"),
        ("enrol", "\udcff", "name=x", "--model", "cordoba"),
        ("record", *PERSON, "--actor", "a\udcff"),
        ("record", *PERSON, "--key", "a\udcff"),
        ("decide", "one", "critical-mass", "go", "--by", "ofelia\udcff", "--reason", "x"),
        ("decide", "one", "critical-mass", "go", "--by", "ofelia", "--reason", "x\udcff"),
        ("decide", "one", "critical-mass", "go", "--by", "ofelia", "--reason", "x\x1b[2J"),
        ("intake", "drop", "1", "--reason", "\udcff"),
        ("record", "person", "id=p", "name=\x07", "from=2024-01-01"),
    ],
)
def test_a_word_that_no_text_can_hold_is_refused_before_anything_else(run: Run, words: tuple[str, ...]) -> None:
    assert "contains a character that is not allowed; accepted: text in UTF-8" in wrong(run, *words)


def test_a_folder_that_cannot_be_used_is_named(office: Run, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", f"sqlite:///{home / 'clusterflow.db'}")
    monkeypatch.setenv("CLUSTERFLOW_HOME", "/proc/x")
    monkeypatch.setenv("CLUSTERFLOW_PROOF", "code")
    result = wrong(office, "decide", "one", "critical-mass", "go", "--by", "ofelia", "--reason", "x", "--code", "1")
    assert "/proc/x: No such file or directory" in result
    assert "/proc/x: No such file or directory" in wrong(office, "demo", "--home", "/proc/x")
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", "sqlite:////proc/x/y.db")
    assert "/proc/x: No such file or directory" in wrong(office, "db", "upgrade")


@pytest.mark.parametrize("command", ["relay", "reconcile"])
@pytest.mark.parametrize(("status", "expected"), [(404, "HTTP 404"), (302, "HTTP 302"), (200, "no JSON")])
def test_what_answers_and_is_no_prefect_is_reported(
    office: Run, monkeypatch: pytest.MonkeyPatch, command: str, status: int, expected: str
) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"<html>It works!</html>")

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/api"
        monkeypatch.setenv("CLUSTERFLOW_PREFECT_API", address)
        try:
            result = wrong(office, command, code=6)
        finally:
            server.shutdown()
    assert result.startswith(
        f"clusterflow: the server at {address} is not a Prefect server ({expected}): give the address of one with "
    )


def test_nothing_is_begun_with_no_runs_at_a_time(run: Run) -> None:
    assert "--limit: «0» is not accepted; accepted: a whole number ≥ 1" in wrong(run, "up", "--limit", "0")


PROGRAM = str(Path(sys.executable).parent / "clusterflow")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize("words", [("status",), ("schema", "records"), ("status", "--json")], ids=" ".join)
def test_a_full_disk_is_reported(office: Run, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([PROGRAM, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "clusterflow: what was asked for could not be read or written: No space left on device\n"


def test_a_terminal_that_lacks_a_sign_is_reported(office: Run) -> None:
    surroundings = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [PROGRAM, "status", "one"], capture_output=True, text=True, check=False, env=surroundings
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("clusterflow: ")
    assert "cannot be written in ascii; where the terminal is to blame, set PYTHONIOENCODING=utf-8" in done.stderr


def test_relay_does_not_end_well_while_entries_wait_for_a_prefect_that_is_away(
    office: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERFLOW_PREFECT_API", f"http://127.0.0.1:{free_port()}/api")
    again = office("relay")
    while "no Prefect server answers" in again.err:  # one chain after the other
        assert again.code == 6
        again = office("relay")
    # Now each chain waits before it is tried again, and this run tries nothing.
    assert again.code == 6
    assert "ledger entries still wait for Prefect" in again.out


def test_every_kind_of_error_ends_with_a_documented_code() -> None:
    kinds = [ClusterflowError, *subclasses(ClusterflowError)]
    assert {exit_code_of(kind.__new__(kind)) for kind in kinds} <= MEANINGS.keys()
    assert exit_code_of(FactChanged("here")) == exit_code_of(Conflict("then")) == CONFLICT


def subclasses(kind: type[ClusterflowError]) -> list[type[ClusterflowError]]:
    return [one for direct in kind.__subclasses__() for one in (direct, *subclasses(direct))]
