"""Verifies a chain: its hashes, its facts, and the stored state."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping

from clusterflow.domain.events import Entry, RecordEvent
from clusterflow.domain.records import Record
from clusterflow.domain.text import Frozen
from clusterflow.rules.projection import replay
from clusterflow.store import ledger, registry
from clusterflow.store.columns import from_row
from clusterflow.store.ledger import Head
from clusterflow.store.state import load_state, sort_rows


class Flaw(Frozen):
    """One difference from what was written."""

    chain: str
    found: str
    entry: int | None = None

    def __str__(self) -> str:
        place = f"entry {self.entry} of " if self.entry else ""
        return f"{place}«{self.chain}»: {self.found}"


class VerificationResult(Frozen):
    """The result of verifying a chain."""

    chain: str
    entries: int
    facts: int = 0
    flaws: tuple[Flaw, ...] = ()


def verify(connection: Connection, head: Head) -> VerificationResult:
    """Verify a chain: its hashes, the digests of its facts, and that replaying its entries gives the stored state.

    Whoever can write to the database can rewrite all of it, hashes included. To detect that, the last hash must also be
    stored elsewhere: each event sent to Prefect carries one in its id.
    """
    broken = ledger.first_break(connection, head.chain)
    if broken is not None:
        flaw = Flaw(chain=head.chain, entry=broken, found="does not follow from the entry before it")
        return VerificationResult(chain=head.chain, entries=head.version, flaws=(flaw,))
    entries = list(ledger.read_entries(connection, head.chain))
    brought = {e.version: e.event for e in entries if isinstance(e.event, RecordEvent)}
    flaws = [*_facts(connection, head.chain, brought), *_life(connection, head, entries)]
    return VerificationResult(chain=head.chain, entries=head.version, facts=len(brought), flaws=tuple(flaws))


def _facts(connection: Connection, chain: str, brought: dict[int, RecordEvent]) -> Iterator[Flaw]:
    """Report facts that do not match their entry's digest, or whose row has another status than the entries say."""
    missing = set(brought)
    gave_way = {event.replaces: version for version, event in brought.items() if event.replaces}
    for cls, row in registry.all_rows(connection, chain):
        event = brought.get(row["entry"])
        missing.discard(row["entry"])
        if event is None or event.record != cls.type:
            yield Flaw(chain=chain, entry=row["entry"], found=f"did not record this {cls.type}")
            continue
        stands = (row["superseded_by"], bool(row["retracted"]))
        if stands != (gave_way.get(row["entry"]), event.kind == "record.retracted"):
            yield Flaw(chain=chain, entry=row["entry"], found=f"its {cls.type} has another status than in the ledger")
        # If the salt was deleted, the person was forgotten and the digest cannot be checked.
        if row["salt"] and not _vouched(cls, row, event.digest):
            yield Flaw(chain=chain, entry=row["entry"], found=f"its {cls.type} is not what was recorded")
    for version in sorted(missing):
        yield Flaw(chain=chain, entry=version, found="its fact is missing")


def _vouched(cls: type[Record], row: RowMapping, digest: str) -> bool:
    try:
        return from_row(cls, row).digest(row["salt"]) == digest
    except ValidationError:
        return False


def _life(connection: Connection, head: Head, entries: list[Entry]) -> Iterator[Flaw]:
    """Report a stored state that differs from the replayed one."""
    then, now = replay(entries), load_state(connection, head)
    if (sort_rows(then) if then else None) != now:
        yield Flaw(chain=head.chain, found="the stored state differs from the one that its ledger gives")
