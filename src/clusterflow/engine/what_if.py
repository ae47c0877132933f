"""Runs a command and undoes it: what the answers would be if some facts were recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Engine as Database

from clusterflow.domain.text import Frozen
from clusterflow.engine.command import CommandContext
from clusterflow.engine.transaction import Transaction, perform
from clusterflow.telemetry.commands import EndAsIntended

A = TypeVar("A")


class _Nothing(Frozen):
    """The answer of a command that is always undone."""


class _Undone(EndAsIntended, Generic[A]):
    def __init__(self, answer: A) -> None:
        super().__init__()
        self.answer = answer


def perform_and_undo(database: Database, context: CommandContext, run: Callable[[Transaction], A]) -> A:
    """Run a command in a transaction that is rolled back, and return what it found meanwhile.

    The command locks what a recorded fact would lock, for as long as it runs. Nobody else sees what it writes.
    """

    def run_and_undo(tx: Transaction) -> _Nothing:
        raise _Undone(run(tx))

    try:
        perform(database, context, "suppose", "", _Nothing, run_and_undo)
    except _Undone as end:
        answer: A = end.answer
        return answer
    raise AssertionError("the command was not undone")
