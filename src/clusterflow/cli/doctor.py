"""The command ``doctor``: it checks everything that clusterflow needs, and changes nothing."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text as Styled

from clusterflow.cli.exit_codes import ONLY_WARNINGS, REFUSED
from clusterflow.cli.language import language, stated_language
from clusterflow.cli.output import Json, print_json, show
from clusterflow.cli.tables import table
from clusterflow.domain.text import Language, Text
from clusterflow.prefect import health
from clusterflow.services.diagnostics import channels, database, files, folders, packages, processes, settings
from clusterflow.services.diagnostics.finding import Check, Examination, Outcome, Surroundings, worst
from clusterflow.services.diagnostics.runner import examine

EXIT = {Outcome.OK: 0, Outcome.NOT_LOOKED_AT: 0, Outcome.WARNING: ONLY_WARNINGS, Outcome.TROUBLE: REFUSED}

CHECKS = (
    Check("packages", Text(es="paquetes", en="packages"), packages.look),
    Check("settings", Text(es="ajustes", en="settings"), settings.look_at_settings),
    Check(
        "secret",
        Text(es="secreto de los códigos", en="secret of the codes"),
        settings.look_at_secret,
        needs=("settings",),
    ),
    Check("files", Text(es="archivos de la oficina", en="the office's files"), files.look, needs=("settings",)),
    Check("folders", Text(es="carpetas", en="folders"), folders.look, needs=("settings",)),
    Check("database", database.DATABASE, database.look_at_schema, needs=("settings",)),
    Check("ledger", Text(es="registro", en="ledger"), database.look_at_ledger, needs=("database",)),
    Check("outbox", Text(es="bandeja de salida", en="outbox"), database.look_at_outbox, needs=("database",)),
    Check("deadlines", database.DEADLINES, database.look_at_deadlines, needs=("database",)),
    Check(
        "notices",
        Text(es="avisos abandonados", en="notices given up"),
        database.look_at_dead_letters,
        needs=("database",),
    ),
    Check(
        "refused",
        Text(es="entregas rechazadas", en="refused submissions"),
        database.look_at_refused,
        needs=("database",),
    ),
    Check("processes", processes.PROCESSES, processes.look, needs=("database",)),
    Check("labels", database.LABELS, database.look_at_labels, needs=("database",)),
    *health.CHECKS,
    # Last: Prefect may keep channels among its secrets.
    Check("channels", Text(es="canales", en="channels"), channels.look, needs=("settings",)),
)

MARKS: dict[Outcome, tuple[str, Text, str]] = {
    Outcome.OK: ("✔", Text(es="bien", en="ok"), "green"),
    Outcome.WARNING: ("!", Text(es="atención", en="warning"), "yellow"),
    Outcome.TROUBLE: ("✘", Text(es="problema", en="trouble"), "red"),
    Outcome.NOT_LOOKED_AT: ("·", Text(es="no revisado", en="not looked at"), "bright_black"),
}
_LOOKED_AT, _FOUND = Text(es="revisado", en="looked at"), Text(es="hallado", en="found")
_TO_DO = Text(es="qué hacer", en="what to do")


def doctor(
    *,
    send: Annotated[
        str | None, Parameter(help="send a real message to this recipient, by every channel that can reach it")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check everything that clusterflow needs, and say what to do. Nothing is changed.

    Ends with 0 where all is well, 7 where there are only warnings, 3 where there is trouble.
    """
    surroundings = Surroundings(send=send, language=stated_language() if as_json else language())
    findings = tuple(examine(CHECKS, surroundings))
    result = Examination(outcome=worst(f.outcome for f in findings), findings=findings)
    if as_json:
        print_json(result)
    else:
        _show(result, surroundings.language)
    sys.exit(EXIT[result.outcome])


def _show(result: Examination, language: Language) -> None:
    lines = table("", [_LOOKED_AT.to(language), "", _FOUND.to(language), _TO_DO.to(language)])
    for column in lines.columns:
        column.overflow = "fold"  # an address to be copied is shown whole
    for finding in result.findings:
        sign, word, style = MARKS[finding.outcome]
        label = Styled(f"{sign} {word.to(language)}", style=style)
        lines.add_row(Styled(finding.what), label, Styled(finding.found), Styled(finding.cure))
    show(lines)
