"""The metrics of dues (37, 38, 40) on the example scheme: the Galician sport cluster, 2023."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from clusterflow.configs.dues import load_scheme

GALICIA = load_scheme(Path(__file__).parents[2] / "configs" / "dues" / "galicia-sport.yaml")
D = "2020-01-01"
ON = "2023-06-01"
FORMER = {"valid_to": "2023-05-31"}

Fact = tuple[str, str, dict[str, Any]]


def firm(size: str, number: int, invoiced: bool = True, due: str = "2023-02-14") -> list[Fact]:
    """A member of a size class, and its invoice by the scheme."""
    name = f"{size}{number}"
    yearly = next(b.yearly for b in GALICIA.brackets if b.size == size)
    invoice = {"id": f"dues-{name}", "organisation": name, "amount": str(yearly), "due": due, "year": 2023}
    facts: list[Fact] = [
        ("organisation", D, {"id": name, "name": name, "helix": "company", "size": size}),
        ("membership", D, {"organisation": name}),
    ]
    return [*facts, ("invoice", "2023-01-15", invoice)] if invoiced else facts


def paid(name: str, amount: str, day: str = "2023-02-01", payment: str | None = None) -> Fact:
    return ("payment", day, {"id": payment or f"p-{name}", "invoice": f"dues-{name}", "amount": amount})


def adopted(**fields: Any) -> Fact:
    return ("dues-adoption", D, {"scheme": GALICIA.id, **fields})


# Two micro, two small, one medium and two large firms: 90 × 2 + 300 × 2 + 750 + 2000 × 2 = 5530 EUR invoiced.
INVOICED = [
    fact
    for size, count in {"micro": 2, "small": 2, "medium": 1, "large": 2}.items()
    for number in range(1, count + 1)
    for fact in firm(size, number)
]
# Paid in full by micro1, small1, large1; micro2 pays 45, medium1 pays 800, large2 and small2 pay nothing.
PAID = [paid("micro1", "90 EUR"), paid("small1", "300 EUR"), paid("large1", "2000 EUR"), paid("micro2", "45 EUR"),
        paid("medium1", "800 EUR")]  # fmt: skip
BOTH = [*INVOICED, *PAID]
IN_PARTS = [
    *firm("micro", 3, invoiced=False),
    *(
        ("invoice", f"2023-0{month}-01", {"id": f"dues-q{part}", "organisation": "micro3", "amount": "22.50 EUR",
          "due": f"2023-0{month}-28", "year": 2023, "instalment": part, "instalments": 4})
        for part, month in ((1, 1), (2, 4), (3, 7))
    ),
]  # fmt: skip

CASES = [
    ("large firms", "dues-collected", {"size": "large"}, BOTH, "2000/4000"),
    ("micro firms, one by half", "dues-collected", {"size": "micro"}, BOTH, "135/180"),
    ("small firms", "dues-collected", {"size": "small"}, BOTH, "300/600"),
    ("medium firms, overpaid", "dues-collected", {"size": "medium"}, BOTH, 1),
    ("all SMEs", "dues-collected", {"size": "sme"}, BOTH, "1185/1530"),
    ("all", "dues-collected", {}, BOTH, "3185/5530"),
    ("paid in dollars is not known to be paid", "dues-collected", {"size": "large"},
     [*BOTH, paid("large2", "2000 USD")], ("1/2", 1)),
    ("of a plan only what is due", "dues-collected", {"size": "micro"},
     [*IN_PARTS, ("payment", "2023-02-01", {"id": "p", "invoice": "dues-q1", "amount": "22.50 EUR"})], "1/2"),
    ("nothing is asked", "dues-collected", {}, firm("large", 1, invoiced=False), None),
    ("overdue by more than 90 days: micro2, small2, large2", "members-overdue", {}, BOTH, 3),
    ("overdue members who left do not count", "members-overdue", {},
     [*BOTH, ("membership", "2021-01-01", {"organisation": "small2", **FORMER})], 2),
    ("one who pays in dollars may be", "members-overdue", {}, [*BOTH, paid("large2", "2000 USD")], (2, 3)),
    ("the largest payer", "largest-payer-share", {}, BOTH, "2000/3235"),
    ("the largest of two equals", "largest-payer-share", {}, [*BOTH, paid("large2", "2000 EUR")], "2000/5235"),
    ("nobody paid", "largest-payer-share", {}, INVOICED, None),
    ("an adopted scheme sets the dues of all", "dues-scheme", {}, [adopted()], 1),
    ("one that was given up", "dues-scheme", {}, [adopted(**FORMER)], 0),
    ("with amounts of its own for large firms only", "dues-scheme", {},
     [adopted(), ("dues-scheme", D, {"size": "large", "yearly": "2000 EUR"})], 1),
    ("amounts of its own after a scheme was given up", "dues-scheme", {},
     [adopted(**FORMER),
      *(("dues-scheme", D, {"size": s, "yearly": "9 EUR"}) for s in ("large", "small"))], 1),
]  # fmt: skip


@pytest.mark.parametrize(("metric", "parameters", "facts", "gives"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_dues(check: Any, metric: str, parameters: Any, facts: Any, gives: Any) -> None:
    check(metric, parameters, facts, ON, gives)
