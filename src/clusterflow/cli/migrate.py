"""The command ``migrate``: initiatives pass to another model, or to another version of theirs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from clusterflow.cli.exit_codes import REFUSED
from clusterflow.cli.language import language, stated_language
from clusterflow.cli.output import Actor, Json, Key, print_json, show, warn
from clusterflow.services import migration
from clusterflow.services.context import Context


def migrate(
    initiative: str | None = None,
    *,
    to: Annotated[str, Parameter(help="the model that it passes to; see: clusterflow model list")],
    by: Annotated[str, Parameter(help="who decides it: a person of the initiative's office")],
    reason: Annotated[str, Parameter(help="why; the ledger keeps it")],
    all_of: Annotated[str | None, Parameter(help="all live initiatives of this model, instead of one")] = None,
    second: Annotated[
        str | None, Parameter(help="where a model asks for four eyes: a second person who agrees")
    ] = None,
    mapping: Annotated[
        Path | None, Parameter(help="a file that says which stages take the place of which; else those of their kind")
    ] = None,
    dry_run: Annotated[bool, Parameter(negative="", help="show exactly what would happen, and write nothing")] = False,
    actor: Actor = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Let an initiative go on under another model. Its milestones are carried over, with their dates.

    Open gates close and their votes fall; then it says which stages are open, and why. If a milestone would be lost,
    it is refused. With --all-of, one that cannot pass does not hold up the others.
    """
    done = migration.migrate(
        Context.open(),
        to,
        by=by,
        reason=reason,
        initiative=initiative,
        all_of=all_of,
        second=second,
        mapping=mapping,
        dry_run=dry_run,
        actor=actor,
        key=key,
        language=stated_language() if as_json else language(),
    )
    if as_json:
        print_json(done)
    else:
        for one in done.initiatives:
            if one.refused is not None:
                warn(f"{one.name}: refused: {one.refused}")
                continue
            former, new = f"{one.former} ({one.former_hash[:12]})", f"{done.model} ({done.model_hash[:12]})"
            show(f"{one.name} would pass from {former} to {new}:" if dry_run else f"{one.name}: {former} → {new}")
            for line in one.lines:
                show(f"  {line}")
        if dry_run:
            show("Nothing was written.")
    if done.refused:
        sys.exit(REFUSED)
