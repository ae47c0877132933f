"""The deciders of a gate, as people write them in a model file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictBool, StrictInt

from clusterflow.configs.file_values import Days, HelixKinds, OptionalKey, Roles, Written, choice
from clusterflow.configs.mistakes import describe_value, file_error, file_errors
from clusterflow.domain.lifecycle import REVOTE
from clusterflow.domain.terms import HelixKind, Role, SplitDays
from clusterflow.rules.mistakes import nearest_hint


def check_shares(value: Any) -> Any:
    """A number for each helix kind, as a mapping."""
    if not isinstance(value, dict):
        raise file_error(describe_value(value), "a mapping from helix kinds to numbers, like {company: 1}")
    found = []
    for name, number in value.items():
        if name not in tuple(HelixKind):
            cure = nearest_hint(name, HelixKind)
            words = file_error(f"the helix kind {describe_value(name)} is unknown", ", ".join(HelixKind), cure)
            found.append(((str(name),), name, words))
        elif isinstance(number, bool) or not isinstance(number, int) or number < 1:
            found.append(((str(name),), number, file_error(describe_value(number), "a whole number, 1 or more")))
    if found:
        raise file_errors(found)
    return value


Shares = Annotated[dict[HelixKind, int], BeforeValidator(check_shares)]


def check_tie(value: Any) -> Any:
    words = (REVOTE, *Role)
    if isinstance(value, str) and value in words:
        return value
    raise file_error(
        f"{describe_value(value)} cannot break a tie", f"{REVOTE}, or a role out of «roles»", nearest_hint(value, words)
    )


class WrittenSplit(Written):
    """What happens when the votes differ."""

    days: Annotated[SplitDays, choice(SplitDays, "rule for days")] = Field(
        default=SplitDays.EXACT,
        description="earliest: votes that differ only in their days count together, and the earliest day holds",
    )
    tie: Annotated[str | None, BeforeValidator(check_tie)] = Field(
        default=None,
        description="what happens if everybody has voted without a quorum: «revote», or a role whose vote decides",
    )
    office_after: OptionalKey[Days] = Field(
        default=None,
        description="how long a gate may stay undecided before it goes back to the office, which then decides",
    )


class WrittenDecidedBy(Written):
    roles: Roles = Field(min_length=1, description=f"a list of one or more of: {', '.join(Role)}")
    need: StrictInt = Field(default=1, ge=1, description="how many people must decide; 1 if left out")
    never: HelixKinds = Field(default_factory=list, description=f"a list of: {', '.join(HelixKind)}")
    never_alone: HelixKinds = Field(
        default_factory=list,
        description="the helix kinds that may vote, but decide nothing unless somebody of another kind agrees",
    )
    each: Shares = Field(default_factory=dict, description="how many of those who agree must speak for a helix kind")
    veto: Roles = Field(default_factory=list, description="the roles whose veto blocks a go; they must be in «roles»")
    override: Roles = Field(
        default_factory=list, description="the roles that may waive a blocking criterion; they must be in «roles»"
    )
    override_never: HelixKinds = Field(
        default_factory=list, description="the helix kinds whose representatives waive nothing, whatever their role"
    )
    four_eyes: StrictBool = Field(
        default=False,
        description="true if a person who requested the review, or recorded facts in the stage, may not decide",
    )
    per_organisation: StrictInt = Field(
        default=1, ge=1, description="how many agreeing votes count for one organisation; 1 if left out"
    )
    proxies: StrictInt = Field(
        default=1, ge=0, description="how many votes of others one delegate may cast; 1 if left out"
    )
    split: WrittenSplit = Field(
        default_factory=WrittenSplit, description="what happens when the votes differ: days, tie, office_after"
    )
