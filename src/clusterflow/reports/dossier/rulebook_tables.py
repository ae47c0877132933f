"""The tables of a dossier about outside rulebooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clusterflow.domain.rulebook import Holding, Ruling
from clusterflow.domain.text import Language, Text
from clusterflow.reports.html_page import Table, short_day
from clusterflow.reports.rulebook_words import HOLDING, RULING, WINDOW, rulebook_word
from clusterflow.reports.rulebooks import RulebookJudgment, cut_offs_text

_TITLE = Text(es="Reglamentos externos", en="Outside rulebooks")
_INTRODUCTION = Text(
    es="Los mismos datos, juzgados por las reglas de sellos y programas. Lo que falta por registrar es «desconocido».",
    en="The same facts, judged by the rules of labels and programmes. What is not recorded is «unknown».",
)
_ANSWERS = Text(es="Respuesta de cada reglamento", en="Answer of each rulebook")
_MISSING = Text(es="Lo que falta, regla por regla", en="What is missing, rule by rule")
_FOUND = Text(es="Encontrado", en="Found")
_ASKED = Text(es="Se pide", en="Asked")
_WINDOWS = Text(es="Plazos", en="Windows")

Row = tuple[str | None, ...]


def rulebook_tables(
    judgments: Sequence[RulebookJudgment], language: Language
) -> tuple[str, tuple[str, ...], tuple[Table, ...]]:
    """Return the title of the section, its sentences, and its tables."""
    heads = tuple(rulebook_word(w, language).capitalize() for w in ("rulebook", "answer", "label"))
    answers = Table(
        caption=_ANSWERS.to(language),
        heads=(*heads, _WINDOWS.to(language)),
        rows=tuple(_answer_row(one, language) for one in judgments),
        wide=(3,),
    )
    missing = tuple(row for one in judgments for row in _missing_rows(one, language))
    tables = [answers]
    if missing:
        heads = tuple(rulebook_word(w, language).capitalize() for w in ("rulebook", "rule", "answer"))
        more = (_FOUND.to(language), _ASKED.to(language))
        tables.append(Table(caption=_MISSING.to(language), heads=(*heads, *more), rows=missing, wide=(1,)))
    entered = tuple(
        cut_offs_text(one.rulebook, text, language) for one in judgments for text in one.texts if text.cut_offs
    )
    unusable = tuple(sentence for one in judgments for sentence in one.unusable_cut_offs)
    return _TITLE.to(language), (_INTRODUCTION.to(language), *entered, *unusable), tuple(tables)


def _answer_row(one: RulebookJudgment, language: Language) -> Row:
    label = HOLDING[one.holding].to(language)
    if one.holding is not Holding.NONE and one.until is not None:
        label += f" {rulebook_word('until', language)} {short_day(one.until)}"
        if one.grace_until is not None:
            label += f"; {rulebook_word('renewable', language)} {short_day(one.grace_until)}"
    windows = "; ".join(
        f"{WINDOW[w.kind].to(language)}: {short_day(w.opens) or '…'} – {short_day(w.closes) or '…'}"
        for text in one.texts
        if not text.draft
        for w in text.windows
        if w.closes is None or w.closes >= one.as_of
    )
    return (one.title, RULING[one.ruling].to(language), label, windows)


def _missing_rows(one: RulebookJudgment, language: Language) -> Iterator[Row]:
    for text in one.texts[:1]:
        for rule in text.rules:
            if rule.ruling in (Ruling.UNMET, Ruling.UNKNOWN) and rule.rule not in text.cut_offs:
                yield (one.title, rule.title, RULING[rule.ruling].to(language), rule.found, rule.asked)
