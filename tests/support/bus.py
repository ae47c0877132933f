"""A stand-in for Prefect that writes everything it receives into a file, so that it survives a killed process."""

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
class Received:
    """What arrived, in order, with repetitions."""

    events: tuple[dict[str, Any], ...]
    runs: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Bus:
    """The part of Prefect's client that the relay uses. ``at`` is called before and after each arrival."""

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

    def received(self) -> Received:
        lines = self.file.read_text(encoding="utf-8").splitlines() if os.path.exists(self.file) else []
        lines_read = [json.loads(line) for line in lines]
        return Received(
            tuple(k for k in lines_read if k["what"] == "event"),
            tuple(k for k in lines_read if k["what"] == "run"),
        )


@contextmanager
def connect_relay_to(bus: Bus) -> Iterator[None]:
    """Let the relay use this bus."""

    @asynccontextmanager
    async def client() -> AsyncIterator[Bus]:
        yield bus

    with patch.object(events, "prefect_client", client), patch.object(runs, "prefect_client", client):
        yield
