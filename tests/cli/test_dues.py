"""Dues on the command line: schemes are listed and checked, invoices are shown and issued."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Run

FACTS = [
    ("organisation", "id=acero", "name=Acero", "size=micro", "from=2020-01-01"),
    ("organisation", "id=nube", "name=Nube", "from=2020-01-01"),
    ("membership", "initiative=one", "organisation=acero", "from=2020-01-01"),
    ("membership", "initiative=one", "organisation=nube", "from=2020-01-01"),
]


@pytest.fixture
def cluster(office: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Two members, of whom the size of one is not known; it is 10 January 2099."""
    for words in FACTS:
        assert office("record", *words).code == 0
    monkeypatch.setenv("CLUSTERFLOW_TODAY", "2099-01-10")
    return office


def adopt(run: Run) -> None:
    result = run("record", "dues-adoption", "initiative=one", "scheme=galicia-sport", "from=2099-01-01")
    assert result.code == 0, result.err


def test_the_schemes_are_listed_and_checked(run: Run, home: Path) -> None:
    result = run("dues", "list").out
    assert "Galician sports cluster, dues of 2023 · galicia-sport · FEEG · 2023-01-01" in result
    assert "due after 30 days (proposal); from the month of joining (proposal)" in result
    assert "2\u202f000.00 EUR" in result
    assert "clase de tamaño" in run("dues", "list", "--lang", "es").out
    assert [s["id"] for s in run("dues", "list", "--json").json] == ["galicia-sport"]
    assert run("dues", "check").out.strip() == "galicia-sport: no mistake; brackets by size-class: 4"

    (home / "x.yaml").write_text("scheme: x\nby: employees\nbrackets:\n- {below: 9, yearly: 1 EUR}\n", encoding="utf-8")
    result = run("dues", "check", "x.yaml")
    assert result.code == 2
    assert "4 mistakes; nothing was changed:" in result.err
    assert "x.yaml:4:3: bracket 1 (from 0 below 9): 9 is in no bracket" in result.err


def test_dues_are_checked_and_issued(cluster: Run) -> None:
    adopt(cluster)
    result = cluster("dues", "preview", "one").out
    assert "Dues of one, 2099 · galicia-sport" in result
    assert "dues-2099-1-acero" in result
    assert "to issue" in result
    assert "€90.00 asked, €0.00 paid" in result
    assert "nube: its size class is not known on 2099-01-01; nothing is issued" in result
    issued = cluster("dues", "issue", "one")
    assert (issued.code, issued.out.splitlines()[0]) == (0, "one: invoices for 2099: 1 issued")
    assert cluster("dues", "issue").out.splitlines()[0] == "one: invoices for 2099: 0 issued"

    paid = (
        "record",
        "payment",
        "initiative=one",
        "id=p",
        "invoice=dues-2099-1-acero",
        "amount=100 EUR",
        "on=2099-01-10",
    )
    beyond = cluster(*paid)
    assert beyond.code == 2
    assert "100.00 EUR are paid on invoice «dues-2099-1-acero», which is of 90.00 EUR" in beyond.err
    assert cluster(*paid, "confirm=true").code == 0
    spanish = cluster("dues", "preview", "one", "--lang", "es").out
    assert "Cuotas de one, 2099" in spanish
    assert "pagada" in spanish
    assert "acero: dues-2099-1-acero: se pagaron EUR10,00 de más" in spanish
    assert "nube: no se conoce su clase de tamaño el 2099-01-01; no se emite nada" in spanish
    (line,) = cluster("dues", "preview", "one", "--json").json["lines"]
    assert (line["invoice"], line["state"], line["paid"]) == ("dues-2099-1-acero", "paid", "100.00 EUR")


def test_what_keeps_dues_from_being_issued_is_reported(cluster: Run) -> None:
    assert cluster("dues", "issue").out.strip() == "No initiative has adopted a dues scheme."
    result = cluster("dues", "issue", "one")
    assert result.code == 3
    assert "clusterflow record dues-adoption initiative=one scheme=SCHEME from=2099-01-01" in result.out
    adopt(cluster)
    assert (
        cluster("record", "dues-scheme", "initiative=one", "size=micro", "yearly=80 EUR", "from=2099-01-01").code == 0
    )
    result = cluster("dues", "issue", "one", "--lang", "es")
    assert result.code == 3
    assert "los importes registrados (micro 80.00 EUR) no son los del esquema «galicia-sport»" in result.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("preview", "onne"), "the nearest: one"),
        (
            ("preview", "one", "--year", "99999"),
            "--year: «99999» is no year of dues; accepted: a year from 1900 to 2999",
        ),
        (("issue", "--year", "2024"), "--year goes with an initiative"),
        (("check", "nowhere.yaml"), "the file does not exist"),
    ],
)
def test_mistakes_are_reported(cluster: Run, words: tuple[str, ...], expected: str) -> None:
    answer = cluster("dues", *words)
    assert answer.code == 2
    assert expected in answer.err
