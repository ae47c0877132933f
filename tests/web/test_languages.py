"""The pages in Catalan, Basque and Portuguese: what the catalogs translate, and what is shown in Spanish."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from support.web import WebWorld
from support.world import CONFIGS

from clusterflow.domain.appointment import AppointmentKind
from clusterflow.domain.terms import Answer, DecisionKind, Role
from clusterflow.domain.text import LANGUAGES, NOTICE_LANGUAGES, NoticeLanguage
from clusterflow.notices.catalogs import read, translations
from clusterflow.notices.shared_words import WORDS, word
from clusterflow.reports.labels import ANSWER, DECISION, ROLE
from clusterflow.services.calendars import calendar_texts
from clusterflow.web import catalog_files
from clusterflow.web.texts import TEXTS
from clusterflow.web.translations import FOLDER, from_spanish, translated

OTHERS: tuple[NoticeLanguage, ...] = tuple(one for one in NOTICE_LANGUAGES if one not in LANGUAGES)
FRAME = ("my_work", "skip", "menu", "sign_in", "sign_out", "sign_out_everywhere", "send_link", "address", "waiting",
         "my_initiatives", "stages", "holds_back", "upcoming", "history", "findings", "votes", "your_vote", "decide",
         "what_decide", "reason", "send_vote", "facts", "record_new", "save", "correct", "workbook", "dues", "plots",
         "dossier", "office", "portfolio", "me", "search", "filter")  # fmt: skip
"""What a reader of every language needs to find the way and to decide."""


def test_every_catalog_is_in_order_and_those_of_catalan_and_portuguese_are_complete(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert catalog_files.main(["--check"]) == 0, capsys.readouterr().out
    assert {f.stem for f in FOLDER.glob("*.po")} == set(OTHERS)


@pytest.mark.parametrize("language", OTHERS)
def test_the_frame_the_buttons_and_the_answers_of_a_gate_are_translated(language: NoticeLanguage) -> None:
    names = [*FRAME, *(n for n in TEXTS if re.fullmatch("say_[a-z]+|say_conditional_go", n) and n != "say_recuse")]
    assert [n for n in names if not read(FOLDER / f"{language}.po")[TEXTS[n].es].string] == []


def test_most_of_the_pages_are_in_basque() -> None:
    messages = [m for m in read(FOLDER / "eu.po") if m.id]
    assert sum(bool(m.string) for m in messages) / len(messages) > 0.75


@pytest.mark.parametrize("language", OTHERS)
def test_decisions_answers_and_roles_have_the_words_of_the_notices(language: NoticeLanguage) -> None:
    notices = translations(CONFIGS / "messages", language)
    for kind, labels in ((DecisionKind, DECISION), (Role, ROLE), (Answer, ANSWER)):
        for value in WORDS[kind][1]:
            text = translated(labels[value], language)  # type: ignore[index]
            assert text.lstrip("✔✘? ") == word(value, notices.pgettext)


@pytest.mark.parametrize("language", OTHERS)
def test_pages_speak_the_language_of_their_reader_and_say_which_it_is(site: WebWorld, language: NoticeLanguage) -> None:
    def text(name: str) -> str:
        return translated(TEXTS[name], language)

    site.ready()
    browser = site.browser("mona", language)
    site.world.record(f"person id=mona name=Mona email=mona@firm.example from=2020-01-01 language={language}")
    page = browser.open("/")
    assert ("html", "lang", language) in page.attributes
    assert page.headings[:2] == [(1, text("my_work")), (2, text("waiting"))]
    page = browser.open("/initiatives/one/gates/first")
    for name in ("send_vote", "say_go", "findings", "what_decide"):
        assert text(name) in page.text
    assert calendar_texts(CONFIGS / "messages", language).headings[AppointmentKind.GATE_REVIEW] in (
        browser.open("/initiatives/one").text
    )
    browser.open("/initiatives/one/gates/first")
    # A mistake stands at its field, in the language of the reader.
    browser.submit("/initiatives/one/gates/first", decision="go")
    assert text("reason_missing") in browser.shown.text
    page = browser.open("/initiatives/one/facts/membership")
    assert from_spanish("miembros", language).capitalize() in page.headings[0][1]


@pytest.mark.parametrize("language", NOTICE_LANGUAGES)
def test_what_models_say_is_marked_as_spanish_on_the_pages_of_other_languages(
    site: WebWorld, language: NoticeLanguage
) -> None:
    site.ready()
    site.world.record(f"person id=mona name=Mona email=mona@firm.example from=2020-01-01 language={language}")
    browser = site.browser("mona", language)
    for path in ("/", "/initiatives/one", "/initiatives/one/gates/first"):
        attributes = browser.open(path).attributes
        marked = [tag for tag, name, value in attributes if (name, value) == ("lang", "es") and tag != "html"]
        assert bool(marked) is (language not in LANGUAGES), path


@pytest.mark.parametrize("language", OTHERS)
def test_error_pages_and_the_page_for_signing_in_follow_the_browser(site: WebWorld, language: NoticeLanguage) -> None:
    browser = site.browser(None, language)
    assert browser.open("/sign-in").headings[0] == (1, translated(TEXTS["sign_in"], language))
    page = browser.open("/nothing-here")
    assert browser.shown.status_code == 404
    assert page.headings[0] == (1, translated(TEXTS["not_found_title"], language))
    assert translated(TEXTS["not_found_advice"], language) in page.text


def test_what_a_catalog_lacks_is_shown_in_spanish() -> None:
    assert from_spanish("Un texto que nadie tradujo", "eu") == "Un texto que nadie tradujo"
    assert from_spanish("", "ca") == ""


@pytest.mark.parametrize(
    ("line", "changed", "message"),
    [
        ('msgstr "La meva feina"', 'msgstr ""', "not translated"),
        ('msgstr "Ordenar per {title}"', 'msgstr "Ordenar per {titol}"', "other variables"),
        ('msgid "Mi trabajo"', '#, fuzzy\nmsgid "Mi trabajo"', "fuzzy"),
        ('msgid "Mi trabajo"', 'msgid "Mi labor"', "not in order"),
    ],
)
def test_a_wrong_catalog_is_named_with_its_text(
    line: str, changed: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(FOLDER / "ca.po", tmp_path)
    file = tmp_path / "ca.po"
    before = file.read_text("utf-8")
    assert line in before
    file.write_text(before.replace(line, changed), "utf-8")
    monkeypatch.setattr(catalog_files, "FOLDER", tmp_path)
    assert any(message in one for one in catalog_files.mistakes())
