"""YAML 1.2 with the line and column of every value."""

from __future__ import annotations

from datetime import date

import pytest

from clusterflow.configs.yaml import parse


@pytest.mark.parametrize(
    ("written", "value"),
    [("no", "no"), ("yes", "yes"), ("true", True), ("12", 12), ("0x1F", 31), ("0o17", 15), ("1_000", 1000),
     ("1.5", 1.5), (".inf", float("inf")), ("~", None), ("", None), ("2025-01-31", "2025-01-31"),
     ("'12'", "12"), ("12:30:45", "12:30:45")],
)  # fmt: skip
def test_scalars_follow_yaml_1_2(written: str, value: object):
    found = parse(f"key: {written}", "f").value["key"]
    assert (found, type(found)) == (value, type(value))
    assert not isinstance(found, date)


def test_every_value_and_key_has_its_place():
    document = parse("a: 1\nb:\n  - x\n  - c: {d: 2}\n", "f")
    assert document.value == {"a": 1, "b": ["x", {"c": {"d": 2}}]}
    assert document.where(("a",)) == "f:1:4"
    assert document.where(("a",), key=True) == "f:1:1"
    assert document.where(("b", 0)) == "f:3:5"
    assert document.where(("b", 1, "c", "d")) == "f:4:12"


def test_a_missing_value_has_the_place_of_its_parent():
    assert parse("a:\n  b: 1\n", "f").where(("a", "c", "d")) == "f:2:3"


def test_all_duplicate_keys_are_reported():
    document = parse("a: 1\nb: {x: 1, x: 2}\na: 3\n", "f")
    assert [str(mistake).split(";")[0] for mistake in document.mistakes] == [
        "f:2:11: the key «x» is listed twice, first on line 2",
        "f:3:1: the key «a» is listed twice, first on line 1",
    ]
    assert document.value == {"a": 1, "b": {"x": 1}}


def test_a_value_that_contains_itself_is_reported():
    document = parse("a: &a [*a]\n", "f")
    assert "used again by its anchor" in str(document.mistakes[0])
