"""The partial order of stages: which come before which, which may begin, which are parallel."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.lifecycle import DecidedBy, Gate, LifecycleModel, Stage
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import Role, StageKind
from clusterflow.domain.text import Text
from clusterflow.rules.stage_order import (
    ancestors,
    descendants,
    direct_successions,
    initial_stages,
    layers,
    ready_to_enter,
)

WORDS = Text(es="a", en="a")
GATE = Gate(
    title=WORDS,
    milestone=WORDS,
    decided_by=DecidedBy(roles=(Role.OFFICE,)),
    requires=(Criterion(id="c", metric="m", bound=Bound.parse(">= 1", Unit.COUNT), source="ECLAC"),),
)


def model(**after: str) -> LifecycleModel:
    """A model of stages of one letter: ``model(a="", b="a")``."""
    return LifecycleModel(
        id="m",
        version="1",
        title=WORDS,
        about=WORDS,
        source="ECLAC",
        stages=tuple(
            Stage(
                id=name,
                kind=StageKind.STRATEGY,
                title=WORDS,
                after=tuple(before),
                allowed_days=1,
                source="s",
                gate=GATE,
            )
            for name, before in after.items()
        ),
    )


HYBRID = model(h="", m="h", c="m", s="m", o="cs", i="cs")


def test_what_comes_before_and_after():
    assert initial_stages(HYBRID) == ("h",)
    assert ancestors(HYBRID, "o") == frozenset("hmcs")
    assert descendants(HYBRID, "m") == frozenset("csoi")
    assert ancestors(HYBRID, "h") == descendants(HYBRID, "o") == frozenset()


def test_parallel_stages_may_begin_together_and_join_again():
    assert ready_to_enter(HYBRID, set(), set()) == ("h",)
    assert ready_to_enter(HYBRID, {"h", "m"}, set()) == ("c", "s")
    assert ready_to_enter(HYBRID, {"h", "m", "c"}, {"s"}) == ()
    assert ready_to_enter(HYBRID, {"h", "m", "c", "s"}, set()) == ("o", "i")


def test_parallel_stages_share_a_layer():
    assert layers(HYBRID) == (("h",), ("m",), ("c", "s"), ("o", "i"))


def test_an_arrow_that_follows_from_others_is_left_out():
    assert direct_successions(model(a="", b="a", c="ab")) == (("a", "b"), ("b", "c"))


@st.composite
def models(draw: st.DrawFn) -> LifecycleModel:
    names = "abcdef"[: draw(st.integers(1, 6))]
    after = {name: "".join(draw(st.sets(st.sampled_from(names[:i])))) if i else "" for i, name in enumerate(names)}
    order = draw(st.permutations(names))
    return model(**{name: after[name] for name in order})


@given(models())
def test_living_a_model_enters_every_stage_once_and_after_what_it_waits_for(a_model: LifecycleModel):
    achieved: set[str] = set()
    while ready := ready_to_enter(a_model, achieved, set()):
        for stage in ready:
            assert ancestors(a_model, stage) <= achieved
        achieved.add(ready[-1])
    assert achieved == {stage.id for stage in a_model.stages}


@given(models())
def test_order_is_the_same_from_both_ends(a_model: LifecycleModel):
    for stage in a_model.stages:
        for other in a_model.stages:
            assert (stage.id in ancestors(a_model, other.id)) == (other.id in descendants(a_model, stage.id))


@given(models())
def test_the_arrows_that_are_drawn_tell_the_whole_order(a_model: LifecycleModel):
    drawn = {
        stage.id: "".join(start for start, end in direct_successions(a_model) if end == stage.id)
        for stage in a_model.stages
    }
    for stage in a_model.stages:
        assert ancestors(model(**drawn), stage.id) == ancestors(a_model, stage.id)


@given(models())
def test_every_stage_stands_in_a_layer_behind_all_it_waits_for(a_model: LifecycleModel):
    depth = {stage: index for index, layer in enumerate(layers(a_model)) for stage in layer}
    assert set(depth) == {stage.id for stage in a_model.stages}
    assert all(depth[start] < depth[end] for start, end in direct_successions(a_model))
