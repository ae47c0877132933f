"""Random models for the state machines: few stages, few figures, and every way to decide."""

from __future__ import annotations

from hypothesis import strategies as st
from support.world import model, stage, stated

from clusterflow.domain.lifecycle import DecidedBy, Split, Stage, Term
from clusterflow.domain.terms import Role, Severity, SplitDays

FIGURES = ("a", "b")
STAGES = "abcde"

criteria = st.builds(
    lambda figure, keep, severity: stated(figure, keep=keep, severity=severity),
    st.sampled_from(FIGURES),
    st.sampled_from([None, ">= 1/2"]),
    st.sampled_from([Severity.BLOCKING, Severity.BLOCKING, Severity.WARNING]),
)


@st.composite
def stages(draw: st.DrawFn, place: int) -> Stage:
    after = draw(st.sets(st.sampled_from(STAGES[:place]), max_size=2)) if place else set()
    found = draw(st.lists(criteria, min_size=1, max_size=2, unique_by=lambda c: c.id))
    split = Split(
        days=draw(st.sampled_from(SplitDays)),
        tie=draw(st.sampled_from([None, "revote", Role.BOARD_CHAIR])),
        office_after_days=draw(st.sampled_from([None, 3])),
    )
    rule = DecidedBy(
        roles=(Role.MANAGER, Role.BOARD_MEMBER, Role.BOARD_CHAIR),
        need=draw(st.sampled_from([1, 1, 2, 3])),
        per_organisation=draw(st.sampled_from([1, 2])),
        veto=draw(st.sampled_from([(), (), (Role.BOARD_CHAIR,)])),
        split=split,
    )
    found_stage = stage(
        STAGES[place],
        tuple(sorted(after)),
        *found,
        rule=rule,
        optional=draw(st.booleans()),
        open_ended=draw(st.booleans()),
        allowed_days=draw(st.sampled_from([3, 40])),
    )
    term = draw(st.sampled_from([None, None, Term(extension_days=5)]))
    return found_stage.model_copy(update={"term": term})


models = (
    st.integers(1, len(STAGES)).flatmap(lambda n: st.tuples(*(stages(i) for i in range(n)))).map(lambda s: model(*s))
)
