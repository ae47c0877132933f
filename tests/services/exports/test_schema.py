"""The published JSON Schema fits what we write: in a JavaScript validator as it comes, and in a Python one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import javascript as node
from support.fresh import Fresh

from clusterflow.configs.json_schema import model_schema
from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.yaml import read
from clusterflow.domain.records import RECORDS
from clusterflow.intake.json_schema import record_schema
from clusterflow.settings import Settings

from .test_registry import CHECKED, answers_of, context_on, facts_of, histories, record

ROOT = Path(__file__).resolve().parents[3]
CONFIGS = ROOT / "configs"


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("schema") / "records.json"
    file.write_text(json.dumps(record_schema()), encoding="utf-8")
    return file


def invalid_in_python(lines: list[str], schema: dict[str, Any]) -> list[str]:
    validator = jsonschema.Draft7Validator(schema)
    return [f"{error.message}: {line}" for line in lines for error in validator.iter_errors(json.loads(line))]


SEEN: set[str] = set()


@st.composite
def all_types(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A history in which every record type occurs."""
    facts = [draw(facts_of(cls)) for cls in RECORDS.values() if cls.key != ("id",)]
    return [*draw(histories()), *facts]


@settings(CHECKED, max_examples=6)
@given(facts=all_types())
def check_exported_lines(here: Fresh, schema: Path, facts: list[dict[str, Any]]) -> None:
    here.again()
    record(context_on(here.engine), facts)
    lines = answers_of(here.engine)
    SEEN.update(json.loads(line)["record"] for line in lines)
    assert node.run("validate.mjs", schema, given="".join(lines)) == ""
    assert invalid_in_python(lines, json.loads(schema.read_text(encoding="utf-8"))) == []


def test_every_line_that_is_exported_is_valid_in_every_record_type(
    on_sqlite: tuple[Fresh, Fresh], schema: Path, javascript: None
) -> None:
    check_exported_lines(on_sqlite[0], schema)  # type: ignore[call-arg] # Hypothesis gives the facts
    assert set(RECORDS) - SEEN == set()


VALID = [
    '{"record": "membership", "initiative": "one", "organisation": "acero", "from": "2024-01-01", "to": "2025-01-01"}',
    '{"record": "membership", "initiative": "one", "organisation": "acero", "to": "2025-01-01"}',
    '{"record": "payment", "initiative": "one", "id": "p", "invoice": "i", "amount": "4,350.50 MXN"}',
    '{"record": "payment", "initiative": "one", "id": "p", "invoice": "i", "amount": {"minor": 1, "currency": "MXN"}}',
    '{"record": "organisation", "id": "acero", "from": "2024-01-01", "retract": true}',
    '{"record": "person", "id": "ana", "email": null}',
]  # fmt: skip
INVALID = [
    '{"record": "membreship", "initiative": "one", "organisation": "acero"}',
    '{"record": "membership", "organisation": "acero"}',
    '{"record": "membership", "initiative": "one", "organisation": "Acero"}',
    '{"record": "membership", "initiative": "one", "organisation": "acero", "from": "01/02/2024"}',
    '{"record": "payment", "initiative": "one", "id": "p", "amount": 90}',
    '{"record": "person", "id": "ana", "e-mail": "ana@acero.example"}',
    '{"id": "ana"}',
]


def test_both_validators_accept_and_refuse_the_same(schema: Path, javascript: None) -> None:
    assert node.run("validate.mjs", schema, given="\n".join(VALID)) == ""
    assert invalid_in_python(VALID, json.loads(schema.read_text(encoding="utf-8"))) == []
    for line in INVALID:
        assert node.run("validate.mjs", schema, given=line) != "", line
        assert invalid_in_python([line], json.loads(schema.read_text(encoding="utf-8"))) != [], line


def test_the_records_of_the_tutorial_are_valid(schema: Path, javascript: None) -> None:
    assert node.run("validate.mjs", schema, given=(ROOT / "docs" / "example.jsonl").read_text(encoding="utf-8")) == ""


def test_every_shipped_model_is_valid_by_the_schema_of_models(tmp_path: Path, javascript: None) -> None:
    schema = model_schema(load_metrics(Settings().configs / "metrics.yaml"))
    (tmp_path / "model.json").write_text(json.dumps(schema), encoding="utf-8")
    models = [json.dumps(read(file).value) for file in sorted((CONFIGS / "models").glob("*.yaml"))]
    assert node.run("validate.mjs", tmp_path / "model.json", given="\n".join(models)) == ""
    assert invalid_in_python(models, schema) == []
