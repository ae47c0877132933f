"""A life that passed to another model is exported, mined and restored like any other."""

from __future__ import annotations

import io
import json
import re

import pytest
from engine.test_migration import OLD, OTHER, begin, go
from support.due import moments
from support.fresh import Fresh
from support.world import World

from clusterflow.intake.record_file import RecordFile
from clusterflow.reports.ocel import JsonForm
from clusterflow.services import ledger, standing
from clusterflow.services.context import Context
from clusterflow.services.exports.event_logs import Logs
from clusterflow.services.exports.exports import Exports
from clusterflow.services.exports.restore import restore
from clusterflow.services.views.initiative import initiative_page

Two = tuple[Fresh, Fresh]


def taken(context: Context) -> str:
    """The whole office as a file."""
    lines: list[str] = []
    Exports(context.database).life(lines.append)
    return "".join(lines)


@pytest.fixture
def migrated(on_sqlite: Two) -> World:
    fresh = on_sqlite[0]
    w = begin(lambda *models: World(fresh.again(), *models, database=fresh.engine), OLD, OTHER)
    go(w)
    assert w.decide("plan").decided
    return w


def test_it_moves_into_an_empty_database(migrated: World, on_sqlite: Two) -> None:
    there = World(on_sqlite[1].again(), database=on_sqlite[1].engine)
    on_sqlite[1].again()
    there.context = Context(migrated.context.settings, on_sqlite[1].engine, migrated.context.clock)
    restore(there.context, RecordFile(io.BytesIO(taken(migrated.context).encode()), "life.jsonl"))
    assert taken(there.context) == taken(migrated.context)
    assert moments(there) == moments(migrated)
    assert standing.state(there.context, "one") == standing.state(migrated.context, "one")
    assert not [flaw for one in ledger.verify(there.context) for flaw in one.flaws]


def test_its_event_log_names_both_models(migrated: World) -> None:
    written: list[str] = []
    Logs(migrated.context.database, migrated.now).xes(written.append, "en")
    names = re.findall(r'key="concept:name" value="([^"]*)"', "".join(written))
    assert "Migrated" in names
    assert names.index("Gate: mass") < names.index("Migrated") < names.index("house")
    objects: list[str] = []
    Logs(migrated.context.database, migrated.now).ocel(JsonForm(objects.append))
    log = json.loads("".join(objects))
    (one,) = [o for o in log["objects"] if o["type"] == "initiative"]
    assert [a["value"] for a in one["attributes"] if a["name"] == "model"] == ["tiny", "other"]
    known = {o["id"] for o in log["objects"]}
    assert {r["objectId"] for o in log["objects"] for r in o.get("relationships", ())} <= known
    assert {r["objectId"] for e in log["events"] for r in e.get("relationships", ())} <= known


def test_its_steps_are_those_of_the_stages_that_took_over(migrated: World) -> None:
    written: list[str] = []
    Logs(migrated.context.database, migrated.now).xes(written.append, "en", steps=True)
    steps = re.findall(r'key="concept:instance" value="([^"]*)"', "".join(written))
    assert steps == [f"{step}_{stage}" for stage in ("people", "plan") for step in ("stage", "decide", "milestone")]


def test_its_history_says_it_in_words(migrated: World) -> None:
    texts = [(line.stage, line.text) for line in initiative_page(migrated.context, "one", "en").history]
    number = "Milestones that it keeps with their dates: 1."
    assert ("", f"The initiative passed from the model tiny to the model other. {number}") in texts
    assert ("plan", "The gate closed: the initiative passed to another model.") in texts
    assert ("mass", "The milestone was achieved.") in texts
    spanish = [line.text for line in initiative_page(migrated.context, "one", "es").history]
    assert "La puerta se cerró: la iniciativa pasó a otro modelo." in spanish
