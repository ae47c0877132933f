"""Events of time: a label or a strategy ends. They belong to no stage."""

from datetime import date
from typing import Literal

from clusterflow.domain.text import Frozen


class LabelExpiring(Frozen):
    """A label ends within the given number of months."""

    kind: Literal["label.expiring"] = "label.expiring"
    label: str
    until: date
    months: int
    on: date


class LabelExpired(Frozen):
    """The last valid day of a label has passed. It can still be renewed for a while."""

    kind: Literal["label.expired"] = "label.expired"
    label: str
    until: date
    grace_until: date | None = None
    proposed: bool = False
    """Whether the grace period is this project's proposal because the label's record names none."""
    on: date


class LabelForfeited(Frozen):
    """The grace period, in which the label could still be renewed, has passed."""

    kind: Literal["label.forfeited"] = "label.forfeited"
    label: str
    until: date
    grace_until: date
    proposed: bool = False
    on: date


class StrategyExpiring(Frozen):
    """A strategy ends within the given number of months."""

    kind: Literal["strategy.expiring"] = "strategy.expiring"
    strategy: str
    until: date
    months: int
    on: date


class StrategyExpired(Frozen):
    """The last day of a strategy's horizon has passed."""

    kind: Literal["strategy.expired"] = "strategy.expired"
    strategy: str
    until: date
    on: date


ExpiryEvent = LabelExpiring | LabelExpired | LabelForfeited | StrategyExpiring | StrategyExpired
