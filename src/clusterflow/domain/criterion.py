"""A requirement of a gate: single criteria, combined by *any of* and *all of*."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from clusterflow.domain.measurement import MetricCall
from clusterflow.domain.quantity import Bound
from clusterflow.domain.terms import Role, Severity
from clusterflow.domain.text import Frozen, Language, Text


class Criterion(Frozen):
    """A metric with its parameters, a bound, a severity and a source.

    ``keep`` is the same bound or a weaker one: when an achieved milestone falls below it, the milestone lapses. Between
    ``keep`` and ``bound`` nothing changes, so a milestone does not flap (hysteresis). A criterion without ``keep`` is
    not watched.
    """

    id: str
    metric: str
    with_: tuple[tuple[str, str | int], ...] = Field(default=(), alias="with")
    bound: Bound
    keep: Bound | None = None
    severity: Severity = Severity.BLOCKING
    source: str
    proposal: bool = False
    owner: Role = Role.MANAGER
    """The role that is responsible. Its holders are notified when the answer changes."""
    title: Text | None = None
    note: Text | None = None

    @property
    def call(self) -> MetricCall:
        return MetricCall(self.metric, self.with_)


class AnyOf(Frozen):
    """Met if one of its requirements is met."""

    id: str
    any_of: tuple[Requirement, ...] = Field(min_length=1)
    severity: Severity = Severity.BLOCKING
    title: Text | None = None


class AllOf(Frozen):
    """Met if all of its requirements are met."""

    id: str
    all_of: tuple[Requirement, ...] = Field(min_length=1)
    severity: Severity = Severity.BLOCKING
    title: Text | None = None


def _shape(value: Any) -> Literal["any_of", "all_of", "criterion"]:
    keys = value if isinstance(value, dict) else type(value).model_fields if isinstance(value, Frozen) else ()
    if "any_of" in keys:
        return "any_of"
    return "all_of" if "all_of" in keys else "criterion"


Requirement = Annotated[
    Annotated[Criterion, Tag("criterion")] | Annotated[AnyOf, Tag("any_of")] | Annotated[AllOf, Tag("all_of")],
    Discriminator(_shape),
]


def leaves(requirement: Criterion | AnyOf | AllOf) -> Iterator[Criterion]:
    """Return the single criteria of a requirement, in the order of the file."""
    if isinstance(requirement, Criterion):
        yield requirement
    else:
        for part in requirement.any_of if isinstance(requirement, AnyOf) else requirement.all_of:
            yield from leaves(part)


def units_in(requirement: Criterion | AnyOf | AllOf) -> Iterator[Criterion | AnyOf]:
    """Return what must be met each for itself: an *all of* counts as its parts, an *any of* as one."""
    if isinstance(requirement, AllOf):
        for part in requirement.all_of:
            yield from units_in(part)
    else:
        yield requirement


def bounds_of(requirement: Criterion | AnyOf | AllOf, language: Language) -> str:
    """The bound of a criterion, or those in a group: «≥ 30 % or ≥ 10 %»."""
    if isinstance(requirement, Criterion):
        return requirement.bound.format(language)
    parts = requirement.any_of if isinstance(requirement, AnyOf) else requirement.all_of
    return join_parts(requirement, [bounds_of(part, language) for part in parts], language)


_JOINED = {"any": Text(es="{} o {}", en="{} or {}"), "all": Text(es="{} y {}", en="{} and {}")}


def join_parts(requirement: AnyOf | AllOf, parts: Sequence[str], language: Language) -> str:
    """Join the texts about the parts of a group: «A, B or C»."""
    text = _JOINED["any" if isinstance(requirement, AnyOf) else "all"]
    return parts[0] if len(parts) == 1 else text.to(language).format(", ".join(parts[:-1]), parts[-1])


def parts_of(requirement: Criterion | AnyOf | AllOf) -> Iterator[Criterion | AnyOf | AllOf]:
    """Return a requirement and everything inside it: groups and criteria, from the outside in."""
    yield requirement
    if not isinstance(requirement, Criterion):
        for part in requirement.any_of if isinstance(requirement, AnyOf) else requirement.all_of:
            yield from parts_of(part)
