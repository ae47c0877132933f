"""The command ``what-if``: what some facts would change, if they were recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from clusterflow.cli.language import language, stated_language
from clusterflow.cli.output import Actor, Json, day, print_json, read_text, show
from clusterflow.cli.tables import marked, table
from clusterflow.errors import Mistake
from clusterflow.intake.json_lines import lines_of, readable
from clusterflow.reports.what_if import WhatIf
from clusterflow.services.context import Context
from clusterflow.services.what_if import what_if as compute


def what_if(
    initiative: str,
    *,
    source: Annotated[
        Path,
        Parameter(name="--from", allow_leading_hyphen=True, help="a file of JSON lines; - for standard input"),
    ],
    on: Annotated[str | None, Parameter(name="--on", help="judged on that day, as YYYY-MM-DD; today if none")] = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Judge an initiative before and after some facts that are not recorded. Nothing is written.

    The file is one that «record --from» takes, and its mistakes are reported in the same way.
    """
    context = Context.open()
    mistakes: list[Mistake] = []
    submissions = readable(lines_of(read_text(source)), str(source), mistakes)
    lang = stated_language() if as_json else language()
    found = compute(context, initiative, submissions, mistakes, day(on, "--on"), lang, actor)
    if as_json:
        print_json(found)
    else:
        _show(found)


def _show(found: WhatIf) -> None:
    show(f"{found.name} · what if, on {found.as_of}:", found.recorded)
    for verdict in found.verdicts:
        if verdict.before is verdict.after:
            show(f"{verdict.title}: still", marked(verdict.after))
        else:
            show(f"{verdict.title}:", marked(verdict.before), "→", marked(verdict.after))
    if found.findings:
        lines = table("", ["stage", "criterion", "", "before", "after", "asked", "by"])
        for finding in found.findings:
            answer = marked(finding.after)
            if finding.before is not finding.after:
                answer = Text.assemble(marked(finding.before), " → ", answer)
            first, *others = finding.by or (None,)
            lines.add_row(
                finding.of_title, finding.title, answer, finding.found_before, finding.found_after, finding.asked,
                f"{first.where} {first.fact} → {first.found}" if first else "",
            )  # fmt: skip
            for step in others:
                if step is not None:
                    lines.add_row("", "", "", "", "", "", f"{step.where} {step.fact} → {step.found}")
        show(lines)
    for change in found.rulebooks:
        show(change.text if change.what != "rule" else f"  {change.text}")
    for consequence in found.consequences:
        show(consequence.text)
    if found.changes_nothing:
        show("No answer and no number of it would change.")
    show("Nothing was written.")
