"""Counts votes by organisation: a vote counts for one of those that its decider represents, and each only so often."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from clusterflow.domain.terms import HelixKind

Node = tuple[str, object]
_SOURCE: Node = ("source", None)
_SINK: Node = ("sink", None)


def count_by_organisation(
    votes: Iterable[Mapping[str, HelixKind | None]],
    per_organisation: int,
    shares: Mapping[HelixKind, int] | None = None,
) -> int | None:
    """Return how many votes count at most; None if the shares of helix kinds cannot be filled.

    A person who represents a firm and a university counts for one of them, for the one that helps most. This is a
    maximum flow from the votes over organisations and helix kinds; the shares are filled first, and stay filled.

    Args:
        votes: of each vote the organisations that it may count for, each with its helix kind.
        per_organisation: how many votes count for one organisation.
        shares: how many votes must count for a helix kind.
    """
    room: dict[Node, dict[Node, int]] = defaultdict(lambda: defaultdict(int))
    kinds: set[HelixKind | None] = set()
    for number, organisations in enumerate(votes):
        vote: Node = ("vote", number)
        room[_SOURCE][vote] = 1
        for name, helix in organisations.items():
            room[vote]["organisation", name] = 1
            room["organisation", name]["helix", helix] = per_organisation
            kinds.add(helix)
    required = dict(shares or {})
    for kind, need in required.items():
        room["helix", kind][_SINK] = need
    counted = _fill(room)
    if counted < sum(required.values()):
        return None
    for other in kinds:
        room["helix", other][_SINK] = len(room[_SOURCE])
    return counted + _fill(room)


def _fill(room: dict[Node, dict[Node, int]]) -> int:
    """Send as much as possible from the source to the sink, one unit at a time; return how much."""
    sent = 0
    while (way := _way(room)) is not None:
        for here, there in pairwise(way):
            room[here][there] -= 1
            room[there][here] += 1
        sent += 1
    return sent


def _way(room: Mapping[Node, Mapping[Node, int]]) -> list[Node] | None:
    """A shortest way with room left from the source to the sink."""
    ways = [[_SOURCE]]
    visited = {_SOURCE}
    for way in ways:
        for there, left in list(room[way[-1]].items()):
            if left > 0 and there not in visited:
                if there == _SINK:
                    return [*way, there]
                visited.add(there)
                ways.append([*way, there])
    return None
