"""The nodes and flows of a BPMN process, with where each is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

LAYER_GAP, BEND = 90.0, 30.0
"""The space between two layers, and how far from its end a route turns."""


class Point(NamedTuple):
    x: float
    y: float


class Size(NamedTuple):
    width: float
    height: float


TASK, GATEWAY, EVENT = Size(160, 80), Size(50, 50), Size(36, 36)


@dataclass(frozen=True, slots=True)
class Node:
    """A task, gateway or event; ``tag`` is its BPMN element."""

    id: str
    tag: str
    name: str
    at: Point
    """The upper left corner."""
    size: Size
    documentation: str = ""
    default: str = ""
    """The flow that is taken where no condition holds."""
    terminates: bool = False

    @property
    def middle(self) -> Point:
        return Point(self.at.x + self.size.width / 2, self.at.y + self.size.height / 2)

    @property
    def left(self) -> Point:
        return Point(self.at.x, self.middle.y)

    @property
    def right(self) -> Point:
        return Point(self.at.x + self.size.width, self.middle.y)

    @property
    def top(self) -> Point:
        return Point(self.middle.x, self.at.y)

    @property
    def bottom(self) -> Point:
        return Point(self.middle.x, self.at.y + self.size.height)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow between two nodes, with or without a condition."""

    id: str
    start: str
    end: str
    points: tuple[Point, ...]
    name: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Process:
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]


def bent(points: list[Point], at_end: bool = False) -> Iterator[Point]:
    """The same route in straight lines that turn at the end of a layer, or shortly before the end of the route."""
    yield points[0]
    for (from_x, from_y), to in pairwise(points):
        if to.y != from_y:
            turn = to.x - BEND if at_end else max(from_x + BEND, to.x - LAYER_GAP + BEND)
            yield Point(turn, from_y)
            yield Point(turn, to.y)
        yield to
