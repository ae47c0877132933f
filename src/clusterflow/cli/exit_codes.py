"""The exit codes of all commands. Scripts rely on them, so a code never changes its meaning.

1 is not among them: a program that crashed ends with it.
"""

from __future__ import annotations

from collections.abc import Mapping

from clusterflow.errors import ClusterflowError, Conflict, NotPossible, PrefectUnreachable, SchemaMismatch

WRONG_INPUT = 2
REFUSED = 3
CONFLICT = 4
WRONG_SCHEMA = 5
NO_PREFECT = 6
ONLY_WARNINGS = 7
INTERRUPTED = 130
"""As in shells."""

MEANINGS: Mapping[int, str] = {
    0: "The command did what was asked.",
    WRONG_INPUT: "A command, a file or a setting is wrong; the message says where, and what is accepted.",
    REFUSED: "The answer is no: a command that is not possible in the current state, a refused vote, a broken ledger, "
    "a failed check. The message says why, and what would help.",
    CONFLICT: "Other commands changed the same initiative at the same time, and all retries failed.",
    WRONG_SCHEMA: "The schema of the database does not fit this version of clusterflow. The message names the command "
    "to run.",
    NO_PREFECT: "No Prefect server answers. Commands keep working, and the outbox waits.",
    ONLY_WARNINGS: "`doctor` found warnings, and nothing worse.",
    INTERRUPTED: "The command was interrupted with Ctrl-C.",
}

_OF_ERROR: Mapping[type[ClusterflowError], int] = {
    NotPossible: REFUSED,
    Conflict: CONFLICT,
    SchemaMismatch: WRONG_SCHEMA,
    PrefectUnreachable: NO_PREFECT,
}


def exit_code_of(problem: ClusterflowError) -> int:
    """Return the exit code of an error: that of its class, or of the nearest base class that has one."""
    return next((_OF_ERROR[cls] for cls in type(problem).__mro__ if cls in _OF_ERROR), WRONG_INPUT)
