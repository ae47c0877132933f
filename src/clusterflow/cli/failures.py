"""What goes wrong around clusterflow, in sentences: settings, files, the database, Prefect, the terminal.

Read only once something has gone wrong: it knows libraries that not every command loads.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from clusterflow.errors import ClusterflowError, Conflict, Mistake, Mistakes, PrefectUnreachable
from clusterflow.rules.mistakes import accepted
from clusterflow.settings import PREFIX, Settings, SettingsError

LOCKED = "database is locked"
"""The message of SQLite when it gave up waiting for another connection."""


def in_words(problem: Exception) -> ClusterflowError | None:
    """The message for a person; None for a mistake of ours, which needs its traceback."""
    match problem:
        case ValidationError() if problem.title == Settings.__name__:
            return _settings(problem)
        case SettingsError():
            return ClusterflowError(f"the settings cannot be read: {_first_line(problem)}. {_CORRECTION}")
        case DBAPIError() if LOCKED in str(problem.orig):
            return Conflict("another program has been writing to the database for too long; try again")
        case DBAPIError():
            # Never the statement: it contains what people typed.
            return ClusterflowError(f"the database did not do it, and nothing was changed: {_first_line(problem.orig)}")
        case SQLAlchemyError():
            return ClusterflowError(f"the database did not do it, and nothing was changed: {_first_line(problem)}")
        case UnicodeEncodeError():
            sign = problem.object[problem.start]
            return ClusterflowError(
                f"«{sign}» cannot be written in {problem.encoding}; where the terminal is to blame, "
                "set PYTHONIOENCODING=utf-8"
            )
        case _ if response := _no_prefect(problem):
            return PrefectUnreachable.by_a_stranger(Settings().prefect_api_url, response)
        case EOFError():
            return ClusterflowError("an answer was waited for, and there was none")
        case OSError() if problem.filename is not None:
            return ClusterflowError(f"{problem.filename}: {problem.strerror}")
        case OSError():
            return ClusterflowError(f"what was asked for could not be read or written: {problem.strerror or problem}")
    return None


OF_A_PREFECT = (409, 422, 429)
"""What a Prefect itself answers to a request that is wrong or one too many: then it is a mistake of ours."""


def _no_prefect(problem: Any) -> str | None:
    """What came from an address where a Prefect was looked for; known by name, for Prefect is not loaded for this."""
    if type(problem).__name__ != "PrefectHTTPStatusError":
        return None
    status = problem.response.status_code
    return None if status in OF_A_PREFECT else f"HTTP {status}"


_CORRECTION = "Correct them in the environment or in .env"


def _settings(problem: ValidationError) -> Mistakes:
    """Each setting that is wrong, and never its value: it may be a secret that landed under the wrong name."""
    mistakes = []
    for error in problem.errors(include_input=False, include_url=False, include_context=False):
        reason = error["msg"].removeprefix("Value error, ")
        field = Settings.model_fields.get(str(error["loc"][0]) if error["loc"] else "")
        name = PREFIX + "_".join(str(step) for step in error["loc"]).upper()
        if error["type"] != "value_error" and (fit := accepted(field)):
            mistakes.append(Mistake(name, "is not accepted", fit, _CORRECTION))
        else:
            mistakes.append(Mistake(name, reason, "", _CORRECTION))
    return Mistakes(mistakes)


def _first_line(problem: object) -> str:
    return str(problem).partition("\n")[0]
