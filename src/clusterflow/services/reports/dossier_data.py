"""Gathers the data of a dossier: metrics, registry, state, decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import cast

from sqlalchemy import Connection

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import UNMEASURED, Measurement, MetricCall
from clusterflow.domain.money import Money
from clusterflow.domain.quantity import Bound
from clusterflow.domain.records.activity import SurveyWave
from clusterflow.domain.records.base import REGISTRY
from clusterflow.domain.records.governance import Body
from clusterflow.domain.records.money import Budget, Invoice, Payment
from clusterflow.domain.records.parties import Initiative, Office
from clusterflow.domain.records.strategy import Objective, Reading, Strategy
from clusterflow.domain.state import InitiativeState, Vote
from clusterflow.domain.terms import BodyKind, HelixKind, ReviewStatus, SizeClass, SurveyTopic
from clusterflow.domain.text import Language, alphabetical
from clusterflow.reports.dossier.data import (
    BodyFacts,
    DecisionFacts,
    DossierFacts,
    DuesFacts,
    GateFacts,
    MoneyFacts,
    ObjectiveFacts,
    Signatory,
    StrategyFacts,
    ThenAndNow,
    VoteFacts,
    Wave,
)
from clusterflow.reports.status import title_of
from clusterflow.rules.work_calendar import months_before
from clusterflow.services import explanation, rulebooks
from clusterflow.services import standing as standing_service
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.context import Context
from clusterflow.services.local_time import end_of_day
from clusterflow.services.reports.evidence_names import EvidenceNames
from clusterflow.services.rulebook_foresight import foresee_with_rulebooks
from clusterflow.store import registry
from clusterflow.store.database import read_connection
from clusterflow.store.metrics import measure, measure_by_part
from clusterflow.store.people import eligible_people

SIZES: tuple[SizeClass | None, ...] = (None, SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO)
KINDS = (BodyKind.COMMITTEE, BodyKind.BOARD, BodyKind.ASSEMBLY)
"""The kinds of bodies whose meetings are reported, in order."""


def _call(metric: str, **parameters: str | int) -> MetricCall:
    return MetricCall(metric, tuple(sorted(parameters.items())))


MEMBERS, TRUST, OVERDUE, ATTENDANCE = (
    _call("members"),
    _call("trust-index"),
    _call("members-overdue"),
    _call("attendance"),
)
DUES = {size: _call("dues-collected", **({"size": size.value} if size else {})) for size in SIZES}
TURNOVER = {kind: _call("person-turnover", body=kind.value) for kind in KINDS}


def gather(
    context: Context, initiative: str, as_of: date | None, language: Language, known_on: date | None = None
) -> DossierFacts:
    """Gather the data of a dossier as of a day (by default today).

    Args:
        known_on: the state, the findings and the metrics are as they were known at the end of that day. Names, bodies,
            strategy and objectives are as they are known now.

    Raises:
        UnknownName: no initiative of that id is enrolled.
        NotPossible: the initiative was enrolled after that day.
    """
    state = standing_service.state(context, initiative, as_of, known_on)
    status = standing_service.status(context, initiative, as_of, language, known_on)
    model = standing_service.pinned_model(context, initiative)
    gates = explanation.explain(context, initiative, as_of=as_of, language=language, known_on=known_on)
    day = status.as_of
    judgments = rulebooks.judge(
        context, initiative, as_of=day, language=language, with_evidence=False, known_on=known_on
    )
    with read_connection(context.database) as connection:
        known_at = end_of_day(connection, initiative, known_on) if known_on else None
        today = day if as_of is None and known_on is None else None
        metrics = _Metrics(context, connection, initiative, day, known_at)
        record = registry.initiative_records(connection, day, [initiative]).get(initiative)
        naming = EvidenceNames(
            connection, initiative, model, day, language, by_name=context.settings.personal_data == "names"
        )
        return DossierFacts(
            language=language,
            status=status,
            model=model,
            record=record,
            office=_office(connection, record, day),
            gates=tuple(
                GateFacts(
                    gate=naming.explained(gate),
                    votes=_votes(naming, model, explanation.votes_at(connection, state, model, review, today), language)
                    if (review := state.open_review(gate.stage)) is not None
                    else (),
                    signatories=_signatories(connection, naming, model, gate.stage, initiative, day),
                )
                for gate in sorted(gates, key=lambda g: g.number)
            ),
            members=metrics.then_and_now(MEMBERS),
            members_apart={
                (HelixKind(h) if h else None, SizeClass(s) if s else None): found
                for (h, s), found in metrics.apart(MEMBERS, ("helix", "size")).items()
            },
            bodies=metrics.bodies(),
            attendance=metrics.then_and_now(ATTENDANCE),
            dues=tuple(DuesFacts(size, metrics.then_and_now(DUES[size])) for size in SIZES),
            overdue=metrics.now[OVERDUE],
            trust=metrics.now[TRUST],
            judgments=judgments,
            coming=()
            if as_of or known_on
            else foresee_with_rulebooks(context, initiative, language=language)[0].events,
            waves=metrics.waves(),
            strategy=_strategy(connection, initiative, day),
            objectives=_objectives(connection, initiative, day),
            decisions=_decisions(naming, model, state, language),
            bounds=_bounds(model, state),
            money=_money(connection, initiative, day),
        )


class _Metrics:
    """The metrics of one initiative: on the day, a year before, and by parts."""

    def __init__(
        self, context: Context, connection: Connection, initiative: str, day: date, known_at: datetime | None
    ) -> None:
        self.declared, self.connection, self.initiative, self.day = metrics_of(context), connection, initiative, day
        self.known_at = known_at
        self.year_before = months_before(day, 12)
        lasting = [MEMBERS, ATTENDANCE, *DUES.values()]
        self.now = self._measured([*lasting, TRUST, OVERDUE], day)
        self.then = self._measured(lasting, self.year_before)

    def _measured(self, calls: Iterable[MetricCall], day: date) -> dict[MetricCall, Measurement]:
        found = measure(self.connection, calls, self.declared, day, [self.initiative], self.known_at)
        return {call: by.get(self.initiative, UNMEASURED) for call, by in found.items()}

    def apart(
        self, call: MetricCall, by: tuple[str, ...], day: date | None = None
    ) -> dict[tuple[str | None, ...], Measurement]:
        found = measure_by_part(
            self.connection, call, by, self.declared, day or self.day, [self.initiative], self.known_at
        )
        return found.get(self.initiative, {})

    def then_and_now(self, call: MetricCall) -> ThenAndNow:
        return ThenAndNow(self.now[call], self.then[call])

    def bodies(self) -> tuple[BodyFacts, ...]:
        """The standing bodies of the reported kinds, by kind and name."""
        standing = [
            body for body in registry.current(self.connection, Body, self.initiative, self.day) if body.kind in KINDS
        ]
        now, then = (self.apart(ATTENDANCE, ("body",), day) for day in (self.day, self.year_before))
        kinds = {body.kind for body in standing}
        turnover = {part: found for kind in kinds for part, found in self.apart(TURNOVER[kind], ("body",)).items()}
        return tuple(
            BodyFacts(
                name=body.name,
                attendance=ThenAndNow(now.get((body.id,), UNMEASURED), then.get((body.id,), UNMEASURED)),
                turnover=turnover.get((body.id,), UNMEASURED),
            )
            for body in sorted(standing, key=lambda b: (KINDS.index(b.kind), alphabetical(b.name), b.id))
        )

    def waves(self) -> tuple[Wave, ...]:
        """Each trust survey so far, with its index on that day."""
        held = registry.current(self.connection, SurveyWave, self.initiative, self.day, topic=SurveyTopic.TRUST.value)
        return tuple(
            Wave(wave.valid_from, self._measured([TRUST], wave.valid_from)[TRUST], wave.answers, wave.invited)
            for wave in sorted(held, key=lambda w: w.valid_from)
        )


def _office(connection: Connection, record: Initiative | None, day: date) -> str | None:
    if record is None or record.office is None:
        return None
    found = registry.current(connection, Office, REGISTRY, day, id=record.office)
    return str(found[0].name) if found else None


def _strategy(connection: Connection, initiative: str, day: date) -> StrategyFacts | None:
    """The newest strategy in force."""
    found = registry.current(connection, Strategy, initiative, day)
    newest = max(found, key=lambda s: (s.valid_from, s.id), default=None)
    return StrategyFacts(newest.title, newest.valid_from, newest.horizon) if newest else None


def _money(connection: Connection, initiative: str, day: date) -> tuple[MoneyFacts, ...]:
    """Budget and dues by currency: of the last twelve months, and what is owed in all."""
    since = months_before(day, 12)
    budgets = registry.current(connection, Budget, initiative, day)
    invoices = registry.current(connection, Invoice, initiative, day)
    payments = registry.current(connection, Payment, initiative, day)
    paid = Counter[str]()
    for payment in payments:
        paid[payment.invoice] += payment.amount.minor
    found = dict[str, Counter[str]]()

    def add(name: str, amount: Money | None, minor: int | None = None) -> None:
        if amount is not None:
            found.setdefault(amount.currency, Counter())[name] += amount.minor if minor is None else minor

    for budget in budgets:
        add("budget", budget.running_cost)
        add("secured", budget.secured)
    for invoice in invoices:
        if invoice.valid_from > since:
            add("invoiced", invoice.amount)
        if invoice.due < day:
            add("owed", invoice.amount, max(0, invoice.amount.minor - paid[invoice.id]))
    for payment in payments:
        if payment.valid_from > since:
            add("collected", payment.amount)
    return tuple(
        MoneyFacts(currency=currency, **{name: Money(minor=minor, currency=currency) for name, minor in sums.items()})
        for currency, sums in sorted(found.items())
    )


def _objectives(connection: Connection, initiative: str, day: date) -> tuple[ObjectiveFacts, ...]:
    bodies = {body.id: body.name for body in registry.current(connection, Body, initiative, day)}
    last = dict[str, Reading]()
    for read in sorted(registry.current(connection, Reading, initiative, day), key=lambda r: r.valid_from):
        last[read.objective] = read
    return tuple(
        ObjectiveFacts(
            title=one.title,
            unit=one.unit or "",
            owner=bodies.get(one.owner, one.owner) if one.owner else None,
            baseline=one.baseline,
            target=one.target,
            due=one.due,
            value=last[one.id].value if one.id in last else None,
            read_on=last[one.id].valid_from if one.id in last else None,
        )
        for one in sorted(
            registry.current(connection, Objective, initiative, day), key=lambda o: (alphabetical(o.title), o.id)
        )
    )


def _decisions(
    naming: EvidenceNames, model: LifecycleModel, state: InitiativeState, language: Language
) -> tuple[DecisionFacts, ...]:
    return tuple(
        DecisionFacts(
            number=model.position(review.stage),
            title=model.stage(review.stage).title.to(language),
            on=review.closed_on,
            outcome=review.outcome,
            votes=_votes(naming, model, state.standing_votes(review.id), language),
        )
        for review in state.reviews
        if review.stage in model.by_id  # a former life may have had other stages
        and review.status is ReviewStatus.DECIDED
        and review.closed_on is not None
        and review.outcome is not None
    )


def _votes(
    naming: EvidenceNames, model: LifecycleModel, votes: Sequence[Vote], language: Language
) -> tuple[VoteFacts, ...]:
    titles = {i: title_of(part, language) for stage in model.stages for i, part in stage.gate.by_id.items()}
    return tuple(
        VoteFacts(
            role=vote.role,
            represents=tuple(sorted(vote.helixes)),
            said=vote.kind,
            reason=vote.reason,
            on=vote.at.date(),
            name=naming.behind(vote.decider),
            cast_by_other=vote.cast_by is not None,
            overrides=tuple(titles.get(c, c) for c in vote.overrides.split()),
            conditions=tuple(
                (titles.get(c, c), date.fromisoformat(due))
                for c, _, due in (one.partition("=") for one in vote.conditions.split())
            ),
            until=vote.until,
        )
        for vote in votes
    )


def _signatories(
    connection: Connection, naming: EvidenceNames, model: LifecycleModel, stage: str, initiative: str, day: date
) -> tuple[Signatory, ...]:
    """The signatories of a gate: the deciders by name, or as many lines as votes are needed, by role."""
    rule = model.stage(stage).gate.decided_by
    own = [e for e in eligible_people(connection, initiative, rule, day) if e.speaks_for is None]
    if naming.by_name and own:
        return tuple(Signatory(e.roles, naming.person(e.person)) for e in own)
    return tuple(Signatory(rule.roles) for _ in range(rule.need))


def _bounds(model: LifecycleModel, state: InitiativeState) -> dict[str, Bound]:
    """The bound of each metric: from the gates under way first, then from the others in the order of the file."""
    at_hand = [stage for stage in model.stages if stage.id in state.at_gate]
    found = dict[str, Bound]()
    for stage in (*at_hand, *model.stages):
        for criterion in cast("Iterable[Criterion]", stage.gate.criteria):
            size = dict(criterion.with_).get("size")
            found.setdefault(f"{criterion.metric} {size}" if size else criterion.metric, criterion.bound)
    return found
