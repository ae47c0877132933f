"""Keeps views of initiatives as long as the facts and the day behind them are the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection

from clusterflow.services.context import Context
from clusterflow.store.view_basis import Facts, facts_behind

View = TypeVar("View")

CACHE_SIZE = 4000
"""The most views that a process keeps. A gate with its evidence takes about 20 kB."""

QUARTER = timedelta(minutes=15)
"""In every time zone a day begins at a whole quarter of an hour."""


class Basis(NamedTuple):
    """What a view of an initiative follows from: two views on the same basis are equal."""

    initiative: str
    facts: Facts
    quarter: datetime
    """The quarter of an hour: it decides which day it is where the initiative is, and what is yet to come."""


def quarter_of(now: datetime) -> datetime:
    """The quarter of an hour that a moment is in."""
    return now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % QUARTER


def bases_of(context: Context, initiatives: Sequence[str]) -> Mapping[str, Basis]:
    """Return the present basis of each initiative; an initiative without any fact has none."""
    if not initiatives:
        return {}
    with context.reading() as connection:
        return bases_in(connection, initiatives, context.clock())


def bases_in(connection: Connection, initiatives: Sequence[str], now: datetime) -> Mapping[str, Basis]:
    """Return the basis of each initiative as a transaction sees it."""
    quarter = quarter_of(now)
    return {i: Basis(i, facts, quarter) for i, facts in facts_behind(connection, initiatives).items()}


class ViewCache:
    """The views of one process. The least recently used ones are dropped first."""

    def __init__(self, size: int = CACHE_SIZE) -> None:
        self._size, self._lock = size, Lock()
        self._views: OrderedDict[Hashable, object] = OrderedDict()
        self._computing: dict[Hashable, tuple[Lock, int]] = {}
        """What is being computed: its lock, and how many readers compute it or wait for it."""

    def __len__(self) -> int:
        return len(self._views)

    def one(self, basis: Basis | None, what: Hashable, compute: Callable[[], View]) -> View:
        """Return the view of this name on a basis, computed if it is not kept; without a basis none is kept."""
        if basis is None:
            return compute()
        return self.many({basis.initiative: basis}, what, lambda _: {basis.initiative: compute()})[basis.initiative]

    def many(
        self,
        bases: Mapping[str, Basis],
        what: Hashable,
        compute: Callable[[Sequence[str]], Mapping[str, View]],
    ) -> Mapping[str, View]:
        """Return the view of this name of each initiative; those that are not kept are computed at once."""
        found = self._kept(bases, what)
        if missing := [i for i in bases if i not in found]:
            with self._alone((what, *missing)):
                found |= self._kept({i: bases[i] for i in missing}, what)
                if missing := [i for i in missing if i not in found]:
                    # A fact that is recorded meanwhile may be in the view already: it is never older than its basis.
                    computed = compute(missing)
                    found |= computed
                    self._keep({(bases[i], what): view for i, view in computed.items()})
        return found

    def _kept(self, bases: Mapping[str, Basis], what: Hashable) -> dict[str, Any]:
        found: dict[str, Any] = {}
        with self._lock:
            for initiative, basis in bases.items():
                key = (basis, what)
                if key in self._views:
                    self._views.move_to_end(key)
                    found[initiative] = self._views[key]
        return found

    def _keep(self, computed: Mapping[Hashable, object]) -> None:
        with self._lock:
            self._views |= computed
            while len(self._views) > self._size:
                self._views.popitem(last=False)

    @contextmanager
    def _alone(self, name: Hashable) -> Iterator[None]:
        """Let one reader compute what many ask for at once, as all do after a quarter of an hour; the others wait."""
        with self._lock:
            lock, waiting = self._computing.get(name, (Lock(), 0))
            self._computing[name] = (lock, waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._computing.pop(name)
                if waiting > 1:
                    self._computing[name] = (lock, waiting - 1)
