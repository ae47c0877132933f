"""Reads the facts of an initiative and of its parties, with which a workbook is compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection

from clusterflow.domain.records import RECORDS, Record
from clusterflow.intake.workbook.sheets import OF_RECORD
from clusterflow.store import registry

Identity = tuple[str, ...]
R = TypeVar("R", bound=Record)


@dataclass(slots=True)
class RegistrySnapshot:
    """The recorded facts by record type and identity, in the order of their days."""

    country: str | None = None
    facts: dict[str, dict[Identity, list[Record]]] = field(default_factory=lambda: defaultdict(dict))

    def of(self, record: str, identity: Identity) -> list[Record]:
        return self.facts[record].get(identity, [])

    def all(self, record: str) -> Iterator[Record]:
        for facts in self.facts[record].values():
            yield from facts

    def latest(self, record: str) -> Iterator[Record]:
        for facts in self.facts[record].values():
            yield facts[-1]

    def latest_of(self, cls: type[R]) -> Iterator[R]:
        """Yield the latest facts of a type."""
        return (fact for fact in self.latest(cls.type) if isinstance(fact, cls))

    def add(self, record: Record) -> None:
        self.facts[record.type].setdefault(record.identity(), []).append(record)


def read_snapshot(connection: Connection, initiative: str | None, country: str | None) -> RegistrySnapshot:
    """Read the facts of every record type that has a sheet; without an initiative, those of everybody."""
    known = RegistrySnapshot(country)
    for record in OF_RECORD:
        cls = RECORDS[record]
        if cls.of_initiative and initiative is None:
            continue
        for fact in registry.facts_of(connection, cls, registry.chain_of(cls, initiative)):
            if not fact.retracted:
                known.add(fact.record)
    return known
