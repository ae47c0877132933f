"""Folds the sums over the evidence rows of a metric into its number. Rows of unknown value become its range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from clusterflow.domain.measurement import Amount, Fold, Measurement, Rate
from clusterflow.domain.money import exponent

ZERO = Fraction(0)


class Given(Enum):
    """The value of a column that is not the same in every row."""

    BY_ROW = "by row"


class Layout(NamedTuple):
    """What a statement returns about a metric, for each initiative and each currency.

    ``whole`` and ``most`` are the values of these columns if they are the same in every row.
    """

    names: tuple[str, ...]
    whole: int | Given | None
    most: int | Given | None
    all_words: int | None = None
    """How many words there are, if the metric counts different words (``WrittenSums``)."""


class Sums(NamedTuple):
    """The sums over the evidence rows of one currency, or of those that have none."""

    currency: str | None
    rows: int
    unknown: int
    part: Fraction
    room: Fraction | None
    """What the rows of unknown value add at most; None if they have no limit."""
    whole: Fraction | None
    largest: Fraction | None
    smallest: Fraction | None
    most: Fraction | None
    newest: date | None

    @classmethod
    def of(cls, layout: Layout, values: Sequence[Any]) -> Sums:
        """Return the sums of one line of a statement."""
        given = dict(zip(layout.names, values, strict=True))
        if layout.all_words is not None:
            given = _sums_of_words(given, layout.all_words)
        currency = given.get("currency")
        scale, rows = minor_units(currency), given["rows"]
        unknown = rows - given["known"] if "known" in given else 0
        most, whole = layout.most, layout.whole

        def scaled(value: Any) -> Fraction | None:
            return number if (number := to_fraction(value)) is None or scale == 1 else number / scale

        room: Fraction | None = ZERO
        if isinstance(most, Given):
            room = None if given.get("limitless") else scaled(given.get("room")) or ZERO
        elif unknown:
            room = None if most is None else scaled(most * unknown)
        return cls(
            currency=currency,
            rows=rows,
            unknown=unknown,
            part=scaled(given.get("part")) or ZERO,
            room=room,
            whole=scaled(_whole(whole, given, rows)),
            largest=scaled(given.get("largest")),
            smallest=scaled(given.get("smallest")),
            most=scaled(given.get("most") if isinstance(most, Given) else most if unknown else None),
            newest=given.get("newest"),
        )

    def plus(self, other: Sums) -> Sums:
        """Return the sums of both. The other is in the same currency, or has none."""

        def least_and_most(*values: Fraction | None) -> list[Fraction]:
            return [value for value in values if value is not None]

        return self._replace(
            rows=self.rows + other.rows,
            unknown=self.unknown + other.unknown,
            part=self.part + other.part,
            room=None if self.room is None or other.room is None else self.room + other.room,
            whole=None if self.whole is None or other.whole is None else self.whole + other.whole,
            largest=max(least_and_most(self.largest, other.largest), default=None),
            smallest=min(least_and_most(self.smallest, other.smallest), default=None),
            most=max(least_and_most(self.most, other.most), default=None),
            newest=max((day for day in (self.newest, other.newest) if day is not None), default=None),
        )

    def times(self, rate: Fraction, currency: str) -> Sums:
        """Return the sums in another currency."""
        return self._replace(
            currency=currency,
            part=self.part * rate,
            room=None if self.room is None else self.room * rate,
            whole=None if self.whole is None else self.whole * rate,
        )


def _sums_of_words(given: Mapping[str, Any], all_words: int) -> dict[str, Any]:
    """Return the sums over one row for each word, and one for all that are without a word."""
    words, without = given["words"], given["rows"] - given["with_word"]
    missing = all_words - words
    rows = words + (without > 0)
    known = words if missing else rows  # those without a word can add none that is missing
    return {"rows": rows, "known": known, "part": words, "room": min(without, missing)}


def _whole(whole: int | Given | None, given: Mapping[str, Any], rows: int) -> Any:
    """Return the sum of the denominators; None if one of them is missing, or none is asked for."""
    if isinstance(whole, Given):
        return given.get("whole") if given.get("wholes", rows) == rows else None
    return None if whole is None else whole * rows


def converted(sums: Sequence[Sums], rates: tuple[Rate, ...], fold: Fold) -> Sequence[Sums]:
    """Return the sums of a ratio in one currency, if there are rates for all of them; other sums as they are."""
    currencies = sorted({s.currency for s in sums if s.currency is not None})
    if fold is not Fold.RATIO or len(currencies) < 2:
        return sums
    about = Measurement(None, None, rates=rates)
    for quote in currencies:
        values = {currency: about.rate(currency, quote) for currency in currencies}
        known = {currency: value for currency, value in values.items() if value is not None}
        if len(known) == len(currencies):
            return [together([s.times(known.get(s.currency or "", Fraction(1)), quote) for s in sums])]
    return sums


def together(sums: Sequence[Sums]) -> Sums:
    first, *others = sums
    for other in others:
        first = first.plus(other)
    return first


def fold_sums(sums: Sequence[Sums], fold: Fold) -> Measurement:
    """Return one number from the sums of its rows. Unknown values of the rows become the range of the number."""
    bare = [s for s in sums if s.currency is None]
    by_currency = sorted((s for s in sums if s.currency is not None), key=lambda s: s.currency or "")
    if by_currency and bare:
        # What has no currency adds nothing, or something unknown, to each of them.
        by_currency = [s.plus(bare[0]) for s in by_currency]
    about = Measurement(
        low=None,
        high=None,
        rows=sum(s.rows for s in sums),
        unknown_rows=sum(s.unknown for s in sums),
        currencies=tuple(s.currency or "" for s in by_currency) if len(by_currency) > 1 else (),
    )
    if len(by_currency) <= 1:
        only = (by_currency or bare)[0]
        low, high = _range_of(only, fold)
        # A ratio of two amounts is not an amount.
        return about._replace(low=low, high=high, currency=None if fold is Fold.RATIO else only.currency)
    if fold is Fold.SUM:
        amounts = (Amount(s.currency or "", *_range_of(s, fold)) for s in by_currency)
        return about._replace(amounts=tuple(amounts), currencies=())
    if fold is Fold.RATIO and all(s.whole is not None and s.whole > 0 for s in by_currency):
        # Whatever the rates are, the ratio of the whole lies between those of the currencies.
        lows, highs = zip(*(_range_of(s, fold) for s in by_currency), strict=True)
        low = None if None in lows else min(lows)
        high = None if None in highs else max(highs)
        return about._replace(low=low, high=high)
    return about


def _range_of(sums: Sums, fold: Fold) -> tuple[Fraction | None, Fraction | None]:
    """Return the lowest and the highest number that the rows allow; None where there is no limit."""
    room = None if sums.room is None else sums.part + sums.room
    match fold:
        case Fold.SUM:
            return sums.part, room
        case Fold.RATIO:
            if not sums.whole:
                return None, None
            return sums.part / sums.whole, None if room is None else room / sums.whole
        case Fold.LARGEST:
            tops = [top for top in (sums.largest, sums.most) if top is not None]
            return sums.largest, None if sums.room is None else max(tops)
        case _:
            return None if sums.unknown else sums.smallest, sums.smallest


whole_number = lru_cache(maxsize=4096)(Fraction)
"""A whole number as a fraction: to make one takes longer than to look it up."""


def to_fraction(value: Any) -> Fraction | None:
    """Return the database's number as a fraction. A float is read as its shortest decimal."""
    if value is None:
        return None
    return Fraction(value).limit_denominator(10**6) if isinstance(value, float) else whole_number(value)


def minor_units(currency: str | None) -> int:
    """Return how many minor units one main unit of the currency has; one if the number is not money."""
    return 10 ** exponent(currency) if currency else 1
