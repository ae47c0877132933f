"""Managers' workbooks: given out filled with what is known, taken back as what would change, then recorded whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sqlalchemy import Connection

from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.text import Language
from clusterflow.engine.record import RecordResult
from clusterflow.errors import Conflict, Mistake, Mistakes, UnknownName
from clusterflow.intake.workbook.drafts import Read, count_rows, read_tables
from clusterflow.intake.workbook.headings import language_of, recognise
from clusterflow.intake.workbook.marked_copy import marked_copy
from clusterflow.intake.workbook.messages import CellMistake, Place, mistake
from clusterflow.intake.workbook.reader import FORMAT, Book, open_book
from clusterflow.intake.workbook.template import Filled, write_workbook
from clusterflow.rules.mistakes import nearest
from clusterflow.services import registry as registry_service
from clusterflow.services.context import Context
from clusterflow.services.intake.workbook.contents import filled
from clusterflow.services.intake.workbook.plan import Answers, Plan, plan_import
from clusterflow.services.intake.workbook.registry_snapshot import Known, what_is_known
from clusterflow.store import registry
from clusterflow.store.database import read_connection

Step = Callable[[str, int, int], None]
"""Told what is being done, how many rows of it are done, and how many there are (0: nobody knows)."""


def _silent(_: str, __: int, ___: int) -> None:
    pass


@dataclass(slots=True)
class Opened:
    """A workbook that was read: whose it is, what it says, and what is wrong in it."""

    book: Book
    content: bytes
    initiative: str
    language: Language
    read: Read
    known: Known
    plan: Plan | None = None
    wrong: list[CellMistake] = field(default_factory=list)

    def marked(self) -> bytes:
        """A copy with what is wrong marked, as .xlsx."""
        return marked_copy(self.book, self.content, self.wrong)


class Workbooks:
    """Gives workbooks out, and takes them back."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def _reading(self) -> AbstractContextManager[Connection]:
        return read_connection(self.context.database)

    def template(self, initiative: str | None, language: Language | None = None) -> bytes:
        """A workbook, empty or with everything that is known of an initiative.

        Raises:
            UnknownName: there is no such initiative; with the nearest.
        """
        today = self.context.clock().date()
        if initiative is None:
            return write_workbook(language or self.context.language, today, Filled())
        record = self._initiative(initiative)
        with self._reading() as connection:
            content = filled(what_is_known(connection, initiative, record.country))
        return write_workbook(language or record.language, today, content, initiative, record.name)

    def _initiative(self, initiative: str) -> Initiative:
        record = registry_service.initiative_record(self.context, initiative)
        if record is None:
            with self._reading() as connection:
                known = registry.ids_of_type(connection, Initiative.type)
            raise UnknownName("initiative", initiative, nearest(initiative, known))
        return record

    def open(
        self, name: str, content: bytes, initiative: str | None = None, language: Language | None = None,
        step: Step = _silent,
    ) -> Opened:  # fmt: skip
        """Read a workbook of an initiative: the one that is named, or that it says itself.

        Raises:
            Mistakes: it cannot be opened, is of another version, or of nobody knows which initiative.
            UnknownName: there is no such initiative.
        """
        step("open", 0, 0)
        book = open_book(name, content, language or self.context.language)
        speaks = language or language_of(book, self.context.language)
        said = book.about.get("initiative") or None
        found = book.about.get("format", FORMAT)
        if found != FORMAT:
            raise Mistakes([mistake(Place(name), None, "version", speaks, found=found).mistake])
        if initiative and said and said != initiative:
            told = mistake(Place(name), None, "other_initiative", speaks, found=said, wanted=initiative)
            raise Mistakes([told.mistake])
        whose = initiative or said or self._named_in(name)
        if whose is None:
            cure = "Name it: clusterflow import FILE --initiative ID"
            raise Mistakes([Mistake(name, "does not say of which initiative it is", "", cure)])
        record = self._initiative(whose)
        tables, wrong = recognise(book, speaks)
        total, done = count_rows(tables), 0

        def rows(more: int) -> None:
            nonlocal done
            done += more
            step("read", done, total)

        read = read_tables(tables, speaks, rows)
        read.wrong = [*wrong, *read.wrong]
        with self._reading() as connection:
            known = what_is_known(connection, whose, record.country)
        return Opened(book, content, whose, speaks, read, known)

    def _named_in(self, name: str) -> str | None:
        """The initiative whose id a file's name begins with: automotriz.miembros.csv."""
        with self._reading() as connection:
            known = registry.ids_of_type(connection, Initiative.type)
        return max((i for i in known if name.startswith((f"{i}.", f"{i}-", f"{i}_", f"{i} "))), key=len, default=None)

    def plan(self, opened: Opened, answers: Answers | None = None, step: Step = _silent) -> Plan:
        """What the workbook would change; what is wrong in it stands in the plan and in what was opened."""
        step("compare", 0, 0)
        # A plan turns names into ids in its drafts, so each one begins with drafts of its own.
        fresh = opened.read.copied()
        today = self.context.clock().date()
        plan = plan_import(fresh, opened.known, opened.initiative, today, answers or Answers())
        opened.plan, opened.wrong = plan, plan.wrong
        return plan

    def check_still_so(self, opened: Opened, plan: Plan, answers: Answers) -> None:
        """Before what somebody has agreed to is recorded: the registry is still as it was compared with.

        Raises:
            Conflict: others have recorded something in between that makes another plan of it.
        """
        record = self._initiative(opened.initiative)
        with self._reading() as connection:
            opened.known = what_is_known(connection, opened.initiative, record.country)
        if self.plan(opened, answers).submissions != plan.submissions:
            raise Conflict("others have recorded something meanwhile; nothing was changed. Import the workbook again")

    def record(self, plan: Plan, actor: str | None = None, step: Step = _silent) -> RecordResult:
        """Record what a plan says: all of it or nothing.

        Raises:
            Mistakes: what is wrong in the workbook, or in what became of it.
        """
        if plan.wrong:
            raise Mistakes([w.mistake for w in plan.wrong])
        step("record", 0, 0)
        return registry_service.record(self.context, plan.submissions, actor) if plan.submissions else RecordResult()
