"""The dues of an initiative for people: per member and size class, arrears first, and one invoice with its payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from clusterflow.domain.dues import DuesLine, DuesPlan, DuesRemark, DuesRemarkKind, InvoiceState
from clusterflow.domain.money import Money
from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.governance import LegalEntity
from clusterflow.domain.records.money import Invoice, Payment
from clusterflow.domain.records.parties import Organisation
from clusterflow.domain.terms import SizeClass
from clusterflow.domain.text import Frozen, Language, alphabetical
from clusterflow.errors import UnknownName
from clusterflow.intake.record_forms.form import Form, columns_of, read_form
from clusterflow.reports.dues import remark_text
from clusterflow.rules.plausibility import overpaid
from clusterflow.services import dues
from clusterflow.services.catalogue.dues import schemes_of
from clusterflow.services.context import Context
from clusterflow.services.facts import recording
from clusterflow.services.facts.recording import Author
from clusterflow.services.local_time import today_of
from clusterflow.store import registry
from clusterflow.store.dues import account_of, unpaid_invoices
from clusterflow.store.fact_lists import labels
from clusterflow.store.text_order import is_part

PAGE = 50
"""The most invoices on one page."""

MOST_PAYMENTS = 300
"""On one invoice, by the web page."""

_ASKED = (InvoiceState.ISSUED, InvoiceState.PARTLY_PAID, InvoiceState.PAID)


class Shown(StrEnum):
    """Which invoices are listed."""

    ALL = "all"
    OWED = "owed"
    OVERDUE = "overdue"
    PLANNED = "planned"


class DuesEntry(Frozen):
    """An invoice of the year, issued or planned, with the member that it is for."""

    line: DuesLine
    name: str
    size: SizeClass | None
    owed: Money
    days_late: int
    """Days since it was due, while something is owed; otherwise 0."""
    is_issued: bool


class Sums(Frozen):
    """What some invoices amount to, in one currency."""

    invoiced: Money
    paid: Money
    owed: Money
    overdue: Money
    planned: Money

    @property
    def percent(self) -> int:
        """The paid part of what was invoiced, in percent."""
        return min(100, 100 * self.paid.minor // self.invoiced.minor) if self.invoiced.minor else 0


class SizeSums(Frozen):
    """The dues of the members of one size class."""

    size: SizeClass | None
    members: int
    sums: tuple[Sums, ...]


class OtherYear(Frozen):
    """What is overdue from another year."""

    year: int
    overdue: tuple[Money, ...]


class DuesPage(Frozen):
    """One page of the dues of a year."""

    plan: DuesPlan
    scheme: str | None
    today: date
    country: str | None
    everything: bool
    """Whether it shows all members; otherwise only those that the reader represents."""
    entries: tuple[DuesEntry, ...]
    total: int
    """The number of invoices on all pages."""
    page: int
    sums: tuple[Sums, ...]
    """By currency, of the whole year."""
    sizes: tuple[SizeSums, ...]
    others: tuple[OtherYear, ...]
    remarks: tuple[str, ...]
    has_scheme: bool

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def dues_page(
    context: Context,
    person: str,
    initiative: str,
    language: Language,
    year: int | None = None,
    shown: Shown = Shown.ALL,
    search: str = "",
    page: int = 1,
) -> DuesPage:
    """Gather the dues of a year, as far as a person may see them: who owes for longest comes first.

    Raises:
        UnknownName: the person may see no dues in this initiative.
    """
    visible = dues.visible_members(context, person, initiative)
    if visible is not None and not visible:
        raise UnknownName("dues", initiative)
    plan = dues.only_of(dues.plan(context, initiative, year), visible)
    with context.reading() as connection:
        today = today_of(connection, [initiative], context.clock())[initiative]
        record = registry.initiative_records(connection, today, [initiative]).get(initiative)
        members = sorted({line.organisation for line in plan.lines} | {r.organisation or "" for r in plan.remarks})
        known: list[Organisation] = registry.current(connection, Organisation, REGISTRY, today, id=members)
        names = labels(connection, "organisation", REGISTRY, members)
        unpaid = [
            u for u in unpaid_invoices(connection, initiative, today) if visible is None or u.organisation in visible
        ]
    sizes = {organisation.id: organisation.size for organisation in known}
    entries = [_entry(line, names, sizes, today) for line in plan.lines]
    listed = sorted((e for e in entries if _fits(e, shown, search)), key=_urgency)
    page = max(1, min(page, -(-len(listed) // PAGE)))
    other_years: dict[int, list[Money]] = defaultdict(list)
    for one in unpaid:
        if one.due < today and one.year != plan.year:
            other_years[one.year].append(one.owed)
    scheme = schemes_of(context).get(plan.scheme or "")
    return DuesPage(
        plan=plan,
        scheme=scheme.title.to(language) if scheme else plan.scheme,
        today=today,
        country=record.country if record else None,
        everything=visible is None,
        entries=tuple(listed[(page - 1) * PAGE : page * PAGE]),
        total=len(listed),
        page=page,
        sums=_sums(entries),
        sizes=_by_size(entries),
        others=tuple(OtherYear(year=y, overdue=_added(amounts)) for y, amounts in sorted(other_years.items())),
        remarks=tuple(
            remark_text(_named(remark, names), initiative, language)
            for remark in plan.remarks
            if remark.kind is not DuesRemarkKind.NO_SCHEME
        ),
        has_scheme=all(remark.kind is not DuesRemarkKind.NO_SCHEME for remark in plan.remarks),
    )


def _named(remark: DuesRemark, names: Mapping[str, str]) -> DuesRemark:
    """Return a remark that names its organisation instead of citing the id."""
    organisation = remark.organisation
    return remark.model_copy(update={"organisation": names.get(organisation, organisation)}) if organisation else remark


def _entry(line: DuesLine, names: Mapping[str, str], sizes: Mapping[str, SizeClass | None], today: date) -> DuesEntry:
    is_issued = line.state in _ASKED
    owed = max(0, line.amount.minor - (line.paid.minor if line.paid else 0)) if is_issued else 0
    return DuesEntry(
        line=line,
        name=names.get(line.organisation, line.organisation),
        size=sizes.get(line.organisation),
        owed=Money(minor=owed, currency=line.amount.currency),
        days_late=max(0, (today - line.due).days) if owed else 0,
        is_issued=is_issued,
    )


def _fits(entry: DuesEntry, shown: Shown, search: str) -> bool:
    wanted = {
        Shown.ALL: True,
        Shown.OWED: entry.owed.minor > 0,
        Shown.OVERDUE: entry.days_late > 0,
        Shown.PLANNED: entry.line.state in (InvoiceState.TO_ISSUE, InvoiceState.LATER),
    }
    return wanted[shown] and is_part(search, entry.name)


def _urgency(entry: DuesEntry) -> tuple[object, ...]:
    """Who is in arrears for longest first, then by name and day."""
    return (-entry.days_late, alphabetical(entry.name), entry.line.on, entry.line.invoice)


def _sums(entries: Iterable[DuesEntry]) -> tuple[Sums, ...]:
    of: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Sums.model_fields, 0))
    for entry in entries:
        amount, sums = entry.line.amount, of[entry.line.amount.currency]
        if entry.is_issued:
            sums["invoiced"] += amount.minor
            sums["paid"] += entry.line.paid.minor if entry.line.paid else 0
            sums["owed"] += entry.owed.minor
            sums["overdue"] += entry.owed.minor if entry.days_late else 0
        elif entry.line.state is not InvoiceState.WITHDRAWN:
            sums["planned"] += amount.minor
    return tuple(
        Sums(**{name: Money(minor=minor, currency=currency) for name, minor in of[currency].items()})
        for currency in sorted(of)
    )


def _by_size(entries: Sequence[DuesEntry]) -> tuple[SizeSums, ...]:
    of: dict[SizeClass | None, list[DuesEntry]] = defaultdict(list)
    for entry in entries:
        of[entry.size].append(entry)
    return tuple(
        SizeSums(size=size, members=len({e.line.organisation for e in of[size]}), sums=_sums(of[size]))
        for size in (*SizeClass, None)
        if size in of
    )


def _added(amounts: Iterable[Money]) -> tuple[Money, ...]:
    by_currency: dict[str, int] = defaultdict(int)
    for amount in amounts:
        by_currency[amount.currency] += amount.minor
    return tuple(Money(minor=minor, currency=currency) for currency, minor in sorted(by_currency.items()))


class InvoicePage(Frozen):
    """One invoice with its payments."""

    invoice: Invoice
    payments: tuple[Payment, ...]
    paid: Money
    owed: Money
    days_late: int
    today: date
    country: str | None
    issuer: str
    """The legal entity of the initiative, or the initiative."""
    member: str
    organisation: Organisation | None
    scheme: str | None
    next_payment: str
    """The id of the next payment on it. It is another one as soon as a payment was recorded."""


def invoice_page(context: Context, person: str, initiative: str, invoice: str, language: Language) -> InvoicePage:
    """Gather an invoice.

    Raises:
        UnknownName: the initiative has no such invoice, or the person may not see it.
    """
    visible = dues.visible_members(context, person, initiative)
    with context.reading() as connection:
        issued, payments = account_of(connection, initiative, [invoice])
        found = issued.get(invoice)
        if found is None or (visible is not None and found.organisation not in visible):
            raise UnknownName("invoice", invoice)
        today = today_of(connection, [initiative], context.clock())[initiative]
        record = registry.initiative_records(connection, today, [initiative]).get(initiative)
        entities: list[LegalEntity] = registry.current(connection, LegalEntity, initiative, today)
        known: list[Organisation] = registry.current(connection, Organisation, REGISTRY, today, id=found.organisation)
        names = labels(connection, "organisation", REGISTRY, [found.organisation])
        possible = [f"{invoice[:56]}-p{n}" for n in range(1, MOST_PAYMENTS + 1)]
        taken = registry.existing_ids(connection, Payment.type, initiative, possible)
    received = tuple(sorted((p for p in payments.values() if p is not None), key=lambda p: p.valid_from))
    currency = found.amount.currency
    paid = sum(p.amount.minor for p in received if p.amount.currency == currency and p.valid_from <= today)
    owed = max(0, found.amount.minor - paid)
    scheme = schemes_of(context).get(found.scheme or "")
    return InvoicePage(
        invoice=found,
        payments=received,
        paid=Money(minor=paid, currency=currency),
        owed=Money(minor=owed, currency=currency),
        days_late=max(0, (today - found.due).days) if owed else 0,
        today=today,
        country=record.country if record else None,
        issuer=entities[0].name if entities else record.name if record else initiative,
        member=names.get(found.organisation, found.organisation),
        organisation=next(iter(known), None),
        scheme=scheme.title.to(language) if scheme else found.scheme,
        next_payment=next((one for one in possible if one not in taken), possible[-1]),
    )


@dataclass(slots=True)
class PaymentOutcome:
    """What became of a form for a payment."""

    recorded: bool = False
    mistakes: Mapping[str, str] = field(default_factory=dict)
    odd: Mapping[str, str] = field(default_factory=dict)
    """Values that look like a mistake, by field. The author may confirm them."""
    changed: bool = False
    """Whether somebody else recorded a payment meanwhile; then nothing was recorded."""


def record_payment(context: Context, author: Author, found: InvoicePage, form: Form, key: str | None) -> PaymentOutcome:
    """Record a payment on an invoice. Where another one was recorded meanwhile, its author checks both first."""
    currency = found.invoice.amount.currency
    fields = {**form, "invoice": found.invoice.id, "amount.currency": currency}
    amount = _amount(form.get("amount", ""), currency, author.language)
    if form.get("id") != found.next_payment:
        mine = next((p for p in found.payments if p.id == form.get("id")), None)
        is_repeat = mine is not None and mine.amount == amount and str(mine.valid_from) == form.get("valid_from")
        return PaymentOutcome(recorded=is_repeat, changed=not is_repeat)
    if amount is not None and form.get(recording.CONFIRM) != "yes" and amount.minor > found.owed.minor:
        payment = Payment(id="x", invoice=found.invoice.id, amount=amount, valid_from=found.today)
        odd = overpaid(payment.amount, found.paid.minor + amount.minor, found.invoice)
        if odd is not None:
            total = Money(minor=found.paid.minor + amount.minor, currency=currency)
            title = columns_of(Payment.type)["amount"].title.to(author.language)
            with numbers_of(author.language, found.country):
                readable = odd._replace(value=total.shown, other=found.invoice.amount.shown)
            return PaymentOutcome(odd={"amount": readable.describe(author.language, title)})
    done = recording.enter(context, author, Payment.type, fields, key)
    is_done = done.entry is not None or done.repeated
    return PaymentOutcome(recorded=is_done, mistakes=done.mistakes, odd=done.odd, changed=done.other is not None)


def _amount(text: str, currency: str, language: Language) -> Money | None:
    """Return the amount that was typed; None if it is none, which the form itself reports."""
    return read_form(
        Payment.type, {"amount": text, "amount.currency": currency}, language, lambda _, named: (named, "")
    ).fields.get("amount")
