"""Who may vote at a gate, and when a vote that was cast loses its right."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from clusterflow.domain.lifecycle import DecidedBy
from clusterflow.domain.state import CodeTrial, InitiativeState, Review, Vote
from clusterflow.domain.terms import DecisionKind, HelixKind, Role, Stance, VoteFall
from clusterflow.rules.ballot import Ballot, Decider, Voter
from clusterflow.rules.quorum import Electorate, Rights, check_voter, entitled_roles, lost_right

CHAIR, MEMBER, MANAGER = Role.BOARD_CHAIR, Role.BOARD_MEMBER, Role.MANAGER
FIRM, MINISTRY, ACADEMIA = HelixKind.COMPANY, HelixKind.GOVERNMENT, HelixKind.ACADEMIA
GO, VETO = DecisionKind.GO, Stance.VETO


def rule(**own: Any) -> DecidedBy:
    return DecidedBy(**{"roles": (CHAIR, MEMBER), **own})


def vote(kind: DecisionKind | Stance = GO, decider: str = "d", **own: Any) -> Vote:
    about = {"role": MEMBER, "represents": "company", **own}
    at = datetime(2024, 1, 10, tzinfo=UTC)
    return Vote(review="r", number=1, decider=decider, kind=kind, reason="x", findings="x", at=at, **about)


def rights(**own: Any) -> Rights:
    """Everything in good right, but for what a test says."""
    held = frozenset({MEMBER})
    whole = {"roles": held, "roles_today": held, "helixes": frozenset({FIRM}), "delegated": True, "involved": False}
    return Rights(**{**whole, **own})


NOBODY: frozenset[Role] = frozenset()
OF_MINISTRY = frozenset({MINISTRY})


@pytest.mark.parametrize(
    ("own_rule", "cast", "held", "expected"),
    [
        ({}, {}, {}, None),
        # the role: on the day of the vote, in any role that decides here
        ({}, {}, {"roles": NOBODY}, VoteFall.ROLE),
        ({}, {}, {"roles": frozenset({MANAGER})}, VoteFall.ROLE),
        ({}, {}, {"roles": frozenset({CHAIR})}, None),
        ({}, {}, {"roles_today": NOBODY}, None),
        # a veto and a waiver: in the very role, and a veto lasts no longer than the role
        ({}, {"kind": VETO}, {"roles": frozenset({CHAIR}), "roles_today": frozenset({CHAIR})}, VoteFall.ROLE),
        ({}, {"kind": VETO}, {"roles_today": NOBODY}, VoteFall.ROLE),
        ({}, {"kind": VETO}, {}, None),
        ({}, {"overrides": "a"}, {"roles": frozenset({CHAIR})}, VoteFall.ROLE),
        ({}, {"overrides": "a"}, {"roles_today": NOBODY}, None),
        # whom the gate excludes, and who waives nothing
        ({"never": (MINISTRY,)}, {}, {"helixes": OF_MINISTRY}, VoteFall.BARRED),
        ({"never": (MINISTRY,)}, {}, {}, None),
        ({"override_never": (MINISTRY,)}, {"overrides": "a"}, {"helixes": OF_MINISTRY}, VoteFall.BARRED),
        ({"override_never": (MINISTRY,)}, {}, {"helixes": OF_MINISTRY}, None),
        # counted as the vote of somebody of another kind
        ({"never_alone": (MINISTRY,)}, {}, {"helixes": OF_MINISTRY}, VoteFall.BARRED),
        ({"never_alone": (MINISTRY,)}, {"represents": "government"}, {"helixes": OF_MINISTRY}, None),
        ({"never_alone": (MINISTRY,)}, {}, {}, None),
        # the delegation, and four eyes
        ({}, {}, {"delegated": False}, VoteFall.DELEGATION),
        ({"four_eyes": True}, {}, {"involved": True}, VoteFall.FOUR_EYES),
        ({}, {}, {"involved": True}, None),
        ({"four_eyes": True}, {}, {}, None),
        # the organisation that it counts for: one more takes nothing away
        ({}, {"organisations": "f=company"}, {"organisations": {"f": FIRM}}, None),
        ({}, {"organisations": "f=company"}, {"organisations": {"f": FIRM, "u": ACADEMIA}}, None),
        ({}, {"organisations": "f="}, {"organisations": {"f": FIRM}}, None),
        ({}, {"organisations": "f=company"}, {"organisations": {"f": ACADEMIA}}, VoteFall.ORGANISATION),
        ({}, {"organisations": "f=company u=academia"}, {"organisations": {"f": FIRM}}, VoteFall.ORGANISATION),
        ({}, {"organisations": "f=company"}, {}, VoteFall.ORGANISATION),
        ({}, {"represents": ""}, {"organisations": {"f": FIRM}}, VoteFall.ORGANISATION),
        ({}, {"represents": "company"}, {"organisations": {"f": FIRM}}, None),  # an entry of an earlier version
        # who stood aside stays aside
        ({"never": (MINISTRY,)}, {"kind": Stance.RECUSE}, {"helixes": OF_MINISTRY, "roles": NOBODY}, None),
    ],
)
def test_a_vote_stands_as_long_as_the_right_to_cast_it(
    own_rule: dict[str, Any], cast: dict[str, Any], held: dict[str, Any], expected: VoteFall | None
) -> None:
    assert lost_right(rule(**own_rule), vote(**cast), rights(**held)) is expected


def test_a_role_that_decides_here_entitles_and_an_excluded_kind_does_not() -> None:
    assert entitled_roles(rule(), {MEMBER, MANAGER, CHAIR}, {FIRM}) == (CHAIR, MEMBER), "in the order of the rule"
    assert entitled_roles(rule(), {MANAGER}, {FIRM}) == ()
    assert entitled_roles(rule(never=(MINISTRY,)), {MEMBER}, {FIRM, MINISTRY}) == ()
    assert entitled_roles(rule(never=(MINISTRY,)), {MEMBER}, {FIRM}) == (MEMBER,)


def test_everybody_has_voted_when_nobody_who_may_is_missing() -> None:
    two = Electorate(frozenset({"a", "b"}))
    assert not two.have_all_voted([vote(decider="a")])
    assert two.have_all_voted([vote(decider="a"), vote(decider="b")])
    assert two.have_all_voted([vote(decider="a"), vote(decider="b"), vote(decider="c")])
    assert not Electorate(None).have_all_voted([vote(decider="a")]), "nobody looked who may vote"
    assert not Electorate(frozenset()).have_all_voted([])


REVIEW = Review(id="r", stage="first", round=1, opened_on=date(2024, 1, 10), findings="x")
D = Decider("d", frozenset({MEMBER}), frozenset({FIRM}))
OF_THE_MINISTRY = Decider("g", frozenset({MEMBER}), OF_MINISTRY)
OTHER = Decider("e", frozenset({MEMBER}), frozenset({FIRM}))


def state(*votes: Vote, **trial: int) -> InitiativeState:
    trials = tuple(CodeTrial(review="r", decider=who, failed=count) for who, count in trial.items())
    about: dict[str, Any] = {"initiative": "one", "model": "m", "model_hash": "h", "version": 1}
    at = datetime(2024, 1, 10, tzinfo=UTC)
    return InitiativeState(enrolled_on=date(2024, 1, 10), last_at=at, votes=votes, trials=trials, **about)


def refusal(
    own_rule: DecidedBy, voter: Voter, at: InitiativeState | None = None, kind: DecisionKind | Stance = GO, **own: Any
) -> tuple[str, str] | None:
    """The code of the refusal, and all that it says."""
    ballot = Ballot("first", kind, "x", **own)
    found = check_voter(own_rule, at or state(), REVIEW, ballot, voter)
    return None if found is None else (found.code, str(found))


class TestWhoMayVote:
    def test_whoever_has_a_role_that_decides(self) -> None:
        assert refusal(rule(), Voter(D)) is None
        assert refusal(rule(), Voter(D), role=MEMBER) is None
        assert refusal(rule(), Voter(Decider("d", frozenset({MEMBER, MANAGER})))) is None

    def test_nobody_else(self) -> None:
        assert refusal(rule(), Voter(Decider("d", frozenset({MANAGER, Role.FOUNDER})))) == (
            "role",
            "the gate of «first» is decided by: board-chair, board-member; on this day the decider's roles are: "
            "founder, manager. Record the seat or the representation that gives the role, with the day it began",
        )
        assert "roles are: none" in str(refusal(rule(), Voter(Decider("d"))))

    def test_a_role_that_is_claimed_must_be_held_and_decide(self) -> None:
        assert refusal(rule(), Voter(D), role=MANAGER) == (
            "role",
            "the gate of «first» is decided by: board-chair, board-member; not by manager",
        )
        assert "on this day" in str(refusal(rule(), Voter(D), role=CHAIR))

    def test_whom_the_gate_excludes_votes_in_nobodys_name(self) -> None:
        own = rule(never=(MINISTRY,))
        expected = ("barred", "who represents government never decides at the gate of «first»")
        assert refusal(own, Voter(OF_THE_MINISTRY)) == expected
        assert refusal(own, Voter(D, OF_THE_MINISTRY)) == expected
        assert refusal(own, Voter(OF_THE_MINISTRY, D)) == expected
        assert refusal(own, Voter(D, OTHER)) is None
        two = rule(never=(FIRM, MINISTRY))
        assert "represents company and government never" in str(refusal(two, Voter(D, OF_THE_MINISTRY)))

    def test_who_decides_nothing_alone_casts_no_vote_of_others(self) -> None:
        own = rule(never_alone=(MINISTRY,))
        assert refusal(own, Voter(OF_THE_MINISTRY)) is None
        assert refusal(own, Voter(D, OF_THE_MINISTRY)) == (
            "dependent",
            "who represents government decides nothing alone at the gate of «first», so casts no vote of others. "
            "Let the decider cast this vote, or another delegate",
        )
        assert refusal(own, Voter(OF_THE_MINISTRY, OF_THE_MINISTRY)) is None, "it is counted as the ministry's"
        both = Decider("h", frozenset({MEMBER}), frozenset({MINISTRY, HelixKind.ACADEMIA}))
        two = rule(never_alone=(MINISTRY, HelixKind.ACADEMIA))
        assert "represents academia and government decides nothing alone" in str(refusal(two, Voter(D, both)))
        assert refusal(own, Voter(D, OTHER)) is None

    def test_a_delegate_needs_a_delegation(self) -> None:
        code, text = refusal(rule(), Voter(D, OTHER, delegated=False), speaks_for="dora") or ("", "")
        assert code == "delegation"
        assert text == (
            "no delegation of «dora» to this person is in force. Record it: clusterflow record delegation person=... "
            "delegate=... from=..."
        )

    def test_a_veto_is_given_to_some_roles(self) -> None:
        expected = ("veto", "at the gate of «first» a veto is given to: nobody")
        assert refusal(rule(), Voter(D), kind=VETO) == expected
        both = Decider("d", frozenset({MEMBER, CHAIR}))
        assert refusal(rule(veto=(CHAIR,)), Voter(both), kind=VETO) is None
        assert refusal(rule(veto=(CHAIR,)), Voter(both), kind=VETO, role=MEMBER) == (
            "veto",
            "at the gate of «first» a veto is given to: board-chair",
        )
        assert "to: board-chair, manager" in str(refusal(rule(veto=(CHAIR, MANAGER)), Voter(D), kind=VETO))

    def test_four_eyes(self) -> None:
        own = rule(four_eyes=True)
        assert refusal(own, Voter(D)) is None
        assert refusal(rule(), Voter(D, involved=True)) is None
        assert refusal(own, Voter(D, involved=True)) == (
            "four-eyes",
            "at the gate of «first» nobody decides who asked for the review or recorded facts since the stage began",
        )

    def test_what_was_said_can_be_taken_back_without_a_right(self) -> None:
        own = rule(four_eyes=True)
        taken_back = Stance.WITHDRAW
        assert refusal(own, Voter(Decider("d"), involved=True), kind=taken_back) is None
        assert refusal(rule(proxies=0), Voter(D, OTHER), kind=taken_back) is None

    def test_who_stood_aside_votes_in_no_name(self) -> None:
        aside = state(vote(Stance.RECUSE, decider="d"), vote(decider="f"))
        for voter in (Voter(D), Voter(OTHER, D), Voter(D, OTHER)):
            assert refusal(rule(), voter, aside) == (
                "twice",
                "the same person stood aside at this gate, and casts no vote at it in any name. "
                "Only who stood aside can take that back (withdraw), and then vote",
            )
        assert refusal(rule(), Voter(OTHER), aside) is None
        assert refusal(rule(), Voter(D), aside, kind=Stance.WITHDRAW) is None
        assert refusal(rule(), Voter(D, OTHER), aside, kind=Stance.WITHDRAW) is not None
        elsewhere = vote(Stance.RECUSE, decider="d").model_copy(update={"review": "q"})
        assert refusal(rule(), Voter(D), state(elsewhere)) is None

    def test_a_delegate_casts_as_many_votes_of_others_as_the_model_says(self) -> None:
        cast = state(vote(decider="a", cast_by="e"), vote(decider="b", cast_by="f"), vote(decider="c"))
        assert refusal(rule(proxies=1), Voter(D, OTHER), cast) == (
            "proxies",
            "at the gate of «first» the most votes that one delegate casts for others is 1. Let the decider cast this "
            "vote, or another delegate",
        )
        assert refusal(rule(proxies=2), Voter(D, OTHER), cast) is None
        assert refusal(rule(proxies=1), Voter(Decider("a", D.roles), OTHER), cast) is None, "the same vote is changed"
        assert refusal(rule(proxies=0), Voter(D)) is None
        assert (refusal(rule(proxies=0), Voter(D, OTHER)) or ("",))[0] == "proxies"

    def test_a_code_must_be_right(self) -> None:
        wrong = "the code is not the one that was sent for this gate, this person and these findings"
        assert refusal(rule(), Voter(D, proof=True)) is None
        assert refusal(rule(), Voter(D, proof=False)) == ("code", f"{wrong}. Attempts left: 4")
        assert refusal(rule(), Voter(D, proof=False), state(d=3)) == ("code", f"{wrong}. Attempts left: 1")
        assert refusal(rule(), Voter(D, proof=False), state(d=4)) == (
            "code",
            f"{wrong}. A new one is sent by: clusterflow send-code",
        )
        assert refusal(rule(), Voter(D, proof=False), state(vote(decider="d"))) == (
            "code",
            f"{wrong}. A code is good for one vote; to change the vote, a new one is sent by: clusterflow send-code",
        )
        assert "Attempts left: 4" in str(refusal(rule(), Voter(D, proof=False), state(vote(decider="a"), e=5)))

    def test_after_five_wrong_codes_no_code_is_right(self) -> None:
        locked = ("locked", "5 wrong codes were shown in this name. A new one is sent by: clusterflow send-code")
        assert refusal(rule(), Voter(D, proof=True), state(d=5)) == locked
        assert refusal(rule(), Voter(D, proof=True), state(d=4)) is None
        assert refusal(rule(), Voter(OTHER, D, proof=True), state(d=5)) == locked, "the caster's attempts count"
        assert refusal(rule(), Voter(D), state(d=5)) is None, "no code is asked for"
