"""The OpenAPI document, made from the declared operations."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from clusterflow import __version__
from clusterflow.intake.json_schema import record_schema
from clusterflow.web.api.operation import ID, KEY, Operation
from clusterflow.web.api.problems import MEDIA_TYPE, Problem

_REFERENCE = "#/components/schemas/{model}"
_EVERY = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS)
_WITH_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def document(operations: Sequence[Operation], server: str) -> dict[str, Any]:
    """Return the document (OpenAPI 3.1).

    Args:
        server: the address under which the paths begin.
    """
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "serialization")]
    for one in operations:
        models.append((one.answer, "serialization"))
        if _is_model(one.body):
            models.append((one.body, "validation"))
    references, schema = models_json_schema(models, ref_template=_REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "clusterflow",
            "version": __version__,
            "description": "Initiatives, gates, records and ledgers, with the rights of the token's maker.",
        },
        "servers": [{"url": server}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {**schema.get("$defs", {}), "Records": _records()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(one: Operation, references: Any) -> dict[str, Any]:
    about = inspect.getdoc(one.handler) or ""
    errors = (*_EVERY, *one.errors, *(_WITH_BODY if one.body is not None else ()))
    if one.repeatable and HTTPStatus.BAD_REQUEST not in errors:
        errors += (HTTPStatus.BAD_REQUEST,)
    problem = {"content": {MEDIA_TYPE: {"schema": references[Problem, "serialization"]}}}
    found: dict[str, Any] = {
        "operationId": one.handler.__name__,
        "summary": about.splitlines()[0] if about else "",
        "parameters": _parameters(one),
        "responses": {
            "200": {
                "description": HTTPStatus.OK.phrase,
                "content": {"application/json": {"schema": references[one.answer, "serialization"]}},
            },
            **{str(int(status)): {"description": status.phrase, **problem} for status in sorted(set(errors))},
        },
    }
    if one.body is not None:
        schema = references[one.body, "validation"] if _is_model(one.body) else {"$ref": "#/components/schemas/Records"}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def _parameters(one: Operation) -> list[dict[str, Any]]:
    path = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": f"^{ID}$"}}
        for name in path
    ]
    for name, schema in one.query.model_json_schema().get("properties", {}).items():
        found.append({"name": name, "in": "query", "required": False, "schema": schema})
    if one.repeatable:
        found.append({
            "name": "Idempotency-Key", "in": "header", "required": False,
            "description": "the same request under the same key is done once",
            "schema": {"type": "string", "pattern": f"^{KEY}$"},
        })  # fmt: skip
    return found


def _records() -> dict[str, Any]:
    """The body of records: their own schema is in another draft, so only its outline is repeated here."""
    names = record_schema()["properties"]["record"]["enum"]
    one = {
        "type": "object",
        "required": ["record"],
        "properties": {
            "record": {"enum": names},
            "initiative": {"type": "string"},
            "retract": {"type": "boolean"},
            "confirm": {"type": "boolean"},
        },
        "description": "one record; `clusterflow schema records` prints the fields of each type",
    }
    many = {
        "type": "object",
        "required": ["records"],
        "properties": {"records": {"type": "array", "items": one}},
        "additionalProperties": False,
    }
    return {"anyOf": [one, many]}


def _is_model(declared: Any) -> bool:
    return isinstance(declared, type) and issubclass(declared, BaseModel)
