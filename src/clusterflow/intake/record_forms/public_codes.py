"""Countries, regions, time zones and currencies by code, with their names in the language of a reader."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import pycountry
from babel import Locale
from babel.dates import get_timezone_location

from clusterflow.domain.text import NoticeLanguage, alphabetical

Choices = Mapping[str, str]
"""Codes with their names, sorted by name."""


@cache
def countries(language: NoticeLanguage) -> Choices:
    """The countries of ISO 3166-1; names are from the CLDR."""
    names = Locale.parse(language).territories
    return _sorted({c.alpha_2: names.get(c.alpha_2, c.name) for c in pycountry.countries})


@cache
def subdivisions(country: str) -> Choices:
    """The regions of a country by ISO 3166-2, which has each name in a language of the country alone."""
    return _sorted({s.code: s.name for s in pycountry.subdivisions if s.country_code == country})


@cache
def time_zones(language: NoticeLanguage) -> Choices:
    """The time zones in use, by country and city: zone.tab of the time zone database has one line for each."""
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    names, of = countries(language), [country for country, *_ in rows]
    found = {"UTC": "UTC"}
    for country, _, zone, *_ in rows:
        city = get_timezone_location(zone, locale=language, return_city=True)
        found[zone] = f"{names[country]}: {city}" if of.count(country) > 1 else names[country]
    return _sorted(found)


@cache
def currencies(language: NoticeLanguage) -> Choices:
    """The currencies of ISO 4217; names are from the CLDR."""
    names = Locale.parse(language).currencies
    return _sorted({c.alpha_3: names.get(c.alpha_3, c.name) for c in pycountry.currencies})


def choices_of(codes: str, language: NoticeLanguage, country: str = "") -> Choices:
    """The codes of a list; of the regions, those of one country."""
    if codes == "subdivision":
        return subdivisions(country)
    return {"country": countries, "timezone": time_zones, "currency": currencies}[codes](language)


def name_of(codes: str, code: str, language: NoticeLanguage) -> str:
    """The name of a code; the code itself if its list does not have it, as an older name of a time zone."""
    return choices_of(codes, language, code.partition("-")[0]).get(code, code)


def _sorted(names: Choices) -> Choices:
    return dict(sorted(names.items(), key=lambda item: alphabetical(item[1])))
