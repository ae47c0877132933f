"""An initiative's gates on a real Prefect server: asked in a form, answered there or elsewhere, decided once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from support.office import Office, working
from support.world import model, stage

from clusterflow.domain.terms import DecisionKind
from clusterflow.errors import PrefectUnreachable
from clusterflow.prefect import names, runs
from clusterflow.prefect.api import settings_for
from clusterflow.prefect.runs import Verdict
from clusterflow.prefect.server import PrefectServer
from clusterflow.services import explanation, gate_forms, outbox, standing


class TestForm:
    async def test_decides_and_the_next_stages_begin(self, office: Office) -> None:
        office.state_figure("launch", initiative=office.initiative)
        published = await office.publish()
        assert (published.evaluated, published.passes, published.problems) == (1, 1, ())

        form = await office.asking("launch")
        assert form.name == f"Initiative-{office.initiative} · gate 1: launch"
        assert {"gate-open", "model:tiny", "lifecycle", "clusterflow"} <= set(form.tags)
        assert len(form.tags) == len(set(form.tags)), "no tag is there twice"
        text = await office.description(form)
        assert "| ✔ | **launch** | 100\u00a0% | ≥\u00a0100\u00a0% |" in text
        assert "| `mona` | manager, board member |" in text
        assert "`gala`" in text  # she sits on the board, and this gate bars nobody

        await office.answer(form)
        end = await office.ended(form.run_id)
        assert (end.kind, end.name, end.message) == ("COMPLETED", "Decided", "launch: go")
        state = standing.state(office.context, office.initiative)
        assert {v.stage for v in state.open_visits} == {"strategy", "trust"}
        assert [(v.kind, v.reason) for v in state.votes] == [(DecisionKind.GO, "it is time")]
        tags = (await office.run(form.run_id)).tags
        assert "gate-open" not in tags
        assert len(tags) == len(set(tags))

        again = await runs.resume(form.run_id, {"decision": "stop", "decided_by": "mona", "reason": "no"})
        assert again.verdict is Verdict.TOO_LATE
        await office.publish()
        assert office.kinds(office.initiative).count("gate.decided") == 1

    async def test_has_stable_fields_and_says_what_was_wrong_with_an_answer(self, office: Office) -> None:
        office.state_figure("launch", initiative=office.initiative)
        await office.publish()
        form = await office.asking("launch")
        schema = await office.schema(form)
        assert schema is not None
        assert list(schema["properties"]) == [
            "decision", "decided_by", "code", "reason",
            "conditions_due", "hold_until", "back_to", "speaks_for", "overrides", "findings",
        ]  # fmt: skip
        assert schema["required"] == ["decision", "decided_by", "reason"]
        (gate,) = explanation.explain(office.context, office.initiative, "launch")
        assert schema["properties"]["findings"]["default"] == gate.findings

        for answer, note in (
            ({"by": "mono"}, "no person is called «mono»; the nearest: mona"),
            ({"by": "nobody"}, "on this day the decider's roles are: none"),
            ({"decision": "hold"}, "a hold needs a day after"),
            ({"decision": "hold", "hold_until": "soon"}, "Hold until: «soon»; accepted: a day, as in 2030-01-31"),
            ({"decision": "recycle", "back_to": "moon"}, "a recycle names the stage to go back to: launch"),
            ({"findings": "older"}, "the findings changed since they were seen"),
            ({"reason": " "}, "a decision names its reason"),
        ):
            await office.answer(form, **answer)
            form = await office.asking("launch", after=form.key)
            first, *_ = (await office.description(form)).splitlines()
            assert first.startswith("**⚠")
            assert note in first
        assert standing.state(office.context, office.initiative).votes == ()
        assert office.kinds(office.initiative).count("decision.refused") == 5

        await office.answer(form, "hold", hold_until="2024-03-01", back_to="")
        assert (await office.ended(form.run_id)).message == "launch: hold"

    async def test_speaks_the_language_of_the_office(
        self, prefect: PrefectServer, deployed: None, begin: Callable[..., Office]
    ) -> None:
        office = begin("es")
        async with working():
            office.state_figure("launch", initiative=office.initiative)
            await office.publish()
            form = await office.asking("launch")
            assert form.name.endswith("· puerta 1: launch")
            schema = await office.schema(form)
            assert schema is not None
            assert [schema["properties"][f]["title"] for f in ("decision", "decided_by")] == [
                "Decisión",
                "Quién decide",
            ]
            await office.answer(form, by="nobody")
            form = await office.asking("launch", after=form.key)
            assert "no tiene hoy ninguno de los papeles que deciden" in await office.description(form)
            await office.answer(form)
            end = await office.ended(form.run_id)
            assert (end.name, end.message) == ("Decidida", "launch: adelante")


class TestOtherDoors:
    async def test_deciding_elsewhere_closes_the_run_for_good(self, office: Office) -> None:
        office.state_figure("launch", initiative=office.initiative)
        await office.publish()
        form = await office.asking("launch")
        assert office.decide("launch", initiative=office.initiative).decided is DecisionKind.GO
        published = await office.publish()
        assert published.closed == 1
        state = (await runs.state_of([form.run_id]))[form.run_id]
        assert (state.kind, state.name, state.message) == ("COMPLETED", "Decided", "launch: go")
        assert "gate-open" not in (await office.run(form.run_id)).tags
        kinds = office.kinds(office.initiative)
        late = await runs.resume(form.run_id, {"decision": "stop", "decided_by": "mona", "reason": "too late"})
        assert late.verdict is Verdict.TOO_LATE
        assert "paused" in late.reason
        await office.at_rest()
        assert office.kinds(office.initiative) == kinds

    async def test_an_answer_that_comes_after_the_decision_changes_nothing_and_says_so(self, office: Office) -> None:
        office.state_figure("launch", initiative=office.initiative)
        await office.publish()
        form = await office.asking("launch")
        office.decide(
            "launch", DecisionKind.HOLD, initiative=office.initiative, until=office.now.date().replace(day=31)
        )
        before = standing.state(office.context, office.initiative)
        # The relay has not yet come by: Prefect still takes the answer.
        await office.answer(form, "stop", by="bruno")
        end = await office.ended(form.run_id)
        assert (end.kind, end.name) == ("COMPLETED", "Decided already")
        assert end.message == "launch: hold, 2024-01-10. This answer changed nothing."
        after = standing.state(office.context, office.initiative)
        assert after.model_copy(update={"version": 0, "last_at": before.last_at}) == before.model_copy(
            update={"version": 0}
        )
        assert office.kinds(office.initiative)[-1] == "decision.refused"
        assert "gate-open" not in (await office.run(form.run_id)).tags

    async def test_a_gate_that_is_ready_no_longer_takes_its_form_away(self, office: Office) -> None:
        office.state_figure("launch", initiative=office.initiative)
        await office.publish()
        form = await office.asking("launch")
        office.state_figure("launch", 0, initiative=office.initiative)
        assert (await office.publish()).closed == 1
        assert (await runs.state_of([form.run_id]))[form.run_id].name == "Withdrawn"


class TestSideBySide:
    async def test_each_open_gate_has_its_own_run_and_a_quorum_is_asked_twice(self, office: Office) -> None:
        initiative = office.initiative
        office.record(
            "organisation id=works name=Works helix=company size=small from=2020-01-01",
            "person id=petra name=Petra email=petra@works.example from=2020-01-01",
            f"seat initiative={initiative} body=board person=petra organisation=works from=2020-01-01",
        )
        for figure in ("launch", "strategy", "trust", "operation"):
            office.state_figure(figure, initiative=initiative)
        await office.publish()
        first = await office.asking("launch")
        await office.answer(first)
        # The run continues with one of the two gates that are free now; the other one gets a run from the relay.
        await office.at_rest()
        await office.publish()
        strategy, trust = await office.asking("strategy"), await office.asking("trust")
        assert strategy.run_id != trust.run_id
        assert {i.stage: i.run for i in gate_forms.open_gates(office.context, initiative)} == {
            "strategy": str(strategy.run_id),
            "trust": str(trust.run_id),
        }
        # That the first gate is decided must not close the run that asks about the next one.
        assert (await runs.state_of([strategy.run_id]))[strategy.run_id].kind == "PAUSED"

        office.decide("strategy", initiative=initiative)
        await office.publish()
        await office.answer(trust, by="bruno")
        await office.publish()
        form = await office.asking("operation")
        await office.answer(form, by="mona")
        form = await office.asking("operation", after=form.key)
        assert (await office.description(form)).startswith("**Votes: go 1 of 2**")
        assert standing.state(office.context, initiative).milestone("operation") is None
        await office.answer(form, by="mona")
        form = await office.asking("operation", after=form.key)
        assert "the same person has already voted at this gate" in await office.description(form)
        await office.answer(form, by="petra")
        assert (await office.ended(form.run_id)).message == "operation: go"
        answers = {"Decides · operation", "Decides · operation (2)", "Decides · operation (3)"}
        drawn = await office.tasks(form.run_id, lambda t: answers <= t.keys())
        assert {name for name in drawn if name.startswith("Decides · operation")} == answers
        assert standing.state(office.context, initiative).milestone("operation") is not None


class TestWhatIsShown:
    async def test_the_graph_is_the_model_and_names_are_harmless(
        self, prefect: PrefectServer, deployed: None, begin: Callable[..., Office]
    ) -> None:
        office = begin(name="<b>x</b>|[y](z) *w*")
        async with working():
            office.state_figure("launch", initiative=office.initiative)
            await office.publish()
            form = await office.asking("launch")
            assert form.name == "<b>x</b>|[y](z) *w* · gate 1: launch"

            drawn = await office.tasks(form.run_id, lambda t: len(t) == 5)
            assert {name: t.state_name for name, t in drawn.items()} == {
                "1 ◆ launch": "Gate open",
                "gate 1 · 1/1": "Ready",
                "2 ◌ strategy": "Ahead",
                "3 ◌ trust": "Ahead",
                "4 ◌ operation": "Ahead",
            }
            # Colours separate what is to come, under way and done, and nothing is drawn longer than it was.
            assert {t.state_type.value for t in drawn.values()} == {"PAUSED", "COMPLETED", "PENDING"}
            assert all(t.end_time is not None for t in drawn.values())
            assert arrows(drawn) == {
                ("1 ◆ launch", "gate 1 · 1/1"),
                ("1 ◆ launch", "2 ◌ strategy"),
                ("1 ◆ launch", "3 ◌ trust"),
                ("2 ◌ strategy", "4 ◌ operation"),
                ("3 ◌ trust", "4 ◌ operation"),
            }
            for key in (names.initiative_key(office.initiative), names.gate_key(office.initiative, "launch")):
                page = await office.artifact(key)
                assert "&#60;b&#62;x&#60;/b&#62;&#124;&#91;y&#93;(z) &#42;w&#42;" in page
                assert "<b>x" not in page
            assert "flowchart LR" in await office.artifact(names.initiative_key(office.initiative))
            assert await office.artifact(names.progress_key(office.initiative)) == "0"
            assert "&#60;b&#62;" in await office.description(form)

            await office.answer(form)
            await office.ended(form.run_id)
            # The same tasks in other states, and the decision behind its gate.
            before = {drawn["1 ◆ launch"].id, drawn["2 ◌ strategy"].id}
            drawn = await office.tasks(form.run_id, lambda t: "Decides · launch" in t and "1 ✔ launch" in t)
            assert drawn["Decides · launch"].state_name == "Go"
            assert before == {drawn["1 ✔ launch"].id, drawn["2 ▶ strategy"].id}
            assert {("1 ✔ launch", "gate 1 · 1/1"), ("gate 1 · 1/1", "Decides · launch")} <= arrows(drawn)
            assert len(drawn) == 4 + 3 + 1
            assert {drawn[n].state_name for n in ("2 ▶ strategy", "3 ▶ trust")} == {"Under way"}
            assert {drawn[n].state_type.value for n in ("2 ▶ strategy", "3 ▶ trust")} == {"RUNNING"}
            assert all(t.end_time is not None for t in drawn.values())


def arrows(drawn: dict[str, object]) -> set[tuple[str, str]]:
    """Which task waits for which, by name."""
    by_id = {str(t.id): name for name, t in drawn.items()}  # type: ignore[attr-defined]
    return {
        (by_id[str(before.id)], name)
        for name, t in drawn.items()
        for befores in t.task_inputs.values()  # type: ignore[attr-defined]
        for before in befores
        if str(getattr(before, "id", "")) in by_id
    }


class TestAway:
    async def test_commands_work_and_everything_is_published_once_prefect_is_back(self, office: Office) -> None:
        with settings_for("http://127.0.0.1:1/api"):
            office.state_figure("launch", initiative=office.initiative)
            with pytest.raises(PrefectUnreachable):
                await office.publish()
            assert office.evaluate(office.initiative) == ()  # the relay had come so far
            assert office.decide("launch", initiative=office.initiative).taken
        waits = outbox.backlog(office.context).events
        assert waits > 0
        office.now += timedelta(seconds=30)
        published = await office.publish()
        assert outbox.backlog(office.context).events == 0
        assert 0 < published.events <= waits  # the facts of one command are one event
        events = await office.events()
        assert len(events) == len(set(events))
        await office.at_rest()
        assert await runs.waiting(f"initiative:{office.initiative}") == []

    async def test_one_initiative_in_trouble_keeps_no_other_waiting(self, office: Office) -> None:
        office.context.models["other"] = model(stage("launch"), name="other")
        office.enrol("a-first-one", "other")
        office.state_figure("launch", initiative=office.initiative)
        published = await office.publish()
        assert published.problems == (
            "a-first-one: no deployment is called «lifecycle/other»; deploy it with: clusterflow deploy",
        )
        await office.asking("launch")
