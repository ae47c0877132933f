"""Event logs for process mining, made of the ledgers of initiatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from clusterflow.domain.events import Entry
from clusterflow.domain.records.governance import Body
from clusterflow.domain.records.parties import Organisation
from clusterflow.domain.text import Language
from clusterflow.errors import UnknownName
from clusterflow.reports.eventlog import Aliases, Case
from clusterflow.reports.eventlog_objects import LogObjects
from clusterflow.reports.ocel import Form, OcelObject, Related, event_of, write_ocel
from clusterflow.reports.xes import XesLog
from clusterflow.rules.mistakes import nearest
from clusterflow.store import ledger, registry, tables
from clusterflow.store.database import read_connection
from clusterflow.store.model_history import model_history
from clusterflow.store.people import aliases_of
from clusterflow.store.state import load_states

_AT_A_TIME = 100
"""For how many initiatives the states are loaded at once. Their entries are read one by one."""


class Logs:
    """The event logs of the initiatives that are named, or of all that are enrolled, as they are at a moment."""

    def __init__(self, database: Engine, now: datetime, initiatives: Sequence[str] = ()) -> None:
        self.database, self.now, self.named = database, now, tuple(dict.fromkeys(initiatives))

    def xes(self, write: Callable[[str], object], language: Language, steps: bool = False) -> int:
        """Write one XES log, and return the number of events.

        Args:
            steps: only the steps of the models' BPMN processes.

        Raises:
            UnknownName: with the nearest.
        """
        with read_connection(self.database) as connection:
            cases = self._cases(connection)
            log = XesLog(write, language, Aliases(aliases_of(connection)), steps)
            return log.write((case, ledger.read_entries(connection, case.state.initiative)) for case in cases)

    def ocel(self, form: Form) -> int:
        """Write one OCEL 2.0 log, and return the number of events.

        Raises:
            UnknownName: with the nearest.
        """
        with read_connection(self.database) as connection:
            aliases = Aliases(aliases_of(connection))
            events = (
                event_of(entry, aliases, related)
                for case in self._cases(connection)
                for entry, related in _about(connection, case, LogObjects())
            )
            return write_ocel(form, _things(connection, self._cases(connection)), events)

    def _cases(self, connection: Connection) -> Iterator[Case]:
        """Return the initiatives. Their names are checked before anything is written."""
        column = tables.initiative_state.c.initiative
        known = list(connection.execute(select(column).order_by(column)).scalars())
        for name in self.named:
            if name not in known:
                raise UnknownName("enrolled initiative", name, nearest(name, known))
        return _loaded(connection, self.named or known, self.now)


def _loaded(connection: Connection, initiatives: Sequence[str], now: datetime) -> Iterator[Case]:
    for start in range(0, len(initiatives), _AT_A_TIME):
        portion = list(initiatives[start : start + _AT_A_TIME])
        states = load_states(connection, ledger.heads(connection, portion))
        records = registry.initiative_records(connection, now.date(), portion)
        for name in portion:
            yield Case(states[name], model_history(connection, name), records.get(name))


def _about(connection: Connection, case: Case, things: LogObjects) -> Iterator[tuple[Entry, list[Related]]]:
    parties = registry.parties_of(connection, case.state.initiative)
    for entry in ledger.read_entries(connection, case.state.initiative):
        yield entry, things.see(case, entry, parties.get(entry.version, ()))


def _things(connection: Connection, cases: Iterator[Case]) -> Iterator[OcelObject]:
    """Return the objects of all events. The entries are read once before, because a log begins with its objects."""
    things = LogObjects()
    for case in cases:
        for _ in _about(connection, case, things):
            pass
    for chain, organisation in registry.iterate_facts(connection, Organisation):
        things.describe(chain, organisation)
    for chain, body in registry.iterate_facts(connection, Body):
        things.describe(chain, body)
    return things.all()
