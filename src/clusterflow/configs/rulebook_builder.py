"""Builds a rulebook from the file as people write it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from clusterflow.configs.model_builder import RequirementBuilder, text_of
from clusterflow.configs.parameters import default_id, fill_parameters, title_with_parameters
from clusterflow.configs.rulebook_file import (
    AnyRule,
    WrittenAward,
    WrittenExtension,
    WrittenOpenRule,
    WrittenRulebook,
    WrittenRuleText,
    WrittenWindow,
)
from clusterflow.domain.criterion import AllOf, AnyOf, Criterion
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.domain.rulebook import (
    AwardRange,
    AwardTerm,
    Extension,
    OpenCriterion,
    Rule,
    Rulebook,
    RuleText,
    Score,
    Window,
)
from clusterflow.domain.terms import Severity

Metrics = Mapping[str, MetricDeclaration]


def build_rulebook(written: WrittenRulebook, metrics: Metrics) -> Rulebook:
    """Return the rulebook of a file without mistakes."""
    return Rulebook(
        id=written.rulebook,
        title=text_of(written.title),
        about=text_of(written.about),
        source=written.source,
        countries=tuple(written.countries),
        regions=tuple(written.regions),
        holder_text=written.holders,
        texts=tuple(_text(text, written.rulebook, metrics) for text in written.texts),
    )


def _text(written: WrittenRuleText, rulebook: str, metrics: Metrics) -> RuleText:
    builder = RequirementBuilder(metrics, rulebook=rulebook)
    score = written.score
    return RuleText(
        id=written.id,
        title=text_of(written.title),
        draft=written.draft,
        valid_from=written.valid_from,
        valid_to=written.valid_to,
        source=written.source,
        award=_award(written.award, rulebook, metrics) if written.award is not None else None,
        windows=tuple(_window(window) for window in written.windows),
        score=Score(total=score.total, source=score.source) if score is not None else None,
        rules=tuple(_rule(rule, builder) for rule in written.rules),
        left_open=tuple(text_of(text) for text in written.left_open),
    )


def _rule(written: AnyRule, builder: RequirementBuilder) -> Rule:
    part: OpenCriterion | Criterion | AnyOf | AllOf
    part = _open(written, builder) if isinstance(written, WrittenOpenRule) else builder.requirement(written)
    return Rule(
        id=part.id,
        requirement=None if isinstance(part, OpenCriterion) else part,
        open_criterion=part if isinstance(part, OpenCriterion) else None,
        applies_to=written.applies_to,
        valid_from=written.valid_from,
        valid_to=written.valid_to,
        points=Fraction(written.points) if written.points is not None else None,
        points_by=written.points_by,
    )


def _open(written: WrittenOpenRule, builder: RequirementBuilder) -> OpenCriterion:
    declaration = builder.metrics[written.metric]
    return OpenCriterion(
        id=written.id or default_id(declaration, written.with_),
        metric=written.metric,
        with_=fill_parameters(declaration, written.with_, "", builder.rulebook),
        severity=written.severity or Severity.BLOCKING,
        source=written.source,
        owner=written.owner,
        title=text_of(written.title) if written.title else title_with_parameters(declaration, written.with_),
        note=text_of(written.note) if written.note else None,
    )


def _award(written: WrittenAward, rulebook: str, metrics: Metrics) -> AwardTerm:
    return AwardTerm(
        valid_for=written.valid_for,
        valid_until=written.valid_until,
        renewed_for=written.renewed_for,
        grace=written.grace,
        extensions=tuple(_extension(one, rulebook, metrics) for one in written.extensions),
        source=written.source,
    )


def _extension(written: WrittenExtension, rulebook: str, metrics: Metrics) -> Extension:
    builder = RequirementBuilder(metrics, rulebook=rulebook)
    return Extension(
        id=written.id,
        by=written.by,
        times=written.times,
        title=text_of(written.title),
        requires=tuple(builder.requirement(part) for part in written.requires),
        source=written.source,
    )


def _window(written: WrittenWindow) -> Window:
    awarded = written.awarded
    return Window(
        kind=written.kind,
        opens=written.opens,
        closes=written.closes,
        awarded=AwardRange(first=awarded.first, last=awarded.last) if awarded is not None else None,
        source=written.source,
        note=text_of(written.note) if written.note else None,
    )
