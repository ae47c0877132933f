"""Checks the brackets of a dues scheme together. It works on the plain values of the file, so that a mistake in another
key hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from clusterflow.configs.mistakes import describe_value
from clusterflow.configs.yaml import Document, Steps
from clusterflow.domain.dues import DuesBasis
from clusterflow.domain.money import Money
from clusterflow.domain.terms import SizeClass
from clusterflow.errors import Mistake
from clusterflow.rules.brackets import Bracket, Gap, gaps, overlaps

SIZES = tuple(SizeClass)
ACCEPTED = {
    DuesBasis.EMPLOYEES: "a number of employees, like 10",
    DuesBasis.TURNOVER: "a turnover with its currency, like 2000000 EUR",
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of a bracket: in employees, in minor units, or by the position of its size class."""

    least: int
    below: int | None
    currency: str | None
    place: int
    """The position of the bracket in the file."""
    name: str

    @property
    def bracket(self) -> Bracket:
        return Bracket(self.least, self.below)


def read_bounds(document: Document) -> list[Bounds]:
    """The bounds of the brackets of a file without mistakes."""
    by = _basis(document)
    if by is None or by is DuesBasis.SIZE_CLASS:
        return [Bounds(0, None, None, place, "") for place, _ in _brackets(document)]
    return _Reader(document, by).found


def check_brackets(document: Document) -> list[Mistake]:
    """Return the mistakes of the brackets together: keys of another basis, currencies, overlaps, gaps."""
    by = _basis(document)
    if by is None:
        return []
    reader = _Reader(document, by)
    mistakes = [*reader.mistakes, *_currencies(document)]
    if reader.whole:  # beside a bound that cannot be read, gaps cannot be judged
        mistakes += _fit(document, by, reader.found)
    return mistakes


class _Reader:
    """Reads the bounds of all brackets and reports those that cannot be read."""

    def __init__(self, document: Document, by: DuesBasis) -> None:
        self.document, self.by = document, by
        self.found: list[Bounds] = []
        self.mistakes: list[Mistake] = []
        self.whole = True
        self.currency: tuple[str, int] | None = None
        """The currency of the first bound, and its bracket."""
        for place, written in _brackets(document):
            self._read(place, written)

    def _read(self, place: int, written: dict[str, Any]) -> None:
        steps: Steps = ("brackets", place)
        mine: tuple[str, ...] = ("size",)
        others: tuple[str, ...] = ("from", "below")
        if self.by is not DuesBasis.SIZE_CLASS:
            mine, others = others, mine
        for key in others:
            if key in written:
                accepted = ", ".join(mine)
                message = f"the key «{key}» in a scheme by {self.by}"
                self.mistakes.append(Mistake(self.document.where((*steps, key), key=True), message, accepted))
        if self.by is DuesBasis.SIZE_CLASS:
            size = written.get("size")
            if size in SIZES:
                at = SIZES.index(SizeClass(size))
                self.found.append(Bounds(at, at + 1, None, place, str(size)))
            else:
                self.whole = False
                if "size" not in written:
                    self.mistakes.append(Mistake(self.document.where(steps), "the key «size» is missing", _sizes()))
            return
        least = self._figure((*steps, "from"), written.get("from", 0), place)
        below = self._figure((*steps, "below"), written["below"], place) if "below" in written else None
        if least is None or ("below" in written and below is None):
            self.whole = False
        elif below is not None and below <= least:
            self._wrong((*steps, "below"), f"the bracket ends at {self._format(below)}, at or below its beginning", "")
        else:
            self.found.append(Bounds(least, below, self._currency, place, self._named(least, below)))

    def _figure(self, steps: Steps, value: Any, place: int) -> int | None:
        if self.by is DuesBasis.EMPLOYEES:
            if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
                return value
        elif value == 0 and not isinstance(value, bool):
            return 0
        elif isinstance(value, str):
            try:
                money = Money.model_validate(value)
            except ValidationError:
                self._wrong(steps, f"{steps[-1]}: {describe_value(value)}", ACCEPTED[self.by])
                return None
            if self.currency is None:
                self.currency = (money.currency, place)
            elif self.currency[0] != money.currency:
                first, of = self.currency
                message = f"a bound in {money.currency}, but bracket {of + 1} has one in {first}"
                self._wrong(steps, message, f"one currency for all bounds: {first}")
                return None
            if money.minor >= 0:
                return money.minor
        self._wrong(steps, f"{steps[-1]}: {describe_value(value)}", ACCEPTED[self.by])
        return None

    def _wrong(self, steps: Steps, found: str, accepted: str) -> None:
        self.whole = False
        self.mistakes.append(Mistake(self.document.where(steps), found, accepted))

    @property
    def _currency(self) -> str | None:
        return self.currency[0] if self.currency else None

    def _format(self, figure: int) -> str:
        return _format_figure(self.by, figure, self._currency)

    def _named(self, least: int, below: int | None) -> str:
        return f"from {self._format(least)}" + ("" if below is None else f" below {self._format(below)}")


def _fit(document: Document, by: DuesBasis, found: list[Bounds]) -> Iterator[Mistake]:
    """Checks that each value belongs to exactly one bracket."""
    currency = next((b.currency for b in found if b.currency), None)
    brackets = [b.bracket for b in found]
    for overlap in overlaps(brackets):
        one, other = found[overlap.one], found[overlap.other]
        message = f"{_title(one)} and {_title(other)}: {_format_figure(by, overlap.value, currency)} is in both"
        yield Mistake(document.where(("brackets", other.place)), message, "every value in exactly one bracket")
    limit = len(SIZES) if by is DuesBasis.SIZE_CLASS else None
    for gap in gaps(brackets, limit):
        beside = [found[place] for place in (gap.before, gap.after) if place is not None]
        where: Steps = ("brackets", beside[-1].place) if beside else ("brackets",)
        yield Mistake(document.where(where), _missed(by, gap, beside, currency), "every value in a bracket")


def _missed(by: DuesBasis, gap: Gap, beside: list[Bounds], currency: str | None) -> str:
    if by is DuesBasis.SIZE_CLASS:
        lost = [str(size) for size in SIZES[gap.first : gap.below]]
        verb = "is" if len(lost) == 1 else "are"
        return f"{' and '.join(map(_title, beside))}: {', '.join(lost)} {verb} in no bracket"
    value = _format_figure(by, gap.first, currency)
    if len(beside) == 2:
        return f"{_title(beside[0])} and {_title(beside[1])}: {value} is in no bracket"
    side = "the last bracket ends below it" if gap.after is None else "the first bracket begins above it"
    return f"{_title(beside[0])}: {value} is in no bracket; {side}"


def _title(bounds: Bounds) -> str:
    return f"bracket {bounds.place + 1} ({bounds.name})"


def _format_figure(by: DuesBasis, figure: int, currency: str | None) -> str:
    match by:
        case DuesBasis.SIZE_CLASS:
            return SIZES[figure]
        case DuesBasis.TURNOVER if currency:
            return str(Money(minor=figure, currency=currency))
    return str(figure)


def _sizes() -> str:
    return f"one of: {', '.join(SIZES)}"


def _currencies(document: Document) -> Iterator[Mistake]:
    """Checks that all brackets of a scheme have the same currency."""
    first: tuple[str, int] | None = None
    for place, written in _brackets(document):
        try:
            currency = Money.model_validate(written.get("yearly")).currency
        except ValidationError:
            continue  # reported for the bracket itself
        if first is None:
            first = (currency, place)
        elif first[0] != currency:
            message = f"bracket {place + 1} has {currency}, but bracket {first[1] + 1} has {first[0]}"
            yield Mistake(document.where(("brackets", place, "yearly")), message, "one currency for all brackets")


def _basis(document: Document) -> DuesBasis | None:
    by = document.value.get("by") if isinstance(document.value, dict) else None
    return DuesBasis(by) if isinstance(by, str) and by in tuple(DuesBasis) else None


def _brackets(document: Document) -> Iterator[tuple[int, dict[str, Any]]]:
    brackets = document.value.get("brackets") if isinstance(document.value, dict) else None
    for place, bracket in enumerate(brackets if isinstance(brackets, list) else []):
        if isinstance(bracket, dict):
            yield place, bracket
