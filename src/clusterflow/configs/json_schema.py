"""The JSON Schema of a model file. Editors use it for completion and checks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from clusterflow.configs.model_file import WrittenModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def model_schema(metrics: Iterable[str] = ()) -> dict[str, Any]:
    """Return the schema. With the ids of metrics, an editor can offer them.

    The schema checks less than ``load_model``, which also knows the units of metrics and the other stages.
    """
    schema: dict[str, Any] = _plain(WrittenModel.model_json_schema(by_alias=True))
    schema = {"$schema": DIALECT, "title": "clusterflow lifecycle model", **schema}
    if names := sorted(metrics):
        schema["$defs"]["WrittenCriterion"]["properties"]["metric"]["enum"] = names
    return schema


def _plain(part: Any) -> Any:
    """Removes what pydantic adds for programs: titles made of names, and «null» for optional keys."""
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
