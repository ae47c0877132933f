"""Judges an initiative by a rulebook. Pure: measurements, labels, waivers and the day are arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion
from clusterflow.domain.measurement import UNMEASURED, Measurement
from clusterflow.domain.quantity import Bound
from clusterflow.domain.records.activity import Label
from clusterflow.domain.records.rulebooks import Waiver
from clusterflow.domain.rulebook import (
    AppliesTo,
    Extension,
    HolderText,
    Holding,
    PointsBy,
    Rule,
    Rulebook,
    RuleText,
    Ruling,
    WindowKind,
    within,
)
from clusterflow.domain.ruling import (
    ExtensionResult,
    HeldLabel,
    Points,
    RulebookVerdict,
    RuleResult,
    TextVerdict,
    WindowDays,
)
from clusterflow.domain.terms import Answer, Severity
from clusterflow.domain.verdict import Finding, Group, is_covered, names_in
from clusterflow.rules.award_days import add_offset, grace_end, last_day, windows_of
from clusterflow.rules.judge import Measurements, all_of, answer, any_of, judge

RULING = {Answer.MET: Ruling.MET, Answer.UNMET: Ruling.UNMET, Answer.UNKNOWN: Ruling.UNKNOWN}


@dataclass(frozen=True, slots=True)
class RulebookFacts:
    """What is recorded about one initiative and one rulebook, beside the measurements."""

    labels: Sequence[Label] = ()
    """The awards of the label, in the order of their days, none after the day judged."""
    waivers: Sequence[Waiver] = ()
    """Every waiver that began on or before the day judged."""


@dataclass(frozen=True, slots=True)
class EnteredCutOff:
    """A cut-off that the office entered, in the unit of its metric, and its source."""

    bound: Bound
    source: str | None


CutOffs = Mapping[str, EnteredCutOff]
"""By criterion, the cut-offs of one rulebook that are in force on the day."""

RuleMemo = dict[tuple[int, ...], RuleResult]
"""The answers found so far on one day, by the identities of a rule and of the numbers that it is about."""


def judge_rulebook(
    rulebook: Rulebook,
    measurements: Measurements,
    facts: RulebookFacts,
    cut_offs: CutOffs,
    day: date,
    memo: RuleMemo | None = None,
) -> RulebookVerdict:
    """Judge an initiative by the text in force on the day, and by the drafts beside it.

    A holder is judged by the text of the award if the rulebook says so. A day in no text, or outside a rule's own
    validity, is *not in force*, never unmet.

    Args:
        memo: the same for several initiatives on the same day, whose measurements all live as long as it does.
    """
    label = held_label(rulebook, facts.labels)
    text = governing_text(rulebook, label, day)
    holding = holding_on(label, day)
    waivers = [w for w in facts.waivers if within(day, w.valid_from, w.valid_to)]
    drafts = [t for t in rulebook.texts if t.draft and t.is_in_force(day)]

    def judged(one: RuleText) -> TextVerdict:
        return _judge_text(one, measurements, waivers, cut_offs, holding, label, day, {} if memo is None else memo)

    return RulebookVerdict(
        rulebook=rulebook,
        day=day,
        holding=holding,
        label=label,
        governing=judged(text) if text is not None else None,
        drafts=tuple(judged(one) for one in drafts),
        waivers=tuple(facts.waivers),
    )


def governing_text(rulebook: Rulebook, label: HeldLabel | None, day: date) -> RuleText | None:
    """Return the text that counts for an initiative on a day: the one in force, or that of the award."""
    by_award = label is not None and rulebook.holder_text is HolderText.AWARD_DAY
    if label is not None and by_award and holding_on(label, day) is not Holding.LOST:
        return rulebook.text_on(label.awarded) or rulebook.text_on(day)
    return rulebook.text_on(day)


def held_label(rulebook: Rulebook, labels: Sequence[Label]) -> HeldLabel | None:
    """Return the last award, with the end and the grace period of its record, or else of the text it was made under."""
    if not labels:
        return None
    last = labels[-1]
    text = rulebook.text_on(last.valid_from)
    term = text.award if text is not None else None
    until = last.valid_to or last_day(term, last.valid_from, renewed=len(labels) > 1)
    return HeldLabel(
        name=last.name,
        awarded=last.valid_from,
        until=until,
        grace_until=last.grace_until or grace_end(term, until),
        awards=len(labels),
    )


def holding_on(label: HeldLabel | None, day: date) -> Holding:
    """Return where an initiative is with the label of a rulebook on a day."""
    if label is None:
        return Holding.NONE
    if label.until is None or day <= label.until:
        return Holding.HELD
    return Holding.GRACE if label.grace_until is not None and day <= label.grace_until else Holding.LOST


def _judge_text(
    text: RuleText,
    measurements: Measurements,
    waivers: Sequence[Waiver],
    cut_offs: CutOffs,
    holding: Holding,
    label: HeldLabel | None,
    day: date,
    memo: RuleMemo,
) -> TextVerdict:
    left_out = AppliesTo.APPLICANTS if holding is Holding.HELD else AppliesTo.HOLDERS
    results = tuple(
        _judge_rule(rule, measurements, waivers, cut_offs, day, memo)
        for rule in text.rules
        if rule.applies_to is not left_out
    )
    in_force = [r for r in results if r.ruling is not Ruling.NOT_IN_FORCE]
    points = [r.points for r in in_force if r.points is not None]
    score = _sum(points) if text.score is not None else None
    score_ruling = _score_ruling(text, score) if score is not None else None
    decisive = [r.ruling for r in in_force if r.rule.severity is Severity.BLOCKING]
    decisive += [score_ruling] if score_ruling is not None else []
    return TextVerdict(
        text=text,
        ruling=_all(decisive) if decisive else Ruling.UNKNOWN,
        results=results,
        score=score,
        score_ruling=score_ruling,
        windows=tuple(w for w in windows_of(text, label) if _concerns(w, holding)),
        extensions=tuple(_extension(e, measurements, label) for e in _extensions(text, holding)),
    )


def _concerns(window: WindowDays, holding: Holding) -> bool:
    """A renewal concerns those who hold the label or can still renew it; an entry concerns everybody else."""
    renewable = holding in (Holding.HELD, Holding.GRACE)
    return renewable if window.window.kind is WindowKind.RENEWAL else holding is not Holding.HELD


@lru_cache(maxsize=1024)
def _unmeasured(rule: Rule, entered: EnteredCutOff | None) -> RuleResult:
    """The answer for a rule of which nothing is measured. In a portfolio most rules are such, so it is found once."""
    requirement, measured = _requirement(rule, entered, {})
    result = judge_requirement(requirement, {}) if requirement is not None else None
    found = result.answer if result is not None else Answer.UNKNOWN
    return RuleResult(rule, RULING[found], result, measured, (), _points(rule, result, found))


def _requirement(
    rule: Rule, entered: EnteredCutOff | None, measurements: Measurements
) -> tuple[Criterion | AnyOf | AllOf | None, Measurement | None]:
    """Return the requirement of a rule; if its cut-off is not entered, what was measured instead."""
    if rule.open_criterion is None:
        return rule.requirement, None
    if entered is None:
        return None, measurements.get(rule.open_criterion.call, UNMEASURED)
    return rule.open_criterion.with_bound(entered.bound, entered.source), None


def _judge_rule(
    rule: Rule,
    measurements: Measurements,
    waivers: Sequence[Waiver],
    cut_offs: CutOffs,
    day: date,
    memo: RuleMemo,
) -> RuleResult:
    if waivers:
        return _judge_rule_anew(rule, measurements, waivers, cut_offs, day)
    key = (id(rule), *[id(measurements.get(call)) for call in rule.calls])
    found = memo.get(key)
    if found is None:
        found = memo[key] = _judge_rule_anew(rule, measurements, waivers, cut_offs, day)
    return found


def _judge_rule_anew(
    rule: Rule, measurements: Measurements, waivers: Sequence[Waiver], cut_offs: CutOffs, day: date
) -> RuleResult:
    if not rule.is_in_force(day):
        return RuleResult(rule, Ruling.NOT_IN_FORCE, None)
    if not waivers and not any(call in measurements for call in rule.calls):
        return _unmeasured(rule, cut_offs.get(rule.id))
    requirement, measured = _requirement(rule, cut_offs.get(rule.id), measurements)
    result = judge_requirement(requirement, measurements) if requirement is not None else None
    names = names_in(result) if result is not None else frozenset({rule.id})
    own = tuple(w for w in waivers if w.rule in names or w.rule == rule.id)
    waived = {w.rule for w in own}
    found = result.answer if result is not None else Answer.UNKNOWN
    covered = rule.id in waived or (result is not None and bool(waived) and is_covered(result, waived))
    ruling = Ruling.MET if covered else RULING[found]
    return RuleResult(rule, ruling, result, measured, own, _points(rule, result, found))


def judge_requirement(requirement: Criterion | AnyOf | AllOf, measurements: Measurements) -> Finding | Group:
    """Return the answer for a requirement with its parts."""
    if isinstance(requirement, Criterion):
        return judge(requirement, measurements.get(requirement.call, UNMEASURED))
    inner = requirement.any_of if isinstance(requirement, AnyOf) else requirement.all_of
    parts = tuple(judge_requirement(part, measurements) for part in inner)
    joined = any_of if isinstance(requirement, AnyOf) else all_of
    return Group(requirement, joined(p.answer for p in parts), parts, joined(p.kept for p in parts))


def _points(rule: Rule, result: Finding | Group | None, found: Answer) -> Points | None:
    if rule.points is None:
        return None
    most = rule.points
    if rule.points_by is PointsBy.VALUE and isinstance(result, Finding):
        low, high = result.measurement.low, result.measurement.high
        return Points(most * _clipped(low, Fraction(0)), most * _clipped(high, Fraction(1)), most)
    low_points = most if found is Answer.MET else Fraction(0)
    return Points(low_points, Fraction(0) if found is Answer.UNMET else most, most)


def _clipped(value: Fraction | None, otherwise: Fraction) -> Fraction:
    return otherwise if value is None else min(max(value, Fraction(0)), Fraction(1))


def _sum(points: Iterable[Points]) -> Points:
    given = tuple(points)
    zero = Fraction(0)
    return Points(
        sum((p.low for p in given), zero), sum((p.high for p in given), zero), sum((p.most for p in given), zero)
    )


def _score_ruling(text: RuleText, score: Points) -> Ruling:
    if text.score is None or not score.most:
        return Ruling.UNKNOWN
    return RULING[answer(text.score.total, Measurement(score.low / score.most, score.high / score.most))]


def _all(rulings: Sequence[Ruling]) -> Ruling:
    """Unmet if one is unmet; met only if all are."""
    if Ruling.UNMET in rulings:
        return Ruling.UNMET
    return Ruling.MET if all(r is Ruling.MET for r in rulings) else Ruling.UNKNOWN


def _extensions(text: RuleText, holding: Holding) -> tuple[Extension, ...]:
    return text.award.extensions if text.award is not None and holding is Holding.HELD else ()


def _extension(extension: Extension, measurements: Measurements, label: HeldLabel | None) -> ExtensionResult:
    results = tuple(judge_requirement(part, measurements) for part in extension.requires)
    until = label.until if label is not None else None
    return ExtensionResult(
        extension=extension,
        ruling=_all([RULING[r.answer] for r in results]),
        results=results,
        until=add_offset(until, extension.by) if until is not None else None,
    )
