"""Explains a gate: for each criterion the finding, the bound, its source, the evidence, and what would help."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from clusterflow.domain.lifecycle import DecidedBy, LifecycleModel
from clusterflow.domain.measurement import Evidence, MetricCall, MetricDeclaration
from clusterflow.domain.quantity import Unit, format_quantity
from clusterflow.domain.terms import Answer, Readiness, Role, Severity
from clusterflow.domain.text import Frozen, Language
from clusterflow.domain.verdict import Finding, Group, Verdict
from clusterflow.reports.labels import word
from clusterflow.reports.status import title_of
from clusterflow.rules.suggestions import suggestion

EvidenceOf = Callable[[MetricCall], tuple[Evidence, ...]]


class EvidenceLine(Frozen):
    """One record behind a finding."""

    record: str
    entry: int
    what: str
    on: date | None
    counts_for: str


class CriterionLine(Frozen):
    """One finding with its explanation."""

    criterion: str
    title: str
    answer: Answer
    severity: Severity
    found: str
    asked: str
    keep: str | None
    source: str
    proposal: bool
    help: str
    mended_by: tuple[Role, ...]
    late: bool
    rows: int
    within: str = ""
    evidence: tuple[EvidenceLine, ...] = ()


class GateExplanation(Frozen):
    """A gate with its verdict and findings; ``findings`` is the digest that a decider confirms."""

    initiative: str
    name: str
    model: str
    stage: str
    number: int
    title: str
    gate: str
    as_of: date
    readiness: Readiness
    findings: str
    decided_by: DecidedBy
    review: str | None
    criteria: tuple[CriterionLine, ...]


def explain_gate(
    verdict: Verdict,
    model: LifecycleModel,
    *,
    initiative: str,
    name: str,
    as_of: date,
    review: str | None,
    declarations: Mapping[str, MetricDeclaration],
    evidence: EvidenceOf,
    language: Language,
) -> GateExplanation:
    """Explain a verdict, with its evidence."""
    stage = model.stage(verdict.stage)
    lines: list[CriterionLine] = []
    for result in verdict.results:
        _explain(result, "", None, lines, declarations, evidence, language)
    return GateExplanation(
        initiative=initiative,
        name=name,
        model=model.id,
        stage=stage.id,
        number=model.position(stage.id),
        title=stage.title.to(language),
        gate=stage.gate.title.to(language),
        as_of=as_of,
        readiness=verdict.readiness,
        findings=verdict.digest,
        decided_by=stage.gate.decided_by,
        review=review,
        criteria=tuple(lines),
    )


def _explain(
    result: Finding | Group,
    within: str,
    severity: Severity | None,
    lines: list[CriterionLine],
    declarations: Mapping[str, MetricDeclaration],
    evidence: EvidenceOf,
    language: Language,
) -> None:
    if isinstance(result, Group):
        for part in result.parts:
            # Inside a group the severity of the group counts: one part of an *any of* never blocks alone.
            inside = severity or result.requirement.severity
            _explain(part, result.requirement.id, inside, lines, declarations, evidence, language)
        return
    criterion = result.criterion
    declared = declarations.get(criterion.metric)
    lines.append(
        CriterionLine(
            criterion=criterion.id,
            title=title_of(criterion, language),
            answer=result.answer,
            severity=severity or criterion.severity,
            found=result.value_text(language),
            asked=result.bound_text(language),
            keep=criterion.keep.format(language) if criterion.keep else None,
            source=criterion.source,
            proposal=criterion.proposal,
            help=suggestion(result, declared, language),
            mended_by=declared.mended_by if declared else (),
            late=result.measurement.late,
            rows=result.measurement.rows,
            within=within,
            evidence=tuple(_line(e, language) for e in evidence(criterion.call)),
        )
    )


def _line(row: Evidence, language: Language) -> EvidenceLine:
    part = "?" if row.part is None else format_quantity(row.part, Unit.COUNT)
    whole = (
        ""
        if row.whole is None or row.whole == 1
        else f" {word('of', language)} {format_quantity(row.whole, Unit.COUNT)}"
    )
    return EvidenceLine(record=row.record, entry=row.entry, what=row.what, on=row.on, counts_for=part + whole)
