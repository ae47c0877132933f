"""The steps of a flow: one that fails does not stop the next, and the run ends as failed and names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Failed

from clusterflow.domain.text import Language, Text
from clusterflow.errors import ClusterflowError
from clusterflow.reports.translations import lines_of, translated
from clusterflow.services.fault_isolation import describe_problem

T = TypeVar("T")

PUBLISHING = Text(es="publicar los mensajes pendientes", en="publishing the outbox")
RECONCILING = Text(es="restablecer los formularios", en="reconciling the forms")


def failed(problem: ClusterflowError, language: Language) -> State[Any]:
    """Return the failed state of a run, with an error of ours in the language of the office."""
    return Failed(message="\n".join(lines_of(problem, language)))


class Steps:
    """Collects what went wrong: whole steps, and single initiatives within a step.

    The message about a failed step is in the language of the office; the log of single initiatives is English.
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        self.failed: list[str] = []
        self._problems: dict[str, None] = {}

    @contextmanager
    def step(self, name: Text) -> Iterator[None]:
        """Carry out a step; an error ends it, and not the flow."""
        try:
            yield
        except Exception as problem:
            text = translated(describe_problem(problem), self._language)
            self.failed.append(f"{name.to(self._language)}: {text}")

    def report(self, problems: Iterable[str]) -> None:
        """Log what went wrong with single initiatives; each text once."""
        for problem in problems:
            if problem not in self._problems:
                get_run_logger().error("%s", problem)
            self._problems[problem] = None

    def end(self, result: T) -> T | State[Any]:
        """Return the result, or the failed state if a whole step failed."""
        for text in self.failed:
            get_run_logger().error("%s", text)
        return Failed(message="; ".join(self.failed)) if self.failed else result
