"""Says what a field accepts in the place of a refused value, in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusterflow.domain.text import ID, Language, Text
from clusterflow.intake.workbook.layout import Column, Kind

_AS = Text(es="algo como {example}", en="something like {example}")
_LENGTH = Text(es="{value} caracteres como mucho", en="{value} characters at most")
_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
_EXAMPLES = {
    "country": "MX",
    "subdivision": "MX-NLE",
    "timezone": "America/Monterrey",
    "address": "+5218112345678",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
"""By field, where its column has no example."""

_EXAMPLES_OF_KIND = {Kind.DATE: "2025-03-04", Kind.WHOLE: "12", Kind.NUMBER: "3.5", Kind.YES_NO: "sí"}
_ID = Text(
    es="un id de minúsculas, cifras, punto, guion o guion bajo",
    en="an id of lower case letters, digits, point, hyphen or underscore",
)
_TEXT = Text(es="un texto", en="a text")


def accepted_values(bounds: Mapping[str, Any], column: Column | None, language: Language) -> str:
    """Return the bounds of a field, or an example of what it accepts.

    Args:
        bounds: the context of pydantic's error.
    """
    if "max_length" in bounds:
        return _LENGTH.to(language).format(value=bounds["max_length"])
    limits = [f"{sign} {bounds[n] / (column.per if column else 1):g}" for n, sign in _SIGNS.items() if n in bounds]
    if bounds.get("pattern") == ID and (column is None or column.example is None):
        return _ID.to(language)
    return ", ".join(limits) or example_of(column, language)


def example_of(column: Column | None, language: Language) -> str:
    """Return an example of what a column accepts."""
    example = None
    if column is not None:
        example = column.example or _EXAMPLES.get(column.name) or _EXAMPLES_OF_KIND.get(column.kind)
    return _AS.to(language).format(example=example) if example else _TEXT.to(language)
