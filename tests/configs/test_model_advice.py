"""Warnings of what is legal and unwise in a model, each with its line, its reason, and an id that silences it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.model_advice import warnings_in
from clusterflow.configs.models import load_model
from clusterflow.intake.workbook.sheets import OF_RECORD
from clusterflow.rules.model_advice import ADVICE

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
METRICS = load_metrics(CONFIGS / "metrics.yaml")
MODEL = """\
model: unwise
version: "1"
title: {es: Modelo, en: Model}
about: {es: Modelo, en: Model}
source: P
stages:
  - id: one
    kind: strategy
    title: {es: Una, en: One}
    allowed: 1 month
    source: P
    proposal: true
    gate:
      title: {es: Puerta, en: Gate}
      milestone: {es: Hito, en: Milestone}
      decided_by:
        roles: [board-member]
        need: 9
      requires:
        - {metric: members, bound: ">= 5", keep: ">= 5", source: KKK}
        - {metric: members, id: few, bound: "< 5", source: KKK}
        - {metric: founders, bound: ">= 1", source: P, proposal: true}
  - id: two
    kind: operation
    title: {es: Dos, en: Two}
    after: [one]
    allowed: 1 month
    source: P
    proposal: true
    gate:
      title: {es: Puerta, en: Gate}
      milestone: {es: Hito, en: Milestone}
      decided_by: {roles: [manager]}
      requires:
        - {metric: stated, with: {metric: x}, bound: ">= 1", source: ECLAC}
"""


@pytest.fixture
def found(tmp_path: Path):  # type: ignore[no-untyped-def]
    """The warnings of a model: their lines and ids."""

    def warn(text: str) -> list[tuple[int, str]]:
        file = tmp_path / "unwise.yaml"
        file.write_text(text, encoding="utf-8")
        warnings = warnings_in(file, load_model(file, METRICS), METRICS, OF_RECORD)
        assert all(w.reason.es and w.reason.en and "{" not in w.reason.en for w in warnings)
        return [(int(w.where.split(":")[-2]), w.id) for w in warnings]

    return warn


EXPECTED = [
    (18, "large-quorum"), (20, "keep-equals-bound"), (21, "cannot-be-met"), (22, "blocks-without-source"),
    (34, "no-sheet"),
]  # fmt: skip


def test_each_unwise_thing_has_its_line(found) -> None:  # type: ignore[no-untyped-def]
    assert found(MODEL) == EXPECTED
    assert {name for _, name in EXPECTED} == set(ADVICE), "every kind of advice is shown"


def test_the_reason_names_the_same_values_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "unwise.yaml"
    file.write_text(MODEL, encoding="utf-8")
    (large,) = (w for w in warnings_in(file, load_model(file, METRICS), METRICS, OF_RECORD) if w.id == "large-quorum")
    assert ("9" in large.reason.es, "9" in large.reason.en) == (True, True)


@pytest.mark.parametrize(("line", "name"), EXPECTED)
def test_a_comment_beside_its_line_silences_it(found, line: int, name: str) -> None:  # type: ignore[no-untyped-def]
    lines = MODEL.splitlines()
    lines[line - 1] += f"  # fine: {name}"
    assert found("\n".join(lines)) == [one for one in EXPECTED if one != (line, name)]
    lines[line - 1] = lines[line - 1].replace(name, "something-else")
    assert found("\n".join(lines)) == EXPECTED


def test_the_shipped_models_have_only_proposals_that_block() -> None:
    for file in sorted((CONFIGS / "models").glob("*.yaml")):
        names = {w.id for w in warnings_in(file, load_model(file, METRICS), METRICS, OF_RECORD)}
        assert names <= {"blocks-without-source"}, file.name
