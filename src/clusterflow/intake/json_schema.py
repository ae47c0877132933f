"""The JSON Schema of a line of records, for editors and for the programs that send us facts."""

from __future__ import annotations

from typing import Any

from clusterflow.domain.records import RECORDS


def record_schema() -> dict[str, Any]:
    """One schema for all record types, told apart by ``record``."""
    definitions: dict[str, Any] = {}
    for name, cls in RECORDS.items():
        own = cls.model_json_schema(by_alias=True, ref_template="#/$defs/{model}")
        definitions.update(own.pop("$defs", {}))
        properties: dict[str, Any] = {"record": {"const": name}}
        required = ["record", *own.get("required", [])]
        if cls.of_initiative:
            properties["initiative"] = {"type": "string", "description": "id of the initiative"}
            required.insert(1, "initiative")
        properties["retract"] = {"type": "boolean", "default": False, "description": "withdraw the fact"}
        properties.update(own["properties"])
        definitions[name] = {**own, "title": name, "properties": properties, "required": required}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A record of clusterflow",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in RECORDS],
        "$defs": definitions,
    }
