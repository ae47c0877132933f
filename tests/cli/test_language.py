"""The language of an answer: by option, person, initiative, setting and locale; and one language at a time."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from texts import problems

from clusterflow import rules
from clusterflow.cli import prompts
from clusterflow.configs.mistakes import describe_value
from clusterflow.domain.access import Right
from clusterflow.domain.events import Event, InitiativeMigrated
from clusterflow.domain.record_events import SubmissionFlaw, SubmissionRefused, SubmissionSource
from clusterflow.domain.records import RECORDS
from clusterflow.domain.terms import VisitOutcome, VoteFall
from clusterflow.engine.verify import Flaw
from clusterflow.errors import Mistake, Mistakes, UnknownName
from clusterflow.reports import translations
from clusterflow.reports.labels import RECORD
from clusterflow.reports.ledger_lines import EVENT, FIELD, HIDDEN, SHOWN_OF_MIGRATIONS, event_fields
from clusterflow.reports.ledger_values import REFUSAL, code_word
from clusterflow.reports.translations.terms import NOUNS
from clusterflow.rules.ballot import Refusal
from clusterflow.rules.mistakes import with_article
from clusterflow.rules.projection import WRONG_CODE
from clusterflow.services.notifications import budget

from .conftest import Run

SPANISH, ENGLISH = "Ese día no había ninguna", "No initiative was enrolled"


def test_every_text_that_people_see_has_a_spanish_one() -> None:
    assert problems() == []


def test_every_record_type_has_a_spanish_noun() -> None:
    assert {name for name in RECORDS if with_article(name) not in NOUNS} == set()


def test_whatever_nobody_knows_by_a_name_has_a_spanish_noun() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in Path(translations.__file__).parents[2].rglob("*.py"))
    nouns = {noun.replace("{model.id}", "basque") for noun in re.findall(r'UnknownName\(\s*f?"([^"]+)"', code)}
    assert len(nouns) > 10
    english = {n for n in nouns if f"no hay {n} con" in translations.translated(f"no {n} is called «x»", "es")}
    assert english == set()


@pytest.mark.parametrize("value", [[], [1], {"a": 1}, "", 5, None])
def test_what_stands_in_a_file_in_place_of_another_thing_is_named_in_spanish(value: object) -> None:
    found = f"title: {describe_value(value)}"
    assert translations.translated(found, "es") not in (found, "title: ")


def test_every_event_and_each_of_its_fields_has_a_name() -> None:
    kinds = {cls.model_fields["kind"].default: cls for cls in get_args(Event)}
    assert set(EVENT) == set(kinds)
    shown = {
        name
        for cls in kinds.values()
        for name in (SHOWN_OF_MIGRATIONS if cls is InitiativeMigrated else set(cls.model_fields) - HIDDEN)
    }
    assert shown - set(FIELD) == set()


def test_the_record_types_of_a_refused_submission_are_named() -> None:
    refused = SubmissionRefused(
        person=None,
        source=SubmissionSource.SYSTEM,
        why=SubmissionFlaw.MISTAKES,
        records=("membership", "learning-session"),
        on=date(2024, 1, 10),
    )
    assert event_fields(refused, None, "es") == (
        "por: otro sistema; por qué: errores; datos: membresía, sesión de aprendizaje; el: 2024-01-10"
    )


def test_every_code_in_the_ledger_has_a_word() -> None:
    for codes in (VisitOutcome, VoteFall, Right, SubmissionSource, SubmissionFlaw):
        for code in codes:
            word = code_word(code, "es")
            assert word, code
            assert word != code
    code = "".join(file.read_text(encoding="utf-8") for file in Path(rules.__file__).parent.glob("*.py"))
    refusals = set(re.findall(r'Refusal\(\s*"([a-z-]+)"', code))
    assert len(refusals) > 15
    assert refusals | {WRONG_CODE} == set(REFUSAL)


def _is_spanish(run: Run, *words: str) -> bool:
    result = run("status", "--as-of", "1999-01-01", *words)
    assert (SPANISH in result.out) != (ENGLISH in result.out), result
    return SPANISH in result.out


def test_the_locale_decides_where_nothing_else_does(office: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "es_CO.UTF-8")
    assert _is_spanish(office)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert not _is_spanish(office)


def test_the_setting_goes_before_the_locale(office: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "es_MX.UTF-8")
    monkeypatch.setenv("CLUSTERFLOW_LANGUAGE", "en")
    assert not _is_spanish(office)
    assert _is_spanish(office, "--lang", "es")
    assert _is_spanish(office, "--lang=es")


def test_a_wrong_setting_is_told_in_the_language_of_the_right_ones(
    office: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERFLOW_SENDERS", "many")
    assert "is not accepted; accepted: a whole number" in office("status").err
    monkeypatch.setenv("CLUSTERFLOW_LANGUAGE", "es")
    assert "no se acepta; se acepta: un número entero" in office("status").err


def test_the_initiative_goes_before_the_setting_and_the_person_before_both(
    office: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERFLOW_LANGUAGE", "en")
    assert "Critical mass" in office("explain", "one").out
    office("record", "initiative", "id=one", "language=es")
    assert "Masa crítica" in office("explain", "one").out
    office("record", "person", "id=ofelia", "language=en")
    monkeypatch.setenv("CLUSTERFLOW_ACTOR", "ofelia")
    assert "Critical mass" in office("explain", "one").out
    assert "Masa crítica" in office("explain", "one", "--lang", "es").out


def test_another_language_is_refused(office: Run) -> None:
    result = office("status", "--lang", "fr")
    assert (result.code, result.err) == (2, "clusterflow: --lang: «fr» is not accepted; accepted: es, en\n")


ENGLISH_WORDS = re.compile(
    r"(?<![\w-])(met|unmet|unknown|blocking|asked|gate|stage|nothing|changed|ready|found|since|the|of|with|and|who|is|"
    r"are|things|after|each|longer|quarter)(?![\w=-])"
)
ANSWERS = (
    "status", "status one", "explain one", "evaluate one", "ledger one", "foresee one", "judge one", "judge",
    "compare one --models basque,catalan", "model diff basque catalan", "model list", "model show ecuador",
    "notices budget cordoba", "notices dead", "intake refused", "rulebook list", "dues list", "seal --help",
)  # fmt: skip


@pytest.mark.parametrize("words", ANSWERS)
def test_no_english_stands_in_a_spanish_answer(office: Run, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "LONGEST_WEEKS", 60)  # a shorter life says it in the same words
    result = office(*words.split(), "--lang", "es")
    assert result.code == 0
    assert ENGLISH_WORDS.findall(result.out.replace("clusterflow", "")) == []


def test_a_decision_is_taken_in_spanish_words_and_answered_in_them(office: Run) -> None:
    office("open-gate", "one", "critical-mass", "--by", "ofelia")
    refused = office("decide", "one", "critical-mass", "adelante", "--by", "ofelia", "--reason", "Sí", "--lang", "es")
    assert refused.code == 3
    assert "rechazado: la puerta no está lista: Miembros comprometidos (committed-members)" in refused.err
    words = ("decide", "one", "critical-mass", "En espera", "--by", "ofelia", "--reason", "Sí", "--until", "2999-01-01")
    assert office(*words, "--lang", "es").out == "Masa crítica: en espera\n"
    late = office("decide", "one", "critical-mass", "adelante", "--by", "ofelia", "--reason", "Sí", "--lang", "es")
    assert re.search(r"la puerta de «Masa crítica» se decidió el \d{4}-\d\d-\d\d: en espera$", late.err.strip())
    ledger = office("ledger", "one", "--lang", "es").out
    assert "por qué: la puerta no está abierta" in " ".join(ledger.split())
    wrong = office("decide", "one", "critical-mass", "vamos", "--by", "ofelia", "--reason", "Sí", "--lang", "es")
    assert "«vamos» no se acepta; se acepta: go," in wrong.err


REFUSALS = (
    Refusal("barred", "who represents company and government never decides at the gate of «x»"),
    Refusal(
        "dependent", "who represents government decides nothing alone at the gate of «x», so casts no vote of others"
    ),
    Refusal("role", "the gate of «x» is decided by: board-chair, founder; on this day the decider's roles are: none"),
    Refusal("veto", "at the gate of «x» a veto is given to: nobody"),
    Refusal("override", "at the gate of «x» who represents government waives no criterion"),
    Refusal("override", "at the gate of «x» a blocking criterion may be overridden by: office"),
    Refusal("override", "nothing is to be overridden in a", "What blocks the gate: nothing"),
    Refusal("stale", "the findings changed since they were seen: committed-members is now unmet (7)"),
)


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_a_refused_decision_names_roles_and_kinds_in_spanish(refusal: Refusal) -> None:
    english = (
        r"(?<![\w-])(gate|who|at|the|government|company|chair|founder|office|none|nobody|nothing|unmet|and)(?![\w-])"
    )
    assert re.findall(english, translations.translated(f"refused: {refusal}", "es")) == []


@pytest.mark.parametrize(
    ("typed", "meant"), [("sí", True), ("SI", True), ("s", True), ("yes", True), ("no", False), ("", False)]
)
def test_a_question_takes_yes_in_both_languages(typed: str, meant: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["quizá", typed])
    monkeypatch.setattr("builtins.input", lambda *_: next(answers))
    assert prompts.confirm("Record this?") is meant


@pytest.mark.parametrize(("typed", "meant"), [("nuevo", "new"), ("nueva", "new"), ("new", "new"), ("acero", "acero")])
def test_a_choice_takes_the_spanish_word(typed: str, meant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda *_: typed)
    assert prompts.choose("Who is it?", "acero", "new") == meant


def test_what_people_wrote_is_not_translated() -> None:
    wrote = UnknownName("person", "the file", ["person", "stage"])
    assert translations.lines_of(wrote, "es") == [
        "no hay persona con el nombre «the file»; lo más parecido: person, stage"
    ]
    mistake = Mistake("command line", "from: «nothing changed» is not accepted", "a day as YYYY-MM-DD")
    assert translations.lines_of(Mistakes([mistake]), "es") == [
        "línea de comandos: from: «nothing changed» no se acepta; se acepta: una fecha como AAAA-MM-DD"
    ]


def test_records_and_stages_are_named_in_the_language_of_the_answer(office: Run) -> None:
    assert set(RECORDS) <= set(RECORD)
    office("record", "membership", "initiative=one", "organisation=firm", "from=2024-01-01")
    assert "dato: membresía" in office("ledger", "one", "--lang", "es").out.replace("\n", " ")
    listed = office("model", "list", "--lang", "es").out
    assert "critical-mass" not in listed
    shown = office("model", "show", "ecuador", "--lang", "es").out
    assert "nunca decide: gobierno, en las puertas de Estrategia" in shown


def test_a_doubtful_tax_id_is_reported_in_the_language_of_the_answer(office: Run) -> None:
    words = ("record", "organisation", "id=malo", "name=Malo", "helix=company", "country=MX", "from=2024-01-01")
    assert "is recorded as it is written" in office(*words, "tax_id=ABC680524P7").out
    spanish = office(*words, "tax_id=ABC680524P8", "--lang", "es").out
    assert "se registra como está escrita" in spanish
    assert "is recorded" not in spanish


def test_what_a_verification_finds_is_in_one_language() -> None:
    flaws = (
        Flaw(chain="one", entry=5, found="its membership is not what was recorded"),
        Flaw(chain="one", found="is missing, and had 9 entries on 2024-01-10 12:00"),
        Flaw(chain="one", entry=7, found="is another entry than on 2024-01-10 12:00, or one before it is"),
    )
    assert translations.translated("\n".join(map(str, flaws)), "es").splitlines() == [
        "asiento 5 de «one»: su dato (membresía) no es lo que se registró",
        "cadena «one»: falta, y tenía 9 asientos el 2024-01-10 12:00",
        "asiento 7 de «one»: no es el asiento que era el 2024-01-10 12:00, o no lo es alguno anterior",
    ]
