"""Who is who: certain by a number and a name that agrees, or by the same name; possible by a near name; else new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterflow.rules.legal_forms import all_legal_forms
from clusterflow.rules.matching import Directory, Match, Party, bare_name, fold_text

NORTH = Party("norte", "Aceros del Norte", "ADN010101AB1")

FORMS = ("S.A. de C.V.", "SA DE CV", "S. de R.L. de C.V.", "S.A.S.", "Ltda.", "Cía. Ltda.", "S.L.U.", "A.C.", "SpA")
WORDS = ("aceros", "norte", "Añil", "Óxidos", "del", "Valle", "23", "24", "Grupo", "sierra")
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
NUMBERS = st.sampled_from((None, "A-1", "a1", "B 2", "C3"))
PARTIES = st.lists(st.builds(Party, st.sampled_from("abcdef"), NAMES, NUMBERS), max_size=6)


def directory(*parties: Party) -> Directory:
    found = Directory()
    for party in parties:
        found.add(party)
    return found


@pytest.mark.parametrize(
    "written", ["ACEROS DEL NORTE", "Aceros del Norte, S.A. de C.V.", "aceros  del norte s a de c v"]
)
def test_a_name_is_the_same_with_other_capitals_signs_and_forms(written: str) -> None:
    assert directory(NORTH).find(written) == Match(certain="norte")


@pytest.mark.parametrize("written", ["Aceros del Nrte", "Aceros del Nortte SA", "Acreos del Norte"])
def test_a_typing_error_is_a_question(written: str) -> None:
    assert directory(NORTH).find(written) == Match(possible=("norte",))


@pytest.mark.parametrize("written", ["Aceros del Sur", "Norte", "Aceros", "Aceros del Norte 2", "Aceites del Norte"])
def test_another_name_is_somebody_else(written: str) -> None:
    assert directory(NORTH).find(written).is_new


def test_a_number_settles_who_it_is_only_if_the_name_agrees() -> None:
    known = directory(NORTH, Party("sur", "Aceros del Sur", "ADS010101AB2"))
    for written in ("Aceros del Norte", "ACEROS NORTE", "Aceros del Nrte", "Norte, Aceros del", "Aceros del N."):
        assert known.find(written, "adn-010101-ab1") == Match(certain="norte"), written
    assert known.find("", "adn-010101-ab1") == Match(certain="norte")
    assert known.find("Aceros del Sur", "adn-010101-ab1") == Match(possible=("norte", "sur"))
    assert known.find("Textiles Ventosa", "adn-010101-ab1") == Match(possible=("norte",))
    assert known.find("Aceros del Norte", "XXX010101AB3") == Match(possible=("norte",))


@pytest.mark.parametrize(
    "generic", ["XEXX010101000", "xaxx-010101-000", "9999999999999", "55000002126", "222222222222", "N/A", "0000000000"]
)
def test_a_generic_number_identifies_nobody(generic: str) -> None:
    known = directory(Party("berlin", "Fundación Kreuzberg GmbH", generic))
    assert known.find("Tecnológica Osaka KK", generic).is_new
    assert known.find("Fundación Kreuzberg", generic) == Match(certain="berlin")
    assert known.find("Fundación Kreuzberg", "ADN010101AB1") == Match(certain="berlin")


def test_a_shared_address_makes_nobody_somebody_else() -> None:
    people = Directory(firms=False)
    people.add(Party("ana", "Ana Ruiz", "info@talleres.example"))
    assert people.find("Beto Solís", "Info@talleres.example") == Match(possible=("ana",))
    people.add(Party("beto", "Beto Solís", "info@talleres.example"))
    assert people.find("Beto Solís", "info@talleres.example") == Match(certain="beto")
    assert people.find("Carla Mora", "info@talleres.example") == Match(possible=("ana", "beto"))
    assert people.find("", "info@talleres.example") == Match(possible=("ana", "beto"))
    assert people.find("Dario Vela", "i.nfo@talleres.example").is_new, "the points of an address count"


@pytest.mark.parametrize("written", ["Ruiz, Ana", "RUIZ,  ANA", "Dra. Ana Ruiz", "Ruiz, Dra. Ana", "Ing. Ana Ruiz"])
def test_a_person_is_the_same_surname_first_and_with_a_title(written: str) -> None:
    people = Directory(firms=False)
    people.add(Party("ana", "Ana Ruiz"))
    assert people.find(written) == Match(certain="ana")


def test_a_name_turned_around_without_a_comma_is_a_question() -> None:
    people = Directory(firms=False)
    people.add(Party("ana", "Ana Ruiz"))
    assert people.find("Ruiz Ana") == Match(possible=("ana",))
    assert people.find("Ruiz Ana", "ana@firm.example") == Match(possible=("ana",))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hilaturas Ruiz y Cía.", "Hilaturas Ruiz y Compañía"),
        ("Hilaturas Ruiz & Cía. S.A.", "Hilaturas Ruiz y Compañía"),
        ("Hnos. Pérez, S.L.", "Hermanos Pérez"),
        ("Perez Hnos", "Pérez Hermanos, S. de R.L."),
        ("Pérez e Hijos", "Pérez & Hijos, S.A."),
        ("Grupo A S.A.", "Grupo A"),
        ("Sidra Ona S. Coop.", "Sidra Ona, Sociedad Cooperativa"),
        ("Aguas del Valle S.A. E.S.P.", "Aguas del Valle SA ESP"),
        ("Aceros del Norte, S.A. de C.V., en liquidación", "Aceros del Norte"),
        ("Talleres Ona, S.L. Unipersonal", "Talleres Ona SLU"),
    ],
)
def test_abbreviations_make_no_difference(one: str, other: str) -> None:
    assert bare_name(one) == bare_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hermanos García y Cía.", "Hnos. García"),
        ("Hnos. García, S.A.", "García Hermanos y Compañía, S.L."),
        ("García Hermanos & Asociados", "Hermanos García"),
        ("Muebles Pérez e Hijos", "Muebles Pérez, S.A. de C.V."),
        ("Compañía Minera Loja", "Minera Loja S.A."),
        ("Germans Puig i Cia.", "Germans Puig"),
        ("Irmãos Souza & Cia. Ltda.", "Souza Irmãos"),
    ],
)
def test_a_name_without_the_partners_of_the_firm_is_a_question(one: str, other: str) -> None:
    for known, written in ((one, other), (other, one)):
        assert directory(Party("a", known)).find(written) == Match(possible=("a",)), written


@pytest.mark.parametrize(("one", "other"), [("Pérez e Hijos", "Pérez"), ("Compañía del Norte", "Hijos del Norte")])
def test_one_word_that_is_left_says_too_little(one: str, other: str) -> None:
    assert directory(Party("a", one)).find(other).is_new


@pytest.mark.parametrize("form", sorted(all_legal_forms()))
def test_every_legal_form_is_known_as_people_write_it(form: str) -> None:
    for written in (form, form.replace(".", ""), form.upper(), form.replace(".", ". ")):
        assert bare_name(f"Cafetalera Loja, {written}") == "cafetalera loja", written


@pytest.mark.parametrize("name", ["Grupo Capital", "Textiles y Civil", "Pinturas La Variable", "Ruiz y Compañía"])
def test_a_word_of_a_form_alone_is_part_of_the_name(name: str) -> None:
    assert bare_name(name) == fold_text(name)


def test_figures_in_a_name_are_no_typing_errors() -> None:
    assert directory(Party("e23", "Escuela Técnica 23")).find("Escuela Técnica 24").is_new


def test_a_name_that_is_nothing_but_a_legal_form_stays() -> None:
    assert bare_name("S.A. de C.V.") == "sa de cv"
    assert bare_name("Amigos de la SA") == "amigos de la"


@given(NAMES, st.sampled_from(FORMS))
def test_a_legal_form_makes_no_difference(name: str, form: str) -> None:
    assert bare_name(f"{name}, {form}") == bare_name(name)


@given(st.text(max_size=30))
def test_a_folded_name_and_a_bare_name_are_folded_and_bare_already(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)
    assert bare_name(bare_name(text)) == bare_name(text)


@given(PARTIES, NAMES, NUMBERS)
def test_whoever_is_certain_has_the_number_or_the_very_name(
    parties: list[Party], name: str, number: str | None
) -> None:
    match = directory(*parties).find(name, number)
    assert match.certain is None or not match.possible
    if match.certain is not None:
        theirs = [p for p in parties if p.id == match.certain]
        by_number = number and any(
            fold_text(p.number or "").replace(" ", "") == fold_text(number).replace(" ", "") for p in theirs
        )
        assert by_number or any(bare_name(p.name) == bare_name(name) for p in theirs)


@given(st.permutations([NORTH, Party("b", "Aceros del Norde"), Party("c", "aceros del norte", "C3")]), NAMES, NUMBERS)
def test_the_order_in_which_parties_became_known_makes_no_difference(
    parties: list[Party], name: str, number: str | None
) -> None:
    wanted = directory(NORTH, Party("b", "Aceros del Norde"), Party("c", "aceros del norte", "C3"))
    for text in (name, "Aceros del Norte"):
        assert directory(*parties).find(text, number) == wanted.find(text, number)


@given(NAMES, st.data())
def test_two_typing_errors_in_a_long_name_are_always_seen(name: str, data: st.DataObject) -> None:
    long = f"Manufacturas {name}"
    wrong = list(long)
    for _ in range(2):
        at = data.draw(st.integers(0, len(wrong) - 1))
        if not wrong[at].isdigit() and wrong[at] != " ":
            wrong[at] = data.draw(st.sampled_from("abcxyz"))
    found = directory(Party("x", long)).find("".join(wrong))
    assert found.certain == "x" or found.possible == ("x",)
