"""Who may vote at a gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from clusterflow.domain.lifecycle import DecidedBy
from clusterflow.domain.state import InitiativeState, Review, Vote
from clusterflow.domain.terms import HelixKind, Role, Stance, VoteFall
from clusterflow.rules.ballot import Ballot, Refusal, Voter
from clusterflow.rules.one_time_code import ATTEMPTS, WRONG_CODE


def entitled_roles(rule: DecidedBy, roles: Iterable[Role], helixes: Iterable[HelixKind]) -> tuple[Role, ...]:
    """Return the roles in which a person may decide at a gate; empty if the person may not."""
    return () if set(helixes) & set(rule.never) else tuple(r for r in rule.roles if r in set(roles))


class Electorate(NamedTuple):
    """Who may vote at an open review today, by pseudonym (by person id if there is none yet)."""

    may_vote: frozenset[str] | None = None
    """None if it was not looked up: then nobody knows whether everybody has voted."""
    lost: Mapping[int, VoteFall] = {}
    """The standing votes to which their deciders have no right, by number, and why."""

    def have_all_voted(self, votes: Iterable[Vote]) -> bool:
        """Whether everybody who may vote has a vote or a stance that stands."""
        return bool(self.may_vote) and (self.may_vote or frozenset()) <= {v.decider for v in votes}


class Rights(NamedTuple):
    """What the registry says about the right to a vote that was cast."""

    roles: frozenset[Role]
    """The decider's roles on the day of the vote."""
    roles_today: frozenset[Role]
    helixes: frozenset[HelixKind]
    """Whom the decider, or the delegate, represented on the day of the vote or represents today."""
    delegated: bool
    """Whether the delegation by which it was cast was in force on that day."""
    involved: bool
    """Whether one of them asked for the review or recorded facts since the stage began."""
    organisations: Mapping[str, HelixKind | None] = {}
    """The organisations that the decider represented on the day of the vote, as it is known now."""


def lost_right(rule: DecidedBy, vote: Vote, rights: Rights) -> VoteFall | None:
    """Why a vote does not count any more; None if it was cast in good right.

    A correction or a late record reaches back: the day of the vote counts, as it is known now. A seat or a delegation
    that ended after the vote ends neither the vote nor a recusal. Two things must hold today as well: a veto lasts no
    longer than its role, and nobody's vote counts who by now represents a helix kind that never decides.
    """
    if vote.kind is Stance.RECUSE:
        return None
    if rights.helixes & {*rule.never, *(rule.override_never if vote.overrides else ())}:
        return VoteFall.BARRED
    if rights.helixes & set(rule.never_alone) and not vote.helixes & set(rule.never_alone):
        return VoteFall.BARRED  # it was counted as the vote of somebody of another kind
    if not rights.delegated:
        return VoteFall.DELEGATION
    special = vote.kind is Stance.VETO or bool(vote.overrides)
    if not rights.roles & ({vote.role} if special else set(rule.roles)):
        return VoteFall.ROLE
    if vote.kind is Stance.VETO and vote.role not in rights.roles_today:
        return VoteFall.ROLE
    if rule.four_eyes and rights.involved:
        return VoteFall.FOUR_EYES
    return VoteFall.ORGANISATION if _counts_for_others(vote, rights.organisations) else None


def _counts_for_others(vote: Vote, known: Mapping[str, HelixKind | None]) -> bool:
    """Whether a vote counts for an organisation, a helix kind, or nobody, as its decider never represented it.

    An organisation that became known besides takes nothing away, and neither does a helix kind that nobody had stated.
    """
    if vote.organisations is None:  # for the person alone, or an entry of an earlier version
        return bool(known) and not vote.represents
    named = vote.counts_for
    return not named.keys() <= known.keys() or any(kind not in (None, known[name]) for name, kind in named.items())


def check_voter(
    rule: DecidedBy, state: InitiativeState, review: Review, ballot: Ballot, voter: Voter
) -> Refusal | None:
    """Return why a person may not vote at an open review, whatever the vote; None if the person may."""
    return (
        _not_entitled(rule, ballot, voter)
        or _stood_aside(state, review, ballot, voter)
        or _too_many_proxies(rule, state, review, ballot, voter)
        or _not_proved(state, review, voter)
    )


def _not_entitled(rule: DecidedBy, ballot: Ballot, voter: Voter) -> Refusal | None:
    # A delegate takes nobody's bar away: whom the gate excludes casts no vote at it, in no name.
    barred = sorted((voter.decider.helixes | voter.caster.helixes) & set(rule.never))
    if barred:
        return Refusal("barred", f"who represents {' and '.join(barred)} never decides at the gate of «{ballot.stage}»")
    if voter.cast_by is not None and not voter.decider.helixes & set(rule.never_alone):
        dependent = sorted(voter.caster.helixes & set(rule.never_alone))
        if dependent:
            return Refusal(
                "dependent",
                f"who represents {' and '.join(dependent)} decides nothing alone at the gate of «{ballot.stage}», "
                "so casts no vote of others",
                "Let the decider cast this vote, or another delegate",
            )
    if not voter.delegated:
        return Refusal(
            "delegation",
            f"no delegation of «{ballot.speaks_for}» to this person is in force",
            "Record it: clusterflow record delegation person=... delegate=... from=...",
        )
    if ballot.decision is Stance.WITHDRAW:
        return None  # nobody needs a right to take back what they said
    required, held = ", ".join(rule.roles), ", ".join(sorted(voter.decider.roles)) or "none"
    if ballot.role is not None and ballot.role not in rule.roles:
        return Refusal("role", f"the gate of «{ballot.stage}» is decided by: {required}; not by {ballot.role}")
    if not voter.decider.roles & ({ballot.role} if ballot.role is not None else set(rule.roles)):
        return Refusal(
            "role",
            f"the gate of «{ballot.stage}» is decided by: {required}; on this day the decider's roles are: {held}",
            "Record the seat or the representation that gives the role, with the day it began",
        )
    speaking = {ballot.role} if ballot.role is not None else voter.decider.roles
    if ballot.decision is Stance.VETO and not speaking & set(rule.veto):
        return Refusal(
            "veto", f"at the gate of «{ballot.stage}» a veto is given to: {', '.join(rule.veto) or 'nobody'}"
        )
    if rule.four_eyes and voter.involved:
        return Refusal(
            "four-eyes",
            f"at the gate of «{ballot.stage}» nobody decides who asked for the review or recorded facts "
            "since the stage began",
        )
    return None


def _too_many_proxies(
    rule: DecidedBy, state: InitiativeState, review: Review, ballot: Ballot, voter: Voter
) -> Refusal | None:
    """Refuse a delegate who would cast more votes for others than the model allows."""
    if voter.cast_by is None or ballot.decision is Stance.WITHDRAW:
        return None
    others = {v.decider for v in state.standing_votes(review.id) if v.cast_by == voter.cast_by.alias}
    if len(others - {voter.decider.alias}) < rule.proxies:
        return None
    return Refusal(
        "proxies",
        f"at the gate of «{ballot.stage}» the most votes that one delegate casts for others is {rule.proxies}",
        "Let the decider cast this vote, or another delegate",
    )


def _not_proved(state: InitiativeState, review: Review, voter: Voter) -> Refusal | None:
    if voter.proof is None:
        return None
    failed = state.trial(review.id, voter.caster.alias).failed
    if failed >= ATTEMPTS:
        return Refusal(
            "locked", f"{failed} wrong codes were shown in this name", "A new one is sent by: clusterflow send-code"
        )
    if voter.proof:
        return None
    left = ATTEMPTS - failed - 1
    voted = any(v.decider == voter.decider.alias for v in state.standing_votes(review.id))
    used = "A code is good for one vote; to change the vote, a new one is sent by: clusterflow send-code"
    return Refusal(
        WRONG_CODE,
        "the code is not the one that was sent for this gate, this person and these findings",
        used if voted else f"Attempts left: {left}" if left else "A new one is sent by: clusterflow send-code",
    )


def _stood_aside(state: InitiativeState, review: Review, ballot: Ballot, voter: Voter) -> Refusal | None:
    """Refuse who stood aside for a conflict of interest, until they take that back themselves.

    If nobody could, a gate would stay undecided for ever at which too many stood aside.
    """
    if ballot.decision is Stance.WITHDRAW and voter.cast_by is None:
        return None
    aside = {v.decider for v in state.standing_votes(review.id) if v.kind is Stance.RECUSE}
    if aside & {voter.decider.alias, voter.caster.alias}:
        return Refusal(
            "twice",
            "the same person stood aside at this gate, and casts no vote at it in any name",
            "Only who stood aside can take that back (withdraw), and then vote",
        )
    return None
