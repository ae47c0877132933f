"""Plans the invoices of a year: those that were issued, those to issue, the payments, and remarks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar

from clusterflow.domain.dues import (
    DuesBasis,
    DuesLine,
    DuesPlan,
    DuesRemark,
    DuesRemarkKind,
    InvoiceState,
    Owed,
    Scheme,
)
from clusterflow.domain.money import Money
from clusterflow.domain.records.base import Record
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.money import DuesAdoption, DuesScheme, Invoice, Payment
from clusterflow.domain.records.parties import Organisation
from clusterflow.rules.dues import Period, Stay, amount_owed, charged_days, invoice_id, year_period
from clusterflow.rules.mistakes import nearest

R = TypeVar("R", bound=Record)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The records of an initiative's dues for a year."""

    adoptions: Sequence[DuesAdoption] = ()
    own: Sequence[DuesScheme] = ()
    memberships: Sequence[Membership] = ()
    organisations: Mapping[str, Sequence[Organisation]] = field(default_factory=dict)
    """The facts of the members, by id."""
    invoices: Sequence[Invoice] = ()
    """The invoices of the year."""
    taken: frozenset[str] = frozenset()
    """The ids of all invoices that exist or existed. None of them is issued again."""
    payments: Sequence[Payment] = ()


class Span(NamedTuple, Generic[R]):
    """A period in which a record is valid; both days are included."""

    record: R
    first: date
    last: date | None

    def meets(self, period: Period) -> bool:
        return self.first <= period.last and (self.last is None or self.last >= period.first)


def spans(records: Iterable[R]) -> list[Span[R]]:
    """Return when each record is valid. A later record of the same key replaces it from its first day."""
    by_key: dict[tuple[str, ...], list[R]] = defaultdict(list)
    for record in sorted(records, key=lambda r: r.valid_from):
        by_key[record.identity()].append(record)
    found = []
    for of_key in by_key.values():
        for record, later in zip(of_key, [*of_key[1:], None], strict=True):
            ends = [end for end in (record.valid_to, later.valid_from - DAY if later else None) if end is not None]
            found.append(Span(record, record.valid_from, min(ends, default=None)))
    return found


def scheme_for(
    books: Books, schemes: Mapping[str, Scheme], year: int
) -> tuple[Scheme, tuple[Period, ...]] | DuesRemark:
    """Return the scheme of a year with the periods that are charged, or the reason why there is none."""
    whole_year = year_period(year)
    adopted: dict[str, list[Period]] = defaultdict(list)
    for span in spans(books.adoptions):
        if span.meets(whole_year):
            first, last = max(span.first, whole_year.first), min(span.last or whole_year.last, whole_year.last)
            adopted[span.record.scheme].append(Period(first, last))
    if not adopted:
        return DuesRemark(kind=DuesRemarkKind.NO_SCHEME, values={"year": str(year)})
    if len(adopted) > 1:
        named = ", ".join(sorted(adopted))
        return DuesRemark(kind=DuesRemarkKind.TWO_SCHEMES, values={"schemes": named, "year": str(year)})
    ((name, stretches),) = adopted.items()
    scheme = schemes.get(name)
    if scheme is None:
        near = ", ".join(nearest(name, schemes) or sorted(schemes))
        return DuesRemark(kind=DuesRemarkKind.UNKNOWN_SCHEME, values={"scheme": name, "nearest": near or "–"})
    valid_days = (
        Period(max(days.first, scheme.valid_from), min(days.last, scheme.valid_to or days.last)) for days in stretches
    )
    charged = tuple(days for days in valid_days if days.first <= days.last)
    if not charged:
        valid = {"from": str(scheme.valid_from), "to": str(scheme.valid_to or "…")}
        return DuesRemark(kind=DuesRemarkKind.NOT_VALID, values={"scheme": name, "year": str(year), **valid})
    others = _contradicting(books.own, scheme, charged)
    if others:
        values = {"scheme": name, "amounts": ", ".join(f"{o.size} {o.yearly}" for o in others)}
        return DuesRemark(kind=DuesRemarkKind.OWN_AMOUNTS, values=values)
    return scheme, charged


def _contradicting(own: Sequence[DuesScheme], scheme: Scheme, charged: Sequence[Period]) -> list[DuesScheme]:
    """Return the recorded amounts that are valid in the same period and differ from the scheme."""
    yearly = {b.size: b.yearly for b in scheme.brackets} if scheme.by is DuesBasis.SIZE_CLASS else {}
    holding = [s.record for s in spans(own) if any(s.meets(days) for days in charged)]
    return [r for r in holding if yearly.get(r.size) != r.yearly]


def plan_invoices(initiative: str, books: Books, schemes: Mapping[str, Scheme], year: int, today: date) -> DuesPlan:
    """Return the invoices of a year: the existing ones, and those that the scheme still requires."""
    found = scheme_for(books, schemes, year)
    accounts = _Accounts(books, today)
    lines = [accounts.line(invoice) for invoice in books.invoices if dues_year(invoice) == year]
    if isinstance(found, DuesRemark):
        return DuesPlan(
            initiative=initiative, year=year, scheme=None, lines=_in_order(lines), remarks=(found, *accounts.remarks)
        )
    scheme, charged = found
    remarks = list(accounts.remarks)
    for organisation, stays in sorted(_stays(books.memberships).items()):
        days = charged_days(scheme, stays, charged)
        figures = organisation_on(books.organisations.get(organisation, ()), days[0].first) if days else None
        owes = amount_owed(scheme, figures, days)
        if isinstance(owes, DuesRemark):
            values = {**owes.values, "day": str(days[0].first)}
            remarks.append(owes.model_copy(update={"organisation": organisation, "values": values}))
        elif owes is not None:
            mine = [i for i in books.invoices if i.organisation == organisation and i.year == year]
            new, remark = _still_to_ask(owes, organisation, mine, books, scheme, year, today)
            lines += new
            remarks += [remark] if remark else []
    return DuesPlan(initiative=initiative, year=year, scheme=scheme.id, lines=_in_order(lines), remarks=tuple(remarks))


def dues_year(invoice: Invoice) -> int:
    """Return the year of an invoice's dues; if it states none, the year of its own day."""
    return invoice.year or invoice.valid_from.year


def organisation_on(organisation: Sequence[Organisation], day: date) -> Organisation | None:
    """Return the record of an organisation on a day; before its first record, that record."""
    holding = [s for s in spans(organisation) if s.first <= day and (s.last is None or s.last >= day)]
    if not holding and organisation:
        first = min(organisation, key=lambda o: o.valid_from)
        return first if first.valid_from > day else None
    return holding[0].record if holding else None


def _stays(memberships: Sequence[Membership]) -> dict[str, list[Stay]]:
    """Return the periods of each organisation's membership, in order. Facts without a gap form one period."""
    found: dict[str, list[Stay]] = defaultdict(list)
    for span in sorted(spans(memberships), key=lambda s: s.first):
        stays = found[span.record.organisation]
        before = stays[-1] if stays else None
        if before is not None and (before.last is None or before.last + DAY >= span.first):
            ends = None if before.last is None or span.last is None else max(before.last, span.last)
            stays[-1] = Stay(before.first, ends)
        else:
            stays.append(Stay(span.first, span.last))
    return found


def _still_to_ask(
    owes: Owed,
    organisation: str,
    issued: Sequence[Invoice],
    books: Books,
    scheme: Scheme,
    year: int,
    today: date,
) -> tuple[list[DuesLine], DuesRemark | None]:
    """Return the instalments that were not invoiced yet; none if instalments of another plan were invoiced."""
    parts = owes.bracket.instalments
    begun = next((i for i in issued if i.instalments not in (None, parts)), None)
    if begun is not None:
        values = {"begun": str(begun.instalments), "asked": str(parts), "year": str(year)}
        return [], DuesRemark(kind=DuesRemarkKind.OTHER_PLAN, organisation=organisation, values=values)
    there = {i.id for i in books.invoices}
    lines = []
    for part in owes.instalments:
        invoice = invoice_id(year, part.number, organisation)
        if invoice in there:
            continue
        on = max(part.opens, today)
        state = InvoiceState.TO_ISSUE if part.opens <= today else InvoiceState.LATER
        lines.append(
            DuesLine(
                organisation=organisation,
                invoice=invoice,
                instalment=part.number,
                instalments=part.of,
                amount=part.amount,
                on=on,
                due=on + timedelta(days=scheme.due_days),
                state=InvoiceState.WITHDRAWN if invoice in books.taken else state,
            )
        )
    return lines, None


class _Accounts:
    """The payments on each invoice, and the remarks about them."""

    def __init__(self, books: Books, today: date) -> None:
        self.remarks: list[DuesRemark] = []
        self.paid: dict[str, list[Payment]] = defaultdict(list)
        for payment in books.payments:
            if payment.valid_from <= today:
                self.paid[payment.invoice].append(payment)

    def line(self, invoice: Invoice) -> DuesLine:
        """Return an issued invoice with its payments."""
        due, payments = invoice.amount, self.paid[invoice.id]
        minor = sum(p.amount.minor for p in payments if p.amount.currency == due.currency)
        for other in (p for p in payments if p.amount.currency != due.currency):
            values: dict[str, str | Money] = {"invoice": invoice.id, "payment": other.id}
            values |= {"paid": other.amount, "asked": due.currency}
            self._remark(DuesRemarkKind.PAID_IN_OTHER_CURRENCY, invoice, values)
        if minor > due.minor:
            over = Money(minor=minor - due.minor, currency=due.currency)
            self._remark(DuesRemarkKind.OVERPAID, invoice, {"invoice": invoice.id, "over": over})
        state = InvoiceState.PAID if minor >= due.minor else InvoiceState.ISSUED
        if 0 < minor < due.minor:
            state = InvoiceState.PARTLY_PAID
        return DuesLine(
            organisation=invoice.organisation,
            invoice=invoice.id,
            instalment=invoice.instalment,
            instalments=invoice.instalments,
            amount=due,
            on=invoice.valid_from,
            due=invoice.due,
            state=state,
            paid=Money(minor=minor, currency=due.currency),
        )

    def _remark(self, kind: DuesRemarkKind, invoice: Invoice, values: dict[str, str | Money]) -> None:
        self.remarks.append(DuesRemark(kind=kind, organisation=invoice.organisation, values=values))


def _in_order(lines: Iterable[DuesLine]) -> tuple[DuesLine, ...]:
    return tuple(sorted(lines, key=lambda line: (line.organisation, line.on, line.instalment or 0, line.invoice)))
