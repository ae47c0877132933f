"""A network of hosts that can be cut off: Linux network namespaces on one bridge of this machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field

NEEDED = "Hosts of their own take root, and the program ip (apt-get install iproute2)."


def is_possible() -> bool:
    """Whether this process may make hosts and run programs on them."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    try:
        with network() as made:
            subprocess.run([*made.words("try"), "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


@dataclass
class Network:
    """Hosts with addresses of their own. This process is one of them: it has the bridge's address."""

    number: int
    """Distinguishes the networks of this machine: part of the names, and of the addresses."""
    hosts: dict[str, int] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The address of this process in the network."""
        return f"10.77.{self.number}.1"

    def address_of(self, host: str) -> str:
        """The address of a host, which is made at its first use."""
        if host not in self.hosts:
            self._make(host)
        return f"10.77.{self.number}.{self.hosts[host]}"

    def words(self, host: str) -> list[str]:
        """The words before a command that run it on a host. The host has a name, as every machine has."""
        self.address_of(host)
        named = ["unshare", "--uts", "sh", "-c", f'hostname {host} && exec "$@"', "sh"]
        return ["ip", "netns", "exec", self._name(host), *named]

    def cut(self, host: str) -> None:
        """Cut a host off: what is sent to it or by it is lost without an error."""
        _ip("link", "set", self._cable(host), "down")

    def join(self, host: str) -> None:
        """End the cut."""
        _ip("link", "set", self._cable(host), "up")

    def _make(self, host: str) -> None:
        self.hosts[host] = len(self.hosts) + 2
        name, cable = self._name(host), self._cable(host)
        _ip("netns", "add", name)
        _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", cable, "master", f"cf{self.number}", "up")
        _ip("-n", name, "address", "add", f"{self.address_of(host)}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip("-n", name, "link", "set", device, "up")

    def _name(self, host: str) -> str:
        return f"cf{self.number}-{self.hosts[host]}"

    _cable = _name


@contextlib.contextmanager
def network() -> Iterator[Network]:
    """A network whose hosts vanish at the end."""
    number = next((number for number in range(1, 255) if _bridge_is_new(number)), None)
    if number is None:
        raise OSError("no bridge can be added here")
    made = Network(number)
    bridge = f"cf{made.number}"
    try:
        _ip("address", "add", f"{made.address}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        yield made
    finally:
        for host in made.hosts:
            _ip("link", "del", made._cable(host))
            _ip("netns", "del", made._name(host))
        _ip("link", "del", bridge)


class Loopback:
    """Hosts that are all this one, where no namespaces can be made."""

    address = "127.0.0.1"

    def address_of(self, host: str) -> str:
        return self.address

    def words(self, host: str) -> list[str]:
        return []


@contextlib.contextmanager
def hosts() -> Iterator[Network | Loopback]:
    """Hosts of their own where it is possible."""
    if is_possible():
        with network() as made:
            yield made
    else:
        yield Loopback()


def _bridge_is_new(number: int) -> bool:
    """Add the bridge of a network, unless another process of this machine has it."""
    words = ["ip", "link", "add", f"cf{number}", "type", "bridge"]
    return subprocess.run(words, capture_output=True).returncode == 0


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
