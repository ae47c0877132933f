"""A tax id has one spelling for comparisons, and one that fits no rule is doubtful, never refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterflow.rules.tax_ids import TaxIdReason, is_generic, tax_id_doubt, tax_id_key


@pytest.mark.parametrize(
    ("key", "spellings"),
    [
        ("b58818501", ["b-58.818.501", "ES B58818501", "ESB58818501", "NIF: B-58818501", "C.I.F. B58818501"]),
        ("adn010101ab1", ["ADN010101AB1", "adn-010101-ab1", "RFC ADN 010101 AB1", "MXADN010101AB1"]),
        ("9001234568", ["900.123.456-8", "9001234568", "NIT 900123456-8", "CO9001234568"]),
        ("20123456786", ["20-12345678-6", "CUIT 20123456786", "AR20123456786"]),
        ("1793211000001", ["1793211000001", "RUC 1793211000001", "EC1793211000001", "179321100-0001"]),
        ("12abc34501de35", ["12.ABC.345/01DE-35", "12abc34501de35", "BR12ABC34501DE35"]),
        ("501964843", ["501964843", "PT501964843", "PT 501 964 843"]),
    ],
)  # fmt: skip
def test_one_id_in_its_usual_spellings_is_one_id(key: str, spellings: list[str]) -> None:
    assert {tax_id_key(spelling) for spelling in spellings} == {key}


@pytest.mark.parametrize("number", ["ESP010101AB1", "MXA010101AB1", "COA010101AB1", "B58818501"])
def test_letters_that_are_part_of_an_id_are_no_country_prefix(number: str) -> None:
    assert tax_id_key(number) == number.casefold()


@given(st.text(max_size=20))
def test_the_spelling_of_a_spelling_is_itself_or_generic(number: str) -> None:
    key = tax_id_key(number)
    assert tax_id_key(key) == key or is_generic(key) or key[2:] == tax_id_key(key)


@pytest.mark.parametrize("number", ["1793211000001", "0993311037001", "0190001000001"])
def test_a_ruc_without_a_check_digit_is_doubtful_by_its_check_digit(number: str) -> None:
    doubt = tax_id_doubt(number, None, "EC")
    assert doubt is None or (doubt.reason, doubt.name, doubt.country) == (TaxIdReason.CHECK_DIGIT, "RUC", "EC")


def test_a_number_of_another_country_is_no_doubt_where_no_country_is_named() -> None:
    assert tax_id_doubt("B58818501", None, "MX") is None
    assert tax_id_doubt("B58818501", "ES", "MX") is None
    wrong = tax_id_doubt("B58818501", "MX")
    assert wrong is not None
    assert wrong.reason is TaxIdReason.LENGTH
    assert wrong.describe("Miembros!B2", "es") == (
        "Miembros!B2: la identificación fiscal «B58818501» se registra como está escrita, "
        "pero no tiene la longitud de un RFC (MX); revísela"
    )


def test_a_number_that_fits_no_country_is_doubtful() -> None:
    doubt = tax_id_doubt("QQ-77", None)
    assert doubt is not None
    assert doubt.reason is TaxIdReason.NO_COUNTRY
    assert tax_id_doubt("QQ-77", "PA") is None, "no rule is known for that country"


@pytest.mark.parametrize("number", [None, "", "XEXX010101000", "N/A", "0000000000000"])
def test_a_generic_number_is_no_doubt(number: str | None) -> None:
    assert tax_id_doubt(number, "MX") is None


def test_a_number_of_a_country_without_a_name_of_its_own_for_it_is_called_vat() -> None:
    doubt = tax_id_doubt("DE136695977", "DE")
    assert doubt is not None
    assert (doubt.reason, doubt.name) == (TaxIdReason.CHECK_DIGIT, "VAT")
    assert tax_id_doubt("DE136695976", "DE") is None


def test_the_number_of_a_natural_person_is_none_of_doubt_where_a_country_has_one_apart() -> None:
    assert tax_id_doubt("390.533.447-05", "BR") is None
    assert tax_id_doubt("390.533.447-06", "BR") is not None


def test_a_number_in_small_letters_is_the_same_number() -> None:
    assert tax_id_doubt("b58818501", "ES") is None


@pytest.mark.parametrize("number", [None, "", " - "])
def test_what_is_no_number_is_none_of_doubt(number: str | None) -> None:
    assert tax_id_doubt(number, "MX") is None
