"""The same facts under another model: an initiative under several, and all live initiatives under a new text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import Connection

from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import Measurement, MetricCall
from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.terms import Answer
from clusterflow.domain.text import Language
from clusterflow.domain.verdict import Finding, flatten
from clusterflow.reports.comparison import kind_lines, stages_under
from clusterflow.reports.labels import ANSWER, READINESS
from clusterflow.reports.model_impact import Comparison, Effect, ImpactOnInitiative, ModelImpact, What
from clusterflow.reports.status import title_of
from clusterflow.rules.evaluation import Assessment, assess, required_calls
from clusterflow.rules.judge import KNOWN_SHARE, judge_gate
from clusterflow.rules.work_calendar import WorkCalendar
from clusterflow.services import standing
from clusterflow.services.catalogue.metrics import metrics_of
from clusterflow.services.context import Context
from clusterflow.services.local_time import today_of
from clusterflow.store import ledger
from clusterflow.store.metrics import measure
from clusterflow.store.pinned_models import load_model
from clusterflow.store.portfolio import enrolled_initiatives, live_initiatives
from clusterflow.store.registry import initiative_records, profiles_of
from clusterflow.store.state import load_states

Numbers = Mapping[MetricCall, Measurement]


def compare(
    context: Context, initiative: str, models: Sequence[LifecycleModel], language: Language | None = None
) -> Comparison:
    """Judge the facts of one initiative by all gates of several models, as of today.

    Raises:
        UnknownName: no such initiative is enrolled.
    """
    reader = language or context.language
    with context.reading() as connection:
        state = standing.load(connection, initiative)
        day = today_of(connection, [initiative], context.clock())[initiative]
        record = initiative_records(connection, day, [initiative]).get(initiative)
        calls = {c for model in models for c in _calls_of(model)}
        found = measure(connection, calls, metrics_of(context), day, [initiative])
    numbers = {call: by[initiative] for call, by in found.items() if initiative in by}
    with numbers_of(reader, record.country if record else None):
        under = (
            one
            for model in models
            for one in stages_under(model, {s.id: judge_gate(s, numbers) for s in model.stages}, reader)
        )
        return Comparison(
            initiative=initiative,
            name=record.name if record else initiative,
            model=state.model,
            as_of=day,
            models=tuple(model.id for model in models),
            kinds=kind_lines(under, reader),
        )


def impact(context: Context, model: LifecycleModel, language: Language | None = None) -> ModelImpact:
    """Return what a new text of a model would change for the live initiatives under an earlier one.

    Every metric of both texts is measured once for all of them. Nothing is written, and nobody is migrated.
    """
    reader, now = language or context.language, context.clock()
    with context.reading() as connection:
        under = live_initiatives(connection, model.id)
        live = load_states(connection, ledger.heads(connection, under))
        profiles = profiles_of(connection, now.date(), under)
        # An initiative whose own record was retracted continues, on the days of UTC.
        days = {i: (profiles[i].calendar if i in profiles else WorkCalendar()).today(now) for i in live}
        olds = {i: load_model(connection, state.model_hash) for i, state in live.items()}
        numbers = _numbers(context, connection, live, olds, model, days)
    lines = []
    for initiative, state in sorted(live.items()):
        profile = profiles.get(initiative)
        with numbers_of(reader, profile.country if profile else None):
            effects = tuple(_effects(state, olds[initiative], model, numbers.get(initiative, {}), reader))
        name = profile.name if profile else initiative
        lines.append(ImpactOnInitiative(initiative=initiative, name=name, effects=effects))
    return ModelImpact(model=model.id, model_hash=model.hash, live=len(live), initiatives=tuple(lines))


def _calls_of(model: LifecycleModel) -> frozenset[MetricCall]:
    calls = (criterion.call for stage in model.stages for criterion in stage.gate.criteria)
    return frozenset(call for call in calls if call.metric != KNOWN_SHARE)


def _numbers(
    context: Context,
    connection: Connection,
    live: Mapping[str, InitiativeState],
    olds: Mapping[str, LifecycleModel],
    new: LifecycleModel,
    days: Mapping[str, date],
) -> Mapping[str, Numbers]:
    by_day: dict[date, list[str]] = defaultdict(list)
    for initiative in live:
        by_day[days[initiative]].append(initiative)
    numbers: dict[str, dict[MetricCall, Measurement]] = {initiative: {} for initiative in live}
    everybody = len(enrolled_initiatives(connection))
    for day, initiatives in by_day.items():
        calls = {c for i in initiatives for c in required_calls(olds[i], live[i])}
        calls |= {c for i in initiatives for c in required_calls(new, _reduced(live[i], new))}
        # A statement over all initiatives needs no list of them, which takes longer than to measure as many again.
        chosen = None if 1 < everybody < 2 * len(initiatives) else initiatives
        for call, by in measure(connection, calls, metrics_of(context), day, chosen).items():
            for initiative in initiatives:
                if (number := by.get(initiative)) is not None:
                    numbers[initiative][call] = number
    return numbers


def _reduced(state: InitiativeState, model: LifecycleModel) -> InitiativeState:
    """Return the state without what belongs to stages that the model does not have."""
    there = model.by_id
    if all(stage in there for stage in _stages_of(state)):
        return state
    return state.model_copy(
        update={name: tuple(one for one in getattr(state, name) if one.stage in there) for name in _OF_STAGES}
    )


def _stages_of(state: InitiativeState) -> frozenset[str]:
    return frozenset(one.stage for name in _OF_STAGES for one in getattr(state, name))


_OF_STAGES = ("visits", "reviews", "milestones", "conditions", "answers")
"""The parts of a state that belong to stages."""


def _effects(
    state: InitiativeState, old: LifecycleModel, new: LifecycleModel, numbers: Numbers, language: Language
) -> Iterator[Effect]:
    if old.lead != new.lead:
        yield Effect.of("lead-time", "", "", "lead", language, before=old.lead, after=new.lead)
    for stage in old.stages:
        if stage.id not in new.by_id and (state.visit(stage.id) or state.milestone(stage.id)):
            what: What = "milestone" if state.milestone(stage.id) else "stage"
            yield Effect.of(what, stage.id, stage.title.to(language), "lost", language)
    before = assess(old, state, numbers)
    after = assess(new, _reduced(state, new), numbers)
    for stage in new.stages:
        title = stage.title.to(language)
        was, now = before.verdicts.get(stage.id), after.verdicts.get(stage.id)
        if was is not None and now is not None and was.readiness is not now.readiness:
            change = f"{READINESS[was.readiness].to(language)} → {READINESS[now.readiness].to(language)}"
            yield Effect(what="gate", stage=stage.id, title=title, text=change)
        yield from _answers(before, after, stage.id, title, language)
        if state.milestone(stage.id) is not None:
            fallen = [u for u in after.watched.get(stage.id, ()) if u.kept is Answer.UNMET]
            stood = {u.id for u in before.watched.get(stage.id, ()) if u.kept is Answer.UNMET}
            for unit in (u for u in fallen if u.id not in stood):
                lapsing = title_of(stage.gate.by_id[unit.id], language)
                yield Effect.of("milestone", stage.id, title, "lapse", language, asked=lapsing)
        visit = state.visit(stage.id)
        if visit is not None and stage.id in old.by_id and old.stage(stage.id).allowed_days != stage.allowed_days:
            due = visit.entered_on + timedelta(days=stage.allowed_days)
            yield Effect.of("deadline", stage.id, title, "due", language, before=visit.due_on, after=due)


def _answers(before: Assessment, after: Assessment, stage: str, title: str, language: Language) -> Iterator[Effect]:
    old, new = _findings(before, stage), _findings(after, stage)
    for name, finding in new.items():
        was = old[name].answer if name in old else None
        if was is finding.answer or (was is None and finding.answer is Answer.MET):
            continue
        start = ANSWER[was].to(language) if was is not None else "–"
        change = f"{start} → {ANSWER[finding.answer].to(language)} ({finding.value_text(language)}; "
        change += f"{finding.bound_text(language)})"
        text = f"{title_of(finding.criterion, language)}: {change}"
        yield Effect(what="answer", stage=stage, title=title, text=text)


def _findings(assessed: Assessment, stage: str) -> dict[str, Finding]:
    verdict = assessed.verdicts.get(stage)
    results = verdict.results if verdict is not None else assessed.watched.get(stage, ())
    return {finding.id: finding for result in results for finding in flatten(result)}
