"""Versions that are known to break, that are not what is required, that are not what was tested."""

from __future__ import annotations

import pytest

from clusterflow.services.diagnostics.finding import Outcome, Surroundings
from clusterflow.services.diagnostics.packages import judge, look

GOOD = {"prefect": "3.9.1", "fastapi": "0.150.0", "sqlalchemy": "2.1.9"}
REQUIRED = ["prefect<3.10,>=3.9.1", "sqlalchemy<2.2,>=2.0.40", "pytest>=8; extra == 'dev'"]


def found(installed: dict[str, str], pins: dict[str, str] | None = None) -> list[tuple[str, Outcome, str]]:
    return [(s.what.en, s.outcome, s.found.en) for s in judge(installed, REQUIRED, pins or {})]


def test_this_installation_is_well() -> None:
    assert [s.outcome for s in look(Surroundings())] == [Outcome.OK]


@pytest.mark.parametrize("version", ["0.151.0", "0.155.0rc1", "0.165.0"])
def test_a_pair_that_is_known_to_break_is_reported_with_what_happens(version: str) -> None:
    ((what, outcome, text),) = found(GOOD | {"fastapi": version})
    assert (what, outcome) == (f"fastapi {version}, prefect 3.9.1", Outcome.TROUBLE)
    assert "422" in text


def test_what_breaks_prefect_is_no_trouble_beside_another_prefect() -> None:
    assert all("422" not in text for _, _, text in found(GOOD | {"prefect": "3.10.0", "fastapi": "0.165.0"}))


def test_what_is_missing_or_outside_of_what_is_required_is_trouble() -> None:
    assert found({"prefect": "3.8.8", "fastapi": "0.150.0"}) == [
        ("prefect", Outcome.TROUBLE, "3.8.8; asked for: <3.10,>=3.9.1"),
        ("sqlalchemy", Outcome.TROUBLE, "not installed; asked for: <2.2,>=2.0.40"),
    ]


def test_other_versions_than_the_tested_ones_are_a_warning() -> None:
    ((_, outcome, text),) = found(GOOD, {**GOOD, "sqlalchemy": "2.1.8", "absent": "1"})
    assert (outcome, text) == (Outcome.WARNING, "not the tested versions (in brackets): sqlalchemy 2.1.9 (2.1.8)")


def test_without_pins_what_is_required_is_enough() -> None:
    assert [o for _, o, _ in found(GOOD)] == [Outcome.OK]
