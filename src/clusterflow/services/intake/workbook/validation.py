"""Translates validation errors of records into mistakes at cells, in the language of the reader."""

from __future__ import annotations

from pydantic import ValidationError

from clusterflow.domain.records import RECORDS
from clusterflow.domain.text import Language
from clusterflow.intake.workbook.bounds import accepted_values
from clusterflow.intake.workbook.drafts import Draft
from clusterflow.intake.workbook.messages import CellMistake, mistake
from clusterflow.reports.translations import translated


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
            found.append(_contradiction(error["msg"].removeprefix("Value error, "), draft, language))
            continue
        accepted = accepted_values(error.get("ctx", {}), columns.get(name), language)
        found.append(mistake(draft.at(name), error["input"], "bounds", language, accepted=accepted))
    return found


def _contradiction(text: str, draft: Draft, language: Language) -> CellMistake:
    """Return the mistake of fields that contradict each other, at the one that the text begins with: «answers: ...»."""
    name, is_named, what = text.partition(": ")
    if is_named and name in RECORDS[draft.record].model_fields:
        return mistake(draft.at(name), None, "plain", language, problem=translated(what, language))
    first, last = draft.fields.get("valid_from"), draft.fields.get("valid_to")
    return mistake(draft.at("valid_to"), last, "ends_before", language, first=first)
