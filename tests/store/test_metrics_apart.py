"""A metric measured by parts is the same metric: the parts are rows of the whole, and add up to it."""

from __future__ import annotations

from datetime import date

import pytest
from support.world import World

from clusterflow.domain.measurement import MetricCall
from clusterflow.domain.quantity import Unit
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.store.metrics import measure, measure_by_part

DAY = date(2024, 6, 30)


@pytest.fixture
def world(database_url: str) -> World:
    """Two committees of one initiative, and another initiative that must not count."""
    world = World(database_url)
    for initiative in ("one", "two"):
        world.enrol(initiative, "cordoba")
        i = f"initiative={initiative}"
        world.record(
            f"membership {i} organisation=firm from=2024-01-01",
            f"membership {i} organisation=ministry from=2024-01-01",
            *(f"body {i} id={body} kind=committee name={body} from=2024-01-01" for body in ("talent", "trade")),
            *(f"meeting {i} id={b}-{m} body={b} on=2024-0{m}-01" for b in ("talent", "trade") for m in (3, 4)),
        )
    here = "attendance initiative=one organisation=firm on=2024-03-01"
    world.record(
        f"{here} meeting=talent-3 person=mona present=true",
        f"{here} meeting=talent-3 person=bruno present=true",
        f"{here} meeting=talent-4 person=mona present=true",
        f"{here} meeting=trade-3 person=mona present=true",
        f"{here} meeting=trade-4 person=bruno present=true",
        f"{here} meeting=trade-4 person=mona present=false",
        f"{here} meeting=trade-3 person=bruno",
    )
    return world


def apart(world: World, metric: str, *by: str, initiative: str = "one") -> dict[tuple[str | None, ...], str]:
    with world.context.database.connect() as connection:
        found = measure_by_part(connection, MetricCall(metric), by, metrics_of(world.context), DAY, [initiative])
    unit = Unit.COUNT if metric == "members" else Unit.SHARE
    return {part: one.format(unit) for part, one in found.get(initiative, {}).items()}


def test_attendance_is_measured_for_each_body(world: World) -> None:
    assert apart(world, "attendance", "body") == {("talent",): "100 %", ("trade",): "50 % … 75 %"}


def test_turnover_is_measured_for_each_body(world: World) -> None:
    with world.context.database.connect() as connection:
        call = MetricCall("person-turnover", (("body", "committee"),))
        found = measure_by_part(connection, call, ("body",), metrics_of(world.context), DAY, ["one"])["one"]
    shares = {part: one.format(Unit.SHARE) for part, one in found.items()}
    assert shares == {("talent",): "0 %", ("trade",): "0 % … 100 %"}


def test_members_are_measured_by_kind_and_size_and_unknown_is_a_part(world: World) -> None:
    assert apart(world, "members", "helix", "size") == {("company", "small"): "1", ("government", None): "1"}


@pytest.mark.parametrize(("metric", "by"), [("attendance", ("body",)), ("members", ("helix", "size"))])
def test_the_parts_contain_all_rows_and_no_others(world: World, metric: str, by: tuple[str, ...]) -> None:
    call = MetricCall(metric)
    with world.context.database.connect() as connection:
        parts = measure_by_part(connection, call, by, metrics_of(world.context), DAY)
        whole = measure(connection, [call], metrics_of(world.context), DAY)[call]
    assert set(parts) == set(whole)
    for initiative, found in parts.items():
        assert sum(one.rows for one in found.values()) == whole[initiative].rows


def test_there_are_no_parts_if_nothing_is_recorded(world: World) -> None:
    assert apart(world, "attendance", "body", initiative="two") == {}
