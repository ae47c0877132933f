"""Helpers for tests of time: run what is due, and return the result."""

from __future__ import annotations

from datetime import UTC, datetime

from support.world import World

from clusterflow.domain.terms import DueKind
from clusterflow.rules.projection import replay
from clusterflow.services import ledger, review, standing
from clusterflow.store import deadlines
from clusterflow.store.state import sort_rows


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fall_due(w: World, moment: str | None = None) -> tuple[str, ...]:
    """Run what is due, at noon of a day or at a moment in UTC."""
    if moment is not None:
        w.now = utc(moment if "T" in moment else f"{moment}T12:00")
    fell = review.process_deadlines(w.context)
    assert not fell.problems
    assert review.initiatives_due(w.context) == [], "no deadline is left"
    return tuple(kind for one in fell.changed for kind in one.changes)


def moments(w: World, initiative: str = "one") -> dict[tuple[DueKind, str], datetime]:
    with w.context.database.connect() as connection:
        return {(d.kind, d.subject): at for d, at in deadlines.moments_of(connection, initiative).items()}


def happened(w: World, kind: str) -> list[dict[str, object]]:
    entries = [e for e in ledger.entries(w.context, "one") if e.event.kind == kind]
    return [e.event.model_dump(exclude={"kind"}) for e in entries]


def replays(w: World) -> bool:
    return sort_rows(replay(ledger.entries(w.context, "one"))) == standing.state(w.context, "one")  # type: ignore[arg-type]
