"""Initiatives: enrol them, see where they stand and why, read what happened."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from clusterflow.app import App
from clusterflow.cli.output import (
    Actor,
    AsOf,
    Json,
    Key,
    day,
    listed,
    marked,
    print_json,
    show,
    table,
)
from clusterflow.engine.record import Submission
from clusterflow.errors import ClusterflowError
from clusterflow.intake.assignments import read_assignments
from clusterflow.reports.board import Board
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.quorum import quorum
from clusterflow.reports.status import InitiativeStatus


def enrol(
    initiative: Annotated[str, Parameter(help="the id it gets: lower case, digits, hyphens")],
    *fields: Annotated[
        str, Parameter(help="name=... country=MX place=... sector=... timezone=... office=... host=...")
    ],
    model: Annotated[str, Parameter(help="the model it lives under; see: clusterflow model list")],
    actor: Actor = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Begin an initiative's life under a model. It stays pinned to the model's content as it is today."""
    app = App.open()
    written = read_assignments("initiative", [f"id={initiative}", *fields])
    start = {"from": app.clock().date().isoformat()} | dict(written.fields)
    done = app.enrol(Submission("initiative", start, written.where), model, actor, key)
    if as_json:
        print_json(done)
    else:
        show(f"{done.initiative} lives under {done.model} ({done.model_hash[:12]}), in: {listed(done.stages)}")


def evaluate(initiative: str | None = None, *, actor: Actor = None, as_json: Json = False) -> None:
    """Measure, judge, and write what changed: one initiative, or all of them."""
    app = App.open()
    changed = (app.evaluate(initiative, actor),) if initiative else app.review(actor).changed
    if as_json:
        print_json(changed)
    elif not any(c.changes for c in changed):
        show("nothing changed")
    for one in changed if not as_json else ():
        show(f"{one.initiative}: {listed(one.changes)}")


def status(initiative: str | None = None, *, as_of: AsOf = None, as_json: Json = False) -> None:
    """Where one initiative stands, or all of them."""
    app = App.open()
    on = day(as_of, "--as-of")
    if initiative is None:
        board = app.board(on)
        if as_json:
            print_json(board)
        else:
            _show_board(board)
            _show_backlog(app)
    else:
        found = app.status(initiative, on)
        if as_json:
            print_json(found)
        else:
            _show_status(found)


def _show_board(board: Board) -> None:
    lines = table(f"Portfolio on {board.as_of}", ["initiative", "model", "stage", "days", "milestones", "waits for"])
    for line in board.lines:
        stage = listed(line.stages) + (" (overdue)" if line.overdue else "")
        lapsed = f"  ↯ lapsed: {listed(line.lapsed)}" if line.lapsed else ""
        lines.add_row(
            line.initiative, line.model, stage, "" if line.days is None else str(line.days),
            f"{line.milestones} of {line.of}", line.waits_for + lapsed,
        )  # fmt: skip
    show(lines)
    if not board.lines:
        show("No initiative is enrolled. Begin with: clusterflow enrol ID --model MODEL name=... country=...")


def _show_backlog(app: App) -> None:
    waiting = app.backlog()
    if waiting.events or waiting.notices:
        show(f"Waiting to go out: {waiting.events} ledger entries for Prefect, {waiting.notices} notices.")
        show(f"  {waiting.error or 'They go out while clusterflow is up, or with: clusterflow relay'}")
    if waiting.given_up:
        show(f"{waiting.given_up} notices could not be delivered and were given up.")


def _show_status(found: InitiativeStatus) -> None:
    show(f"{found.name} · {found.model_title} · {found.as_of} · {found.standing}")
    stages = table("", ["gate", "stage", "", "since", "due", "achieved", "milestone"])
    for s in found.stages:
        due = "" if s.due_on is None else f"{s.due_on}{' overdue' if s.overdue else ''}"
        achieved = "" if s.achieved_on is None else str(s.achieved_on)
        since = "" if s.entered_on is None else str(s.entered_on)
        passed = f" (overridden: {', '.join(s.overridden)})" if s.overridden else ""
        stages.add_row(str(s.number), s.title, marked(s.status), since, due, achieved, s.milestone + passed)
    show(stages)
    for h in found.hindrances:
        show("  ", marked(h.answer), f"{h.stage}: {h.title}: {h.found}, asked {h.asked}")
    for c in found.conditions:
        show(f"   condition until {c.due_on}: {c.criterion} at {c.stage} ({c.status})")


def explain(
    initiative: str,
    stage: str | None = None,
    *,
    as_of: AsOf = None,
    evidence: Annotated[bool, Parameter(name="--evidence", negative="", help="with the records behind it")] = False,
    as_json: Json = False,
) -> None:
    """For each criterion: what was found, what is asked, by whose rule, on which evidence, what would help."""
    app = App.open()
    found = app.explain(initiative, stage, day(as_of, "--as-of"), with_evidence=evidence or as_json)
    if as_json:
        print_json(found)
        return
    if not found:
        show("no stage is under way")
    for gate in found:
        _show_gate(gate, evidence)


def _show_gate(gate: GateExplanation, evidence: bool) -> None:
    show(f"{gate.name} · gate {gate.number}: {gate.title} · {gate.as_of} ·", marked(gate.readiness))
    lines = table("", ["criterion", "", "found", "asked", "severity", "rule", "what would help"])
    for c in gate.criteria:
        rule = f"{c.source} (proposal)" if c.proposal else c.source
        found = c.found + (" *" if c.late else "")
        name = f"{c.title} ({c.within})" if c.within else c.title
        lines.add_row(name, marked(c.answer), found, c.asked, c.severity, rule, c.help)
        for row in c.evidence if evidence else ():
            lines.add_row(f"   #{row.entry} {row.record} {row.what}", "", row.counts_for, "", "", str(row.on or ""), "")
    show(lines)
    if any(c.late for c in gate.criteria):
        show("* rests on facts entered after that day")
    review = f"review {gate.review} is open; " if gate.review else ""
    show(f"{review}decides: {quorum(gate.decided_by, 'en')}; findings {gate.findings}")


def ledger(
    initiative: str,
    *,
    verify: Annotated[bool, Parameter(name="--verify", negative="", help="check the hash chain")] = False,
    as_json: Json = False,
) -> None:
    """What happened, in order; with --verify, whether the chain of hashes is whole."""
    app = App.open()
    entries = app.entries(initiative)
    if verify:
        broken = app.first_break(initiative)
        if broken is not None:
            raise ClusterflowError(f"the ledger of «{initiative}» is broken at entry {broken}")
        show(f"the ledger of «{initiative}» is whole: {len(entries)} entries")
        return
    if as_json:
        print_json(entries)
        return
    lines = table(f"Ledger of {initiative}", ["#", "at", "what", "", "by"])
    for e in entries:
        told = {k: v for k, v in e.event.model_dump(mode="json", exclude_none=True).items() if k not in _UNTOLD}
        what = " ".join(f"{k}={v}" for k, v in told.items())
        lines.add_row(str(e.version), f"{e.at:%Y-%m-%d %H:%M}", e.event.kind, what, e.actor)
    show(lines)


_UNTOLD = {"kind", "digest", "model_hash", "findings"}
