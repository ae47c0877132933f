"""Forgets a person: deletes what identifies them, and writes down which facts were changed by that.

The ledger itself holds no names, so its entries and hashes stay. Each changed fact gets a new salt and a new digest.
The digests are in an entry of the fact's chain, so a changed fact is verified like any other.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from clusterflow.domain.pseudonym import Pseudonym
from clusterflow.domain.record_events import PersonForgotten
from clusterflow.domain.records import Record, Span
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.parties import Channel, Person
from clusterflow.domain.records.strategy import Action
from clusterflow.domain.text import Frozen
from clusterflow.engine.transaction import Transaction
from clusterflow.errors import NotPossible, UnknownName
from clusterflow.rules.mistakes import nearest
from clusterflow.store import personal_data, registry
from clusterflow.store.people import alias_of
from clusterflow.store.registry import Fact


class ForgetResult(Frozen):
    """What was deleted, and what cannot be deleted. It does not name the person."""

    alias: str
    """The pseudonym that replaces the person's id."""
    facts: int
    chains: tuple[str, ...]
    notices: int
    """The number of notices to the person that were deleted."""
    texts: int
    """The number of other stored texts in which the alias replaced a name or an address."""
    entries: int
    """The number of ledger entries that name the person's id as their actor. They stay as they are."""


def forget(tx: Transaction, person: str) -> ForgetResult:
    """Replace the id of a person by their pseudonym, and delete their names, addresses and pseudonym.

    Raises:
        UnknownName: the registry has no such person.
        NotPossible: a fact about the person is still in force; the message lists all of them.
    """
    connection = tx.connection
    # All chains are locked in one order before the facts are read, so that nobody records one meanwhile.
    chains = personal_data.chains_naming(connection, person)
    for chain in chains:
        tx.head(chain)
    found = list(personal_data.facts_naming(connection, person))
    people = [fact.record for fact, _ in found if isinstance(fact.record, Person)]
    if not people:
        known = registry.ids_of_type(connection, "person")
        raise UnknownName("person", person, nearest(person, known))
    in_force = [_describe(f) for f, holds in found if holds and _is_in_force(f.record, tx.now.date())]
    if in_force:
        raise NotPossible(
            f"«{person}» cannot be forgotten while this is in force: {'; '.join(in_force)}. End it first: "
            "clusterflow record TYPE ... to=DAY; an action gets another owner"
        )
    words = {w for p in people for w in (p.name, p.email) if w}
    words |= {f.record.address for f, _ in found if isinstance(f.record, Channel) and f.record.address}
    alias = alias_of(connection, person, tx.context.ids) or Pseudonym.of(person, tx.context.ids()).alias
    digests: dict[str, dict[int, str]] = defaultdict(dict)
    for fact, _ in found:
        record = personal_data.without_person(fact.record, person, alias)
        salt = tx.context.ids()
        personal_data.replace_fact(connection, fact, record, salt)
        digests[fact.chain][fact.entry] = record.digest(salt)
    personal_data.replace_pseudonym(connection, person, alias)
    personal_data.end_sessions(connection, person)
    for chain in chains:
        if chain in digests:
            tx.append(chain, [PersonForgotten(alias=alias, digests=digests[chain])])
    return ForgetResult(
        alias=alias,
        facts=len(found),
        chains=tuple(chain for chain in chains if chain in digests),
        notices=personal_data.delete_messages(connection, person),
        texts=personal_data.replace_in_texts(connection, words, alias),
        entries=personal_data.entries_by(connection, person),
    )


def _is_in_force(record: Record, today: date) -> bool:
    """Return whether a fact gives the person a part that somebody else must take over first."""
    if isinstance(record, (Person, Channel)):
        return False
    if isinstance(record, Action):
        return record.state.value == "open" and record.done_on is None
    return isinstance(record, Span) and (record.valid_to is None or record.valid_to >= today)


def _describe(fact: Fact) -> str:
    place = "" if fact.chain == REGISTRY else f" of {fact.chain}"
    return f"{fact.record.type} {' '.join(fact.record.identity())}{place}"
