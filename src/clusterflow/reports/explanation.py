"""Explains a gate: for each criterion the finding, the bound, its source, the evidence, and what would help."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from clusterflow.domain.criterion import AnyOf
from clusterflow.domain.lifecycle import DecidedBy, LifecycleModel
from clusterflow.domain.measurement import Evidence, MetricCall, MetricDeclaration
from clusterflow.domain.quantity import Unit, format_quantity
from clusterflow.domain.terms import Answer, Readiness, Role, Severity
from clusterflow.domain.text import Frozen, Language
from clusterflow.domain.verdict import Finding, Group, Verdict
from clusterflow.reports.labels import word
from clusterflow.reports.status import title_of
from clusterflow.rules.suggestions import suggestion

PlaceOf = Callable[[MetricCall], str]

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
    needed: bool = True
    """False if it belongs to an *any of* that another criterion meets."""
    evidence: tuple[EvidenceLine, ...] = ()


class GroupLine(Frozen):
    """The answer for an *any of* or *all of* as a whole; its criteria name it in ``within``."""

    group: str
    title: str
    any_of: bool
    answer: Answer
    severity: Severity
    within: str = ""


class OpenRequirement(Frozen):
    """A criterion, or an *any of*, that blocks the gate."""

    requirement: str
    title: str


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
    possible_votes: int | None
    """How many votes for one decision those who may vote today can cast; None if it was not counted."""
    votes: str = ""
    """What the votes say that stand at the open review, in the reader's language; empty before the first vote."""
    criteria: tuple[CriterionLine, ...]
    groups: tuple[GroupLine, ...] = ()
    hindrances: tuple[OpenRequirement, ...] = ()
    """What blocks the gate; an *any of* counts once, and not at all while one of its parts is met."""

    @property
    def rows(self) -> tuple[tuple[int, GroupLine | CriterionLine], ...]:
        """The groups and criteria from the outside in, each with its depth."""
        return lines_in_order(self.criteria, self.groups)

    @property
    def units(self) -> tuple[GroupLine | CriterionLine, ...]:
        """What must be met each for itself: an *all of* counts as its parts, an *any of* as one."""
        groups = {g.group: g for g in self.groups}
        found = (next((g for g in groups_around(line, groups) if g.any_of), line) for line in self.criteria)
        return tuple(dict.fromkeys(found))


def lines_in_order(
    criteria: Iterable[CriterionLine], groups: Iterable[GroupLine]
) -> tuple[tuple[int, GroupLine | CriterionLine], ...]:
    """Return groups and criteria from the outside in, each with its depth."""
    by_name = {g.group: g for g in groups}
    found: list[tuple[int, GroupLine | CriterionLine]] = []
    for line in criteria:
        around = groups_around(line, by_name)
        found += [(depth, g) for depth, g in enumerate(around) if (depth, g) not in found]
        found.append((len(around), line))
    return tuple(found)


def groups_around(line: CriterionLine, groups: Mapping[str, GroupLine]) -> tuple[GroupLine, ...]:
    """Return the groups around a criterion, from the outside in."""
    around: list[GroupLine] = []
    name = line.within
    while name:
        around.insert(0, groups[name])
        name = groups[name].within
    return tuple(around)


def explain_gate(
    verdict: Verdict,
    model: LifecycleModel,
    *,
    initiative: str,
    name: str,
    as_of: date,
    review: str | None,
    possible_votes: int | None = None,
    votes: str = "",
    declarations: Mapping[str, MetricDeclaration],
    evidence: EvidenceOf,
    language: Language,
    place: PlaceOf = lambda _: "",
) -> GateExplanation:
    """Explain a verdict, with its evidence.

    Args:
        place: where what a metric counts is recorded, as a sentence; it ends the help.
    """
    stage = model.stage(verdict.stage)
    lines: list[CriterionLine] = []
    groups: list[GroupLine] = []
    for result in verdict.results:
        explain_result(result, None, lines, groups, declarations, evidence, language, place)
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
        possible_votes=possible_votes,
        votes=votes,
        criteria=tuple(lines),
        groups=tuple(groups),
        hindrances=tuple(
            OpenRequirement(requirement=unit.id, title=title_of(stage.gate.by_id[unit.id], language))
            for unit in verdict.hindrances
        ),
    )


def explain_result(
    result: Finding | Group,
    within: GroupLine | None,
    lines: list[CriterionLine],
    groups: list[GroupLine],
    declarations: Mapping[str, MetricDeclaration],
    evidence: EvidenceOf,
    language: Language,
    place: PlaceOf,
) -> None:
    """Add the lines of a result: of a group and its parts, or of one criterion."""
    if isinstance(result, Group):
        # Inside a group the severity of the group counts, and a group that is met asks nothing of its parts.
        is_met = within is not None and within.answer is Answer.MET
        group = GroupLine(
            group=result.id,
            title=title_of(result.requirement, language),
            any_of=isinstance(result.requirement, AnyOf),
            answer=Answer.MET if is_met else result.answer,
            severity=within.severity if within else result.requirement.severity,
            within=within.group if within else "",
        )
        groups.append(group)
        for part in result.parts:
            explain_result(part, group, lines, groups, declarations, evidence, language, place)
        return
    criterion = result.criterion
    declared = declarations.get(criterion.metric)
    lines.append(
        CriterionLine(
            criterion=criterion.id,
            title=title_of(criterion, language),
            answer=result.answer,
            severity=within.severity if within else criterion.severity,
            found=result.value_text(language),
            asked=result.bound_text(language),
            keep=criterion.keep.format(language) if criterion.keep else None,
            source=criterion.source,
            proposal=criterion.proposal,
            help="" if within and within.answer is Answer.MET else _help(result, declared, language, place),
            mended_by=declared.mended_by if declared else (),
            late=result.measurement.late,
            rows=result.measurement.rows,
            within=within.group if within else "",
            needed=within is None or within.answer is not Answer.MET,
            evidence=tuple(_line(e, language) for e in evidence(criterion.call)),
        )
    )


def _help(finding: Finding, declared: MetricDeclaration | None, language: Language, place: PlaceOf) -> str:
    """What would help, and where it is recorded; empty where the criterion is met."""
    advice = suggestion(finding, declared, language)
    where = place(finding.criterion.call) if finding.answer is not Answer.MET else ""
    if advice and where:
        advice = advice[0].upper() + advice[1:] + ("" if advice.endswith(".") else ".")
    return f"{advice} {where}".strip()


def _line(row: Evidence, language: Language) -> EvidenceLine:
    unit = Unit.MONEY if row.currency else Unit.COUNT
    part = "?" if row.part is None else format_quantity(row.part, unit, row.currency)
    whole = (
        ""
        if row.whole is None or row.whole == 1
        else f" {word('of', language)} {format_quantity(row.whole, unit, row.currency)}"
    )
    return EvidenceLine(record=row.record, entry=row.entry, what=row.what, on=row.on, counts_for=part + whole)
