"""Checks of recorded facts that need more than one of them: references, payments and tax ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from clusterflow.domain.money import Money
from clusterflow.engine.submission import MOST_MISTAKES, DoubtfulTaxId
from clusterflow.errors import Mistake, quoted, shortened
from clusterflow.rules.mistakes import nearest_hint
from clusterflow.rules.plausibility import OddValue, overpaid
from clusterflow.rules.tax_ids import TaxIdDoubt, TaxIdReason, is_generic, tax_id_doubt, tax_id_key
from clusterflow.store import registry

MOST_REMEMBERED = 100_000
"""How many ids are remembered to exist. They are asked for again after that."""

Group = tuple[str, str]
"""A record type and a chain."""


class References:
    """The records that facts name. A record may come after the facts that name it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.first_place: dict[str, str] = {}
        """Where each initiative was named first."""
        self._there: dict[Group, set[str]] = defaultdict(set)
        self._remembered = 0
        self._cited: dict[Group, dict[str, str]] = defaultdict(dict)
        self._pending: dict[Group, dict[str, str]] = defaultdict(dict)
        self._withdrawn: dict[Group, set[str]] = defaultdict(set)

    def cite(self, target: str, chain: str, value: str, where: str) -> None:
        """Note that a record is named at a place."""
        if target == "initiative":
            self.first_place.setdefault(value, where)
        group = (target, chain)
        if value not in self._there[group] and value not in self._pending[group]:
            self._cited[group].setdefault(value, where)

    def add_recorded(self, name: str, chain: str, value: str, withdrawn: bool) -> None:
        """Note a record that a fact was about. It counts as existing, even if it is withdrawn now."""
        group = (name, chain)
        self._remember(group, value)
        if withdrawn:
            self._withdrawn[group].add(value)
        if group in self._pending:
            self._pending[group].pop(value, None)

    def _remember(self, group: Group, value: str) -> None:
        there = self._there[group]
        self._remembered += value not in there
        there.add(value)

    def look_up(self) -> None:
        """Look for the records that were named since the last time; those that are missing wait for later facts."""
        for group, cited in self._cited.items():
            wanted = [value for value in cited if value not in self._there[group]]
            found = registry.existing_ids(self.connection, *group, wanted) if wanted else set()
            found |= self._withdrawn[group]
            for value in wanted:
                if value in found:
                    self._remember(group, value)
                else:
                    self._pending[group].setdefault(value, cited[value])
        self._cited.clear()
        if self._remembered > MOST_REMEMBERED:
            self._there.clear()
            self._remembered = 0

    def missing(self) -> Iterator[Mistake]:
        """Yield the records that nobody recorded, up to a limit."""
        number = 0
        for (target, chain), cited in self._pending.items():
            everything = registry.ids_of_type(self.connection, target, chain) if cited else []
            for value, where in cited.items():
                if number == MOST_MISTAKES:
                    return
                number += 1
                found = f"no {target} is called {quoted(value)}"
                cure = nearest_hint(shortened(value), everything) or f"Record the {target} first, or in the same file"
                yield Mistake(where, found, cure=cure)


class NewPayment(NamedTuple):
    """A payment that was not confirmed, and its place in the submissions."""

    where: str
    invoice: str
    amount: Money


def overpaid_invoices(connection: Connection, payments: Mapping[str, Sequence[NewPayment]]) -> Iterator[Mistake]:
    """Yield payments with which more is paid on an invoice than it asks, by chain, once they are all written."""
    if not payments:
        return
    # Start-up time: few commands record payments.
    from clusterflow.store import dues  # noqa: PLC0415

    beyond: dict[str, set[str]] = defaultdict(set)
    for chain, name in dues.overpaid_invoices(connection, list(payments)):
        beyond[chain].add(name)
    for chain, wanted in beyond.items():
        of_chain = [p for p in payments[chain] if p.invoice in wanted]
        invoices, paid = dues.account_of(connection, chain, wanted)
        totals: dict[tuple[str, str], int] = defaultdict(int)
        for one in paid.values():
            totals[one.invoice, one.amount.currency] += one.amount.minor
        for payment in of_chain:
            invoice = invoices.get(payment.invoice)
            if invoice is not None:
                odd = overpaid(payment.amount, totals[invoice.id, invoice.amount.currency], invoice)
                if odd is not None:
                    yield unconfirmed(payment.where, odd)


def unconfirmed(where: str, odd: OddValue) -> Mistake:
    """Return the mistake of a value that looks like one and was not confirmed."""
    cure = "Correct it, or confirm it with confirm=true (in a workbook: --odd keep)"
    return Mistake(where, odd.describe("en"), cure=cure)


class NewTaxId(NamedTuple):
    """A tax id that was not recorded before, of which organisation, and its place in the submissions."""

    where: str
    organisation: str
    number: str | None
    country: str | None


def doubtful_tax_ids(connection: Connection, tax_ids: Sequence[NewTaxId]) -> Iterator[DoubtfulTaxId]:
    """Yield the new tax ids that fit no rule, or that another organisation has. They are no mistakes."""
    keys = {tax_id_key(one.number) for one in tax_ids}
    holders: dict[str, set[str]] = defaultdict(set)
    for holder, tax_id in registry.tax_ids(connection) if keys else ():
        if (key := tax_id_key(tax_id)) in keys:
            holders[key].add(holder)
    for one in tax_ids:
        doubt = tax_id_doubt(one.number, one.country)
        if doubt is not None:
            yield DoubtfulTaxId(where=one.where, doubt=doubt)
        key = tax_id_key(one.number)
        others = holders[key] - {one.organisation}
        if others and not is_generic(key):
            taken = TaxIdDoubt(number=one.number or "", reason=TaxIdReason.TAKEN, name=min(others))
            yield DoubtfulTaxId(where=one.where, doubt=taken)
