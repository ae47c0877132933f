"""What a process works on at this moment: a flow run, an initiative, a command. Log lines name it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_WORK: ContextVar[Mapping[str, str]] = ContextVar("clusterflow_work")
_NONE: Mapping[str, str] = {}


@contextmanager
def working_on(**what: str) -> Iterator[None]:
    """Name the work of a block: ``run``, ``initiative`` or ``command``. What is named outside stays named."""
    token = _WORK.set({**current_work(), **what})
    try:
        yield
    finally:
        _WORK.reset(token)


def current_work() -> Mapping[str, str]:
    """Return what this thread or task works on, by name."""
    return _WORK.get(_NONE)
