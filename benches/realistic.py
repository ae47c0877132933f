"""A realistic initiative: 60 members, 200 attendances, 400 facts. The figures are invented and regular."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MEMBERS = 60
MEETINGS = 20
INVITED = 10

Fact = dict[str, Any]
"""A fact as a line of JSON holds it."""

_SIZES = ("large", "medium", "small", "small", "micro")
_HELIXES = ("company",) * 7 + ("academia", "company", "civil-society")


def parties_of(initiative: str) -> Iterator[Fact]:
    """Yield the facts of the registry that an initiative needs: its members and their people."""
    for n in range(MEMBERS):
        one = f"{initiative}-m{n}"
        yield {
            "record": "organisation", "id": one, "name": one, "helix": _HELIXES[n % 10], "size": _SIZES[n % 5],
            "country": "MX", "founded": "2001-01-01", "from": "2018-01-01",
        }  # fmt: skip
        yield {"record": "person", "id": f"{one}-p", "name": f"Person of {one}", "from": "2018-01-01"}
        yield {"record": "representation", "person": f"{one}-p", "organisation": one, "from": "2018-01-01"}


def facts_of(initiative: str) -> Iterator[Fact]:
    """Yield the 400 facts of an initiative."""
    for name, fields in _facts(initiative):
        yield {"record": name, "initiative": initiative, **fields}


def _facts(own: str) -> Iterator[tuple[str, Fact]]:
    yield from _governance(own)
    for n in range(MEMBERS):
        member = {"organisation": f"{own}-m{n}", "founder": n < 10, "commitment": "regular-fee"}
        yield "membership", {**member, "from": f"{2019 + n % 4}-01-15"}
    for number in range(MEETINGS):
        meeting, day = f"meeting-{number}", f"{2022 + number // 10}-{1 + number % 10:02}-10"
        yield "meeting", {"id": meeting, "body": ("board", "talent")[number % 2], "on": day}
        for n in range(INVITED):
            who = f"{own}-m{(n + number % 3) % MEMBERS}"
            present = (n + number) % 5 > 0
            here = {"meeting": meeting, "person": f"{who}-p", "organisation": who, "present": present}
            yield "attendance", {**here, "on": day}
    yield from _money(own)
    yield from _work(own)


def _governance(own: str) -> Iterator[tuple[str, Fact]]:
    start = {"from": "2019-01-01"}
    for body, kind in (("management", "management"), ("board", "board"), ("talent", "committee")):
        yield "body", {"id": body, "kind": kind, "name": body, **start}
    for n in range(12):
        body = "management" if n == 0 else "board" if n < 7 else "talent"
        role = "manager" if n == 0 else "chair" if n in (1, 7) else "member"
        seat = {"body": body, "person": f"{own}-m{n}-p", "organisation": f"{own}-m{n}", "role": role}
        yield "seat", {**seat, **start}
    legal = {"personality": True, "non_profit": True, "in_region": True}
    yield "legal-entity", {"name": own, "form": "civil-association", **legal, "from": "2019-05-01"}
    for document, kind in (("purpose", "purpose-statement"), ("strategy", "strategy")):
        yield "document", {"id": document, "kind": kind, "title": document, "adopted_by": "board", **start}
    for n in range(10):
        signed = {"document": "purpose", "organisation": f"{own}-m{n}", "person": f"{own}-m{n}-p"}
        yield "signature", {**signed, "on": "2019-03-01"}


def _money(own: str) -> Iterator[tuple[str, Fact]]:
    for n in range(25):
        invoice = {"id": f"i{n}", "organisation": f"{own}-m{n}", "amount": "15000MXN", "due": "2023-03-31"}
        yield "invoice", {**invoice, "on": "2023-02-01"}
        if n % 5:
            paid = {"id": f"y{n}", "invoice": f"i{n}", "amount": "15000MXN"}
            yield "payment", {**paid, "on": f"2023-03-{1 + n % 28:02}"}
    yield "income", {"id": "grant", "kind": "public-grant", "amount": "250000MXN", "on": "2023-05-01"}
    year = {"running_cost": "1000000MXN", "secured": "900000MXN", "from": "2023-01-01", "to": "2023-12-31"}
    yield "budget", {"id": "b2023", **year}
    yield "staff", {"person": f"{own}-m0-p", "fte": 1.0, "manager": True, "from": "2019-06-01"}


def _work(own: str) -> Iterator[tuple[str, Fact]]:
    yield "strategy", {"id": "plan", "title": "Plan", "horizon": "2027-12-31", "from": "2020-01-01"}
    for n in range(3):
        measure = {"unit": "jobs", "baseline": 0, "target": 100, "due": "2026-12-31"}
        objective = {"id": f"o{n}", "title": "Objective", "strategy": "plan", "owner": "talent"}
        yield "objective", {**objective, **measure, "from": "2020-01-01"}
        for year in (2021, 2022):
            yield "reading", {"objective": f"o{n}", "value": 10 * (year - 2020), "on": f"{year}-12-15"}
        project = {"id": f"j{n}", "title": "Project", "objective": f"o{n}"}
        yield "project", {**project, "from": "2021-02-01"}
    for n in range(13):
        done = {"state": "done", "done_on": "2022-11-15"} if n % 3 else {"state": "open"}
        action = {"id": f"a{n}", "title": "Action", "owner": f"{own}-m{n}-p", "objective": f"o{n % 3}"}
        yield "action", {**action, "due": "2022-12-15", **done, "from": "2020-01-01"}
    for topic in ("trust", "satisfaction"):
        wave = {"topic": topic, "invited": 60, "answers": 45, "mean_milli": 3900}
        yield "survey-wave", {**wave, "on": "2023-11-01"}
    for n in range(3):
        training = {"id": f"t{n}", "title": "Training", "planned": "2023-04-01", "held": "2023-04-08"}
        yield "training", {**training, "from": "2023-01-01"}
        business = {"id": f"g{n}", "kind": "contract", "amount": "500000MXN", "organisation": f"{own}-m{n}"}
        yield "business", {**business, "on": "2023-08-01"}
    yield "link", {"id": "link", "direction": "outside", "with_whom": "Others", "from": "2023-01-01"}
