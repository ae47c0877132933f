"""The shapes of an entry of the notices file as people write it, with the accepted values of each key."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictInt
from pydantic_core import PydanticCustomError

from clusterflow.configs.file_values import (
    HelixKinds,
    NonEmptyText,
    OptionalKey,
    Written,
    check_choice,
    check_list,
    choice,
)
from clusterflow.configs.mistakes import Translator, describe_value, file_error, file_errors
from clusterflow.configs.yaml import Steps
from clusterflow.domain.events import NOTIFIED_EVENTS
from clusterflow.domain.notice import Audience, Group, Offset
from clusterflow.domain.reminder_occasion import OCCASIONS
from clusterflow.domain.terms import Answer, HelixKind, SizeClass, Urgency

EVENTS = tuple(sorted(cls.model_fields["kind"].default for cls in NOTIFIED_EVENTS))
OFFSETS = "an offset from the reference date, like -15d, 0d, +30d or -12m"
LADDER = "a list of offsets, each later than the one before, like [-15d, +1d, +30d]"


def parse_offset(value: Any) -> Offset:
    try:
        return Offset.parse(value if isinstance(value, str) else "")
    except ValueError:
        raise file_error(f"{describe_value(value)} is not an offset", OFFSETS) from None


def _ladder(value: Any) -> list[Offset]:
    """Checks each step separately, so that two wrong steps are two mistakes; then checks their order."""
    if not isinstance(value, list) or not value:
        raise file_error(f"ladder: {describe_value(value)}", LADDER)
    found: list[tuple[Steps, Any, PydanticCustomError]] = []
    steps: list[Offset] = []
    for index, one in enumerate(value):
        try:
            step = parse_offset(one)
        except PydanticCustomError as problem:
            found.append(((index,), one, problem))
            continue
        if step in steps:
            found.append(((index,), one, file_error(f"the step {step} is listed twice", "every step once")))
        elif steps and step.rank <= steps[-1].rank:
            found.append(
                ((index,), one, file_error(f"the step {step} is not later than {steps[-1]} before it", LADDER))
            )
        steps.append(step)
    if found:
        raise file_errors(found)
    return steps


def _people(value: Any) -> Any:
    """An audience is a word, or a mapping that narrows it."""
    return {"who": value} if isinstance(value, str) else value


def _kinds(value: Any) -> Any:
    known = [*HelixKind, *SizeClass]
    if not isinstance(value, list):
        raise file_error(describe_value(value), f"a list of: {', '.join(known)}")
    return [check_choice(v, known, "kind or size") for v in value]


class WrittenNarrowing(Written):
    """A filter of organisations. An empty list is refused: it would narrow nothing, and would notify everybody by
    accident.
    """

    helix: HelixKinds = Field(default_factory=list, min_length=1, description=f"a list of: {', '.join(HelixKind)}")
    size: Annotated[list[SizeClass], BeforeValidator(partial(check_list, kind=SizeClass, noun="size class"))] = Field(
        default_factory=list, min_length=1, description=f"a list of: {', '.join(SizeClass)}"
    )
    not_: Annotated[list[str], BeforeValidator(_kinds)] = Field(
        default_factory=list, min_length=1, alias="not", description=f"a list of: {', '.join([*HelixKind, *SizeClass])}"
    )

    @property
    def narrowing(self) -> dict[str, Any]:
        return {"helix": tuple(self.helix), "size": tuple(self.size), "never": tuple(self.not_)}

    @property
    def hollow(self) -> bool:
        """Whether ``not`` excludes all that the filter includes."""
        excluded = set(self.not_)
        return any(wanted and wanted <= excluded for wanted in (set(self.helix), set(self.size)))


class WrittenAudience(WrittenNarrowing):
    """A group of people, or a part of it."""

    who: Annotated[Group, choice(Group, "audience")] = Field(description=f"one of: {', '.join(Group)}")

    @property
    def audience(self) -> Audience:
        return Audience(group=self.who, **self.narrowing)


AUDIENCES = f"a list of one or more of: {', '.join(Group)}"
Audiences = Annotated[list[Annotated[WrittenAudience, BeforeValidator(_people)]], Field(min_length=1)]


class WrittenNotice(Written):
    """One entry as people write it."""

    event: OptionalKey[Annotated[str, choice(EVENTS, "event")]] = Field(
        default=None, description=f"one of: {', '.join(EVENTS)}"
    )
    on: OptionalKey[Annotated[str, choice(OCCASIONS, "occasion")]] = Field(
        default=None, description=f"one of: {', '.join(OCCASIONS)}"
    )
    to: Audiences = Field(description=AUDIENCES)
    level: OptionalKey[StrictInt] = Field(default=None, ge=1, le=2, description="1 or 2, for stage.overdue")
    metric: OptionalKey[str] = Field(default=None, description="the id of a metric, for finding.changed")
    answer: OptionalKey[Annotated[Answer, choice(Answer, "answer")]] = Field(
        default=None, description=f"one of: {', '.join(Answer)}; for finding.changed"
    )
    about: OptionalKey[WrittenNarrowing] = Field(
        default=None, description="which organisations it is about: a mapping with the keys helix, size, not"
    )
    with_: dict[str, StrictInt] = Field(
        default_factory=dict, alias="with", description="the parameters of the occasion"
    )
    ladder: Annotated[list[Offset], BeforeValidator(_ladder)] = Field(default_factory=list, description=LADDER)
    until: OptionalKey[str] = Field(default=None, description="what ends the occasion")
    escalate: dict[str, Audiences] = Field(
        default_factory=dict, description="a mapping from steps of the ladder to lists of audiences"
    )
    escalated: OptionalKey[NonEmptyText] = Field(
        default=None, description="the name of a template for the people at the next higher level"
    )
    urgency: Annotated[Urgency, choice(Urgency, "urgency")] = Field(
        default=Urgency.NORMAL, description=f"one of: {', '.join(Urgency)}"
    )
    template: NonEmptyText = Field(description="the name of a template in messages/")


SHAPES = Translator(
    {"": WrittenNotice, "to": WrittenAudience, "escalate": WrittenAudience, "about": WrittenNarrowing},
)
