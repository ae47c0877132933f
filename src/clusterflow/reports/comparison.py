"""Compares models: one initiative under several, and two texts of one model in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion, bounds_of, leaves
from clusterflow.domain.lifecycle import LifecycleModel, Stage
from clusterflow.domain.terms import Readiness, StageKind
from clusterflow.domain.text import Frozen, Language, Text
from clusterflow.domain.verdict import Verdict
from clusterflow.reports.labels import SEVERITY, word
from clusterflow.reports.portfolio.texts import KIND
from clusterflow.reports.quorum import quorum
from clusterflow.reports.status import title_of
from clusterflow.rules.stage_order import layers


class StageUnderModel(Frozen):
    """One stage of a model, and what it would be for the initiative today."""

    model: str
    stage: str
    title: str
    number: int
    place: Literal["behind", "here", "ahead"]
    """Behind: its gate and all before it are ready. Here: all before it are, and its own is not. Ahead: neither."""
    readiness: Readiness
    holds_back: tuple[str, ...]
    """What blocks its gate, with what is found and asked."""


class KindLine(Frozen):
    """The stages of one kind, of all models that are compared."""

    kind: StageKind
    title: str
    stages: tuple[StageUnderModel, ...]


def stages_under(
    model: LifecycleModel, verdicts: Mapping[str, Verdict], language: Language
) -> Iterator[tuple[StageKind, StageUnderModel]]:
    """Yield each stage of a model with its place in a life that passes every gate which is ready."""
    passed: set[str] = set()
    for layer in layers(model):
        for stage in (model.stage(name) for name in layer):
            verdict = verdicts[stage.id]
            reached = all(before in passed or model.stage(before).optional for before in stage.after)
            ready = verdict.readiness is Readiness.READY
            if reached and ready:
                passed.add(stage.id)
            yield (
                stage.kind,
                StageUnderModel(
                    model=model.id,
                    stage=stage.id,
                    title=stage.title.to(language),
                    number=model.position(stage.id),
                    place="ahead" if not reached else "behind" if ready else "here",
                    readiness=verdict.readiness,
                    holds_back=tuple(
                        f"{title_of(stage.gate.by_id[unit.id], language)}: {unit.value_text(language)}, "
                        f"{word('asked', language).lower()} {unit.bound_text(language)}"
                        for unit in verdict.hindrances
                    ),
                ),
            )


def kind_lines(found: Iterable[tuple[StageKind, StageUnderModel]], language: Language) -> tuple[KindLine, ...]:
    """Group the stages of several models by their kinds, in the order of the kinds."""
    by_kind: dict[StageKind, list[StageUnderModel]] = {}
    for kind, stage in found:
        by_kind.setdefault(kind, []).append(stage)
    return tuple(
        KindLine(kind=kind, title=KIND[kind].to(language), stages=tuple(by_kind[kind]))
        for kind in StageKind
        if kind in by_kind
    )


What = Literal["lead-time", "stage", "order", "time", "deciders", "criterion", "bound", "keep", "severity"]


class ModelChange(Frozen):
    """One difference between two models."""

    stage: str
    """Empty for what concerns the whole model."""
    title: str = ""
    what: What
    text: str


_TEXTS: dict[str, Text] = {
    "lead": Text(
        es="se avisa de lo que viene con {after} días; antes: {before}",
        en="what comes is announced {after} days ahead; before: {before}",
    ),
    "new stage": Text(es="etapa nueva: {title}", en="new stage: {title}"),
    "no stage": Text(es="ya no hay etapa: {title}", en="no stage any more: {title}"),
    "after": Text(es="sigue a: {after}; antes a: {before}", en="follows: {after}; before: {before}"),
    "days": Text(es="plazo: {after} días; antes: {before}", en="allowed: {after} days; before: {before}"),
    "deciders": Text(es="decide: {after}; antes: {before}", en="decides: {after}; before: {before}"),
    "new criterion": Text(
        es="criterio nuevo: {title} {bound} ({severity})", en="new criterion: {title} {bound} ({severity})"
    ),
    "no criterion": Text(es="ya no se pide: {title}", en="no longer asked: {title}"),
    "bound": Text(es="{title}: se pide {after}; antes {before}", en="{title}: asks {after}; before {before}"),
    "keep": Text(
        es="{title}: se mantiene con {after}; antes {before}", en="{title}: is kept with {after}; before {before}"
    ),
    "severity": Text(es="{title}: {after}; antes {before}", en="{title}: {after}; before {before}"),
}


def model_changes(before: LifecycleModel, after: LifecycleModel, language: Language) -> tuple[ModelChange, ...]:
    """Return the differences between two models in words, stage by stage in the order of the new one.

    Stages are the same if they have the same id, or else the same kind.
    """
    return tuple(_changes(before, after, language))


def stage_pairs(before: LifecycleModel, after: LifecycleModel) -> Mapping[str, str]:
    """Return which stage of one model is which of another: by id, else by the only stage of its kind."""
    pairs = {stage.id: stage.id for stage in before.stages if stage.id in after.by_id}
    for stage in before.stages:
        same = [s.id for s in after.stages if s.kind is stage.kind and s.id not in pairs.values()]
        if stage.id not in pairs and len(same) == 1:
            pairs[stage.id] = same[0]
    return pairs


def _changes(before: LifecycleModel, after: LifecycleModel, language: Language) -> Iterator[ModelChange]:
    if before.lead != after.lead:
        yield _change(None, "lead-time", "lead", language, before=before.lead, after=after.lead)
    earlier = {new: old for old, new in stage_pairs(before, after).items()}
    for stage in after.stages:
        if stage.id not in earlier:
            yield _change(stage, "stage", "new stage", language, title=stage.title.to(language))
            continue
        old = before.stage(earlier[stage.id])
        if set(old.after) != {earlier.get(name, name) for name in stage.after}:
            follows = {"before": _titles(before, old.after, language), "after": _titles(after, stage.after, language)}
            yield _change(stage, "order", "after", language, **follows)
        yield from _stage_changes(old, stage, language)
    for stage in before.stages:
        if stage.id not in earlier.values():
            yield _change(stage, "stage", "no stage", language, title=stage.title.to(language))


def _stage_changes(old: Stage, new: Stage, language: Language) -> Iterator[ModelChange]:
    if old.allowed_days != new.allowed_days:
        yield _change(new, "time", "days", language, before=old.allowed_days, after=new.allowed_days)
    rules = (quorum(old.gate.decided_by, language), quorum(new.gate.decided_by, language))
    if rules[0] != rules[1]:
        yield _change(new, "deciders", "deciders", language, before=rules[0], after=rules[1])
    were = {criterion.id: (criterion, around) for around in old.gate.requires for criterion in leaves(around)}
    are = {criterion.id: (criterion, around) for around in new.gate.requires for criterion in leaves(around)}
    earlier = _criterion_pairs({n: c for n, (c, _) in were.items()}, {n: c for n, (c, _) in are.items()}, language)
    for name, (criterion, around) in are.items():
        title, severity = title_of(criterion, language), SEVERITY[around.severity].to(language)
        if name not in earlier:
            bound = criterion.bound.format(language)
            yield _change(new, "criterion", "new criterion", language, title=title, bound=bound, severity=severity)
            continue
        yield from _criterion_changes(new, were[earlier[name]], criterion, around, title, language)
    for name, (criterion, _) in were.items():
        if name not in earlier.values():
            yield _change(new, "criterion", "no criterion", language, title=title_of(criterion, language))


def _criterion_pairs(
    were: Mapping[str, Criterion], are: Mapping[str, Criterion], language: Language
) -> Mapping[str, str]:
    """Return which criterion of the new text was which of the former: by id, else by the only one with its title."""
    pairs = {name: name for name in are if name in were}
    ended = {name: title_of(were[name], language) for name in were if name not in are}
    begun = {name: title_of(are[name], language) for name in are if name not in were}
    for name, title in begun.items():
        former = [n for n, t in ended.items() if t == title]
        if len(former) == 1 and list(begun.values()).count(title) == 1:
            pairs[name] = former[0]
    return pairs


def _criterion_changes(
    stage: Stage,
    was: tuple[Criterion, Criterion | AnyOf | AllOf],
    criterion: Criterion,
    around: Criterion | AnyOf | AllOf,
    title: str,
    language: Language,
) -> Iterator[ModelChange]:
    old, old_around = was
    if old.bound != criterion.bound or old.with_ != criterion.with_:
        write = bounds_of if old.with_ == criterion.with_ else _asked
        bounds = {"before": write(old, language), "after": write(criterion, language)}
        yield _change(stage, "bound", "bound", language, title=title, **bounds)
    if old.keep != criterion.keep:
        keeps = [c.keep.format(language) if c.keep else "–" for c in (old, criterion)]
        yield _change(stage, "keep", "keep", language, title=title, before=keeps[0], after=keeps[1])
    if old_around.severity is not around.severity:
        both = [SEVERITY[one.severity].to(language) for one in (old_around, around)]
        yield _change(stage, "severity", "severity", language, title=title, before=both[0], after=both[1])


def _asked(criterion: Criterion, language: Language) -> str:
    """The bound with the parameters of the metric: «yes (form=foundation)»."""
    bound = criterion.bound.format(language)
    return f"{bound} ({', '.join(f'{name}={value}' for name, value in criterion.with_)})" if criterion.with_ else bound


def _change(stage: Stage | None, what: What, template: str, language: Language, **values: object) -> ModelChange:
    return ModelChange(
        stage=stage.id if stage else "", title=stage.title.to(language) if stage else "", what=what,
        text=_TEXTS[template].to(language).format(**values),
    )  # fmt: skip


def _titles(model: LifecycleModel, stages: Iterable[str], language: Language) -> str:
    return ", ".join(model.stage(name).title.to(language) for name in stages) or "–"
