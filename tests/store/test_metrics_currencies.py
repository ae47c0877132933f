"""Metrics of money in several currencies, and the exchange rates that the office records."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from support.world import World

from clusterflow.domain.measurement import Measurement, MetricCall
from clusterflow.errors import Mistakes
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.store.metrics import evidence, measure

DAY = date(2024, 6, 1)


@pytest.fixture
def world(database_url: str) -> World:
    world = World(database_url)
    world.enrol("one", "cordoba")
    world.record(
        "business initiative=one id=a kind=contract amount=4350000.00MXN on=2024-02-01",
        "business initiative=one id=b kind=export amount=100.00USD on=2024-03-01",
    )
    return world


def found(world: World, metric: str = "business-generated", day: date = DAY) -> Measurement:
    call = MetricCall(metric)
    with world.context.database.connect() as connection:
        return measure(connection, [call], metrics_of(world.context), day, ["one"])[call]["one"]


def test_a_sum_in_two_currencies_has_both_amounts(world: World) -> None:
    assert found(world).to_note() == "4350000 MXN + 100 USD"


def test_the_latest_recorded_rate_of_the_day_converts(world: World) -> None:
    world.record(
        "exchange-rate base=USD quote=MXN rate=17.5 on=2024-01-01 source=Banxico",
        "exchange-rate base=USD quote=MXN rate=18.25 on=2024-05-01 source=Banxico",
        "exchange-rate base=USD quote=MXN rate=99 on=2024-07-01 source=Banxico",
    )
    assert found(world).in_currency("MXN").low == 4350000 + Fraction("1825")
    assert found(world, day=date(2024, 4, 1)).in_currency("MXN").low == 4350000 + 1750
    with pytest.raises(Mistakes, match="an exchange rate needs its source"):
        world.record("exchange-rate base=EUR quote=MXN rate=20 on=2024-01-01")


def test_a_ratio_in_two_currencies_lies_between_those_of_each(world: World) -> None:
    world.record(
        "income initiative=one id=g kind=public-grant amount=100.00MXN on=2024-02-01",
        "income initiative=one id=s kind=services amount=300.00MXN on=2024-02-01",
        "income initiative=one id=u kind=services amount=10.00USD on=2024-02-01",
    )
    share = found(world, "private-income-share")
    assert (share.low, share.high) == (Fraction(3, 4), 1)
    world.record("exchange-rate base=USD quote=MXN rate=20 on=2024-01-01 source=Banxico")
    assert found(world, "private-income-share").low == Fraction(500, 600)


def test_the_evidence_of_a_sum_has_no_denominator(world: World) -> None:
    with world.context.database.connect() as connection:
        rows = evidence(connection, MetricCall("business-generated"), "one", DAY)
    assert [(r.part, r.whole, r.currency) for r in rows] == [(4350000, 1, "MXN"), (100, 1, "USD")]
