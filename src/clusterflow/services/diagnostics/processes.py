"""The processes of the office: who runs, and who does not fit the others."""

from __future__ import annotations

from collections.abc import Iterable

from clusterflow.domain.text import Text
from clusterflow.rules.process_conflicts import Traits, differences
from clusterflow.services.context import Context
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import CheckResult, Surroundings, both, ok, plain, several, warning
from clusterflow.services.monitoring.figures import fresh_processes
from clusterflow.services.processes import describe, fingerprint
from clusterflow.store.database import read_connection


def look(surroundings: Surroundings) -> Iterable[CheckResult]:
    """Which processes were heard lately; their versions, secrets and clocks."""
    with read_connection(surroundings.database) as connection:
        known = fresh_processes(connection)
    for place, one in enumerate(known):
        traits = [Traits(p.version, p.secret, p.ahead_seconds) for p in known[: place + 1]]
        for difference in differences(traits[-1], traits[:-1]):
            yield warning(plain(str(one)), describe(difference, one, known[:place]), advise("align-processes"))
    here = fingerprint(Context(surroundings.settings, surroundings.database))
    if known and known[0].secret != here:
        yield warning(_HERE, both(_OTHER_SECRET, other=str(known[0])), advise("share-secret"))
    yield ok(PROCESSES, both(_RUN, names=several([str(p) for p in known])) if known else _NONE)


PROCESSES = Text(es="procesos", en="processes")
_HERE = Text(es="esta máquina", en="this machine")
_RUN = Text(es="en marcha: {names}", en="running: {names}")
_NONE = Text(es="ninguno dio señales en el último minuto y medio", en="none was heard in the last minute and a half")
_OTHER_SECRET = Text(es="su secreto no es el de {other}", en="its secret is not that of {other}")
