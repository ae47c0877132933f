"""Facts on the web pages: lists, forms, corrections with their trace, and two people who change the same fact."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.pages import PageRead
from support.web import Browser, WebWorld

from clusterflow.domain.records import RECORDS
from clusterflow.intake.record_forms.form import fields_of, noun
from clusterflow.intake.record_forms.titles import HELP
from clusterflow.web.fact_form import GROUPS

FACTS = "/initiatives/one/facts"


def at(site: WebWorld, path: str, person: str = "mona", language: str = "en") -> Browser:
    browser = site.browser(person, language)
    browser.open(path)
    return browser


def test_every_field_of_every_record_type_has_a_title_and_help_in_both_languages() -> None:
    for record, cls in RECORDS.items():
        declared = {n for n, f in cls.model_fields.items() if not (n == "valid_to" and f.exclude)}
        assert {f.name for f in fields_of(record)} == declared, record
        assert noun(record, language="es") != ""
        assert noun(record, many=True, language="en") != ""
    described = {f.description for cls in RECORDS.values() for f in cls.model_fields.values() if f.description}
    assert described <= set(HELP)
    assert {record for _, records in GROUPS for record in records} == set(RECORDS)


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_record_type_of_an_initiative_has_its_list_and_its_form(site: WebWorld, language: str) -> None:
    office = site.browser("olga", language)
    page = office.open(FACTS)
    types = [str(v) for tag, name, v in page.attributes if tag == "a" and name == "href" and str(v).endswith("/new")]
    assert len(types) == sum(cls.of_initiative for cls in RECORDS.values()) + 3
    for path in types:
        assert office.open(path.removesuffix("/new")).text
        assert office.open(path).text
        assert office.shown.status_code == 200


def test_a_membership_is_recorded_corrected_ended_and_withdrawn_with_its_trace(site: WebWorld) -> None:
    mona = at(site, f"{FACTS}/membership/new")
    answer = mona.submit(f"{FACTS}/membership/new", organisation="Firm", valid_from="2024-01-05", founder="true")
    assert answer.status_code == 200
    fact = answer.url.path
    assert "recorded by Mona" in PageRead(answer.text).text
    mona.open(f"{fact}/correct")
    assert '<output id="organisation">Firm</output>' in mona.shown.text
    answer = mona.submit(f"{fact}/correct", valid_from="2024-01-06", founder="true", tier="full")
    assert "Tier" in answer.text
    text = PageRead(answer.text).text
    assert "corrected" in text or "withdrawn" in text
    moved = answer.url.path
    assert "January 6, 2024" in text
    mona.open(moved)
    answer = mona.submit(f"{moved}/end", valid_to="2024-01-08")
    assert "To: not known → 2024-01-08" in PageRead(answer.text).text.replace("Left", "To")
    last = answer.url.path
    answer = mona.submit(f"{last}/withdraw")
    assert "This version no longer counts" in answer.text
    assert "firm" not in [m.organisation for m in site.facts("membership")]


def test_a_form_comes_back_with_all_that_was_typed_and_each_mistake_at_its_field(site: WebWorld) -> None:
    mona = at(site, f"{FACTS}/invoice/new", language="es")
    site.world.record("person id=mona name=Mona from=2020-01-01 language=es")
    mona.open(f"{FACTS}/invoice/new")
    typed = '<i>x" onfocus="y'
    answer = mona.submit(
        f"{FACTS}/invoice/new", organisation=typed, amount="mil", amount__currency="MXN", due="ayer", valid_from=""
    )
    assert answer.status_code == 422
    assert "&lt;i&gt;x&#34; onfocus=&#34;y" in answer.text
    assert typed not in answer.text
    assert "«mil» no es un importe" in answer.text
    assert "«ayer» no es una fecha" in answer.text
    assert "Falta «Emitida»." in answer.text
    assert 'value="ayer" aria-describedby="due-help due-mistake" aria-invalid="true"' in answer.text
    assert "no hay organización con ese nombre" in answer.text
    assert not site.facts("invoice")


def test_a_value_that_looks_like_a_mistake_is_recorded_once_it_is_confirmed(site: WebWorld) -> None:
    mona = at(site, f"{FACTS}/income/new")
    typed = {"kind": "public-grant", "amount": "-5", "amount__currency": "EUR", "valid_from": "2024-01-05"}
    answer = mona.submit(f"{FACTS}/income/new", **typed)
    assert answer.status_code == 422
    assert "Is this right?" in answer.text
    assert mona.submit(f"{FACTS}/income/new", **typed, confirm="yes").status_code == 200
    assert [str(i.amount) for i in site.facts("income")] == ["-5.00 EUR"]


def test_two_people_who_correct_the_same_fact_both_see_it_and_the_second_chooses(site: WebWorld) -> None:
    site.world.record("membership initiative=one organisation=firm from=2024-01-05 tier=full")
    mona, olga = at(site, f"{FACTS}/membership"), at(site, f"{FACTS}/membership", "olga")
    (path,) = {p for p in links(mona) if p.startswith(f"{FACTS}/membership/") and "firm" in mona.get(p).text.lower()
               and "new" not in p and "Club" not in PageRead(mona.get(p).text).headings[0][1]}  # fmt: skip
    mona.open(f"{path}/correct")
    olga.open(f"{path}/correct")
    assert mona.submit(f"{path}/correct", valid_from="2024-01-05", tier="associate").status_code == 200
    answer = olga.submit(f"{path}/correct", valid_from="2024-01-05", tier="honorary")
    assert answer.status_code == 409
    text = PageRead(answer.text).text
    assert "associate" in text
    assert "honorary" in text
    assert site.facts("membership")[-1].tier == "associate"
    assert olga.submit(f"{path}/correct", valid_from="2024-01-05", tier="honorary").status_code == 200
    assert [m.tier for m in site.facts("membership") if m.organisation == "firm"] == ["honorary"]


def test_a_new_fact_never_replaces_one_of_the_same_day_without_asking(site: WebWorld) -> None:
    mona = at(site, f"{FACTS}/membership/new")
    answer = mona.submit(f"{FACTS}/membership/new", organisation="club", valid_from="2024-01-01", tier="other")
    assert answer.status_code == 409
    assert "There is such a fact of that day" in answer.text
    assert {m.tier for m in site.facts("membership")} == {None}


def test_the_same_form_sent_twice_records_once(site: WebWorld) -> None:
    mona = at(site, f"{FACTS}/action/new")
    data = {**mona.hidden(), "title": "Padrón", "due": "2024-03-01", "valid_from": "2024-01-05"}
    for _ in range(2):
        assert mona.post(f"{FACTS}/action/new", data=data).status_code == 200
    assert [a.id for a in site.facts("action")] == ["padron"]


def test_a_list_is_searched_without_accents_filtered_sorted_and_read_page_by_page(site: WebWorld) -> None:
    names = [f"Órgano {n:03}" for n in range(120)]
    site.world.record(
        *(f"person id=p{n:03} name={name.replace(' ', '_')} from=2020-01-01" for n, name in enumerate(names)),
        *(f"seat initiative=one body=board person=p{n:03} from=2020-01-01" for n in range(120)),
    )
    mona = at(site, f"{FACTS}/seat?sort=person")
    names_shown = rows(mona)
    assert len(names_shown) == 50
    while after := next((p for p in links(mona) if "after=" in p), None):
        mona.open(f"{FACTS}/seat{after}")
        names_shown += rows(mona)
    assert len(names_shown) == 124
    assert names_shown[:4] == ["Bruno", "Gala", "Mona", "Mona"]
    assert [s for s in names_shown if "rgano" in s] == [n.replace(" ", "_") for n in names]
    before = next(p for p in links(mona) if "before=" in p)
    mona.open(f"{FACTS}/seat{before}")
    assert rows(mona) == names_shown[50:100]
    mona.open(f"{FACTS}/seat?q=organo_01")
    assert len(rows(mona)) == 10
    mona.open(f"{FACTS}/seat?role=chair")
    assert len(rows(mona)) == 1


def test_a_position_or_a_filter_that_nobody_was_given_is_ignored(site: WebWorld) -> None:
    mona = site.browser("mona")
    for query in ("after=xx", "after=" + "A" * 2000, "sort=salt", "state=no", "role=';--", "order=up", "founder=maybe"):
        assert mona.get(f"{FACTS}/seat?{query}").status_code == 200


def test_who_may_not_record_finds_no_facts_and_nobody_finds_those_of_another_initiative(site: WebWorld) -> None:
    for person, path in (
        ("carla", FACTS), ("bruno", f"{FACTS}/membership"), ("mona", "/initiatives/two/facts"),
        ("mona", f"{FACTS}/delegation/new"), ("mona", f"{FACTS}/office/new"), ("mona", "/registry/facts"),
        ("mona", f"{FACTS}/membership/999"), ("mona", f"{FACTS}/nothing"),
    ):  # fmt: skip
        assert site.browser(person).get(path).status_code == 404, path


def test_the_people_of_other_initiatives_are_not_shown_and_cannot_be_named(site: WebWorld) -> None:
    mona = at(site, f"{FACTS}/person")
    assert "Mona" in mona.shown.text
    assert "Dora" not in mona.shown.text
    mona.open(f"{FACTS}/seat/new")
    answer = mona.submit(f"{FACTS}/seat/new", body="board", person="dora", valid_from="2024-01-05")
    assert "no person of this initiative has that name or id" in answer.text


def test_a_manager_changes_no_address_of_somebody_who_votes_and_the_office_does(site: WebWorld) -> None:
    for person, allowed in (("mona", False), ("olga", True)):
        browser = at(site, f"{FACTS}/person?q=bruno", person)
        (path,) = {p for p in links(browser) if p.startswith(f"{FACTS}/person/") and p[-1].isdigit()}
        browser.open(f"{path}/correct")
        answer = browser.submit(f"{path}/correct", name="Bruno", email="mine@firm.example", valid_from="2020-01-01")
        assert (answer.status_code == 200) is allowed
        assert ("this person votes" in answer.text.lower()) is not allowed


def test_nobody_becomes_an_officer_or_an_administrator_by_a_record_of_their_own(
    make_site: Callable[..., WebWorld],
) -> None:
    site = make_site(administrators="root,later")
    mona = at(site, f"{FACTS}/representation/new")
    answer = mona.submit(f"{FACTS}/representation/new", person="mona", organisation="agency", valid_from="2024-01-01")
    assert "belongs to other initiatives, too" in answer.text
    mona.open(f"{FACTS}/person/new")
    answer = mona.submit(f"{FACTS}/person/new", id="later", name="L", email="m@firm.example", valid_from="2024-01-01")
    assert "only an administrator records this" in answer.text.lower()


def test_an_administrator_keeps_the_registry_of_the_office(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(administrators="root")
    root = at(site, "/registry/facts", "root")
    assert "Registry of the office" in root.shown.text
    root.open("/registry/facts/office/new")
    answer = root.submit("/registry/facts/office/new", name="South", organisation="agency", valid_from="2024-01-01")
    assert answer.status_code == 200
    assert "South" in answer.text


def test_a_tax_id_that_fits_no_rule_is_recorded_and_its_page_says_so(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(administrators="root")
    root = at(site, "/registry/facts/organisation/new", "root")
    given = {"name": "Nueva", "country": "ES", "tax_id": "B12345678", "valid_from": "2024-01-01"}
    answer = root.submit("/registry/facts/organisation/new", **given)
    assert "its check digit is not that of a NIF (ES); check it." in PageRead(answer.text).text
    root.open("/registry/facts/organisation/new")
    again = {**given, "name": "Otra", "tax_id": "ES-B 12345678"}
    answer = root.submit("/registry/facts/organisation/new", **again)
    assert "it is also the one of «nueva-2024-01-01»; check it." in PageRead(answer.text).text


def test_who_recorded_a_fact_is_known_to_the_rule_of_four_eyes(site: WebWorld) -> None:
    mona = at(site, f"{FACTS}/link/new")
    mona.submit(f"{FACTS}/link/new", direction="outside", with_whom="Sur", valid_from="2024-01-05")
    assert site.facts_by("link") == ["mona"]


def links(browser: Browser) -> list[str]:
    read = PageRead(browser.shown.text)
    return list(dict.fromkeys(str(v) for tag, name, v in read.attributes if tag == "a" and name == "href"))


def rows(browser: Browser) -> list[str]:
    tables = PageRead(browser.shown.text).tables
    return [row[1] for row in tables[0].rows] if tables else []


def test_a_payment_is_recorded_from_its_invoice_with_the_amount_filled_in(site: WebWorld) -> None:
    site.world.record("invoice initiative=one id=f-1 organisation=club on=2024-01-02 due=2024-02-01 amount=50.00EUR")
    mona = at(site, f"{FACTS}/invoice")
    (path,) = {p for p in links(mona) if p.startswith(f"{FACTS}/invoice/") and p[-1].isdigit()}
    mona.open(path)
    assert "/initiatives/one/dues/f-1" in links(mona)
    mona.open("/initiatives/one/dues/f-1")
    assert "/initiatives/one/dues/f-1/payment" in links(mona)
    mona.open("/initiatives/one/dues/f-1/payment")
    assert 'value="50.00"' in mona.shown.text
    answer = mona.submit("/initiatives/one/dues/f-1/payment", amount="50", valid_from="2024-01-05")
    assert answer.status_code == 200
    mona.open(f"{FACTS}/payment?invoice=f-1")
    assert len(rows(mona)) == 1


def test_days_and_amounts_are_written_as_the_country_of_the_initiative_does(site: WebWorld) -> None:
    site.world.record("invoice initiative=one id=f-1 organisation=club on=2024-01-02 due=2024-02-01 amount=1250.5EUR")
    olga = site.browser("olga", "es")
    olga.open(f"{FACTS}/invoice")
    (fact,) = {p for p in links(olga) if p.startswith(f"{FACTS}/invoice/") and p[-1].isdigit()}
    for path in (f"{FACTS}/invoice", fact):
        text = olga.open(path).text
        assert {w for w in ("02/01/2024", "01/02/2024", "1.250,50 €") if w not in text} == set(), text
