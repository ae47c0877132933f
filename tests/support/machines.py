"""The parts of deployments/compose.yaml, each on a host of its own: started, killed, started again."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

from ruamel.yaml import YAML

from .network import Loopback, Network

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Machines:
    """Starts the commands of the compose file with its variables; its host names become addresses."""

    folder: Path
    hosts: Network | Loopback
    variables: Mapping[str, str]
    addresses: Mapping[str, str]
    """For each ``host:port`` of the compose file, the address here."""
    own: Mapping[str, str] = field(default_factory=dict)
    """Variables that every part gets beside those of the file."""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._begun: dict[str, Mapping[str, str]] = {}
        file = ROOT / "deployments" / "compose.yaml"
        self.services: dict[str, Any] = YAML(typ="safe").load(file.read_text(encoding="utf-8"))["services"]

    def start(self, name: str, **addresses: str) -> None:
        """Start a part: ``worker`` or, for the second replica, ``worker-2``.

        Args:
            addresses: addresses that this part has otherwise; ``prefect_api`` for ``prefect-api:4200``.
        """
        self._begun[name] = addresses
        known = {**self.addresses, **{k.replace("_", "-") + ":4200": v for k, v in addresses.items()}}
        home = self.folder / name
        home.mkdir(exist_ok=True)
        words, environment = self._command(name, known)
        words = [*self.hosts.words(name), *words]
        with self.log(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                words, env={**environment, "HOME": str(home)}, cwd=home, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def run(self, name: str) -> None:
        """Run a part that ends by itself."""
        self.start(name)
        assert self.processes.pop(name).wait(120) == 0, self.log(name).read_text(encoding="utf-8")

    def revive(self) -> None:
        """Start again what ended by itself, as the compose file does (``restart: unless-stopped``)."""
        for name in [n for n, process in self.processes.items() if process.poll() is not None]:
            self.start(name, **self._begun[name])

    def kill(self, name: str) -> None:
        """Kill a part and everything that it started, as a machine that loses its power."""
        process = self.processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def replicas(self, service: str) -> list[str]:
        """The names of all replicas of a service."""
        number = self.services[service].get("deploy", {}).get("replicas", 1)
        return [service, *(f"{service}-{n}" for n in range(2, number + 1))]

    def _command(self, name: str, addresses: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
        service = self.services[name if name in self.services else name.rpartition("-")[0]]
        shell = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "CLUSTERFLOW_"))}
        own = {k: self._here(str(v), addresses) for k, v in service["environment"].items()}
        program, *words = shlex.split(service["command"])
        if "--port" in words:
            words[words.index("--host") + 1], words[words.index("--port") + 1] = addresses["listen:4200"].split(":")
        return [str(Path(sys.executable).with_name(program)), *words], {
            **shell,
            **own,
            **self.own,
            "CLUSTERFLOW_METRICS_HOST": self.hosts.address_of(name),
            "PYTHONUNBUFFERED": "1",
        }

    def _here(self, text: str, addresses: Mapping[str, str]) -> str:
        text = Template(text).substitute(self.variables)
        for there, here in addresses.items():
            text = text.replace(there, here)
        return text


@contextlib.contextmanager
def machines(
    folder: Path,
    hosts: Network | Loopback,
    variables: Mapping[str, str],
    addresses: Mapping[str, str],
    own: Mapping[str, str],
) -> Iterator[Machines]:
    """Machines that are all killed at the end."""
    made = Machines(folder, hosts, variables, addresses, own)
    try:
        yield made
    finally:
        for name in list(made.processes):
            made.kill(name)
