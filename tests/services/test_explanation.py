"""Help names the missing thing: its record, the sheet, and the kind that counts. A condition reads as it stands."""

from __future__ import annotations

from datetime import date

import pytest
from support.pages import PageRead
from support.world import CONFIGS, World, model, stage

from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.parameters import WORDS
from clusterflow.domain.measurement import MetricCall
from clusterflow.domain.terms import DecisionKind
from clusterflow.services import gates, review, standing
from clusterflow.services.explanation import explain, place_of
from clusterflow.services.reports.dossier import dossier
from clusterflow.services.reports.dossier_data import gather

METRICS = load_metrics(CONFIGS / "metrics.yaml")


@pytest.mark.parametrize(
    ("call", "place"),
    [
        (MetricCall("purpose-adopted"), "in the sheet «Agreements» (document): purpose statement."),
        (MetricCall("founders-signed"), "in the sheet «Signatures» (signature): charter."),
        (MetricCall("host-agreement"), "in the sheet «Agreements» (document): hosting agreement."),
        (MetricCall("trust-index"), "in the sheet «Surveys» (survey-wave): trust."),
        (MetricCall("survey-age", (("topic", "satisfaction"),)), "in the sheet «Surveys» (survey-wave): satisfaction."),
        (MetricCall("dues-collected", (("size", "sme"),)), "in the sheet «Payments» (payment): SMEs."),
    ],
)
def test_help_says_which_kind_of_record_counts(call: MetricCall, place: str) -> None:
    assert place_of(call, METRICS[call.metric], "en") == f"It is recorded {place}"


def test_no_kind_is_named_by_its_id_in_spanish() -> None:
    english = set[str]()
    for name, declared in METRICS.items():
        for parameter, one in declared.parameters.items():
            for value in WORDS.get(one.type, ()):
                if f"({declared.record}): {value}." in place_of(
                    MetricCall(name, ((parameter, value),)), declared, "es"
                ):
                    english.add(value)
        fixed = place_of(MetricCall(name), declared, "es")
        if declared.record_kind and declared.record_kind in fixed:
            english.add(declared.record_kind)
    assert english <= {"academia", "micro"}, "these are Spanish, too"


def test_a_condition_that_was_missed_is_not_called_pending(sqlite_url: str) -> None:
    world = World(sqlite_url, model(stage("first"), stage("second", ("first",))))
    world.enrol()
    gates.open_gate(world.context, "one", "first")
    world.decide("first", DecisionKind.CONDITIONAL_GO, due_all=date(2024, 2, 1))

    def conditions() -> list[list[str]]:
        tables = PageRead(dossier(world.context, "one", language="en").html).tables
        return [row for table in tables if table.caption == "Conditions" for row in table.rows]

    assert [row[-1] for row in conditions()] == ["pending"]
    world.at("2024-02-20")
    review.evaluate(world.context, "one")
    assert [c.status for c in standing.status(world.context, "one").conditions] == ["missed"]
    assert [row[-1] for row in conditions()] == ["missed"]


def test_a_vote_that_lost_its_right_is_not_counted_even_before_an_evaluation_records_that(sqlite_url: str) -> None:
    world = World(sqlite_url, model(stage("first", need=2)))
    world.enrol()
    world.state_figure("first")
    world.evaluate()
    world.decide("first", by="mona")
    (before,) = explain(world.context, "one", "first", language="en")
    assert before.votes == "Votes: go 1 of 2"
    assert [len(gate.votes) for gate in gather(world.context, "one", None, "en").gates] == [1]
    world.record(
        "seat initiative=one body=management person=mona from=2020-01-01 retract=true",
        "seat initiative=one body=board person=mona from=2020-01-01 retract=true",
    )
    (after,) = explain(world.context, "one", "first", language="en")
    assert after.votes == ""
    assert [len(gate.votes) for gate in gather(world.context, "one", None, "en").gates] == [0]
