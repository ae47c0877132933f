"""The right to cast one vote. A one-time code stands for such a right."""

from __future__ import annotations

from pydantic import ConfigDict, TypeAdapter

from clusterflow.domain.text import Frozen


class Grant(Frozen):
    """One vote of one decider at one review, on the findings of one moment. People appear by pseudonym."""

    initiative: str
    review: str
    findings: str
    decider: str
    cast_by: str | None = None
    """The delegate who casts the vote, if there is one."""
    cast: int = 0
    """How many votes the decider has already cast at the review, including superseded ones."""
    renewed: int = 0
    """How many times a new code was requested."""


GRANTS: TypeAdapter[tuple[Grant, ...]] = TypeAdapter(tuple[Grant, ...], config=ConfigDict(defer_build=True))
"""Reads and writes the grants of a notice as JSON."""
