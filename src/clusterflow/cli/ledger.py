"""The command ``ledger``. It reads the database alone."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter

from clusterflow.cli.exit_codes import REFUSED
from clusterflow.cli.language import language
from clusterflow.cli.output import AsOf, Json, day, print_json, show
from clusterflow.cli.tables import table
from clusterflow.domain.records.base import REGISTRY
from clusterflow.errors import ClusterflowError, NotPossible
from clusterflow.reports.ledger_lines import event_fields, event_word
from clusterflow.services import ledger as ledger_service
from clusterflow.services.context import Context


def ledger(
    initiative: str | None = None,
    *,
    verify: Annotated[
        bool, Parameter(name="--verify", negative="", help="check hashes, facts and state; of all where none is named")
    ] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Show the ledger of an initiative in order; with --verify, check that nothing stored was altered."""
    context = Context.open()
    if verify:
        _verify(context, initiative, as_json)
        return
    if initiative is None:
        raise ClusterflowError("say whose ledger: clusterflow ledger INITIATIVE; all are checked by: ledger --verify")
    entries = ledger_service.entries(context, initiative, on=day(as_of, "--as-of"))
    if as_json:
        print_json(entries)
        return
    lines = table(f"Ledger of {initiative}", ["#", "at", "what", "", "by"])
    lang = language()
    models = None if initiative == REGISTRY else ledger_service.models(context, initiative)
    for e in entries:
        what = event_fields(e.event, models.at(e.version) if models else None, lang)
        lines.add_row(str(e.version), f"{e.at:%Y-%m-%d %H:%M}", event_word(e.event.kind, lang), what, e.actor)
    show(lines)


def _verify(context: Context, initiative: str | None, as_json: bool) -> None:
    found = ledger_service.verify(context, initiative)
    flaws = [flaw for one in found for flaw in one.flaws]
    if as_json:
        print_json(found)
        if flaws:
            sys.exit(REFUSED)
        return
    if flaws:
        raise NotPossible("\n".join(str(flaw) for flaw in flaws))
    for one in found:
        show(f"the ledger of «{one.chain}» is whole: {one.entries} entries, {one.facts} facts")
