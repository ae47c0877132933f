"""Races between real processes, on both databases: each thing happens once, and nobody gets a traceback."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import event, select
from support.bus import Bus, connect_relay_to
from support.mailbox import mail_server
from support.processes import Raised, race
from support.world import World, model, stage, stated

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import DecisionKind, Role, Severity
from clusterflow.intake.assignments import read_assignments
from clusterflow.prefect.publish import publish
from clusterflow.rules.ballot import Ballot
from clusterflow.rules.projection import replay
from clusterflow.services import enrolment, gate_forms, gates, ledger, outbox, registry, review, standing
from clusterflow.services.context import Context
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.store.database import open_database
from clusterflow.store.state import sort_rows
from clusterflow.store.tables import REGISTRY_TABLES

from .conftest import MakeWorld

ROUNDS = 20
BOARD = (Role.BOARD_MEMBER, Role.MANAGER)
QUORUM = model(stage("first", need=2, roles=BOARD), stage("second", ("first",)))
TWO = model(stage("first"), stage("second", ("first",)))
BUSY = model(stage("first", (), stated("first"), stated("x")), stage("second", ("first",)))


def prepared(w: World, *ready: str, evaluated: bool = True) -> World:
    """An initiative for each round, with figures that meet their bounds."""
    for number in range(ROUNDS):
        w.enrol(f"i{number}")
        for figure in ready:
            w.state_figure(figure, initiative=f"i{number}")
        if evaluated:
            w.evaluate(f"i{number}")
    return w


def run(w: World, *runners: Any, rounds: int = ROUNDS) -> list[tuple[Any, ...]]:
    outcomes = race(w.context.settings, w.now, rounds, *runners)
    raised = [o for outcome in outcomes for o in outcome if isinstance(o, Raised)]
    assert not raised, raised[:3]
    return outcomes


def check_whole(w: World, chain: str) -> None:
    """The chain verifies, and replays to the stored state."""
    assert ledger.first_break(w.context, chain) is None
    replayed = replay(ledger.entries(w.context, chain))
    assert replayed is not None
    assert sort_rows(replayed) == standing.state(w.context, chain)


def vote(context: Context, number: int, person: str, findings: str | None = None) -> Any:
    return gates.decide(
        context, f"i{number}", person, Ballot("first", DecisionKind.GO, f"says {person}", seen=findings)
    )


def record(context: Context, number: int, *lines: str, key: str | None = None) -> Any:
    words = [line.format(i=f"i{number}", number=number).split() for line in lines]
    return registry.record(
        context, [read_assignments(first, rest) for first, *rest in words], key=key and f"{key}{number}"
    )


def evaluate(context: Context, number: int) -> Any:
    return review.evaluate(context, f"i{number}")


def record_and_evaluate(context: Context, number: int, line: str) -> Any:
    record(context, number, line)
    return evaluate(context, number)


def test_the_last_two_votes_of_a_quorum_decide_once(world: MakeWorld) -> None:
    w = prepared(world(QUORUM), "first")
    for number, outcome in enumerate(run(w, partial(vote, person="mona"), partial(vote, person="gala"))):
        assert sorted(str(o.decided) for o in outcome) == ["None", "go"]
        kinds = w.kinds(f"i{number}")
        assert [kinds.count(k) for k in ("vote.cast", "gate.decided", "milestone.achieved")] == [2, 1, 1]
        assert kinds.count("stage.entered") == 2
        check_whole(w, f"i{number}")


def test_two_who_decide_at_a_gate_for_one_make_one_decision(world: MakeWorld) -> None:
    w = prepared(world(TWO), "first")
    for number, outcome in enumerate(run(w, partial(vote, person="mona"), partial(vote, person="bruno"))):
        assert sorted(o.refused or "taken" for o in outcome) == ["closed", "taken"]
        assert w.kinds(f"i{number}").count("milestone.achieved") == 1
        check_whole(w, f"i{number}")


def vote_anywhere(context: Context, number: int, place: int) -> Any:
    initiative = f"i{2 * (number // 2) + place}"
    return gates.decide(context, initiative, f"p{number}", Ballot("first", DecisionKind.GO, "is new here"))


def test_a_person_who_first_decides_at_two_gates_at_once_has_one_name_in_the_ledger(world: MakeWorld) -> None:
    """The first decision makes the pseudonym of a person. Both decisions must use the same one."""
    w = prepared(world(QUORUM), "first")
    w.record(*(f"person id=p{number} name=P{number} from=2020-01-01" for number in range(ROUNDS)))
    outcomes = run(w, partial(vote_anywhere, place=0), partial(vote_anywhere, place=1))
    assert {o.refused for outcome in outcomes for o in outcome} == {"role"}
    refused = [
        e.event for n in range(ROUNDS) for e in ledger.entries(w.context, f"i{n}") if e.event.kind == "decision.refused"
    ]
    assert len({e.decider for e in refused}) == ROUNDS  # type: ignore[union-attr]


def speak_for_each_other(context: Context, number: int, place: int) -> Any:
    one, other = f"p{2 * number + place}", f"p{2 * number + 1 - place}"
    return gates.decide(context, f"i{place}", one, Ballot("first", DecisionKind.GO, "for the other", speaks_for=other))


def test_two_who_speak_for_each_other_do_not_wait_for_each_other(world: MakeWorld) -> None:
    w = prepared(world(QUORUM), "first")
    rounds = 5  # PostgreSQL looks for circles only when it has waited for a second
    w.record(*(f"person id=p{number} name=P{number} from=2020-01-01" for number in range(2 * rounds)))
    speak = [partial(speak_for_each_other, place=place) for place in (0, 1)]
    outcomes = run(w, *speak, rounds=rounds)
    assert all(o.refused for outcome in outcomes for o in outcome)


def test_two_evaluations_at_once_report_a_change_once(world: MakeWorld) -> None:
    w = prepared(world(TWO), "first", evaluated=False)
    for number, outcome in enumerate(run(w, evaluate, evaluate)):
        assert sorted(o.changes for o in outcome) == [(), ("finding.changed", "gate.opened")]
        check_whole(w, f"i{number}")


def take(context: Context, number: int, run: str) -> Any:
    item = gate_forms.claim(context, f"i{number}", run)
    return item and item.run


def test_two_passes_at_once_and_one_holds_the_form(world: MakeWorld) -> None:
    w = prepared(world(TWO), "first")
    outcomes = run(w, partial(take, run="one"), partial(take, run="other"))
    holders = {i.initiative: i.run for i in gate_forms.open_gates(w.context)}
    for number, outcome in enumerate(outcomes):
        assert [o for o in outcome if o] == [holders[f"i{number}"]]


def test_a_decision_on_findings_comes_before_they_change_or_is_refused(world: MakeWorld) -> None:
    w = prepared(world(model(stage("first", (), stated("first"), stated("x", severity=Severity.WARNING)))), "first")
    findings = standing.state(w.context, "i0").reviews[0].findings
    line = "observation initiative={i} metric=x numerator=1 denominator=1 on=2024-01-10"
    outcomes = run(w, partial(vote, person="mona", findings=findings), partial(record_and_evaluate, line=line))
    for number, (decided, _) in enumerate(outcomes):
        kinds = w.kinds(f"i{number}")
        if decided.taken:
            assert kinds.index("gate.decided") == kinds.index("vote.cast") + 1 < len(kinds)
            assert "gate.changed" not in kinds
        else:
            assert (decided.refused, kinds.count("gate.changed")) == ("stale", 1)
            assert "x is now met" in decided.why
        check_whole(w, f"i{number}")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite lets nobody in between
def test_a_fact_of_the_registry_that_comes_in_while_others_measure_is_not_overlooked(world: MakeWorld) -> None:
    companies = Criterion(
        id="companies",
        metric="helix-members",
        with_=(("helix", "company"),),
        bound=Bound.parse(">= 1", Unit.COUNT),
        source="P",
        proposal=True,
    )
    w = world(model(stage("first", (), companies), stage("second", ("first",))))
    w.enrol()
    w.record("membership initiative=one organisation=firm from=2024-01-01")
    once = ["organisation id=firm name=Firm helix=academia from=2020-01-01"]
    other = Context(w.context.settings, open_database(w.context.settings.database_url), w.context.clock)

    def in_between(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "INTO ledger" in statement and once:
            registry.record(other, [w.submission(once.pop())])
            other.database.dispose()

    event.listen(w.context.database, "before_cursor_execute", in_between)
    assert w.evaluate() == ("finding.changed", "gate.opened")
    assert w.decide("first").refused == "closed", "there is no company among the members any more"


def test_two_corrections_of_one_fact_follow_each_other(world: MakeWorld) -> None:
    w = prepared(world(TWO), evaluated=False)
    w.record(*(f"link initiative=i{n} id=a direction=inside with_whom=x from=2024-01-01" for n in range(ROUNDS)))
    line = "link initiative={{i}} id=a direction=inside with_whom={whom} from=2024-01-01"
    outcomes = run(w, *(partial(record_one, line=line.format(whom=whom)) for whom in ("y", "z")))
    table = REGISTRY_TABLES["link"]
    with w.context.database.connect() as connection:
        rows = connection.execute(select(table).order_by(table.c.chain, table.c.entry)).all()
    for number, outcome in enumerate(outcomes):
        assert [o.corrected for o in outcome] == [1, 1]
        mine = [r for r in rows if r.chain == f"i{number}"]
        assert [r.superseded_by for r in mine] == [*(r.entry for r in mine[1:]), None]
        assert ledger.first_break(w.context, f"i{number}") is None


def record_one(context: Context, number: int, line: str, key: str | None = None) -> Any:
    return record(context, number, line, key=key)


def test_one_key_in_two_processes_has_one_effect_and_one_answer(world: MakeWorld) -> None:
    w = prepared(world(QUORUM), "first")
    line = "link initiative={i} id=a direction=inside with_whom=x from=2024-01-01"
    for number, (one, other) in enumerate(run(w, *[partial(record_one, line=line, key="fact-")] * 2)):
        first, later = sorted((one, other), key=lambda done: done.already is not None)
        assert first.entered == 1
        assert later == first.again(later.already)
        assert ledger.first_break(w.context, f"i{number}") is None
    for number, (one, other) in enumerate(run(w, *[vote_by_key] * 2)):
        assert one == other
        assert one.votes == 1
        assert w.kinds(f"i{number}").count("vote.cast") == 1


def vote_by_key(context: Context, number: int) -> Any:
    return gates.decide(context, f"i{number}", "mona", Ballot("first", DecisionKind.GO, "once"), key=f"vote-{number}")


def enrol(context: Context, number: int) -> Any:
    fields = "id={i} name=Initiative country=ES from=2024-01-10".format(i=f"i{number}")
    return enrolment.enrol(context, read_assignments("initiative", fields.split()), "cordoba")


def test_an_initiative_is_enrolled_while_its_first_facts_come_in(world: MakeWorld) -> None:
    """Both need the initiative's chain and that of the registry: neither may wait for the other in a circle."""
    w = world()
    for n in range(ROUNDS):
        w.record(f"initiative id=i{n} name=Initiative country=ES from=2024-01-10")
        w.record(f"link initiative=i{n} id=a direction=inside with_whom=x from=2024-01-01")
    lines = (
        "link initiative={i} id=b direction=inside with_whom=x from=2024-01-01",
        "organisation id=o{number} name=Organisation from=2024-01-01",
    )
    for number, (enrolled, recorded) in enumerate(run(w, enrol, partial(record_lines, lines=lines))):
        assert enrolled.initiative == f"i{number}"
        assert recorded.entered == 2
        check_whole(w, f"i{number}")
    assert ledger.first_break(w.context, "registry") is None


def record_lines(context: Context, number: int, lines: tuple[str, ...]) -> Any:
    return record(context, number, *lines)


def look(context: Context, number: int) -> Any:
    """What a reader sees while others write: first the stored state, then whether the chain is whole."""
    state = standing.state(context, "i0")
    entries = ledger.entries(context, "i0", 0, state.version)
    return ledger.first_break(context, "i0"), state == sort_rows(replay(entries))  # type: ignore[arg-type]


def change(context: Context, number: int) -> Any:
    day = f"2024-01-{11 + number % 20:02}"
    for value in (0, 1):
        record(context, 0, f"observation initiative={{i}} metric=first numerator={value} denominator=1 on={day}")
        review.evaluate(context, "i0")


def test_who_reads_while_others_write_sees_one_moment(world: MakeWorld) -> None:
    w = world(TWO)
    w.enrol("i0")
    w.at("2024-02-10")
    for (broken, same), _ in run(w, look, change, rounds=40):
        assert (broken, same) == (None, True)


def send(context: Context, number: int) -> Any:
    return Dispatcher(context).run().delivered


def test_two_dispatchers_deliver_each_notice_once(world: MakeWorld) -> None:
    with mail_server() as (box, address):
        w = prepared(world(TWO), "first")
        w.context.settings = w.context.settings.model_copy(update={"mail": SecretStr(address)})
        outcomes = run(w, send, send, rounds=4)
        keys = box.keys()
        assert sum(n for outcome in outcomes for n in outcome) == len(keys) > ROUNDS
        # On a busy machine the mail server may have answered one attempt too late. The next round sends that notice.
        w.at("2024-01-11")
        Dispatcher(w.context).run()
        assert outbox.backlog(w.context).notices == 0
        assert max(Counter(box.keys()).values()) == 1


def relay(context: Context, number: int, file: Path) -> Any:
    with connect_relay_to(Bus(file)):
        return asyncio.run(publish(context)).problems


def test_two_relays_publish_each_event_once(world: MakeWorld, tmp_path: Path) -> None:
    w = prepared(world(TWO), "first", evaluated=False)
    bus = Bus(tmp_path / "received")
    run(w, *[partial(relay, file=bus.file)] * 2, rounds=4)
    received = bus.received()
    assert max(Counter(e["id"] for e in received.events).values()) == 1
    assert Counter(r["initiative"] for r in received.runs) == {f"i{n}": 1 for n in range(ROUNDS)}
    assert outbox.backlog(w.context).events == 0
    assert {i.run for i in gate_forms.open_gates(w.context)} == {r["id"] for r in received.runs}
