"""Translates the texts of the command line and of errors, which the code writes in English.

A text is recognised by its template: «there is no file {}» stands for every file. So the rooms below raise errors
without knowing who will read them, and the Spanish texts stand together. ``check`` proves that none is missing
(docs/decisions/).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise

from clusterflow.domain.text import Language
from clusterflow.errors import Mistake, Mistakes
from clusterflow.reports.labels import ANSWER, HELIX, ROLE
from clusterflow.reports.translations.commands import COMMANDS, HEADS
from clusterflow.reports.translations.configs import CONFIGS
from clusterflow.reports.translations.file_keys import FILE_KEYS
from clusterflow.reports.translations.help import HELP
from clusterflow.reports.translations.messages import MESSAGES
from clusterflow.reports.translations.parser import PARSER
from clusterflow.reports.translations.prefect import PREFECT
from clusterflow.reports.translations.terms import NOUNS, TERMS
from clusterflow.reports.translations.verification import VERIFICATION

PLACE = "{}"
"""The place of a value in a template."""

_VALUE = re.compile(r"\{\d*(?::noun|:ids)?\}")

_IDS: Mapping[str, str] = {
    **{str(key): text.es for labels in (ROLE, HELIX) for key, text in labels.items()},
    **{str(answer): text.es.partition(" ")[2] for answer, text in ANSWER.items()},
    **{"nothing": "nada", "nobody": "nadie", "none": "ninguno", "and": "y"},
}
"""The ids that messages list: roles, helix kinds, answers."""


def texts() -> Mapping[str, str]:
    """Every template with its Spanish text."""
    return COMMANDS | CONFIGS | FILE_KEYS | HELP | PARSER | MESSAGES | PREFECT | TERMS | VERIFICATION


def translated(text: str, language: Language) -> str:
    """A text of ours in a language; a text that has no translation stays as it is."""
    return "\n".join(_spanish(line) for line in text.split("\n")) if language == "es" else text


def head(text: str, language: Language) -> str:
    """The head of a column, or another single word that stands alone."""
    return HEADS.get(text) or _spanish(text) if language == "es" else text


def lines_of(problem: Exception, language: Language) -> list[str]:
    """An error as lines, one for each mistake."""
    if not isinstance(problem, Mistakes):
        return [translated(str(problem), language)]
    return [mistake_text(mistake, language) for mistake in problem.mistakes]


def mistake_text(mistake: Mistake, language: Language) -> str:
    """A mistake as one line."""
    if language == "en":
        return str(mistake)
    text = f"{_spanish(mistake.where)}: {_spanish(mistake.found)}"
    if mistake.accepted:
        text += f"; se acepta: {_spanish(mistake.accepted)}"
    return f"{text}. {_spanish(mistake.cure)}" if mistake.cure else text


_FOREIGN = re.compile(r"[A-Z]\w*(Error|Exception): ")
"""The beginning of an error of a library, whose words are not ours."""


def _spanish(text: str) -> str:
    inner = text.strip()
    if not inner or _FOREIGN.match(inner):
        return text
    start = text.index(inner)
    return text[:start] + (_whole(inner) or _parts(inner) or inner) + text[start + len(inner) :]


def _whole(text: str) -> str | None:
    """The translation of a text that is known as a whole."""
    if (known := _exact().get(text)) is not None:
        return known
    for pattern, spanish in _patterns():
        if found := pattern.fullmatch(text):
            return spanish.format(*(_Value(value) for value in found.groups()))
    return None


def _parts(text: str) -> str | None:
    """The translation of a text that several known ones were joined to: by «;», by «:» or as sentences."""
    for mark in ("; ", ". ", ": "):
        head_, found, tail = text.partition(mark)
        if found and not _is_quoted(head_):
            new = (_whole(head_) or head_, _spanish(tail))
            if new != (head_, tail):
                return mark.join(new)
    return None


def _is_quoted(text: str) -> bool:
    return text.count("«") > text.count("»")


class _Value(str):
    """A value inside a text. A text of ours is translated, and a noun (``{:noun}``) or a list of ids of roles, helix
    kinds or answers (``{:ids}``) where the template asks for one; whatever people wrote stays."""

    def __format__(self, spec: str) -> str:
        if spec == "noun":
            return NOUNS.get(self) or _spanish(str(self))
        if spec == "ids":
            return re.sub(r"[\w-]+", lambda word: _IDS.get(word[0], word[0]), self)
        is_text = " " in self.strip() and not (self.startswith("«") and self.endswith("»"))
        return _spanish(str(self)) if is_text else str(self)


@cache
def _exact() -> dict[str, str]:
    return {english.strip(): spanish.strip() for english, spanish in texts().items() if PLACE not in english}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The templates with values, the most specific first."""
    found = [(english.strip(), spanish.strip()) for english, spanish in texts().items() if PLACE in english]
    found.sort(key=lambda pair: -len(pair[0].replace(PLACE, "")))
    return [(_pattern(english), spanish) for english, spanish in found]


def _pattern(english: str) -> re.Pattern[str]:
    """A value in quotation marks ends where they do."""
    pieces = english.split(PLACE)
    pattern = re.escape(pieces[0])
    for before, after in pairwise(pieces):
        is_quoted = before.endswith("«") and after.startswith("»")
        pattern += ("([^»]*)" if is_quoted else "(.+?)") + re.escape(after)
    return re.compile(pattern, re.DOTALL)


def values_in(text: str) -> int:
    """How many values a template or a translation holds."""
    return len(_VALUE.findall(text))


def missing(templates: Iterable[str]) -> list[str]:
    """The templates that have no Spanish text."""
    known = {english.strip() for english in (*texts(), *HEADS)}
    return [template for template in templates if template.strip() not in known]
