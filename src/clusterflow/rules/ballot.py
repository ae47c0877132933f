"""Ballots at a gate: their content, who casts them, and whether they are complete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.state import Vote
from clusterflow.domain.terms import Answer, DecisionKind, HelixKind, Readiness, Role, Stance
from clusterflow.domain.verdict import Verdict, is_covered, names_in
from clusterflow.rules.stage_order import ancestors


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote that somebody wants to cast at a gate, or a stance (recusal, veto)."""

    stage: str
    decision: DecisionKind | Stance
    reason: str
    role: Role | None = None
    seen: str | None = None
    """The digest of the findings that the decider saw, if it is known."""
    until: date | None = None
    to_stage: str | None = None
    due: Mapping[str, date] = field(default_factory=dict)
    """For a conditional go: the criteria still to be met, each with its date."""
    due_all: date | None = None
    """For a conditional go: one date for every criterion that is not met."""
    review: str | None = None
    """The review that the ballot is for, if it is known: a form answers its own review and no later one."""
    code: str | None = field(default=None, repr=False)
    """The one-time code that proves who votes."""
    speaks_for: str | None = None
    """The person whose vote it is, if a delegate casts it."""
    overrides: tuple[str, ...] = ()
    """For a go: the blocking criteria to waive."""


class Decider(NamedTuple):
    """A person as recorded on the day: pseudonym, roles, and the organisations that the person represents."""

    alias: str
    roles: frozenset[Role] = frozenset()
    helixes: frozenset[HelixKind] = frozenset()
    organisations: Mapping[str, HelixKind | None] = {}


class Voter(NamedTuple):
    """The person whose vote it is, the person who casts it, and what is recorded about both."""

    decider: Decider
    cast_by: Decider | None = None
    delegated: bool = True
    """Whether a delegation to the caster is in force; true if people vote for themselves."""
    involved: bool = False
    """Whether one of them asked for the review or recorded facts in the stage."""
    proof: bool | None = None
    """Whether the code was right; None if no code is required."""

    @property
    def caster(self) -> Decider:
        return self.cast_by or self.decider


class Refusal(NamedTuple):
    """Why a ballot is refused, and what would help."""

    code: str
    why: str
    help: str = ""

    def __str__(self) -> str:
        return f"{self.why}. {self.help}" if self.help else self.why


def conditions_of(verdict: Verdict, ballot: Ballot) -> dict[str, date]:
    """The conditions that a conditional go sets: those named, and with one date for all, whatever is not met.

    An *any of* that is not met is one condition, under its own id.
    """
    conditions = dict(ballot.due)
    if ballot.due_all is not None:
        for unit in verdict.hindrances or tuple(u for u in verdict.units if u.answer is not Answer.MET):
            if not is_covered(unit, ballot.due):
                conditions[unit.id] = ballot.due_all
    return conditions


def check_ballot(
    model: LifecycleModel, verdict: Verdict, ballot: Ballot, voter: Voter, votes: Iterable[Vote], today: date
) -> Refusal | None:
    """Return why a ballot is incomplete for its decision, or None.

    Args:
        votes: the standing votes of the review.
    """
    if not ballot.reason.strip():
        return Refusal("reason", "a decision names its reason")
    if ballot.overrides and (no := _unfit_overrides(model, verdict, ballot, voter)):
        return no
    match ballot.decision:
        case DecisionKind.GO if verdict.readiness is not Readiness.READY:
            passed = {c for v in votes for c in v.overrides.split()} | set(ballot.overrides)
            left = [unit.id for unit in verdict.hindrances if not is_covered(unit, passed)]
            if left:
                return Refusal(
                    "not-ready",
                    f"the gate is not ready: {', '.join(left)}",
                    "A conditional go with a date for each of them is possible",
                )
        case DecisionKind.CONDITIONAL_GO:
            return _unfit_conditions(verdict, ballot, today)
        case DecisionKind.HOLD if ballot.until is None or ballot.until <= today:
            return Refusal("until", f"a hold needs a day after {today} until which it holds")
        case DecisionKind.RECYCLE:
            accepted = [s.id for s in model.stages if s.id in ancestors(model, ballot.stage)] + [ballot.stage]
            if ballot.to_stage not in accepted:
                return Refusal("to-stage", f"a recycle names the stage to go back to: {', '.join(accepted)}")
    return None


def _unfit_overrides(model: LifecycleModel, verdict: Verdict, ballot: Ballot, voter: Voter) -> Refusal | None:
    if ballot.decision is not DecisionKind.GO:
        return Refusal("override", "only a go lets a criterion pass that is not met")
    rule = model.stage(ballot.stage).gate.decided_by
    barred = sorted((voter.decider.helixes | voter.caster.helixes) & set(rule.override_never))
    if barred:
        return Refusal(
            "override",
            f"at the gate of «{ballot.stage}» who represents {' and '.join(barred)} waives no criterion",
        )
    speaking = {ballot.role} if ballot.role is not None else voter.decider.roles
    if not speaking & set(rule.override):
        who = ", ".join(rule.override) or "nobody"
        return Refusal("override", f"at the gate of «{ballot.stage}» a blocking criterion may be overridden by: {who}")
    strange = sorted(set(ballot.overrides).difference(*(names_in(unit) for unit in verdict.hindrances)))
    if strange:
        return Refusal(
            "override",
            f"nothing is to be overridden in {', '.join(strange)}",
            f"What blocks the gate: {', '.join(unit.id for unit in verdict.hindrances) or 'nothing'}",
        )
    return None


def _unfit_conditions(verdict: Verdict, ballot: Ballot, today: date) -> Refusal | None:
    conditions = conditions_of(verdict, ballot)
    known = frozenset[str]().union(*(names_in(unit) for unit in verdict.results))
    strange = sorted(set(conditions) - known)
    if strange:
        return Refusal(
            "conditions", f"the gate has no criterion {', '.join(strange)}", f"It has: {', '.join(sorted(known))}"
        )
    missing = sorted(unit.id for unit in verdict.hindrances if not is_covered(unit, conditions))
    if missing:
        return Refusal("conditions", f"a conditional go needs a date for: {', '.join(missing)}")
    if not conditions:
        return Refusal("conditions", "there is nothing left to be met: this is a go")
    past = sorted(c for c, day in conditions.items() if day <= today)
    if past:
        return Refusal("conditions", f"the date of a condition lies after {today}; too early for: {', '.join(past)}")
    return None
