"""In which words: one template, every language; what others wrote is never markup; a mistake says where it is."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.world import CONFIGS

from clusterflow.domain.money import Money
from clusterflow.domain.terms import DecisionKind, Role
from clusterflow.domain.text import NOTICE_LANGUAGES, NoticeLanguage
from clusterflow.notices import markup
from clusterflow.notices.formatting import basque_day, locale_of
from clusterflow.notices.markup import escaped, link
from clusterflow.notices.render import Letter, TemplateFailed, render

MESSAGES = CONFIGS / "messages"
CONDITION = {
    "stage": "one",
    "due_on": date(2025, 6, 11),
    "criterion": "committed",
    "title": "15 miembros comprometidos",
}
SIGNS = st.text(alphabet="\\`*_{}[]()#+-.!|~=&<>:/ 1a\n\té€", max_size=30).filter(str.strip)


def written(
    folder: Path, template: str, *, language: NoticeLanguage = "en", country: str = "ES", **facts: Any
) -> Letter:
    (folder / "notice.md").write_text(template, encoding="utf-8")
    return render(folder, "notice", language, facts, country)


def label_expiring(language: NoticeLanguage, months: int = 6) -> Letter:
    event = {"label": "ESCA_gold", "until": date(2024, 12, 30), "months": months}
    facts = {
        "recipient": {"name": "Mona *the* <b>boss</b>"},
        "initiative": {"name": "Clúster & Co."},
        "event": event,
        "link": link("http://127.0.0.1:4200/v2/a_b_c"),
    }
    return render(MESSAGES, "label-expiring", language, facts, "ES")


def test_one_template_is_markdown_html_and_plain_text() -> None:
    letter = label_expiring("es")
    assert letter.subject == "Clúster & Co.: el sello «ESCA_gold» vence el 30 de diciembre de 2024"
    assert markup.plain(letter.markdown) == (
        "Estimada/o Mona *the* <b>boss</b>:\n\n"
        "El sello «ESCA_gold» de Clúster & Co. es válido hasta el 30 de diciembre de 2024: "
        "quedan como mucho 6 meses para renovarlo.\n\n"
        "Cuando se renueve, registre hasta cuándo es válido; después no habrá más avisos.\n\n"
        "http://127.0.0.1:4200/v2/a_b_c\n"
    )
    html = markup.html(letter.markdown)
    assert "<p>Estimada/o Mona *the* &lt;b&gt;boss&lt;/b&gt;:</p>" in html
    assert "<strong>Clúster &amp; Co.</strong>" in html
    assert '<a href="http://127.0.0.1:4200/v2/a_b_c">http://127.0.0.1:4200/v2/a_b_c</a>' in html


def test_one_month_is_no_plural() -> None:
    assert "there is at most one month left" in label_expiring("en", 1).markdown
    assert "queda como mucho un mes" in label_expiring("es", 1).markdown
    assert "there are at most 3 months left" in label_expiring("en", 3).markdown


def test_days_numbers_and_money_are_written_as_in_the_readers_country(tmp_path: Path) -> None:
    template = "s\n{{ on|day }}; {{ much|number }}; {{ part|percent }}; {{ sum|money }}\n"
    facts = {
        "on": date(2024, 12, 30),
        "much": Fraction(5, 4) * 1000,
        "part": Fraction(1, 3),
        "sum": Money(minor=125050, currency="MXN"),
    }

    def rendered_text(language: NoticeLanguage, country: str) -> str:
        return written(tmp_path, template, language=language, country=country, **facts).markdown.replace("\u00a0", " ")

    assert rendered_text("es", "ES") == "30 de diciembre de 2024; 1.250; 33,3 %; 1.250,50 MXN\n"
    assert rendered_text("es", "MX") == "30 de diciembre de 2024; 1,250; 33.3%; $1,250.50\n"
    assert rendered_text("en", "US") == "December 30, 2024; 1,250; 33.3%; MX$1,250.50\n"
    assert locale_of("eu", "MX") == "eu"


@given(SIGNS)
def test_what_others_wrote_is_read_as_they_wrote_it_and_is_never_markup(text: str) -> None:
    words = " ".join(text.split())
    for around in ("{}", "- {}", "- {} x", "before {} after", "one\n{}\nthree", "x{}x"):
        markdown = around.format(escaped(text))
        assert markup.plain(markdown).split() == around.format(words).split()
        html = markup.html(markdown)
        assert not any(f"<{tag}" in html for tag in ("a", "em", "strong", "code", "img", "h", "bl", "ol", "pre"))
    assert markup.line(escaped(text)) == words


@given(SIGNS)
def test_an_expression_between_backticks_stays_there(text: str) -> None:
    words = " ".join(text.split()).replace("`", "'")
    assert markup.html(f"x `a{markup.code(text)}a`").count("<code>") == 1
    assert markup.line(f"x `a{markup.code(text)}a`") == " ".join(f"x a{words}a".split())


def test_others_text_is_escaped_in_a_translated_text_too(tmp_path: Path) -> None:
    letter = written(
        tmp_path, "{% trans name=name %}Of *{{ name }}*{% endtrans %}\n\n{{ name }}", name="[a](http://b) %s"
    )
    assert letter.subject == "Of [a](http://b) %s"
    assert letter.markdown == "\\[a\\](http://b) %s\n"


def test_lists_and_commands_stay_what_they_are_in_plain_text() -> None:
    text = "Two:\n\n- one **thing**\n- another\n  - within\n\n1. first\n2. second\n\nend\n\n    run me\n\n[here](http://x)\n"
    assert markup.plain(text) == text.replace("**", "").replace("[here](http://x)", "here (http://x)")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("s\n\n{{ nobody.knows }}", "notice.md:3, in es: 'nobody' is undefined"),
        ("s\n{% trans a=missing %}x {{ a }}{% endtrans %}", "notice.md:2, in es: 'missing' is undefined"),
        ("s\n{% trans x=none %}x {{ x }}{% endtrans %}", "notice.md:2, in es: 'x': None is printed"),
        ("s\n\n{{ fact.inside }}", "notice.md:3, in es: 'dict object' has no attribute 'inside'"),
        ("s\n{{ none|day }}", "notice.md:2, in es: this filter is for a date, not for a NoneType"),
        ("s\n{{ none }}", "notice.md:2, in es: None is printed"),
        ("s\n{{ 1 / 0 }}", "notice.md:2, in es: division by zero"),
        ("s\n{{ 'go'|word }}", "notice.md:2, in es: there are no words for a str"),
        ("s\n{% if %}", "notice.md:2, in es: Expected an expression"),
        ("s\n{{ ''.__class__.__mro__ }}", "notice.md:2, in es: access to attribute '__class__'"),
        ("s\n{% include 'other.md' %}", "notice.md:2, in es: 'other.md' not found"),
    ],
)
def test_a_template_that_fails_says_where_and_what(tmp_path: Path, template: str, expected: str) -> None:
    with pytest.raises(TemplateFailed) as failed:
        written(tmp_path, template, language="es", fact={})
    assert str(failed.value).startswith(expected)


def test_a_template_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(TemplateFailed, match=r"^gone\.md, in es: 'gone\.md' not found"):
        render(tmp_path, "gone", "es", {})


@pytest.mark.parametrize("language", NOTICE_LANGUAGES)
def test_one_decision_as_it_is_read_in_each_language(language: NoticeLanguage) -> None:
    """Golden: the plain text of one notice; who changes a template or a catalog reads here what people will."""
    vote = {"name": "Itziar Etxeberria", "role": Role.BOARD_CHAIR, "reason": "«Todas» <cumplen> 3.5 > 3"}
    facts = {
        "recipient": {"name": "Mona Vidal"},
        "initiative": {"name": "Acero & Co.", "conditions": [CONDITION, {**CONDITION, "stage": "another"}]},
        "stage": {"title": "Masa crítica", "number": 2},
        "event": {"decision": DecisionKind.CONDITIONAL_GO, "on": date(2025, 3, 31), "until": None, "stage": "one"},
        "votes": [vote],
        "link": link("https://clusters.example/initiatives/acero"),
    }
    letter = render(MESSAGES, "decision", language, facts, "ES")
    golden = Path(__file__).parent / "golden" / f"decision.{language}.txt"
    assert f"{letter.subject}\n\n{markup.plain(letter.markdown)}" == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2021, 1, 1), "2021eko urtarrilaren 1a"),
        (date(2024, 12, 30), "2024ko abenduaren 30a"),
        (date(2026, 11, 11), "2026ko azaroaren 11"),
        (date(2030, 8, 31), "2030eko abuztuaren 31"),
    ],
)
def test_a_basque_day_has_the_endings_that_are_spoken(day: date, written: str) -> None:
    assert basque_day(day) == written
