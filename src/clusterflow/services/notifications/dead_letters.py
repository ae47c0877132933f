"""Dead letters: lists the notices that reached nobody, and sends them again."""

from __future__ import annotations

from collections.abc import Sequence

from clusterflow.domain.access import Right
from clusterflow.domain.text import Frozen
from clusterflow.errors import Mistake, Mistakes, UnknownName
from clusterflow.services import access
from clusterflow.services.context import Context
from clusterflow.store import dead_letters
from clusterflow.store.database import read_connection
from clusterflow.store.dead_letters import DeadLetter


class Resent(Frozen):
    """The dead letters that are sent again, and those that are not."""

    letters: tuple[DeadLetter, ...]
    stale: tuple[DeadLetter, ...] = ()
    """These ask for a vote at a gate that is closed."""


def dead_letters_of(context: Context, person: str | None = None) -> list[DeadLetter]:
    """The notices that reached nobody, newest first; with ``person``, only theirs."""
    with read_connection(context.database) as connection:
        return [letter for letter in dead_letters.dead_letters(connection, None) if person in (None, letter.recipient)]


def dead_letters_of_office(context: Context, reader: str) -> list[DeadLetter]:
    """The notices about the initiatives that a person serves as staff of an office, and that reached nobody."""
    found = dead_letters_of(context)
    served = access.initiatives_served(context, reader) if found else frozenset()
    return [letter for letter in found if letter.initiative in served]


def resend_by_office(context: Context, reader: str, number: int, actor: str) -> Resent:
    """Send a dead letter of the office again.

    Raises:
        UnknownName: no such notice is about an initiative of the office.
        Mistakes: it was sent meanwhile, or is about a gate that is closed.
    """
    if number not in {letter.number for letter in dead_letters_of_office(context, reader)}:
        for letter in dead_letters_of(context):
            if letter.number == number and letter.initiative:
                access.enter_refusal(context, reader, letter.initiative, Right.GRANT)
        raise UnknownName("dead letter", str(number))
    return resend(context, [number], actor=actor)


def resend(
    context: Context, numbers: Sequence[int] | None = None, person: str | None = None, actor: str | None = None
) -> Resent:
    """Send dead letters again: some by number, all of one person, or all.

    The actor is recorded, and all earlier attempts stay on record. Doing it twice changes nothing more.

    Raises:
        Mistakes: numbers that belong to no dead letter, with what became of each; then nothing is sent.
    """
    now, by = context.clock(), actor or context.settings.actor
    with context.database.begin() as connection:
        there = {n.number: n for n in dead_letters.dead_letters(connection, None) if person in (None, n.recipient)}
        chosen = list(there) if numbers is None else list(dict.fromkeys(numbers))
        mistakes = [_mistake(n, dead_letters.delivery_status(connection, n)) for n in chosen if n not in there]
        mistakes += [Mistake(f"#{n}", _CLOSED) for n in numbers or () if n in there and there[n].stale]
        if mistakes:
            raise Mistakes(mistakes)
        back = dead_letters.requeue(connection, [n for n in chosen if not there[n].stale], by, now)
    return Resent(
        letters=tuple(there[n] for n in chosen if n in back), stale=tuple(there[n] for n in chosen if there[n].stale)
    )


_CLOSED = "asks for a vote at a gate that is closed; it is not sent again"


def _mistake(number: int, fate: str | None) -> Mistake:
    found = fate or "is no notice"
    return Mistake(f"#{number}", found, "the number of one that was given up", "See: clusterflow notices dead")
