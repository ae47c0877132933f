"""The registry: records facts, and answers what is recorded of initiatives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from clusterflow.domain.records.parties import Initiative
from clusterflow.engine import record as recording
from clusterflow.engine.record import RecordResult as RecordResult
from clusterflow.engine.record import Submission
from clusterflow.engine.transaction import digest_of, perform
from clusterflow.errors import Mistake, Mistakes
from clusterflow.intake.record_file import RecordFile
from clusterflow.services.context import Context
from clusterflow.store import registry
from clusterflow.store.portfolio import enrolled_initiatives
from clusterflow.store.registry import initiative_records
from clusterflow.store.statistics import MANY, refresh_statistics


def record(
    context: Context,
    submissions: Sequence[Submission],
    actor: str | None = None,
    key: str | None = None,
    mistakes: Sequence[Mistake] = (),
) -> RecordResult:
    """Record facts: all of them or none.

    Args:
        mistakes: what the reader of the submissions found wrong already; it is reported together with the rest.

    Raises:
        Mistakes: everything that is wrong with the submissions.
    """
    wrong = [*mistakes, *mistakes_about_files(context, submissions)]
    done = perform(
        context.database, context.command(actor, None if mistakes else key), "record",
        "".join(_request(submissions)), RecordResult,
        lambda tx: recording.record(tx, submissions, wrong), RecordResult.again,
    )  # fmt: skip
    _count_anew(context, done)
    return done


def record_file(context: Context, file: RecordFile, actor: str | None = None, key: str | None = None) -> RecordResult:
    """Record the facts of a file of any size: all of them or none. The same file again changes nothing.

    Raises:
        Mistakes: everything that is wrong with the submissions; after many the rest of the file is not read.
        ClusterflowError: the file cannot be read, or was changed meanwhile.
    """

    def digest() -> str | None:
        if key is None:
            return None  # the key is made of the content
        found = digest_of("record", _request(file.submissions()))
        if file.mistakes:
            raise Mistakes(file.mistakes)
        return found

    own_key = key or f"file-{file.content_hash[:40]}"
    done = perform(
        context.database, context.command(actor, own_key), "record", digest, RecordResult,
        lambda tx: recording.record(tx, _checked(context, file), file.mistakes), RecordResult.again,
    )  # fmt: skip
    _count_anew(context, done)
    return done


def _count_anew(context: Context, done: RecordResult) -> None:
    if done.entered + done.corrected >= MANY:
        with context.database.begin() as connection:
            refresh_statistics(connection)


def _checked(context: Context, file: RecordFile) -> Iterator[Submission]:
    """Yield the submissions of a file; what is wrong with the files of the office that they name is added to its
    mistakes.
    """
    for submission in file.submissions():
        file.mistakes += mistakes_about_files(context, [submission])
        yield submission


def _request(submissions: Iterable[Submission]) -> Iterator[str]:
    """Yield the text of a list of submissions, as ``repr`` would write it."""
    before = "["
    for s in submissions:
        parts = (
            s.type, s.initiative, sorted(s.fields.items()), s.retract, *([True] if s.confirm else []),
            *([s.replaces] if s.replaces is not None else []),
        )  # fmt: skip
        yield f"{before}{parts!r}"
        before = ", "
    yield "[]" if before == "[" else "]"


def mistakes_about_files(context: Context, submissions: Sequence[Submission]) -> list[Mistake]:
    """Return what is wrong with the files of the office that new facts name: rulebooks and dues schemes."""
    found: list[Mistake] = []
    # Start-up time: most facts name no file, and a command that reads none starts faster.
    if any("rulebook" in s.fields for s in submissions):
        from clusterflow.services.rulebook_records import rulebook_mistakes  # noqa: PLC0415 - see above

        found += rulebook_mistakes(context.settings.configs, submissions)
    if any("scheme" in s.fields for s in submissions):
        from clusterflow.services.dues_records import scheme_mistakes  # noqa: PLC0415 - see above

        found += scheme_mistakes(context, submissions)
    return found


def initiatives(context: Context) -> list[str]:
    """The ids of all enrolled initiatives."""
    with context.reading() as connection:
        return enrolled_initiatives(connection)


def initiative_record(context: Context, initiative: str) -> Initiative | None:
    """What is recorded of the initiative itself, today."""
    with context.reading() as connection:
        return initiative_records(connection, context.clock().date(), [initiative]).get(initiative)


def parties(
    context: Context, chain: str, types: Iterable[str], since: int, until: int, limit: int
) -> tuple[tuple[str, str], ...]:
    """The organisations and bodies that some ledger entries are about; empty if there are more than ``limit``."""
    with context.reading() as connection:
        found = registry.parties(connection, chain, types, since, until, limit + 1)
    return found if len(found) <= limit else ()
