"""The command ``evaluate``: measure, and write what changed."""

from __future__ import annotations

from clusterflow.cli.language import language
from clusterflow.cli.output import Actor, Json, print_json, show, warn
from clusterflow.reports.ledger_lines import changes_text
from clusterflow.services import review as review_service
from clusterflow.services.coming_turns import refresh_coming_turns
from clusterflow.services.context import Context


def evaluate(initiative: str | None = None, *, actor: Actor = None, as_json: Json = False) -> None:
    """Measure, judge, and write what changed: one initiative, or all of them."""
    context = Context.open()
    found = None if initiative else review_service.review_portfolio(context, actor)
    ahead = {} if initiative else refresh_coming_turns(context)
    changed = found.changed if found else (review_service.evaluate(context, str(initiative), actor),)
    for name, problem in ({**ahead, **found.problems} if found else {}).items():
        warn(f"{name}: {problem}")
    if as_json:
        print_json(changed)
        return
    for one in changed:
        if one.changes:
            show(f"{one.initiative}: {changes_text(one.changes, language())}")
    if not any(one.changes for one in changed):
        show("nothing changed")
