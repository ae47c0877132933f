"""Gathers the data of a notice: the ledger entry and the state of the initiative."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from clusterflow.domain import events as ev
from clusterflow.domain.criterion import Criterion, leaves
from clusterflow.domain.events import Entry
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import Measurement
from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.records.parties import Initiative
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.terms import Readiness, Role, Severity, VoteFall
from clusterflow.domain.text import Language, NoticeLanguage, model_language
from clusterflow.domain.verdict import Finding, Group, Verdict
from clusterflow.domain.vote_grant import Grant
from clusterflow.engine.decide import grant_of
from clusterflow.notices.audiences import Concerned
from clusterflow.reports.labels import ANSWER
from clusterflow.reports.migration import carried_lines
from clusterflow.reports.status import newest, status_of, title_of, titles_in
from clusterflow.rules.judge import recall_gate
from clusterflow.rules.projection import replay
from clusterflow.rules.tally import rule_at
from clusterflow.services.context import Context
from clusterflow.services.notifications.pages import Subject
from clusterflow.store import ledger
from clusterflow.store.people import Eligible, alias_of, aliases_of, capacities, eligible_people, person_of
from clusterflow.store.pinned_models import load_model
from clusterflow.store.registry import calendar_of, initiative_records
from clusterflow.store.stakeholders import Stakeholders, stakeholders_of
from clusterflow.store.state import last_notes, load_state


@dataclass(slots=True)
class NoticeData:
    """The ledger entry and the state of the initiative, read once for all recipients."""

    entry: Entry
    state: InitiativeState
    model: LifecycleModel
    record: Initiative | None
    on: date
    names: dict[str, str]
    people: dict[str, str]
    """The person behind each pseudonym that votes, or is voted for, at this gate."""
    voters: tuple[Eligible, ...]
    stakeholders: Stakeholders
    roles: Mapping[str, frozenset[Role]]
    """The roles of each person."""
    passed: tuple[LifecycleModel, LifecycleModel] | None = None
    """Of a migration: the former model and the new one."""
    _facts: dict[Language, dict[str, Any]] = field(default_factory=dict)

    def facts(self, reader: NoticeLanguage) -> dict[str, Any]:
        language = model_language(reader)
        if language not in self._facts:
            with numbers_of(language, self.record.country if self.record else None):
                self._facts[language] = self._gathered(language)
        return self._facts[language]

    def _gathered(self, language: Language) -> dict[str, Any]:
        status = status_of(self.state, self.model, self.record, self.on, language)
        event = self.entry.event
        line = next((s for s in status.stages if s.stage == getattr(event, "stage", None)), None)
        votes = self.state.standing_votes(getattr(event, "review", ""))
        verdict = recall_gate(self.model.stage(line.stage), self.state.answers) if line else None
        return {
            "initiative": status,
            "event": event,
            "stage": line,
            "finding": self._finding(language),
            "findings": [_shown(u, severity, language) for severity, u in verdict.rated_units] if verdict else [],
            "ready": self._was_ready(verdict),
            "deciding_roles": self.model.stage(line.stage).gate.decided_by.roles if line else (),
            "missed": self._missed(language),
            "migration": self._migration(language),
            "criterion": self._condition(language),
            "hindrances": [h for h in status.hindrances if line and h.stage == line.stage],
            "votes": [{"name": self.names.get(v.decider, "—"), "role": v.role, "reason": v.reason} for v in votes],
        }

    def of(self, entry: Entry) -> NoticeData:
        """The same data for another entry of the same command and stage, without reading again."""
        return replace(self, entry=entry, _facts={})

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criterion that the entry is about, or all criteria of the group that it is about."""
        event = self.entry.event
        if not isinstance(event, ev.FindingChanged | ev.ConditionMissed):
            return ()
        part = self.model.stage(event.stage).gate.by_id.get(event.criterion)
        return tuple(leaves(part)) if part is not None else ()

    @property
    def metrics(self) -> frozenset[str]:
        return frozenset(criterion.metric for criterion in self.criteria)

    def _finding(self, language: Language) -> dict[str, Any] | None:
        event = self.entry.event
        if not isinstance(event, ev.FindingChanged):
            return None
        verdict = recall_gate(self.model.stage(event.stage), self.state.answers)
        for severity, unit in verdict.rated_units:
            if unit.id == event.criterion:
                if isinstance(unit, Finding):
                    unit = unit._replace(measurement=Measurement.from_note(event.found))
                return _shown(unit._replace(answer=event.answer), severity, language)
        return None

    def _missed(self, language: Language) -> tuple[str, ...]:
        """The titles of the conditions that opened the gate again."""
        event = self.entry.event
        if not isinstance(event, ev.GateReopened):
            return ()
        return titles_in(self.model.stage(event.stage), event.missed, language)

    def _migration(self, language: Language) -> tuple[str, ...]:
        """What a migration keeps, interrupts, opens and drops."""
        event = self.entry.event
        if not isinstance(event, ev.InitiativeMigrated) or self.passed is None:
            return ()
        return tuple(carried_lines(event, *self.passed, language))

    def _condition(self, language: Language) -> str | None:
        """The title of the criterion or group that the entry is about."""
        event = self.entry.event
        if not isinstance(event, ev.FindingChanged | ev.ConditionMissed):
            return None
        return next(iter(titles_in(self.model.stage(event.stage), (event.criterion,), language)), None)

    def _was_ready(self, verdict: Verdict | None) -> bool:
        """Whether the gate was ready when the review began; it opens by itself only then."""
        event = self.entry.event
        if verdict is None or not isinstance(event, ev.GateOpened):
            return False
        same = verdict.digest == event.findings
        return not event.by_hand or (same and verdict.readiness is Readiness.READY)

    @property
    def subject(self) -> Subject:
        """What the notice is about: the gate of the entry's stage, or the initiative."""
        stage = getattr(self.entry.event, "stage", None)
        return Subject(self.entry.chain, stage if stage in self.model.by_id else None)

    def may_see(self, person: str) -> bool:
        """Whether the person still sees the initiative; a voter whose vote fell may have lost every role in it."""
        return bool(self.roles.get(person)) or person != self.voter

    @property
    def open_review(self) -> str | None:
        """The open review of the gate that the entry is about."""
        review = self.state.open_review(getattr(self.entry.event, "stage", ""))
        return review.id if review else None

    def may_decide(self, person: str) -> bool:
        """Whether the person may cast a vote at the open gate, in their own name or for somebody else."""
        return self.open_review is not None and any(v.person == person for v in self.voters)

    @property
    def concerned(self) -> Concerned:
        improvers = {criterion.owner for criterion in self.criteria}
        owners = frozenset(person for person, held in self.roles.items() if improvers & held)
        return Concerned(deciders=frozenset(v.person for v in self.voters), voter=self.voter, owners=owners)

    @property
    def voter(self) -> str | None:
        """The person who cast the vote, or asked for the code, that the entry is about."""
        event = self.entry.event
        if isinstance(event, ev.VoteFell | ev.CodeRenewed):
            return self.people.get(getattr(event, "cast_by", None) or event.decider)
        return None

    def grants(self, person: str) -> list[tuple[str | None, Grant]]:
        """The votes that a person may cast at the open gate, each with whom it represents (``None``: themselves)."""
        review = self.state.open_review(getattr(self.entry.event, "stage", ""))
        if review is None:
            return []
        alias = {person: alias for alias, person in self.people.items()}
        return [
            (v.speaks_for, grant_of(self.state, review, alias[v.speaks_for], alias[person]))
            if v.speaks_for
            else (None, grant_of(self.state, review, alias[person], None))
            for v in self.voters
            if v.person == person
        ]


def _shown(unit: Finding | Group, severity: Severity, language: Language) -> dict[str, Any]:
    """A finding, or the answer of an *any of* as a whole, as templates read it."""
    finding, requirement = unit, unit.criterion if isinstance(unit, Finding) else unit.requirement
    return {
        "title": title_of(requirement, language),
        "sign": ANSWER[finding.answer].to(language)[0],
        "answer": finding.answer,
        "blocking": severity is Severity.BLOCKING,
        "found": finding.value_text(language),
        "asked": finding.bound_text(language),
    }


def notice_data_of(connection: Connection, entry: Entry, context: Context) -> NoticeData | None:
    """Gather the data of an entry; ``None`` if its chain belongs to no enrolled initiative.

    The connection only reads. Deciders without a pseudonym get one in a transaction of its own.
    """
    (head,) = ledger.heads(connection, [entry.chain])
    state = load_state(connection, head)
    if state is None:
        return None
    on = calendar_of(connection, entry.at.date(), entry.chain).today(entry.at)
    model, stage = load_model(connection, state.model_hash), getattr(entry.event, "stage", None)
    if stage is not None and (stage not in model.by_id or was_ended_by_a_migration(entry.event)):
        # The notice is about the gate of the former model, also where the new one has a stage of the same name.
        until = ledger.read_entries(connection, entry.chain, until=entry.version)
        state = replay(until) or state
        model = load_model(connection, state.model_hash)
    else:
        # An answer stands with the value that it had when it last changed; a mail says the newest one.
        state = state.model_copy(update={"answers": newest(state.answers, last_notes(connection, entry.chain))})
    voters: tuple[Eligible, ...] = ()
    if stage:
        rule = rule_at(model.stage(stage).gate.decided_by, state.open_review(stage))
        voters = eligible_people(connection, entry.chain, rule, on)
    cast = person_of(connection, {a for v in state.votes for a in (v.decider, v.cast_by) if a})
    speakers = {v.person for v in voters} | {v.speaks_for for v in voters if v.speaks_for}
    held = capacities(connection, entry.chain, on)
    stakeholders = stakeholders_of(connection, entry.chain, on, persons={*speakers, *cast.values(), *held})
    known = stakeholders.people
    involved = speakers & known.keys()
    known_by = aliases_of(connection, involved)
    known_by |= _new_pseudonyms(context, involved - known_by.keys())
    # A person who was withdrawn just now gets no pseudonym and has no vote.
    present = tuple(v for v in voters if {v.person, v.speaks_for or v.person} <= known_by.keys())
    people = {alias: person for person, alias in known_by.items()} | cast
    return NoticeData(
        entry=entry,
        state=state,
        model=model,
        record=initiative_records(connection, on, [entry.chain]).get(entry.chain),
        on=on,
        names={alias: known[person].name for alias, person in people.items() if person in known},
        people=people,
        voters=present,
        stakeholders=stakeholders,
        roles={person: mine.roles for person, mine in held.items()},
        passed=_passed(connection, entry),
    )


def was_ended_by_a_migration(event: ev.Event) -> bool:
    """Whether an entry is about a gate, or a vote, of the former model; a gate of that name may open at once anew."""
    by_gate = isinstance(event, ev.GateWithdrawn) and event.migrated
    return by_gate or (isinstance(event, ev.VoteFell) and event.why is VoteFall.MODEL)


def _passed(connection: Connection, entry: Entry) -> tuple[LifecycleModel, LifecycleModel] | None:
    event = entry.event
    if not isinstance(event, ev.InitiativeMigrated):
        return None
    return load_model(connection, event.former_hash), load_model(connection, event.model_hash)


def _new_pseudonyms(context: Context, nameless: Collection[str]) -> dict[str, str]:
    """New pseudonyms for people who have none, by person."""
    if not nameless:
        return {}
    with context.database.begin() as connection:
        return {p: alias for p in sorted(nameless) if (alias := alias_of(connection, p, context.new_id))}
