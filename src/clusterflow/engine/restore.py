"""Restores a backup into an empty database: the ledger as it was written, and everything derived from it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError

from clusterflow.domain.backup import CURE, Alias, Chain, Header, Line, Part, PinnedModel, canonical_json
from clusterflow.domain.events import EVENT, Entry, InitiativeEnrolled, RecordEvent
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.pseudonym import Pseudonym
from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import STORED
from clusterflow.domain.text import Frozen
from clusterflow.engine.deadlines import set_deadlines
from clusterflow.engine.transaction import Transaction
from clusterflow.errors import Mistake, Mistakes, NotPossible
from clusterflow.rules.mistakes import field_mistakes
from clusterflow.rules.projection import expected_digests, replay
from clusterflow.store import backup
from clusterflow.store.ledger import GENESIS, VersionConflict, hash_of
from clusterflow.store.state import save_state, sort_rows

Parts = Callable[[], Iterable[tuple[str, Part]]]
"""Reads the parts of a backup from the beginning, each with its place in the file."""


class RestoreResult(Frozen):
    """What was written to the empty database."""

    initiatives: tuple[str, ...] = ()
    entries: int = 0
    facts: int = 0

    def __str__(self) -> str:
        return f"restored: initiatives {len(self.initiatives)}, ledger entries {self.entries}, facts {self.facts}"


def restore(tx: Transaction, parts: Parts) -> RestoreResult:
    """Write everything as it was: entries, hashes, facts, models, pseudonyms, states and deadlines.

    Raises:
        Mistakes: the file is wrong. Nothing was written.
        NotPossible: the database is not empty.
    """
    if not backup.is_empty(tx.connection):
        raise NotPossible(
            "the file holds a whole office with its ledger, and the database is not empty. Make an empty one "
            "(CLUSTERFLOW_DATABASE=..., clusterflow db upgrade) and take it in there; facts alone are exported by "
            "clusterflow export registry, and are taken in anywhere"
        )
    try:
        return _Restorer(tx).run(parts())
    except DataError:
        raise Mistakes([Mistake("the file", "holds what no database can keep", cure=CURE)]) from None
    except IntegrityError:
        # Somebody else is writing to the same database; the next attempt finds that it is not empty.
        raise VersionConflict("life") from None


@dataclass(slots=True)
class _Restorer:
    tx: Transaction
    mistakes: list[Mistake] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    enrolled: list[str] = field(default_factory=list)
    counts: dict[type, int] = field(default_factory=dict)
    facts: int = 0

    def run(self, parts: Iterable[tuple[str, Part]]) -> RestoreResult:
        title: Header | None = None
        chain: tuple[str, Chain] | None = None
        lines: list[tuple[str, Line]] = []
        for where, part in parts:
            self.counts[type(part)] = self.counts.get(type(part), 0) + 1
            match part:
                case Header():
                    title = part
                case PinnedModel():
                    self._model(where, part)
                case Alias():
                    self._alias(where, part)
                case Line():
                    lines.append((where, part))
                case Chain():
                    self._chain(chain, lines)
                    chain, lines = (where, part), []
        self._chain(chain, lines)
        self._whole(title)
        if self.mistakes:
            raise Mistakes(self.mistakes)
        self.tx.heads.clear()  # they were read when the database was still empty
        for initiative in self.enrolled:
            set_deadlines(self.tx, initiative)
        return RestoreResult(
            initiatives=tuple(self.enrolled),
            entries=self.counts.get(Line, 0),
            facts=self.facts,
        )

    def _wrong(self, where: str, found: str, cure: str = CURE) -> None:
        self.mistakes.append(Mistake(where, found, cure=cure))

    def _once(self, where: str, sort: str, name: str) -> bool:
        """Return whether a name occurs in the file for the first time; report a duplicate."""
        again = (sort, name) in self.seen
        self.seen.add((sort, name))
        if again:
            self._wrong(where, f"the {sort} «{name}» is there twice")
        return not again

    def _model(self, where: str, pinned: PinnedModel) -> None:
        if not self._once(where, "model", pinned.hash):
            return
        self.models.add(pinned.hash)
        if hashlib.sha256(canonical_json(pinned.document).encode()).hexdigest() != pinned.hash:
            self._wrong(where, f"the model «{pinned.model}» is not what its hash says")
            return
        try:
            LifecycleModel.model_validate(pinned.document)
        except ValidationError as problem:
            self.mistakes += field_mistakes(problem, LifecycleModel, where)
            return
        backup.write_models(self.tx.connection, [pinned])

    def _alias(self, where: str, alias: Alias) -> None:
        if not Pseudonym(**alias.model_dump()).is_sound:
            self._wrong(where, f"the pseudonym «{alias.alias}» is not that of «{alias.person}»")
        elif self._once(where, "pseudonym", alias.alias) and self._once(where, "person", alias.person):
            backup.write_aliases(self.tx.connection, [alias])

    def _chain(self, headed: tuple[str, Chain] | None, lines: list[tuple[str, Line]]) -> None:
        if headed is None:
            for where, _ in lines[:1]:
                self._wrong(where, "an entry stands before the chain that it belongs to")
            return
        where, chain = headed
        if not self._once(where, "chain", chain.chain):
            return
        entries = list[Entry]()
        previous = GENESIS
        for at, line in lines:
            entry = self._entry(at, chain, line, previous, len(entries) + 1)
            if entry is None:
                return
            entries.append(entry)
            previous = line.hash
        records = self._facts(entries, lines)
        if (chain.version, chain.head) != (len(entries), previous) or not entries:
            self._wrong(
                where, f"the chain «{chain.chain}» has {len(entries)} entries here, and {chain.version} in truth"
            )
        if self.mistakes:
            return
        backup.write_chain(self.tx.connection, chain, [line for _, line in lines], records)
        self.facts += len(records)
        state = replay(entries)
        if state is not None:
            save_state(self.tx.connection, None, sort_rows(state))
            self.enrolled.append(state.initiative)

    def _entry(self, where: str, chain: Chain, line: Line, previous: str, expected: int) -> Entry | None:
        body = canonical_json(line.event)
        kind = str(line.event.get("kind"))
        digest = hash_of(previous, chain.chain, line.entry, line.at, line.actor, line.command, kind, body)
        if line.entry != expected or line.hash != digest:
            self._wrong(where, f"entry {line.entry} of «{chain.chain}» does not follow from the one before it")
            return None
        try:
            event = EVENT.validate_json(body)
        except ValidationError:
            self._wrong(where, f"the event «{kind}» is not known here", "A newer clusterflow reads it")
            return None
        if isinstance(event, InitiativeEnrolled) and event.model_hash not in self.models:
            self._wrong(where, f"the model «{event.model}» that it was enrolled under is not in the file")
        return Entry.model_construct(
            chain=chain.chain, version=line.entry, at=line.at, actor=line.actor, command=line.command,
            event=event, previous=previous, hash=line.hash,
        )  # fmt: skip

    def _facts(self, entries: Sequence[Entry], lines: Sequence[tuple[str, Line]]) -> dict[int, Record]:
        """Return the facts of a chain by their entries; each must have the digest that the ledger says."""
        digests, records = expected_digests(entries), dict[int, Record]()
        for entry, (where, line) in zip(entries, lines, strict=True):
            if not isinstance(entry.event, RecordEvent):
                continue
            record = self._fact(where, line, entry.event)
            if record is None:
                continue
            if not line.salt or record.digest(line.salt) != digests[entry.version]:
                self._wrong(
                    where, f"the {record.type} of entry {entry.version} is not what the ledger says was recorded"
                )
            records[entry.version] = record
        return records

    def _fact(self, where: str, line: Line, event: RecordEvent) -> Record | None:
        cls = RECORDS.get(event.record)
        if cls is None or line.fact is None:
            self._wrong(where, f"the {event.record} that entry {line.entry} brought is not there")
            return None
        try:
            return cls.model_validate(line.fact, context=STORED)
        except ValidationError as problem:
            self.mistakes += field_mistakes(problem, cls, where)
            return None

    def _whole(self, title: Header | None) -> None:
        if title is None:
            self._wrong("the file", "its first line does not say that it is a life")
            return
        for sort, number, names in (
            (PinnedModel, title.models, "models"),
            (Alias, title.aliases, "pseudonyms"),
            (Chain, title.chains, "chains"),
        ):
            found = self.counts.get(sort, 0)
            if found != number:
                self._wrong("the file", f"it is not whole: {found} of {number} {names} are there")
