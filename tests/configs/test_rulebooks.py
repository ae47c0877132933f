"""Rulebook files: the shipped ones load, and every mistake is reported with its place."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.rulebooks import load_rulebooks, parse_rulebook, rulebook_files, rulebook_schema
from clusterflow.configs.yaml import read
from clusterflow.domain.rulebook import Rulebook
from clusterflow.errors import Mistakes

CONFIGS = Path(__file__).parents[2] / "configs"
METRICS = load_metrics(CONFIGS / "metrics.yaml")

SMALL = """\
rulebook: small
title: {es: Pequeño, en: Small}
about: {es: Un reglamento, en: A rulebook}
source: ESCA-B
texts:
  - id: old
    title: {es: Antiguo, en: Old}
    to: 2019-12-31
    source: ESCA-B
    rules:
      - {metric: members, bound: ">= 5", to: 2018-12-31, source: ESCA-B}
      - {metric: members, bound: ">= 6", from: 2019-01-01, source: ESCA-B}
  - id: new
    title: {es: Nuevo, en: New}
    from: 2020-01-01
    source: ESCA-B
    award:
      valid_for: 2 years
      grace: 90 days
      source: ESCA-B
      extensions:
        - id: longer
          by: 1 year
          title: {es: Más larga, en: Longer}
          requires:
            - {metric: members, bound: ">= 30", source: ESCA-B}
          source: ESCA-B
    windows:
      - {kind: entry, opens: 2020-02-01, closes: 2020-03-31, source: ESCA-B}
      - {kind: entry, opens: 2021-02-01, closes: 2021-03-31, source: ESCA-B}
      - {kind: renewal, awarded: {from: 01-01, to: 06-30}, opens: end - 6 months, closes: end, source: ESCA-B}
      - {kind: renewal, awarded: {from: 07-01, to: 12-31}, opens: end - 3 months, source: ESCA-B}
    score: {total: ">= 80 %", source: ESCA-B}
    rules:
      - {metric: members, bound: ">= 10", points: 5, source: ESCA-B}
      - {metric: retained-members, bound: ">= 50 %", applies_to: holders, source: ESCA-B}
      - {id: secret, metric: stated-share, with: {metric: x}, bound: entered, source: ESCA-B}
"""


def sentences(*changes: tuple[str, str]) -> list[str]:
    """Return the messages about the small rulebook after some of its lines were changed."""
    text = SMALL
    for old, new in changes:
        assert text.count(old) == 1, f"«{old}» is {text.count(old)} times in the rulebook"
        text = text.replace(old, new)
    try:
        parse_rulebook(text, METRICS, "small.yaml")
    except Mistakes as error:
        return [str(mistake).removeprefix("small.yaml:") for mistake in error.mistakes]
    return []


def small() -> Rulebook:
    return parse_rulebook(SMALL, METRICS)


def test_the_small_rulebook_is_valid_and_the_shipped_ones_are() -> None:
    assert sentences() == []
    shipped = load_rulebooks(rulebook_files(CONFIGS / "rulebooks"), METRICS)
    assert sorted(shipped) == [
        "catalonia-accio", "eccp", "esca-gold", "hungary-accredited", "poland-key-cluster", "spain-aei",
    ]  # fmt: skip
    sources = (CONFIGS.parent / "docs" / "sources.md").read_text(encoding="utf-8")
    assert all(f"`{one.source.split(',')[0]}`" in sources for one in shipped.values())
    assert all(text.left_open for one in shipped.values() for text in one.texts)


def test_a_metric_about_a_label_is_about_the_label_of_the_rulebook() -> None:
    assert dict(small().texts[1].rules[1].calls[0].parameters) == {"label": "small"}


MISTAKES = {
    "two texts on a day": (
        ("to: 2019-12-31", "to: 2020-01-31"),
        "13:5: the day 2020-01-01 is in two of them, here and on line 6; accepted: one text on each day",
    ),
    "no text on a day": (
        ("to: 2019-12-31", "to: 2019-11-30"),
        "13:5: the day 2019-12-01 is in none of them: line 6 ends before it; accepted: one text on each day",
    ),
    "two wordings of a rule on a day": (
        ("from: 2019-01-01", "from: 2018-12-01"),
        "12:9: the day 2018-12-01 is in two of them, here and on line 11; accepted: every id once on each day",
    ),
    "no wording of a rule on a day": (
        ("from: 2019-01-01", "from: 2019-02-01"),
        "12:9: the day 2019-01-01 is in none of them: line 11 ends before it; accepted: every id once on each day",
    ),
    "two windows on a day": (
        ("opens: 2021-02-01", "opens: 2020-03-01"),
        "30:9: the day 2020-03-01 is in two of them, here and on line 29; accepted: windows of one kind that do not "
        "overlap",
    ),
    "awards in two windows": (
        ("to: 06-30", "to: 07-15"),
        "32:34: the day 07-01 is in two of them, here and on line 31; accepted: every day of the year in one of the "
        "windows",
    ),
    "awards in no window": (
        ("from: 07-01", "from: 08-01"),
        "32:34: the day 07-01 is in none of them: line 31 ends before it; accepted: every day of the year in one of "
        "the windows",
    ),
    "awards of the last day in no window": (
        ("to: 12-31", "to: 12-30"),
        "32:34: the day 12-31 is in none of them; accepted: every day of the year in one of the windows",
    ),
    "a window that closes before it opens": (
        ("closes: end,", "closes: award + 1 month,"),
        "31:91: the window closes on 2001-02-01, before it opens on 2002-06-30 for an award of 2001-01-01; accepted: a "
        "day on or after the one on which it opens",
    ),
    "a text that ends before it begins": (
        ("    from: 2020-01-01", "    from: 2020-01-01\n    to: 2019-01-01"),
        "16:9: it ends on 2019-01-01, before it begins on 2020-01-01; accepted: a day after its first",
    ),
    "a rule outside its text": (
        ("points: 5", "points: 5, to: 2019-06-30"),
        "35:9: the rule «members» is in force on no day of its text; accepted: days within the text",
    ),
    "a metric about a stage": (
        ("metric: members, bound: \">= 10\"", "metric: stage-time, bound: \"<= 100 %\""),
        "35:18: the metric «stage-time» is about a stage, and a rulebook has none; accepted: another metric",
    ),
    "a day that is none": (
        ("opens: 2020-02-01", "opens: 2020-02-30"),
        "29:30: opens: «2020-02-30»; accepted: a day as YYYY-MM-DD",
    ),
    "an anchor that is none": (
        ("opens: end - 6 months", "opens: start - 6 months"),
        "31:67: opens: «start - 6 months»; accepted: a day as YYYY-MM-DD; or one that follows from the award: award, "
        "award + 18 months, end - 6 months, 01-01 in the year of the end",
    ),
    "a group of initiatives that is none": (
        ("applies_to: holders", "applies_to: holder"),
        "36:66: the group of initiatives «holder» is unknown; accepted: applicants, holders, both. The nearest: "
        "holders",
    ),
    "a key that is none": (
        ("grace: 90 days", "graze: 90 days"),
        "19:7: the key «graze» is unknown; accepted: valid_for, valid_until, renewed_for, grace, extensions, source. "
        "The nearest: grace",
    ),
    "a share that is none": (
        ('total: ">= 80 %"', 'total: ">= 80 points"'),
        "33:20: «>= 80 points» has the wrong unit for a metric in share; accepted: a percentage or a fraction "
        "(>= 80 %, <= 1/3)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_reported_with_its_place(name: str) -> None:
    change, expected = MISTAKES[name]
    assert sentences(change) == [expected]


def test_all_mistakes_of_a_file_are_reported_together() -> None:
    found = sentences(("to: 2019-12-31", "to: 2019-11-30"), ('metric: members, bound: ">= 30"', "metric: membres"))
    assert [sentence.partition(":")[0] for sentence in found] == ["13", "26", "26"]


def test_a_file_has_the_name_of_its_rulebook(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(SMALL, encoding="utf-8")
    with pytest.raises(Mistakes, match=r"other.yaml:1:11: the rulebook «small» is in a file called other\.yaml"):
        load_rulebooks(rulebook_files(tmp_path), METRICS)


def test_an_office_without_rulebooks_has_none(tmp_path: Path) -> None:
    assert load_rulebooks(rulebook_files(tmp_path / "rulebooks"), METRICS) == {}


def test_the_schema_accepts_the_shipped_files() -> None:
    schema = jsonschema.Draft202012Validator(rulebook_schema(METRICS))
    errors = {file.stem: list(schema.iter_errors(read(file).value)) for file in rulebook_files(CONFIGS / "rulebooks")}
    assert errors == {key: [] for key in load_rulebooks(rulebook_files(CONFIGS / "rulebooks"), METRICS)}
