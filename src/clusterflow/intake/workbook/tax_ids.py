"""Tax ids by country: RFC, NIT, CUIT, RUC, NIF and whatever else python-stdnum knows as a country's VAT number."""

from __future__ import annotations

from functools import cache
from typing import Any

from stdnum import get_cc_module
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError

from clusterflow.domain.text import Language, Text

_NAMES = {"MX": "rfc", "CO": "nit", "AR": "cuit", "EC": "ruc", "PE": "ruc", "CL": "rut", "ES": "nif", "PT": "nif"}
"""As people call it; elsewhere it is the VAT number."""

_WHY: dict[type[ValidationError], Text] = {
    InvalidLength: Text(es="su largo no es el debido", en="it has the wrong length"),
    InvalidFormat: Text(es="tiene signos que no van ahí", en="it has signs where they do not belong"),
    InvalidChecksum: Text(es="su dígito de control no cuadra", en="its check digit does not add up"),
    InvalidComponent: Text(es="una de sus partes no existe", en="one of its parts does not exist"),
}


@cache
def _module(country: str) -> Any:
    return get_cc_module(country.lower(), _NAMES.get(country, "vat"))


def tax_id_mistake(number: str | None, country: str | None, language: Language) -> dict[str, str] | None:
    """Why a tax id cannot be one of that country; None where it can, or where nobody knows."""
    module = _module(country) if country else None
    if module is None or country is None or number is None:
        return None
    try:
        module.validate(number)
    except ValidationError as problem:
        why = next((text for kind, text in _WHY.items() if isinstance(problem, kind)), _WHY[InvalidFormat])
        return {"name": _NAMES.get(country, "vat").upper(), "country": country, "why": why.to(language)}
    return None
