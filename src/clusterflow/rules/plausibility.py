"""Values that are possible, but look like a mistake: they are recorded only once somebody has confirmed them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, NamedTuple, get_args

from clusterflow.domain.money import Money
from clusterflow.domain.records import Record
from clusterflow.domain.records.money import Invoice
from clusterflow.domain.text import Language, Text

EARLIEST = date(1950, 1, 1)
"""Facts of an initiative are not older (P). A spreadsheet makes days of 1900 out of small numbers."""
EARLIEST_PARTY = date(1500, 1, 1)
"""Chambers and universities are old; no fact about a party is older (P)."""
LATEST = date(2100, 12, 31)
"""No plan reaches further (P)."""

_EARLY = Text(es="{name}: el {value} es demasiado antiguo", en="{name}: {value} lies too far in the past")
_LATE = Text(es="{name}: el {value} es demasiado lejano", en="{name}: {value} lies too far in the future")
_NEGATIVE = Text(es="{name}: {value} es un importe negativo", en="{name}: {value} is less than zero")
_DUE = Text(
    es="{name}: la factura vence el {value}, antes de su propia fecha, el {other}",
    en="{name}: the invoice is due on {value}, before its own day, {other}",
)
_OVERPAID = Text(
    es="{name}: con este pago se han pagado {value} de la factura «{invoice}», que es de {other}",
    en="{name}: with this payment, {value} are paid on invoice «{invoice}», which is of {other}",
)


class OddValue(NamedTuple):
    """A field whose value looks like a mistake, with the sentence about it."""

    field: str
    sentence: Text
    value: str
    other: str = ""
    invoice: str = ""

    def describe(self, language: Language, name: str = "") -> str:
        """Return the sentence; ``name`` is that of the field, where the reader calls it otherwise."""
        text = self.sentence.to(language)
        return text.format(name=name or self.field, value=self.value, other=self.other, invoice=self.invoice)


def odd_values(record: Record) -> frozenset[OddValue]:
    """Return the values of a record that look like a mistake, whatever else is recorded."""
    return frozenset(_odd(record))


def _odd(record: Record) -> Iterator[OddValue]:
    earliest = EARLIEST if record.of_initiative else EARLIEST_PARTY
    for name, alias in _fields_to_check(type(record)):
        value = getattr(record, name)
        if isinstance(value, date) and value < earliest:
            yield OddValue(alias, _EARLY, str(value))
        elif isinstance(value, date) and value > LATEST:
            yield OddValue(alias, _LATE, str(value))
        elif isinstance(value, Money) and value.minor < 0:
            yield OddValue(alias, _NEGATIVE, str(value))
    if isinstance(record, Invoice) and record.due < record.valid_from:
        yield OddValue("due", _DUE, str(record.due), str(record.valid_from))


@cache
def _fields_to_check(cls: type[Record]) -> tuple[tuple[str, str], ...]:
    """Return the days and amounts of a record type: the names of the fields, and those that people write."""
    fields = cls.model_fields.items()
    return tuple((n, f.alias or n) for n, f in fields if _may_hold(f.annotation, (date, Money)))


def _may_hold(annotation: Any, kinds: tuple[type, ...]) -> bool:
    inner = get_args(annotation)
    return annotation in kinds or any(_may_hold(one, kinds) for one in inner)


def overpaid(payment: Money, paid: int, invoice: Invoice) -> OddValue | None:
    """Return what is odd about the amount of a payment: with it, more is paid on its invoice than was asked.

    Args:
        paid: all that is paid on the invoice in its currency, in minor units.
    """
    amount = invoice.amount
    if payment.currency != amount.currency or payment.minor <= 0 or paid <= amount.minor:
        return None
    total = Money(minor=paid, currency=amount.currency)
    return OddValue("amount", _OVERPAID, str(total), str(amount), invoice.id)
