"""Record facts, and the schema of what can be recorded."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from cyclopts import Parameter

from clusterflow.cli.language import language
from clusterflow.cli.output import Actor, Json, Key, Source, print_json, show, write_out
from clusterflow.domain.text import harmless
from clusterflow.engine.record import RecordResult
from clusterflow.errors import ClusterflowError
from clusterflow.intake.assignments import read_assignments
from clusterflow.services import registry
from clusterflow.services.context import Context


def record(
    *words: Annotated[
        str, Parameter(help="TYPE key=value ...: membership initiative=nl organisation=acme from=2024-02-01")
    ],
    source: Source = None,
    actor: Actor = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Record facts, all or none. All mistakes are reported with their places; the same twice changes nothing.

    With its day (from=, on=) a record enters a fact or corrects the one of that day. Without it, the record is about
    the latest fact under the same key: to= ends it, other fields correct it. A field that is not named stays as it
    was, also in a change from a new day; to= with nothing behind it makes it unknown. retract=true withdraws the fact.

    A file of «export life» is restored into an empty database, with its ledger.
    """
    if (source is None) == (not words):
        raise ClusterflowError("give either TYPE key=value ..., or --from FILE")
    context = Context.open()
    if source is not None:
        # Start-up time: one fact needs nothing of what reads files and restores offices.
        from clusterflow.cli.record_file import record_file  # noqa: PLC0415

        done = record_file(context, source, actor, key)
    else:
        done = registry.record(context, [read_assignments(words[0], words[1:])], actor, key)
    if as_json:
        print_json(done)
    else:
        show(str(done))
        for doubtful in done.doubtful if isinstance(done, RecordResult) else ():
            show(harmless(doubtful.describe(language())))


def schema(what: Literal["records"]) -> None:
    """Print the JSON Schema of all record types, for editors and for programs that send us facts."""
    # Start-up time: the other command of this file needs no schema.
    from clusterflow.intake.json_schema import record_schema  # noqa: PLC0415

    write_out(json.dumps(record_schema(), indent=2, ensure_ascii=False) + "\n")
