"""The form and the pages by themselves, without a server."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from support.world import World, model, stage

from clusterflow.domain.terms import DecisionKind
from clusterflow.errors import Mistakes
from clusterflow.prefect.forms import Choice, GateForm, ballot_of, form_for, unreadable
from clusterflow.reports.decision_refusals import SPANISH, refusal
from clusterflow.reports.markdown import escaped, question_page, unbroken
from clusterflow.services import explanation, gates, standing
from clusterflow.store.gate_forms import InboxItem


@pytest.fixture
def world(sqlite_url: str) -> World:
    world = World(sqlite_url, model(stage("launch"), stage("strategy", ("launch",))))
    world.enrol()
    return world


def test_user_text_is_never_markup() -> None:
    assert escaped("<b>x</b>|[y](z) & *w*\n# `h`") == (
        "&#60;b&#62;x&#60;/b&#62;&#124;&#91;y&#93;(z) &#38; &#42;w&#42; &#35; &#96;h&#96;"
    )
    assert unbroken("≥ 1\u202f250 days") == "≥\u00a01\u202f250\u00a0days"
    assert " " in unbroken("a text that is long enough to be broken")


def test_an_answer_counts_for_the_review_it_was_asked_about_only(world: World) -> None:
    """The gate closes and opens again while a form of the first time still waits somewhere."""
    for value in (1, 0, 1):
        world.state_figure("launch", value)
        world.evaluate()
    assert [(r.id, r.status.value) for r in standing.state(world.context, "one").reviews] == [
        ("launch-1", "withdrawn"),
        ("launch-2", "open"),
    ]
    answer = GateForm(decision=Choice.stop, decided_by="mona", reason="of old")
    late = gates.decide(
        world.context, "one", "mona", ballot_of(answer, InboxItem("one", "launch-1", "launch", "run", 0))
    )
    assert (late.refused, late.why) == ("closed", "the gate of «launch» was no longer ready on 2024-01-10")
    now = gates.decide(
        world.context, "one", "mona", ballot_of(answer, InboxItem("one", "launch-2", "launch", "run", 0))
    )
    assert now.decided is DecisionKind.STOP


def test_what_a_form_says_is_refused_where_no_text_can_have_it(world: World) -> None:
    world.state_figure("launch")
    world.evaluate()
    answer = GateForm(decision=Choice.go, decided_by="mo\0na", reason="it is\0time", speaks_for="\x07")
    with pytest.raises(Mistakes) as caught:
        gates.decide(
            world.context, "one", answer.decided_by, ballot_of(answer, InboxItem("one", "launch-1", "launch", "run", 0))
        )
    assert [m.where for m in caught.value.mistakes] == ["decided_by", "reason", "speaks_for"]


def test_blank_fields_are_not_filled_in_and_wrong_ones_are_named(world: World) -> None:
    (gate,) = explanation.explain(world.context, "one", "launch")
    form = form_for(gate, ["launch"], "es").with_initial_data(description="x")
    filled = form(decision="hold", decided_by="mona", reason="r", hold_until=" ", back_to="", findings=gate.findings)
    assert (filled.hold_until, filled.back_to, filled.conditions_due) == (None, None, None)
    with pytest.raises(ValidationError) as wrong:
        form(decision="hold", decided_by="mona", reason="r", hold_until="pronto")
    assert unreadable(wrong.value, "es") == "En espera hasta: «pronto»; se acepta un día, como 2030-01-31"


def test_every_refusal_is_said_in_spanish_too(world: World) -> None:
    (gate,) = explanation.explain(world.context, "one", "launch")
    for code in SPANISH:
        message = refusal(code, "in English", gate, ["launch"], "es")
        assert "{" not in message
        assert message != "in English"
        assert refusal(code, "in English", gate, ["launch"], "en") == "in English"


def test_the_question_fits_a_narrow_form(world: World) -> None:
    world.state_figure("launch", 0)
    world.evaluate()
    (gate,) = explanation.explain(world.context, "one", "launch", language="es")
    page = question_page(gate, "es", [], "/v2/x", ["⚠ no"])
    first, *_ = page.splitlines()
    assert first == "**⚠ no**"
    assert "| ✘ | **launch** | 0\u00a0% | ≥\u00a0100\u00a0% |" in page
    assert "[Todo sobre esta puerta](/v2/x)" in page
