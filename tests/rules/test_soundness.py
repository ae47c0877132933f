"""Whether a model as a whole can be lived."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterflow.domain.terms import HelixKind, Role
from clusterflow.rules.soundness import DeciderFlaw, Defect, OrderFlaw, StageOutline, decider_flaws, order_defects


def bones(plan: str) -> list[StageOutline]:
    """``a b<a c<ab``: b waits for a, c for both."""
    found = []
    for word in plan.split():
        name, _, after = word.partition("<")
        found.append(StageOutline(name, tuple(after)))
    return found


@pytest.mark.parametrize("plan", ["a", "a b<a c<a d<bc", "a b", "b<a a"])
def test_what_can_be_lived_has_no_defect(plan: str):
    assert order_defects(bones(plan)) == ()


@pytest.mark.parametrize(
    ("plan", "found"),
    [
        ("a b<a a<b", [Defect(OrderFlaw.SAME_ID, 2, names=("a",))]),
        ("a b<x", [Defect(OrderFlaw.UNKNOWN_AFTER, 1, 0, ("x",))]),
        ("a b<x c<b", [Defect(OrderFlaw.UNKNOWN_AFTER, 1, 0, ("x",))]),  # one slip of the pen, one mistake
        ("a b<aa", [Defect(OrderFlaw.TWICE_IN_AFTER, 1, 1, ("a",))]),
        ("a b<b", [Defect(OrderFlaw.CYCLE, 1, names=("b", "b"))]),
        ("a b<ad c<b d<c", [Defect(OrderFlaw.CYCLE, 1, names=("b", "d", "c", "b"))]),
        ("a b<ac c<b d<c e<d", [
            Defect(OrderFlaw.CYCLE, 1, names=("b", "c", "b")),
            Defect(OrderFlaw.UNREACHABLE, 3, names=("d", "b")),
            Defect(OrderFlaw.UNREACHABLE, 4, names=("e", "b")),
        ]),
        ("a b<c c<b d<e e<d", [
            Defect(OrderFlaw.CYCLE, 1, names=("b", "c", "b")),
            Defect(OrderFlaw.CYCLE, 3, names=("d", "e", "d")),
        ]),
        ("a<b b<a", [Defect(OrderFlaw.CYCLE, 0, names=("a", "b", "a")), Defect(OrderFlaw.NO_FIRST, 0)]),
        ("a<x", [Defect(OrderFlaw.UNKNOWN_AFTER, 0, 0, ("x",)), Defect(OrderFlaw.NO_FIRST, 0)]),
    ],
)  # fmt: skip
def test_each_defect_is_found(plan: str, found: list[Defect]):
    assert list(order_defects(bones(plan))) == found


STAGES = st.lists(
    st.builds(StageOutline, st.sampled_from("abcd"), st.lists(st.sampled_from("abcdx"), max_size=3).map(tuple)),
    max_size=5,
)


@given(STAGES)
def test_without_a_defect_every_stage_can_be_entered(stages: list[StageOutline]):
    if order_defects(stages):
        return
    required = {bone.id for bone in stages}
    achieved: set[str] = set()
    while ready := {b.id for b in stages if b.id in required - achieved and achieved.issuperset(b.after)}:
        achieved |= ready
    assert achieved == required


GOVERNMENT = HelixKind.GOVERNMENT


@pytest.mark.parametrize(
    ("excluded", "roles", "need", "never", "found"),
    [
        ([], [Role.OFFICE], 1, [], []),
        ([], [Role.MANAGER], 2, [], [DeciderFlaw.TOO_FEW_HOLDERS]),
        ([], [Role.MANAGER, Role.BOARD_CHAIR], 2, [], []),
        ([], [Role.MANAGER, Role.BOARD_CHAIR], 3, [], [DeciderFlaw.TOO_FEW_HOLDERS]),
        ([], [Role.MANAGER, Role.FOUNDER], 5, [], []),
        ([], [Role.FOUNDER], 1, list(HelixKind), [DeciderFlaw.ALL_KINDS_EXCLUDED]),
        ([], [Role.OFFICE], 1, [GOVERNMENT], [DeciderFlaw.ONLY_THE_OFFICE]),
        ([GOVERNMENT], [Role.BOARD_MEMBER], 1, [], [DeciderFlaw.NOT_EXCLUDED]),
        ([GOVERNMENT], [Role.FOUNDER], 1, [GOVERNMENT], []),
        ([], [Role.BOARD_MEMBER], 1, [], []),
        ([], [], 3, [], []),
    ],
)
def test_who_could_decide(
    excluded: list[HelixKind], roles: list[Role], need: int, never: list[HelixKind], found: list[DeciderFlaw]
):
    assert list(decider_flaws(roles, need, never, excluded=excluded)) == found


@pytest.mark.parametrize(
    ("roles", "never", "never_alone", "found"),
    [
        ([Role.FOUNDER], [], [], [DeciderFlaw.MAY_DECIDE_ALONE]),
        ([Role.FOUNDER], [], [GOVERNMENT], []),
        ([Role.FOUNDER], [GOVERNMENT], [], []),
        ([Role.OFFICE], [], [GOVERNMENT], [DeciderFlaw.ONLY_THE_OFFICE]),
        ([Role.FOUNDER], [GOVERNMENT], [k for k in HelixKind if k != GOVERNMENT], [DeciderFlaw.ALL_KINDS_EXCLUDED]),
    ],
)
def test_who_could_decide_alone(
    roles: list[Role], never: list[HelixKind], never_alone: list[HelixKind], found: list[DeciderFlaw]
):
    flaws = decider_flaws(roles, 1, never, never_alone=never_alone, excluded_alone=[GOVERNMENT])
    assert list(flaws) == found


COMPANY, ACADEMIA = HelixKind.COMPANY, HelixKind.ACADEMIA


@pytest.mark.parametrize(
    ("each", "special", "found"),
    [
        ({COMPANY: 1, ACADEMIA: 1}, [], []),
        ({COMPANY: 2, ACADEMIA: 1}, [], [DeciderFlaw.SHARES_ABOVE_NEED]),
        ({GOVERNMENT: 1}, [], [DeciderFlaw.SHARE_EXCLUDED]),
        ({}, [Role.MANAGER, Role.BOARD_MEMBER], []),
        ({}, [Role.MANAGER, Role.OFFICE], [DeciderFlaw.NOT_AMONG_ROLES]),
    ],
)
def test_shares_and_special_rights_fit_the_quorum(
    each: dict[HelixKind, int], special: list[Role], found: list[DeciderFlaw]
):
    flaws = decider_flaws([Role.MANAGER, Role.BOARD_MEMBER], 2, [GOVERNMENT], each, special)
    assert list(flaws) == found
