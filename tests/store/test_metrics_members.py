"""The metrics of critical mass: number, kind and commitment of members, and changes in membership."""

from __future__ import annotations

from typing import Any

import pytest

Fact = tuple[str, str, dict[str, Any]]


def org(name: str, helix: str | None = "company", **fields: Any) -> Fact:
    return ("organisation", "2000-01-01", {"id": name, "name": name, "helix": helix, **fields})


def member(name: str, day: str = "2020-01-01", **fields: Any) -> Fact:
    return ("membership", day, {"organisation": name, **fields})


def firm(name: str, size: str | None = None, **fields: Any) -> list[Fact]:
    return [org(name, size=size, **fields), member(name)]


MONTERREY = {"latitude": 25.67, "longitude": -100.31}
SALTILLO = {"latitude": 25.42, "longitude": -101.0}
"""75 km away."""
FORMER = {"valid_to": "2023-12-31"}
FEE = {"commitment": "regular-fee"}
ON = "2024-06-01"

MEMBERS = [
    ("none recorded", "members", {}, [], None),
    ("two", "members", {}, [member("a"), member("b")], 2),
    ("one left", "members", {}, [member("a"), member("b", **FORMER)], 1),
    ("all left: none, and known to be none", "members", {}, [member("a", **FORMER)], 0),
    ("joins later", "members", {}, [member("a"), member("b", "2024-06-02")], 1),
    ("joins on the day", "members", {}, [member("a"), member("b", ON)], 2),
    ("a later start takes the place", "members", {}, [member("a"), member("a", "2022-01-01", tier="gold")], 1),
    ("back again", "members", {}, [member("a", **FORMER), member("a", "2024-02-01")], 1),
    ("committed", "committed-members", {}, [member("a", **FEE), member("b", commitment="signed-agreement")], 2),
    ("some unknown", "committed-members", {}, [member("a", **FEE), member("b")], (1, 2)),
    ("none committed", "committed-members", {}, [member("a", commitment="none")], 0),
    ("committed once", "committed-members", {}, [member("a", **FEE, **FORMER)], 0),
    ("companies", "member-companies", {}, [*firm("a"), org("u", "academia"), member("u")], 1),
    ("kind unknown", "member-companies", {}, [*firm("a"), org("b", None), member("b")], (1, 2)),
    ("organisation not recorded", "member-companies", {}, [member("a")], (0, 1)),
    ("universities", "helix-members", {"helix": "academia"}, [*firm("a"), org("u", "academia"), member("u")], 1),
    ("founders", "founders", {}, [member("a", founder=True), member("b"), member("c", founder=True, **FORMER)], 1),
    ("anchors", "anchor-members", {}, [member("a", anchor=True), member("b")], 1),
    ("small and old enough", "established-small-firms", {}, firm("a", "small", founded="2022-06-01"), 1),
    ("too young", "established-small-firms", {}, firm("a", "small", founded="2022-06-02"), 0),
    ("too large", "established-small-firms", {}, firm("a", "large"), 0),
    ("age unknown", "established-small-firms", {}, firm("a", "micro"), (0, 1)),
    ("three years", "established-small-firms", {"months": 36}, firm("a", "small", founded="2022-06-01"), 0),
    ("turnover", "member-turnover", {}, firm("a", turnover="1200.50 EUR") + firm("b", turnover="99.50 EUR"), 1300),
    ("turnover in part", "member-turnover", {}, firm("a", turnover="12 EUR") + firm("b"), (12, None)),
    ("two currencies", "member-turnover", {}, firm("a", turnover="12 EUR") + firm("b", turnover="1 USD"), None),
    ("no decimals in Chile", "member-turnover", {}, firm("a", turnover="1200 CLP"), 1200),
    ("smes", "sme-share", {}, firm("a", "micro") + firm("b", "medium") + firm("c", "large"), "2/3"),
    ("sme, size unknown", "sme-share", {}, firm("a", "micro") + firm("b"), ("1/2", 1)),
    ("sme, kind unknown", "sme-share", {}, [*firm("a", "large"), org("b", None), member("b")], (0, "1/2")),
    ("universities do not count", "sme-share", {}, [*firm("a", "large"), org("u", "academia"), member("u")], 0),
    ("no companies", "sme-share", {}, [org("u", "academia"), member("u")], None),
    ("kinds", "helix-kinds", {}, [*firm("a"), *firm("b"), org("u", "academia"), member("u")], 2),
    ("one may bring one more", "helix-kinds", {}, [*firm("a"), org("b", None), member("b")], (1, 2)),
    ("never more than four", "helix-kinds", {}, [member(x) for x in "abcdef"], (0, 4)),
    (
        "nothing left to bring", "helix-kinds", {},
        [f for h in ("company", "government", "academia", "civil-society") for f in (org(h, h), member(h))]
        + [member("x")],
        4,
    ),
    ("roles in the chain", "chain-roles", {},
     [*firm("a", chain_role="components"), *firm("b", chain_role="components"), *firm("c", chain_role="sales")], 2),
    ("one may have one more", "chain-roles", {}, [*firm("a", chain_role="components"), *firm("b")], (1, 2)),
    ("suppliers", "chain-role-members", {"role": "components"},
     [*firm("a", chain_role="components"), *firm("b", chain_role="sales"), *firm("c")], (1, 2)),
    ("near by coordinates", "members-near", {"km": 50}, [*firm("a", **MONTERREY), *firm("b", **SALTILLO)], 0),
    ("within the distance", "members-near", {"km": 80}, [*firm("a", **MONTERREY), *firm("b", **SALTILLO)], 1),
    ("in one municipality", "members-near", {},
     [*firm("a", place="Apodaca"), *firm("b", place="apodaca"), *firm("c", **SALTILLO)], ("2/3", 1)),
    ("of one name in two countries", "members-near", {},
     [*firm("a", place="Córdoba", country="AR"), *firm("b", place="Córdoba", country="ES")], (0, 1)),
    ("one apart", "members-near", {},
     [*firm("a", **MONTERREY), *firm("b", **SALTILLO), *firm("c", latitude=19.43, longitude=-99.13)], "2/3"),
    ("alone", "members-near", {}, firm("a", **MONTERREY), 0),
    ("who left is no neighbour", "members-near", {}, [*firm("a"), org("b", **MONTERREY), member("b", **FORMER)], 0),
    ("nothing known of places", "members-near", {}, [*firm("a"), *firm("b")], (0, 1)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "parameters", "facts", "gives"), [c[1:] for c in MEMBERS], ids=[c[0] for c in MEMBERS]
)
def test_critical_mass(check: Any, metric: str, parameters: Any, facts: Any, gives: Any) -> None:
    check(metric, parameters, facts, ON, gives)


MEETING = [
    ("body", "2020-01-01", {"id": "c1", "kind": "committee", "name": "C"}),
    ("meeting", "2024-03-01", {"id": "m1", "body": "c1"}),
]


def came(name: str, present: bool | None, person: str | None = None) -> Fact:
    fields = {"meeting": "m1", "person": person or f"p{name}", "organisation": name, "present": present}
    return ("attendance", "2024-03-01", fields)


PAID = [
    ("invoice", "2024-01-01", {"id": "i", "organisation": "b", "amount": "9 EUR", "due": "2024-02-01"}),
    ("payment", "2024-02-01", {"id": "p", "invoice": "i", "amount": "9 EUR"}),
]
DONE = [
    ("representation", "2020-01-01", {"person": "pb", "organisation": "b"}),
    ("action", "2024-01-01",
     {"id": "x", "title": "x", "owner": "pb", "due": "2024-05-01", "state": "done", "done_on": "2024-04-01"}),
]  # fmt: skip
TWO = [member("a"), member("b")]
ACTIVE = [
    ("nothing recorded at all", [*TWO], ON, (0, 2)),
    ("one came", [*TWO, *MEETING, came("a", True)], ON, 1),
    ("one absent, one never there", [*TWO, *MEETING, came("a", False)], ON, 0),
    ("nobody knows whether", [*TWO, *MEETING, came("a", None)], ON, (0, 1)),
    ("one of two delegates came", [*TWO, *MEETING, came("a", False), came("a", True, "q")], ON, 1),
    ("came and paid", [*TWO, *MEETING, *PAID, came("a", True)], ON, 2),
    ("finished an action", [*TWO, *MEETING, *DONE, came("a", False)], ON, 1),
    (
        "a lump fee",
        [*TWO, ("income", "2024-01-01", {"id": "l", "kind": "fees", "amount": "9 EUR", "payer": "a"})],
        ON,
        1,
    ),
    ("long ago: the book is closed again", [*TWO, *MEETING, came("a", True)], "2025-03-01", (0, 2)),
    ("a year to the day", [*TWO, *MEETING, came("a", True)], "2025-02-28", 1),
]


@pytest.mark.parametrize(("facts", "on", "gives"), [c[1:] for c in ACTIVE], ids=[c[0] for c in ACTIVE])
def test_active_members(check: Any, facts: Any, on: str, gives: Any) -> None:
    check("active-members", {}, facts, on, gives)


DRIFT = [
    ("no year yet", "member-churn", {}, [member("a", "2024-01-01")], None),
    ("one of two left", "member-churn", {}, [member("a", **FORMER), member("b")], "1/2"),
    ("who joined since does not count", "member-churn", {}, [member("a"), member("b", "2024-01-01")], 0),
    ("back again", "member-churn", {}, [member("a", **FORMER), member("a", "2024-02-01")], 0),
    ("gone before", "member-churn", {}, [member("a", valid_to="2023-05-31"), member("b")], 0),
    ("a shorter time", "member-churn", {"months": 3}, [member("a", **FORMER), member("b")], 0),
    ("no award", "retained-members", {"label": "key"}, [member("a")], None),
    (
        "overtaken before the award", "retained-members", {"label": "key"},
        [member("a"), member("a", "2021-01-01", valid_to="2021-06-01"), member("a", "2023-01-01"),
         ("label", "2022-01-01", {"name": "key", "level": "gold"})],
        0,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("metric", "parameters", "facts", "gives"), [c[1:] for c in DRIFT], ids=[c[0] for c in DRIFT])
def test_drift(check: Any, metric: str, parameters: Any, facts: Any, gives: Any) -> None:
    check(metric, parameters, facts, ON, gives)


def hungary(joins: int) -> list[Fact]:
    """Twenty members named at accreditation; ten of them leave, and some join (DOMAIN.md, section 6)."""
    label = ("label", "2022-01-01", {"name": "accredited", "level": "gold"})
    named = [member(f"n{i}", **({"valid_to": "2023-06-30"} if i < 10 else {})) for i in range(20)]
    return [label, *named, *(member(f"j{i}", "2023-07-01") for i in range(joins))]


@pytest.mark.parametrize(
    ("metric", "joins", "gives"),
    [("retained-members", 10, "1/2"), ("retained-members", 11, "10/21"), ("member-changes", 10, 1)],
)
def test_hungarian_accreditation(check: Any, metric: str, joins: int, gives: Any) -> None:
    check(metric, {"label": "accredited"}, hungary(joins), ON, gives)


@pytest.mark.parametrize(
    ("facts", "gives"),
    [
        ([member("a"), member("b", "2022-06-01", valid_to="2022-12-31")], 2),  # joined and left in between
        ([member("a", valid_to="2022-06-30"), member("a", "2022-12-01")], 2),  # left and came back
        ([member("a"), member("a", "2022-12-01", tier="gold")], 0),  # other terms
        ([member("a", valid_to="2022-06-30"), member("a", "2022-07-01")], 0),  # continues from the next day
        ([member("a", valid_to="2021-06-30"), member("c"), member("a", "2022-12-01")], 1),
    ],
)
def test_every_join_and_leave_since_the_award_counts(check: Any, facts: list[Fact], gives: int) -> None:
    label = ("label", "2022-01-01", {"name": "accredited", "level": "gold"})
    check("member-changes", {"label": "accredited"}, [label, *facts], ON, gives)
