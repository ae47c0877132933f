"""Lays out the verdict of a rulebook: rules with their evidence, score, windows, waivers and what is left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Literal

from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.domain.quantity import Unit, format_quantity
from clusterflow.domain.records.rulebooks import Waiver
from clusterflow.domain.rulebook import AppliesTo, Holding, Rule, Ruling, WindowKind
from clusterflow.domain.ruling import ExtensionResult, Points, RulebookVerdict, RuleResult, TextVerdict, WindowDays
from clusterflow.domain.terms import Severity
from clusterflow.domain.text import Frozen, Language
from clusterflow.domain.verdict import Finding, Group
from clusterflow.reports.explanation import (
    CriterionLine,
    EvidenceOf,
    GroupLine,
    PlaceOf,
    explain_result,
    lines_in_order,
)
from clusterflow.reports.rulebook_words import rulebook_word
from clusterflow.reports.status import title_of


class WaiverLine(Frozen):
    """Who waived which rule, why and until when."""

    rule: str
    granted_by: str
    reason: str
    since: date
    until: date | None
    in_force: bool


class RuleLine(Frozen):
    """The answer for one rule, with its criteria and their evidence."""

    rule: str
    title: str
    ruling: Ruling
    severity: Severity
    applies_to: AppliesTo
    in_force_from: date | None
    in_force_to: date | None
    found: str
    asked: str
    source: str
    help: str
    points: str = ""
    waivers: tuple[WaiverLine, ...] = ()
    criteria: tuple[CriterionLine, ...] = ()
    groups: tuple[GroupLine, ...] = ()

    @property
    def rows(self) -> tuple[tuple[int, GroupLine | CriterionLine], ...]:
        return lines_in_order(self.criteria, self.groups)


WindowState = Literal["coming", "open", "closed"]


class WindowLine(Frozen):
    """A window with its days; None: without limit."""

    kind: WindowKind
    opens: date | None
    closes: date | None
    state: WindowState
    source: str
    note: str = ""


class ExtensionLine(Frozen):
    """Whether an award can last longer."""

    extension: str
    title: str
    ruling: Ruling
    until: date | None
    found: str
    asked: str
    source: str


class TextJudgment(Frozen):
    """The answer of one text of a rulebook."""

    text: str
    title: str
    draft: bool
    ruling: Ruling
    source: str
    rules: tuple[RuleLine, ...]
    score: str = ""
    score_asked: str = ""
    score_ruling: Ruling | None = None
    windows: tuple[WindowLine, ...] = ()
    extensions: tuple[ExtensionLine, ...] = ()
    cut_offs: tuple[str, ...] = ()
    """The criteria whose cut-offs are not public and not entered."""
    left_open: tuple[str, ...] = ()


class RulebookJudgment(Frozen):
    """The answer of a rulebook for an initiative on a day."""

    initiative: str
    name: str
    rulebook: str
    title: str
    as_of: date
    ruling: Ruling
    holding: Holding
    label: str = ""
    awarded: date | None = None
    until: date | None = None
    grace_until: date | None = None
    texts: tuple[TextJudgment, ...]
    """The text that counts first, then drafts; empty if no text is in force."""
    waivers: tuple[WaiverLine, ...] = ()
    """All waivers ever granted."""
    unusable_cut_offs: tuple[str, ...] = ()
    """A sentence for each entered cut-off that does not fit the rulebook as it is now."""


def explain_rulebook(
    verdict: RulebookVerdict,
    *,
    initiative: str,
    name: str,
    declarations: Mapping[str, MetricDeclaration],
    evidence: EvidenceOf,
    language: Language,
    place: PlaceOf = lambda _: "",
    unusable: Sequence[str] = (),
) -> RulebookJudgment:
    """Explain the verdict of a rulebook, with its evidence.

    Args:
        unusable: what is to be said about cut-offs that do not fit.
    """
    label = verdict.label
    maker = _Maker(verdict, declarations, evidence, language, place)
    return RulebookJudgment(
        initiative=initiative,
        name=name,
        rulebook=verdict.rulebook.id,
        title=verdict.rulebook.title.to(language),
        as_of=verdict.day,
        ruling=verdict.ruling,
        holding=verdict.holding,
        label=label.name if label else "",
        awarded=label.awarded if label else None,
        until=label.until if label else None,
        grace_until=label.grace_until if label else None,
        texts=tuple(maker.text(text) for text in verdict.texts),
        waivers=tuple(maker.waiver(waiver) for waiver in verdict.waivers),
        unusable_cut_offs=tuple(unusable),
    )


class _Maker:
    """Makes the lines of one verdict."""

    def __init__(
        self,
        verdict: RulebookVerdict,
        declarations: Mapping[str, MetricDeclaration],
        evidence: EvidenceOf,
        language: Language,
        place: PlaceOf,
    ) -> None:
        self.verdict, self.declarations, self.language = verdict, declarations, language
        self.evidence, self.place = evidence, place

    def text(self, judged: TextVerdict) -> TextJudgment:
        score, text = judged.score, judged.text
        return TextJudgment(
            text=text.id,
            title=text.title.to(self.language),
            draft=text.draft,
            ruling=judged.ruling,
            source=text.source,
            rules=tuple(self.rule(result) for result in judged.results),
            score=_points(score, self.language) if score is not None else "",
            score_asked=text.score.total.format(self.language) if text.score is not None else "",
            score_ruling=judged.score_ruling,
            windows=tuple(self.window(window) for window in judged.windows),
            extensions=tuple(self.extension(extension) for extension in judged.extensions),
            cut_offs=tuple(result.rule.id for result in judged.results if result.measurement is not None),
            left_open=tuple(words.to(self.language) for words in text.left_open),
        )

    def rule(self, judged: RuleResult) -> RuleLine:
        rule = judged.rule
        criteria: list[CriterionLine] = []
        groups: list[GroupLine] = []
        if judged.result is not None:
            explain_result(
                judged.result, None, criteria, groups, self.declarations, self.evidence, self.language, self.place
            )
        value, bound = self._value_and_bound(judged)
        return RuleLine(
            rule=rule.id,
            title=rule_title(rule, self.language),
            ruling=judged.ruling,
            severity=rule.severity,
            applies_to=rule.applies_to,
            in_force_from=rule.valid_from,
            in_force_to=rule.valid_to,
            found=value,
            asked=bound,
            source=_sources(rule, judged),
            help=self._help(judged, criteria),
            points=_points(judged.points, self.language) if judged.points is not None else "",
            waivers=tuple(self.waiver(waiver) for waiver in judged.waivers),
            criteria=tuple(criteria),
            groups=tuple(groups),
        )

    def _value_and_bound(self, judged: RuleResult) -> tuple[str, str]:
        if judged.result is not None:
            return judged.result.value_text(self.language), judged.result.bound_text(self.language)
        open_criterion = judged.rule.open_criterion
        if judged.measurement is None or open_criterion is None:
            return "", ""
        unit = self.declarations[open_criterion.metric].unit
        return judged.measurement.format(unit, self.language), rulebook_word("not_entered", self.language)

    def _help(self, judged: RuleResult, criteria: list[CriterionLine]) -> str:
        if judged.ruling in (Ruling.MET, Ruling.NOT_IN_FORCE):
            return ""
        return " ".join(dict.fromkeys(c.help for c in criteria if c.help))

    def waiver(self, waiver: Waiver) -> WaiverLine:
        return WaiverLine(
            rule=waiver.rule,
            granted_by=waiver.granted_by,
            reason=waiver.reason,
            since=waiver.valid_from,
            until=waiver.valid_to,
            in_force=waiver.valid_to is None or self.verdict.day <= waiver.valid_to,
        )

    def _state(self, days: WindowDays) -> WindowState:
        if days.is_open(self.verdict.day):
            return "open"
        return "coming" if days.opens is not None and self.verdict.day < days.opens else "closed"

    def window(self, days: WindowDays) -> WindowLine:
        window = days.window
        return WindowLine(
            kind=window.kind,
            opens=days.opens,
            closes=days.closes,
            state=self._state(days),
            source=window.source,
            note=window.note.to(self.language) if window.note else "",
        )

    def extension(self, judged: ExtensionResult) -> ExtensionLine:
        extension = judged.extension
        return ExtensionLine(
            extension=extension.id,
            title=extension.title.to(self.language),
            ruling=judged.ruling,
            until=judged.until,
            found="; ".join(result.value_text(self.language) for result in judged.results),
            asked="; ".join(result.bound_text(self.language) for result in judged.results),
            source=extension.source,
        )


def cut_offs_text(rulebook: str, found: TextJudgment, language: Language) -> str:
    """Return which cut-offs the office may enter, and how."""
    first, last = found.cut_offs[0], found.cut_offs[-1]
    rules = first if first == last else f"{first} … {last}"
    words = rulebook_word("enter", language)
    return words.format(number=len(found.cut_offs), rules=rules, rulebook=rulebook, rule=first)


def rule_title(rule: Rule, language: Language) -> str:
    """Return the title of a rule."""
    if rule.requirement is not None:
        return title_of(rule.requirement, language)
    return rule.title.to(language) if rule.title is not None else rule.id


def _sources(rule: Rule, judged: RuleResult) -> str:
    if judged.result is not None:
        return ", ".join(dict.fromkeys(_sources_of(judged.result)))
    return rule.open_criterion.source if rule.open_criterion is not None else ""


def _sources_of(result: Finding | Group) -> list[str]:
    if isinstance(result, Finding):
        return [result.criterion.source]
    return [source for part in result.parts for source in _sources_of(part)]


def _points(points: Points, language: Language) -> str:
    """Return «12 of 20», or «12 … 15 of 20»."""

    def written(number: Fraction) -> str:
        return format_quantity(number, Unit.COUNT, language=language)

    reached = written(points.low) if points.low == points.high else f"{written(points.low)} … {written(points.high)}"
    return f"{reached} / {written(points.most)}"
