"""The command line: each command parses its words, calls one use case, prints, and ends with a named exit code."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, NoReturn, cast

from clusterflow.cli.process_exit import exit_process

# Start-up time, so before the imports: they create many objects and no garbage, and the searches for it find nothing.
gc.set_threshold(1_000_000)
# Start-up time, too: Pydantic would search the metadata of every installed package for plug-ins.
PYDANTIC_SWITCH = "PYDANTIC_DISABLE_PLUGINS"
switched_plugins_off = PYDANTIC_SWITCH not in os.environ
"""The commands that run Prefect undo this, because the processes they start inherit the environment."""
os.environ.setdefault(PYDANTIC_SWITCH, "__all__")

from cyclopts import App  # noqa: E402

from clusterflow import __version__  # noqa: E402
from clusterflow.cli.exit_codes import INTERRUPTED, exit_code_of  # noqa: E402
from clusterflow.cli.language import begin  # noqa: E402
from clusterflow.cli.output import check_words, complain  # noqa: E402
from clusterflow.errors import ClusterflowError  # noqa: E402

if TYPE_CHECKING:
    from cyclopts.help.protocols import HelpFormatter
    from rich.console import Console


class _Late:
    """An object of ``cli.help`` that is loaded when it is used. Start-up time: few commands show help or an error."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(getattr(import_module("clusterflow.cli.help"), self._name), attribute)

    def __call__(self, *arguments: Any) -> Any:
        return getattr(import_module("clusterflow.cli.help"), self._name)(*arguments)


# Commands are named by import path: a command loads only what it needs, and Prefect only where it is used.
cli = App(
    name="clusterflow",
    help="Follow cluster initiatives through their lifecycle: facts, gates, decisions, milestones.",
    help_epilogue="With every command: --lang es or --lang en, the language of the answer.",
    version=__version__,
    help_format="plaintext",
    # Usage errors repeat what was typed, which may have been pasted, so no text may control these consoles.
    console=cast("Console", _Late("console")),
    error_console=cast("Console", _Late("error_console")),
    help_formatter=cast("HelpFormatter", _Late("formatter")),
    error_formatter=_Late("in_words"),
)
cli.command(
    "clusterflow.cli.init:init",
    help="Fill a folder with what an office needs: settings, configs, deployments, systemd units, a backup script.",
    help_epilogue="Example: clusterflow init /srv/clusterflow",
)
cli.command(
    "clusterflow.cli.enrol:enrol",
    help="Enrol an initiative under a lifecycle model.",
    help_epilogue='Example: clusterflow enrol automotriz name="Clúster Automotriz" country=MX --model nuevo-leon',
)
cli.command(
    "clusterflow.cli.records:record",
    help="Record facts, given as arguments or in a file of JSON lines.",
    help_epilogue="Example: clusterflow record --from facts.jsonl",
)
cli.command(
    "clusterflow.cli.workbook:template",
    help="Write a workbook for managers to fill in, empty or with the recorded facts.",
    help_epilogue="Example: clusterflow template automotriz --lang es",
)
cli.command(
    "clusterflow.cli.workbook:import_",
    name="import",
    help="Import a manager's workbook: .xlsx, .ods or .csv.",
    help_epilogue="Example: clusterflow import automotriz.xlsx --dry-run",
)
cli.command("clusterflow.cli.intake:intake", help="List, correct and retry the refused submissions of other systems.")
cli.command(
    "clusterflow.cli.status:status",
    help="Show the status of one initiative, or of all.",
    help_epilogue="Example: clusterflow status automotriz",
)
cli.command(
    "clusterflow.cli.explain:explain",
    help="Explain why a gate is ready or not, with the evidence.",
    help_epilogue="Example: clusterflow explain automotriz critical-mass --evidence",
)
cli.command(
    "clusterflow.cli.foresight:foresee",
    help="Show what comes if nobody records anything more, on exact days.",
    help_epilogue="Example: clusterflow foresee automotriz --until 2027-12-31",
)
cli.command(
    "clusterflow.cli.model_changes:compare",
    help="Judge the facts of an initiative under several models.",
    help_epilogue="Example: clusterflow compare automotriz --models basque,catalan",
)
cli.command(
    "clusterflow.cli.migrate:migrate",
    help="Let initiatives go on under another model, or another version of theirs.",
    help_epilogue='Example: clusterflow migrate automotriz --to basque --by gala --reason "A new program." --dry-run',
)
cli.command(
    "clusterflow.cli.what_if:what_if",
    help="Show what some facts would change, without recording them.",
    help_epilogue="Example: clusterflow what-if automotriz --from facts.jsonl",
)
cli.command(
    "clusterflow.cli.rulebooks:judge",
    help="Judge one initiative by rulebooks, or show all initiatives by all rulebooks.",
    help_epilogue="Example: clusterflow judge automotriz --rulebook catalonia-accio",
)
cli.command(
    "clusterflow.cli.evaluate:evaluate",
    help="Evaluate initiatives as of today, without Prefect.",
    help_epilogue="Example: clusterflow evaluate automotriz",
)
cli.command(
    "clusterflow.cli.gates:open_gate",
    help="Open a gate review by hand.",
    help_epilogue="Example: clusterflow open-gate automotriz critical-mass",
)
cli.command(
    "clusterflow.cli.gates:decline",
    help="Do without an optional stage.",
    help_epilogue='Example: clusterflow decline cosmetica institutionalization --by ana --reason "The host suffices."',
)
cli.command(
    "clusterflow.cli.gates:decide",
    help="Record a decision at a gate.",
    help_epilogue='Example: clusterflow decide automotriz critical-mass go --by ana --reason "Fifteen have signed."',
)
cli.command(
    "clusterflow.cli.gates:send_code",
    help="Send a decider a new one-time code.",
    help_epilogue="Example: clusterflow send-code automotriz critical-mass ana",
)
cli.command(
    "clusterflow.cli.report:report",
    help="Write a dossier of an initiative, or a report of the portfolio.",
    help_epilogue="Example: clusterflow report automotriz --lang es --to automotriz.html",
)
cli.command("clusterflow.cli.notices:notices", help="Preview notices, estimate their number, and resend failed ones.")
cli.command(
    "clusterflow.cli.ledger:ledger",
    help="Show the ledger of an initiative, or verify it.",
    help_epilogue="Example: clusterflow ledger automotriz --verify",
)
cli.command(
    "clusterflow.cli.seal:seal",
    help="Write a seal of the ledger to keep elsewhere, or compare the ledger with one.",
    help_epilogue="Example: clusterflow seal --to seal.txt",
)
cli.command(
    "clusterflow.cli.forget:forget",
    help="Delete what identifies a person, and keep the ledger whole.",
    help_epilogue="Example: clusterflow forget ana --yes",
)
cli.command("clusterflow.cli.calendar:calendar", help="Write calendars: of an initiative, of a person, or all of them.")
cli.command("clusterflow.cli.export:export", help="Export the registry, event logs, or everything.")
cli.command("clusterflow.cli.models:model", help="List, show, check, draw, compare and try the lifecycle models.")
cli.command("clusterflow.cli.rulebooks:rulebook", help="List, show and check the rulebooks.")
cli.command("clusterflow.cli.dues:dues", help="Show dues schemes and what members owe, and issue invoices.")
cli.command(
    "clusterflow.cli.records:schema",
    help="Print JSON Schemas, for editors and other programs.",
    help_epilogue="Example: clusterflow schema records",
)
cli.command("clusterflow.cli.database:db", help="Create or upgrade the database, or show its schema version.")
cli.command(
    "clusterflow.cli.doctor:doctor",
    help="Check everything that clusterflow depends on, and say what to do.",
    help_epilogue="Example: clusterflow doctor",
)
cli.command(
    "clusterflow.cli.prefect_commands:up",
    help="Start everything that is missing, and run until Ctrl-C.",
    help_epilogue="Example: clusterflow up --limit 5",
)
cli.command(
    "clusterflow.cli.prefect_commands:worker",
    help="Run the flows of the work pool, until Ctrl-C.",
    help_epilogue="Example: clusterflow worker --limit 4",
)
cli.command(
    "clusterflow.web.command:web",
    help="Serve the web pages for managers and deciders, until Ctrl-C.",
    help_epilogue="Example: clusterflow web",
)
cli.command(
    "clusterflow.cli.prefect_commands:deploy",
    help="Bring Prefect's deployments up to the models and schedules.",
    help_epilogue="Example: clusterflow deploy --dry-run",
)
cli.command(
    "clusterflow.cli.demo:demo",
    help="Replay six fictional initiatives on a real Prefect server.",
    help_epilogue="Example: clusterflow demo",
)
cli.command(
    "clusterflow.cli.prefect_commands:relay",
    help="Publish the outbox and send due notices, once.",
    help_epilogue="Example: clusterflow relay",
)
cli.command(
    "clusterflow.cli.prefect_commands:reconcile",
    help="Make Prefect show again what is open in the database.",
    help_epilogue="Example: clusterflow reconcile",
)


GARBAGE_THRESHOLD = 700
"""Python's own default. A process that stays up must collect garbage; a command that soon ends need not."""


def main() -> NoReturn:
    """Run the command line as a program: the process ends with it."""
    if not sys.warnoptions:
        # Libraries warn those who work on the code, in English and with a path of this machine: python -W shows it.
        warnings.simplefilter("ignore")
    if isinstance(sys.stdout, TextIOWrapper):
        # Without a terminal, Python would write the lines of a command that stays up only when it ends.
        sys.stdout.reconfigure(line_buffering=True)
    code = 0
    try:
        run()
    except SystemExit as end:
        if isinstance(end.code, str):
            raise
        code = end.code or 0
    exit_process(code)


def run() -> None:
    """Run the command line. Whatever a user types ends in an answer or in a sentence, never in a traceback."""
    try:
        check_words(sys.argv[1:])
        words = begin(sys.argv[1:])
        try:
            cli(words)
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
    sys.exit(exit_code_of(problem))
