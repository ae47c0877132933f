"""The steps of a flow: one that fails does not stop the next, and the run ends as failed and names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Failed

from clusterflow.services.fault_isolation import describe_problem

T = TypeVar("T")


class Steps:
    """Collects what went wrong: whole steps, and single initiatives within a step."""

    def __init__(self) -> None:
        self._failed: list[str] = []
        self._problems: dict[str, None] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Carry out a step; an error ends it, and not the flow."""
        try:
            yield
        except Exception as problem:
            self._failed.append(f"{name}: {describe_problem(problem)}")

    def report(self, problems: Iterable[str]) -> None:
        """Log what went wrong with single initiatives; each text once."""
        for problem in problems:
            if problem not in self._problems:
                get_run_logger().error("%s", problem)
            self._problems[problem] = None

    def end(self, result: T) -> T | State[Any]:
        """Return the result, or the failed state if a whole step failed."""
        for text in self._failed:
            get_run_logger().error("%s", text)
        return Failed(message="; ".join(self._failed)) if self._failed else result
