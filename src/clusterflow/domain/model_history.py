"""Which version of which model each entry of an initiative's ledger was written under."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from clusterflow.domain.lifecycle import LifecycleModel


class ModelHistory(NamedTuple):
    """The models of an initiative in order, each with the number of the entry that made it its model."""

    models: tuple[tuple[int, LifecycleModel], ...]

    def at(self, version: int) -> LifecycleModel:
        """Return the model that an entry was written under. The entry of a migration counts for the former one."""
        since = [first for first, _ in self.models]
        return self.models[max(bisect_left(since, version) - 1, 0)][1]

    @property
    def current(self) -> LifecycleModel:
        """The model that it is pinned to today."""
        return self.models[-1][1]
