"""The JSON Schema of a model or rulebook file, for editors that complete and check while one types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from clusterflow.configs.model_file import WrittenModel
from clusterflow.domain.json_schemas import DRAFT, portable


def model_schema(metrics: Iterable[str] = ()) -> dict[str, Any]:
    """The schema; with the ids of metrics, an editor can offer them.

    It says less than ``load_model``, which alone checks what depends on the unit of a metric or on another stage.
    """
    return file_schema(WrittenModel, "clusterflow lifecycle model", metrics, ("WrittenCriterion",))


def file_schema(shape: type[BaseModel], title: str, metrics: Iterable[str], criteria: Iterable[str]) -> dict[str, Any]:
    """Return the schema of a file. ``criteria`` are the names of the shapes that name a metric."""
    schema: dict[str, Any] = _plain(shape.model_json_schema(by_alias=True, ref_template="#/definitions/{model}"))
    schema["definitions"] = schema.pop("$defs")
    schema = portable({"$schema": DRAFT, "title": title, **schema})
    if names := sorted(metrics):
        for criterion in criteria:
            schema["definitions"][criterion]["properties"]["metric"]["enum"] = names
    return schema


def _plain(part: Any) -> Any:
    """Without what pydantic adds for programs: titles made of names, and «null» where a key may be left out."""
    if isinstance(part, list):
        return [_plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    choices = [choice for choice in part.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1 and len(part["anyOf"]) == 2:
        part = {**{key: value for key, value in part.items() if key != "anyOf"}, **choices[0]}
    return {
        key: {name: _plain(value) for name, value in item.items()} if key in ("properties", "$defs") else _plain(item)
        for key, item in part.items()
        if not (key == "title" and isinstance(item, str)) and not (key == "default" and item is None)
    }
