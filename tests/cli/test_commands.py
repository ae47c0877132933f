"""What each command answers, in words and in JSON, and what becomes of mistakes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clusterflow.cli.output import show
from clusterflow.cli.tables import table
from clusterflow.domain.records import RECORDS
from clusterflow.intake import record_file
from clusterflow.store.database import HEAD

from .conftest import Run


def test_a_database_that_is_not_there_names_the_command_that_makes_it(run: Run) -> None:
    result = run("status")
    assert result.code == 5
    assert "there is no database yet" in result.err
    assert "clusterflow db upgrade" in result.err
    assert run("db", "upgrade").code == 0
    assert run("db", "status").out.strip().endswith(f"schema {HEAD}; needed: {HEAD}")
    assert run("status").code == 0


@pytest.mark.parametrize(("revision", "word"), [("0000", "older"), ("9999", "newer")])
def test_a_database_of_another_version_says_so(office: Run, home: Path, revision: str, word: str) -> None:
    import sqlite3  # noqa: PLC0415 - only here

    with sqlite3.connect(home / "clusterflow.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    result = office("status")
    assert result.code == 5
    assert f"schema {revision}, {word} than" in result.err


def test_status_explain_and_ledger_speak_words_and_json(office: Run) -> None:
    assert "Masa" not in office("status", "one").out
    assert "Critical mass" in office("status", "one").out
    assert office("status", "--json").json["lines"][0]["initiative"] == "one"
    assert "No initiative was enrolled on that day" in office("status", "--as-of", "2001-01-01").out
    status = office("status", "one", "--json").json
    assert [s["status"] for s in status["stages"]][:2] == ["under-way", "ahead"]
    (gate,) = office("explain", "one", "--json").json
    committed = next(c for c in gate["criteria"] if c["criterion"] == "committed-members")
    assert (committed["answer"], committed["asked"], committed["source"]) == ("unknown", "≥ 5", "ECLAC, P")
    assert office("ledger", "one", "--json").json[0]["event"]["kind"] == "initiative.enrolled"
    assert "is whole" in office("ledger", "one", "--verify").out


def test_explain_says_what_would_help_and_shows_the_evidence(office: Run) -> None:
    office("record", "membership", "initiative=one", "organisation=firm", "from=2024-01-01", "commitment=regular-fee")
    text = office("explain", "one", "--evidence").out
    assert "membership firm" in text
    (gate,) = office("explain", "one", "--json").json
    committed = next(c for c in gate["criteria"] if c["criterion"] == "committed-members")
    assert committed["found"] == "1"
    assert "4" in committed["help"]


def test_explain_says_of_when_a_figure_is_that_counts_no_more(office: Run) -> None:
    office("record", "survey-wave", "initiative=one", "topic=trust", "invited=10", "answers=9", "mean_milli=4200",
           "on=2023-02-01")  # fmt: skip
    (gate,) = office("explain", "one", "--json").json
    trust = next(c for c in gate["criteria"] if c["criterion"] == "trust-index")
    assert (trust["answer"], trust["found"], trust["rows"]) == ("unknown", "unknown", 1)
    assert trust["help"] == (
        "The newest figure is of 2023-02-01, more than 400 days old: record a newer one. "
        "It is recorded in the sheet «Surveys» (survey-wave): trust."
    )
    assert [row["on"] for row in trust["evidence"]] == ["2023-02-01"]


def test_a_file_of_facts_is_taken_whole_or_not_at_all_and_twice_changes_nothing(office: Run, home: Path) -> None:
    again = office("record", "--from", "facts.jsonl")
    today = datetime.now(UTC).date()
    assert (again.code, again.out.strip()) == (0, f"already taken in on {today}; nothing changed")
    text = office("record", "--from", "facts.jsonl", "--json").json
    assert (text["entered"], text["unchanged"], text["already"][:10]) == (0, 5, str(today))
    entries = len(office("ledger", "registry", "--json").json)
    bad = home / "bad.jsonl"
    bad.write_text(
        '{"record": "person", "id": "p1", "name": "P", "from": "2024-01-01"}\n'
        "not json\n"
        '{"id": "x"}\n'
        '{"record": "person", "id": "p1", "id": "p2", "name": "P", "from": "2024-01-01"}\n'
        '{"record": "representation", "person": "p1", "organisation": "frim", "from": "2024-01-01"}\n'
        '{"record": "person", "id": "P 3", "name": "", "from": "soon"}\n'
        '{"record": "persn"}\n'
        '{"record": "person", "id": "p4", "name": "Jos\udce9", "from": "2024-01-01"}\n'
        '{"record": "person", "id": "p5", "name": "P\\u001b[2J", "from": "2024-01-01"}\n'
        "nor this",
        encoding="utf-8",
        errors="surrogateescape",
    )
    result = office("record", "--from", "bad.jsonl")
    assert result.code == 2
    lines = ["2", "3", "4", "5", "6", "6", "6", "7", "8", "9", "10"]
    assert [line.split(" ")[1] for line in result.err.splitlines()[1:]] == [f"bad.jsonl:{n}:" for n in lines]
    assert "bad.jsonl:8: no UTF-8 text" in result.err
    assert "bad.jsonl:9: name: contains a character that is not allowed" in result.err
    assert "the same field twice: id" in result.err
    assert len(office("ledger", "registry", "--json").json) == entries


@pytest.mark.parametrize("option", [("--from", "-"), ("--from=-",)])
def test_facts_come_from_standard_input_and_as_windows_writes_them(
    office: Run, monkeypatch: pytest.MonkeyPatch, option: tuple[str, ...]
) -> None:
    text = '{"record": "person", "id": "p1", "name": "José", "from": "2024-01-01"}\r\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode("utf-8-sig"))))
    assert office("record", *option).out.strip() == "1 entered"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"no json")))
    assert "-:1: no JSON" in office("record", *option).err
    assert "«--json» is an option" in office("record", "--from", "--json").err


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless file here")
def test_what_is_too_large_is_not_read_to_its_end(office: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_file, "LARGEST_BYTES", 2**20)
    assert "/dev/zero is larger than 1 MB; give it in parts" in office("record", "--from", "/dev/zero").err


def test_the_way_to_a_decision(office: Run) -> None:
    opened = office("open-gate", "one", "critical-mass", "--json").json
    refused = office("decide", "one", "critical-mass", "go", "--by", "ofelia", "--reason", "now")
    assert refused.code == 3
    assert "refused: the gate is not ready: committed-members" in refused.err
    done = office(
        "decide", "one", "critical-mass", "conditional-go", "--by", "ofelia", "--reason", "they will come",
        "--due", "2099-01-01", "--seen", opened["findings"], "--json",
    )  # fmt: skip
    assert done.code == 0
    assert done.json["entered"] == ["common-purpose"]
    closed = office("decide", "one", "critical-mass", "go", "--by", "ofelia", "--reason", "again", "--json")
    assert (closed.code, closed.json["refused"]) == (3, "closed")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("status", "onne"), "the nearest: one"),
        (("explain", "one", "critical-mas"), "the nearest: critical-mass"),
        (("status", "one", "--as-of", "2024-13-01"), "--as-of: «2024-13-01» is no day; accepted: a day as YYYY-MM-DD"),
        (("status", "one", "--as-of", "2001-01-01"), "was not yet enrolled"),
        (("enrol", "two", "name=Two", "country=AR", "--model", "kordoba"), "the nearest: cordoba"),
        (("enrol", "two", "name=Two", "country=Arg", "--model", "cordoba"), "country: «Arg» is not accepted"),
        (("enrol", "one", "name=One", "country=AR", "--model", "cordoba"), "already enrolled"),
        (("record", "membership", "nonsense"), "«nonsense»: is no assignment; accepted: key=value"),
        (("record", "--from", "nowhere.jsonl"), "there is no file nowhere.jsonl"),
        (("record",), "give either TYPE key=value ..., or --from FILE"),
        (("record", "organisation", "id=a", "name=A", "from=2024-01-01", "size=big"), "accepted: micro, small, medium"),
        (("decide", "one", "critical-mass", "go", "--by", "ofeliaa", "--reason", "x"), "the nearest: ofelia"),
        (("decide", "one", "critical-mass", "hold", "--by", "ofelia", "--reason", "x", "--until", "soon"), "is no day"),
        (("ledger", "nothing-like-it"), "no initiative in the ledger"),
        (("model", "show", "vasco"), "no model is called «vasco»"),
        (("model", "check", "nowhere.yaml"), "the file does not exist"),
        (("model", "diagram", "basque", "--out", "/nowhere/x.svg"), "cannot be written"),
    ],
)  # fmt: skip
def test_a_mistake_gets_a_sentence_and_never_a_traceback(office: Run, words: tuple[str, ...], expected: str) -> None:
    result = office(*words)
    assert result.code != 0
    assert expected in result.err
    assert "Traceback" not in result.err + result.out


def test_a_database_that_does_not_answer_is_reported_without_its_password(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", "postgresql+psycopg://user:s3cret@127.0.0.1:9/none")
    result = run("status")
    assert result.code == 2
    assert "does not answer" in result.err
    assert "s3cret" not in result.err
    monkeypatch.setenv("CLUSTERFLOW_DATABASE", "nonsense")
    assert "is not a database address" in run("status").err


def test_prefect_that_is_not_there_is_a_sentence(office: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTERFLOW_PREFECT_API", "http://127.0.0.1:9/api")
    result = office("reconcile")
    assert result.code == 6
    assert "no Prefect server answers" in result.err
    assert "Waiting to go out" in office("status").out


def test_models_are_listed_shown_checked_and_drawn(office: Run, home: Path) -> None:
    assert len(office("model", "list", "--json").json) == 6
    shown = office("model", "show", "colombian-hybrid", "--lang", "es").out
    assert "Hoja de ruta" in shown
    assert office("model", "check").out.count("no mistake") == 6
    assert office("model", "check", "basque").out.startswith("basque: no mistake; stages: 6;")
    assert office("model", "diagram", "basque").out.startswith("flowchart")
    assert office("model", "diagram", "basque", "--format", "svg", "--out", "b.svg").code == 0
    assert (home / "b.svg").read_text(encoding="utf-8").lstrip().startswith("<svg")
    assert "properties" in office("model", "schema").json
    (home / "broken.yaml").write_text("model: x\nmodel: y\n", encoding="utf-8")
    assert "broken.yaml:2:1" in office("model", "check", "broken.yaml").err


def test_the_schema_of_records_knows_every_type(office: Run) -> None:
    definitions = office("schema", "records").json["definitions"].values()
    named = [d["properties"].get("record", {}).get("const") for d in definitions if "properties" in d]
    assert {name for name in named if name} == set(RECORDS)


SLOW = {
    "prefect", "alembic", "apprise", "aiosmtpd", "dotenv", "jinja2", "psycopg", "pydantic_settings", "opentelemetry",
    "prometheus_client", "clusterflow.telemetry.logs", "clusterflow.services.monitoring",
    "sqlalchemy.dialects.postgresql",
}  # fmt: skip
"""What takes a good part of a second to import, and no command on facts and gates needs."""

READING = {"ruamel", "clusterflow.configs"}
"""What reads the office's files. Nothing does if the metrics are in the user's cache."""

OTHER_METRICS = {"clusterflow.store.metrics.money", "clusterflow.domain.records.learning"}
"""Metrics that the first gate of the model does not ask, and the records that they read."""

MEASURING = {*READING, "clusterflow.services.catalogue", "clusterflow.store.metrics"}
"""What reads the office's files and measures."""


@pytest.mark.parametrize(
    ("words", "unloaded"),
    [
        (("--version",), {*SLOW, *MEASURING, "sqlalchemy"}),
        (("statsu",), SLOW | MEASURING),
        (("status",), {*SLOW, *MEASURING, "clusterflow.reports.translations", "clusterflow.domain.notice"}),
        (("status", "one", "--as-of", "2999-01-01"), SLOW | MEASURING),
        (("record", "person", "id=p", "name=P", "from=2024-01-01"), {*SLOW, *MEASURING, "rich"}),
        (("ledger", "one"), SLOW | MEASURING),
        (
            ("explain", "one", "--evidence"),
            {*SLOW, *OTHER_METRICS, "clusterflow.configs.models", "clusterflow.configs.dues"},
        ),
        (("evaluate", "one"), SLOW),
        (("open-gate", "one", "critical-mass"), SLOW),
        (("decide", "one", "critical-mass", "hold", "--by", "ofelia", "--reason", "later"), {*SLOW, "rich"}),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_a_command_loads_no_more_than_it_needs(office: Run, words: tuple[str, ...], unloaded: set[str]) -> None:
    """Each command is a process of its own: what it imports, the person who typed it waits for."""
    assert not modules_of(words) & unloaded


def test_a_command_that_measures_again_reads_no_file_of_the_office(
    office: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    words = ("explain", "one", "--evidence")
    assert modules_of(words) > READING
    assert not modules_of(words) & READING


def test_a_command_that_measures_again_builds_no_statement_of_a_metric(
    office: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    families = {"clusterflow.store.metrics.members", "clusterflow.store.metrics.trust"}
    assert modules_of(("explain", "one")) & families
    assert not modules_of(("explain", "one")) & families


def test_a_command_about_the_present_loads_no_kinds_of_events(
    office: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    for words in (("status",), ("status", "one"), ("explain", "one")):
        modules_of(words)
        assert not modules_of(words) & {"clusterflow.domain.events", "clusterflow.store.ledger"}, words


def modules_of(words: Sequence[str]) -> set[str]:
    """The modules that a command has loaded at its end."""
    code = "import atexit, sys; from clusterflow.cli import main; atexit.register(lambda: print(*sys.modules)); main()"
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True)
    assert done.returncode in (0, 2, 3), done.stderr
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "cyclopts" in loaded, "the list of modules is the last line"
    return loaded


def test_a_decision_on_answers_of_the_day_reads_no_file(
    office: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office("evaluate", "one")
    monkeypatch.setenv("CLUSTERFLOW_CONFIGS", str(home / "nowhere"))
    words = ("decide", "one", "critical-mass", "go", "--by", "ofelia", "--reason", "now")
    assert "the gate of «critical-mass» is not open" in office(*words).err
    office("record", "membership", "initiative=one", "organisation=firm", "from=2024-01-01")
    assert "metrics.yaml: the file does not exist" in office(*words).err


def test_the_program_itself_runs(process: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert process("--version").stdout.strip()
    assert process("nonsense").returncode != 0
    assert "Traceback" not in process("nonsense").stderr


def test_a_log_as_json_goes_to_standard_error_and_repeats_nothing_typed(
    office: Run, process: Callable[..., subprocess.CompletedProcess[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERFLOW_LOG", "json")
    done = process("record", "person", "id=pia", "name=Pia", "email=pia@firm.example", "from=2024-01-01", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)
    (line,) = [json.loads(line) for line in done.stderr.splitlines()]
    assert (line["command"], line["outcome"], line["attempts"]) == ("record", "done", 1)
    assert "pia" not in done.stderr.lower()
    wrong = process("record", "membership", "initiative=one", "organisation=unknown-firm", "from=2024-01-01")
    logged = [json.loads(line) for line in wrong.stderr.splitlines() if line.startswith("{")]
    assert [line["outcome"] for line in logged] == ["refused"]
    assert "unknown-firm" not in str(logged)


def test_no_text_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "A\x1b]0;owned\x07\x1b[2JB\u202ec"
    lines = table(hostile, [hostile])
    lines.add_row(hostile)
    show(lines, hostile)
    result = capsys.readouterr().out
    assert not set(result) & {"\x1b", "\x07", "\u202e"}
    assert "\\u001b]0;owned" in result


def test_no_text_turns_into_a_picture(capsys: pytest.CaptureFixture[str]) -> None:
    lines = table("", ["name"])
    lines.add_row("Clúster :car:")
    show(lines, ":smile:")
    result = capsys.readouterr().out
    assert "Clúster :car:" in result
    assert ":smile:" in result
