"""The portfolio as a matrix: the answer of each rulebook for each initiative, and whether it holds the label."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from clusterflow.domain.rulebook import Holding, Ruling
from clusterflow.domain.ruling import RulebookVerdict
from clusterflow.domain.text import Frozen, alphabetical


class MatrixCell(Frozen):
    """The answer of one rulebook for one initiative."""

    ruling: Ruling
    holding: Holding
    until: date | None = None
    """The last day on which the label is valid; after it, the last day on which it can be renewed."""
    unmet: tuple[str, ...] = ()
    """The rules that are not met."""


class MatrixLine(Frozen):
    """One initiative, with the answers by rulebook."""

    initiative: str
    name: str
    cells: Mapping[str, MatrixCell]
    """By rulebook; one that is not about the place of the initiative is left out."""


class RulebookMatrix(Frozen):
    """The initiatives by rulebooks on a day."""

    as_of: date
    titles: Mapping[str, str]
    """The rulebooks, with their titles."""
    lines: tuple[MatrixLine, ...]
    problems: Mapping[str, str] = {}


def matrix_cell(verdict: RulebookVerdict) -> MatrixCell:
    """Return the cell of a verdict."""
    label, text = verdict.label, verdict.governing
    until = None
    if label is not None and verdict.holding is not Holding.NONE:
        until = label.until if verdict.holding is Holding.HELD else label.grace_until or label.until
    unmet = tuple(r.rule.id for r in text.results if r.ruling is Ruling.UNMET) if text is not None else ()
    return MatrixCell(ruling=verdict.ruling, holding=verdict.holding, until=until, unmet=unmet)


def matrix_of(
    verdicts: Mapping[str, Mapping[str, RulebookVerdict]],
    names: Mapping[str, str],
    titles: Mapping[str, str],
    as_of: date,
) -> RulebookMatrix:
    """Return the matrix of verdicts by initiative and rulebook, in the order of the names."""
    ordered = sorted(verdicts, key=lambda i: (alphabetical(names.get(i, i)), i))
    # Initiatives that are alike share a verdict, and so its cell.
    shared = {id(verdict): verdict for own in verdicts.values() for verdict in own.values()}
    cells = {key: matrix_cell(verdict) for key, verdict in shared.items()}
    return RulebookMatrix(
        as_of=as_of,
        titles=titles,
        lines=tuple(
            MatrixLine(
                initiative=i,
                name=names.get(i, i),
                cells={rulebook: cells[id(verdict)] for rulebook, verdict in verdicts[i].items()},
            )
            for i in ordered
        ),
    )
