"""A number of a past day is marked if facts changed it that were entered after that day, and only then."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from support.world import World

from clusterflow.domain.measurement import MetricCall
from clusterflow.services import rulebooks
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.late_facts import measure_day


@pytest.fixture
def office(sqlite_url: str) -> World:
    world = World(sqlite_url)
    world.enrol("one", "cordoba")
    return world


def is_late(world: World, metric: str, day: str, known_at: str | None = None) -> bool:
    call, today = MetricCall(metric), world.now.date()
    known = datetime.fromisoformat(known_at).replace(tzinfo=UTC) if known_at else None
    with world.context.reading() as connection:
        found = measure_day(connection, [call], metrics_of(world.context), date.fromisoformat(day), "one", today, known)
    return found[call]["one"].late


def test_a_correction_marks_the_number_that_it_changed(office: World) -> None:
    office.at("2024-01-11").record("membership initiative=one organisation=firm from=2024-01-11 commitment=none")
    office.at("2024-03-01").record("membership initiative=one organisation=firm from=2024-01-11 commitment=regular-fee")
    assert is_late(office, "committed-members", "2024-02-01")
    assert not is_late(office, "committed-members", "2024-03-01")


def test_a_fact_about_the_firm_behind_a_row_marks_the_number(office: World) -> None:
    office.record("membership initiative=one organisation=other from=2024-01-01",
                  "organisation id=other name=Other from=2020-01-01")  # fmt: skip
    office.at("2024-05-01").record("organisation id=other from=2020-01-01 helix=company")
    assert is_late(office, "member-companies", "2024-02-01")
    assert not is_late(office, "member-companies", "2024-05-01")


def test_a_row_that_changes_no_number_marks_it_too(office: World) -> None:
    """What is counted is other evidence, also where the number is the same."""
    office.record("membership initiative=one organisation=firm from=2024-01-01 commitment=signed-agreement")
    office.at("2024-05-01").record("membership initiative=one organisation=ministry from=2024-01-01 commitment=none")
    assert is_late(office, "committed-members", "2024-02-01")


def test_stale_evidence_that_was_entered_late_is_marked(office: World) -> None:
    office.at("2025-01-01").record(
        "survey-wave initiative=one topic=trust on=2023-02-01 invited=10 answers=9 mean_milli=3500"
    )
    assert is_late(office, "trust-index", "2024-06-01")


def test_what_was_known_at_a_moment_is_late_only_if_it_was_known_after_the_day(office: World) -> None:
    office.at("2024-03-01").record("membership initiative=one organisation=firm from=2024-01-01 commitment=regular-fee")
    office.at("2024-06-01")
    assert is_late(office, "committed-members", "2024-02-01", "2024-04-01")
    assert not is_late(office, "committed-members", "2024-03-01", "2024-04-01")


def test_a_fact_of_the_same_evening_is_not_late(office: World) -> None:
    """Half past seven in Monterrey is the next day in UTC."""
    office.record("initiative id=one from=2024-01-10 country=MX timezone=America/Monterrey")
    office.now = datetime(2024, 5, 2, 1, 30, tzinfo=UTC)
    office.record("label initiative=one name=ESCA level=gold from=2024-05-01")
    office.record("observation initiative=one metric=esca-gold-total numerator=80 denominator=100 on=2024-05-01")

    def late(as_of: date | None, total: str = "80 %") -> bool:
        (found,) = rulebooks.judge(office.context, "one", "esca-gold", as_of, "en")
        lines = [line for text in found.texts for rule in text.rules for line in rule.criteria]
        assert any(line.found == total for line in lines)
        return any(line.late for line in lines)

    assert not late(None)
    assert not late(date(2024, 5, 1))
    office.at("2024-05-03").record("observation initiative=one metric=esca-gold-total numerator=79 on=2024-05-01")
    assert late(date(2024, 5, 1), "79 %")
