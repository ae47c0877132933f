"""All exceptions of clusterflow, in one tree.

An ordinary refusal by the rules is a value (``rules.decision.Refusal``), not an exception. An exception means that a
person typed something wrong, or that something in the environment is missing or does not work.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

LONGEST_QUOTED = 80


def shortened(text: str) -> str:
    """Return a text as a message quotes it: cut where it is too long."""
    return text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}..."


def quoted(value: object) -> str:
    """Return a value in quotation marks. A value that is too long is cut, and its length is added."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, (bool, dict, list)) else str(value)
    return f"«{shortened(text)}»" + (f" ({len(text):,} characters)" if len(text) > LONGEST_QUOTED else "")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in what somebody wrote: where, what was found, what is accepted, what to do."""

    where: str
    found: str
    accepted: str = ""
    cure: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: {self.found}"
        if self.accepted:
            text += f"; accepted: {self.accepted}"
        if self.cure:
            text += f". {self.cure}"
        return text


class ClusterflowError(Exception):
    """An error that a person reads instead of a traceback. Its text is the whole message."""


class Mistakes(ClusterflowError):
    """All mistakes of one file or one command, reported together."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes: tuple[Mistake, ...] = tuple(mistakes)
        super().__init__("\n".join(str(m) for m in self.mistakes))


class UnknownName(ClusterflowError):
    """A name that does not exist, with the most similar names that do."""

    def __init__(self, noun: str, name: str, nearest: Sequence[str] = (), known: Iterable[str] = ()) -> None:
        """``known`` are all existing names; they are listed when no name is similar. Pass them only if they are few."""
        self.noun, self.name, self.nearest = noun, name, tuple(nearest)
        text = f"no {noun} is called {quoted(name)}"
        if nearest:
            text += "; the nearest: " + ", ".join(nearest)
        elif known := list(known):
            text += "; there are: " + ", ".join(known)
        super().__init__(text)


class UnknownDeployment(UnknownName):
    """Prefect lacks a deployment of ours."""

    def __init__(self, name: str) -> None:
        super().__init__("deployment", name)
        self.args = (f"{self}; deploy it with: clusterflow deploy",)


class NotPossible(ClusterflowError):
    """A command that is not possible in the current state. The text says why, and what would help."""


class KeyTaken(NotPossible):
    """The idempotency key of a command belongs to another one, which was done before."""


class Conflict(ClusterflowError):
    """Other commands changed the same initiative at the same time, and all retries failed."""


class NotPermitted(Mistakes):
    """The facts may not be recorded by this person."""


class FactChanged(Conflict):
    """Somebody else changed the fact that a submission corrects, after its author had read it."""

    def __init__(self, where: str) -> None:
        super().__init__("somebody else changed this fact meanwhile; nothing was recorded")
        self.where = where


class SchemaMismatch(ClusterflowError):
    """The schema of the database does not fit this version of clusterflow. The text names the command to run."""


class PrefectUnreachable(ClusterflowError):
    """No Prefect server answers. Commands keep working, and the outbox waits."""

    @classmethod
    def by_its_password(cls, address: str) -> Self:
        """The server asks for another user and password."""
        return cls(
            f"the Prefect server at {address} refuses the password: set CLUSTERFLOW_PREFECT_AUTH to its user:password"
        )

    @classmethod
    def by_its_delay(cls, address: str) -> Self:
        """Something takes the question and does not answer in time."""
        return cls(
            f"what answers at {address} is too slow: see how busy that machine is, and repeat; if it is no Prefect "
            "server, set CLUSTERFLOW_PREFECT_API or CLUSTERFLOW_PREFECT_PORT"
        )

    @classmethod
    def by_a_stranger(cls, address: str, answer: str) -> Self:
        """Something else answers at the address: a proxy or another server. ``answer`` describes what it sent."""
        return cls(
            f"the server at {address} is not a Prefect server ({answer}): give the address of one with "
            "CLUSTERFLOW_PREFECT_API=http://HOST:PORT/api, or start one with: clusterflow up"
        )
