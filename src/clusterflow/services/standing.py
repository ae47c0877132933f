"""The status of initiatives, read from the stored state. Nothing is measured here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.text import Language
from clusterflow.errors import NotPossible, UnknownName
from clusterflow.rules.mistakes import nearest
from clusterflow.services.context import Context
from clusterflow.services.fault_isolation import compute_without_broken
from clusterflow.services.local_time import end_of_day
from clusterflow.store import tables
from clusterflow.store.chains import heads
from clusterflow.store.pinned_models import load_model
from clusterflow.store.state import load_state, sort_rows

if TYPE_CHECKING:  # start-up time: a decision loads the state and reports nothing, so what reports it is imported below
    from clusterflow.reports.status import InitiativeStatus
    from clusterflow.reports.status_board import Board


def load(
    connection: Connection, initiative: str, as_of: date | None = None, known_on: date | None = None
) -> InitiativeState:
    """Return the stored state of an initiative, or the state at the end of a day, replayed from its ledger.

    Args:
        known_on: entries that were made after that day do not count.

    Raises:
        UnknownName: no such initiative is enrolled.
        NotPossible: the initiative was enrolled after that day.
    """
    chains = heads(connection, [initiative])
    now = load_state(connection, chains[0]) if chains else None
    if now is None:
        known = connection.execute(select(tables.initiative_state.c.initiative)).scalars()
        raise UnknownName("enrolled initiative", initiative, nearest(initiative, known))
    as_of = min((day for day in (as_of, known_on) if day is not None), default=None)
    if as_of is None:
        return now
    # Start-up time: the present is read without the ledger, and so without all kinds of events.
    from clusterflow.rules.projection import replay  # noqa: PLC0415
    from clusterflow.store.ledger import read_entries  # noqa: PLC0415

    until = end_of_day(connection, initiative, as_of)
    then = replay(e for e in read_entries(connection, initiative) if e.at <= until)
    if then is None:
        raise NotPossible(f"on {as_of} «{initiative}» was not yet enrolled; it was on {now.enrolled_on}")
    return sort_rows(then)


def state(
    context: Context, initiative: str, as_of: date | None = None, known_on: date | None = None
) -> InitiativeState:
    """Return the state of an initiative: see ``load``."""
    with context.reading() as connection:
        return load(connection, initiative, as_of, known_on)


def status(
    context: Context,
    initiative: str,
    as_of: date | None = None,
    language: Language | None = None,
    known_on: date | None = None,
) -> InitiativeStatus:
    """Return the status of an initiative, today or at the end of a day, as it was known at the end of another day."""
    from clusterflow.reports.status import status_in  # noqa: PLC0415
    from clusterflow.store.portfolio import snapshot_of  # noqa: PLC0415

    with context.reading() as connection:
        day = as_of or (context.clock().date() if known_on else None)
        life = snapshot_of(connection, load(connection, initiative, as_of, known_on), context.clock(), day)
    reader = language or context.language
    with numbers_of(reader, life.record.country if life.record else None):
        return status_in(life, reader)


def board(
    context: Context, as_of: date | None = None, language: Language | None = None, known_on: date | None = None
) -> Board:
    """Return the portfolio, today or at the end of a day. Initiatives that were enrolled later are left out.

    Args:
        known_on: entries that were made after that day do not count.
    """
    from clusterflow.reports.status import status_in  # noqa: PLC0415
    from clusterflow.reports.status_board import board_of  # noqa: PLC0415
    from clusterflow.store.portfolio import snapshots  # noqa: PLC0415

    reader = language or context.language
    until = min((day for day in (as_of, known_on) if day is not None), default=None)

    def compute(only: Sequence[str] | None) -> Board:
        with context.reading() as connection:
            statuses = [status_in(life, reader) for life in snapshots(connection, context.clock(), until, only)]
        return board_of(statuses, as_of or context.clock().date(), reader)

    found, problems = compute_without_broken(compute, lambda: enrolled(context))
    return found.model_copy(update={"problems": problems})


def enrolled(context: Context) -> list[str]:
    """Return the ids of all enrolled initiatives."""
    from clusterflow.store.portfolio import enrolled_initiatives  # noqa: PLC0415

    with context.reading() as connection:
        return enrolled_initiatives(connection)


def pinned_model(context: Context, initiative: str) -> LifecycleModel:
    """Return the version of the model that the initiative is pinned to."""
    with context.reading() as connection:
        return load_model(connection, load(connection, initiative).model_hash)
