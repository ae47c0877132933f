"""Restores a backup into an empty database: the ledger as it was written, and everything derived from it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy.exc import DataError, IntegrityError

from clusterflow.domain.backup import CURE, Alias, Chain, Header, Line, Part, PinnedModel, canonical_json
from clusterflow.domain.events import EVENT, Entry, InitiativeEnrolled, InitiativeMigrated, RecordEvent
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.pseudonym import Pseudonym
from clusterflow.domain.record_events import PersonForgotten
from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import STORED
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.text import Frozen
from clusterflow.engine.deadlines import set_deadlines
from clusterflow.engine.submission import MOST_MISTAKES
from clusterflow.engine.transaction import Transaction
from clusterflow.errors import Mistake, Mistakes, NotPossible
from clusterflow.rules.mistakes import field_mistakes
from clusterflow.rules.projection import apply
from clusterflow.store import backup
from clusterflow.store.ledger import GENESIS, VersionConflict, hash_of
from clusterflow.store.registry import Fact, NewFact
from clusterflow.store.replaced_facts import find_replacements
from clusterflow.store.state import save_state, sort_rows

PAGE = 1000
"""How many entries are written at once."""

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
class _OpenChain:
    """The chain whose entries are being read."""

    where: str
    chain: Chain
    usable: bool
    """Whether its entries follow from one another so far."""
    entries: int = 0
    hash: str = GENESIS
    at: datetime | None = None
    state: InitiativeState | None = None
    lines: list[Line] = field(default_factory=list)
    facts: list[NewFact] = field(default_factory=list)
    changed: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    """The facts that have another digest than their entry says: the place, the type and the digest."""
    digests: dict[int, tuple[str, str]] = field(default_factory=dict)
    """The digests that facts have since a person in them was forgotten, and the place of the entry that says so."""


@dataclass(slots=True)
class _Restorer:
    tx: Transaction
    mistakes: list[Mistake] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    models: set[str] = field(default_factory=set)
    enrolled: list[str] = field(default_factory=list)
    counts: dict[type, int] = field(default_factory=dict)
    facts: int = 0
    open: _OpenChain | None = None

    def run(self, parts: Iterable[tuple[str, Part]]) -> RestoreResult:
        title: Header | None = None
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
                    self._line(where, part)
                case Chain():
                    self._close()
                    self.open = _OpenChain(where, part, self._once(where, "chain", part.chain))
            if len(self.mistakes) >= MOST_MISTAKES:
                self._wrong(where, f"the rest was not read, after {MOST_MISTAKES} mistakes")
                raise Mistakes(self.mistakes)
        self._close()
        self._whole(title)
        if self.mistakes:
            raise Mistakes(self.mistakes)
        find_replacements(self.tx.connection)
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

    def _line(self, where: str, line: Line) -> None:
        """Verify an entry and its fact; write some of them at once."""
        chain = self.open
        if chain is None:
            if self.counts[Line] == 1:
                self._wrong(where, "an entry stands before the chain that it belongs to")
            return
        if not chain.usable:
            return
        entry = self._entry(where, chain, line)
        if entry is None:
            chain.usable = False
            return
        chain.entries, chain.hash, chain.at = chain.entries + 1, line.hash, line.at
        chain.state = apply(chain.state, entry)
        chain.lines.append(line)
        if isinstance(entry.event, RecordEvent):
            self._take_fact(where, chain, line, entry.event)
        elif isinstance(entry.event, PersonForgotten):
            chain.digests |= {n: (digest, where) for n, digest in entry.event.digests.items()}
        if len(chain.lines) >= PAGE:
            self._write(chain)

    def _write(self, chain: _OpenChain) -> None:
        if not self.mistakes:
            backup.write_entries(self.tx.connection, chain.chain.chain, chain.lines, chain.facts)
        self.facts += len(chain.facts)
        chain.lines.clear()
        chain.facts.clear()

    def _close(self) -> None:
        """Verify the end of the chain that is open, and write it."""
        chain = self.open
        if chain is None or not chain.usable:
            return
        for number, (where, record, digest) in chain.changed.items():
            if not digest or chain.digests.get(number, ("", ""))[0] != digest:
                self._wrong(where, f"the {record} of entry {number} is not what the ledger says was recorded")
        for number in chain.digests.keys() - chain.changed.keys():
            found = f"the fact of entry {number} is not what the ledger says is left of it"
            self._wrong(chain.digests[number][1], found)
        name, version = chain.chain.chain, chain.chain.version
        if (version, chain.chain.head) != (chain.entries, chain.hash) or chain.at is None:
            self._wrong(chain.where, f"the chain «{name}» has {chain.entries} entries here, and {version} in truth")
        if self.mistakes or chain.at is None:
            return
        self._write(chain)
        backup.write_chain(self.tx.connection, chain.chain, chain.at)
        if chain.state is not None:
            save_state(self.tx.connection, None, sort_rows(chain.state))
            self.enrolled.append(chain.state.initiative)

    def _entry(self, where: str, chain: _OpenChain, line: Line) -> Entry | None:
        name, body = chain.chain.chain, canonical_json(line.event)
        kind = str(line.event.get("kind"))
        digest = hash_of(chain.hash, name, line.entry, line.at, line.actor, line.command, kind, body)
        if line.entry != chain.entries + 1 or line.hash != digest:
            self._wrong(where, f"entry {line.entry} of «{name}» does not follow from the one before it")
            return None
        try:
            event = EVENT.validate_json(body)
        except ValidationError:
            self._wrong(where, f"the event «{kind}» is not known here", "A newer clusterflow reads it")
            return None
        if isinstance(event, InitiativeEnrolled | InitiativeMigrated) and event.model_hash not in self.models:
            how = "was enrolled under" if isinstance(event, InitiativeEnrolled) else "passed to"
            self._wrong(where, f"the model «{event.model}» that it {how} is not in the file")
        return Entry.model_construct(
            chain=name, version=line.entry, at=line.at, actor=line.actor, command=line.command,
            event=event, previous=chain.hash, hash=line.hash,
        )  # fmt: skip

    def _take_fact(self, where: str, chain: _OpenChain, line: Line, event: RecordEvent) -> None:
        """Compare a fact with the digest of its entry. Where a person was forgotten, a later entry has the digest."""
        record = self._fact(where, line, event)
        if record is None:
            return
        digest = record.digest(line.salt) if line.salt else ""
        if digest != event.digest:
            chain.changed[line.entry] = (where, record.type, digest)
        fact = Fact(chain.chain.chain, line.entry, record, event.kind == "record.retracted")
        chain.facts.append(NewFact(fact, line.salt or "", line.at, line.actor))

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
