"""Versions that are known to break, that are not what is required, that are not what was tested."""

from __future__ import annotations

import pytest

from clusterflow.services.diagnostics.finding import Outcome, Surroundings
from clusterflow.services.diagnostics.packages import judge, look

GOOD = {"prefect": "3.8.8", "fastapi": "0.141.1", "sqlalchemy": "2.0.45"}
REQUIRED = ["prefect<3.9,>=3.8.8", "fastapi<0.151,>=0.139", "sqlalchemy<2.1,>=2.0.40", "pytest>=8; extra == 'dev'"]


def found(installed: dict[str, str], pins: dict[str, str] | None = None) -> list[tuple[str, Outcome, str]]:
    return [(s.what.en, s.outcome, s.found.en) for s in judge(installed, REQUIRED, pins or {})]


def test_this_installation_is_well() -> None:
    assert [s.outcome for s in look(Surroundings())] == [Outcome.OK]


@pytest.mark.parametrize(
    ("package", "version", "effect"),
    [
        ("fastapi", "0.155.0", "does not start"),
        ("fastapi", "0.152.1", "422"),
        ("sqlalchemy", "2.1.0b1", "scheduler never makes runs"),
    ],
)
def test_a_pair_that_is_known_to_break_is_told_with_what_happens(package: str, version: str, effect: str) -> None:
    ((what, outcome, text),) = found(GOOD | {package: version})
    assert (what, outcome) == (f"{package} {version}, prefect 3.8.8", Outcome.TROUBLE)
    assert effect in text


def test_what_is_missing_or_outside_of_what_is_required_is_trouble() -> None:
    assert found({"prefect": "3.7.0", "fastapi": "0.141.1"}) == [
        ("prefect", Outcome.TROUBLE, "3.7.0; asked for: <3.9,>=3.8.8"),
        ("sqlalchemy", Outcome.TROUBLE, "not installed; asked for: <2.1,>=2.0.40"),
    ]


def test_other_versions_than_the_tested_ones_are_a_warning() -> None:
    ((_, outcome, text),) = found(GOOD, {**GOOD, "sqlalchemy": "2.0.46", "absent": "1"})
    assert (outcome, text) == (Outcome.WARNING, "not the tested versions (in brackets): sqlalchemy 2.0.45 (2.0.46)")


def test_without_pins_what_is_required_is_enough() -> None:
    assert [o for _, o, _ in found(GOOD)] == [Outcome.OK]
