"""Writes the workbook of an initiative, reads it back, plans its changes and records them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.text import DEFAULT_LANGUAGE, Language
from clusterflow.engine.record import RecordResult
from clusterflow.errors import Conflict, Mistake, Mistakes, UnknownName
from clusterflow.intake.workbook.drafts import ReadResult, count_rows, read_tables
from clusterflow.intake.workbook.headings import language_of, recognize_sheets
from clusterflow.intake.workbook.limits import MOST_MISTAKES, Deadline
from clusterflow.intake.workbook.messages import CellMistake, Place, mistake
from clusterflow.intake.workbook.reader import FORMAT, Book, open_book
from clusterflow.intake.workbook.template import TemplateRows, write_workbook
from clusterflow.rules.mistakes import nearest
from clusterflow.services import registry as registry_service
from clusterflow.services.context import Context
from clusterflow.services.intake.workbook.contents import fill_rows
from clusterflow.services.intake.workbook.plan import Answers, Plan, plan_import
from clusterflow.services.intake.workbook.registry_snapshot import RegistrySnapshot, read_snapshot
from clusterflow.store import registry

Step = Callable[[str, int, int], None]
"""A progress callback: the phase, the rows done and the rows in all (0: unknown)."""


def _no_progress(_: str, __: int, ___: int) -> None:
    pass


@dataclass(slots=True)
class OpenedWorkbook:
    """A workbook that was read, with the registry it is compared with."""

    book: Book
    content: bytes
    initiative: str
    language: Language
    read: ReadResult
    known: RegistrySnapshot
    plan: Plan | None = None
    mistakes: list[CellMistake] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    """The titles of the sheets that were recognized by something else than their name."""

    def marked_copy(self) -> bytes:
        """Return a copy (.xlsx) in which the cells with mistakes are marked; empty where none can be written."""
        # start-up time: only a workbook with mistakes is copied, and openpyxl loads slowly
        from clusterflow.intake.workbook.marked_copy import marked_copy  # noqa: PLC0415

        return marked_copy(self.book, self.content, self.mistakes, self.titles)


def write_template(context: Context, initiative: str | None, language: Language | None = None) -> bytes:
    """Return a workbook (.xlsx): empty, or filled with the records of an initiative.

    Raises:
        UnknownName: there is no such initiative; the error holds the nearest ids.
    """
    today = context.clock().date()
    if initiative is None:
        return write_workbook(language or context.language, today, TemplateRows())
    record = _initiative_record(context, initiative)
    with context.reading() as connection:
        content = fill_rows(read_snapshot(connection, initiative, record.country))
    return write_workbook(language or record.language or DEFAULT_LANGUAGE, today, content, initiative, record.name)


def _initiative_record(context: Context, initiative: str) -> Initiative:
    record = registry_service.initiative_record(context, initiative)
    if record is None:
        with context.reading() as connection:
            known = registry.ids_of_type(connection, Initiative.type)
        raise UnknownName("initiative", initiative, nearest(initiative, known))
    return record


def open_workbook(
    context: Context, name: str, content: bytes, initiative: str | None = None, language: Language | None = None,
    step: Step = _no_progress,
) -> OpenedWorkbook:  # fmt: skip
    """Read a workbook.

    Its initiative is the one given, else the one written in the workbook, else the one that begins the file name.

    Raises:
        Mistakes: it cannot be opened, has another format version, or its initiative is unknown.
        UnknownName: there is no such initiative.
    """
    step("open", 0, 0)
    deadline = Deadline(name, language or context.language)
    book = open_book(name, content, language or context.language, deadline)
    written_in = language_of(book, context.language)
    chosen_language = language or written_in
    stated = book.about.get("initiative") or None
    found = book.about.get("format", FORMAT)
    if found != FORMAT:
        raise Mistakes([mistake(Place(name), None, "version", chosen_language, found=found).mistake])
    if initiative and stated and stated != initiative:
        conflict = mistake(Place(name), None, "other_initiative", chosen_language, found=stated, wanted=initiative)
        raise Mistakes([conflict.mistake])
    owner = initiative or stated or _initiative_of_file_name(context, name)
    if owner is None:
        cure = "Name the initiative: clusterflow import FILE --initiative ID"
        raise Mistakes([Mistake(name, "does not name its initiative", "", cure)])
    record = _initiative_record(context, owner)
    tables, mistakes = recognize_sheets(book, chosen_language)
    total, done = count_rows(tables), 0

    def rows(more: int) -> None:
        nonlocal done
        done += more
        step("read", done, total)
        deadline.check()

    read = read_tables(tables, chosen_language, rows, written_in)
    read.mistakes = [*mistakes, *read.mistakes]
    read.is_ours = bool(stated)
    with context.reading() as connection:
        known = read_snapshot(connection, owner, record.country)
    titles = {t.name: t.sheet.title.to(written_in) for t in tables} if book.kind == "csv" else {}
    return OpenedWorkbook(book, content, owner, chosen_language, read, known, titles=titles)


def _initiative_of_file_name(context: Context, name: str) -> str | None:
    """Return the initiative whose id begins the file name, as in automotriz.miembros.csv."""
    with context.reading() as connection:
        known = registry.ids_of_type(connection, Initiative.type)
    return max((i for i in known if name.startswith((f"{i}.", f"{i}-", f"{i}_", f"{i} "))), key=len, default=None)


def plan_changes(
    context: Context, opened: OpenedWorkbook, answers: Answers | None = None, step: Step = _no_progress
) -> Plan:
    """Compare the workbook with the registry, and return its changes, questions and mistakes.

    The plan and its mistakes are also stored in ``opened``.
    """
    step("compare", 0, 0)
    # Planning replaces names by ids in the drafts, so each plan works on a copy.
    drafts = opened.read.copied()
    today = context.clock().date()
    check = Deadline(opened.book.name, opened.language).check
    found = plan_import(drafts, opened.known, opened.initiative, today, answers or Answers(), check)
    opened.plan, opened.mistakes = found, _first_mistakes(found.mistakes, opened)
    return found


def _first_mistakes(mistakes: list[CellMistake], opened: OpenedWorkbook) -> list[CellMistake]:
    """Return the mistakes, or the first ones and how many more there are."""
    more = len(mistakes) - MOST_MISTAKES
    if more <= 0:
        return mistakes
    return [*mistakes[:MOST_MISTAKES], mistake(Place(opened.book.name), None, "more_mistakes", opened.language, n=more)]


def check_unchanged(context: Context, opened: OpenedWorkbook, agreed: Plan, answers: Answers) -> None:
    """Check that a plan that was agreed to still fits the registry.

    Raises:
        Conflict: the registry has changed, and the workbook would now change other things.
    """
    record = _initiative_record(context, opened.initiative)
    with context.reading() as connection:
        opened.known = read_snapshot(connection, opened.initiative, record.country)
    if plan_changes(context, opened, answers).submissions != agreed.submissions:
        raise Conflict("others have recorded something meanwhile; nothing was changed. Import the workbook again")


def record(context: Context, plan: Plan, actor: str | None = None, step: Step = _no_progress) -> RecordResult:
    """Record every change of a plan, or none.

    Raises:
        Mistakes: the workbook has mistakes, or the engine refused its records.
    """
    if plan.mistakes:
        raise Mistakes([w.mistake for w in plan.mistakes])
    step("record", 0, 0)
    return registry_service.record(context, plan.submissions, actor) if plan.submissions else RecordResult()
