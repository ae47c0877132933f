"""The gate page: the findings with their evidence, the votes, and what the reader may answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from clusterflow.domain.lifecycle import DecidedBy, LifecycleModel
from clusterflow.domain.state import InitiativeState, Vote
from clusterflow.domain.terms import Answer, DecisionKind, Role, Stance
from clusterflow.domain.text import Frozen, Language
from clusterflow.engine.electorate import valid_votes
from clusterflow.reports.explanation import CriterionLine, GateExplanation, GroupLine, OpenRequirement
from clusterflow.reports.quorum import quorum, votes_so_far
from clusterflow.reports.status import title_of
from clusterflow.rules.stage_order import ancestors
from clusterflow.rules.tally import GOES, conditions_in, count, rule_at
from clusterflow.services import explanation, standing
from clusterflow.services.context import Context
from clusterflow.services.reports.evidence_names import EvidenceNames
from clusterflow.services.views.menders import records_behind
from clusterflow.store.people import Eligible, aliases_of, capacities, eligible_people
from clusterflow.store.pinned_models import load_model


class VoteLine(Frozen):
    """A vote that stands at the open review, or stood at the last one."""

    role: Role
    decision: DecisionKind | Stance
    reason: str
    on: date
    name: str | None
    """The name of the decider, if it may be shown."""
    mine: bool
    """Whether the reader cast it, or may speak for its decider."""
    counted: int
    """How many votes say the same; 0 for a stance, which counts for no decision."""
    until: date | None = None
    to_stage: str | None = None
    conditions: tuple[tuple[str, date], ...] = ()
    """The conditions, each by its title."""
    overrides: tuple[str, ...] = ()


class Voice(Frozen):
    """A vote that the reader may cast: their own, or that of the person who delegated it."""

    person: str
    name: str
    roles: tuple[Role, ...]
    own: bool
    voted: bool


class PastDecision(Frozen):
    """How an earlier review of the gate ended."""

    on: date
    outcome: DecisionKind
    began: tuple[str, ...]
    """The titles of the stages that began with it."""


class GatePage(Frozen):
    """What the page of a gate shows to one reader."""

    gate: GateExplanation
    review: str | None
    opened_on: date | None
    quorum: str
    tally: str
    need: int
    votes: tuple[VoteLine, ...]
    voices: tuple[Voice, ...]
    may_veto: bool
    overridable: tuple[OpenRequirement, ...]
    """What blocks and the reader may let pass though it is not met; an *any of* is one."""
    unmet: tuple[OpenRequirement, ...]
    """What a conditional go sets a date for: all that blocks, or all that is not met if nothing blocks."""
    back_to: tuple[tuple[str, str], ...]
    """The stages that a recycle may go back to: id and title."""
    past: tuple[PastDecision, ...]
    """The decisions at this gate, the newest first."""
    records: Mapping[str, tuple[str, ...]]
    """The record types that say whether a criterion is met, by criterion."""
    at_gate: bool
    """Whether the stage is under way, or its gate is open again."""


def gate_page(context: Context, initiative: str, stage: str, person: str, language: Language) -> GatePage:
    """Gather the page of a gate for a person.

    Raises:
        UnknownName: no such initiative is enrolled, or its model has no such stage.
    """
    (gate,) = explanation.explain(context, initiative, stage, language=language)
    with context.reading() as connection:
        state = standing.load(connection, initiative)
        model = load_model(connection, state.model_hash)
        review = state.open_review(stage)
        rule = rule_at(model.stage(stage).gate.decided_by, review)
        naming = EvidenceNames(
            connection, initiative, model, gate.as_of, language, by_name=context.settings.personal_data == "names"
        )
        eligible = [e for e in eligible_people(connection, initiative, rule, gate.as_of) if e.person == person]
        speakers = {e.speaks_for or e.person for e in eligible}
        # A veto or an override may belong to a role that does not vote at this gate.
        held = [capacities(connection, initiative, gate.as_of, speaker).get(speaker) for speaker in sorted(speakers)]
        roles = {role for found in held if found for role in found.roles}
        aliases = aliases_of(connection, speakers | {person})
        # Whose delegate somebody is is known to both of them, whatever the setting for reports says.
        naming_voices = EvidenceNames(connection, initiative, model, gate.as_of, language, by_name=True)
        names = {p: naming_voices.person(p) or p for p in speakers}
        # A gate that was decided still shows the votes that decided it.
        last = review or next((r for r in reversed(state.reviews) if r.stage == stage), None)
        votes: Sequence[Vote] = state.standing_votes(last.id) if last else ()
        if review is not None:
            votes = valid_votes(connection, state, model, review, gate.as_of)
        lines = _votes(model, rule, votes, set(aliases.values()), naming, language)
        gate = naming.explained(gate)
    deciders = {v.decider for v in votes}
    unmet = tuple(_open(unit) for unit in gate.units if unit.answer is not Answer.MET)
    return GatePage(
        gate=gate,
        review=review.id if review else None,
        opened_on=review.opened_on if review else None,
        quorum=quorum(rule, language),
        tally=votes_so_far(rule, votes, language),
        need=rule.need,
        votes=lines,
        voices=_voices(eligible, names, aliases, deciders),
        may_veto=bool(roles & set(rule.veto)),
        overridable=gate.hindrances if roles & set(rule.override) else (),
        unmet=gate.hindrances or unmet,
        back_to=_back_to(model, stage, language) if review else (),
        past=_past(model, state, stage, language),
        records={c.id: records_behind(context, c) for c in model.stage(stage).gate.criteria},
        at_gate=stage in state.at_gate and state.milestone(stage) is None,
    )


def _open(unit: GroupLine | CriterionLine) -> OpenRequirement:
    return OpenRequirement(requirement=unit.group if isinstance(unit, GroupLine) else unit.criterion, title=unit.title)


def _voices(
    eligible: Sequence[Eligible], names: Mapping[str, str], aliases: Mapping[str, str], voted: set[str]
) -> tuple[Voice, ...]:
    return tuple(
        Voice(
            person=whose,
            name=names[whose],
            roles=e.roles,
            own=e.speaks_for is None,
            voted=aliases.get(whose) in voted,
        )
        for e in eligible
        for whose in (e.speaks_for or e.person,)
    )


def _votes(
    model: LifecycleModel,
    rule: DecidedBy,
    votes: Sequence[Vote],
    mine: set[str],
    naming: EvidenceNames,
    language: Language,
) -> tuple[VoteLine, ...]:
    titles = {name: title_of(c, language) for stage in model.stages for name, c in stage.gate.by_id.items()}
    tally = count(rule, votes)
    return tuple(
        VoteLine(
            role=v.role,
            decision=v.kind,
            reason=v.reason,
            on=v.at.date(),
            name=naming.behind(v.decider),
            mine=bool({v.decider, v.cast_by} & mine),
            counted=tally.votes_for(v),
            until=v.until,
            to_stage=model.stage(v.stage).title.to(language) if v.stage else None,
            conditions=tuple((titles.get(c, c), day) for c, day in conditions_in(v.conditions).items()),
            overrides=tuple(titles.get(c, c) for c in v.overrides.split()),
        )
        for v in votes
    )


def _back_to(model: LifecycleModel, stage: str, language: Language) -> tuple[tuple[str, str], ...]:
    before = ancestors(model, stage)
    return tuple((s.id, s.title.to(language)) for s in model.stages if s.id in before or s.id == stage)


def _past(model: LifecycleModel, state: InitiativeState, stage: str, language: Language) -> tuple[PastDecision, ...]:
    following = {s.id for s in model.stages if stage in s.after}
    return tuple(
        PastDecision(
            on=r.closed_on,
            outcome=r.outcome,
            began=tuple(
                model.stage(v.stage).title.to(language)
                for v in state.visits
                if v.stage in following and v.entered_on == r.closed_on and r.outcome in GOES
            ),
        )
        for r in reversed(state.reviews)
        if r.stage == stage and r.outcome is not None and r.closed_on is not None
    )
