"""The command ``status``. It reads the database alone and is used most, so it starts fastest."""

from __future__ import annotations

from rich.text import Text

from clusterflow.cli.language import language, stated_language
from clusterflow.cli.output import AsOf, Json, KnownAt, day, listed, print_json, show
from clusterflow.cli.tables import marked, table
from clusterflow.domain.terms import StageStatus
from clusterflow.reports.labels import CONDITION, STANDING, STATUS, word
from clusterflow.reports.status import InitiativeStatus
from clusterflow.reports.status_board import Board
from clusterflow.services import outbox, standing
from clusterflow.services.context import Context


def status(
    initiative: str | None = None, *, as_of: AsOf = None, known_at: KnownAt = None, as_json: Json = False
) -> None:
    """Show the status of one initiative, or of all."""
    context = Context.open()
    on, known_on = day(as_of, "--as-of"), day(known_at, "--known-at")
    if initiative is None:
        board = standing.board(context, on, stated_language() if as_json else language(), known_on)
        if as_json:
            print_json(board)
        else:
            _show_board(board, past=on is not None)
            _show_backlog(context)
    else:
        found = standing.status(context, initiative, on, stated_language() if as_json else language(), known_on)
        if as_json:
            print_json(found)
        else:
            _show_status(found)
            _show_backlog(context)


def _show_board(board: Board, past: bool) -> None:
    lang = language()
    lines = table(
        f"Portfolio on {board.as_of}",
        ["initiative", "name", "model", "stage", "days", "milestones", "waits for"],
        whole=["initiative"],
    )
    for line in board.lines:
        stage = listed(line.stages) + (f" ({word('overdue', lang)})" if line.overdue else "")
        lapsed = f"  ↯ {STATUS[StageStatus.LAPSED].to(lang).lower()}: {listed(line.lapsed)}" if line.lapsed else ""
        lines.add_row(
            line.initiative, line.name, line.model_title, stage, "" if line.days is None else str(line.days),
            f"{line.milestones} {word('of', lang)} {line.of}", line.waits_for + lapsed,
        )  # fmt: skip
    show(lines)
    for initiative, problem in board.problems.items():
        show(f"{initiative} could not be read: {problem}")
    if not board.lines and past:
        show("No initiative was enrolled on that day.")
    elif not board.lines and not board.problems:
        show("No initiative is enrolled. Begin with: clusterflow enrol ID --model MODEL name=... country=...")


def _show_backlog(context: Context) -> None:
    waiting = outbox.backlog(context)
    if waiting.events or waiting.notices:
        show(f"Waiting to go out: {waiting.events} ledger entries for Prefect, {waiting.notices} notices.")
        show(f"  {waiting.error or 'They go out while clusterflow is up, or with: clusterflow relay'}")
    if waiting.given_up:
        show(f"{waiting.given_up} notices could not be delivered and were given up.")
        for letter in waiting.dead:
            what = f"{letter.rule} of {letter.initiative} for {letter.recipient}, by {letter.channel}: {letter.answer}"
            show(f"  #{letter.number} {what}")
        show("Correct the address, and send again: clusterflow notices dead; clusterflow notices retry #")
    if waiting.refused:
        show(f"{waiting.refused} refused submissions wait to be corrected. Look with: clusterflow intake refused")


def _show_status(found: InitiativeStatus) -> None:
    lang = language()
    show(f"{found.name} · {found.model_title} · {found.as_of} · {STANDING[found.standing].to(lang)}")
    stages = table("", ["gate", "stage", "", "since", "due", "achieved", "milestone"])
    for s in found.stages:
        due = "" if s.due_on is None else f"{s.due_on} {word('overdue', lang)}" if s.overdue else str(s.due_on)
        achieved = "" if s.achieved_on is None else str(s.achieved_on)
        since = "" if s.entered_on is None else str(s.entered_on)
        passed = f" ({word('overridden', lang)}: {', '.join(s.overridden)})" if s.overridden else ""
        stages.add_row(str(s.number), s.title, marked(s.status), since, due, achieved, s.milestone + passed)
    show(stages)
    titles = {s.stage: s.title for s in found.stages}
    for h in found.hindrances:
        required = word("asked", lang).lower()
        show("  ", marked(h.answer), Text(f"{titles[h.stage]}: {h.title}: {h.found}; {required} {h.asked}"))
    for c in found.conditions:
        show(f"   condition until {c.due_on}: {c.title} at {titles[c.stage]} ({CONDITION[c.status].to(lang)})")
