"""Checks the order of a model's stages and the deciders of its gates, even if other parts of the file are wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from clusterflow.domain.terms import SINGLE_HOLDER, HelixKind, Role


@dataclass(frozen=True, slots=True)
class StageOutline:
    """What the order needs to know of a stage."""

    id: str
    after: tuple[str, ...] = ()


class OrderFlaw(StrEnum):
    SAME_ID = "same-id"
    TWICE_IN_AFTER = "twice-in-after"
    UNKNOWN_AFTER = "unknown-after"
    CYCLE = "cycle"
    NO_FIRST = "no-first"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with the order: at which stage, at which place of its ``after``, and who is involved."""

    flaw: OrderFlaw
    stage: int
    after: int | None = None
    names: tuple[str, ...] = ()


def order_defects(bones: Sequence[StageOutline]) -> tuple[Defect, ...]:
    """Everything that is wrong with the order of the stages, in the order of the stages."""
    firsts: dict[str, int] = {}
    for index, bone in enumerate(bones):
        firsts.setdefault(bone.id, index)
    known = {name: bones[index] for name, index in firsts.items()}
    circles = _circles(known)
    found = [
        *(Defect(OrderFlaw.SAME_ID, i, names=(b.id,)) for i, b in enumerate(bones) if firsts[b.id] != i),
        *(defect for i, b in enumerate(bones) for defect in _waits(i, b, known)),
        *(Defect(OrderFlaw.CYCLE, firsts[circle[0]], names=circle) for circle in circles),
        *(Defect(OrderFlaw.UNREACHABLE, firsts[n], names=(n, c)) for n, c in _behind(known, circles)),
    ]
    if bones and all(bone.after for bone in bones):
        found.append(Defect(OrderFlaw.NO_FIRST, 0))
    return tuple(sorted(found, key=lambda defect: defect.stage))


def _waits(index: int, bone: StageOutline, known: Mapping[str, StageOutline]) -> Iterator[Defect]:
    for place, name in enumerate(bone.after):
        if name in bone.after[:place]:
            yield Defect(OrderFlaw.TWICE_IN_AFTER, index, place, (name,))
        elif name not in known:
            yield Defect(OrderFlaw.UNKNOWN_AFTER, index, place, (name,))


def _circles(known: Mapping[str, StageOutline]) -> tuple[tuple[str, ...], ...]:
    """One way round for each knot of stages that wait for each other, from the first of them in the file."""
    before = {name: _before(known, name) for name in known}
    circles: list[tuple[str, ...]] = []
    knotted: set[str] = set()
    for name in known:
        if name in before[name] and name not in knotted:
            knotted.update(other for other in before[name] if name in before[other])
            circles.append(_round(known, name))
    return tuple(circles)


def _round(known: Mapping[str, StageOutline], start: str) -> tuple[str, ...]:
    """The shortest way from a stage over what it waits for back to itself."""
    ways: list[tuple[str, ...]] = [(start,)]
    visited: set[str] = set()
    for way in ways:
        for name in known[way[-1]].after:
            if name == start:
                return (*way, start)
            if name in known and name not in visited:
                visited.add(name)
                ways.append((*way, name))
    return (start,)


def _behind(known: Mapping[str, StageOutline], circles: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """The stages that wait, near or far, for a circle of which they are no part; with a stage of that circle."""
    for name in known:
        before = _before(known, name)
        if name not in before and (blocked := [circle[0] for circle in circles if circle[0] in before]):
            yield name, blocked[0]


def _before(known: Mapping[str, StageOutline], name: str) -> frozenset[str]:
    found: set[str] = set()
    edge = list(known[name].after)
    while edge:
        other = edge.pop()
        # A name that nothing answers to is its own mistake, and hides nothing behind it.
        if other in known and other not in found:
            found.add(other)
            edge.extend(known[other].after)
    return frozenset(found)


class DeciderFlaw(StrEnum):
    """Why nobody could decide at a gate, or why somebody could who never may."""

    TOO_FEW_HOLDERS = "too-few-holders"
    ALL_KINDS_EXCLUDED = "all-kinds-excluded"
    ONLY_THE_OFFICE = "only-the-office"
    NOT_EXCLUDED = "not-excluded"
    MAY_DECIDE_ALONE = "may-decide-alone"
    SHARE_EXCLUDED = "share-excluded"
    SHARES_ABOVE_NEED = "shares-above-need"
    NOT_AMONG_ROLES = "not-among-roles"


def decider_flaws(
    roles: Sequence[Role],
    need: int,
    never: Sequence[HelixKind],
    each: Mapping[HelixKind, int] = MappingProxyType({}),
    special: Iterable[Role] = (),
    excluded: Iterable[HelixKind] = (),
    never_alone: Iterable[HelixKind] = (),
    excluded_alone: Iterable[HelixKind] = (),
) -> tuple[DeciderFlaw, ...]:
    """Return what is wrong with the deciders of a gate.

    A program office is mostly a part of the government: if the government never decides, an office alone would leave
    the gate to nobody, so the gate needs another role, too.

    Args:
        special: the roles with a veto, an override or the casting vote.
        excluded: the helix kinds that the model excludes from the gates of this kind of stage.
        excluded_alone: those that it lets decide there, but not alone.
    """
    dependent = {*never, *never_alone}
    found: list[DeciderFlaw] = []
    if dependent >= set(HelixKind):
        found.append(DeciderFlaw.ALL_KINDS_EXCLUDED)
    elif HelixKind.GOVERNMENT in dependent and set(roles) == {Role.OFFICE}:
        found.append(DeciderFlaw.ONLY_THE_OFFICE)
    if roles and SINGLE_HOLDER.issuperset(roles) and need > len(set(roles)):
        found.append(DeciderFlaw.TOO_FEW_HOLDERS)
    if not set(excluded) <= set(never):
        found.append(DeciderFlaw.NOT_EXCLUDED)
    if not set(excluded_alone) <= dependent:
        found.append(DeciderFlaw.MAY_DECIDE_ALONE)
    if set(each) & set(never):
        found.append(DeciderFlaw.SHARE_EXCLUDED)
    if sum(each.values()) > need:
        found.append(DeciderFlaw.SHARES_ABOVE_NEED)
    if roles and not set(special) <= set(roles):
        found.append(DeciderFlaw.NOT_AMONG_ROLES)
    return tuple(found)
