"""Commands are reported with their outcome, and only where somebody observes them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.world import World, model, stage

from clusterflow.domain.terms import DecisionKind
from clusterflow.engine.transaction import perform
from clusterflow.engine.what_if import perform_and_undo
from clusterflow.errors import Conflict
from clusterflow.rules.ballot import Ballot
from clusterflow.services import gates, registry
from clusterflow.store.ledger import VersionConflict
from clusterflow.telemetry import commands
from clusterflow.telemetry.commands import CommandReport


@pytest.fixture
def world(sqlite_url: str) -> World:
    world = World(sqlite_url, model(stage("first"), stage("second", ("first",))))
    world.enrol()
    return world


@pytest.fixture
def reports() -> Iterator[list[CommandReport]]:
    found: list[CommandReport] = []
    commands.observe(found.append)
    yield found
    commands.stop_observing(found.append)


def facts(reports: list[CommandReport]) -> list[tuple[str, str, int]]:
    return [(one.name, one.outcome, one.attempts) for one in reports]


def test_each_outcome_has_its_name(world: World, reports: list[CommandReport]) -> None:
    world.record("link initiative=one id=l direction=inside with_whom=x from=2024-01-05", key="k")
    world.record("link initiative=one id=l direction=inside with_whom=x from=2024-01-05", key="k")
    refused = gates.decide(world.context, "one", "mona", Ballot(stage="second", decision=DecisionKind.GO, reason="r"))
    assert refused.refused is not None
    with pytest.raises(Exception, match="nowhere"):
        world.record("link initiative=nowhere id=l direction=inside with_whom=x from=2024-01-05")
    assert facts(reports) == [
        ("record", "done", 1), ("record", "repeated", 0), ("decide", "refused", 1), ("record", "refused", 1),
    ]  # fmt: skip
    assert [one.initiatives for one in reports[:1]] == [("one",)]
    assert all(one.seconds > 0 for one in reports)


def test_a_command_that_always_loses_is_a_conflict(world: World, reports: list[CommandReport]) -> None:
    def lose(_: object) -> registry.RecordResult:
        raise VersionConflict("one")

    with pytest.raises(Conflict):
        perform(world.context.database, world.context.command(), "lose", "", registry.RecordResult, lose)
    assert facts(reports) == [("lose", "conflict", 8)]


def test_what_is_undone_on_purpose_is_no_failure(world: World, reports: list[CommandReport]) -> None:
    assert perform_and_undo(world.context.database, world.context.command(), lambda _: 7) == 7
    assert facts(reports) == [("suppose", "done", 1)]


def test_without_observers_nothing_is_measured(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not commands.is_observed()
    monkeypatch.setattr("clusterflow.engine.transaction.watched", None)
    world.state_figure("first")
    assert world.evaluate()
