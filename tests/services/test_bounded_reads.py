"""What is asked about one initiative reads its own rows, however many others there are.

No time is measured: the test reads the statements and how SQLite finds their rows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from support.statements import statements, unbounded
from support.world import World, model, stage

from clusterflow.services import explanation, foresight, gates, ledger, outbox, standing, what_if
from clusterflow.services.calendars import Calendars
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.services.rulebooks import judge
from clusterflow.services.views.gate import gate_page
from clusterflow.services.views.initiative import initiative_page
from clusterflow.services.views.work import work_of

QUESTIONS: dict[str, Callable[[World], object]] = {
    "status": lambda w: standing.status(w.context, "one"),
    "status of a past day": lambda w: standing.status(w.context, "one", date(2024, 1, 15)),
    "what waits to go out": lambda w: outbox.backlog(w.context),
    "what a relay publishes": lambda w: (outbox.waiting(w.context), outbox.unevaluated(w.context)),
    "explain": lambda w: explanation.explain(w.context, "one"),
    "foresee": lambda w: foresight.foresee(w.context, "one"),
    "judge": lambda w: judge(w.context, "one"),
    "ledger": lambda w: ledger.entries(w.context, "one"),
    "ledger --verify": lambda w: ledger.verify(w.context, "one"),
    "record": lambda w: w.state_figure("second"),
    "record and evaluate": lambda w: (w.state_figure("second", 0), w.evaluate()),
    "vote": lambda w: w.decide("first"),
    "send-code": lambda w: gates.renew_code(w.context, "one", "first", "mona"),
    "what-if": lambda w: what_if.what_if(w.context, "one", [w.submission(FIGURE)]),
    "page of the initiative": lambda w: initiative_page(w.context, "one", "en"),
    "page of the gate": lambda w: gate_page(w.context, "one", "first", "mona", "en"),
    "work of a person": lambda w: work_of(w.context, "mona", "en"),
    "calendar": lambda w: Calendars.of(w.context).initiative("one"),
    "calendar of a person": lambda w: Calendars.of(w.context).person("mona"),
    "notices": lambda w: Dispatcher(w.context)._write(),
}
FIGURE = "observation initiative=one metric=second numerator=1 denominator=1 on=2024-02-01"


@pytest.fixture
def world(sqlite_url: str) -> World:
    w = World(sqlite_url, model(stage("first", need=2), stage("second", ("first",))))
    for one in ("one", "two", "three"):
        w.enrol(one)
        w.state_figure("first", initiative=one)
        w.evaluate(one)
    return w.at("2024-02-01")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_about_one_initiative_reads_no_table_of_all(world: World, question: str) -> None:
    with statements(world.context.database) as ran:
        QUESTIONS[question](world)
    assert ran
    assert unbounded(world.context.database, ran) == set()
