"""Counts the votes that stand at a gate review: what they propose, and which proposal has its quorum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from clusterflow.domain.lifecycle import DecidedBy
from clusterflow.domain.state import Review, Vote
from clusterflow.domain.terms import SINGLE_HOLDER, DecisionKind, HelixKind, Role, SplitDays, Stance
from clusterflow.rules.assignment import count_by_organisation

GOES = (DecisionKind.GO, DecisionKind.CONDITIONAL_GO)


class Proposal(NamedTuple):
    """One decision, with the votes for it."""

    decision: DecisionKind
    votes: tuple[Vote, ...]
    number: int
    """How many of the votes count, by the model's limits."""
    has_shares: bool
    """Whether enough of them count for each helix kind that must agree."""
    is_alone: bool = False
    """Whether all of them are of helix kinds that decide nothing alone."""

    @property
    def stage(self) -> str | None:
        """The stage that a recycle goes back to."""
        return self.votes[0].stage

    @property
    def until(self) -> date | None:
        """The day until which a hold lasts: the earliest that its votes name."""
        return min((v.until for v in self.votes if v.until is not None), default=None)

    @property
    def conditions(self) -> dict[str, date]:
        """The conditions of a conditional go, each with the earliest day that the votes name."""
        days: dict[str, date] = {}
        for criterion, day in (pair for v in self.votes for pair in conditions_in(v.conditions).items()):
            days[criterion] = min(day, days.get(criterion, day))
        return days

    @property
    def overrides(self) -> frozenset[str]:
        """The blocking criteria that at least one vote lets pass."""
        return frozenset(c for v in self.votes for c in v.overrides.split())

    def is_barred(self, standing: Iterable[Vote]) -> bool:
        """Whether a veto among the votes and stances that stand bars it."""
        return self.decision in GOES and any(vote.kind is Stance.VETO for vote in standing)

    def is_possible(self, today: date) -> bool:
        """Whether its days still lie ahead."""
        days = [*self.conditions.values(), *([self.until] if self.until else [])]
        return all(day > today for day in days)


class Tally(NamedTuple):
    """The votes that stand at a review: the proposals with the most votes first, and the stances."""

    need: int
    proposals: tuple[Proposal, ...] = ()
    stances: tuple[tuple[Stance, int], ...] = ()

    def proposal_of(self, vote: Vote) -> Proposal | None:
        """The proposal that a vote is for; None for a stance, which counts for nothing."""
        return next((p for p in self.proposals if vote in p.votes), None)

    def votes_for(self, vote: Vote) -> int:
        """How many votes say the same as this one, itself included; 0 for a stance."""
        proposal = self.proposal_of(vote)
        return proposal.number if proposal else 0


def conditions_in(written: str) -> dict[str, date]:
    """The conditions of a stored vote, ``criterion=day`` separated by blanks."""
    pairs = (part.rpartition("=") for part in written.split())
    return {criterion: date.fromisoformat(day) for criterion, _, day in pairs}


def rule_at(rule: DecidedBy, review: Review | None) -> DecidedBy:
    """Who decides at a review: as the model says, and the office too once the gate went back to it."""
    if review is None or review.referred_on is None or Role.OFFICE in rule.roles:
        return rule
    return rule.model_copy(update={"roles": (*rule.roles, Role.OFFICE)})


def count(rule: DecidedBy, votes: Iterable[Vote]) -> Tally:
    """Count the votes that stand at a review."""
    groups: dict[tuple[object, ...], list[Vote]] = {}
    stances = Counter[Stance]()
    for vote in votes:
        if isinstance(vote.kind, DecisionKind):
            groups.setdefault(_terms(rule, vote), []).append(vote)
        else:
            stances[vote.kind] += 1
    proposals = [_proposal(rule, same) for same in groups.values()]
    proposals.sort(key=lambda p: (-p.number, p.votes[-1].number))
    return Tally(rule.need, tuple(proposals), tuple(sorted(stances.items())))


def _proposal(rule: DecidedBy, votes: Sequence[Vote]) -> Proposal:
    """Count the votes for one decision.

    Each counts for one organisation of its decider, and of one organisation count only so many as the model says. A
    role that one person holds at a time counts once, its successor included.
    """
    units: dict[object, dict[str, HelixKind | None]] = {}
    for vote in votes:
        units.setdefault(vote.role if vote.role in SINGLE_HOLDER else vote.number, {}).update(vote.counts_for)
    shares = {share.helix: share.need for share in rule.each}
    counted = count_by_organisation(units.values(), rule.per_organisation, shares)
    number = counted if counted is not None else count_by_organisation(units.values(), rule.per_organisation) or 0
    is_alone = all(vote.helixes & set(rule.never_alone) for vote in votes)
    return Proposal(DecisionKind(votes[0].kind), tuple(votes), number, counted is not None, is_alone)


class PossibleVoter(NamedTuple):
    """Somebody who may vote at a gate: the roles there, and the organisations represented."""

    person: str
    roles: tuple[Role, ...]
    organisations: Mapping[str, HelixKind | None]


def most_votes(rule: DecidedBy, voters: Iterable[PossibleVoter]) -> int:
    """How many votes for one decision can count if all of these people agree; 0 if they cannot decide by themselves."""
    units: dict[object, dict[str, HelixKind | None]] = {}
    alone = True
    for voter in voters:
        role = voter.roles[0]
        organisations = dict(voter.organisations) or {voter.person: None}
        units.setdefault(role if role in SINGLE_HOLDER else voter.person, {}).update(organisations)
        alone = alone and bool(set(organisations.values()) & set(rule.never_alone))
    shares = {share.helix: share.need for share in rule.each}
    return 0 if alone else count_by_organisation(units.values(), rule.per_organisation, shares) or 0


def _terms(rule: DecidedBy, vote: Vote) -> tuple[object, ...]:
    """What two votes must have in common to count together."""
    if rule.split.days is SplitDays.EARLIEST:
        return vote.kind, vote.stage, frozenset(conditions_in(vote.conditions))
    return vote.kind, vote.stage, vote.until, vote.conditions


def carried(
    rule: DecidedBy, review: Review, votes: Iterable[Vote], today: date, everybody_voted: bool
) -> tuple[Proposal, ...]:
    """The proposals that the votes carry, the strongest first; none while the quorum is incomplete.

    Args:
        everybody_voted: whether nobody who may vote is still to be heard; only then a casting vote decides a tie.
    """
    standing = tuple(votes)
    tally = count(rule, standing)
    possible = [p for p in tally.proposals if not p.is_barred(standing) and p.is_possible(today)]
    proposals = [p for p in possible if not p.is_alone]
    complete = [p for p in proposals if _is_of_office(review, p) or _is_complete(rule, p)]
    if complete or not everybody_voted or not isinstance(rule.split.tie, Role):
        return tuple(complete)
    casting = [p for p in proposals if any(v.role is rule.split.tie for v in p.votes)]
    # Two holders of the role who disagree break no tie. A casting vote replaces the number, never a share.
    return tuple(casting) if len(casting) == 1 and casting[0].has_shares else ()


def _is_of_office(review: Review, proposal: Proposal) -> bool:
    """Whether the office has voted for it at a gate that went back to the office: then it decides alone."""
    return review.referred_on is not None and any(v.role is Role.OFFICE for v in proposal.votes)


def _is_complete(rule: DecidedBy, proposal: Proposal) -> bool:
    return proposal.number >= rule.need and proposal.has_shares
