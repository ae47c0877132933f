"""Dues: what is invoiced, paid and owed; each invoice; payments; and who sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.web import Browser, WebWorld

from clusterflow.domain.access import RIGHTS, Capacity, Right
from clusterflow.services import ledger

MEMBERS = {"firm": "large", "club": "micro", "shop": "small"}
DUES = "/initiatives/one/dues"
FIRM = "dues-2024-1-firm"


@pytest.fixture
def billed(site: WebWorld) -> WebWorld:
    """Three members of three sizes; the firm owes all of 2024 since July, the club has paid, the shop paid a part."""
    world = site.world
    world.record(
        "organisation id=shop name=Tienda helix=company size=small from=2020-01-01",
        "organisation id=firm name=Firm size=large from=2020-01-01",
        "organisation id=club name=Club size=micro from=2020-01-01",
        "membership initiative=one organisation=firm from=2024-01-01",
        "membership initiative=one organisation=shop from=2024-01-01",
        "dues-adoption initiative=one scheme=galicia-sport from=2024-01-01",
        *(
            f"invoice initiative=one id=dues-2024-1-{name} organisation={name} amount={amount} on=2024-02-01 "
            f"due=2024-03-01 year=2024 instalment=1 instalments=1 scheme=galicia-sport"
            for name, amount in (("firm", "2000EUR"), ("club", "90EUR"), ("shop", "300EUR"))
        ),
        "payment initiative=one id=p1 invoice=dues-2024-1-club amount=90EUR on=2024-02-10",
        "payment initiative=one id=p2 invoice=dues-2024-1-shop amount=100EUR on=2024-02-11",
    )
    world.at("2024-07-01")
    return site


def pay(browser: Browser, **fields: str) -> int:
    browser.open(f"{DUES}/{FIRM}/payment")
    return browser.submit(f"{DUES}/{FIRM}/payment", **fields).status_code


def test_the_page_shows_what_is_invoiced_paid_and_owed_by_member_and_size(billed: WebWorld) -> None:
    page = billed.browser("mona").open(DUES).text
    for words in ("2.390,00 €", "190,00 €", "2.200,00 €", "Firm", "Tienda", "large", "122 days late"):
        assert words in page, words
    invoices = page[page.index("Invoices 3") :]
    assert invoices.index("Firm") < invoices.index("Club"), "who owes stands first"
    spanish = billed.browser("olga").open(DUES).text
    assert "Cuotas de 2024" in spanish
    assert "2.390,00" in spanish


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"Firm", "Club", "Tienda"}), ("?show=overdue", {"Firm", "Tienda"}), ("?show=owed&q=tien", {"Tienda"}),
        ("?show=planned", set()), ("?year=2023", set()), ("?year=x&page=9&show=no", {"Firm", "Club", "Tienda"}),
    ],
)  # fmt: skip
def test_invoices_are_filtered_by_state_member_and_year(billed: WebWorld, query: str, names: set[str]) -> None:
    page = billed.browser("mona").get(f"{DUES}{query}").text
    assert {n for n in ("Firm", "Club", "Tienda") if f'<th scope="row">{n}' in page} == names


def test_what_is_overdue_from_another_year_is_said(billed: WebWorld) -> None:
    page = billed.browser("mona").open(f"{DUES}?year=2025").text
    assert "Overdue from other years" in page
    assert "2.200,00 €" in page


@pytest.mark.parametrize("capacity", Capacity)
def test_members_see_their_own_dues_and_nobody_else_sees_arrears_without_the_right(
    billed: WebWorld, everybody: dict[Capacity, str], capacity: Capacity
) -> None:
    browser, own = billed.browser(everybody[capacity]), {Capacity.MEMBER: "club"}.get(capacity)
    everything = Right.DUES in RIGHTS[capacity]
    answer = browser.get(DUES)
    linked = DUES in browser.get("/initiatives/one").text
    if everything:
        assert "Tienda" in answer.text
    elif own or capacity is Capacity.FOUNDER:
        assert (answer.status_code, "Tienda" in answer.text, "Firm" in answer.text) == (200, False, False)
    else:
        assert answer.status_code == 404
    assert linked is (answer.status_code == 200)
    for name in MEMBERS:
        is_shown = browser.get(f"{DUES}/dues-2024-1-{name}").status_code == 200
        assert is_shown is (everything or name == own), name
    browser.open("/")
    may_record = Right.RECORD in RIGHTS[capacity]
    for path in (f"{DUES}/{FIRM}/payment", f"{DUES}/dues-2024-1-club/payment", f"{DUES}/issue"):
        browser.open("/")
        assert (browser.submit(path).status_code == 404) is not may_record, path
    for path in (DUES, f"{DUES}/{FIRM}", f"{DUES}/{FIRM}/payment"):
        if capacity is not Capacity.ADMINISTRATOR:
            assert browser.get(path.replace("one", "two")).status_code == 404


def test_who_asks_for_the_dues_of_others_is_in_the_ledger(billed: WebWorld, everybody: dict[Capacity, str]) -> None:
    billed.browser(everybody[Capacity.SEAT_HOLDER]).get(DUES)
    last = ledger.entries(billed.world.context, "one")[-1].event
    assert (last.kind, getattr(last, "right", None)) == ("access.refused", Right.DUES)


def test_a_payment_is_recorded_from_its_row_with_one_button(billed: WebWorld) -> None:
    browser = billed.browser("mona")
    browser.open(DUES)
    assert f"{DUES}/{FIRM}/payment" in browser.shown.text
    browser.open(f"{DUES}/{FIRM}/payment")
    form = browser.shown.text
    assert 'value="2000.00"' in form
    assert 'value="2024-07-01"' in form
    done = browser.submit(f"{DUES}/{FIRM}/payment", amount="2,000.00", valid_from="2024-07-01", source="T-77")
    assert done.url.path == f"{DUES}/{FIRM}"
    assert "Paid in full" in done.text
    assert "T-77" in done.text
    (payment,) = [p for p in billed.facts("payment") if p.invoice == FIRM]
    assert str(payment.amount) == "2000.00 EUR"
    assert "mona" in billed.facts_by("payment")


def test_mistakes_of_a_payment_come_back_at_their_fields_with_what_was_typed(billed: WebWorld) -> None:
    browser = billed.browser("mona")
    for wrong, place in (
        ({"amount": "lots", "valid_from": "2024-06-30"}, "amount-mistake"),
        ({"amount": "", "valid_from": "2024-06-30"}, "amount-mistake"),
        ({"amount": "100", "valid_from": "soon"}, "valid_from-mistake"),
        ({"amount": "100", "valid_from": ""}, "valid_from-mistake"),
    ):
        browser.open(f"{DUES}/{FIRM}/payment")
        answer = browser.submit(f"{DUES}/{FIRM}/payment", **wrong, source="<b>T")
        assert (answer.status_code, place in answer.text) == (422, True), wrong
        assert 'value="&lt;b&gt;T"' in answer.text
        assert all(f'value="{typed}"' in answer.text for typed in wrong.values())
    assert len(billed.facts("payment")) == 2


def test_more_than_is_owed_is_asked_about_and_recorded_once_it_is_confirmed(billed: WebWorld) -> None:
    browser = billed.browser("mona")
    fields = {"amount": "2500", "valid_from": "2024-06-30"}
    browser.open(f"{DUES}/{FIRM}/payment")
    question = browser.submit(f"{DUES}/{FIRM}/payment", **fields)
    assert (question.status_code, "Is this right?" in question.text) == (422, True)
    assert "Amount: with this payment, 2.500,00\xa0€ are paid on invoice" in question.text
    assert browser.submit(f"{DUES}/{FIRM}/payment", **fields, confirm="yes").url.path == f"{DUES}/{FIRM}"
    assert [str(p.amount) for p in billed.facts("payment") if p.invoice == FIRM] == ["2500.00 EUR"]


def test_two_people_who_record_a_payment_see_that_of_the_other_and_choose(billed: WebWorld) -> None:
    first, second = billed.browser("mona"), billed.browser("olga")
    for browser in (first, second):
        browser.open(f"{DUES}/{FIRM}/payment")
    mine = {"amount": "500", "valid_from": "2024-06-28"}
    assert first.submit(f"{DUES}/{FIRM}/payment", **mine).status_code == 200
    answer = second.submit(f"{DUES}/{FIRM}/payment", amount="700", valid_from="2024-06-29")
    assert (answer.status_code, "mientras tanto" in answer.text, 'value="700"' in answer.text) == (409, True, True)
    assert "500" in answer.text
    assert second.submit(f"{DUES}/{FIRM}/payment", amount="700", valid_from="2024-06-29").status_code == 200
    assert sorted(str(p.amount) for p in billed.facts("payment") if p.invoice == FIRM) == ["500.00 EUR", "700.00 EUR"]


def test_the_same_form_sent_twice_records_one_payment(billed: WebWorld) -> None:
    browser = billed.browser("mona")
    browser.open(f"{DUES}/{FIRM}/payment")
    sent = {**browser.hidden(), "amount": "500", "valid_from": "2024-06-28"}
    for _ in range(2):
        assert browser.post(f"{DUES}/{FIRM}/payment", data=sent).status_code == 200
    assert len([p for p in billed.facts("payment") if p.invoice == FIRM]) == 1


def test_what_is_to_be_issued_is_issued_once_with_a_button(billed: WebWorld) -> None:
    billed.world.record(
        "organisation id=late name=Late helix=company size=medium from=2020-01-01",
        "membership initiative=one organisation=late from=2024-06-01",
    )
    browser = billed.browser("mona")
    page = browser.open(f"{DUES}?show=planned").text
    assert "Issue 1 invoice" in page
    done = browser.submit(f"{DUES}/issue", year="2024")
    assert "Invoices issued: 1." in done.text
    assert "dues-2024-1-late" in {i.id for i in billed.facts("invoice")}
    browser.open(DUES)
    assert "Invoices issued: 0." in browser.submit(f"{DUES}/issue", year="2024").text


def test_a_payment_that_a_wrong_clock_refuses_is_not_said_to_be_recorded(billed: WebWorld) -> None:
    browser = billed.browser("mona")
    browser.open(f"{DUES}/{FIRM}/payment")
    billed.world.record("meeting initiative=one id=m-9 body=board on=2024-06-09")
    billed.world.now -= timedelta(minutes=10)
    assert browser.submit(f"{DUES}/{FIRM}/payment", amount="500", valid_from="2024-06-28").status_code == 409
    assert not [p for p in billed.facts("payment") if p.invoice == FIRM]


def test_one_day_is_no_days(billed: WebWorld) -> None:
    billed.world.at("2024-03-02")
    for path in (DUES, f"{DUES}/{FIRM}"):
        assert "1 day late" in billed.browser("mona").open(path).text
        assert "1 día de retraso" in billed.browser("olga").open(path).text


def test_an_unknown_invoice_is_not_found(billed: WebWorld) -> None:
    browser = billed.browser("mona")
    for name in ("nothing", "ONE", "issue", "%2e%2e", "x" * 300):
        assert browser.get(f"{DUES}/{name}").status_code == 404
        assert browser.get(f"{DUES}/{name}/payment").status_code == 404
