"""The catalogue of metrics is read completely, or all mistakes are reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterflow.configs.metrics import load_metrics, parse_metrics
from clusterflow.domain.measurement import Fold, Parameter
from clusterflow.domain.quantity import Unit
from clusterflow.errors import Mistakes

CONFIGS = Path(__file__).parents[2] / "configs"

METRIC = """\
attendance:
  number: 27
  title: {es: Asistencia, en: Attendance}
  unit: share
  fold: ratio
  direction: more
  source: P
  proposal: true
  parameters:
    months: {type: integer, default: 12}
"""


def test_the_shipped_catalogue_is_valid():
    metrics = load_metrics(CONFIGS / "metrics.yaml")
    assert len(metrics) > 50
    assert all(metric.id == name for name, metric in metrics.items())


def test_a_metric_is_read():
    metric = parse_metrics(METRIC)["attendance"]
    assert (metric.unit, metric.fold, metric.computed_by) == (Unit.SHARE, Fold.RATIO, "store")
    assert metric.parameters == {"months": Parameter(type="integer", default=12)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("unit: share", "unit: percent", "4:9: the unit «percent» is unknown; accepted: count, share, yes-no, days, "
         "months, years, points, fte, money"),
        ("fold: ratio", "fold: ratios", "5:9: the fold «ratios» is unknown; accepted: sum, ratio, largest, smallest. "
         "The nearest: ratio"),
        ("direction: more", "direction: up", "6:14: the direction «up» is unknown; accepted: more, less"),
        ("source: P", "sourse: P", "2:3: the key «source» is missing"),
        ("type: integer", "type: int", "10:20: the parameter type «int» is unknown; accepted: integer, text, "
         "size-class, helix-kind, body-kind, stage, topic, direction, "
         "document-kind, legal-form, label-level, label, chain-role. The nearest: integer"),
        ("default: 12", "default: a year", "10:38: default: «a year»; accepted: a whole number, 0 or more"),
        ("default: 12", "defualt: 12", "10:29: the key «defualt» is unknown; accepted: type, default, optional. "
         "The nearest: default"),
        ("attendance:", "At tendance:", "1:1: «At tendance»; accepted: lower case letters, digits and hyphens, "
         "starting with a letter"),
        ("en: Attendance", 'en: ""', "3:31: en: an empty text; accepted: a text"),
        ("number: 27", "number: x", "2:11: number: «x»; accepted: a whole number"),
    ],
)  # fmt: skip
def test_a_mistake_is_reported(old: str, new: str, expected: str):
    with pytest.raises(Mistakes) as caught:
        parse_metrics(METRIC.replace(old, new), "m.yaml")
    assert any(str(mistake).startswith(f"m.yaml:{expected}") for mistake in caught.value.mistakes), caught.value


def test_the_mistakes_of_all_metrics_are_reported_together():
    text = (
        METRIC.replace("share", "x") + METRIC.replace("attendance", "trust").replace("more", "y") + "attendance: {}\n"
    )
    with pytest.raises(Mistakes) as caught:
        parse_metrics(text, "m.yaml")
    assert [str(m).split(";")[0] for m in caught.value.mistakes] == [
        "m.yaml:4:9: the unit «x» is unknown",
        "m.yaml:16:14: the direction «y» is unknown",
        "m.yaml:21:1: the key «attendance» is listed twice, first on line 1",
    ]


def test_a_file_that_is_not_a_catalogue_is_refused():
    with pytest.raises(Mistakes, match="a list; accepted: a mapping from the id of each metric to its declaration"):
        parse_metrics("[1]")
