"""What the format of a number shows beside it: a percent sign, or the sign of a currency."""

from __future__ import annotations

import re
from dataclasses import dataclass

PERCENT = "%"


@dataclass(frozen=True, slots=True)
class FormattedNumber:
    """A number as its cell shows it: of a percentage the figure before the sign, not its hundredth part."""

    number: float
    sign: str

    def __str__(self) -> str:
        figure = f"{self.number:.15g}"
        if re.fullmatch(r"-?\d+\.\d{3}", figure):
            figure += "0"  # three decimals could be read as thousands
        return f"{figure} {self.sign}"


def formatted(value: float, sign: str) -> FormattedNumber:
    """The number of a cell with a sign."""
    return FormattedNumber(float(f"{value * 100:.15g}") if sign == PERCENT else value, sign)


_QUIET = re.compile(r'\\.|_.|\*.|"[^"]*"')
_CURRENCY = re.compile(r"\[\$([^\]-]+)(?:-[^\]]*)?\]")
_SIGNS = re.compile(r"US\$|U\$S|R\$|S/\.?|€|£|₡|₲|\b(?:EUR|USD|MXN|COP|ARS|CLP|PEN|BRL|UYU|BOB|PYG|CRC|GTQ|DOP)\b")


def sign_of_code(code: str) -> str:
    """The sign that an Excel number format shows; empty where it shows none that settles the unit.

    A lone ``$`` settles nothing: it is the sign of pesos and of dollars.
    """
    positive = code.partition(";")[0]
    if PERCENT in _QUIET.sub("", positive):
        return PERCENT
    shown = _CURRENCY.sub(lambda found: f" {found[1]} ", positive).replace('"', " ").replace("\\", "")
    match = _SIGNS.search(shown)
    return match[0] if match else ""
