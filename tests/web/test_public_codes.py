"""Countries, regions, time zones and currencies are chosen by name in the reader's language, and stored by code."""

from __future__ import annotations

import re
from html import unescape

import pytest
from support.pages import PageRead
from support.web import WebWorld

from clusterflow.domain.records import RECORDS
from clusterflow.domain.text import NOTICE_LANGUAGES, NoticeLanguage
from clusterflow.intake.record_forms import public_codes
from clusterflow.intake.record_forms.form import fields_of
from clusterflow.services.catalogue.dues import schemes_of
from clusterflow.web.app import build_app

OF_OFFICE = ("rulebook", "rule", "scheme")
CODES = {(record, f.name): f.codes for record in RECORDS for f in fields_of(record) if f.codes}
PLACES = {field: codes for field, codes in CODES.items() if codes not in OF_OFFICE}
MEXICO: dict[NoticeLanguage, str] = {"es": "México", "en": "Mexico", "ca": "Mèxic", "eu": "Mexiko", "pt": "México"}


def offered(html: str, field: str) -> dict[str, str]:
    """The codes and names that a list or its suggestions offer."""
    found = re.search(rf'<(select|datalist) id="{field}(?:-list)?".*?</\1>', html, re.DOTALL)
    assert found, field
    return {code: unescape(name) for code, name in re.findall(r'<option value="([^"]+)"[^>]*>([^<]*)<', found[0])}


def test_the_declarations_say_which_fields_have_public_codes() -> None:
    fields = {(record, name) for record, cls in RECORDS.items() for name in cls.model_fields}
    places_of = {(r, n): n for r, n in fields if n in ("country", "subdivision", "timezone")}
    assert places_of | {("exchange-rate", name): "currency" for name in ("base", "quote")} == PLACES


@pytest.mark.parametrize("language", NOTICE_LANGUAGES)
def test_every_form_that_asks_for_a_place_offers_names_in_the_language_of_its_reader(
    site: WebWorld, language: NoticeLanguage
) -> None:
    site.world.record(f"person id=olga name=Olga email=olga@agency.example from=2020-01-01 language={language}")
    site.world.context.settings = site.world.context.settings.model_copy(update={"administrators": "olga"})
    olga, names = (
        site.browser("olga"),
        {"country": dict[str, str](), "timezone": dict[str, str](), "currency": dict[str, str]()},
    )
    for path, field in (
        ("/me", "timezone"), ("/office/enrolment", "timezone"), ("/office/enrolment", "country"),
        *((f"{'/initiatives/one' if RECORDS[r].of_initiative else '/registry'}/facts/{r}/new", f)
          for (r, f), codes in PLACES.items() if codes != "subdivision"),
    ):  # fmt: skip
        olga.open(path)
        codes = field if field in names else "currency"
        names[codes] = offered(olga.shown.text, field)
        assert names[codes] == dict(public_codes.choices_of(codes, language)), path
    assert names["country"]["MX"] == MEXICO[language]
    assert names["timezone"]["America/Monterrey"] == f"{MEXICO[language]}: Monterrey"
    assert "MXN" not in names["currency"]["MXN"]
    assert len(names["currency"]) > 150
    assert len(names["country"]) > 240
    assert len(names["timezone"]) > 400


def test_a_form_offers_the_regions_of_its_country_and_at_first_those_of_the_initiatives(site: WebWorld) -> None:
    path = "/initiatives/one/facts/person/new"
    mona = site.browser("mona")
    mona.open(path)
    assert offered(mona.shown.text, "subdivision")["ES-PV"] == "País Vasco"
    mona.submit(path, name="", country="MX")
    assert offered(mona.shown.text, "subdivision")["MX-NLE"] == "Nuevo León"
    answer = mona.submit(path, name="Ana", country="MX", subdivision="MX-NLE", timezone="America/Monterrey",
                         valid_from="2024-01-05")  # fmt: skip
    assert answer.status_code == 200
    assert all(name in PageRead(answer.text).text for name in ("Mexico", "Nuevo León", "Mexico: Monterrey"))
    mona.open(f"{answer.url.path}/correct")
    assert '<option value="MX" selected>Mexico</option>' in mona.shown.text


def test_an_older_name_of_a_time_zone_stays_chosen_in_a_correction(site: WebWorld) -> None:
    site.world.record("person id=mona name=Mona from=2020-01-01 timezone=America/Buenos_Aires")
    mona = site.browser("mona")
    mona.open("/me")
    assert "<option selected>America/Buenos_Aires</option>" in mona.shown.text
    assert public_codes.name_of("timezone", "America/Buenos_Aires", "es") == "America/Buenos_Aires"


def test_no_help_asks_for_the_code_of_a_place_that_is_chosen_by_its_name() -> None:
    helps = [f.help for record in RECORDS for f in fields_of(record) if f.codes and f.help]
    assert len(helps) >= 6
    assert [h for h in helps if re.search("ISO|IANA|code|código", h.es + h.en)] == []


@pytest.mark.parametrize(
    ("record", "field", "value", "name"),
    [
        ("label", "rulebook", "eccp", "Profile on the European cluster platform"),
        ("waiver", "rule", "helix-kinds", "Profile on the European cluster platform: Helix kinds represented"),
        ("dues-adoption", "scheme", "galicia-sport", "Galician sports cluster, dues of 2023"),
        ("initiative", "office", "north", "North"),
    ],
)
def test_what_the_office_has_is_chosen_by_name(site: WebWorld, record: str, field: str, value: str, name: str) -> None:
    site.world.context.settings = site.world.context.settings.model_copy(update={"administrators": "root"})
    place = "/initiatives/one" if RECORDS[record].of_initiative else "/registry"
    answer = site.browser("root").get(f"{place}/facts/{record}/new")
    assert offered(answer.text, field)[value] == name


def test_a_name_of_the_office_is_shown_by_its_title_and_stays_where_its_file_is_gone(site: WebWorld) -> None:
    site.world.record("dues-adoption initiative=one scheme=galicia-sport from=2024-01-05")
    title = next(iter(schemes_of(site.world.context).values())).title.en
    assert title in site.browser("mona").get("/initiatives/one/facts/dues-adoption").text
    site.world.context.schemes = {}
    site.app = build_app(site.world.context)
    assert "galicia-sport" in site.browser("mona").get("/initiatives/one/facts/dues-adoption").text
