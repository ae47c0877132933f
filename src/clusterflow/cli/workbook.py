"""The commands for the managers' workbook: write it, and import it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from clusterflow.cli.exit_codes import REFUSED
from clusterflow.cli.language import answer_in, stated_language
from clusterflow.cli.output import Actor, Json, print_json, show, translated, warn, write_whole
from clusterflow.cli.prompts import choose, confirm
from clusterflow.domain.text import Frozen, harmless
from clusterflow.engine.record import RecordResult
from clusterflow.errors import ClusterflowError, Mistakes, NotPossible
from clusterflow.intake.workbook.limits import LARGEST_FILE
from clusterflow.services.context import Context
from clusterflow.services.intake.workbook import workbooks
from clusterflow.services.intake.workbook.plan import Answers, Plan
from clusterflow.services.intake.workbook.summary import ImportSummary, summarize
from clusterflow.services.intake.workbook.workbooks import OpenedWorkbook, Step


class Imported(Frozen):
    """The result of an import, or of its dry run."""

    initiative: str
    summary: ImportSummary
    recorded: RecordResult | None = None


def template(
    initiative: Annotated[
        str | None, Parameter(help="fills the workbook with its records; without one it is empty")
    ] = None,
    *,
    to: Annotated[Path | None, Parameter(name="--to", help="the file to write; by default in this folder")] = None,
) -> None:
    """Write a workbook (.xlsx) for managers to fill in. Each sheet has its choices and an example."""
    content = workbooks.write_template(Context.open(), initiative, stated_language())
    target = to or Path(f"{initiative or 'clusterflow'}.xlsx")
    if target.suffix.lower() != ".xlsx":
        raise ClusterflowError(f"{target} is not an .xlsx file; name one, as in --to {target.stem or 'workbook'}.xlsx")
    write_whole(target, content)
    show(f"written: {target}")


def import_(
    file: Annotated[Path, Parameter(help="a workbook: .xlsx, .ods or .csv")],
    *,
    initiative: Annotated[str | None, Parameter(help="its initiative, where the workbook does not name it")] = None,
    yes: Annotated[bool, Parameter(name="--yes", negative="", help="record without asking")] = False,
    dry_run: Annotated[bool, Parameter(name="--dry-run", negative="", help="only show what would change")] = False,
    doubles: Annotated[
        Literal["new", "same"] | None, Parameter(help="possible duplicates: new, or the same as the most likely")
    ] = None,
    removed: Annotated[
        Literal["keep", "end", "withdraw"] | None,
        Parameter(help="records without a row: keep them, end them today, or withdraw them as never true"),
    ] = None,
    emptied: Annotated[
        Literal["keep", "clear"] | None,
        Parameter(help="cells that are empty now: keep or clear the recorded value"),
    ] = None,
    odd: Annotated[
        Literal["keep"] | None,
        Parameter(help="values that look like a mistake: keep them (a negative amount, a day of 1900 ...)"),
    ] = None,
    marked: Annotated[
        Path | None, Parameter(help="the file for the copy with its mistakes marked; by default beside the workbook")
    ] = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Import a workbook: show what would change, then record all of it or nothing.

    Importing the same workbook twice changes nothing. In a terminal, you are asked about possible duplicates, records
    without a row and emptied cells; elsewhere, answer with --doubles, --removed and --emptied.
    """
    context = Context.open()
    answers = Answers(other_doubles=doubles, removed=removed, emptied=emptied, odd=odd)
    with _progress(as_json) as step:
        opened = workbooks.open_workbook(context, file.name, _read(file), initiative, stated_language(), step)
        answer_in(opened.language)
        plan = workbooks.plan_changes(context, opened, answers, step)
    if opened.mistakes:
        _refuse_with_marked_copy(file, marked, opened)
    if not as_json:
        _show_summary(summarize(plan))
    asks = in_a_terminal() and not (yes or dry_run or as_json)
    while asks and plan.open_questions(answers):
        answers = _ask(plan, answers)
        plan = workbooks.plan_changes(context, opened, answers)
        _show_summary(summarize(plan))
    done = None
    if not dry_run:
        _refuse_unanswered(plan, answers)
        if plan.submissions and not yes and not (asks and confirm("Record this?")):
            if not as_json:
                show("Nothing was recorded." if asks else "Nothing was recorded; repeat with --yes to record it.")
            sys.exit(REFUSED)
        if asks:
            workbooks.check_unchanged(context, opened, plan, answers)
        with _progress(as_json) as step:
            done = workbooks.record(context, plan, actor, step)
    if as_json:
        print_json(Imported(initiative=opened.initiative, summary=summarize(plan), recorded=done))
    elif done is not None:
        show(str(done))


def in_a_terminal() -> bool:
    """Return whether somebody can answer questions."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ClusterflowError(f"there is no file {file}") from None
    except OSError as problem:
        raise ClusterflowError(f"{file} cannot be read: {problem.strerror}") from None
    if len(content) > LARGEST_FILE:
        raise ClusterflowError(f"{file} is larger than {LARGEST_FILE // 2**20} MB; split it and import the parts")
    return content


def _refuse_with_marked_copy(file: Path, marked: Path | None, opened: OpenedWorkbook) -> None:
    """Write a copy in which the mistakes are marked, if one can be written, then raise them."""
    target = marked or file.with_name(f"{file.stem}.marked.xlsx")
    copy = opened.marked_copy()
    if copy:
        message = (
            f"the mistakes are marked in {target}"
            if opened.book.kind == "xlsx"
            else f"the mistakes are marked in {target} (an .xlsx copy: {file.suffix} files cannot hold marks)"
        )
        try:
            write_whole(target, copy)
        except ClusterflowError as problem:
            message = str(problem)
    else:
        message = "no copy with marks could be written of this workbook; these are its mistakes"
    warn(message)
    raise Mistakes([w.mistake for w in opened.mistakes])


def _show_summary(summary: ImportSummary) -> None:
    for sheet in summary.sheets:
        show(harmless(f"{sheet.title}: {sheet.words}"))
    for line in summary.new:
        show("  +", harmless(line))
    for line in (
        *summary.changes,
        *summary.doubles,
        *summary.removed,
        *summary.emptied,
        *summary.odd,
        *summary.doubtful,
    ):
        show(" ", harmless(line))
    for line in summary.unusual:
        show("  ?", harmless(line))
    if not summary.sheets:
        show("Nothing changes.")


def _ask(plan: Plan, answers: Answers) -> Answers:
    """Ask the questions of one kind. Possible duplicates come first, because the other questions depend on them."""
    if plan.doubles:
        chosen = dict(answers.doubles)
        for duplicate in plan.doubles:
            who = ", ".join(f"{i} ({s})" for i, s in zip(duplicate.possible, duplicate.shown, strict=True))
            chosen[str(duplicate.place)] = choose(
                f"{duplicate.place} «{duplicate.name}» may be {who}. Who is it?", *duplicate.possible, "new"
            )
        return replace(answers, doubles=chosen)
    if plan.removed and answers.removed is None:
        text = f"Records that no longer have a row: {len(plan.removed)}."
        return replace(answers, removed=choose(text, "keep", "end", "withdraw"))
    if not plan.emptied or answers.emptied is not None:
        chosen = choose(f"Values that look like a mistake: {len(plan.odd)}. Keep them as they are?", "keep", "stop")
        if chosen == "stop":
            raise NotPossible("nothing was recorded; correct the workbook and import it again")
        return replace(answers, odd="keep")
    text = f"Empty cells of which the registry holds a value: {len(plan.emptied)}."
    return replace(answers, emptied=choose(text, "keep", "clear"))


def _refuse_unanswered(plan: Plan, answers: Answers) -> None:
    """Refuse a plan with open questions: removals and duplicates are never assumed."""
    summary = summarize(plan)
    questions = [
        (summary.doubles, "--doubles new or --doubles same, or the ids in the workbook"),
        (summary.removed if answers.removed is None else (), "--removed keep, end or withdraw"),
        (summary.emptied if answers.emptied is None else (), "--emptied keep or clear"),
        (summary.odd if answers.odd is None else (), "--odd keep, or correct the values"),
    ]
    cures = [cure for lines, cure in questions if lines]
    if cures:
        raise NotPossible("nothing was recorded; answer these questions first: " + "; ".join(cures))


_PHASES = {"open": "opening", "read": "reading rows", "compare": "comparing", "record": "recording"}


@contextmanager
def _progress(quiet: bool) -> Iterator[Step]:
    """Show a progress bar, in a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda _, __, ___: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, transient=True, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)

        def step(what: str, done: int, total: int) -> None:
            bar.update(task, description=translated(_PHASES.get(what, what)), completed=done, total=total or None)

        yield step
