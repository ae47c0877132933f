"""Turns pydantic's errors into plain sentences: where, what was found, what is accepted, which name is similar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from clusterflow.configs.yaml import Document, Steps
from clusterflow.errors import Mistake
from clusterflow.rules.mistakes import nearest_hint

Loc = Sequence[str | int]


def file_error(found: str, accepted: str = "", cure: str = "") -> PydanticCustomError:
    """An error raised by a validator of the file shapes: the parts of a ``Mistake`` without its place."""
    return PydanticCustomError("mistake", "{found}", {"found": found, "accepted": accepted, "cure": cure})


def file_errors(found: Iterable[tuple[Steps, Any, PydanticCustomError]]) -> ValidationError:
    """Several errors, each at its own place below the field. Pydantic spreads them over the field's errors."""
    details = [InitErrorDetails(type=error, loc=steps, input=value) for steps, value, error in found]
    return ValidationError.from_exception_data("several", details)


def describe_value(value: Any) -> str:
    """Return a value of a file as a sentence names it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            shown = " ".join(value.split())
            return f"«{shown if len(shown) <= 60 else shown[:57] + '...'}»" if shown else "an empty text"
        case list():
            return "a list" if value else "an empty list"
        case _:
            return "a mapping"


class Translator:
    """Turns the errors of one family of file shapes into mistakes.

    ``shapes`` says which shape is expected under which key of the file (under ``""``: at the top). The description of a
    field says what is accepted for its key; editors show the same description.
    """

    def __init__(self, shapes: Mapping[str, type[BaseModel]], tags: Sequence[str] = ()) -> None:
        self.shapes = shapes
        self.tags = frozenset(tags)

    def mistakes(self, document: Document, error: ValidationError, top: Steps = ()) -> list[Mistake]:
        """Return the mistakes of an error. ``top`` is the path to the validated value."""
        return [self._mistake(document, details, top) for details in error.errors(include_url=False)]

    def _mistake(self, document: Document, details: ErrorDetails, top: Steps) -> Mistake:
        loc = details["loc"]
        steps = self._steps(document, (*top, *loc))
        where = document.where(steps)
        context: Mapping[str, Any] = details.get("ctx", {})
        match details["type"]:
            case "mistake":
                return Mistake(where, _named(loc, context["found"], details), context["accepted"], context["cure"])
            case "extra_forbidden":
                keys = list(_fields(self._shape_at(loc[:-1])))
                found = f"the key «{loc[-1]}» is unknown"
                return Mistake(document.where(steps, key=True), found, ", ".join(keys), nearest_hint(loc[-1], keys))
            case "missing":
                return Mistake(where, f"the key «{loc[-1]}» is missing", self._description(loc))
        accepted = self._accepted(details, context) or self._description(loc) or details["msg"]
        return Mistake(where, _named(loc, describe_value(details["input"]), details), accepted)

    def _accepted(self, details: ErrorDetails, context: Mapping[str, Any]) -> str:
        value = details["input"]
        match details["type"]:
            case "model_type" | "model_attributes_type":
                named = next((s for s in self.shapes.values() if s.__name__ == context.get("class_name")), None)
                required = [key for key, info in _fields(named).items() if info.is_required()]
                return f"a mapping with the keys {', '.join(required)}"
            case "dict_type":
                return "a mapping"
            case "list_type":
                return "a list"
            case "bool_type":
                return "true or false"
            case "int_type":
                return "a whole number"
            case "greater_than_equal":
                return f"{context['ge']} or more"
            case "string_type" if isinstance(value, (bool, int, float)):
                return "a text (put it in quotes)"
            case "string_type":
                return "a text"
        return ""

    def _description(self, loc: Loc) -> str:
        """Return what the last key of a place may hold, in the words of its field."""
        for index in reversed(range(len(loc))):
            field = _fields(self._shape_at(loc[:index])).get(str(loc[index]))
            if field is not None:
                return field.description or ""
        return ""

    def _shape_at(self, loc: Loc) -> type[BaseModel] | None:
        """Return the shape that was being read at a place: the shape of the last key that has one."""
        known = (self.shapes[step] for step in reversed(loc) if isinstance(step, str) and step in self.shapes)
        return next(known, self.shapes.get(""))

    def _steps(self, document: Document, loc: Loc) -> Steps:
        """Return pydantic's path to the error without the tags of unions, as far as it exists in the file."""
        steps: Steps = ()
        for step in loc:
            if (*steps, step) in document.places:
                steps = (*steps, step)
            elif step not in self.tags:
                break
        return steps


def _named(loc: Loc, found: str, details: ErrorDetails) -> str:
    """Adds the key to a sentence that consists only of the value."""
    if not loc or found != describe_value(details["input"]):
        return found
    key = next((step for step in reversed(loc) if isinstance(step, str)), "")
    return f"{key}: {found}"


def _fields(shape: type[BaseModel] | None) -> dict[str, FieldInfo]:
    """Return the fields of a shape by the keys that people write."""
    return {info.alias or name: info for name, info in shape.model_fields.items()} if shape else {}


def sorted_mistakes(document: Document, mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """Return all mistakes of one file without repetition, in the order of its lines."""
    return tuple(sorted(dict.fromkeys([*document.mistakes, *mistakes]), key=lambda mistake: _line(mistake.where)))


def _line(where: str) -> tuple[int, int]:
    _, line, column = where.rsplit(":", 2)
    return int(line), int(column)
