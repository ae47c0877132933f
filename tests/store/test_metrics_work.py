"""The metrics of money, strategy and results."""

from __future__ import annotations

from typing import Any

import pytest

Fact = tuple[str, str, dict[str, Any]]
D = "2020-01-01"
ON = "2024-06-01"
FORMER = {"valid_to": "2023-12-31"}


def org(name: str, size: str | None = None) -> list[Fact]:
    return [
        ("organisation", D, {"id": name, "name": name, "helix": "company", "size": size}),
        ("membership", D, {"organisation": name}),
    ]


def invoice(name: str, whose: str, amount: str = "100 EUR", due: str = "2024-02-01") -> Fact:
    return ("invoice", "2023-01-15", {"id": name, "organisation": whose, "amount": amount, "due": due})


def paid(what: str, amount: str = "100 EUR", day: str = "2024-02-01", name: str | None = None) -> Fact:
    return ("payment", day, {"id": name or f"p-{what}", "invoice": what, "amount": amount})


def income(name: str, kind: str, amount: str, day: str = "2024-02-01", **fields: Any) -> Fact:
    return ("income", day, {"id": name, "kind": kind, "amount": amount, **fields})


def scheme(size: str, **fields: Any) -> Fact:
    return ("dues-scheme", D, {"size": size, "yearly": "90 EUR", **fields})


def budget(secured: str | None) -> Fact:
    return ("budget", "2024-01-01", {"id": "b", "running_cost": "200 EUR", "secured": secured})


BIG, SMALL, UNSIZED = org("a", "large"), org("b", "small"), org("u")
TWO = [*BIG, *SMALL, invoice("i", "a"), invoice("j", "b", "50 EUR")]
MONEY = [
    ("no scheme", "dues-scheme", {}, [], None),
    ("Galician sports cluster", "dues-scheme", {}, [scheme(s) for s in ("micro", "small", "medium", "large")], 1),
    ("large only", "dues-scheme", {}, [scheme("large")], 0),
    ("no longer", "dues-scheme", {}, [scheme("large"), scheme("small", **FORMER)], 0),
    ("nothing due yet", "dues-collected", {}, [*BIG, invoice("i", "a", due="2024-06-02")], None),
    ("due today", "dues-collected", {}, [*BIG, invoice("i", "a", due=ON), paid("i")], 1),
    ("no payments on record", "dues-collected", {}, TWO, (0, 1)),
    ("one of two", "dues-collected", {}, [*TWO, paid("i")], "2/3"),
    ("in two parts", "dues-collected", {}, [*TWO, paid("i", "60 EUR"), paid("i", "40 EUR", name="q")], "2/3"),
    ("too much for one is nothing for the other", "dues-collected", {}, [*TWO, paid("i", "150 EUR")], "2/3"),
    ("paid later", "dues-collected", {}, [*TWO, paid("i"), paid("j", "50 EUR", "2024-06-02")], "2/3"),
    ("paid in other money", "dues-collected", {}, [*TWO, paid("i", "100 USD"), paid("j", "50 EUR")], ("1/3", 1)),
    ("two currencies due", "dues-collected", {}, [*TWO, invoice("k", "a", "9 USD"), paid("i")], (0, "2/3")),
    ("the year before", "dues-collected", {}, [*BIG, invoice("i", "a", due="2023-06-01"), paid("i")], None),
    ("of large firms", "dues-collected", {"size": "large"}, [*TWO, paid("i")], 1),
    ("of smes", "dues-collected", {"size": "sme"}, [*TWO, paid("i")], 0),
    ("of firms of unknown size", "dues-collected", {"size": "sme"},
     [*TWO, *UNSIZED, invoice("k", "u", "50 EUR"), paid("j", "50 EUR"), paid("k", "50 EUR")], ("1/2", 1)),
    ("nobody asked", "members-overdue", {}, BIG, None),
    ("ninety days are not over ninety", "members-overdue", {},
     [*TWO, invoice("k", "a", due="2024-03-03"), paid("i"), paid("j", "50 EUR")], 0),
    ("ninety-one are", "members-overdue", {}, [*BIG, invoice("k", "a", due="2024-03-02"), paid("x")], 1),
    ("one member, two invoices", "members-overdue", {},
     [*TWO, invoice("k", "a", due="2023-02-01"), paid("j", "50 EUR")], 1),
    ("no payments on record ", "members-overdue", {}, TWO, (0, 2)),
    ("half paid", "members-overdue", {}, [*TWO, paid("i", "50 EUR"), paid("j", "50 EUR")], 1),
    ("who left is no member", "members-overdue", {},
     [("membership", D, {"organisation": "a", **FORMER}), invoice("i", "a"), paid("x")], None),
    ("sooner", "members-overdue", {"days": 10}, [*BIG, invoice("k", "a", due="2024-05-20"), paid("x")], 1),
    ("no income", "private-income-share", {}, [], None),
    ("half private", "private-income-share", {},
     [income("g", "public-grant", "50 EUR"), income("s", "services", "25 EUR"), *TWO[-2:], paid("i", "25 EUR")], "1/2"),
    ("last year's grant", "private-income-share", {},
     [income("g", "public-grant", "50 EUR", "2023-06-01"), income("s", "services", "25 EUR")], 1),
    ("two of three thirds", "largest-payer-share", {}, [*TWO, paid("i"), paid("j", "50 EUR")], "2/3"),
    ("and a lump of the same", "largest-payer-share", {},
     [*TWO, paid("i", "25 EUR"), paid("j", "50 EUR"), income("f", "fees", "25 EUR", payer="a")], "1/2"),
    ("whose lump is unknown", "largest-payer-share", {},
     [*TWO, paid("i", "30 EUR"), paid("j", "20 EUR"), income("f", "fees", "50 EUR")], ("3/10", "8/10")),
    ("no budget", "funding-cover", {}, [], None),
    ("covered", "funding-cover", {}, [budget("250 EUR")], "5/4"),
    ("cover unknown", "funding-cover", {}, [budget(None)], (0, None)),
    ("secured in other money", "funding-cover", {}, [budget("250 USD")], (0, None)),
]  # fmt: skip


def cases(table: list[Any]) -> Any:
    return pytest.mark.parametrize(
        ("metric", "parameters", "facts", "gives"), [c[1:] for c in table], ids=[c[0] for c in table]
    )


@cases(MONEY)
def test_money(check: Any, metric: str, parameters: Any, facts: Any, gives: Any) -> None:
    check(metric, parameters, facts, ON, gives)


def strategy(day: str, horizon: str | None, name: str = "s", **fields: Any) -> Fact:
    return ("strategy", day, {"id": name, "title": "s", "horizon": horizon, **fields})


def objective(name: str, **fields: Any) -> Fact:
    return ("objective", D, {"id": name, "title": name, **fields})


def review(day: str) -> Fact:
    return ("strategy-review", day, {"strategy": "s"})


def reading(day: str, of: str) -> Fact:
    return ("reading", day, {"objective": of, "value": 1})


def action(name: str, due: str, state: str = "open", **fields: Any) -> Fact:
    return ("action", "2023-01-01", {"id": name, "title": name, "due": due, "state": state, **fields})


def project(name: str, day: str, **fields: Any) -> Fact:
    return ("project", day, {"id": name, "title": name, **fields})


DONE = {"state": "done"}
STRATEGY = [
    ("three calendar years", "strategy-horizon", {}, [strategy("2022-01-01", "2024-12-31")], 3),
    ("three years from July", "strategy-horizon", {}, [strategy("2022-07-01", "2025-06-30")], 3),
    ("a day short", "strategy-horizon", {}, [strategy("2022-07-01", "2025-06-29")], "1114/372"),
    ("ends where it ends", "strategy-horizon", {}, [strategy("2022-01-01", None, valid_to="2024-12-31")], 3),
    ("without horizon", "strategy-horizon", {}, [strategy("2022-01-01", None)], None),
    ("expired", "strategy-horizon", {}, [strategy("2020-01-01", "2023-12-31")], None),
    ("amended", "strategy-horizon", {},
     [strategy("2022-01-01", "2024-12-31"), strategy("2024-01-01", "2024-12-31", source="amended")], 3),
    ("none", "strategy-in-force", {}, [], None),
    ("in force to the day", "strategy-in-force", {}, [strategy("2022-01-01", ON)], 1),
    ("expired yesterday", "strategy-in-force", {}, [strategy("2022-01-01", "2024-05-31")], 0),
    ("withdrawn", "strategy-in-force", {}, [strategy("2022-01-01", "2026-12-31", **FORMER)], 0),
    ("open end", "strategy-in-force", {}, [strategy("2022-01-01", None)], 1),
    ("a new one after an old", "strategy-in-force", {},
     [strategy("2020-01-01", "2023-12-31"), strategy("2024-01-01", "2026-12-31", "t")], 1),
    ("reviewed", "strategy-review-age", {},
     [strategy("2022-01-01", None), review("2023-01-01"), review("2024-04-01")], 2),
    ("never reviewed", "strategy-review-age", {}, [strategy("2024-02-01", None)], (None, 4)),
    ("no objectives", "objectives-measured", {}, [], None),
    ("one of two", "objectives-measured", {}, [objective("o", baseline=0, target=1), objective("p", target=1)], "1/2"),
    ("owned", "objectives-owned", {}, [objective("o", owner="c"), objective("p")], "1/2"),
    ("dropped", "objectives-owned", {}, [objective("o", owner="c"), objective("p", **FORMER)], 1),
    ("no readings at all", "objectives-read", {}, [objective("o")], (0, 1)),
    ("read", "objectives-read", {}, [objective("o"), objective("p"), reading("2024-05-01", "o")], "1/2"),
    ("read long ago", "objectives-read", {}, [objective("o"), reading("2023-06-01", "o")], 0),
    ("nothing due", "actions-on-time", {}, [action("x", "2024-07-01")], None),
    ("one of two ", "actions-on-time", {},
     [action("x", "2024-05-01", done_on="2024-05-01", **DONE), action("y", "2024-05-01")], "1/2"),
    ("too late", "actions-on-time", {}, [action("x", "2024-05-01", done_on="2024-05-02", **DONE)], 0),
    ("done, some day", "actions-on-time", {}, [action("x", "2024-05-01", **DONE)], (0, 1)),
    ("dropped ", "actions-on-time", {}, [action("x", "2024-05-01", "dropped"), action("y", "2024-05-01")], 0),
    ("no projects", "joint-projects", {}, [], None),
    ("an old one", "joint-projects", {}, [project("x", "2023-06-01")], 0),
    ("a new one", "joint-projects", {}, [project("x", "2023-06-02"), project("y", "2020-01-01")], 1),
    ("not joint", "joint-projects", {}, [project("x", "2024-01-01", joint=False)], 0),
    ("an old one, described anew", "joint-projects", {},
     [project("x", "2020-01-01"), project("x", "2024-01-01", source="anew")], 0),
]  # fmt: skip


@cases(STRATEGY)
def test_strategy(check: Any, metric: str, parameters: Any, facts: Any, gives: Any) -> None:
    check(metric, parameters, facts, ON, gives)


def business(name: str, day: str, amount: str | None, kind: str = "contract") -> Fact:
    return ("business", day, {"id": name, "kind": kind, "amount": amount})


def hired(name: str, day: str, jobs: int | None) -> Fact:
    return ("business", day, {"id": name, "kind": "jobs", "jobs": jobs})


def training(name: str, planned: str, held: str | None = None) -> Fact:
    return ("training", D, {"id": name, "title": name, "planned": planned, "held": held})


def came(session: str, person: str, present: bool | None) -> Fact:
    return ("learning-attendance", "2024-05-01", {"session": session, "person": person, "present": present})


def enrolled(person: str, day: str = D, series: str = "s", **fields: Any) -> Fact:
    return ("learning-enrolment", day, {"series": series, "person": person, **fields})


def session(name: str, planned: str, held: bool = True, series: str = "s", **fields: Any) -> Fact:
    values = {"id": name, "series": series, "number": 1, "topic": "t", "planned": planned, **fields}
    return ("learning-session", D, {**values, "held": planned if held else None})


def link(direction: str, name: str = "l", **fields: Any) -> Fact:
    return ("link", D, {"id": name, "direction": direction, "with_whom": name, **fields})


def label(level: str, **fields: Any) -> Fact:
    return ("label", D, {"name": "label", "level": level, **fields})


def stated(day: str, numerator: int, denominator: int = 1) -> Fact:
    return ("observation", day, {"metric": "challenges", "numerator": numerator, "denominator": denominator})


CALLED = {"metric": "challenges"}
RESULTS = [
    ("no business", "business-generated", {}, [], None),
    ("of the year", "business-generated", {},
     [business("x", "2024-01-01", "1.50 EUR"), business("y", "2023-06-02", "2 EUR"),
      business("z", "2023-06-01", "9 EUR")],
     "3.5"),
    ("long ago, in other money", "business-generated", {},
     [business("x", "2024-01-01", "1 EUR"), business("z", "2020-06-01", "9 USD")], 1),
    ("none this year", "business-generated", {}, [business("z", "2020-06-01", "9 USD")], 0),
    ("one amount unknown", "business-generated", {},
     [business("x", "2024-01-01", "1 EUR"), business("y", "2024-01-01", None)], (1, None)),
    ("jobs are not money", "business-generated", {},
     [business("x", "2024-01-01", "1 EUR"), business("y", "2024-01-01", None, "jobs")], 1),
    ("jobs", "jobs-generated", {},
     [hired("x", "2024-01-01", 12), hired("y", "2024-02-01", 3), hired("z", "2023-06-01", 40)], 15),
    ("a number unknown", "jobs-generated", {},
     [hired("x", "2024-01-01", 12), hired("y", "2024-02-01", None)], (12, None)),
    ("a contract without jobs", "jobs-generated", {}, [business("x", "2024-01-01", "1 EUR")], 0),
    ("no business, no jobs", "jobs-generated", {}, [], None),
    ("grown by half", "business-growth", {},
     [business("x", "2024-01-01", "150 EUR"), business("y", "2023-01-01", "100 EUR")], "1/2"),
    ("halved", "business-growth", {},
     [business("x", "2024-01-01", "50 EUR"), business("y", "2023-01-01", "100 EUR")], "-1/2"),
    ("nothing before", "business-growth", {}, [business("x", "2024-01-01", "50 EUR")], None),
    ("the year before in part", "business-growth", {},
     [business("x", "2024-01-01", "50 EUR"), business("y", "2023-01-01", None), business("z", "2023-01-01", "1 EUR")],
     None),
    ("nothing planned", "training-held", {}, [training("t", "2024-07-01")], None),
    ("one of two held", "training-held", {}, [training("t", "2024-02-01", "2024-03-01"), training("u", "2024-02-01")],
     "1/2"),
    ("held later", "training-held", {}, [training("t", "2024-02-01", "2024-06-02")], 0),
    ("nobody enrolled", "training-held", {}, [session("s1", "2024-05-01")], None),
    ("to come", "training-held", {}, [enrolled("p"), session("s1", "2024-06-02")], None),
    ("held, and nobody noted who was there", "training-held", {}, [enrolled("p"), session("s1", "2024-05-01")], (0, 1)),
    ("there", "training-held", {}, [enrolled("p"), session("s1", "2024-05-01"), came("s1", "p", True)], 1),
    ("one of two was there: that is one of one", "training-held", {},
     [enrolled("p"), enrolled("q"), session("s1", "2024-05-01"), came("s1", "p", True), came("s1", "q", False)], 1),
    ("there at one of two", "training-held", {},
     [enrolled("p"), session("s1", "2024-05-01"), session("s2", "2024-04-01"), came("s1", "p", True)], "1/2"),
    ("perhaps there", "training-held", {},
     [enrolled("p"), session("s1", "2024-05-01"), came("s1", "p", None)], (0, 1)),
    ("not held", "training-held", {}, [enrolled("p"), session("s1", "2024-05-01", held=False)], 0),
    ("called off", "training-held", {},
     [enrolled("p"), session("s1", "2024-05-01", held=False, valid_to="2024-04-20")], None),
    ("another series", "training-held", {}, [enrolled("p"), session("s1", "2024-05-01", series="z")], None),
    ("before they enrolled", "training-held", {}, [enrolled("p", "2024-05-02"), session("s1", "2024-05-01")], None),
    ("after they left", "training-held", {},
     [enrolled("p", valid_to="2024-04-30"), session("s1", "2024-05-01")], None),
    ("a year ago", "training-held", {}, [enrolled("p"), session("s1", "2023-06-01")], None),
    ("sessions and trainings together", "training-held", {},
     [enrolled("p"), session("s1", "2024-05-01"), came("s1", "p", True), training("u", "2024-02-01"),
      training("t", "2024-02-01", "2024-03-01")], "2/3"),
    ("two of three sessions", "learning-sessions", {},
     [came("s1", "p", True), came("s2", "p", False), came("s2", "q", True), came("s3", "p", False)], 2),
    ("perhaps", "learning-sessions", {}, [came("s1", "p", None)], (0, 1)),
    ("no links", "links", {"direction": "inside"}, [], None),
    ("inside", "links", {"direction": "inside"}, [link("inside"), link("outside", "m")], 1),
    ("outside: the book of links is kept", "links", {"direction": "outside"}, [link("inside")], 0),
    ("cut", "links", {"direction": "inside"}, [link("inside", **FORMER)], 0),
    ("no label", "label-valid", {}, [], None),
    ("gold", "label-valid", {}, [label("gold")], 1),
    ("silver is no gold", "label-valid", {"level": "gold"}, [label("silver")], 0),
    ("run out", "label-valid", {}, [label("gold", **FORMER)], 0),
    ("not stated", "stated", CALLED, [], None),
    ("the last word", "stated", CALLED, [stated("2024-01-01", 5), stated("2024-02-01", 3)], 3),
    ("another name", "stated", {"metric": "other"}, [stated("2024-01-01", 5)], None),
    ("a share", "stated-share", CALLED, [stated("2024-01-01", 3, 10)], "3/10"),
]  # fmt: skip


@cases(RESULTS)
def test_results(check: Any, metric: str, parameters: Any, facts: Any, gives: Any) -> None:
    check(metric, parameters, facts, ON, gives)
