"""Who is who: certain by number, certain by name without its dress, possible where it is only near, otherwise new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
def test_a_name_is_the_same_in_other_dress(written: str) -> None:
    assert directory(NORTH).find(written) == Match(certain="norte")


@pytest.mark.parametrize("written", ["Aceros del Nrte", "Aceros del Nortte SA", "Acreos del Norte"])
def test_a_typing_error_is_a_question(written: str) -> None:
    assert directory(NORTH).find(written) == Match(possible=("norte",))


@pytest.mark.parametrize("written", ["Aceros del Sur", "Norte", "Aceros", "Aceros del Norte 2", "Aceites del Norte"])
def test_another_name_is_somebody_else(written: str) -> None:
    assert directory(NORTH).find(written).is_new


def test_the_number_goes_before_the_name() -> None:
    known = directory(NORTH, Party("sur", "Aceros del Sur", "ADS010101AB2"))
    assert known.find("Aceros del Sur", "adn-010101-ab1") == Match(certain="norte")
    assert known.find("Aceros del Norte", "XXX010101AB3") == Match(possible=("norte",))


def test_figures_in_a_name_are_no_typing_errors() -> None:
    assert directory(Party("e23", "Escuela Técnica 23")).find("Escuela Técnica 24").is_new


def test_a_name_that_is_nothing_but_a_legal_form_stays() -> None:
    assert bare_name("S.A. de C.V.") == "sa de cv"
    assert bare_name("Amigos de la SA") == "amigos de la"


@given(NAMES, st.sampled_from(FORMS))
def test_a_legal_form_makes_no_difference(name: str, form: str) -> None:
    assert bare_name(f"{name}, {form}") == bare_name(name)


@given(st.text(max_size=30))
def test_folding_and_undressing_twice_is_doing_it_once(text: str) -> None:
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
