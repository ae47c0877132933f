"""The metrics by id, and the module of each: the family."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery

Rows = Callable[..., Select[Any]]
"""``rows(scope, **parameters)``: a select of ``ROW_COLUMNS``, one row for each piece of evidence.

``part`` is how much the row counts. It is null if that is unknown; then ``most`` is the upper limit (null: no limit),
and the lower limit is zero. ``whole`` is the denominator, if the metric is a ratio. With a column ``currency`` the
amounts are in its minor units, and the result is in its main unit. A sum in several currencies has an amount in each.
If there are no rows, nothing is known. Further columns name the part of the initiative that a row belongs to (a
committee, a size class); ``measure_apart`` folds the rows by them.
"""

_METRICS_OF_FAMILY: dict[str, tuple[str, ...]] = {
    "members": (
        "members", "committed-members", "member-companies", "helix-members", "founders", "anchor-members",
        "established-small-firms", "member-turnover", "sme-share", "helix-kinds", "chain-roles", "chain-role-members",
        "active-members",
    ),
    "membership_changes": ("member-churn", "retained-members", "member-changes"),
    "places": ("members-near",),
    "documents": ("document-in-force", "purpose-adopted", "host-agreement", "founders-signed"),
    "governance": (
        "legal-body", "legal-personality", "private-seat-share", "government-seat-share", "government-leads",
        "knowledge-seat", "bodies", "working-committees", "committees-chaired", "committees-tied", "key-person-risk",
    ),
    "staff": ("manager-appointed", "manager-full-time", "management-fte", "fte-per-100-members", "host-staff-share"),
    "meetings": (
        "attendance", "person-turnover", "organisation-turnover", "committee-participation", "committee-silence",
        "committee-focus",
    ),
    "trust": ("trust-index", "satisfaction-index", "trust-fall", "survey-response-rate", "survey-age"),
    "strategy": (
        "strategy-horizon", "strategy-in-force", "strategy-review-age", "objectives-measured", "objectives-owned",
        "objectives-read", "actions-on-time", "joint-projects",
    ),
    "money": (
        "dues-scheme", "dues-collected", "members-overdue", "private-income-share", "largest-payer-share",
        "funding-cover",
    ),
    "business": ("business-generated", "jobs-generated", "business-growth"),
    "activity": ("training-held", "learning-sessions", "links", "label-valid", "stated", "stated-share"),
    "durations": ("stage-time", "years-since-start"),
}  # fmt: skip
"""The metrics that each module of this package declares. A test compares this list with the modules."""


class _Metrics(MutableMapping[str, Rows]):
    """Imports the family of a metric at its first use. A command measures few of them, and importing all, with the
    record types that they read, would slow its start.
    """

    def __init__(self) -> None:
        self._family_of = {name: family for family, names in _METRICS_OF_FAMILY.items() for name in names}
        self._loaded: dict[str, Rows] = {}

    def __getitem__(self, name: str) -> Rows:
        if name not in self._loaded and name in self._family_of:
            import_module(f"{__package__}.{self._family_of[name]}")
        return self._loaded[name]

    def __setitem__(self, name: str, rows: Rows) -> None:
        self._loaded[name] = rows

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._family_of or name in self._loaded

    def __iter__(self) -> Iterator[str]:
        return iter({**self._family_of, **self._loaded})

    def __len__(self) -> int:
        return len({**self._family_of, **self._loaded})

    def is_ours(self, name: str) -> bool:
        """Whether a metric belongs to a family, so that its statement follows from our code."""
        return name in self._family_of

    def declare(self, name: str, rows: Rows) -> None:
        """Add a metric of a family.

        Raises:
            ValueError: there is one with this id.
        """
        if name in self._loaded:
            raise ValueError(f"two metrics are called {name}")
        self._loaded[name] = rows


METRICS = _Metrics()


class WrittenSums(NamedTuple):
    """What the sums over the rows of a metric follow from, if each row is a word: without grouping by the words.

    ``columns`` are aggregates over ``source``: how many of its ``rows`` there are, how many ``with_word``, and
    how many different ``words``.
    """

    source: Subquery
    columns: Mapping[str, ColumnElement[Any]]
    all_words: int


SumsOf = Callable[..., WrittenSums]
"""``sums(scope, **parameters)``: the same as the sums over ``rows(scope, **parameters)``. A test compares them."""

_SUMS: dict[str, SumsOf] = {}


def sums_written(metric_id: str) -> SumsOf | None:
    """Return the function that writes the sums of a metric, if there is one."""
    METRICS.get(metric_id)  # imports the family
    return _SUMS.get(metric_id)


_BY_VALUE: dict[str, tuple[str, Rows]] = {}


def rows_by_value(metric_id: str) -> tuple[str, Rows] | None:
    """Return the parameter of a metric whose calls one statement can sum together, and the rows of all its values."""
    METRICS.get(metric_id)  # imports the family
    return _BY_VALUE.get(metric_id)


def metric(
    metric_id: str, *, together: tuple[str, Rows] | None = None, sums: SumsOf | None = None
) -> Callable[[Rows], Rows]:
    """Register the rows of a metric that ``configs/metrics.yaml`` declares under this id.

    Args:
        together: the only parameter, if it is also a column of the rows, and the function that selects the rows of all
            its values: ``rows(scope)``. Then one statement serves all calls of the metric.
        sums: if the rows are groups of those that other metrics count, their sums without grouping.
    """

    def keep(rows: Rows) -> Rows:
        METRICS.declare(metric_id, rows)
        if together is not None:
            _BY_VALUE[metric_id] = together
        if sums is not None:
            _SUMS[metric_id] = sums
        return rows

    return keep
