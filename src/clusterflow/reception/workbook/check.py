"""What a record's own declaration refuses, at the cell that holds it and in the reader's language."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from clusterflow.intake.workbook.drafts import Draft
from clusterflow.intake.workbook.layout import Column
from clusterflow.intake.workbook.sentences import CellMistake, mistake
from clusterflow.model.records import RECORDS
from clusterflow.model.text import Language, Text

_AS = Text(es="algo como {example}", en="something like {example}")
_LENGTH = {
    "max_length": Text(es="{value} caracteres como mucho", en="{value} characters at most"),
    "min_length": Text(es="{value} caracteres como poco", en="{value} characters at least"),
}
_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def record_mistakes(problem: ValidationError, draft: Draft, language: Language) -> list[CellMistake]:
    """Each error of a validation at its cell; what is missing was told before."""
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
        accepted = accepted_words(cls.model_fields[name], columns.get(name), language)
        found.append(mistake(draft.at(name), error["input"], "bounds", language, accepted=accepted))
    return found


def accepted_words(field: FieldInfo, column: Column | None, language: Language) -> str:
    """What a field takes, in words."""
    told = []
    per = column.per if column else 1
    for part in field.metadata:
        for name, sign in _SIGNS.items():
            bound = getattr(part, name, None)
            if bound is not None:
                told.append(f"{sign} {bound if per == 1 else bound / per:g}")
        for name, text in _LENGTH.items():
            if getattr(part, name, None) is not None and not getattr(part, "pattern", None):
                told.append(text.to(language).format(value=getattr(part, name)))
    if not told and column is not None and column.example is not None:
        told.append(_AS.to(language).format(example=column.example))
    return ", ".join(told) or "?"
