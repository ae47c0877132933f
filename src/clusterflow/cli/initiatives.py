"""Initiatives: enrol them, bring them up to the day, see why a gate is ready or not."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter

from clusterflow.cli.output import Actor, AsOf, Json, Key, day, listed, marked, print_json, show, table
from clusterflow.engine.record import Submission
from clusterflow.intake.assignments import read_assignments
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.quorum import quorum
from clusterflow.services import enrolment, explanation
from clusterflow.services import review as review_service
from clusterflow.services.context import Context


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
    context = Context.open()
    written = read_assignments("initiative", [f"id={initiative}", *fields])
    start = {"from": context.clock().date().isoformat()} | dict(written.fields)
    done = enrolment.enrol(context, Submission("initiative", start, written.where), model, actor, key)
    if as_json:
        print_json(done)
    else:
        show(f"{done.initiative} lives under {done.model} ({done.model_hash[:12]}), in: {listed(done.stages)}")


def evaluate(initiative: str | None = None, *, actor: Actor = None, as_json: Json = False) -> None:
    """Measure, judge, and write what changed: one initiative, or all of them."""
    context = Context.open()
    found = None if initiative else review_service.review_portfolio(context, actor)
    changed = found.changed if found else (review_service.evaluate(context, str(initiative), actor),)
    for name, problem in (found.problems if found else {}).items():
        sys.stderr.write(f"clusterflow: {name}: {problem}\n")
    if as_json:
        print_json(changed)
    elif not any(c.changes for c in changed):
        show("nothing changed")
    for one in changed if not as_json else ():
        show(f"{one.initiative}: {listed(one.changes)}")


def explain(
    initiative: str,
    stage: str | None = None,
    *,
    as_of: AsOf = None,
    evidence: Annotated[bool, Parameter(name="--evidence", negative="", help="with the records behind it")] = False,
    as_json: Json = False,
) -> None:
    """For each criterion: what was found, what is asked, by whose rule, on which evidence, what would help."""
    context = Context.open()
    found = explanation.explain(context, initiative, stage, day(as_of, "--as-of"), with_evidence=evidence or as_json)
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
