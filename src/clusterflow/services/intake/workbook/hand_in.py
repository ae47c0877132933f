"""Workbooks that people submit on the web pages: stored, compared, confirmed, and undone as one step."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from clusterflow.domain.record_events import SubmissionFlaw, SubmissionSource
from clusterflow.domain.records import RECORDS
from clusterflow.domain.text import Language
from clusterflow.engine.record import RecordResult, Submission
from clusterflow.errors import Mistakes, NotPossible, UnknownName
from clusterflow.services import registry
from clusterflow.services.context import Context
from clusterflow.services.facts.permission import check_permission
from clusterflow.services.intake.workbook import workbooks
from clusterflow.services.intake.workbook.plan import Answers, Plan
from clusterflow.services.intake.workbook.related_parties import related_parties
from clusterflow.services.intake.workbook.workbooks import OpenedWorkbook
from clusterflow.services.refusals import enter_refusal, entering_refusals
from clusterflow.store.fact_versions import FactVersion, versions_by_command

MOST_UPLOADS = 20
"""The newest workbooks of each person and initiative; older ones are deleted."""

SHOWN_FOR = timedelta(days=30)
"""A refused workbook is listed for so long."""

_TICKET = re.compile(r"[0-9a-f]{32}")
_COMMAND = "workbook-"


@dataclass(frozen=True, slots=True)
class Upload:
    """A workbook that a person submitted."""

    ticket: str
    name: str
    content: bytes

    @property
    def command(self) -> str:
        """The idempotency key under which it is recorded."""
        return f"{_COMMAND}{self.ticket}"


@dataclass(frozen=True, slots=True)
class RefusedUpload:
    """A workbook that was not recorded, and that its author has not corrected yet."""

    initiative: str
    ticket: str
    name: str
    on: date


def store_upload(context: Context, person: str, initiative: str, name: str, content: bytes) -> str:
    """Store a workbook until it is recorded or refused, and after; return its ticket."""
    folder = _folder(context, person, initiative)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ticket = secrets.token_hex(16)
    (folder / f"{ticket}.name").write_text(name, encoding="utf-8")
    (folder / f"{ticket}.book").write_bytes(content)
    stored = sorted(folder.glob("*.book"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in stored[MOST_UPLOADS:]:
        old.unlink(missing_ok=True)
        for more in (".name", ".refused"):
            old.with_suffix(more).unlink(missing_ok=True)
    return ticket


def refused_uploads(context: Context, person: str, initiatives: Iterable[str]) -> list[RefusedUpload]:
    """Return the workbooks of a person that were refused, the newest first, until a later one is recorded."""
    if not (context.settings.home / "uploads").is_dir():
        return []
    since, found = context.clock().date() - SHOWN_FOR, list[RefusedUpload]()
    for initiative in initiatives:
        for file in _folder(context, person, initiative).glob("*.refused"):
            with suppress(FileNotFoundError):  # it was recorded, or replaced by newer ones, meanwhile
                on = date.fromisoformat(file.read_text(encoding="utf-8"))
                name = file.with_suffix(".name").read_text(encoding="utf-8")
                found.append(RefusedUpload(initiative, file.stem, name, on))
    return sorted((one for one in found if one.on >= since), key=lambda one: (one.on, one.ticket), reverse=True)


def upload_of(context: Context, person: str, initiative: str, ticket: str) -> Upload:
    """Return a stored workbook.

    Raises:
        UnknownName: the person has submitted no such workbook in this initiative.
    """
    folder = _folder(context, person, initiative)
    try:
        if not _TICKET.fullmatch(ticket):
            raise FileNotFoundError
        name = (folder / f"{ticket}.name").read_text(encoding="utf-8")
        return Upload(ticket, name, (folder / f"{ticket}.book").read_bytes())
    except FileNotFoundError:
        raise UnknownName("workbook", ticket) from None


def _folder(context: Context, person: str, initiative: str) -> Path:
    return context.settings.home / "uploads" / initiative / person


def open_upload(
    context: Context, person: str, initiative: str, upload: Upload, answers: Answers, language: Language
) -> tuple[OpenedWorkbook, Plan]:
    """Compare a workbook with the registry. People whom the initiative does not know are not compared, nor named.

    Raises:
        Mistakes: the file is no workbook, or the workbook of another initiative.
    """
    try:
        opened = workbooks.open_workbook(context, upload.name, upload.content, initiative, language)
    except Mistakes:
        _enter_refusal(context, person, initiative, upload)
        raise
    if opened.mistakes:
        _enter_refusal(context, person, initiative, upload)
    else:
        _mark(context, person, initiative, upload).unlink(missing_ok=True)
    _, people = related_parties(opened.known)
    for record, place in (("person", 0), ("representation", 0)):
        facts = opened.known.facts[record]
        opened.known.facts[record] = {key: found for key, found in facts.items() if key[place] in people | {person}}
    return opened, workbooks.plan_changes(context, opened, answers)


def _enter_refusal(context: Context, person: str, initiative: str, upload: Upload) -> None:
    content = hashlib.sha256(upload.content).hexdigest()
    why = SubmissionFlaw.MISTAKES
    enter_refusal(context, initiative, person, SubmissionSource.WORKBOOK, why, (), content=content)
    _note_refusal(context, person, initiative, upload)


def _mark(context: Context, person: str, initiative: str, upload: Upload) -> Path:
    """The file whose presence says that a workbook was refused; it holds the day."""
    return _folder(context, person, initiative) / f"{upload.ticket}.refused"


def _note_refusal(context: Context, person: str, initiative: str, upload: Upload) -> None:
    _mark(context, person, initiative, upload).write_text(context.clock().date().isoformat(), encoding="utf-8")


def digest_of(plan: Plan) -> str:
    """Return a digest of what a plan would record: it is another one once the registry has changed."""
    return hashlib.sha256(repr(plan.submissions).encode()).hexdigest()


def confirm(context: Context, person: str, initiative: str, upload: Upload, plan: Plan) -> RecordResult:
    """Record every change of a plan, or none, in the name of a person.

    Raises:
        Mistakes: the person may not record a part of it, or the engine refused a record.
    """
    with entering_refusals(context, initiative, person, SubmissionSource.WORKBOOK, plan.submissions):
        try:
            check_permission(context, person, initiative, plan.submissions)
            done = registry.record(context, plan.submissions, person, upload.command)
        except Mistakes:
            _note_refusal(context, person, initiative, upload)
            raise
    # What was refused before is in this one, corrected.
    for mark in _folder(context, person, initiative).glob("*.refused"):
        mark.unlink(missing_ok=True)
    return done


def undo(context: Context, person: str, initiative: str, upload: Upload) -> RecordResult:
    """Take back everything that a workbook recorded, in one step: what was new is withdrawn, the rest is as before.

    Nothing is erased: each correction has its entry in the ledger.

    Raises:
        NotPossible: nothing was recorded from it, or a fact was changed since.
        Mistakes: the person may not record a part of it.
    """
    with context.reading() as connection:
        pairs = versions_by_command(connection, initiative, upload.command)
    if not pairs:
        raise NotPossible("nothing was recorded from this workbook")
    if any(now.superseded_by is not None for now, _ in pairs):
        raise NotPossible("some of these facts were changed since; correct them one by one")
    submissions = [_reversal(initiative, now, before) for now, before in pairs]
    with entering_refusals(context, initiative, person, SubmissionSource.WORKBOOK, submissions):
        check_permission(context, person, initiative, submissions)
        return registry.record(context, submissions, person, f"undo-{upload.ticket}")


def _reversal(initiative: str, now: FactVersion, before: FactVersion | None) -> Submission:
    record = now.record if before is None or before.retracted else before.record
    fields = {RECORDS[record.type].model_fields[n].alias or n: v for n, v in record.model_dump(mode="json").items()}
    if "on" in fields:
        fields.pop("valid_to", None)
    of = initiative if record.of_initiative else None
    taken = Submission(record.type, fields, record.type, of, confirm=True)
    if before is None or before.retracted:
        return taken._replace(retract=True, replaces=now.entry)
    return taken if now.retracted else taken._replace(replaces=now.entry)
