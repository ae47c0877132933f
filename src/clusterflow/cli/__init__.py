"""The command line: each command parses its words, calls one use case, prints, and ends with a named exit code."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from importlib import import_module
from typing import NoReturn

# Start-up time, so before the imports: they create many objects and no garbage, and the searches for it find nothing.
gc.set_threshold(1_000_000)
# Start-up time, too: Pydantic would search the metadata of every installed package for plug-ins.
PYDANTIC_SWITCH = "PYDANTIC_DISABLE_PLUGINS"
switched_plugins_off = PYDANTIC_SWITCH not in os.environ
"""The commands that run Prefect undo this, because the processes they start inherit the environment."""
os.environ.setdefault(PYDANTIC_SWITCH, "__all__")

from cyclopts import App  # noqa: E402

from clusterflow import __version__  # noqa: E402
from clusterflow.cli.output import check_words, complain  # noqa: E402
from clusterflow.errors import ClusterflowError  # noqa: E402

# Commands are named by import path: a command loads only what it needs, and Prefect only where it is used.
cli = App(
    name="clusterflow",
    help="Follow the lives of cluster initiatives: facts, gates, decisions, milestones.",
    version=__version__,
    help_format="plaintext",
)
cli.command("clusterflow.cli.initiatives:enrol", help="Begin an initiative's life under a model.")
cli.command("clusterflow.cli.records:record", help="Record facts, from words or from a file of JSON lines.")
cli.command(
    "clusterflow.cli.workbook:template", help="A workbook for managers to fill in, empty or with what is known."
)
cli.command("clusterflow.cli.workbook:import_", name="import", help="Import a manager's workbook: .xlsx, .ods or .csv.")
cli.command("clusterflow.cli.intake:intake", help="What other systems handed in and could not be recorded.")
cli.command("clusterflow.cli.standing:status", help="Where the initiatives stand.")
cli.command("clusterflow.cli.explain:explain", help="Why a gate is ready or not, with the evidence.")
cli.command("clusterflow.cli.initiatives:evaluate", help="Bring initiatives up to the day, without Prefect.")
cli.command("clusterflow.cli.gates:open_gate", help="Open a gate review by hand.")
cli.command("clusterflow.cli.gates:decide", help="Decide at a gate.")
cli.command("clusterflow.cli.gates:send_code", help="Send a decider a new one-time code.")
cli.command("clusterflow.cli.report:report", help="A dossier for a board that decides; the portfolio.")
cli.command("clusterflow.cli.notices:notices", help="Who would be told what and when; how many messages a model means.")
cli.command("clusterflow.cli.standing:ledger", help="What happened, in order.")
cli.command("clusterflow.cli.calendar:calendar", help="Calendars: an initiative's, a person's, all into a folder.")
cli.command("clusterflow.cli.export:export", help="What other programs take away: registry, event logs, all of it.")
cli.command("clusterflow.cli.models:model", help="The lifecycle models: list, show, check, diagram, bpmn, schema.")
cli.command("clusterflow.cli.dues:dues", help="Dues: schemes, what members owe in a year, invoices.")
cli.command("clusterflow.cli.records:schema", help="JSON Schemas, for editors and other programs.")
cli.command("clusterflow.cli.database:db", help="The database and its schema.")
cli.command("clusterflow.cli.doctor:doctor", help="Look at everything that clusterflow rests on, and say what to do.")
cli.command("clusterflow.cli.operations:up", help="Start what is missing, and stay up until Ctrl-C.")
cli.command("clusterflow.cli.operations:demo", help="Six invented initiatives, replayed on a real Prefect server.")
cli.command("clusterflow.cli.operations:relay", help="Publish what waits in the outbox, and send due notices, once.")
cli.command("clusterflow.cli.operations:reconcile", help="Bring Prefect back to what the database says is open.")


# The process ends with the command. A last search for garbage would take a tenth of a second.
atexit.register(gc.freeze)

INTERRUPTED = 130
"""Exit code of a command ended with Ctrl-C, as in shells."""


def main() -> None:
    """Run the command line. Whatever a user types ends in an answer or in a sentence, never in a traceback."""
    try:
        check_words(sys.argv[1:])
        try:
            cli()
        finally:
            sys.stdout.flush()
    except ClusterflowError as problem:
        _end(problem)
    except BrokenPipeError:
        # The reader of our output has closed the pipe, so an error message would reach nobody.
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as problem:
        # Start-up time: only a failure needs this module.
        explained: ClusterflowError | None = import_module("clusterflow.cli.failures").in_words(problem)
        if explained is None:
            raise
        _end(explained)


def _end(problem: ClusterflowError) -> NoReturn:
    complain(problem)
    try:
        sys.stdout.flush()
    except OSError:
        # Python would try to write the rest again when it ends, and print a second error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(problem.exit_code)
