"""Advice on the model of a file, each with its line.

A comment on that line silences it: ``# fine: keep-equals-bound``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from clusterflow.configs.yaml import Document, read
from clusterflow.domain.lifecycle import LifecycleModel
from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.domain.text import Text
from clusterflow.rules.model_advice import ADVICE, Steps, advise

_SILENCED = re.compile(r"#\s*fine:\s*(?P<names>[a-z-]+(?:\s*,\s*[a-z-]+)*)")


class ModelWarning(NamedTuple):
    """One warning: where it is, the id that silences it, and the reason."""

    where: str
    id: str
    reason: Text


def warnings_in(
    path: Path, model: LifecycleModel, metrics: Mapping[str, MetricDeclaration], sheets: Collection[str]
) -> tuple[ModelWarning, ...]:
    """Return the advice on a model that its file does not silence, in the order of its lines.

    A comment counts on the line of the place itself, and on the first line of the criterion or gate around it.
    """
    document, lines = read(path), path.read_text(encoding="utf-8-sig").splitlines()
    found = []
    for advice in advise(model, metrics, sheets):
        if advice.id not in _silenced(document, lines, advice.steps):
            found.append(ModelWarning(document.where(advice.steps, key=True), advice.id, advice.text))
    return tuple(sorted(found, key=lambda warning: _place(warning.where)))


def _silenced(document: Document, lines: list[str], steps: Steps) -> set[str]:
    names: set[str] = set()
    for around in (steps, steps[:-1]):
        comment = _SILENCED.search(lines[_place(document.where(around, key=True))[0] - 1])
        names |= {name.strip() for name in comment["names"].split(",")} if comment else set()
    return names & set(ADVICE)


def _place(where: str) -> tuple[int, int]:
    _, line, column = where.rsplit(":", 2)
    return int(line), int(column)
