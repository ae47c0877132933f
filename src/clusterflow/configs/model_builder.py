"""Builds the domain model from the file as people write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from clusterflow.configs.file_values import WrittenText
from clusterflow.configs.model_file import (
    WrittenAllOf,
    WrittenAnyOf,
    WrittenCriterion,
    WrittenGate,
    WrittenModel,
    WrittenRequirement,
    WrittenStage,
)
from clusterflow.configs.parameters import default_id, fill_parameters, title_with_parameters
from clusterflow.domain.criterion import AllOf, AnyOf, Criterion
from clusterflow.domain.lifecycle import DecidedBy, Exclusion, Gate, LifecycleModel, Share, Split, Stage, Term
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.domain.terms import Role, Severity
from clusterflow.domain.text import Text


def build_model(written: WrittenModel, metrics: Mapping[str, MetricDeclaration]) -> LifecycleModel:
    """Return the model of a file without mistakes."""
    return LifecycleModel(
        id=written.model,
        version=written.version,
        title=text_of(written.title),
        about=text_of(written.about),
        source=written.source,
        lead_days=written.lead_time,
        exclusions=tuple(
            Exclusion(helix=e.helix, stages=tuple(e.stages), alone=e.alone, source=e.source) for e in written.exclusions
        ),
        stages=tuple(_stage(stage, metrics) for stage in written.stages),
    )


def _stage(written: WrittenStage, metrics: Mapping[str, MetricDeclaration]) -> Stage:
    return Stage(
        id=written.id,
        kind=written.kind,
        title=text_of(written.title),
        about=text_of(written.about) if written.about else None,
        after=tuple(written.after),
        optional=written.optional,
        open_ended=written.open_ended,
        term=Term(extension_days=written.term.extension, times=written.term.times) if written.term else None,
        allowed_days=written.allowed,
        escalate_days=written.escalate,
        source=written.source,
        proposal=written.proposal,
        gate=_gate(written.gate, written.id, metrics),
    )


def _gate(written: WrittenGate, stage: str, metrics: Mapping[str, MetricDeclaration]) -> Gate:
    builder = RequirementBuilder(metrics, stage=stage)
    by = written.decided_by
    return Gate(
        title=text_of(written.title),
        milestone=text_of(written.milestone),
        decided_by=DecidedBy(
            roles=tuple(by.roles),
            need=by.need,
            never=tuple(by.never),
            never_alone=tuple(by.never_alone),
            each=tuple(Share(helix=helix, need=need) for helix, need in by.each.items()),
            veto=tuple(by.veto),
            override=tuple(by.override),
            override_never=tuple(by.override_never),
            four_eyes=by.four_eyes,
            per_organisation=by.per_organisation,
            proxies=by.proxies,
            split=Split(
                days=by.split.days,
                tie=Role(by.split.tie) if by.split.tie in tuple(Role) else by.split.tie,
                office_after_days=by.split.office_after,
            ),
        ),
        requires=tuple(builder.requirement(part) for part in written.requires),
    )


class GroupNames:
    """Names the groups of a gate that have no name: any-of-1, all-of-1, any-of-2 ..."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()

    def next(self, kind: str) -> str:
        self.counted[kind] += 1
        return f"{kind}-{self.counted[kind]}"


class RequirementBuilder:
    """Builds the requirements of one gate, or of one text of a rulebook."""

    def __init__(self, metrics: Mapping[str, MetricDeclaration], *, stage: str = "", rulebook: str = "") -> None:
        self.stage, self.rulebook, self.metrics, self.names = stage, rulebook, metrics, GroupNames()

    def requirement(
        self, written: WrittenRequirement, severity: Severity = Severity.BLOCKING
    ) -> Criterion | AnyOf | AllOf:
        title = text_of(written.title) if written.title else None
        match written:
            case WrittenAnyOf():
                name = written.id or self.names.next("any-of")
                parts = tuple(self.requirement(part, written.severity) for part in written.any_of)
                return AnyOf(id=name, any_of=parts, severity=written.severity, title=title)
            case WrittenAllOf():
                name = written.id or self.names.next("all-of")
                parts = tuple(self.requirement(part, written.severity) for part in written.all_of)
                return AllOf(id=name, all_of=parts, severity=written.severity, title=title)
            case _:
                return self._criterion(written, title, severity)

    def _criterion(self, written: WrittenCriterion, title: Text | None, severity: Severity) -> Criterion:
        declaration = self.metrics[written.metric]
        return Criterion(
            id=written.id or default_id(declaration, written.with_),
            metric=written.metric,
            with_=fill_parameters(declaration, written.with_, self.stage, self.rulebook),
            bound=written.bound,
            keep=written.keep,
            severity=written.severity or severity,
            source=written.source,
            proposal=written.proposal,
            owner=written.owner,
            # Stored in the model, so that an initiative's page keeps the title of the day of enrolment.
            title=title or title_with_parameters(declaration, written.with_),
            note=text_of(written.note) if written.note else None,
        )


def text_of(written: WrittenText) -> Text:
    """Return a text of a file, without the spaces around it."""
    return Text(es=written.es.strip(), en=written.en.strip())
