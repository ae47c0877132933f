"""The log as lines of JSON: one object a line, with the flow run, the initiative and the command it is about.

A log is read by many and kept for long, so it holds nothing that somebody typed and no secret. Our messages quote what
was typed between «», and a line leaves out whatever is quoted. Errors of other libraries may repeat any value, so a
line gives their type and the place in the code, and not their text. Addresses and known secrets are masked everywhere.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TextIO

from clusterflow.errors import ClusterflowError
from clusterflow.telemetry.commands import CommandReport, observe
from clusterflow.telemetry.work import current_work

OUR_LOGGERS = "clusterflow"
COMMANDS = "clusterflow.command"
"""The logger that says which commands ran."""

FACTS = ("command", "outcome", "seconds", "attempts", "initiative", "initiatives")
"""What the line of a command says besides its message."""

_QUOTED = re.compile(r"«[^»]*»|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")
_STATEMENT = re.compile(r"\[(?:SQL|parameters): .*", re.DOTALL)
"""What SQLAlchemy adds to an error: the statement and its values."""
_CREDENTIALS = re.compile(r"(://)\S*@")
_MAIL_ADDRESS = re.compile(r"[^\s/<>\"'(),;:=«»]+@(?=[\w\[])")
_log = logging.getLogger(COMMANDS)


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object without line breaks."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._mask(_message(record)),
            "process": record.process,
            **_run_of(record),
            **current_work(),
        }
        fields |= {name: record.__dict__[name] for name in FACTS if name in record.__dict__}
        if record.exc_info and record.exc_info[1] is not None:
            fields["error"] = self._mask(describe(record.exc_info[1]))
            fields["place"] = _place(record.exc_info[1])
        return json.dumps(fields, ensure_ascii=False, default=str)

    def _mask(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        text = _QUOTED.sub("«…»", _STATEMENT.sub("", text))
        return _MAIL_ADDRESS.sub("***@", _CREDENTIALS.sub(r"\1***@", text))


def _message(record: logging.LogRecord) -> str:
    """Return the message, with errors among its values described and not quoted."""
    values = record.args
    if isinstance(values, tuple):
        values = tuple(describe(value) if isinstance(value, BaseException) else value for value in values)
    try:
        return str(record.msg) % values if values else _text(record.msg)
    except (TypeError, ValueError):  # a mistake in the call: the pattern alone says where
        return str(record.msg)


def _text(message: object) -> str:
    return describe(message) if isinstance(message, BaseException) else str(message)


def describe(problem: BaseException) -> str:
    """Describe an error for a log: our own in its words, others by their type."""
    if isinstance(problem, ClusterflowError):
        return str(problem)
    name = type(problem).__name__
    cause = getattr(problem, "orig", None)  # the error of the database driver under SQLAlchemy's
    if isinstance(cause, BaseException):
        return f"{name} ({type(cause).__name__} {getattr(cause, 'sqlstate', None) or ''}".rstrip() + ")"
    if isinstance(problem, OSError) and problem.strerror:
        return f"{name}: {problem.strerror}"
    return name


def _place(problem: BaseException) -> list[str]:
    """Return the functions that the error passed, the innermost last."""
    steps, step = list[str](), problem.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        steps.append(f"{code.co_filename}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    return steps


def _run_of(record: logging.LogRecord) -> dict[str, str]:
    """Return the flow run that Prefect names on its own records."""
    run = record.__dict__.get("flow_run_id")
    return {"run": str(run)} if run not in (None, "<unknown>") else {}


def begin(secrets: Sequence[str] = (), stream: TextIO | None = None) -> logging.Handler:
    """Write the log of this process as lines of JSON from now on, once. What wrote to the console before is replaced.

    Args:
        secrets: what no line may repeat.
        stream: standard error by default.
    """
    root = logging.getLogger()
    for known in root.handlers:
        if isinstance(known.formatter, JsonLines):
            return known
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(secrets))
    for logger in (root, *_existing_loggers()):
        if _leave_console(logger):
            logger.propagate = True
    root.addHandler(handler)
    logging.getLogger(OUR_LOGGERS).setLevel(logging.INFO)
    observe(report)
    return handler


def _existing_loggers() -> Iterable[logging.Logger]:
    found = list(logging.root.manager.loggerDict.values())
    return [logger for logger in found if isinstance(logger, logging.Logger)]


def _leave_console(logger: logging.Logger) -> bool:
    """Remove what writes to the console from a logger; return whether anything did. Other handlers stay."""
    ends = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    consoles = [h for h in logger.handlers if isinstance(h, logging.StreamHandler) and h.stream in ends]
    for handler in consoles:
        logger.removeHandler(handler)
    return bool(consoles)


def report(command: CommandReport) -> None:
    """Write the line of a command that has ended."""
    facts: dict[str, object] = {
        "command": command.name,
        "outcome": command.outcome,
        "seconds": round(command.seconds, 6),
        "attempts": command.attempts,
    }
    if len(command.initiatives) == 1:
        facts["initiative"] = command.initiatives[0]
    elif command.initiatives:
        facts["initiatives"] = len(command.initiatives)
    level = logging.ERROR if command.outcome == "failed" else logging.INFO
    _log.log(level, "command %s: %s", command.name, command.outcome, extra=facts)
