"""Dead letters brought back: after an address was mended, what reached nobody is sent again."""

from __future__ import annotations

from collections.abc import Sequence

from clusterflow.domain.text import Frozen
from clusterflow.errors import Mistake, Mistakes
from clusterflow.services.context import Context
from clusterflow.store import dead_letters
from clusterflow.store.database import reading
from clusterflow.store.dead_letters import DeadLetter


class BroughtBack(Frozen):
    """Which dead letters are on their way again, and which were left where they are, each with why."""

    letters: tuple[DeadLetter, ...]
    stale: tuple[DeadLetter, ...] = ()
    """Those that ask for a vote at a gate that is open no more."""


def given_up(context: Context, person: str | None = None) -> list[DeadLetter]:
    """What reached nobody, the newest first; or of that what was for one person."""
    with reading(context.database) as connection:
        return [letter for letter in dead_letters.dead_letters(connection, None) if person in (None, letter.recipient)]


def bring_back(
    context: Context, numbers: Sequence[int] | None = None, person: str | None = None, actor: str | None = None
) -> BroughtBack:
    """Send dead letters again: those of some numbers, or all that were for a person, or all there are.

    Whoever brings them back is recorded, and all attempts stay on record. Done twice it does nothing more: what is on
    its way is dead no longer.

    Raises:
        Mistakes: numbers that are no dead letter's, and what became of each; then none is brought back.
    """
    now, by = context.clock(), actor or context.settings.actor
    with context.database.begin() as connection:
        there = {n.number: n for n in dead_letters.dead_letters(connection, None) if person in (None, n.recipient)}
        asked = list(there) if numbers is None else list(dict.fromkeys(numbers))
        mistakes = [_mistake(n, dead_letters.fate(connection, n)) for n in asked if n not in there]
        mistakes += [Mistake(f"#{n}", _CLOSED) for n in numbers or () if n in there and there[n].stale]
        if mistakes:
            raise Mistakes(mistakes)
        back = dead_letters.revive(connection, [n for n in asked if not there[n].stale], by, now)
    return BroughtBack(
        letters=tuple(there[n] for n in asked if n in back), stale=tuple(there[n] for n in asked if there[n].stale)
    )


_CLOSED = "asks for a vote at a gate that is open no more: nobody is to be sent that"


def _mistake(number: int, fate: str | None) -> Mistake:
    found = fate or "is no notice"
    return Mistake(f"#{number}", found, "the number of one that was given up", "See: clusterflow notices dead")
