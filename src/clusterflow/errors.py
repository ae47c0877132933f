"""The one tree of exceptions.

An ordinary *no* of the rules is a value (``rules.decision.Refusal``), not an exception: what stands here
is what a person typed wrongly, or what the surroundings do not provide.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

LONGEST_QUOTED = 80


def shortened(text: str) -> str:
    """A text as a sentence repeats it: whole where it is short."""
    return text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}..."


def quoted(value: object) -> str:
    """What somebody wrote, in quotation marks, with its length where it is too long."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, (bool, dict, list)) else str(value)
    return f"«{shortened(text)}»" + (f" ({len(text):,} signs)" if len(text) > LONGEST_QUOTED else "")


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong in what somebody wrote: where, what was found, what is accepted, what to do."""

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
    """Anything clusterflow tells a person instead of a traceback; the text is the whole message."""

    exit_code = 2


class Mistakes(ClusterflowError):
    """All the mistakes of one file or one command, together."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes: tuple[Mistake, ...] = tuple(mistakes)
        super().__init__("\n".join(str(m) for m in self.mistakes))


class UnknownName(ClusterflowError):
    """A name that nothing answers to, with the nearest names that do."""

    def __init__(self, noun: str, name: str, nearest: Sequence[str] = (), known: Iterable[str] = ()) -> None:
        """``known`` are all that there are, where they are few enough to be told when none is near."""
        self.noun, self.name, self.nearest = noun, name, tuple(nearest)
        text = f"no {noun} is called {quoted(name)}"
        if nearest:
            text += "; the nearest: " + ", ".join(nearest)
        elif known := list(known):
            text += "; there are: " + ", ".join(known)
        super().__init__(text)


class NotPossible(ClusterflowError):
    """A command that cannot be carried out as things stand; the text says why and what would help."""

    exit_code = 3


class Conflict(ClusterflowError):
    """Another command changed the same initiative in between, more often than we tried again."""

    exit_code = 4


class SchemaMismatch(ClusterflowError):
    """The database has another schema than this version of clusterflow; the text names the command that helps."""

    exit_code = 5


class PrefectUnreachable(ClusterflowError):
    """No Prefect server answers; commands go on working and the outbox waits."""

    exit_code = 6

    @classmethod
    def by_a_stranger(cls, address: str, heard: str) -> Self:
        """What answers is something else: a proxy, another server; ``heard`` says by what that is known."""
        return cls(
            f"what answers at {address} is no Prefect ({heard}): say where one is, by "
            "CLUSTERFLOW_PREFECT_API=http://HOST:PORT/api, or start one with: clusterflow up"
        )
