"""Records facts: all or none. Reports all mistakes at once; recording the same fact twice changes nothing.

The submissions are read in batches: each is checked and written before the next one is read, in one transaction. So the
memory does not grow with their number, and a mistake in the last one undoes them all.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from pydantic import ValidationError

from clusterflow.domain.events import RecordEvent
from clusterflow.domain.record_events import RecordCorrected, RecordEntered, RecordRetracted
from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import REGISTRY, in_force
from clusterflow.domain.records.money import Payment
from clusterflow.domain.records.parties import Initiative, Organisation
from clusterflow.domain.text import FORBIDDEN_CHARACTERS, compose
from clusterflow.engine import record_checks as checks
from clusterflow.engine.deadlines import DEADLINE_RECORDS, set_deadlines
from clusterflow.engine.record_checks import NewPayment, NewTaxId, References
from clusterflow.engine.submission import MOST_MISTAKES, DoubtfulTaxId, RecordResult, Submission
from clusterflow.engine.transaction import Transaction
from clusterflow.errors import FactChanged, Mistake, Mistakes, NotPossible, quoted, shortened
from clusterflow.rules.mistakes import field_mistakes, nearest_hint, references, with_article
from clusterflow.rules.plausibility import odd_values
from clusterflow.store import registry
from clusterflow.store.facts_by_key import facts_of_many
from clusterflow.store.pinned_models import load_model
from clusterflow.store.registry import Fact, NewFact, Superseded
from clusterflow.store.replaced_facts import Replacement, replacements, write_replacements
from clusterflow.store.state import current_stages

__all__ = ["DoubtfulTaxId", "RecordResult", "Submission", "record"]

BATCH = 2000
"""How many submissions are in memory at once."""

Identity = tuple[str, str, tuple[str, ...]]
"""A record type, a chain, and the values of the key."""


@dataclass(slots=True)
class _Chain:
    """What a batch adds to a chain."""

    head: int
    events: list[RecordEvent] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    salts: list[str] = field(default_factory=list)
    superseded: list[Superseded] = field(default_factory=list)


def record(tx: Transaction, submissions: Iterable[Submission], mistakes: Sequence[Mistake] = ()) -> RecordResult:
    """Enter, correct, end and retract facts.

    Args:
        mistakes: those found while reading the submissions; they are reported together with the others. A reader may
            add to them while the submissions are taken from it.

    Raises:
        Mistakes: all mistakes in the submissions, in order; after many the rest is not read. Nothing was recorded, once
            the transaction is undone.
        FactChanged: somebody else changed a fact that a submission replaces.
    """
    return _Recorder(tx, mistakes).run(submissions)


class _Recorder:
    def __init__(self, tx: Transaction, found_by_reader: Sequence[Mistake]) -> None:
        self.tx = tx
        self.found_by_reader = found_by_reader
        self.mistakes: list[Mistake] = []
        self.chains: dict[str, _Chain] = {}
        self.known: dict[Identity, list[Fact]] = {}
        self.changed: set[Identity] = set()
        self.counts: Counter[str] = Counter()
        self.references = References(tx.connection)
        self.touched: set[str] = set()
        self.moved: set[str] = set()
        self.tax_ids: list[NewTaxId] = []
        self.payments: dict[str, list[NewPayment]] = defaultdict(list)

    def run(self, submissions: Iterable[Submission]) -> RecordResult:
        is_whole = True
        for batch in _batches(submissions):
            if not is_whole:
                left = f"the rest was not read, after {MOST_MISTAKES} mistakes"
                self.mistakes.append(Mistake(batch[0].where, left))
                break
            self._take_batch(batch)
            is_whole = self._number_of_mistakes() < MOST_MISTAKES
        if self._number_of_mistakes() <= MOST_MISTAKES:  # what is not read may hold what was named
            self.mistakes += self.references.missing()
            self.mistakes += checks.overpaid_invoices(self.tx.connection, self.payments)
        if not self.tx.context.has_actor:
            self._ask_who()
        self._raise_mistakes()
        for initiative in sorted(self.moved):
            set_deadlines(self.tx, initiative)
        doubtful = tuple(checks.doubtful_tax_ids(self.tx.connection, self.tax_ids))
        initiatives = tuple(sorted(self.touched - {REGISTRY}))
        return RecordResult(**self.counts, initiatives=initiatives, doubtful=doubtful)

    def _number_of_mistakes(self) -> int:
        return len(self.mistakes) + len(self.found_by_reader)

    def _raise_mistakes(self) -> None:
        if self._number_of_mistakes():
            raise Mistakes(sorted([*self.found_by_reader, *self.mistakes], key=_place))

    def _take_batch(self, batch: Sequence[Submission]) -> None:
        usable = [s for s in batch if self._addressed(s)]
        self._read_what_is_known(usable)
        for submission in usable:
            self._take(submission)
        for (name, chain, identity), facts in self.known.items():
            if facts:
                self.references.add_recorded(name, chain, identity[0], all(f.retracted for f in facts))
        replaced = self._replacements()
        self.known.clear()
        try:
            self._write(replaced)
        except NotPossible:
            self._raise_mistakes()
            raise
        self.references.look_up()

    def _addressed(self, submission: Submission) -> bool:
        """Return whether the record type is known, and the initiative is given if the type needs one."""
        cls = RECORDS.get(submission.type)
        if cls is None:
            found = f"no record type is called {quoted(submission.type)}"
            cure = nearest_hint(shortened(submission.type), RECORDS) or f"There are: {', '.join(sorted(RECORDS))}"
            self.mistakes.append(Mistake(submission.where, found, cure=cure))
            return False
        if cls.of_initiative and not submission.initiative:
            found = f"{with_article(cls.type)} belongs to an initiative"
            self.mistakes.append(Mistake(submission.where, found, "initiative=ID"))
            return False
        unfit = [
            n
            for n, value in submission.fields.items()
            if isinstance(value, str) and not value.isprintable() and FORBIDDEN_CHARACTERS.search(value)
        ]
        if unfit:
            found = f"{shortened(unfit[0])}: contains a character that is not allowed"
            self.mistakes.append(Mistake(submission.where, found))
            return False
        if cls.of_initiative and submission.initiative:
            self.references.cite("initiative", REGISTRY, submission.initiative, submission.where)
        return True

    def _read_what_is_known(self, submissions: Iterable[Submission]) -> None:
        wanted: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        chains = {registry.chain_of(RECORDS[s.type], s.initiative) for s in submissions}
        named = {str(s.fields.get("id")) for s in submissions if s.type == Initiative.type}
        # Each chain is locked before its facts are read, so that the facts cannot change before they are written; in
        # the same order within a batch, so that two commands seldom wait for each other.
        for chain in sorted(chains | named):
            self.tx.head(chain)
        for s in submissions:
            cls = RECORDS[s.type]
            chain = registry.chain_of(cls, s.initiative)
            if self.tx.head(chain).version:
                # In the form in which they are stored: a Mac may write the key of the same fact in another one.
                values = [compose(s.fields.get(k)) for k in cls.key if k != "valid_from"]
                if all(isinstance(value, str) for value in values):
                    wanted[s.type].add((chain, *values))
        for name, keys in wanted.items():
            for fact in facts_of_many(self.tx.connection, RECORDS[name], keys):
                self.known.setdefault((name, fact.chain, fact.record.identity()), []).append(fact)

    def _take(self, submission: Submission) -> None:
        cls = RECORDS[submission.type]
        chain = registry.chain_of(cls, submission.initiative)
        fields = {
            name: compose(value) if isinstance(value, str) and not value.isascii() else value
            for name, value in submission.fields.items()
        }
        before = self._meant(cls, chain, fields)
        holding = before.entry if before is not None and not before.retracted else 0
        if submission.replaces not in (None, holding):
            raise FactChanged(submission.where)
        if before is not None and (submission.retract or not before.retracted):
            changed: Record | None = before.record
        else:
            changed = self._in_force(cls, chain, fields)
        if changed is not None:
            values = changed.model_dump(by_alias=True, exclude_none=True)
            fields = {**values, **{_alias(cls, name): value for name, value in fields.items()}}
        try:
            new = cls.model_validate({name: value for name, value in fields.items() if value is not None})
        except ValidationError as problem:
            self.mistakes.extend(field_mistakes(problem, cls, submission.where))
            return
        for target, value in references(new):
            of = RECORDS[target].of_initiative
            self.references.cite(target, chain if of else REGISTRY, value, submission.where)
        if submission.retract and (before is None or before.retracted):
            self.mistakes.append(
                Mistake(submission.where, f"there is no such {cls.type} to retract", "one that was recorded")
            )
            return
        known_tax_id = before.record.tax_id if before and isinstance(before.record, Organisation) else None
        if isinstance(new, Organisation) and not submission.retract and new.tax_id not in (None, known_tax_id):
            self.tax_ids.append(NewTaxId(submission.where, new.id, new.tax_id, new.country))
        if not (submission.retract or submission.confirm):
            if odd := odd_values(new):
                odd -= odd_values(before.record) if before is not None else frozenset()
                for one in sorted(odd, key=lambda o: o.field):
                    self.mistakes.append(checks.unconfirmed(submission.where, one))
            if isinstance(new, Payment):
                self.payments[chain].append(NewPayment(submission.where, new.invoice, new.amount))
        self._note(chain, before, new, submission.retract)

    def _meant(self, cls: type[Record], chain: str, fields: Mapping[str, Any]) -> Fact | None:
        """Return the fact that the fields refer to: that of the same key and day, or the latest if no day is given."""
        if not self.known:
            return None
        key = [k for k in cls.key if k != "valid_from"]
        if not all(isinstance(fields.get(k), str) for k in key):
            return None
        day = fields.get(_alias(cls, "valid_from"), fields.get("valid_from"))
        identity = tuple(fields[k] for k in key)
        if "valid_from" in cls.key:
            identity = (*identity, str(day))
        facts = self.known.get((cls.type, chain, identity))
        if not facts:
            return None
        if day is None:
            return max(facts, key=lambda f: (not f.retracted, f.record.valid_from))
        return next((f for f in facts if str(f.record.valid_from) == str(day)), None)

    def _in_force(self, cls: type[Record], chain: str, fields: Mapping[str, Any]) -> Record | None:
        """Return the record that a fact of a new day changes: the one of the same key that is in force on that day."""
        identity = tuple(value for k in cls.key if isinstance(value := fields.get(k), str))
        facts = self.known.get((cls.type, chain, identity))
        if not facts or len(identity) < len(cls.key):
            return None
        day = _day(fields.get(_alias(cls, "valid_from"), fields.get("valid_from")))
        return None if day is None else in_force((f.record for f in facts if not f.retracted), day)

    def _note(self, name: str, before: Fact | None, new: Record, retract: bool) -> None:
        if before is not None and before.record == new and before.retracted == retract:
            self.counts["unchanged"] += 1
            return
        chain = self.chains.get(name)
        if chain is None:
            chain = self.chains[name] = _Chain(self.tx.head(name).version)
        entry = chain.head + len(chain.events) + 1
        salt = self.tx.context.ids()
        digest = new.digest(salt)
        fact = Fact(name, entry, new, retract)
        event: RecordEvent
        if before is None:
            event = RecordEntered(record=new.type, digest=digest)
            self.counts["entered"] += 1
        elif retract:
            event = RecordRetracted(record=new.type, digest=digest, replaces=before.entry)
            self.counts["retracted"] += 1
        else:
            event = RecordCorrected(record=new.type, digest=digest, replaces=before.entry)
            self.counts["corrected"] += 1
        chain.events.append(event)
        if new.type in DEADLINE_RECORDS:
            self.moved.add(new.id if isinstance(new, Initiative) else name)
        chain.facts.append(fact)
        chain.salts.append(salt)
        self.changed.add((new.type, name, _key_of(new)))
        known = self.known.setdefault((new.type, name, new.identity()), [])
        if before is not None:
            at = self.tx.moment(name)
            chain.superseded.append(Superseded(new.type, name, before.entry, entry, at))
            known.remove(before)
        known.append(fact)

    def _ask_who(self) -> None:
        """Report anonymous facts if a gate under way has the four-eyes rule: it must be known who recorded them."""
        for name in sorted(self.touched - {REGISTRY}):
            for model_hash, stage in current_stages(self.tx.connection, name):
                if load_model(self.tx.connection, model_hash).stage(stage).gate.decided_by.four_eyes:
                    where = self.references.first_place[name]
                    found = f"the gate of «{stage}» in «{name}» asks who records, for they may not decide at it"
                    self.mistakes.append(Mistake(where, found, "--actor PERSON, or CLUSTERFLOW_ACTOR"))

    def _replacements(self) -> list[Replacement]:
        """Return the facts, new and stored, that another fact replaces on another day than before the batch."""
        by_key: dict[Identity, list[Fact]] = defaultdict(list)
        for (name, chain, _), facts in self.known.items():
            if facts and (key := (name, chain, _key_of(facts[0].record))) in self.changed:
                by_key[key] += facts
        self.changed.clear()
        return [r for facts in by_key.values() for r in replacements(facts) if r.replaced_on != r.fact.replaced_on]

    def _write(self, replaced: Sequence[Replacement]) -> None:
        """Write what the batch adds: entries, facts, and which facts are superseded or replaced."""
        tx, facts = self.tx, list[NewFact]()
        new = {name: chain.head for name, chain in self.chains.items()}
        days = {(fact.chain, fact.entry): day for fact, day in replaced}
        for name, chain in self.chains.items():
            own = tx.moment(name), tx.context.actor
            for fact, salt in zip(chain.facts, chain.salts, strict=True):
                facts.append(NewFact(fact, salt, *own, days.get((name, fact.entry))))
        tx.append_many({name: chain.events for name, chain in self.chains.items()})
        registry.insert_facts(tx.connection, facts)
        registry.supersede(tx.connection, (one for chain in self.chains.values() for one in chain.superseded))
        write_replacements(tx.connection, (r for r in replaced if r.fact.entry <= new[r.fact.chain]))
        self.touched |= self.chains.keys()
        self.chains.clear()


def _batches(submissions: Iterable[Submission]) -> Iterator[list[Submission]]:
    left = iter(submissions)
    while batch := list(islice(left, BATCH)):
        yield batch


def _key_of(record: Record) -> tuple[str, ...]:
    """Return the values of the key without the first day."""
    identity = record.identity()
    return identity[:-1] if type(record).key[-1] == "valid_from" else identity


def _place(mistake: Mistake) -> tuple[str | int, ...]:
    """Return the sort key of a mistake: numbers in its place are compared as numbers."""
    return tuple(int(part) if n % 2 else part for n, part in enumerate(_NUMBERS.split(mistake.where)))


_NUMBERS = re.compile("([0-9]{1,18})")


def _day(value: object) -> date | None:
    """Return a day that may still be a text; None where it is none, which the validation reports."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value if isinstance(value, date) else None
    except ValueError:
        return None


def _alias(cls: type[Record], name: str) -> str:
    """Return the name under which users write a field."""
    field = cls.model_fields.get(name)
    return name if field is None else field.alias or name
