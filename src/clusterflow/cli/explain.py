"""The command ``explain``: why a gate is ready or not."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from clusterflow.cli.language import language, stated_language
from clusterflow.cli.output import AsOf, Json, KnownAt, day, print_json, show
from clusterflow.cli.tables import marked, table
from clusterflow.reports.explanation import GateExplanation, GroupLine
from clusterflow.reports.labels import SEVERITY, record_label, word
from clusterflow.reports.quorum import quorum, shortfall
from clusterflow.services import explanation
from clusterflow.services.context import Context


def explain(
    initiative: str,
    stage: str | None = None,
    *,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    evidence: Annotated[bool, Parameter(name="--evidence", negative="", help="with the records behind it")] = False,
    as_json: Json = False,
) -> None:
    """For each criterion: what was found, what is asked, by whose rule, on which evidence, what would help."""
    context = Context.open()
    lang = stated_language() if as_json else language()
    found = explanation.explain(
        context,
        initiative,
        stage,
        day(as_of, "--as-of"),
        with_evidence=evidence or as_json,
        language=lang,
        known_on=day(known_at, "--known-at"),
    )
    if as_json:
        print_json(found)
        return
    if not found:
        show("no stage is under way")
    for gate in found:
        _show_gate(gate, evidence)


def _show_gate(gate: GateExplanation, evidence: bool) -> None:
    lang = language()
    show(f"{gate.name} · gate {gate.number}: {gate.title} · {gate.as_of} ·", marked(gate.readiness))
    lines = table("", ["criterion", "", "found", "asked", "severity", "rule", "what would help"])
    for depth, c in gate.rows:
        severity = "" if depth else SEVERITY[c.severity].to(lang)  # that of the group, which is shown above
        if isinstance(c, GroupLine):
            name = f"{'  ' * depth}{word('any_of' if c.any_of else 'all_of', lang)}: {c.title}"
            lines.add_row(name, marked(c.answer), "", "", severity, "", "")
            continue
        rule = f"{c.source} ({word('proposal', lang)})" if c.proposal else c.source
        found = c.found + (" *" if c.late else "")
        lines.add_row("  " * depth + c.title, marked(c.answer), found, c.asked, severity, rule, c.help)
        for row in c.evidence if evidence else ():
            lines.add_row(
                f"   #{row.entry} {record_label(row.record, lang)} {row.what}",
                "",
                row.counts_for,
                "",
                "",
                str(row.on or ""),
                "",
            )
    show(lines)
    if any(c.late for c in gate.criteria):
        show(f"* {word('late', lang)}")
    review = f"review {gate.review} is open; " if gate.review else ""
    show(f"{review}decides: {quorum(gate.decided_by, lang)}; findings {gate.findings}")
    if gate.votes:
        show(gate.votes)
    missing = shortfall(gate.decided_by, gate.possible_votes, lang)
    if missing:
        show(f"! {missing}")
