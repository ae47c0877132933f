"""The notices: who would get what, how many a model means, and what reached nobody; nothing is sent here."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

from cyclopts import App as Commands
from cyclopts import Parameter

from clusterflow.cli.language import language
from clusterflow.cli.output import Actor, Json, day, print_json, show, translated
from clusterflow.cli.tables import table
from clusterflow.errors import ClusterflowError, Mistake, Mistakes
from clusterflow.reports.labels import URGENCY
from clusterflow.services import standing
from clusterflow.services.catalogue.models import find_model, models_in
from clusterflow.services.context import Context
from clusterflow.services.notifications.budget import ASSUMPTIONS
from clusterflow.services.notifications.budget import budget as reckon
from clusterflow.services.notifications.dead_letters import dead_letters_of, resend
from clusterflow.services.notifications.preview import preview as look_ahead
from clusterflow.settings import Settings

notices = Commands(
    name="notices",
    help="Who would be told what and when, how many messages a model means, and what reached nobody.",
    help_epilogue="Example: clusterflow notices preview --to 2027-01-31",
)

MOST_DAYS = 731
"""Two years; further ahead nearly everything depends on what is not known yet."""


@notices.command(help_epilogue="Example: clusterflow notices preview --to 2027-01-31")
def preview(
    *,
    since: Annotated[str | None, Parameter(name="--from", help="the first day, as YYYY-MM-DD; today")] = None,
    until: Annotated[str, Parameter(name="--to", help="the last day, as YYYY-MM-DD")],
    initiative: Annotated[str | None, Parameter(help="of this one alone")] = None,
    as_json: Json = False,
) -> None:
    """Show who would get what and when, by what is recorded now; nothing is sent."""
    context = Context.open()
    if initiative is not None:
        standing.state(context, initiative)
    first = day(since, "--from") or context.clock().date()
    last = day(until, "--to") or first
    _check(first, last, context.clock().date())
    found = look_ahead(context, datetime.combine(first, time(), UTC), datetime.combine(last, time.max, UTC))
    wanted = [m for m in found if initiative is None or any(p.initiative == initiative for p in m.holds)]
    if as_json:
        print_json(wanted)
        return
    lines = table(f"Notices from {first} to {last}", ["at", "to", "", "by", "subject"])
    for m in wanted:
        to = m.person if m.reachable else translated(f"{m.person} (no e-mail)")
        by = f"{', '.join(m.channels)} ({m.language})"
        lines.add_row(f"{m.at:%Y-%m-%d %H:%M %Z}", to, URGENCY[m.urgency].to(language()), by, m.subject)
        if len(m.holds) > 1 or m.holds[0].subject != m.subject:
            for part in m.holds:
                lines.add_row("", "", "", "", f"  {part.initiative}: {part.rule}")
    show(lines)
    show(f"Messages: {len(wanted)}. What is yet to be recorded or decided is not foreseen; nothing was sent.")


def _check(first: date, last: date, today: date) -> None:
    mistakes = []
    if last < first:
        mistakes.append(Mistake("--to", f"{last} lies before {first}", "the same day or a later one"))
    if last < today:
        mistakes.append(Mistake("--to", f"{last} is gone by", "a day from today on", "See: clusterflow ledger"))
    if (last - today).days > MOST_DAYS:
        mistakes.append(Mistake("--to", f"{last} is {(last - today).days} days ahead", f"at most {MOST_DAYS}"))
    if mistakes:
        raise Mistakes(mistakes)


@notices.command(help_epilogue="Example: clusterflow notices budget nuevo-leon")
def budget(model: str, *, as_json: Json = False) -> None:
    """Estimate how many messages a manager gets in a quarter, by playing a typical life of a model. Nothing is sent."""
    settings = Settings()
    found = reckon(find_model(models_in(settings.configs), model), settings)
    if as_json:
        print_json(found)
        return
    lines = table(f"Messages to the manager under {found.model}", ["quarter", "urgent", "ordinary", "digests", "tell"])
    for q in found.quarters:
        lines.add_row(str(q.number), str(q.urgent), str(q.ordinary), str(q.digests), translated(f"{q.held} things"))
    show(lines)
    show(f"A quarter has {found.mean} messages on average, and {found.most} at most.")
    show("Most is told by: " + ", ".join(f"{rule} {count}" for rule, count in found.rules[:5]))
    show("It is assumed:")
    for assumption in ASSUMPTIONS:
        show(f"  {assumption.to(language())}")


@notices.command(help_epilogue="Example: clusterflow notices dead")
def dead(*, to: Annotated[str | None, Parameter(help="for this person alone")] = None, as_json: Json = False) -> None:
    """List the notices that reached nobody, by what they were tried, and what was answered there."""
    found = dead_letters_of(Context.open(), to)
    if as_json:
        print_json(found)
        return
    if not found:
        show("nothing was given up")
        return
    lines = table("Notices given up", ["#", "on", "for", "subject", "tries", "by", "the last answer"])
    for n in found:
        answer = translated(f"{n.answer} (its gate is open no more)") if n.stale else n.answer
        when = f"{n.at:%Y-%m-%d %H:%M}"
        lines.add_row(str(n.number), when, n.recipient, n.subject, str(n.attempts), n.channel, answer)
    show(lines)
    show("Correct what is wrong (clusterflow record person id=... email=...), then: clusterflow notices retry #")


@notices.command(help_epilogue="Example: clusterflow notices retry 12")
def retry(
    *numbers: Annotated[int, Parameter(help="as `clusterflow notices dead` lists them")],
    to: Annotated[str | None, Parameter(help="all that were for this person")] = None,
    everything: Annotated[bool, Parameter(name="--all", negative="", help="all of them")] = False,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Send notices again that reached nobody. Correct the address first; the next round of the relay sends them."""
    if sum((bool(numbers), to is not None, everything)) != 1:
        raise ClusterflowError("say which: numbers as `clusterflow notices dead` lists them, --to PERSON, or --all")
    done = resend(Context.open(), numbers or None, to, actor)
    if as_json:
        print_json(done)
        return
    for n in done.letters:
        show(f"#{n.number} {n.subject}: to {n.recipient} again")
    for n in done.stale:
        show(f"#{n.number} {n.subject}: not sent, its gate is open no more")
    show(f"{len(done.letters)} notices wait again. They go out while clusterflow is up, or with: clusterflow relay")
