"""Translates validation errors of records into mistakes at cells, in the language of the reader."""

from __future__ import annotations

from pydantic import ValidationError

from clusterflow.domain.records import RECORDS
from clusterflow.domain.text import Language
from clusterflow.intake.workbook.bounds import accepted_values
from clusterflow.intake.workbook.drafts import Draft
from clusterflow.intake.workbook.messages import CellMistake, mistake


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
        accepted = accepted_values(error.get("ctx", {}), columns.get(name), language)
        found.append(mistake(draft.at(name), error["input"], "bounds", language, accepted=accepted))
    return found
