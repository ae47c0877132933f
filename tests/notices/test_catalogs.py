"""The catalogs are complete: they translate every text of every template, with the same variables."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.world import CONFIGS

from clusterflow.domain.terms import DecisionKind, Role
from clusterflow.domain.text import NOTICE_LANGUAGES
from clusterflow.errors import Mistakes
from clusterflow.notices.catalogs import main, mistakes, translations
from clusterflow.notices.shared_words import WORDS
from clusterflow.reports.labels import DECISION, ROLE

MESSAGES = CONFIGS / "messages"
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
TEMPLATE = (
    "{% trans a=a %}Hello {{ a }}{% endtrans %}{% trans n=n %}{{ n }} day{% pluralize n %}{{ n }} days{% endtrans %}"
)


def test_every_text_is_translated_and_every_catalog_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", str(MESSAGES)]) == 0, capsys.readouterr().out
    assert {f.stem for f in MESSAGES.glob("*.po")} == {*NOTICE_LANGUAGES} - {"en"}


def test_a_word_is_the_same_in_a_notice_and_on_a_page() -> None:
    spanish = translations(MESSAGES, "es")
    for kind, labels in ((DecisionKind, DECISION), (Role, ROLE)):
        context, words = WORDS[kind]
        for value, text in labels.items():
            assert (words[value], spanish.pgettext(context, words[value])) == (text.en, text.es)


@pytest.fixture
def wrong(tmp_path: Path) -> Callable[[str], str]:
    """The mistakes that are reported about a catalog with these entries, beside the shared words."""
    (tmp_path / "notice.md").write_text(TEMPLATE, encoding="utf-8")

    def mistakes_in(entries: str) -> str:
        (tmp_path / "es.po").write_text(HEAD + entries, encoding="utf-8")
        return "\n".join(str(m) for m in mistakes(tmp_path) if "words" not in m.where)

    return mistakes_in


HELLO = 'msgid "Hello %(a)s"\nmsgstr "Hola %(a)s"\n\n'
DAYS = 'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "un día %(n)s"\nmsgstr[1] "%(n)s días"\n\n'


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (HELLO, "«%(n)s day» (notice.md): the text is not in the catalog"),
        (HELLO.replace("Hola %(a)s", "") + DAYS, "«Hello %(a)s» (notice.md): the text is not translated"),
        (HELLO + DAYS.replace("%(n)s días", ""), "«%(n)s day» (notice.md): the text is not translated"),
        ("#, fuzzy\n" + HELLO + DAYS, "«Hello %(a)s» (notice.md): the translation is marked fuzzy"),
        (HELLO.replace("Hola %(a)s", "Hola %(b)s") + DAYS, "the translation speaks of b; accepted: a"),
        (HELLO.replace("Hola %(a)s", "Hola") + DAYS, "the translation speaks of nothing; accepted: a"),
        (HELLO.replace("Hola %(a)s", "Hola %(a)s 5 %") + DAYS, "the translation speaks of a; accepted: a"),
        (HELLO + DAYS + 'msgid "Bye"\nmsgstr "Adiós"\n', "«Bye»: no template asks for this text any more"),
        (HELLO + DAYS + '#~ msgid "Bye"\n#~ msgstr "Adiós"\n', "«Bye»: no template asks for this text any more"),
    ],
)
def test_what_is_wrong_with_a_catalog_is_reported(wrong: Callable[[str], str], entries: str, expected: str) -> None:
    assert wrong(HELLO + DAYS) == ""
    assert expected in wrong(entries)
    assert "\n" not in wrong(entries), "nothing else is"


def test_a_catalog_that_cannot_be_read_says_where(tmp_path: Path) -> None:
    (tmp_path / "es.po").write_text('msgid "a"\nmsgstr "b"\nnonsense\n', encoding="utf-8")
    with pytest.raises(Mistakes, match=r"es\.po:3: "):
        translations(tmp_path, "es")


def test_a_catalog_is_brought_up_to_date_and_always_to_the_same(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MESSAGES, tmp_path / "messages"))
    before = (folder / "es.po").read_text("utf-8")
    assert main([str(folder)]) == 0
    assert (folder / "es.po").read_text("utf-8") == before
    (folder / "new.md").write_text("{% trans %}A quite unheard-of sentence.{% endtrans %}", encoding="utf-8")
    reworded = folder / "label-expired.md"
    reworded.write_text(reworded.read_text("utf-8").replace("has expired", "has now expired"), encoding="utf-8")
    (folder / "vote-fell.md").unlink()
    (folder / "de.po").touch()  # so a language begins
    assert main([str(folder)]) == 1
    after = (folder / "es.po").read_text("utf-8")
    assert main([str(folder)]) == 1
    assert (folder / "es.po").read_text("utf-8") == after
    assert "#, fuzzy" in after, "a text that was reworded keeps its translation, to be looked at"
    assert "A quite unheard-of sentence." in after
    assert "You voted at the gate" not in after
    assert 'msgid "Decide here:"\nmsgstr ""' in (folder / "de.po").read_text("utf-8"), (
        "a language begins as an empty file"
    )
