"""The count of votes: what counts together, how many count, which proposals are possible, and what is carried."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from clusterflow.domain.lifecycle import DecidedBy, Share, Split
from clusterflow.domain.state import Review, Vote
from clusterflow.domain.terms import DecisionKind, HelixKind, Role, SplitDays, Stance
from clusterflow.rules.tally import (
    PossibleVoter,
    Proposal,
    carried,
    conditions_in,
    count,
    most_votes,
    rule_at,
)

TODAY, MARCH, APRIL = date(2024, 1, 10), date(2024, 3, 1), date(2024, 4, 1)
BOARD = (Role.BOARD_CHAIR, Role.BOARD_MEMBER, Role.MANAGER)
REVIEW = Review(id="r", stage="first", round=1, opened_on=TODAY, findings="x")
FIRM, ACADEMIA, MINISTRY = HelixKind.COMPANY, HelixKind.ACADEMIA, HelixKind.GOVERNMENT


def rule(**own: Any) -> DecidedBy:
    return DecidedBy(**{"roles": BOARD, "need": 2, **own})


def vote(number: int, kind: DecisionKind | Stance = DecisionKind.GO, **own: Any) -> Vote:
    """The vote of a board member of an organisation of their own."""
    about = {"decider": f"d{number}", "role": Role.BOARD_MEMBER, "organisations": f"firm{number}=company", **own}
    return Vote(
        review="r", number=number, kind=kind, reason="x", findings="x", at=datetime(2024, 1, 10, tzinfo=UTC), **about
    )


def hold(number: int, until: date, **own: Any) -> Vote:
    return vote(number, DecisionKind.HOLD, until=until, **own)


class TestProposal:
    @pytest.mark.parametrize(("until", "possible"), [(date(2024, 1, 11), True), (TODAY, False), (None, True)])
    def test_a_day_that_is_today_lies_no_more_ahead(self, until: date | None, possible: bool) -> None:
        assert (
            Proposal(
                DecisionKind.HOLD, (hold(1, until or TODAY).model_copy(update={"until": until}),), 1, True
            ).is_possible(TODAY)
            is possible
        )

    def test_a_condition_whose_day_is_over_makes_it_impossible(self) -> None:
        late = vote(1, DecisionKind.CONDITIONAL_GO, conditions="a=2024-03-01 b=2024-01-10")
        assert not Proposal(DecisionKind.CONDITIONAL_GO, (late,), 1, True).is_possible(TODAY)
        assert Proposal(DecisionKind.CONDITIONAL_GO, (late,), 1, True).is_possible(date(2024, 1, 9))

    def test_of_days_that_differ_the_earliest_counts(self) -> None:
        votes = (hold(1, APRIL), hold(2, MARCH), vote(3, DecisionKind.HOLD))
        assert Proposal(DecisionKind.HOLD, votes, 3, True).until == MARCH
        set_ = (
            vote(1, conditions="a=2024-04-01 b=2024-03-01"),
            vote(2, conditions="a=2024-03-01 b=2024-04-01"),
        )
        assert Proposal(DecisionKind.CONDITIONAL_GO, set_, 2, True).conditions == {"a": MARCH, "b": MARCH}

    def test_what_one_vote_waives_is_waived(self) -> None:
        votes = (vote(1, overrides="a b"), vote(2))
        assert Proposal(DecisionKind.GO, votes, 2, True).overrides == {"a", "b"}

    def test_the_day_of_a_condition_follows_the_last_sign_of_equality(self) -> None:
        assert conditions_in("a=b=2024-03-01 c=2024-04-01") == {"a=b": MARCH, "c": APRIL}
        assert conditions_in("") == {}


class TestCount:
    def test_only_what_is_the_same_counts_together_and_stances_count_for_nothing(self) -> None:
        back = vote(5, DecisionKind.RECYCLE, stage="zero")
        votes = [hold(1, MARCH), hold(2, APRIL), hold(3, MARCH), vote(4, Stance.VETO), back, vote(6, Stance.VETO)]
        tally = count(rule(), votes)
        assert [(p.decision, p.number) for p in tally.proposals] == [
            (DecisionKind.HOLD, 2),
            (DecisionKind.HOLD, 1),
            (DecisionKind.RECYCLE, 1),
        ], "the most votes first, then who spoke first"
        assert tally.proposals[2].stage == "zero"
        assert dict(tally.stances) == {Stance.VETO: 2}
        assert tally.need == 2
        assert [tally.votes_for(v) for v in votes] == [2, 1, 2, 0, 1, 0]

    def test_two_stages_to_go_back_to_are_two_proposals(self) -> None:
        votes = [vote(1, DecisionKind.RECYCLE, stage="a"), vote(2, DecisionKind.RECYCLE, stage="b")]
        assert [p.number for p in count(rule(split=Split(days=SplitDays.EARLIEST)), votes).proposals] == [1, 1]

    def test_by_the_earliest_day_holds_are_one_and_conditions_must_be_the_same_ones(self) -> None:
        earliest = rule(split=Split(days=SplitDays.EARLIEST))
        assert [p.number for p in count(earliest, [hold(1, MARCH), hold(2, APRIL)]).proposals] == [2]
        ways = [
            vote(1, DecisionKind.CONDITIONAL_GO, conditions="a=2024-03-01"),
            vote(2, DecisionKind.CONDITIONAL_GO, conditions="a=2024-04-01"),
            vote(3, DecisionKind.CONDITIONAL_GO, conditions="b=2024-04-01"),
        ]
        assert [p.number for p in count(earliest, ways).proposals] == [2, 1]
        assert [p.number for p in count(rule(), ways).proposals] == [1, 1, 1]

    def test_of_one_organisation_count_as_many_as_the_model_says(self) -> None:
        votes = [vote(n, organisations="firm=company") for n in (1, 2, 3)]
        assert [count(rule(per_organisation=most), votes).proposals[0].number for most in (1, 2, 3)] == [1, 2, 3]

    def test_a_role_that_one_person_holds_counts_once_its_successor_included(self) -> None:
        chairs = [vote(n, role=Role.BOARD_CHAIR) for n in (1, 2)]
        assert count(rule(), chairs).proposals[0].number == 1
        assert count(rule(), [vote(1), vote(2)]).proposals[0].number == 2

    def test_without_a_share_the_votes_are_shown_as_they_would_count(self) -> None:
        shared = rule(each=(Share(helix=ACADEMIA, need=1),))
        votes = [vote(1, organisations="firm=company"), vote(2, organisations="firm=company"), vote(3)]
        (proposal,) = count(shared, votes).proposals
        assert (proposal.number, proposal.has_shares) == (2, False)
        (proposal,) = count(shared, [*votes, vote(4, organisations="uni=academia")]).proposals
        assert (proposal.number, proposal.has_shares) == (3, True)

    def test_a_proposal_is_alone_while_all_of_its_votes_are_of_kinds_that_decide_nothing_alone(self) -> None:
        own = rule(never_alone=(MINISTRY,))
        ministry = vote(1, represents="government", organisations="ministry=government")
        assert count(own, [ministry]).proposals[0].is_alone
        assert not count(own, [ministry, vote(2, represents="company")]).proposals[0].is_alone
        assert not count(rule(), [ministry]).proposals[0].is_alone


class TestCarried:
    def test_a_quorum_carries_and_less_does_not(self) -> None:
        assert carried(rule(), REVIEW, [vote(1)], TODAY, True) == ()
        (proposal,) = carried(rule(), REVIEW, [vote(1), vote(2)], TODAY, False)
        assert (proposal.decision, proposal.number) == (DecisionKind.GO, 2)
        (more,) = carried(rule(), REVIEW, [vote(1), vote(2), vote(3)], TODAY, False)
        assert more.number == 3

    def test_a_missing_share_carries_nothing(self) -> None:
        shared = rule(each=(Share(helix=ACADEMIA, need=1),))
        assert carried(shared, REVIEW, [vote(1), vote(2)], TODAY, True) == ()

    @pytest.mark.parametrize("kind", [DecisionKind.GO, DecisionKind.CONDITIONAL_GO])
    def test_a_veto_bars_each_go(self, kind: DecisionKind) -> None:
        votes = [vote(n, kind, conditions="a=2024-03-01") for n in (1, 2)]
        assert carried(rule(), REVIEW, votes, TODAY, True) != ()
        assert carried(rule(), REVIEW, [*votes, vote(3, Stance.VETO)], TODAY, True) == ()
        assert carried(rule(), REVIEW, [*votes, vote(3, Stance.ABSTAIN)], TODAY, True) != ()

    def test_a_veto_bars_no_other_decision(self) -> None:
        votes = [vote(1, DecisionKind.STOP), vote(2, DecisionKind.STOP), vote(3, Stance.VETO)]
        assert [p.decision for p in carried(rule(), REVIEW, votes, TODAY, False)] == [DecisionKind.STOP]

    def test_a_hold_whose_day_has_come_is_not_carried(self) -> None:
        votes = [hold(1, MARCH), hold(2, MARCH)]
        assert carried(rule(), REVIEW, votes, MARCH, True) == ()
        assert carried(rule(), REVIEW, votes, TODAY, True) != ()

    def test_who_decides_nothing_alone_carries_nothing_alone(self) -> None:
        own = rule(never_alone=(MINISTRY,))
        votes = [vote(n, represents="government", organisations=f"m{n}=government") for n in (1, 2)]
        assert carried(own, REVIEW, votes, TODAY, True) == ()
        assert carried(own, REVIEW, [*votes, vote(3, represents="company")], TODAY, True) != ()

    def test_the_casting_vote_decides_once_everybody_has_voted(self) -> None:
        own = rule(split=Split(tie=Role.BOARD_CHAIR))
        votes = [vote(1, role=Role.BOARD_CHAIR), vote(2, DecisionKind.STOP)]
        assert carried(own, REVIEW, votes, TODAY, False) == ()
        assert [p.decision for p in carried(own, REVIEW, votes, TODAY, True)] == [DecisionKind.GO]
        assert carried(rule(), REVIEW, votes, TODAY, True) == ()
        assert carried(rule(split=Split(tie="revote")), REVIEW, votes, TODAY, True) == ()

    def test_a_complete_quorum_is_not_replaced_by_the_casting_vote(self) -> None:
        own = rule(split=Split(tie=Role.BOARD_CHAIR))
        votes = [vote(1, role=Role.BOARD_CHAIR), vote(2, DecisionKind.STOP), vote(3, DecisionKind.STOP)]
        assert [p.decision for p in carried(own, REVIEW, votes, TODAY, True)] == [DecisionKind.STOP]

    def test_two_holders_of_the_casting_role_who_disagree_break_no_tie(self) -> None:
        own = rule(need=3, split=Split(tie=Role.BOARD_CHAIR))
        votes = [vote(1, role=Role.BOARD_CHAIR), vote(2, DecisionKind.STOP, role=Role.BOARD_CHAIR)]
        assert carried(own, REVIEW, votes, TODAY, True) == ()

    def test_a_casting_vote_replaces_the_number_and_never_a_share(self) -> None:
        own = rule(split=Split(tie=Role.BOARD_CHAIR), each=(Share(helix=ACADEMIA, need=1),))
        chair = vote(1, role=Role.BOARD_CHAIR)
        assert carried(own, REVIEW, [chair, vote(2, DecisionKind.STOP)], TODAY, True) == ()
        of_the_university = vote(1, role=Role.BOARD_CHAIR, organisations="uni=academia")
        assert carried(own, REVIEW, [of_the_university, vote(2, DecisionKind.STOP)], TODAY, True) != ()

    def test_the_office_decides_alone_at_a_gate_that_went_back_to_it(self) -> None:
        office = [vote(1, role=Role.OFFICE)]
        referred = REVIEW.model_copy(update={"referred_on": TODAY})
        assert carried(rule(), REVIEW, office, TODAY, False) == ()
        assert [p.number for p in carried(rule(), referred, office, TODAY, False)] == [1]
        assert carried(rule(), referred, [vote(1)], TODAY, False) == ()

    def test_the_strongest_is_first(self) -> None:
        votes = [vote(1, DecisionKind.STOP), vote(2, DecisionKind.STOP), vote(3), vote(4), vote(5)]
        assert [p.number for p in carried(rule(), REVIEW, votes, TODAY, False)] == [3, 2]


def test_a_gate_that_went_back_to_the_office_is_decided_by_it_too() -> None:
    referred = REVIEW.model_copy(update={"referred_on": TODAY})
    assert rule_at(rule(), None) == rule_at(rule(), REVIEW) == rule()
    assert rule_at(rule(), referred).roles == (*BOARD, Role.OFFICE)
    assert rule_at(rule(roles=(Role.OFFICE,)), referred).roles == (Role.OFFICE,)


class TestMostVotes:
    def voter(self, person: str, *roles: Role, **organisations: HelixKind | None) -> PossibleVoter:
        return PossibleVoter(person, roles or (Role.BOARD_MEMBER,), organisations)

    def test_each_counts_for_an_organisation_or_for_nobody(self) -> None:
        assert most_votes(rule(), [self.voter("a", x=FIRM), self.voter("b", y=FIRM)]) == 2
        assert most_votes(rule(), [self.voter("a", x=FIRM), self.voter("b", x=FIRM)]) == 1
        assert most_votes(rule(per_organisation=2), [self.voter("a", x=FIRM), self.voter("b", x=FIRM)]) == 2
        assert most_votes(rule(), [self.voter("a"), self.voter("b"), self.voter("c", x=FIRM)]) == 3
        assert most_votes(rule(), []) == 0

    def test_two_holders_of_one_role_count_once_by_their_first_role(self) -> None:
        chairs = [self.voter("a", Role.BOARD_CHAIR, x=FIRM), self.voter("b", Role.BOARD_CHAIR, y=FIRM)]
        assert most_votes(rule(), chairs) == 1
        both = [self.voter("a", Role.BOARD_CHAIR, x=FIRM), self.voter("b", Role.BOARD_MEMBER, Role.BOARD_CHAIR, y=FIRM)]
        assert most_votes(rule(), both) == 2

    def test_the_one_seat_may_be_counted_for_either_of_its_holders(self) -> None:
        chairs = [
            self.voter("a", Role.BOARD_CHAIR, x=FIRM),
            self.voter("b", Role.BOARD_CHAIR, y=ACADEMIA),
            self.voter("c", x=FIRM),
        ]
        shares = rule(each=(Share(helix=ACADEMIA, need=1),))
        assert most_votes(shares, chairs) == 2

    def test_without_a_share_they_cannot_decide(self) -> None:
        shares = rule(each=(Share(helix=ACADEMIA, need=1),))
        assert most_votes(shares, [self.voter("a", x=FIRM), self.voter("b", y=FIRM)]) == 0
        assert most_votes(shares, [self.voter("a", x=FIRM), self.voter("b", y=ACADEMIA)]) == 2

    def test_who_decides_nothing_alone_counts_beside_somebody_else(self) -> None:
        own = rule(never_alone=(MINISTRY,))
        ministry = [self.voter("a", m=MINISTRY), self.voter("b", n=MINISTRY)]
        assert most_votes(own, ministry) == 0
        assert most_votes(own, [*ministry, self.voter("c", x=FIRM)]) == 3
        assert most_votes(own, [self.voter("c", x=FIRM), *ministry]) == 3
        assert most_votes(own, [self.voter("a", m=MINISTRY, x=FIRM)]) == 0
