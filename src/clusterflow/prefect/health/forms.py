"""Whether each open gate has a form that somebody can answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from clusterflow.domain.text import Text
from clusterflow.prefect import runs
from clusterflow.services import gate_forms
from clusterflow.services.context import Context
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import (
    CheckResult,
    Surroundings,
    both,
    ok,
    several,
    trouble,
    warning,
)

PATIENCE = timedelta(minutes=10)
"""A run that has not shown its form after so long has no worker that will."""


async def look(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Open gates without a form, and those whose form has not come for long."""
    now = datetime.now(UTC)
    items = gate_forms.open_gates(Context(surroundings.settings, surroundings.database))
    states = await runs.state_of(UUID(i.run) for i in items if i.run is not None)
    lost, late = list[str](), list[str]()
    for item in items:
        state = states.get(UUID(item.run)) if item.run is not None else None
        if state is None or runs.is_over(state.kind):
            lost.append(f"{item.initiative}/{item.stage}")
        elif state.kind != "PAUSED" and now - state.since > PATIENCE:
            late.append(f"{item.initiative}/{item.stage}")
    results = []
    if lost:
        results.append(trouble(FORMS, both(_LOST, count=len(lost), gates=several(lost)), advise("reconcile")))
    if late:
        results.append(
            warning(FORMS, both(_LATE, count=len(late), gates=several(late)), advise("start-workers-and-reconcile"))
        )
    return results or [ok(FORMS, both(_ALL, count=len(items)))]


FORMS = Text(es="formularios de puertas abiertas", en="forms of open gates")
_LOST = Text(es="puertas abiertas sin formulario: {count} ({gates})", en="open gates without a form: {count} ({gates})")
_LATE = Text(
    es="formularios que no llegan desde hace más de 10 min: {count} ({gates})",
    en="forms that have not come for over 10 min: {count} ({gates})",
)
_ALL = Text(es="{count}; todas tienen quien pregunte", en="{count}; each has its form")
