"""Dues schemes are read completely, or all mistakes are reported. Overlaps and gaps of brackets are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterflow.configs.dues import load_scheme, load_schemes, parse_scheme
from clusterflow.domain.dues import DuesBasis, ProRata
from clusterflow.domain.terms import SizeClass
from clusterflow.errors import Mistakes
from clusterflow.services.catalogue.dues import schemes_in

CONFIGS = Path(__file__).parents[2] / "configs"

BY_HEAD = """\
scheme: heads
title: {es: Cuotas, en: Dues}
source: P
by: employees
from: 2024-01-01
to: 2024-12-31
due: 60 days
pro_rata: membership
brackets:
  - {below: 10, yearly: 90.50 EUR, instalments: 4}
  - {from: 10, below: 50, yearly: 300 EUR}
  - {from: 50, yearly: 2000 EUR}
"""
BY_SIZE = BY_HEAD.replace("employees", "size-class")
BY_SIZE = BY_SIZE[: BY_SIZE.index("  - ")] + "".join(f"  - {{size: {s}, yearly: 9 EUR}}\n" for s in SizeClass)
BY_TURNOVER = (
    BY_HEAD.replace("employees", "turnover")
    .replace("below: 10,", "below: 10 EUR,")
    .replace("from: 10, below: 50,", "from: 10 EUR, below: 50 EUR,")
    .replace("from: 50,", "from: 50 EUR,")
)


def test_the_galician_scheme_is_shipped() -> None:
    galicia = schemes_in(CONFIGS)["galicia-sport"]
    assert (galicia.by, galicia.source, galicia.proposed) == (DuesBasis.SIZE_CLASS, "FEEG", ("due_days", "pro_rata"))
    assert {str(b.size): str(b.yearly) for b in galicia.brackets} == {
        "micro": "90.00 EUR",
        "small": "300.00 EUR",
        "medium": "750.00 EUR",
        "large": "2000.00 EUR",
    }


def test_a_scheme_is_read() -> None:
    scheme = parse_scheme(BY_HEAD)
    assert (scheme.due_days, scheme.pro_rata, scheme.proposed) == (60, ProRata.MEMBERSHIP, ())
    assert [(b.least, b.below, b.yearly.minor, b.instalments) for b in scheme.brackets] == [
        (0, 10, 9050, 4),
        (10, 50, 30000, 1),
        (50, None, 200000, 1),
    ]
    turnover = parse_scheme(BY_TURNOVER)
    assert turnover.turnover_currency == "EUR"
    assert [(b.least, b.below) for b in turnover.brackets] == [(0, 1000), (1000, 5000), (5000, None)]


@pytest.mark.parametrize(
    ("text", "changes", "expected"),
    [
        (BY_HEAD, {"from: 10,": "from: 11,"},
         ["11:5: bracket 1 (from 0 below 10) and bracket 2 (from 11 below 50): 10 is in no bracket; accepted: "
          "every value "
          "in a bracket"]),
        (BY_HEAD, {"from: 50,": "from: 49,"},
         ["12:5: bracket 2 (from 10 below 50) and bracket 3 (from 49): 49 is in both; accepted: every value in "
          "exactly one "
          "bracket"]),
        (BY_HEAD, {"below: 10,": "from: 1, below: 10,"},
         ["10:5: bracket 1 (from 1 below 10): 0 is in no bracket; the first bracket begins above it; accepted: "
          "every value in "
          "a bracket"]),
        (BY_HEAD, {"from: 50,": "from: 50, below: 250,"},
         ["12:5: bracket 3 (from 50 below 250): 250 is in no bracket; the last bracket ends below it; accepted: "
          "every value "
          "in a bracket"]),
        (BY_HEAD, {"from: 10, below: 50": "from: 50, below: 10"},
         ["11:23: the bracket ends at 10, at or below its beginning"]),
        (BY_HEAD, {"from: 10,": "from: ten,", "300 EUR": "300", "source: P": "sauce: P", "nts: 4": "nts: 5"},
         ["1:1: the key «source» is missing; accepted: the key of the source, like FEEG; P for a proposal",
          "3:1: the key «sauce» is unknown; accepted: scheme, title, source, by, "
          "from, to, due, pro_rata, brackets. The nearest: source",
          "10:49: instalments: the number 5; accepted: whole months per instalment: 1, 2, 3, 4, 6, 12",
          "11:12: from: «ten»; accepted: a number of employees, like 10",
          "11:36: yearly: the number 300; accepted: an amount with its ISO 4217 currency, a point before the minor "
          "units: «1200.50 MXN»"]),
        (BY_HEAD, {"300 EUR": "300 USD", "from: 50": "size: large, from: 50"},
         ["11:35: bracket 2 has USD, but bracket 1 has EUR; accepted: one currency for all brackets",
          "12:6: the key «size» in a scheme by employees; accepted: from, below"]),
        (BY_HEAD, {"yearly: 300 EUR": "yearly: -300 EUR"},
         ["11:35: yearly: «-300 EUR»; accepted: an amount of zero or more"]),
        (BY_HEAD, {"to: 2024-12-31": "to: 2023-12-31", "scheme: heads": "scheme: Heads"},
         ["1:9: scheme: «Heads»; accepted: lower case letters, digits and hyphens, starting with a letter"]),
        (BY_HEAD, {"to: 2024-12-31": "to: 2023-12-31"},
         ["6:5: it ends on 2023-12-31, before it begins on 2024-01-01"]),
        (BY_HEAD, {"from: 2024-01-01": "from: 2024-02-30", "pro_rata: membership": "pro_rata: member"},
         ["5:7: from: «2024-02-30»; accepted: a day, like 2023-01-01",
          "8:11: the rule for partial years «member» is unknown; accepted: none, joining, membership. The nearest: "
          "membership"]),
        (BY_HEAD, {"by: employees": "by: heads"},
         ["4:5: the basis «heads» is unknown; accepted: size-class, employees, turnover"]),
        (BY_SIZE, {"size: medium": "size: small"},
         ["12:5: bracket 2 (small) and bracket 3 (small): small is in both; accepted: every value in exactly one "
          "bracket",
          "13:5: bracket 2 (small) and bracket 4 (large): medium is in no bracket; accepted: every value in a "
          "bracket"]),
        (BY_SIZE, {"size: large": "from: 250"},
         ["13:5: the key «size» is missing; accepted: one of: micro, small, medium, large",
          "13:6: the key «from» in a scheme by size-class; accepted: size"]),
        (BY_TURNOVER, {"from: 10 EUR": "from: 10.01 EUR"},
         ["11:5: bracket 1 (from 0.00 EUR below 10.00 EUR) and bracket 2 (from 10.01 EUR below 50.00 EUR): 10.00 EUR "
          "is in no bracket; accepted: every value in a bracket"]),
        (BY_TURNOVER, {"from: 50 EUR": "from: 50 USD"},
         ["12:12: a bound in USD, but bracket 1 has one in EUR; accepted: one currency for all bounds: EUR"]),
        (BY_TURNOVER, {"from: 50 EUR": "from: 50"},
         ["12:12: from: the number 50; accepted: a turnover with its currency, like 2000000 EUR"]),
        ("7", {}, ["1:1: the number 7; accepted: a mapping with the keys scheme, title, source, by, from, brackets"]),
    ],
)  # fmt: skip
def test_a_mistake_is_reported(text: str, changes: dict[str, str], expected: list[str]) -> None:
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(Mistakes) as caught:
        parse_scheme(text)
    assert [str(m).removeprefix("scheme:") for m in caught.value.mistakes] == expected


def test_every_file_of_a_folder_is_read_and_has_the_name_of_its_scheme(tmp_path: Path) -> None:
    assert load_schemes(tmp_path / "nowhere") == {}
    (tmp_path / "heads.yaml").write_text(BY_HEAD, encoding="utf-8")
    assert list(load_schemes(tmp_path)) == ["heads"]
    (tmp_path / "other.yaml").write_text(BY_HEAD, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text("scheme: wrong", encoding="utf-8")
    with pytest.raises(Mistakes) as caught:
        load_schemes(tmp_path)
    messages = [str(m).removeprefix(f"{tmp_path}/") for m in caught.value.mistakes]
    assert messages[0] == "other.yaml:1:9: the scheme «heads» is in a file called other.yaml; accepted: heads.yaml"
    assert all(line.startswith("wrong.yaml:1:1: the key «") for line in messages[1:])
    with pytest.raises(Mistakes, match="the file does not exist"):
        load_scheme(tmp_path / "none.yaml")
