"""The page about scale shows what its formulas give from what was measured, and explains each name it uses."""

from __future__ import annotations

import json
import re
from math import ceil

import pytest

from benches.scale import DATA, PAGE, QUOTED, page_with
from benches.scale_formulas import ASSUMPTIONS, INPUTS, RESULTS, evaluate, shown, shown_by_name, tables

MEASURED = json.loads(DATA.read_text(encoding="utf-8"))
INPUT_VALUES: dict[str, float] = MEASURED["inputs"]
TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_are_those_that_the_formulas_give() -> None:
    assert page_with(TEXT, INPUT_VALUES) == TEXT, "run: python -m benches.scale --tables"
    for table in tables(INPUT_VALUES).values():
        assert table in TEXT


def test_another_measurement_gives_another_page() -> None:
    assert page_with(TEXT, {**INPUT_VALUES, "fact_bytes": 2 * INPUT_VALUES["fact_bytes"]}) != TEXT


def test_everything_is_measured_and_the_page_says_where_and_when() -> None:
    assert set(INPUT_VALUES) == set(INPUTS)
    assert all(value > 0 for value in INPUT_VALUES.values())
    for value in MEASURED["about"].values():
        assert str(value) in TEXT


def test_each_name_has_one_meaning_and_is_used() -> None:
    names = [*INPUTS, *(one.name for one in ASSUMPTIONS), *(one.name for one in RESULTS)]
    assert len(set(names)) == len(names)
    used = set(re.findall(r"[a-z_]{3,}", " ".join(one.formula for one in RESULTS)))
    rivals = {name for name, (_, about) in INPUTS.items() if about.startswith("rival")}
    alone = {"sqlite_bytes"}
    assert set(names) - used - {one.name for one in RESULTS} == rivals | alone


def test_numbers_in_the_prose_are_those_of_the_tables() -> None:
    """In the text, a number that was computed or measured is followed by its name in code."""
    numbers = shown_by_name(INPUT_VALUES)
    prose = TEXT.partition("## What follows")[2]
    names = QUOTED.findall(prose)
    assert len(names) > 15
    for name in names:
        assert f"{numbers[name]} (`{name}`)" in prose


def test_a_formula_is_arithmetic_and_nothing_else() -> None:
    assert evaluate("ceil(a / 2) + 3 * b - 1", {"a": 5, "b": 2}) == ceil(5 / 2) + 5
    for wrong in ("__import__('os')", "a ** 2", "a.b", "max(a, b)", "'text'"):
        with pytest.raises(ValueError, match="cannot contain"):
            evaluate(wrong, {"a": 1, "b": 2})


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (5.1e11, "TB", "0.51 TB"), (123456, "", "123,000"), (0.000444, "s", "0.000444 s"), (12, "", "12"),
        (509.4, "B", "509 B"), (0.381, "%", "38.1 %"), (1234, "/s", "1,230 /s"), (1000, "", "1,000"),
    ],
)  # fmt: skip
def test_numbers_show_three_digits_that_mean_something(value: float, unit: str, text: str) -> None:
    assert shown(value, unit) == text
