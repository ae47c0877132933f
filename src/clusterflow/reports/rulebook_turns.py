"""What is different between two verdicts of rulebooks: answers, rules, and the labels held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from clusterflow.domain.rulebook import Holding, Rulebook, Ruling
from clusterflow.domain.ruling import RulebookVerdict
from clusterflow.domain.text import Language
from clusterflow.reports.rulebook_words import HOLDING, RULING

Answers = tuple[Ruling, Holding, tuple[tuple[str, Ruling], ...]]


class RulebookTurn(NamedTuple):
    """One difference, in words: «Registry: label held → label lost»."""

    rulebook: str
    title: str
    what: Literal["label", "answer", "rule"]
    text: str
    rule: str = ""
    """The id of the rule, if it is about one."""


def answers_of(verdict: RulebookVerdict) -> Answers:
    """Return what may turn: the answer, the label, and the answers of the rules."""
    results = verdict.governing.results if verdict.governing is not None else ()
    return verdict.ruling, verdict.holding, tuple((result.rule.id, result.ruling) for result in results)


def rulebook_turns(
    before: Mapping[str, RulebookVerdict], after: Mapping[str, RulebookVerdict], language: Language
) -> Iterator[RulebookTurn]:
    """Yield the differences by rulebook: first the label, then the answer, then the rules that are in both."""
    for name in sorted({*before} & {*after}):
        (ruling, holding, rules), now = answers_of(before[name]), answers_of(after[name])
        rulebook = after[name].rulebook
        title, titles, were = rulebook.title.to(language), _titles(rulebook, language), dict(rules)
        if holding is not now[1]:
            yield _turn(name, title, "label", title, HOLDING[holding].to(language), HOLDING[now[1]].to(language))
        if ruling is not now[0]:
            yield _turn(name, title, "answer", title, RULING[ruling].to(language), RULING[now[0]].to(language))
        for rule, answer in now[2]:
            if rule in were and were[rule] is not answer:
                words = RULING[were[rule]].to(language), RULING[answer].to(language)
                yield _turn(name, title, "rule", titles.get(rule, rule), *words)._replace(rule=rule)


def _turn(
    rulebook: str, title: str, what: Literal["label", "answer", "rule"], subject: str, before: str, after: str
) -> RulebookTurn:
    return RulebookTurn(rulebook, title, what, f"{subject}: {before} → {after}")


def _titles(rulebook: Rulebook, language: Language) -> dict[str, str]:
    rules = (rule for text in rulebook.texts for rule in text.rules)
    return {rule.id: rule.title.to(language) if rule.title is not None else rule.id for rule in rules}
