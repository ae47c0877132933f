"""Translates validation errors of records into mistakes at cells, in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from clusterflow.domain.records import RECORDS
from clusterflow.domain.text import Language, Text
from clusterflow.intake.workbook.drafts import Draft
from clusterflow.intake.workbook.layout import Column
from clusterflow.intake.workbook.messages import CellMistake, mistake

_AS = Text(es="algo como {example}", en="something like {example}")
_LENGTH = Text(es="{value} caracteres como mucho", en="{value} characters at most")
_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def record_mistakes(problem: ValidationError, draft: Draft, language: Language) -> list[CellMistake]:
    """Return a mistake for each validation error, at its cell. Missing fields are reported elsewhere."""
    cls, found = RECORDS[draft.record], []
    names = {f.alias or name: name for name, f in cls.model_fields.items()}
    columns = draft.sheet.columns_of(draft.record)
    for error in problem.errors(include_url=False):
        if error["type"] == "missing":
            continue
        name = names.get(str(error["loc"][0]), str(error["loc"][0])) if error["loc"] else ""
        if not name:
            first = draft.fields.get("valid_from")
            place, value = draft.at("valid_to"), draft.fields.get("valid_to")
            found.append(mistake(place, value, "ends_before", language, first=first))
            continue
        accepted = _accepted(error.get("ctx", {}), columns.get(name), language)
        found.append(mistake(draft.at(name), error["input"], "bounds", language, accepted=accepted))
    return found


def _accepted(bounds: Mapping[str, Any], column: Column | None, language: Language) -> str:
    """Return what is accepted instead of a refused value."""
    if "max_length" in bounds:
        return _LENGTH.to(language).format(value=bounds["max_length"])
    limits = [f"{sign} {bounds[n] / (column.per if column else 1):g}" for n, sign in _SIGNS.items() if n in bounds]
    example = column.example if column is not None else None
    return ", ".join(limits) or _AS.to(language).format(example=example or "?")
