"""Findings for criteria and verdicts for gates."""

from __future__ import annotations

import hashlib
from collections.abc import Container
from typing import NamedTuple

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion, bounds_of
from clusterflow.domain.measurement import Measurement
from clusterflow.domain.terms import Answer, Readiness, Severity
from clusterflow.domain.text import Language


class Finding(NamedTuple):
    """The answer for one criterion, with what was measured and what would help."""

    criterion: Criterion
    answer: Answer
    measurement: Measurement
    kept: Answer
    """The answer for the bound that an achieved milestone must keep."""

    @property
    def id(self) -> str:
        return self.criterion.id

    @property
    def parts(self) -> tuple[Finding | Group, ...]:
        """A single finding has no parts."""
        return ()

    def value_text(self, language: Language = "en") -> str:
        """The measured value, as people read it. It is on the same side of the bounds as the exact value."""
        bound, keep, found = self.criterion.bound, self.criterion.keep, self.measurement
        if found.currency is None and not found.amounts:
            found = found._replace(currency=bound.currency)  # nothing, or something unknown, in whatever currency
        text = found.format(bound.unit, language, *((bound, keep) if found.currency in (None, bound.currency) else ()))
        if bound.currency is None or found.currency == bound.currency or found.is_empty:
            return text
        converted = found.in_currency(bound.currency)
        # The recorded amounts follow a converted number.
        return text if converted.currencies else f"{converted.format(bound.unit, language, bound, keep)} ({text})"

    def bound_text(self, language: Language = "en") -> str:
        return self.criterion.bound.format(language)


class Group(NamedTuple):
    """The answer for an *any of* or *all of*, with the answers of its parts."""

    requirement: AnyOf | AllOf
    answer: Answer
    parts: tuple[Finding | Group, ...]
    kept: Answer
    """The answer for what an achieved milestone must keep of the group."""

    @property
    def id(self) -> str:
        return self.requirement.id

    def value_text(self, language: Language = "en") -> str:
        """The measured values of its parts."""
        return " / ".join(part.value_text(language) for part in self.parts)

    def bound_text(self, language: Language = "en") -> str:
        """The bounds of its parts: «≥ 30 % or ≥ 10 %»."""
        return bounds_of(self.requirement, language)


class Verdict(NamedTuple):
    """The answer for a gate."""

    stage: str
    readiness: Readiness
    results: tuple[Finding | Group, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(leaf for result in self.results for leaf in flatten(result))

    @property
    def units(self) -> tuple[Finding | Group, ...]:
        """The requirements that must each be met: an *all of* counts as its parts, an *any of* as one."""
        return tuple(unit for _, unit in self.rated_units)

    @property
    def rated_units(self) -> tuple[tuple[Severity, Finding | Group], ...]:
        """The units, each with its severity: inside a group the severity of the group counts."""
        return tuple((severity_of(result), unit) for result in self.results for unit in units_of(result))

    @property
    def hindrances(self) -> tuple[Finding | Group, ...]:
        """The blocking requirements that are not met."""
        return tuple(
            unit
            for severity, unit in self.rated_units
            if severity is Severity.BLOCKING and unit.answer is not Answer.MET
        )

    @property
    def digest(self) -> str:
        """A short fingerprint of the answers. A decider states with it which findings were seen.

        Only the answers count: a value that changes without a new answer does not make a decision stale.
        """
        text = "|".join(f"{f.criterion.id}={f.answer}" for f in self.findings)
        return hashlib.sha256(f"{self.stage}|{text}".encode()).hexdigest()[:12]


def severity_of(result: Finding | Group) -> Severity:
    return result.criterion.severity if isinstance(result, Finding) else result.requirement.severity


def flatten(result: Finding | Group) -> tuple[Finding, ...]:
    if isinstance(result, Finding):
        return (result,)
    return tuple(leaf for part in result.parts for leaf in flatten(part))


def units_of(result: Finding | Group) -> tuple[Finding | Group, ...]:
    """Return the requirements within a result that must each be met."""
    if isinstance(result, Group) and isinstance(result.requirement, AllOf):
        return tuple(unit for part in result.parts for unit in units_of(part))
    return (result,)


def results_in(result: Finding | Group) -> tuple[Finding | Group, ...]:
    """Yield a result and everything inside it, from the outside in."""
    return (result, *(inner for part in result.parts for inner in results_in(part)))


def names_in(result: Finding | Group) -> frozenset[str]:
    """Return the ids of a result and of everything inside it."""
    return frozenset(inner.id for inner in results_in(result))


def is_covered(result: Finding | Group, names: Container[str]) -> bool:
    """Whether the named criteria and groups are enough for a requirement. One part of an *any of* is enough for the
    whole.
    """
    if result.id in names:
        return True
    if isinstance(result, Finding):
        return False
    if isinstance(result.requirement, AnyOf):
        return any(is_covered(part, names) for part in result.parts)
    return all(part.answer is Answer.MET or is_covered(part, names) for part in result.parts)
