"""The managers' workbook: write it, and take it back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.prompt import Confirm, Prompt

from clusterflow.cli.output import REFUSED, Actor, Json, console, harmless, print_json, show, write_whole
from clusterflow.domain.text import Frozen
from clusterflow.engine.record import RecordResult
from clusterflow.errors import ClusterflowError, Mistakes, NotPossible
from clusterflow.services.context import Context
from clusterflow.services.intake.workbook.plan import Answers, Plan
from clusterflow.services.intake.workbook.summary import Told, told
from clusterflow.services.intake.workbook.workbooks import Opened, Step, Workbooks

Lang = Annotated[Literal["es", "en"] | None, Parameter(name="--lang", help="es or en")]


class Imported(Frozen):
    """What an import would do or did."""

    initiative: str
    told: Told
    recorded: RecordResult | None = None


def template(
    initiative: Annotated[
        str | None, Parameter(help="filled with what is known of it; empty where none is named")
    ] = None,
    *,
    lang: Lang = None,
    to: Annotated[Path | None, Parameter(name="--to", help="the file; otherwise one in this folder")] = None,
) -> None:
    """Write a workbook for managers to fill in (.xlsx): a sheet for each thing they keep, with lists and an example."""
    content = Workbooks(Context.open()).template(initiative, lang)
    target = to or Path(f"{initiative or 'clusterflow'}.xlsx")
    if target.suffix.lower() != ".xlsx":
        raise ClusterflowError(f"{target} is no .xlsx file; name one, as --to {target.stem or 'workbook'}.xlsx")
    write_whole(target, content)
    show(f"written: {target}")


def import_(
    file: Annotated[Path, Parameter(help="a workbook: .xlsx, .ods or .csv")],
    *,
    initiative: Annotated[str | None, Parameter(help="whose it is, where the workbook does not say")] = None,
    yes: Annotated[bool, Parameter(name="--yes", negative="", help="record without asking")] = False,
    dry_run: Annotated[bool, Parameter(name="--dry-run", negative="", help="only say what would change")] = False,
    doubles: Annotated[
        Literal["new", "same"] | None, Parameter(help="possible doubles: new, or the same as the likeliest")
    ] = None,
    removed: Annotated[
        Literal["keep", "end", "withdraw"] | None,
        Parameter(help="what has no row any more: keep it, end it today, or withdraw it as if it had never been"),
    ] = None,
    emptied: Annotated[
        Literal["keep", "clear"] | None, Parameter(help="cells that are empty now: keep what is known, or clear it")
    ] = None,
    marked: Annotated[
        Path | None, Parameter(help="where the copy with the marked mistakes goes; otherwise beside the file")
    ] = None,
    lang: Lang = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Import a workbook: first what would change, in words; then all of it, or nothing.

    The same workbook twice changes nothing. What could be a double, has no row any more, or was emptied is asked about,
    in a terminal; elsewhere --doubles, --removed and --emptied answer.
    """
    workbooks = Workbooks(Context.open())
    answers = Answers(other_doubles=doubles, removed=removed, emptied=emptied)
    with _progress(as_json) as step:
        opened = workbooks.open(file.name, _read(file), initiative, lang, step)
        plan = workbooks.plan(opened, answers, step)
    if opened.wrong:
        _give_back(file, marked, opened)
    if not as_json:
        _tell(told(plan))
    asks = in_a_terminal() and not (yes or dry_run or as_json)
    while asks and plan.open_questions(answers):
        answers = _ask(plan, answers)
        plan = workbooks.plan(opened, answers)
        _tell(told(plan))
    done = None
    if not dry_run:
        _refuse_unanswered(plan, answers)
        if plan.submissions and not yes and not (asks and Confirm.ask("Record this?", console=console, default=False)):
            if not as_json:
                show("Nothing was recorded." if asks else "Nothing was recorded; repeat with --yes to record it.")
            sys.exit(REFUSED)
        if asks:
            workbooks.check_still_so(opened, plan, answers)
        with _progress(as_json) as step:
            done = workbooks.record(plan, actor, step)
    if as_json:
        print_json(Imported(initiative=opened.initiative, told=told(plan), recorded=done))
    elif done is not None:
        show(str(done))


def in_a_terminal() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise ClusterflowError(f"there is no file {file}") from None
    except OSError as problem:
        raise ClusterflowError(f"{file} cannot be read: {problem.strerror}") from None


def _give_back(file: Path, marked: Path | None, opened: Opened) -> None:
    """Write the copy with its mistakes marked, and refuse."""
    target = marked or file.with_name(f"{file.stem}.marked.xlsx")
    copied = "" if opened.book.kind == "xlsx" else f" (a copy of the values, as .xlsx: {file.suffix} takes no marks)"
    said = f"the mistakes are marked in {target}{copied}"
    try:
        write_whole(target, opened.marked())
    except ClusterflowError as problem:
        said = str(problem)
    sys.stderr.write(harmless(f"clusterflow: {said}\n"))
    raise Mistakes([w.mistake for w in opened.wrong])


def _tell(words: Told) -> None:
    for sheet in words.sheets:
        show(harmless(f"{sheet.title}: {sheet.words}"))
    for line in (*words.changes, *words.doubles, *words.removed, *words.emptied):
        show(" ", harmless(line))
    if not words.sheets:
        show("Nothing changes.")


def _ask(plan: Plan, answers: Answers) -> Answers:
    """The questions of one kind: who is who comes first, for the others follow from it."""
    if plan.doubles:
        chosen = dict(answers.doubles)
        for double in plan.doubles:
            who = ", ".join(f"{i} ({s})" for i, s in zip(double.possible, double.shown, strict=True))
            chosen[str(double.place)] = _choice(
                f"{double.place} «{double.name}» may be {who}. Who is it?", *double.possible, "new"
            )
        return replace(answers, doubles=chosen)
    if plan.removed and answers.removed is None:
        text = f"{len(plan.removed)} on record have no row any more."
        return replace(answers, removed=_choice(text, "keep", "end", "withdraw"))
    text = f"{len(plan.emptied)} cells are empty where something is on record."
    return replace(answers, emptied=_choice(text, "keep", "clear"))


def _choice(text: str, *words: str) -> Any:
    return Prompt.ask(escape(harmless(text)), choices=list(words), console=console)


def _refuse_unanswered(plan: Plan, answers: Answers) -> None:
    """What goes away, or may be there twice, is never assumed."""
    words = told(plan)
    asked = [
        (words.doubles, "--doubles new or --doubles same, or the ids in the workbook"),
        (words.removed if answers.removed is None else (), "--removed keep, end or withdraw"),
        (words.emptied if answers.emptied is None else (), "--emptied keep or clear"),
    ]
    cures = [cure for lines, cure in asked if lines]
    if cures:
        raise NotPossible("nothing was recorded; this is to be answered first: " + "; ".join(cures))


_DOING = {"open": "opening", "read": "reading rows", "compare": "comparing", "record": "recording"}


@contextmanager
def _progress(quiet: bool) -> Iterator[Step]:
    """A bar, in a terminal only."""
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
            bar.update(task, description=_DOING.get(what, what), completed=done, total=total or None)

        yield step
