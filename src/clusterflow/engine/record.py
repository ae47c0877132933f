"""Records facts: all or none. Reports all mistakes at once; recording the same fact twice changes nothing."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from clusterflow.domain.events import RecordEvent
from clusterflow.domain.record_events import RecordCorrected, RecordEntered, RecordRetracted
from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import REGISTRY, in_force
from clusterflow.domain.records.money import Invoice, Payment
from clusterflow.domain.records.parties import Initiative, Organisation
from clusterflow.domain.text import FORBIDDEN_CHARACTERS, Frozen, Language, compose
from clusterflow.engine.deadlines import DEADLINE_RECORDS, set_deadlines
from clusterflow.engine.transaction import Transaction
from clusterflow.errors import FactChanged, Mistake, Mistakes, quoted, shortened
from clusterflow.rules.mistakes import field_mistakes, nearest_hint, references, with_article
from clusterflow.rules.plausibility import OddValue, odd_values, overpaid
from clusterflow.rules.tax_ids import TaxIdDoubt, TaxIdReason, is_generic, tax_id_doubt, tax_id_key
from clusterflow.store import dues, registry
from clusterflow.store.pinned_models import load_model
from clusterflow.store.registry import Fact
from clusterflow.store.state import current_stages

Identity = tuple[str, tuple[str, ...]]
"""A record type and the values of its key."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One record as the user wrote it, before validation.

    With a start day it enters a fact, or corrects the fact of that day. Without one it applies to the latest fact with
    the same key: ``to`` ends it, other fields correct it. Fields that are not named keep their value, also those of
    the earlier fact that a new day changes; a field that is None becomes unknown. ``retract`` withdraws the fact; if it
    is entered again, it starts empty, as does a fact that begins after the earlier one ended. ``confirm`` says that
    values that look like a mistake are right (``rules/plausibility.py``). ``replaces`` is the ledger entry of the fact
    that its author read, 0 if there was none: where another one holds now, nothing is recorded.
    """

    type: str
    fields: Mapping[str, Any]
    where: str
    initiative: str | None = None
    retract: bool = False
    confirm: bool = False
    replaces: int | None = None


class DoubtfulTaxId(Frozen):
    """A tax id that was recorded as it was written, and its place in the submissions."""

    where: str
    doubt: TaxIdDoubt

    def describe(self, language: Language) -> str:
        """Return the sentence about it."""
        return self.doubt.describe(self.where, language)


class RecordResult(Frozen):
    """How many facts were entered, corrected, retracted or unchanged."""

    entered: int = 0
    corrected: int = 0
    retracted: int = 0
    unchanged: int = 0
    initiatives: tuple[str, ...] = ()
    already: datetime | None = None
    """When the same submissions were recorded before, if they were; then nothing was changed now."""
    doubtful: tuple[DoubtfulTaxId, ...] = ()

    def again(self, at: datetime) -> RecordResult:
        """Return the result for a repeat of this command, which was first done at that moment."""
        return RecordResult(unchanged=self.entered + self.corrected + self.retracted + self.unchanged, already=at)

    def __str__(self) -> str:
        if self.already is not None:
            return f"already taken in on {self.already:%Y-%m-%d}; nothing changed"
        parts = [(self.entered, "entered"), (self.corrected, "corrected"), (self.retracted, "retracted")]
        counts = [f"{n} {word}" for n, word in parts if n]
        if self.unchanged or not counts:
            counts.append(f"{self.unchanged} unchanged")
        return ", ".join(counts)


@dataclass(slots=True)
class _Chain:
    """The new events and facts of one chain."""

    head: int
    events: list[RecordEvent] = field(default_factory=list)
    facts: dict[int, Fact] = field(default_factory=dict)
    salts: dict[int, str] = field(default_factory=dict)
    superseded: list[tuple[Fact, int]] = field(default_factory=list)


def record(tx: Transaction, submissions: Sequence[Submission], mistakes: Iterable[Mistake] = ()) -> RecordResult:
    """Enter, correct, end and retract facts.

    Args:
        mistakes: mistakes found while reading the submissions; they are reported together with the others.

    Raises:
        Mistakes: all mistakes in the submissions, in order. Nothing was recorded.
        FactChanged: somebody else changed a fact that a submission replaces.
    """
    return _Recorder(tx, submissions, mistakes).run()


class _Recorder:
    def __init__(self, tx: Transaction, submissions: Sequence[Submission], mistakes: Iterable[Mistake]) -> None:
        self.tx = tx
        self.submissions = submissions
        self.mistakes = list(mistakes)
        self.chains: dict[str, _Chain] = {}
        self.known: dict[Identity, dict[str, list[Fact]]] = defaultdict(dict)
        self.counts: Counter[str] = Counter()
        self.cited: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self.moved: set[str] = set()
        self.tax_ids: list[tuple[str, Organisation]] = []
        self.payments: list[tuple[str, str, Payment]] = []

    def run(self) -> RecordResult:
        usable = [s for s in self.submissions if self._addressed(s)]
        self._read_what_is_known(usable)
        for submission in usable:
            self._take(submission)
        self._check_references()
        self._check_payments()
        if not self.tx.context.has_actor:
            self._ask_who()
        if self.mistakes:
            raise Mistakes(sorted(self.mistakes, key=_place))
        for name, chain in self.chains.items():
            self._write(name, chain)
        for initiative in sorted(self.moved):
            set_deadlines(self.tx, initiative)
        touched = tuple(sorted(name for name, c in self.chains.items() if c.events and name != REGISTRY))
        return RecordResult(**self.counts, initiatives=touched, doubtful=tuple(self._doubtful_tax_ids()))

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
            n for n, value in submission.fields.items() if isinstance(value, str) and FORBIDDEN_CHARACTERS.search(value)
        ]
        if unfit:
            found = f"{shortened(unfit[0])}: contains a character that is not allowed"
            self.mistakes.append(Mistake(submission.where, found))
            return False
        if cls.of_initiative and submission.initiative:
            self.cited["initiative", REGISTRY].setdefault(submission.initiative, submission.where)
        return True

    def _read_what_is_known(self, submissions: Iterable[Submission]) -> None:
        wanted: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
        for s in submissions:
            cls = RECORDS[s.type]
            key = [k for k in cls.key if k != "valid_from"]
            if all(isinstance(s.fields.get(k), str) for k in key):
                wanted[s.type, registry.chain_of(cls, s.initiative)].add(tuple(s.fields[k] for k in key))
        # Each chain is locked before its facts are read, always in the same order, so that the facts cannot change
        # before they are written.
        chains = {registry.chain_of(RECORDS[s.type], s.initiative) for s in submissions}
        named = {str(s.fields.get("id")) for s in submissions if s.type == Initiative.type}
        for chain in sorted(chains | named):
            self.tx.head(chain)
        for (name, chain), identities in wanted.items():
            for fact in registry.facts_of(self.tx.connection, RECORDS[name], chain, identities):
                self._known(name, chain, fact.record.identity()).append(fact)

    def _known(self, name: str, chain: str, identity: tuple[str, ...]) -> list[Fact]:
        return self.known[name, identity].setdefault(chain, [])

    def _take(self, submission: Submission) -> None:
        cls = RECORDS[submission.type]
        chain = registry.chain_of(cls, submission.initiative)
        fields = {name: compose(value) for name, value in submission.fields.items()}
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
            self.cited[target, chain if of else REGISTRY].setdefault(value, submission.where)
        if submission.retract and (before is None or before.retracted):
            self.mistakes.append(
                Mistake(submission.where, f"there is no such {cls.type} to retract", "one that was recorded")
            )
            return
        known_tax_id = before.record.tax_id if before and isinstance(before.record, Organisation) else None
        if isinstance(new, Organisation) and not submission.retract and new.tax_id not in (None, known_tax_id):
            self.tax_ids.append((submission.where, new))
        if not (submission.retract or submission.confirm):
            known = odd_values(before.record) if before is not None else frozenset()
            for odd in sorted(odd_values(new) - known, key=lambda o: o.field):
                self.mistakes.append(_unconfirmed(submission.where, odd))
            if isinstance(new, Payment):
                self.payments.append((chain, submission.where, new))
        self._note(chain, before, new, submission.retract)

    def _meant(self, cls: type[Record], chain: str, fields: Mapping[str, Any]) -> Fact | None:
        """Return the fact that the fields refer to: that of the same key and day, or the latest if no day is given."""
        key = [k for k in cls.key if k != "valid_from"]
        if not all(isinstance(fields.get(k), str) for k in key):
            return None
        day = fields.get(_alias(cls, "valid_from"), fields.get("valid_from"))
        identity = tuple(fields[k] for k in key)
        if "valid_from" in cls.key:
            identity = (*identity, str(day))
        facts = self._known(cls.type, chain, identity)
        if day is None:
            return max(facts, key=lambda f: (not f.retracted, f.record.valid_from), default=None)
        return next((f for f in facts if str(f.record.valid_from) == str(day)), None)

    def _in_force(self, cls: type[Record], chain: str, fields: Mapping[str, Any]) -> Record | None:
        """Return the record that a fact of a new day changes: the one of the same key that is in force on that day."""
        identity = tuple(value for k in cls.key if isinstance(value := fields.get(k), str))
        day = _day(fields.get(_alias(cls, "valid_from"), fields.get("valid_from")))
        if day is None or len(identity) < len(cls.key):
            return None
        known = (f.record for f in self._known(cls.type, chain, identity) if not f.retracted)
        return in_force(known, day)

    def _note(self, name: str, before: Fact | None, new: Record, retract: bool) -> None:
        if before is not None and before.record == new and before.retracted == retract:
            self.counts["unchanged"] += 1
            return
        chain = self.chains.setdefault(name, _Chain(self.tx.head(name).version))
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
        chain.facts[entry], chain.salts[entry] = fact, salt
        known = self._known(new.type, name, new.identity())
        if before is not None:
            chain.superseded.append((before, entry))
            known.remove(before)
        known.append(fact)

    def _check_references(self) -> None:
        recorded: dict[tuple[str, str], set[str]] = defaultdict(set)
        for (name, identity), facts in self.known.items():
            for chain in (c for c in facts if facts[c]):
                recorded[name, chain].add(identity[0])
        for (target, chain), cited in self.cited.items():
            there = registry.existing_ids(self.tx.connection, target, chain, cited) | recorded[target, chain]
            missing = [value for value in cited if value not in there]
            everything = registry.ids_of_type(self.tx.connection, target, chain) + sorted(there) if missing else []
            for value in missing:
                found = f"no {target} is called {quoted(value)}"
                cure = nearest_hint(shortened(value), everything) or f"Record the {target} first, or in the same file"
                self.mistakes.append(Mistake(cited[value], found, cure=cure))

    def _check_payments(self) -> None:
        """Report payments that are not confirmed, and with which more is paid on an invoice than it asks."""
        for name in {chain for chain, _, _ in self.payments}:
            payments = [(where, p) for chain, where, p in self.payments if chain == name]
            invoices, paid = dues.account_of(self.tx.connection, name, {p.invoice for _, p in payments})
            for fact in self.chains[name].facts.values() if name in self.chains else ():
                if isinstance(fact.record, Invoice) and not fact.retracted:
                    invoices[fact.record.id] = fact.record
                elif isinstance(fact.record, Invoice):
                    withdrawn = invoices.get(fact.record.id)
                    if withdrawn is not None and withdrawn.valid_from == fact.record.valid_from:
                        del invoices[fact.record.id]
                elif isinstance(fact.record, Payment):
                    paid[fact.record.id] = None if fact.retracted else fact.record
            for where, payment in payments:
                invoice = invoices.get(payment.invoice)
                if invoice is not None:
                    same = (p for p in paid.values() if p is not None and p.invoice == invoice.id)
                    total = sum(p.amount.minor for p in same if p.amount.currency == invoice.amount.currency)
                    odd = overpaid(payment, total, invoice)
                    self.mistakes += [_unconfirmed(where, odd)] if odd else []

    def _doubtful_tax_ids(self) -> Iterator[DoubtfulTaxId]:
        """Yield the new tax ids that fit no rule, or that another organisation has. They are no mistakes."""
        known = registry.tax_ids(self.tx.connection) if self.tax_ids else []
        holders: dict[str, set[str]] = defaultdict(set)
        for holder, tax_id in known:
            holders[tax_id_key(tax_id)].add(holder)
        for where, organisation in self.tax_ids:
            doubt = tax_id_doubt(organisation.tax_id, organisation.country)
            if doubt is not None:
                yield DoubtfulTaxId(where=where, doubt=doubt)
            key = tax_id_key(organisation.tax_id)
            others = holders[key] - {organisation.id}
            if others and not is_generic(key):
                taken = TaxIdDoubt(number=organisation.tax_id or "", reason=TaxIdReason.TAKEN, name=min(others))
                yield DoubtfulTaxId(where=where, doubt=taken)

    def _ask_who(self) -> None:
        """Report anonymous facts if a gate under way has the four-eyes rule: it must be known who recorded them."""
        for name in (n for n in self.chains if n != REGISTRY):
            for model_hash, stage in current_stages(self.tx.connection, name):
                if load_model(self.tx.connection, model_hash).stage(stage).gate.decided_by.four_eyes:
                    where = self.cited["initiative", REGISTRY][name]
                    found = f"the gate of «{stage}» in «{name}» asks who records, for they may not decide at it"
                    self.mistakes.append(Mistake(where, found, "--actor PERSON, or CLUSTERFLOW_ACTOR"))

    def _write(self, name: str, chain: _Chain) -> None:
        tx = self.tx
        at = tx.moment(name)
        tx.append(name, chain.events)
        entries = sorted(chain.facts)
        registry.insert_facts(
            tx.connection,
            [chain.facts[e] for e in entries],
            [chain.salts[e] for e in entries],
            at,
            tx.context.actor,
        )
        for fact, by_entry in chain.superseded:
            registry.supersede(tx.connection, fact, by_entry, at)


def _place(mistake: Mistake) -> tuple[str | int, ...]:
    """Return the sort key of a mistake: numbers in its place are compared as numbers."""
    return tuple(int(part) if n % 2 else part for n, part in enumerate(_NUMBERS.split(mistake.where)))


def _unconfirmed(where: str, odd: OddValue) -> Mistake:
    cure = "Correct it, or confirm it with confirm=true (in a workbook: --odd keep)"
    return Mistake(where, odd.describe("en"), cure=cure)


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
