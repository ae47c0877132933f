"""Records the submissions of other systems (events and files), and stores those that are refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import OperationalError

from clusterflow.domain.refused_submission import Refusal, RefusalState
from clusterflow.domain.text import Frozen, Language, Text, count_words
from clusterflow.engine import submissions as receiving
from clusterflow.engine.record import RecordResult
from clusterflow.engine.submissions import Delivery, DeliveryResult, DroppedSubmission
from clusterflow.engine.transaction import perform
from clusterflow.errors import Conflict, Mistake, Mistakes, NotPossible, UnknownName
from clusterflow.intake.corrections import read_again
from clusterflow.intake.json_lines import lines_of, read_lines
from clusterflow.intake.submissions import event_key
from clusterflow.services.context import Context
from clusterflow.services.registry import mistakes_about_files
from clusterflow.store import refused_submissions

ACTOR = "intake"
"""The actor of commands that other systems caused; the ledger entry names the event or the file."""

TOPIC = "clusterflow.record.submitted"
"""The event with which other systems submit a record."""


class IntakeResult(Frozen):
    """Counts what an intake run did.

    ``problems`` name the events and files that were left for the next run; ``doubts`` the tax ids that were recorded
    as they are written, and that somebody should check.
    """

    recorded: int = 0
    refused: int = 0
    repeated: int = 0
    """Files recorded by an earlier run that could not move them."""
    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def describe(self, language: Language) -> str:
        """Return the counts in one line."""
        numbers = (self.recorded, self.refused, self.repeated, len(self.problems), len(self.doubts))
        return count_words(zip(numbers, _COUNTED, strict=True), language)


_COUNTED = (
    Text(es="registradas: {n}", en="{n} recorded"),
    Text(es="rechazadas: {n}", en="{n} refused"),
    Text(es="ya registradas antes: {n}", en="{n} already recorded before"),
    Text(es="pendientes para la próxima vez: {n}", en="{n} left for the next run"),
    Text(es="identificaciones fiscales por revisar: {n}", en="tax ids to check: {n}"),
)


def doubts_of(result: DeliveryResult, language: Language) -> tuple[str, ...]:
    """Return the sentences about the doubtful tax ids of a delivery, which nobody was there to read."""
    return tuple(one.describe(language) for one in result.recorded.doubtful) if result.recorded else ()


def receive(context: Context, deliveries: Iterable[Delivery]) -> Iterator[tuple[Delivery, DeliveryResult | str]]:
    """Record the deliveries, and yield each with its result; a text says why it must be tried in the next run.

    A delivery may depend on another one: a membership can arrive before its organisation. So the failed ones are
    tried again as long as others succeed, and only then refused.
    """
    waiting, progress = list(deliveries), True
    while progress:
        failed: list[Delivery] = []
        for delivery in waiting:
            try:
                yield delivery, _receive(context, delivery, keep_refused=False)
            except Mistakes:
                failed.append(delivery)
            except (Conflict, OperationalError) as problem:
                yield delivery, _reason(problem)
        waiting, progress = failed, len(failed) < len(waiting)
    for delivery in waiting:
        try:
            yield delivery, _receive(context, delivery, keep_refused=True)
        except (Conflict, OperationalError) as problem:
            yield delivery, _reason(problem)


def _receive(context: Context, delivered: Delivery, *, keep_refused: bool) -> DeliveryResult:
    wrong = mistakes_about_files(context, delivered.submissions)
    delivery = replace(delivered, mistakes=(*delivered.mistakes, *wrong))
    with context.reading() as connection:
        earlier = refused_submissions.find_waiting(connection, delivery.source)
    if earlier is not None:
        # The same content was refused before; the registry may have changed since.
        try:
            return _receive_again(context, delivery, earlier)
        except (Mistakes, NotPossible) as problem:
            if keep_refused:
                return DeliveryResult(refused=earlier.id)
            raise (
                problem if isinstance(problem, Mistakes) else Mistakes([Mistake(delivery.address, str(problem))])
            ) from None
    return perform(
        context.database, context.command(ACTOR, delivery.key), "receive", delivery.payload, DeliveryResult,
        lambda tx: receiving.receive(tx, delivery, keep_refused), DeliveryResult.again,
    )  # fmt: skip


def _receive_again(context: Context, delivery: Delivery, earlier: Refusal) -> DeliveryResult:
    if delivery.mistakes:
        raise Mistakes(delivery.mistakes)
    # The stored answer under the key of the refusal says «refused», so the command must not use that key.
    key = None if delivery.key == earlier.source else delivery.key
    return perform(
        context.database, context.command(ACTOR, key), "receive", delivery.payload, DeliveryResult,
        lambda tx: DeliveryResult(recorded=receiving.mend(tx, earlier.id, delivery.submissions)), DeliveryResult.again,
    )  # fmt: skip


def unprocessed_event_ids(context: Context, event_ids: Sequence[str]) -> set[str]:
    """Return those of the event ids that were neither recorded nor refused yet."""
    with context.reading() as connection:
        done = refused_submissions.completed_keys(connection, [event_key(i) for i in event_ids])
    return {i for i in event_ids if event_key(i) not in done}


def event_cursor(context: Context) -> datetime | None:
    """Return the time, by Prefect's clock, up to which all events were processed."""
    with context.reading() as connection:
        return refused_submissions.read_cursor(connection, TOPIC)


def advance_event_cursor(context: Context, until: datetime) -> None:
    """Store the time up to which all events were processed; an earlier time changes nothing."""
    with context.database.begin() as connection:
        refused_submissions.advance_cursor(connection, TOPIC, until)


def refusals(context: Context, state: RefusalState | None = RefusalState.WAITING) -> list[Refusal]:
    """Return the refused submissions in a state, or all, oldest first."""
    with context.reading() as connection:
        return refused_submissions.list_refusals(connection, state)


def refusal(context: Context, number: int) -> Refusal:
    """Return one refused submission.

    Raises:
        UnknownName: there is none of that number; the error lists some that wait.
    """
    with context.reading() as connection:
        found = refused_submissions.find_refusal(connection, number)
        if found is None:
            waiting = [str(r.id) for r in refused_submissions.list_refusals(connection, RefusalState.WAITING)]
            raise UnknownName("refused submission", str(number), known=waiting[:3])
        return found


def retry(
    context: Context, number: int, words: Sequence[str] = (), text: str | None = None, where: str = "",
    actor: str | None = None,
) -> RecordResult:  # fmt: skip
    """Try a refused submission again: unchanged, with changed fields, or with a corrected text of JSON lines.

    Args:
        words: changed fields as ``key=value``; ``key=`` removes a field.
        text: the corrected JSON lines; they replace what was sent.
        where: the name of the text's file, for messages.

    Raises:
        Mistakes: everything that is still wrong; the submission stays refused.
        NotPossible: it was already corrected or dropped.
    """
    refused = refusal(context, number)
    if text is None:
        submissions = read_again(refused.payload, refused.address, words)
    else:
        submissions = read_lines(lines_of(text), where)
    if not submissions:
        raise Mistakes([Mistake(where or refused.address, "holds no record", '{"record": "membership", ...}')])
    if wrong := mistakes_about_files(context, submissions):
        raise Mistakes(wrong)
    return perform(
        context.database, context.command(actor), "mend", str(number), RecordResult,
        lambda tx: receiving.mend(tx, number, submissions),
    )  # fmt: skip


def drop(context: Context, number: int, reason: str, actor: str | None = None) -> DroppedSubmission:
    """Close a refused submission without recording it.

    Raises:
        Mistakes: the reason is empty.
        NotPossible: it was already corrected or dropped.
    """
    if not reason.strip():
        raise Mistakes([Mistake("--reason", "is empty", "why it need not be recorded")])
    return perform(
        context.database, context.command(actor), "drop", str(number), DroppedSubmission,
        lambda tx: receiving.drop(tx, number, reason.strip()),
    )  # fmt: skip


def unreported_refusals(context: Context) -> list[Refusal]:
    """Return the refusals that were not yet reported to their senders."""
    with context.reading() as connection:
        return refused_submissions.list_unreported(connection)


def mark_reported(context: Context, numbers: Collection[int]) -> None:
    """Store that refusals were reported to their senders."""
    with context.database.begin() as connection:
        refused_submissions.mark_reported(connection, numbers, context.clock())


def _reason(problem: Exception) -> str:
    return str(getattr(problem, "orig", problem)).partition("\n")[0]
