"""The right to cast one vote: what a one-time code stands for."""

from __future__ import annotations

from pydantic import ConfigDict, TypeAdapter

from clusterflow.domain.text import Frozen


class Grant(Frozen):
    """One vote, of one decider, at one review, on the findings of a moment; people by their pseudonyms."""

    initiative: str
    review: str
    findings: str
    decider: str
    cast_by: str | None = None
    """Who casts the vote, where it is a delegate."""
    cast: int = 0
    """How many votes the decider has cast at the review before, those that fell among them."""
    renewed: int = 0
    """How often a new code was asked for."""


GRANTS: TypeAdapter[tuple[Grant, ...]] = TypeAdapter(tuple[Grant, ...], config=ConfigDict(defer_build=True))
"""Reads and writes the grants of a notice as JSON."""
