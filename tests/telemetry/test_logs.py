"""The log as lines of JSON: each line is one object that names run, initiative and command, and repeats no secret."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from support.world import World, model, stage

from clusterflow.errors import ClusterflowError, NotPossible
from clusterflow.settings import Settings
from clusterflow.settings.secret_values import secret_values
from clusterflow.telemetry import commands, logs
from clusterflow.telemetry.work import working_on

Line = dict[str, object]


class Log:
    """What a process writes as its log."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def lines(self) -> list[Line]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    """A log that begins with the test; afterwards the loggers are as before."""
    found, root, ours = Log(), logging.getLogger(), logging.getLogger(logs.OUR_LOGGERS)
    handlers, level = list(root.handlers), ours.level
    handler = logs.begin(["hunter2-the-secret"], found.stream)
    yield found
    root.handlers[:] = handlers
    ours.setLevel(level)
    handler.close()
    commands.stop_observing(logs.report)


@pytest.fixture
def world(sqlite_url: str) -> World:
    world = World(sqlite_url, model(stage("first"), stage("second", ("first",))))
    world.enrol()
    return world


def test_a_command_is_one_line_with_its_initiative_and_its_time(world: World, log: Log) -> None:
    world.state_figure("first")
    world.evaluate()
    (line,) = [one for one in log.lines if one.get("command") == "evaluate"]
    assert line["logger"] == logs.COMMANDS
    assert (line["initiative"], line["outcome"], line["attempts"], line["level"]) == ("one", "done", 1, "info")
    assert isinstance(line["seconds"], float)
    assert str(line["time"]).endswith("+00:00")


def test_what_nobody_expects_is_an_error_and_the_others_are_not(log: Log) -> None:
    for problem in (NotPossible("no"), KeyError("k")):
        with pytest.raises(type(problem)), commands.watched("try"):
            raise problem
    assert [(one["outcome"], one["level"]) for one in log.lines] == [("refused", "info"), ("failed", "error")]


def test_lines_name_run_initiative_and_command_of_the_moment(log: Log) -> None:
    ours, prefects = logging.getLogger("clusterflow.relay"), logging.getLogger("prefect.flow_runs")
    with working_on(run="r1", initiative="one"), working_on(command="decide"):
        ours.warning("within")
    ours.info("outside")
    prefects.warning("of a run", extra={"flow_run_id": "r2"})
    within, outside, of_a_run = log.lines
    assert (within["run"], within["initiative"], within["command"]) == ("r1", "one", "decide")
    assert not {"run", "initiative", "command"} & set(outside)
    assert of_a_run["run"] == "r2"


def test_no_line_repeats_what_somebody_typed_nor_a_secret(log: Log) -> None:
    ours = logging.getLogger("clusterflow.relay")
    ours.warning("%s", ClusterflowError("no person is called «Ana Pérez»"))
    ours.warning("the answer was hunter2-the-secret")
    ours.warning("mail to ana.perez@firm.example and to 'Ana Pérez' failed")
    ours.warning("postgresql+psycopg://office:Ana-Pérez@host/db does not answer")
    ours.warning("broken: %s", ValueError("invalid date: Ana Pérez"))
    try:
        with create_engine("sqlite://").connect() as connection:
            connection.execute(text("SELECT :name FROM nowhere"), {"name": "Ana Pérez"})
    except SQLAlchemyError as problem:
        ours.exception("the database does not answer")
        ours.error("%s", problem)
        ours.error("one: %s", str(problem))
    written = log.stream.getvalue()
    assert len(log.lines) == 8
    assert not [word for word in ("Ana", "ana.perez", "Pérez", "hunter2", "SELECT") if word in written]
    assert "no person is called «…»" in written
    assert "***@host/db does not answer" in written
    assert log.lines[-3]["error"] == "OperationalError (OperationalError)"
    assert any("test_logs.py" in str(place) for place in log.lines[-3]["place"])  # type: ignore[attr-defined]


def test_each_record_is_one_line_of_json_whatever_it_holds(log: Log) -> None:
    logging.getLogger("clusterflow.relay").warning("two\nlines, \x1b[31m and %s", "á «b»")
    assert log.stream.getvalue().count("\n") == len(log.lines) == 1
    wrong_call = logging.LogRecord("other", logging.WARNING, "", 1, "a call with %s and %s", ("one value",), None)
    assert json.loads(logs.JsonLines().format(wrong_call))["message"] == "a call with %s and %s"


def test_what_wrote_to_the_console_before_is_replaced_and_other_handlers_stay() -> None:
    console, other = logging.StreamHandler(sys.stderr), logging.StreamHandler(io.StringIO())
    logger = logging.getLogger("a-library")
    logger.handlers[:], logger.propagate = [console, other], False
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    stream = io.StringIO()
    try:
        handler = logs.begin(stream=stream)
        assert logs.begin() is handler, "a second call changes nothing"
        logger.warning("once")
    finally:
        root.handlers[:] = before
        commands.stop_observing(logs.report)
    assert logger.handlers == [other]
    assert [json.loads(line)["message"] for line in stream.getvalue().splitlines()] == ["once"]


def test_the_secrets_of_the_settings_are_known() -> None:
    settings = Settings(
        secret=SecretStr("s" * 32), mail=SecretStr("mailtos://u:p%40ss@smtp.example"), _env_file=None,
        database="postgresql+psycopg://office:pw123@host/db",
    )  # fmt: skip
    assert {"s" * 32, "p@ss", "p%40ss", "pw123"} <= set(secret_values(settings))
