"""Gate forms: which flow run holds the form of an open gate."""

from __future__ import annotations

from dataclasses import replace

from clusterflow.services.context import Context
from clusterflow.store import gate_forms
from clusterflow.store.gate_forms import InboxItem


def open_gates(context: Context, initiative: str | None = None) -> list[InboxItem]:
    """The open gates of one initiative or of all, each with the run that holds its form."""
    with context.reading() as connection:
        return gate_forms.inbox_items(connection, initiative)


def claim(context: Context, initiative: str, run: str) -> InboxItem | None:
    """An open gate whose form this run holds or claims now; ``None`` where other runs hold all of them."""
    with context.database.begin() as connection:
        waiting = gate_forms.inbox_items(connection, initiative)
        for item in sorted(waiting, key=lambda i: i.run != run):
            if item.run == run:
                return item
            if item.run is None and gate_forms.claim(connection, initiative, item.review, run, context.clock()):
                return replace(item, run=run)
    return None


def mark_answered(context: Context, item: InboxItem) -> None:
    """Record that the answer of the form was handled."""
    with context.database.begin() as connection:
        gate_forms.count_answer(connection, item.initiative, item.review)


def release(context: Context, item: InboxItem) -> None:
    """Take the form from the run that held it, unless another run holds it by now."""
    if item.run is not None:
        with context.database.begin() as connection:
            gate_forms.release(connection, item.initiative, item.review, item.run)


def holder(context: Context, initiative: str, review: str) -> str | None:
    """The run that holds, or held, the form of a gate review."""
    with context.reading() as connection:
        return gate_forms.holding_run(connection, initiative, review)
