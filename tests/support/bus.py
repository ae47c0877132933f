"""A Prefect that only keeps, in a file, what it is told: killed processes leave behind what had arrived."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from uuid import NAMESPACE_URL, uuid5

from clusterflow.prefect import events, runs


@dataclass(frozen=True, slots=True)
class Heard:
    """What arrived, in order and as often as it arrived."""

    events: tuple[dict[str, Any], ...]
    runs: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Bus:
    """The part of Prefect's client that the relay speaks to; ``at`` is told before and after each thing arrives."""

    file: Path
    at: Callable[[str], None] = lambda _: None

    async def request(self, method: str, path: str, json: list[dict[str, Any]]) -> None:
        assert (method, path) == ("POST", "/events")
        self._keep("event", json)

    async def read_deployment_by_name(self, name: str) -> SimpleNamespace:
        return SimpleNamespace(id=name)

    async def create_flow_run_from_deployment(
        self, deployment: str, *, idempotency_key: str, parameters: dict[str, Any], tags: list[str], name: str
    ) -> SimpleNamespace:
        run = str(uuid5(NAMESPACE_URL, idempotency_key))
        self._keep("run", [{"id": run, "key": idempotency_key, "deployment": deployment, **parameters}])
        return SimpleNamespace(id=run)

    async def read_flow_runs(self, **_: Any) -> list[Any]:
        return []  # nobody suspends a run here

    def _keep(self, what: str, things: list[dict[str, Any]]) -> None:
        self.at(f"before {what}")
        with self.file.open("ab", buffering=0) as file:
            file.write("".join(json.dumps({"what": what, **t}) + "\n" for t in things).encode())
        self.at(f"after {what}")

    def heard(self) -> Heard:
        lines = self.file.read_text(encoding="utf-8").splitlines() if os.path.exists(self.file) else []
        kept = [json.loads(line) for line in lines]
        return Heard(
            tuple(k for k in kept if k["what"] == "event"),
            tuple(k for k in kept if k["what"] == "run"),
        )


@contextmanager
def speaking_to(bus: Bus) -> Iterator[None]:
    """The relay speaks to this bus."""

    @asynccontextmanager
    async def client() -> AsyncIterator[Bus]:
        yield bus

    with patch.object(events, "prefect_client", client), patch.object(runs, "prefect_client", client):
        yield
