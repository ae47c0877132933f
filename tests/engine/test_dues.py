"""Dues of an initiative: adopted schemes, invoices issued once, what is reported and never guessed."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.processes import CONTEXT, context_on, race
from support.world import World

from clusterflow.configs.dues import parse_scheme
from clusterflow.domain.dues import DuesLine, DuesPlan, DuesRemarkKind
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.records.money import DuesAdoption, DuesScheme, Invoice
from clusterflow.domain.records.parties import Organisation
from clusterflow.domain.terms import DecisionKind
from clusterflow.errors import NotPossible, UnknownName
from clusterflow.rules.invoicing import Books, plan_invoices
from clusterflow.services import dues, gates, ledger
from clusterflow.services.catalogue.dues import schemes_of
from clusterflow.services.context import Context
from clusterflow.settings import Settings

from .conftest import MakeWorld

SIZES = {"tiny": "micro", "low": "small", "mid": "medium", "big": "large"}

QUARTERS = parse_scheme("""\
scheme: quarters
title: {es: Cuotas, en: Dues}
source: P
by: employees
from: 2020-01-01
pro_rata: membership
brackets:
  - {below: 50, yearly: 100.01 EUR, instalments: 4}
  - {from: 50, yearly: 2000 EUR}
""")


def members(w: World, initiative: str = "one", since: str = "2022-01-01", **sizes: str) -> None:
    for name, size in (sizes or SIZES).items():
        w.record(
            f"organisation id={name} name={name} helix=company {f'size={size}' if size else ''} from=2020-01-01",
            f"membership initiative={initiative} organisation={name} from={since}",
        )


@pytest.fixture
def galicia(world: MakeWorld) -> World:
    """A cluster of four firms that adopted the scheme of the Galician cluster of sport; it is 10 January 2024."""
    w = world()
    w.enrol("one", "cordoba")
    members(w)
    w.record("dues-adoption initiative=one scheme=galicia-sport from=2023-01-01")
    return w


def amounts(lines: tuple[DuesLine, ...]) -> dict[str, str]:
    return {line.invoice: str(line.amount) for line in lines}


def kinds(found: DuesPlan) -> list[tuple[str, str | None]]:
    return [(remark.kind.value, remark.organisation) for remark in found.remarks]


ISSUED = {
    "dues-2024-1-tiny": "90.00 EUR",
    "dues-2024-1-low": "300.00 EUR",
    "dues-2024-1-mid": "750.00 EUR",
    "dues-2024-1-big": "2000.00 EUR",
}


def test_invoices_are_issued_once(galicia: World) -> None:
    w = galicia
    assert [line.state for line in dues.plan(w.context, "one").lines] == ["to-issue"] * 4
    done = dues.issue(w.context, "one")
    assert (done.issued, done.remarks, amounts(done.lines)) == (4, (), ISSUED)
    assert {(line.on, line.due, line.state) for line in done.lines} == {(date(2024, 1, 10), date(2024, 2, 9), "issued")}
    entries = ledger.entries(w.context, "one")
    for day in ("2024-01-10", "2024-02-10", "2024-12-31"):
        again = dues.issue(w.at(day).context, "one")
        assert (again.issued, again.lines) == (0, done.lines)
    assert ledger.entries(w.context, "one") == entries, "to issue again writes nothing"
    assert dues.issue(w.at("2025-01-01").context, "one").issued == 4, "next year's dues are others"


def test_who_joins_during_the_year_pays_from_that_month_on(galicia: World) -> None:
    w = galicia
    dues.issue(w.context, "one")
    members(w.at("2024-09-15"), since="2024-09-15", late="small")
    done = dues.issue(w.context, "one")
    assert (done.issued, amounts(done.lines)["dues-2024-1-late"]) == (1, "100.00 EUR")


def test_a_plan_in_quarters_is_issued_as_the_quarters_come(world: MakeWorld) -> None:
    w = world()
    w.context.schemes = {"quarters": QUARTERS}
    w.enrol("one", "cordoba")
    w.record(
        "organisation id=small name=S employees=5 from=2020-01-01",
        "membership initiative=one organisation=small from=2020-01-01",
        "dues-adoption initiative=one scheme=quarters from=2024-01-01",
    )
    issued = []
    for day in ("2024-01-10", "2024-03-31", "2024-04-01", "2024-07-20", "2024-12-01"):
        issued.append(dues.issue(w.at(day).context, "one").issued)
    assert issued == [1, 0, 1, 1, 1]
    lines = dues.plan(w.context, "one").lines
    assert [(line.instalment, str(line.amount), str(line.on)) for line in lines] == [
        (1, "25.00 EUR", "2024-01-10"),
        (2, "25.00 EUR", "2024-04-01"),
        (3, "25.01 EUR", "2024-07-20"),
        (4, "25.00 EUR", "2024-12-01"),
    ]
    assert dues.issue(w.at("2025-12-31").context, "one", 2025).issued == 4, "a flow that stood still makes up for it"

    grown = QUARTERS.model_copy(update={"brackets": (QUARTERS.brackets[1].model_copy(update={"least": 0}),)})
    w.context.schemes = {"quarters": grown}
    found = dues.issue(w.at("2025-12-31").context, "one", 2025)
    assert (found.issued, kinds(found)) == (0, [("other-plan", "small")]), "nobody pays a year twice over"


def test_what_is_not_known_is_reported_and_issued_as_soon_as_it_is(galicia: World) -> None:
    w = galicia
    members(w, odd="")
    done = dues.issue(w.context, "one")
    assert (done.issued, kinds(done)) == (4, [("unknown-figure", "odd")])
    w.record("organisation id=odd size=micro")
    assert dues.issue(w.context, "one").issued == 1


def test_an_invoice_withdrawn_or_corrected_stays_so(galicia: World) -> None:
    w = galicia
    dues.issue(w.context, "one")
    w.record(
        "invoice initiative=one id=dues-2024-1-tiny retract=true",
        "invoice initiative=one id=dues-2024-1-low amount=150EUR",
    )
    again = dues.issue(w.at("2024-03-01").context, "one")
    assert (again.issued, amounts(again.lines)["dues-2024-1-low"]) == (0, "150.00 EUR")
    assert {line.invoice for line in again.lines if line.state == "withdrawn"} == {"dues-2024-1-tiny"}


def test_payments_are_reported_where_they_do_not_fit(galicia: World) -> None:
    w = galicia
    dues.issue(w.context, "one")
    w.record(
        "payment initiative=one id=p1 invoice=dues-2024-1-tiny amount=90EUR on=2024-01-20",
        "payment initiative=one id=p2 invoice=dues-2024-1-low amount=100EUR on=2024-01-20",
        "payment initiative=one id=p3 invoice=dues-2024-1-mid amount=800EUR on=2024-01-20 confirm=true",
        "payment initiative=one id=p4 invoice=dues-2024-1-big amount=2000USD on=2024-01-20",
    )
    found = dues.plan(w.at("2024-02-01").context, "one")
    assert {line.organisation: (line.state.value, str(line.paid)) for line in found.lines} == {
        "tiny": ("paid", "90.00 EUR"),
        "low": ("partly-paid", "100.00 EUR"),
        "mid": ("paid", "800.00 EUR"),
        "big": ("issued", "0.00 EUR"),
    }
    assert sorted(kinds(found)) == [("overpaid", "mid"), ("paid-in-other-currency", "big")]
    assert str(next(r.values["over"] for r in found.remarks if r.kind is DuesRemarkKind.OVERPAID)) == "50.00 EUR"


def adopt_and_remove_files(world: World, *facts: str) -> None:
    """Record facts about schemes whose files are there at that time, and gone afterwards."""
    known = schemes_of(world.context)
    world.context.schemes = {**known, **dict.fromkeys(("quarters", "galicia-sports", "nothing"), QUARTERS)}
    for fact in facts:
        world.record(fact)
    world.context.schemes = known


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (["dues-adoption initiative=one scheme=galicia-sport to=2023-12-31"], "no-scheme"),
        (["dues-adoption initiative=one scheme=galicia-sport retract=true"], "no-scheme"),
        (["dues-adoption initiative=one scheme=quarters from=2024-07-01"], "two-schemes"),
        (["dues-adoption initiative=one scheme=galicia-sport retract=true",
          "dues-adoption initiative=one scheme=galicia-sports from=2024-01-01"], "unknown-scheme"),
        (["dues-scheme initiative=one size=small yearly=299EUR from=2023-01-01"], "own-amounts"),
        (["dues-scheme initiative=one size=small yearly=300EUR from=2023-01-01"], None),
        (["dues-scheme initiative=one size=small yearly=299EUR from=2022-01-01 to=2023-12-31"], None),
    ],
)  # fmt: skip
def test_a_scheme_that_cannot_be_read_issues_nothing(galicia: World, facts: list[str], expected: str | None) -> None:
    adopt_and_remove_files(galicia, *facts)
    found = dues.issue(galicia.context, "one")
    assert (found.issued, [kind for kind, _ in kinds(found)]) == ((0, [expected]) if expected else (4, []))
    assert found.barred == bool(expected)


def test_a_scheme_is_charged_while_it_is_valid_and_adopted(galicia: World) -> None:
    w = galicia
    early = dues.issue(w.context, "one", 2022)
    assert kinds(early) == [("no-scheme", None)], "it was not adopted yet"
    w.record("dues-adoption initiative=one scheme=galicia-sport retract=true")
    w.record("dues-adoption initiative=one scheme=galicia-sport from=2022-01-01")
    assert kinds(dues.issue(w.context, "one", 2022)) == [("not-valid", None)], "nor was there such a scheme"


def test_who_is_not_there_and_who_was_stopped(galicia: World) -> None:
    w = galicia
    with pytest.raises(UnknownName, match="the nearest: one"):
        dues.issue(w.context, "onne")
    w.enrol("two", "cordoba")
    adopt_and_remove_files(w, "dues-adoption initiative=two scheme=nothing from=2023-01-01")
    found = dues.issue_all(w.context)
    assert {p.initiative: (p.issued, p.barred) for p in found.plans} == {"one": (4, False), "two": (0, True)}
    assert (found.issued, found.problems) == (4, {})
    gates.open_gate(w.context, "one", "critical-mass")
    w.decide("critical-mass", DecisionKind.STOP, by="mona")
    assert [p.initiative for p in dues.issue_all(w.context).plans] == ["two"]
    with pytest.raises(NotPossible, match="issues no more invoices"):
        dues.issue(w.at("2025-02-01").context, "one")


# Once, whatever happens and however many people ask


def issue(context: Context, number: int) -> int:
    return dues.issue(context, f"i{number}").issued


def test_two_processes_at_once_issue_once(world: MakeWorld) -> None:
    w = world()
    for number in range(8):
        w.enrol(f"i{number}", "cordoba")
        members(w, f"i{number}")
        w.record(f"dues-adoption initiative=i{number} scheme=galicia-sport from=2023-01-01")
    for number, outcome in enumerate(race(w.context.settings, w.now, 8, issue, issue)):
        assert sorted(outcome) == [0, 4], outcome
        assert amounts(dues.plan(w.context, f"i{number}").lines) == ISSUED
        assert ledger.first_break(w.context, f"i{number}") is None


def _killed(settings: Settings, now: datetime, before: bool) -> None:
    context = context_on(settings, now)
    commit = context.database.dialect.do_commit

    def do_commit(connection: Any) -> None:
        if not before:
            commit(connection)
        os.kill(os.getpid(), signal.SIGKILL)

    context.database.dialect.do_commit = do_commit  # type: ignore[method-assign]
    dues.issue(context, "one")


@pytest.mark.parametrize("before", [True, False], ids=["before the commit", "after it"])
def test_a_process_killed_at_its_commit_leaves_all_or_nothing(galicia: World, before: bool) -> None:
    process = CONTEXT.Process(target=partial(_killed, galicia.context.settings, galicia.now, before))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    done = dues.issue(galicia.context, "one")
    assert (done.issued, amounts(done.lines)) == (4 if before else 0, ISSUED)


DAY = st.dates(date(2023, 10, 1), date(2025, 3, 1))


@given(
    joined=st.lists(DAY, min_size=1, max_size=3),
    stays=st.integers(0, 400),
    employees=st.sampled_from([None, 0, 49, 50]),
    visits=st.lists(DAY, max_size=8),
)
def test_whenever_it_is_asked_each_part_is_asked_once(
    joined: list[date], stays: int, employees: int | None, visits: list[date]
) -> None:
    """Days of issuing in any order of the year, some of them twice: at its end all is asked, nothing twice."""
    firms = [f"o{n}" for n in range(len(joined))]
    spans = [{"from": day, "to": date.fromordinal(day.toordinal() + stays)} for day in joined]
    known = {"from": "2020-01-01", "employees": employees}
    books = Books(
        adoptions=[DuesAdoption.model_validate({"scheme": "quarters", "from": "2024-01-01"})],
        own=[DuesScheme.model_validate({"size": "large", "yearly": "1 EUR", "from": "2020-01-01", "to": "2023-12-31"})],
        memberships=[Membership.model_validate({"organisation": f, **s}) for f, s in zip(firms, spans, strict=True)],
        organisations={f: [Organisation.model_validate({"id": f, "name": f, **known})] for f in firms},
    )
    whole = plan_invoices("one", books, {"quarters": QUARTERS}, 2024, date(2024, 12, 31))
    issued: list[Invoice] = []
    for today in [*sorted(visits), date(2024, 12, 31)]:
        found = plan_invoices("one", replace(books, invoices=issued), {"quarters": QUARTERS}, 2024, today)
        for line in found.to_issue:
            fields = line.model_dump(include={"organisation", "instalment", "instalments", "amount", "on", "due"})
            issued.append(Invoice.model_validate({**fields, "id": line.invoice, "year": 2024}))
    assert {i.id: i.amount for i in issued} == {line.invoice: line.amount for line in whole.to_issue}
    assert len({i.id for i in issued}) == len(issued)
    assert all(i.valid_from >= books.memberships[int(i.organisation[1:])].valid_from for i in issued)
