"""Tax ids by country: their one spelling for comparisons, the generic ones, and doubts about those that fit no rule.

A doubt is never a refusal. Tax offices issue numbers that fit no published check digit (Ecuador's SRI did), and a firm
may have the number of another country.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache
from typing import Any

from clusterflow.domain.text import Frozen, Language, Text

_NAMES = {
    "MX": "rfc", "CO": "nit", "AR": "cuit", "EC": "ruc", "PE": "ruc", "CL": "rut", "ES": "nif", "PT": "nif",
    "BR": "cnpj", "UY": "rut", "PY": "ruc", "VE": "rif", "CR": "cpj", "DO": "rnc", "GT": "nit", "SV": "nit",
    "US": "ein",
}  # fmt: skip
"""The name of a country's number in python-stdnum and among people; elsewhere it is the VAT number."""

_ALSO = {"BR": "cpf"}
"""The number of a natural person, where a country has one apart."""

_LIKELY = ("MX", "CO", "AR", "EC", "ES", "PT", "BR", "CL", "PE", "UY", "PY", "EU")
"""The countries whose numbers are tried where a party has no country."""

_PREFIXES = frozenset(_NAMES) | frozenset(
    (
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "FI", "FR", "GB", "HR", "HU", "IE", "IT", "LT", "LU",
        "LV", "MT", "NL", "NO", "PL", "RO", "SE", "SI", "SK", "CH",
    )
)  # fmt: skip

_GENERIC = frozenset(
    (
        "xexx010101000", "xaxx010101000",  # MX: foreigners, the public at large (SAT, Miscelánea Fiscal)
        "9999999999999", "9999999999",  # EC: the final consumer (SRI, ficha técnica)
        "222222222222", "222222222", "2222222222", "444444444", "4444444444", "444444444000",  # CO (DIAN)
        "555555555", "666666666",  # CL: foreigners, the final consumer (SII)
        "999999990", "999999999",  # PT: the final consumer (Autoridade Tributária)
    )
)  # fmt: skip
_GENERIC_PATTERN = re.compile(r"5[015]0000\d{5}|444444\d{3}|(.)\1{4,}")
"""AR: the ids of whole countries (AFIP, CUIT País). CO: foreigners without a NIT. One character repeated: a number that
somebody typed to fill the field."""

_LABEL = re.compile(
    r"^\s*(r\.?f\.?c|n\.?i\.?t|c\.?u\.?i\.?[tl]|r\.?u\.?[ct]|n\.?i\.?f|c\.?i\.?f|c\.?n\.?p\.?j|n\.?i\.?p\.?c|vat|iva)"
    r"\.?\s*(?:(?:n[.ºo°]*|no\.|núm\.?|number)\s*)?[:\s]\s*(?=.*\d)",
    re.IGNORECASE,
)


class TaxIdReason(StrEnum):
    """Why a number cannot be a tax id of its country, as far as the published rules go."""

    LENGTH = "length"
    FORMAT = "format"
    CHECK_DIGIT = "check-digit"
    COMPONENT = "component"
    NO_COUNTRY = "no-country"
    TAKEN = "taken"
    """It is the tax id of another organisation as well."""


_REASONS: dict[TaxIdReason, Text] = {
    TaxIdReason.LENGTH: Text(
        es="no tiene la longitud de un {name} ({country})", en="it does not have the length of a {name} ({country})"
    ),
    TaxIdReason.FORMAT: Text(
        es="contiene caracteres que un {name} ({country}) no lleva",
        en="it contains characters that a {name} ({country}) does not have",
    ),
    TaxIdReason.CHECK_DIGIT: Text(
        es="su dígito verificador no corresponde al de un {name} ({country})",
        en="its check digit is not that of a {name} ({country})",
    ),
    TaxIdReason.COMPONENT: Text(
        es="una de sus partes no existe en un {name} ({country})",
        en="one of its parts does not exist in a {name} ({country})",
    ),
    TaxIdReason.NO_COUNTRY: Text(
        es="no es de ningún país conocido; indique el país", en="it fits no country that is known; name its country"
    ),
    TaxIdReason.TAKEN: Text(es="es también el de «{name}»", en="it is also the one of «{name}»"),
}  # fmt: skip


_DOUBTFUL = Text(
    es="{where}: la identificación fiscal «{number}» se registra como está escrita, pero {why}; revísela",
    en="{where}: the tax id «{number}» is recorded as it is written, but {why}; check it",
)


class TaxIdDoubt(Frozen):
    """A number that fits no rule of its country. It is recorded as it was written, and somebody should check it.

    ``name`` is that of the country's number, as RFC; where the number is taken, the id of the other organisation.
    """

    number: str
    reason: TaxIdReason
    country: str = ""
    name: str = ""

    def describe(self, where: str, language: Language) -> str:
        """Return where the number is, and why it is doubtful."""
        why = _REASONS[self.reason].to(language).format(name=self.name, country=self.country)
        return _DOUBTFUL.to(language).format(where=where, number=self.number, why=why)


def tax_id_key(number: str | None) -> str:
    """Return the one spelling of a tax id: without its label, country prefix, points, hyphens, blanks and capitals."""
    text = _LABEL.sub("", unicodedata.normalize("NFKC", number or ""))
    plain = "".join(c for c in text if c.isalnum()).casefold()
    country, rest = plain[:2].upper(), plain[2:]
    if country in _PREFIXES and rest and _fits(rest, country):
        return rest
    return plain


def is_generic(key: str) -> bool:
    """Return whether a number stands for many, or for none: it identifies nobody."""
    return key in _GENERIC or not any(c.isdigit() for c in key) or _GENERIC_PATTERN.fullmatch(key) is not None


def tax_id_doubt(number: str | None, country: str | None, home: str | None = None) -> TaxIdDoubt | None:
    """Return what is doubtful about a tax id; None where it fits, where it is generic, or where no rule is known.

    Args:
        country: the party's own country.
        home: the country to assume where the party has none. A number of another form may then be of another country.
    """
    key = tax_id_key(number)
    if number is None or not key or is_generic(key):
        return None
    assumed = country or home
    reason = _reason(key, assumed) if assumed else None
    if country is None and reason is not TaxIdReason.CHECK_DIGIT:
        if any(_module(c) is not None and _reason(key, c) is None for c in _LIKELY):
            return None
        if assumed is None:
            return TaxIdDoubt(number=number, reason=TaxIdReason.NO_COUNTRY)
    if reason is None or assumed is None:
        return None
    return TaxIdDoubt(number=number, reason=reason, country=assumed, name=_NAMES.get(assumed, "vat").upper())


def _fits(key: str, country: str) -> bool:
    """Return whether a number has the form of a country's tax id, whatever its check digit."""
    return _module(country) is not None and _reason(key, country) in (None, TaxIdReason.CHECK_DIGIT)


def _reason(key: str, country: str) -> TaxIdReason | None:
    """Return why a number is none of a country's; None where it is, or where the country's rule is not known."""
    from stdnum import exceptions as ex  # noqa: PLC0415 - start-up time: only a command that reads a tax id needs it

    kinds = {
        ex.InvalidLength: TaxIdReason.LENGTH,
        ex.InvalidChecksum: TaxIdReason.CHECK_DIGIT,
        ex.InvalidComponent: TaxIdReason.COMPONENT,
    }
    module, first = _module(country), None
    for one in (module, _person_module(country)):
        if one is None:
            continue
        try:
            one.validate(key.upper())
        except ex.ValidationError as problem:
            first = first or next((r for kind, r in kinds.items() if isinstance(problem, kind)), TaxIdReason.FORMAT)
        else:
            return None
    return first


@cache
def _module(country: str) -> Any:
    from stdnum import get_cc_module  # noqa: PLC0415 - start-up time, as in ``_reason``

    return get_cc_module(country.lower(), _NAMES.get(country, "vat"))


@cache
def _person_module(country: str) -> Any:
    from stdnum import get_cc_module  # noqa: PLC0415 - start-up time, as in ``_reason``

    return get_cc_module(country.lower(), _ALSO[country]) if country in _ALSO else None
