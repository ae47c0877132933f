"""Computes the layout of a diagram: boxes in layers from left to right, and the routes of its arrows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.rules.stage_order import direct_successions, layers

BOX_WIDTH = 214.0
LAYER_GAP = 56.0
ROW_GAP = 44.0
LANE = 26.0
"""The height that is kept free for an arrow that passes a layer."""


@dataclass(frozen=True, slots=True)
class Lane:
    """The passage of an arrow through a layer: it takes the place of a box, so that no arrow runs behind a box."""

    start: str
    end: str
    layer: int


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow between two stages, through its points."""

    start: str
    end: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The upper left corners of the boxes, the points of each arrow, and the total size."""

    boxes: dict[str, tuple[float, float]]
    arrows: tuple[Arrow, ...]
    width: float
    height: float


def lay_out(
    model: LifecycleModel, box_height: float, widths: Sequence[float] = (), layer_gap: float = LAYER_GAP
) -> Drawing:
    """Lay out boxes in centred columns, optional stages below the others.

    Args:
        widths: the width of the boxes of each layer; ``BOX_WIDTH`` if not given.
    """
    widths = widths or [BOX_WIDTH] * len(layers(model))
    columns: list[list[str | Lane]] = [list(column) for column in layers(model)]
    depth = {stage: index for index, column in enumerate(layers(model)) for stage in column}
    lanes: dict[tuple[str, str], list[Lane]] = {}
    for start, end in direct_successions(model):
        lanes[start, end] = [Lane(start, end, layer) for layer in range(depth[start] + 1, depth[end])]
        for lane in lanes[start, end]:
            columns[lane.layer].append(lane)
    rank: dict[str | Lane, float] = {}
    for column in columns:
        column.sort(key=lambda item: _rank(model, item, rank))
        rank.update({item: index - (len(column) - 1) / 2 for index, item in enumerate(column)})
    total = max(_height(column, box_height) for column in columns)
    corners: dict[str | Lane, tuple[float, float]] = {}
    x = 0.0
    for column, width in zip(columns, widths, strict=True):
        y = (total - _height(column, box_height)) / 2
        for item in column:
            corners[item] = (x, y)
            y += (LANE if isinstance(item, Lane) else box_height) + ROW_GAP
        x += width + layer_gap
    sizes = {item: (width, box_height) for column, width in zip(columns, widths, strict=True) for item in column}
    arrows = tuple(Arrow(a, b, _way(corners, sizes, a, b, passed)) for (a, b), passed in lanes.items())
    boxes = {item: corner for item, corner in corners.items() if isinstance(item, str)}
    return Drawing(boxes, arrows, x - layer_gap, total)


def _rank(model: LifecycleModel, item: str | Lane, rank: dict[str | Lane, float]) -> tuple[bool, float, bool, int]:
    """Sort a stage near its predecessors, so that few arrows cross; otherwise in the order of the file."""
    if isinstance(item, Lane):
        return False, rank[item.start], True, model.position(item.end)
    stage = model.stage(item)
    before = [rank[earlier] for earlier in stage.after]
    return stage.optional, sum(before) / len(before) if before else 0.0, False, model.position(item)


def _height(column: list[str | Lane], box_height: float) -> float:
    return sum(LANE if isinstance(item, Lane) else box_height for item in column) + ROW_GAP * (len(column) - 1)


def _way(
    corners: dict[str | Lane, tuple[float, float]],
    sizes: dict[str | Lane, tuple[float, float]],
    start: str,
    end: str,
    passed: list[Lane],
) -> tuple[tuple[float, float], ...]:
    box_width, box_height = sizes[start]
    points = [(corners[start][0] + box_width, corners[start][1] + box_height / 2)]
    for lane in passed:
        x, y = corners[lane]
        points += [(x, y + LANE / 2), (x + sizes[lane][0], y + LANE / 2)]
    return (*points, (corners[end][0], corners[end][1] + box_height / 2))
