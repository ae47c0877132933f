"""Findings for criteria and verdicts for gates."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from clusterflow.domain.criterion import AllOf, AnyOf, Criterion
from clusterflow.domain.measurement import Measurement
from clusterflow.domain.terms import Answer, Readiness, Severity
from clusterflow.domain.text import Language


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer for one criterion, with what was measured and what would help."""

    criterion: Criterion
    answer: Answer
    measurement: Measurement
    kept: Answer
    """The answer for the weaker bound that an achieved milestone must keep."""

    def value_text(self, language: Language = "en") -> str:
        """The measured value, as people read it."""
        return self.measurement.format(self.criterion.bound.unit, language)

    def bound_text(self, language: Language = "en") -> str:
        return self.criterion.bound.format(language)


@dataclass(frozen=True, slots=True)
class Group:
    """The answer for an *any of* or *all of*, with the answers of its parts."""

    requirement: AnyOf | AllOf
    answer: Answer
    parts: tuple[Finding | Group, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for a gate."""

    stage: str
    readiness: Readiness
    results: tuple[Finding | Group, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(leaf for result in self.results for leaf in flatten(result))

    @property
    def hindrances(self) -> tuple[Finding, ...]:
        """The findings of blocking requirements that are not met."""
        return tuple(
            leaf
            for result in self.results
            if result.answer is not Answer.MET and severity_of(result) is Severity.BLOCKING
            for leaf in flatten(result)
            if leaf.answer is not Answer.MET
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
