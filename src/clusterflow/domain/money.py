"""Money: always an integer of minor units with an ISO 4217 code."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import Field, GetJsonSchemaHandler, model_serializer, model_validator
from pydantic_core import CoreSchema

from clusterflow.domain.number_style import THIN_SPACE, money_text
from clusterflow.domain.text import Frozen

# pycountry knows the currency codes but not the number of decimals. This table lists the exceptions to the usual two
# (ISO 4217:2015, table A.1).
_NO_MINOR = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
_THREE_MINOR = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])

ACCEPTED = "an amount with its ISO 4217 currency, a point before the minor units: «1200.50 MXN»"
_AMOUNT = re.compile(r"^(?P<a>[A-Za-z]{3})?\s*(?P<n>-?[\d,]*\.?\d+)\s*(?P<b>[A-Za-z]{3})?$")

_AMOUNT_PATTERN = r"^\s*(-?[0-9,]*\.?[0-9]+\s*[A-Za-z]{3}|[A-Za-z]{3}\s*-?[0-9,]*\.?[0-9]+)\s*$"
"""The same in the regular expressions that JSON Schema knows."""


def exponent(currency: str) -> int:
    """Return the number of decimals of the currency's minor unit."""
    return 0 if currency in _NO_MINOR else 3 if currency in _THREE_MINOR else 2


LARGEST = 10**15
"""The largest single amount, in minor units. The sum of thousands of such amounts still fits a database integer."""


class Money(Frozen):
    """An amount in one currency."""

    minor: int = Field(ge=-LARGEST, le=LARGEST, description="minor units: cents, centavos")
    currency: str = Field(pattern="^[A-Z]{3}$")

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if not isinstance(value, str):
            if isinstance(value, (int, float)):
                raise ValueError(f"«{value}» has no currency; accepted: {ACCEPTED}")
            return value
        match = _AMOUNT.match(value.strip())
        code = match and (match["a"] or match["b"])
        if match is None or code is None or (match["a"] and match["b"]):
            raise ValueError(f"«{value}» is not an amount; accepted: {ACCEPTED}")
        code = code.upper()
        import pycountry  # noqa: PLC0415 - start-up time: only a command that reads an amount needs it

        if pycountry.currencies.get(alpha_3=code) is None:
            raise ValueError(f"«{code}» is not an ISO 4217 currency; accepted: {ACCEPTED}")
        number = match["n"]
        if "," in number and not re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", number):
            raise ValueError(f"«{value}» can be read in two ways; accepted: {ACCEPTED}")
        try:
            minor = Decimal(number.replace(",", "")).scaleb(exponent(code))
        except InvalidOperation:
            raise ValueError(f"«{value}» is not an amount; accepted: {ACCEPTED}") from None
        if minor != minor.to_integral_value():
            raise ValueError(f"«{value}» has more decimals than {code} allows; accepted: {ACCEPTED}")
        if abs(minor) > LARGEST:
            raise ValueError(f"«{value}» is larger than the largest possible amount; accepted: {ACCEPTED}")
        return {"minor": int(minor), "currency": code}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """An amount is written as text; the parts are accepted, too."""
        written = {"type": "string", "pattern": _AMOUNT_PATTERN, "examples": ["1200.50 MXN"]}
        return {"anyOf": [written, handler.resolve_ref_schema(handler(core))]}

    @model_serializer
    def _write(self) -> str:
        return str(self)

    @property
    def shown(self) -> str:
        """The amount for people: as its country writes it inside ``numbers_of``. Text for programs is ``str``."""
        digits = exponent(self.currency)
        text = f"{Decimal(self.minor).scaleb(-digits):,.{digits}f}"
        return money_text(text.replace(",", THIN_SPACE), self.currency)

    def __str__(self) -> str:
        digits = exponent(self.currency)
        return f"{Decimal(self.minor).scaleb(-digits):.{digits}f} {self.currency}"
