"""Verifies chains: their hashes, their facts, the models they are pinned to, and the stored state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping

from clusterflow.domain.events import (
    AccessRefused,
    Entry,
    InitiativeEnrolled,
    InitiativeMigrated,
    RecordEvent,
    SubmissionRefused,
)
from clusterflow.domain.record_events import PersonForgotten
from clusterflow.domain.records import Record
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.seal import Seal
from clusterflow.domain.text import Frozen
from clusterflow.rules.projection import expected_digests, replay
from clusterflow.store import ledger, pinned_models, registry
from clusterflow.store.columns import from_row
from clusterflow.store.ledger import Head
from clusterflow.store.people import pseudonyms_of
from clusterflow.store.state import load_state, sort_rows


class Flaw(Frozen):
    """One difference from what was written."""

    chain: str
    found: str
    entry: int | None = None

    def __str__(self) -> str:
        place = f"entry {self.entry} of" if self.entry else "chain"
        return f"{place} «{self.chain}»: {self.found}"


class VerificationResult(Frozen):
    """The result of verifying a chain."""

    chain: str
    entries: int
    facts: int = 0
    flaws: tuple[Flaw, ...] = ()


def verify(connection: Connection, head: Head) -> VerificationResult:
    """Verify a chain: its hashes, its facts, its model, and that replaying its entries gives the stored state.

    Everybody who can write to the database can rewrite all of it, hashes included, or delete the end of a chain. A seal
    that is kept elsewhere shows that: see ``compare_seal``.
    """
    broken = ledger.first_break(connection, head.chain)
    if broken is not None:
        flaw = Flaw(chain=head.chain, entry=broken, found="does not follow from the entry before it")
        return VerificationResult(chain=head.chain, entries=head.version, flaws=(flaw,))
    entries = list(ledger.read_entries(connection, head.chain))
    facts = sum(isinstance(e.event, RecordEvent) for e in entries)
    flaws = [
        *_facts(connection, head.chain, entries),
        *_models(connection, entries),
        *_life(connection, head, entries),
        *_pseudonyms(connection, head.chain, entries),
    ]
    if entries and entries[-1].at != head.at:
        flaws.append(Flaw(chain=head.chain, found="the stored moment of its last entry is another one"))
    return VerificationResult(chain=head.chain, entries=head.version, facts=facts, flaws=tuple(flaws))


def chains_without_head(connection: Connection) -> Iterator[Flaw]:
    """Report chains of which entries, facts or a state are left, but not the row that says where they end."""
    for chain in ledger.chains_without_head(connection):
        yield Flaw(chain=chain, found="it is missing in the list of chains, and parts of it are still there")


def compare_seal(connection: Connection, seal: Seal) -> Iterator[Flaw]:
    """Report chains that do not hold what they held when the seal was made; what was added since is no flaw."""
    heads = {head.chain: head for head in ledger.heads(connection, [c.chain for c in seal.chains])}
    hashes = ledger.hashes_at(connection, {c.chain: c.version for c in seal.chains})
    for sealed in seal.chains:
        head, day = heads.get(sealed.chain), f"{seal.made_at:%Y-%m-%d %H:%M}"
        if head is None:
            yield Flaw(chain=sealed.chain, found=f"is missing, and had {sealed.version} entries on {day}")
        elif head.version < sealed.version:
            found = f"has {head.version} entries, and had {sealed.version} on {day}"
            yield Flaw(chain=sealed.chain, found=found)
        elif hashes.get(sealed.chain) != sealed.hash:
            found = f"is another entry than on {day}, or one before it is"
            yield Flaw(chain=sealed.chain, entry=sealed.version, found=found)
        elif (broken := ledger.first_break(connection, sealed.chain)) is not None:
            yield Flaw(chain=sealed.chain, entry=broken, found="does not follow from the entry before it")


def _facts(connection: Connection, chain: str, entries: Sequence[Entry]) -> Iterator[Flaw]:
    """Report facts that differ from what the ledger says: content, status, when and by whom they were entered."""
    written = {e.version: e for e in entries if isinstance(e.event, RecordEvent)}
    replaced_by = {
        e.event.replaces: e for e in written.values() if isinstance(e.event, RecordEvent) and e.event.replaces
    }
    digests = expected_digests(entries)
    missing = set(written)
    holding: dict[tuple[str, ...], list[RowMapping]] = defaultdict(list)
    for cls, row in registry.all_rows(connection, chain):
        entry = written.get(row["entry"])
        missing.discard(row["entry"])
        if row["superseded_at"] is None and not row["retracted"]:
            holding[cls.type, *(str(row[k]) for k in cls.key if k != "valid_from")].append(row)
        if entry is None or not isinstance(entry.event, RecordEvent) or entry.event.record != cls.type:
            yield Flaw(chain=chain, entry=row["entry"], found=f"did not record this {cls.type}")
            continue
        later = replaced_by.get(entry.version)
        status = (row["superseded_by"], row["superseded_at"], bool(row["retracted"]))
        if status != (later and later.version, later and later.at, entry.event.kind == "record.retracted"):
            yield Flaw(chain=chain, entry=entry.version, found=f"its {cls.type} has another status than in the ledger")
        if (row["entered_at"], row["entered_by"]) != (entry.at, entry.actor):
            found = f"its {cls.type} says otherwise when, or by whom, it was entered"
            yield Flaw(chain=chain, entry=entry.version, found=found)
        if not row["salt"]:
            found = f"its {cls.type} cannot be checked, because its salt was deleted"
            yield Flaw(chain=chain, entry=entry.version, found=found)
        elif not _has_digest(cls, row, digests[entry.version]):
            yield Flaw(chain=chain, entry=entry.version, found=f"its {cls.type} is not what was recorded")
    for version in sorted(missing):
        yield Flaw(chain=chain, entry=version, found="its fact is missing")
    yield from _replaced(chain, holding)


def _replaced(chain: str, holding: Mapping[tuple[str, ...], list[RowMapping]]) -> Iterator[Flaw]:
    """Report facts that say wrongly from which day a later one with the same key counts instead.

    Args:
        holding: the facts that hold, by type and key.
    """
    for (name, *_), rows in holding.items():
        in_order = sorted(rows, key=lambda row: row["valid_from"])
        for row, later in pairwise([*in_order, None]):
            if row is not None and row["replaced_on"] != (later and later["valid_from"]):
                found = f"its {name} says otherwise from which day a later one counts instead"
                yield Flaw(chain=chain, entry=row["entry"], found=found)


def _has_digest(cls: type[Record], row: RowMapping, digest: str) -> bool:
    try:
        return from_row(cls, row).digest(row["salt"]) == digest
    except ValidationError:
        return False


def _pseudonyms(connection: Connection, chain: str, entries: Sequence[Entry]) -> Iterator[Flaw]:
    """Report pseudonyms in the entries that are linked to another person, or to none."""
    first: dict[str, int] = {}
    for entry in entries:
        for name in ("decider", "second", "cast_by", "asked_by"):
            alias = getattr(entry.event, name, None)
            if alias is not None:
                first.setdefault(alias, entry.version)
        if isinstance(entry.event, AccessRefused | SubmissionRefused) and entry.event.person is not None:
            first.setdefault(entry.event.person, entry.version)
    links = pseudonyms_of(connection, first)
    forgotten: set[str] | None = None
    for alias, version in first.items():
        link = links.get(alias)
        if link is None:
            yield Flaw(
                chain=chain, entry=version, found=f"the pseudonym «{alias}» in it is not linked to anybody any more"
            )
        elif not link.is_sound:
            yield Flaw(chain=chain, entry=version, found=f"the pseudonym «{alias}» in it is linked to another person")
        elif link.is_forgotten:
            if forgotten is None:
                removals = ledger.read_entries(connection, REGISTRY, kinds=("person.forgotten",))
                forgotten = {e.event.alias for e in removals if isinstance(e.event, PersonForgotten)}
            if alias not in forgotten:
                found = f"the person behind the pseudonym «{alias}» in it was removed, and no entry says so"
                yield Flaw(chain=chain, entry=version, found=found)


def _models(connection: Connection, entries: Sequence[Entry]) -> Iterator[Flaw]:
    """Report a pinned model that is missing or was altered."""
    for entry in entries:
        if isinstance(entry.event, InitiativeEnrolled | InitiativeMigrated):
            problem = pinned_models.problem_of(connection, entry.event.model_hash)
            if problem:
                found = f"the model «{entry.event.model}» that it is pinned to {problem}"
                yield Flaw(chain=entry.chain, entry=entry.version, found=found)


def _life(connection: Connection, head: Head, entries: Sequence[Entry]) -> Iterator[Flaw]:
    """Report a stored state that differs from the replayed one."""
    then = replay(entries)
    try:
        now = load_state(connection, head)
    except ValidationError:
        yield Flaw(chain=head.chain, found="the stored state holds a value that no state can have")
        return
    if (sort_rows(then) if then else None) != now:
        yield Flaw(chain=head.chain, found="the stored state differs from the one that its ledger gives")
