"""Opens gate reviews by hand, and takes or refuses decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import NamedTuple

from clusterflow.domain import events as ev
from clusterflow.domain.lifecycle import DecidedBy, LifecycleModel
from clusterflow.domain.state import InitiativeState, Review
from clusterflow.domain.terms import DecisionKind, Stance
from clusterflow.domain.text import FORBIDDEN_CHARACTERS, Frozen
from clusterflow.domain.verdict import Verdict
from clusterflow.domain.vote_grant import Grant
from clusterflow.engine.electorate import Register, electorate_of, people_involved
from clusterflow.engine.evaluate import Declarations, assess_state, enrolled_state, is_fresh, keep_fresh, write_events
from clusterflow.engine.local_date import today_of
from clusterflow.engine.transaction import Transaction
from clusterflow.errors import Mistake, Mistakes, NotPossible, UnknownName
from clusterflow.rules.ballot import Ballot, Decider, Refusal, Voter
from clusterflow.rules.decision import plan_decision, refuse
from clusterflow.rules.evaluation import open_gate
from clusterflow.rules.judge import recall_gate
from clusterflow.rules.mistakes import nearest
from clusterflow.rules.one_time_code import is_valid_code
from clusterflow.rules.quorum import entitled_roles
from clusterflow.rules.stage_order import known_stage
from clusterflow.rules.tally import count, rule_at
from clusterflow.rules.transition import Transition
from clusterflow.store import ledger, registry
from clusterflow.store.people import NO_CAPACITY, alias_of, capacities, delegations_of, eligible_people, select_eligible
from clusterflow.store.pinned_models import load_model

MetricSource = Callable[[], Declarations]
"""Returns the metric declarations. It is called only when something must be measured again."""


class BallotResult(Frozen):
    """The result of a ballot: it was refused with a reason, counted as a vote, or it decided the gate."""

    initiative: str
    stage: str
    review: str | None = None
    refused: str | None = None
    why: str | None = None
    decided: DecisionKind | None = None
    votes: int = 0
    """How many standing votes say the same as this one; 0 if it was a stance."""
    need: int = 1
    alone: bool = False
    """Whether all of these votes are of helix kinds that decide nothing alone."""
    vetoed: bool = False
    """Whether a veto stands against what they say."""
    withdrawn: bool = False
    """Whether the ballot only took something back."""
    entered: tuple[str, ...] = ()
    version: int = 0

    @property
    def taken(self) -> bool:
        return self.refused is None


class OpenedReview(Frozen):
    """A review that was just opened by hand, or was already open."""

    initiative: str
    stage: str
    review: str
    findings: str
    readiness: str


class CurrentState(NamedTuple):
    """An initiative whose stored answers are up to date."""

    state: InitiativeState
    model: LifecycleModel
    today: date

    def verdict(self, stage: str) -> Verdict | None:
        """Return the verdict for a gate, or None if the stage is neither under way nor open again."""
        if stage not in self.state.at_gate:
            return None
        return recall_gate(self.model.stage(stage), self.state.answers)


def open_review(
    tx: Transaction, initiative: str, stage: str, declared: MetricSource, asked_by: str | None = None
) -> OpenedReview:
    """Open a gate review by hand, so that a gate that is not ready can be decided, too."""
    asker = known_alias(tx, asked_by) if asked_by else None
    now = _standing(tx, initiative, declared)
    known_stage(now.model, stage)
    transition = Transition(now.model, now.state, now.today)
    verdict = now.verdict(stage)
    visit = now.state.visit(stage)
    if verdict is None:
        raise NotPossible(f"«{initiative}» is not in stage «{stage}»; it is in: {_under_way(now.state)}")
    if visit is not None and now.state.open_review(stage) is None:
        if now.state.milestone(stage) is not None:
            raise NotPossible(f"the milestone of «{stage}» is already achieved")
        if asker is None and not tx.context.has_actor and now.model.stage(stage).gate.decided_by.four_eyes:
            raise NotPossible(f"the gate of «{stage}» asks for four eyes: say who asks for its review, --by PERSON")
        open_gate(transition, visit, verdict, by_hand=True, asked_by=asker)
        tx.apply_events(now.state, transition.events)
    review = transition.state.open_review(stage)
    assert review is not None  # noqa: S101 - it was just opened
    return OpenedReview(
        initiative=initiative,
        stage=stage,
        review=review.id,
        findings=review.findings,
        readiness=verdict.readiness.value,
    )


class DeclinedStage(Frozen):
    """An optional stage that was just declined."""

    initiative: str
    stage: str
    entered: tuple[str, ...] = ()
    version: int = 0


def decline_stage(
    tx: Transaction, initiative: str, stage: str, person: str, reason: str, declared: MetricSource
) -> DeclinedStage:
    """Decline an optional stage. Everybody who may decide at its gate may do so.

    Raises:
        NotPossible: the stage is not optional, not under way, or this person does not decide at its gate.
        Mistakes: the reason is missing, or a text contains forbidden characters.
    """
    ballot = Ballot(stage=stage, decision=Stance.ABSTAIN, reason=reason)
    _check_texts(person, ballot)
    if not reason.strip():
        raise Mistakes([Mistake("--reason", "a declined stage needs a reason", "a text")])
    now = _standing(tx, initiative, declared)
    visit, of_model = now.state.visit(known_stage(now.model, stage)), now.model.stage(stage)
    if not of_model.optional:
        raise NotPossible(f"«{stage}» is not optional in {now.model.id}, so it cannot be declined")
    if visit is None or now.state.milestone(stage) is not None:
        raise NotPossible(f"«{initiative}» is not in stage «{stage}»; it is in: {_under_way(now.state)}")
    people = People(tx, initiative, now.today, [person], None)
    voter = _voter(tx, now, None, person, ballot, None, people)
    roles = entitled_roles(of_model.gate.decided_by, voter.decider.roles, voter.decider.helixes)
    if not roles:
        raise NotPossible(f"«{person}» does not decide at the gate of «{stage}», and cannot decline it")
    dependent = sorted(voter.decider.helixes & set(of_model.gate.decided_by.never_alone))
    if dependent:
        raise NotPossible(
            f"who represents {' and '.join(dependent)} decides nothing alone at the gate of «{stage}», "
            "and cannot decline it"
        )
    transition = Transition(now.model, now.state, now.today)
    review = now.state.open_review(stage)
    if review is not None:
        transition.add(ev.GateWithdrawn(review=review.id, stage=stage, on=now.today))
    by = voter.decider.alias
    transition.add(
        ev.StageDeclined(stage=stage, round=visit.round, decider=by, role=roles[0], reason=reason.strip(), on=now.today)
    )
    transition.enter_ready_stages()
    after = tx.apply_events(now.state, transition.events)
    entered = tuple(e.stage for e in transition.events if isinstance(e, ev.StageEntered))
    return DeclinedStage(initiative=initiative, stage=stage, entered=entered, version=after.version)


def decide(
    tx: Transaction, initiative: str, person: str, ballot: Ballot, declared: MetricSource, key: bytes | None
) -> BallotResult:
    """Take a decision at a gate on the current findings, or refuse it. Both are written to the ledger.

    Args:
        person: who casts the vote; a delegate, if ``ballot.speaks_for`` names somebody else.
        key: the key of the one-time codes; None if deciders need no code.

    Raises:
        Mistakes: a text contains forbidden characters.
        UnknownName: the initiative, the stage or a person.
    """
    _check_texts(person, ballot)
    state = enrolled_state(tx, initiative)
    now = _settled(tx, state, today_of(tx, initiative), declared)
    known_stage(now.model, ballot.stage)
    review = now.state.open_review(ballot.stage)
    rule = rule_at(now.model.stage(ballot.stage).gate.decided_by, review)
    people = People(tx, initiative, now.today, [person, ballot.speaks_for or person], rule)
    voter = _voter(tx, now, review, person, ballot, key, people)
    verdict = now.verdict(ballot.stage)
    no = refuse(now.model, now.state, verdict, ballot, voter, now.today, _changed(tx, now.state, ballot))
    if no is not None or verdict is None or review is None:
        return _refused(tx, now.state, ballot, voter, no or Refusal("closed", "the gate is closed"))
    electorate = electorate_of(
        tx.connection, now.state, now.model, review, tx.calendar(initiative), now.today, people.register
    )
    events = plan_decision(now.model, now.state, verdict, ballot, voter, now.today, electorate)
    after = tx.apply_events(now.state, events)
    done = next((e for e in events if isinstance(e, ev.GateDecided)), None)
    if done is None:
        keep_fresh(tx, now.state, after)
    standing = after.standing_votes(review.id)
    mine = next((v for v in standing if v.decider == voter.decider.alias), None)
    proposal = count(rule, standing).proposal_of(mine) if mine else None
    return BallotResult(
        initiative=initiative,
        stage=ballot.stage,
        review=review.id,
        decided=done.decision if done else None,
        votes=proposal.number if proposal else 0,
        need=rule.need,
        alone=proposal is not None and proposal.is_alone,
        vetoed=proposal is not None and proposal.is_barred(standing),
        withdrawn=ballot.decision is Stance.WITHDRAW,
        entered=tuple(e.stage for e in events if isinstance(e, ev.StageEntered)),
        version=after.version,
    )


def _check_texts(person: str, ballot: Ballot) -> None:
    """Reject forbidden characters: forms pass on whatever was pasted, and some databases cannot store it."""
    texts = {"decided_by": person} | {field.name: getattr(ballot, field.name) for field in fields(ballot)}
    wrong = [
        n
        for n, value in texts.items()
        if isinstance(value, str | tuple | Mapping) and FORBIDDEN_CHARACTERS.search("".join(value))
    ]
    if wrong:
        raise Mistakes([Mistake(name, "contains a character that is not allowed") for name in wrong])


def renew_code(tx: Transaction, initiative: str, stage: str, person: str, declared: MetricSource) -> BallotResult:
    """Give a decider a new one-time code and new attempts. The old code becomes invalid.

    Raises:
        NotPossible: the gate is not open.
    """
    now = _standing(tx, initiative, declared)
    review = now.state.open_review(known_stage(now.model, stage))
    if review is None:
        raise NotPossible(f"the gate of «{stage}» is not open; there is no code to renew")
    alias = known_alias(tx, person)
    rule = rule_at(now.model.stage(stage).gate.decided_by, review)
    if not any(v.person == person for v in eligible_people(tx.connection, initiative, rule, now.today)):
        raise NotPossible(f"«{person}» has no vote at the gate of «{stage}» today, so there is no code to send")
    after = tx.apply_events(now.state, [ev.CodeRenewed(review=review.id, stage=stage, decider=alias, on=now.today)])
    return BallotResult(initiative=initiative, stage=stage, review=review.id, version=after.version)


def known_alias(tx: Transaction, person: str) -> str:
    """Return the pseudonym of a person.

    Raises:
        UnknownName: there is no such person; the error suggests similar names.
    """
    alias = alias_of(tx.connection, person, tx.context.ids)
    if alias is None:
        raise UnknownName("person", person, nearest(person, registry.ids_of_type(tx.connection, "person")))
    return alias


class People:
    """The people around an initiative on a day, read once for the voter and for all who may vote."""

    def __init__(
        self, tx: Transaction, initiative: str, today: date, deciders: Iterable[str], rule: DecidedBy | None
    ) -> None:
        """
        Args:
            rule: of the gate; the pseudonyms of those who may vote are read with those of the deciders.
        """
        self.tx, self.initiative, self.today = tx, initiative, today
        self.register = Register(tx.connection, initiative)
        voters = select_eligible(rule, self.register.held(today), ()) if rule else ()
        self.register.read_aliases({*deciders, *(e.person for e in voters)})

    def decider(self, person: str) -> Decider:
        """
        Raises:
            UnknownName: there is no such person; the error suggests similar names.
        """
        mine = self.register.held(self.today).get(person)
        if mine is None:  # somebody from elsewhere
            mine = capacities(self.tx.connection, self.initiative, self.today, person).get(person, NO_CAPACITY)
        alias = self.register.alias_if_known(person)
        if alias is None:
            alias = known_alias(self.tx, person)
            self.register.add_alias(person, alias)
        return Decider(alias, mine.roles, mine.helixes, mine.organisations)


def _voter(
    tx: Transaction,
    now: CurrentState,
    review: Review | None,
    person: str,
    ballot: Ballot,
    key: bytes | None,
    people: People,
) -> Voter:
    """Return whose vote it is, who casts it, and what is known of both on the day."""
    initiative = now.state.initiative
    caster = people.decider(person)
    if ballot.speaks_for in (None, person):
        decider, delegate, in_force = caster, None, True
    else:
        decider, delegate = people.decider(ballot.speaks_for or ""), caster
        in_force = (ballot.speaks_for, person) in delegations_of(tx.connection, initiative, now.today)
    involved = False
    if review is not None and now.model.stage(ballot.stage).gate.decided_by.four_eyes:
        acted = people_involved(tx.connection, now.state, review, tx.calendar(initiative))
        mine = {person.casefold(), (ballot.speaks_for or person).casefold()}
        involved = review.asked_by in (decider.alias, caster.alias) or bool(mine & acted)
    proof = None
    if key is not None and review is not None:
        proof = is_valid_code(
            key, grant_of(now.state, review, decider.alias, delegate.alias if delegate else None), ballot.code
        )
    return Voter(decider, delegate, in_force, involved, proof)


def grant_of(state: InitiativeState, review: Review, decider: str, cast_by: str | None) -> Grant:
    """Return the vote that a code is valid for at this moment."""
    return Grant(
        initiative=state.initiative,
        review=review.id,
        findings=review.findings,
        decider=decider,
        cast_by=cast_by,
        cast=sum(v.review == review.id and v.decider == decider for v in state.votes),
        renewed=state.trial(review.id, cast_by or decider).renewed,
    )


def _settled(tx: Transaction, state: InitiativeState, today: date, declared: MetricSource) -> CurrentState:
    """Return the initiative with current answers: the stored ones if they are fresh, else measured and written now."""
    if is_fresh(tx, state, today):
        return CurrentState(state, load_model(tx.connection, state.model_hash), today)
    now = assess_state(tx.connection, state, tx.calendar(state.initiative), tx.moment(state.initiative), declared())
    return CurrentState(write_events(tx, now, now.plan()), now.model, today)


def _standing(tx: Transaction, initiative: str, declared: MetricSource) -> CurrentState:
    state = enrolled_state(tx, initiative)
    return _settled(tx, state, today_of(tx, initiative), declared)


def _changed(tx: Transaction, state: InitiativeState, ballot: Ballot) -> list[str]:
    """Return the answers that changed since the decider saw the findings."""
    review = state.open_review(ballot.stage)
    if ballot.seen is None or review is None or ballot.seen == review.findings:
        return []
    since = 0
    lines: list[tuple[int, str]] = []
    for entry in ledger.read_entries(
        tx.connection, state.initiative, kinds=("gate.opened", "gate.reopened", "gate.changed", "finding.changed")
    ):
        event = entry.event
        if isinstance(event, (ev.GateOpened, ev.GateReopened, ev.GateChanged)) and event.findings == ballot.seen:
            since = entry.version
        elif isinstance(event, ev.FindingChanged) and event.stage == ballot.stage:
            found = f" ({event.found})" if event.found else ""
            lines.append((entry.version, f"{event.criterion} is now {event.answer}{found}"))
    return [text for version, text in lines if version > since > 0]


def _refused(tx: Transaction, state: InitiativeState, ballot: Ballot, voter: Voter, no: Refusal) -> BallotResult:
    review = state.open_review(ballot.stage)
    after = tx.apply_events(
        state,
        [
            ev.DecisionRefused(
                stage=ballot.stage,
                decider=voter.caster.alias,
                decision=ballot.decision,
                why=no.code,
                review=review.id if review else None,
            )
        ],
    )
    keep_fresh(tx, state, after)
    return BallotResult(
        initiative=state.initiative,
        stage=ballot.stage,
        review=review.id if review else None,
        refused=no.code,
        why=str(no),
        version=after.version,
    )


def _under_way(state: InitiativeState) -> str:
    return ", ".join(v.stage for v in state.open_visits) or "none"
