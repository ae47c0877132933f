"""The JSON Schema of a line of records, for editors and for programs that send facts.

It is written in draft 7 without formats, because validators of every language read that as they come.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clusterflow.domain.json_schemas import DRAFT, portable
from clusterflow.domain.records import RECORDS, Record


def record_schema() -> dict[str, Any]:
    """One schema for the lines of all record types; ``record`` says which type a line is."""
    definitions: dict[str, Any] = {}
    for name, cls in RECORDS.items():
        own = cls.model_json_schema(by_alias=True, ref_template="#/definitions/{model}")
        definitions.update(own.pop("$defs", {}))
        definitions[name] = _definition(cls, own)
    schema: dict[str, Any] = portable(
        {
            "$schema": DRAFT,
            "title": "A record of clusterflow",
            "type": "object",
            "required": ["record"],
            "properties": {"record": {"enum": list(RECORDS)}},
            # A choice by the type, and not «one of»: a validator then names what is wrong with a line of that type.
            "allOf": [
                {
                    "if": {"required": ["record"], "properties": {"record": {"const": name}}},
                    "then": {"$ref": f"#/definitions/{name}"},
                }
                for name in RECORDS
            ],
            "definitions": definitions,
        }
    )
    return schema


def _definition(cls: type[Record], own: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of one record type. A line that changes or ends a fact names the key, and what is new."""
    alias = {name: field.alias or name for name, field in cls.model_fields.items()}
    properties: dict[str, Any] = {"record": {"const": cls.type}}
    required = ["record"]
    if cls.of_initiative:
        properties["initiative"] = {"type": "string", "description": "id of the initiative"}
        required.append("initiative")
    properties["retract"] = {"type": "boolean", "default": False, "description": "withdraw the fact"}
    properties["confirm"] = {
        "type": "boolean",
        "default": False,
        "description": "values that look like a mistake are right: a negative amount, a day of 1900 ...",
    }
    properties |= {n: s for n, s in own["properties"].items() if not _is_hidden(cls, n)}
    required += [alias[name] for name in cls.key]
    first = [n for n in own.get("required", []) if n not in required]
    about = (
        f"{own.get('description', '')}\n\nA new fact also needs: {', '.join(first)}." if first else own["description"]
    )
    return {**own, "title": cls.type, "description": about, "properties": properties, "required": required}


def _is_hidden(cls: type[Record], name: str) -> bool:
    field = cls.model_fields.get(name)
    return field is not None and bool(field.exclude)
