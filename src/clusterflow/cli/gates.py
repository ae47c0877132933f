"""At the gate: open a review, decide."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from getpass import getpass
from typing import Annotated, Literal

from cyclopts import Parameter, Token

from clusterflow.cli.exit_codes import REFUSED
from clusterflow.cli.language import language
from clusterflow.cli.output import Actor, Json, Key, day, listed, print_json, show, translated, warn
from clusterflow.domain.term_labels import decision_of
from clusterflow.domain.terms import Readiness, Role, parse_decision
from clusterflow.engine.decide import BallotResult
from clusterflow.errors import Mistake, Mistakes
from clusterflow.reports.labels import DECISION, READINESS, STANCE
from clusterflow.rules.ballot import Ballot
from clusterflow.services import gates, standing
from clusterflow.services.context import Context


def open_gate(
    initiative: str,
    stage: str,
    *,
    by: Annotated[str | None, Parameter(help="who asks for it: a person's id")] = None,
    actor: Actor = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Open a gate review by hand, before the gate is ready."""
    opened = gates.open_gate(Context.open(), initiative, stage, actor, key, by)
    if as_json:
        print_json(opened)
    else:
        ready = opened.readiness if language() == "en" else READINESS[Readiness(opened.readiness)].to(language())
        show(f"review {opened.review} is open; the gate is {ready}; findings {opened.findings}")


def _decision(_: object, tokens: Sequence[Token]) -> str:
    """The decision that a word stands for, in Spanish or English."""
    try:
        return str(decision_of(tokens[0].value))
    except ValueError as problem:
        raise Mistakes([Mistake("DECISION", *str(problem).split("; accepted: "))]) from None


def decline(
    initiative: str,
    stage: str,
    *,
    by: Annotated[str, Parameter(help="who declines it: a person who decides at its gate")],
    reason: Annotated[str, Parameter(help="why; the ledger keeps it")],
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Do without an optional stage; what follows the stage may begin."""
    done = gates.decline_stage(Context.open(), initiative, stage, by, reason, key)
    if as_json:
        print_json(done)
    else:
        begun = f"; begun: {listed(done.entered)}" if done.entered else ""
        show(f"{stage}: declined{begun}")


def decide(
    initiative: str,
    stage: str,
    decision: Annotated[
        Literal["go", "conditional-go", "hold", "recycle", "stop", "abstain", "recuse", "veto", "withdraw"],
        Parameter(converter=_decision),
    ],
    *,
    by: Annotated[str, Parameter(help="the decider: a person's id")],
    reason: Annotated[str, Parameter(help="why; the ledger keeps it")],
    code: Annotated[
        str | None, Parameter(help="the one-time code of the notice; asked for where it is left out")
    ] = None,
    speaks_for: Annotated[
        str | None, Parameter(name="--for", help="by delegation: the person whose vote it is")
    ] = None,
    override: Annotated[Sequence[str], Parameter(help="of a go: a blocking criterion to let pass", negative="")] = (),
    role: Annotated[Role | None, Parameter(help="in which role, where the person holds several")] = None,
    findings: Annotated[
        str | None, Parameter(name="--seen", help="the findings that were seen, as explain names them")
    ] = None,
    until: Annotated[str | None, Parameter(help="of a hold: the day it ends")] = None,
    to: Annotated[str | None, Parameter(help="of a recycle: the stage to go back to")] = None,
    condition: Annotated[Sequence[str], Parameter(help="of a conditional go: CRITERION=DAY", negative="")] = (),
    due: Annotated[str | None, Parameter(help="of a conditional go: one day for all that is not met")] = None,
    key: Key = None,
    as_json: Json = False,
) -> None:
    """Decide at a gate: go, conditional-go, hold, recycle or stop; or abstain, recuse, veto. Withdraw takes it back."""
    context = Context.open()
    if code is None and context.code_key is not None and sys.stdin.isatty():
        code = getpass(translated("Code of your notice: "))
    ballot = Ballot(
        stage=stage,
        decision=parse_decision(decision),
        reason=reason,
        role=role,
        seen=findings,
        until=day(until, "--until"),
        to_stage=to,
        due=_conditions(condition),
        due_all=day(due, "--due"),
        code=code,
        speaks_for=speaks_for,
        overrides=tuple(override),
    )
    done = gates.decide(context, initiative, by, ballot, key)
    if as_json:
        print_json(done)
    elif done.taken:
        show(ballot_summary(done, _titles(context, done)))
    else:
        warn(f"refused: {_with_titles(context, done)}")
    if not done.taken:
        sys.exit(REFUSED)


def send_code(initiative: str, stage: str, person: str, *, actor: Actor = None, as_json: Json = False) -> None:
    """Send a decider a new one-time code by mail; the old one is good for nothing any more."""
    done = gates.renew_code(Context.open(), initiative, stage, person, actor)
    if as_json:
        print_json(done)
    else:
        show(f"a new code for the gate of {stage} goes to {person} with the next notices")


def _with_titles(context: Context, done: BallotResult) -> str:
    """Why a ballot was refused; outside English, with titles for stages and criteria and words for decisions."""
    why = str(done.why)
    if language() == "en":
        return why
    from clusterflow.reports.status import title_of  # noqa: PLC0415 - start-up time: only a refusal needs it

    model = standing.pinned_model(context, done.initiative)
    for criterion in model.stage(done.stage).gate.criteria if done.stage in model.by_id else ():
        named = f"{title_of(criterion, language())} ({criterion.id})"
        why = re.sub(rf"(?<![\w-]){re.escape(criterion.id)}(?![\w-])", named.replace("\\", ""), why)
    for one in model.stages:
        why = why.replace(f"«{one.id}»", f"«{one.title.to(language())}»")
    words = {str(kind): text.to(language()) for kind, text in (*DECISION.items(), *STANCE.items())}
    # A decision stands at the end of a sentence; elsewhere the same word is what to type.
    return re.sub(rf"(?<=: )({'|'.join(words)})(?=$|\. )", lambda found: words[found[0]], why)


def _titles(context: Context, done: BallotResult) -> dict[str, str]:
    """The titles of the stages, where the answer is not in English: there the ids stand, as the commands take them."""
    if language() == "en":
        return {}
    return {s.stage: s.title for s in standing.status(context, done.initiative, language=language()).stages}


def ballot_summary(done: BallotResult, titles: Mapping[str, str]) -> str:
    """What became of a ballot that was taken."""
    stage = titles.get(done.stage, done.stage)
    if done.decided is None and done.withdrawn:
        return f"taken back at the gate of {stage}"
    if done.decided is None and not done.votes:
        return f"noted; it counts for no decision at the gate of {stage}"
    if done.decided is None and done.alone:
        return (
            f"counted: {done.votes} of {done.need} at the gate of {stage}; "
            "somebody of another helix kind must agree, too"
        )
    if done.decided is None and done.vetoed:
        return (
            f"counted: {done.votes} of {done.need} at the gate of {stage}; "
            "a veto stands, which only its decider can take back (withdraw)"
        )
    if done.decided is None:
        return f"counted: {done.votes} of {done.need} at the gate of {stage}"
    begun = f"; begun: {listed(titles.get(s, s) for s in done.entered)}" if done.entered else ""
    decided = done.decided if language() == "en" else DECISION[done.decided].to(language())
    return f"{stage}: {decided}{begun}"


def _conditions(words: Sequence[str]) -> dict[str, date]:
    conditions: dict[str, date] = {}
    mistakes = []
    for word in words:
        criterion, _, text = word.partition("=")
        try:
            conditions[criterion] = date.fromisoformat(text)
        except ValueError:
            mistakes.append(Mistake("--condition", f"«{word}» is no condition", "CRITERION=YYYY-MM-DD"))
    if mistakes:
        raise Mistakes(mistakes)
    return conditions
