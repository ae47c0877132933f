"""Where other systems hand in what they know: events and files become records, or wait as refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy.exc import OperationalError

from clusterflow.domain.refused_submission import Refusal, RefusalState
from clusterflow.domain.text import Frozen, Language, Text
from clusterflow.engine import submissions as receiving
from clusterflow.engine.record import RecordResult, Submission
from clusterflow.engine.submissions import Delivery, DeliveryResult, DroppedSubmission
from clusterflow.engine.transaction import perform
from clusterflow.errors import Conflict, Mistake, Mistakes, NotPossible, UnknownName
from clusterflow.intake.corrections import read_again
from clusterflow.intake.json_lines import lines_of, read_lines
from clusterflow.intake.submissions import event_key
from clusterflow.services.context import Context
from clusterflow.store import refused_submissions

ACTOR = "intake"
"""Who enters what other systems send; the command in the ledger names the event or the file."""

TOPIC = "clusterflow.record.submitted"
"""The event by which other systems hand in a record."""


class TakenIn(Frozen):
    """What a round of intake did; ``problems`` are of things that stay where they are until the next round."""

    recorded: int = 0
    refused: int = 0
    repeated: int = 0
    """Taken in before, and only put away now."""
    problems: tuple[str, ...] = ()

    def told(self, language: Language) -> str:
        """In one line."""
        counts = (self.recorded, self.refused, self.repeated, len(self.problems))
        told = zip(counts, _TOLD, strict=True)
        return ", ".join(f"{n} {word.to(language)}" for place, (n, word) in enumerate(told) if n or place < 2)


_TOLD = (
    Text(es="registradas", en="recorded"),
    Text(es="rechazadas", en="refused"),
    Text(es="ya registradas antes", en="already recorded before"),
    Text(es="quedan para la próxima vez", en="left for the next round"),
)


class Reception:
    """Takes in what other systems send, and keeps what was refused for people to mend."""

    def __init__(self, context: Context) -> None:
        self.context = context

    # Taking in

    def take_in(self, deliveries: Iterable[Delivery]) -> Iterator[tuple[Delivery, DeliveryResult | str]]:
        """Each delivery with what became of it; a text says why it has to come again.

        What is wrong now may be right after the others: a membership that came before its organisation. So nothing
        is refused while others are still recorded.
        """
        waiting, progress = list(deliveries), True
        while progress:
            late: list[Delivery] = []
            for delivery in waiting:
                try:
                    yield delivery, self._receive(delivery, keep_refused=False)
                except Mistakes:
                    late.append(delivery)
                except (Conflict, OperationalError) as problem:
                    yield delivery, _reason(problem)
            waiting, progress = late, len(late) < len(waiting)
        for delivery in waiting:
            try:
                yield delivery, self._receive(delivery, keep_refused=True)
            except (Conflict, OperationalError) as problem:
                yield delivery, _reason(problem)

    def _receive(self, delivery: Delivery, *, keep_refused: bool) -> DeliveryResult:
        with self.context.reading() as connection:
            earlier = refused_submissions.find_waiting(connection, delivery.source)
        if earlier is not None:
            # It came again, and what kept it out may have been mended elsewhere.
            try:
                return self._came_again(delivery, earlier)
            except (Mistakes, NotPossible) as problem:
                if keep_refused:
                    return DeliveryResult(refused=earlier.id)
                raise (
                    problem if isinstance(problem, Mistakes) else Mistakes([Mistake(delivery.address, str(problem))])
                ) from None
        return perform(
            self.context.database, self.context.command(ACTOR, delivery.key),
            "receive", delivery.payload, DeliveryResult,
            lambda tx: receiving.receive(tx, delivery, keep_refused), DeliveryResult.again,
        )  # fmt: skip

    def _came_again(self, delivery: Delivery, earlier: Refusal) -> DeliveryResult:
        if delivery.mistakes:
            raise Mistakes(delivery.mistakes)
        # Under the key by which it was refused, the answer would be that it is refused.
        key = None if delivery.key == earlier.source else delivery.key
        return perform(
            self.context.database, self.context.command(ACTOR, key), "receive", delivery.payload, DeliveryResult,
            lambda tx: DeliveryResult(recorded=receiving.mend(tx, earlier.id, delivery.submissions)),
            DeliveryResult.again,
        )  # fmt: skip

    def new_events(self, event_ids: Sequence[str]) -> set[str]:
        """Those of the events that were not taken in yet."""
        with self.context.reading() as connection:
            done = refused_submissions.completed_keys(connection, [event_key(i) for i in event_ids])
        return {i for i in event_ids if event_key(i) not in done}

    def heard_until(self) -> datetime | None:
        """Up to when all events were taken in, by Prefect's time."""
        with self.context.reading() as connection:
            return refused_submissions.read_cursor(connection, TOPIC)

    def heard(self, until: datetime) -> None:
        with self.context.database.begin() as connection:
            refused_submissions.advance_cursor(connection, TOPIC, until)

    # What was refused

    def refusals(self, state: RefusalState | None = RefusalState.WAITING) -> list[Refusal]:
        """Those in a state, or all, oldest first."""
        with self.context.reading() as connection:
            return refused_submissions.list_refusals(connection, state)

    def refusal(self, number: int) -> Refusal:
        """One of them.

        Raises:
            UnknownName: there is none of that number; with those that wait.
        """
        with self.context.reading() as connection:
            found = refused_submissions.find_refusal(connection, number)
            if found is None:
                waiting = [str(r.id) for r in refused_submissions.list_refusals(connection, RefusalState.WAITING)]
                raise UnknownName("refused submission", str(number), known=waiting[:3])
            return found

    def retry(
        self, number: int, words: Sequence[str] = (), text: str | None = None, where: str = "", actor: str | None = None
    ) -> RecordResult:
        """Try a refused submission again: as it was, with other fields, or as the mended text of JSON lines.

        Raises:
            Mistakes: everything that is still wrong; it goes on waiting.
            NotPossible: it does not wait any more.
        """
        refusal = self.refusal(number)
        if text is None:
            submissions = read_again(refusal.payload, refusal.address, words)
        else:
            submissions = read_lines(lines_of(text), where)
        if not submissions:
            raise Mistakes([Mistake(where or refusal.address, "holds no record", '{"record": "membership", ...}')])
        return self._mend(number, submissions, actor)

    def _mend(self, number: int, submissions: Sequence[Submission], actor: str | None) -> RecordResult:
        return perform(
            self.context.database, self.context.command(actor), "mend", str(number), RecordResult,
            lambda tx: receiving.mend(tx, number, submissions),
        )  # fmt: skip

    def drop(self, number: int, reason: str, actor: str | None = None) -> DroppedSubmission:
        """Put a refused submission away for good, with the reason.

        Raises:
            Mistakes: no reason is given.
        """
        if not reason.strip():
            raise Mistakes([Mistake("--reason", "is empty", "why it need not be recorded")])
        return perform(
            self.context.database, self.context.command(actor), "drop", str(number), DroppedSubmission,
            lambda tx: receiving.drop(tx, number, reason.strip()),
        )  # fmt: skip

    def untold(self) -> list[Refusal]:
        """Those of which whoever sent them has not been told yet."""
        with self.context.reading() as connection:
            return refused_submissions.list_unreported(connection)

    def told(self, numbers: Collection[int]) -> None:
        with self.context.database.begin() as connection:
            refused_submissions.mark_reported(connection, numbers, self.context.clock())


def _reason(problem: Exception) -> str:
    return str(getattr(problem, "orig", problem)).partition("\n")[0]
