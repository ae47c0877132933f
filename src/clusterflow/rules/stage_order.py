"""The partial order of a model's stages: predecessors, successors, and the stages that can be entered."""

from __future__ import annotations

from collections.abc import Set

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.errors import UnknownName
from clusterflow.rules.mistakes import nearest


def known_stage(model: LifecycleModel, stage: str) -> str:
    """Return the id of a stage of the model.

    Raises:
        UnknownName: the model has no such stage; the error names the most similar ones.
    """
    if stage not in model.by_id:
        raise UnknownName(f"stage of {model.id}", stage, nearest(stage, model.by_id), model.by_id)
    return stage


def initial_stages(model: LifecycleModel) -> tuple[str, ...]:
    """The stages that wait for none."""
    return tuple(stage.id for stage in model.stages if not stage.after)


def ancestors(model: LifecycleModel, stage: str) -> frozenset[str]:
    """The stages that come before a stage, near and far."""
    return _reach({s.id: s.after for s in model.stages}, stage)


def descendants(model: LifecycleModel, stage: str) -> frozenset[str]:
    """The stages that come after a stage, near and far."""
    before: dict[str, list[str]] = {s.id: [] for s in model.stages}
    for s in model.stages:
        for earlier in s.after:
            before[earlier].append(s.id)
    return _reach({stage_id: tuple(later) for stage_id, later in before.items()}, stage)


def ready_to_enter(model: LifecycleModel, achieved: Set[str], entered: Set[str]) -> tuple[str, ...]:
    """The stages neither achieved nor entered that wait for nothing more, in the order of the file.

    Args:
        achieved: the stages that are achieved; an optional one that was declined counts as well.
    """
    return tuple(
        stage.id
        for stage in model.stages
        if stage.id not in achieved and stage.id not in entered and achieved >= set(stage.after)
    )


def layers(model: LifecycleModel) -> tuple[tuple[str, ...], ...]:
    """The stages by how many must be passed one after the other before them; parallel ones share a layer."""
    depth: dict[str, int] = {}
    waiting = list(model.stages)
    while waiting:
        for stage in waiting:
            if all(earlier in depth for earlier in stage.after):
                depth[stage.id] = 1 + max((depth[earlier] for earlier in stage.after), default=-1)
        waiting = [stage for stage in waiting if stage.id not in depth]
    return tuple(
        tuple(stage.id for stage in model.stages if depth[stage.id] == level)
        for level in range(1 + max(depth.values(), default=-1))
    )


def direct_successions(model: LifecycleModel) -> tuple[tuple[str, str], ...]:
    """From which stage directly to which: the arrows to draw. One that follows from others is left out."""
    return tuple(
        (earlier, stage.id)
        for stage in model.stages
        for earlier in dict.fromkeys(stage.after)
        if not any(earlier in ancestors(model, between) for between in stage.after)
    )


def _reach(neighbours: dict[str, tuple[str, ...]], start: str) -> frozenset[str]:
    found: set[str] = set()
    edge = list(neighbours[start])
    while edge:
        stage = edge.pop()
        if stage not in found:
            found.add(stage)
            edge.extend(neighbours[stage])
    return frozenset(found)
