"""Matches the names that users write with the known parties.

A number (tax id, e-mail) with a name that agrees settles who it is; then the name alone, without accents, capitals,
signs and legal form. A number under another name, and a name that is only near, are questions for people.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

from rapidfuzz.distance import Levenshtein

from clusterflow.rules.legal_forms import all_legal_forms
from clusterflow.rules.near_names import ERRORS, NearNames, figures_of
from clusterflow.rules.tax_ids import is_generic, tax_id_key

_SPELLINGS = {
    "cia": "compania", "cias": "companias", "companhia": "compania", "companyia": "compania", "hnos": "hermanos",
    "hno": "hermano", "hna": "hermana", "hnas": "hermanas", "irs": "irmaos", "gmns": "germans", "bros": "brothers",
    "ltda": "limitada", "lda": "limitada", "ltd": "limited", "coop": "cooperativa", "soc": "sociedad",
    "asoc": "asociacion", "univ": "universidad", "inst": "instituto", "fund": "fundacion", "gral": "general",
    "sto": "santo", "sta": "santa", "and": "y", "et": "y", "und": "y", "eta": "y",
}  # fmt: skip
"""Words of an organisation's name that people write in several ways, and the one spelling that they are compared by."""

_TITLES = frozenset(
    (
        "ing", "lic", "dr", "dra", "mtro", "mtra", "sr", "sra", "srta", "d", "dna", "don", "dona", "arq", "prof",
        "profa", "cp", "mba", "phd", "mr", "mrs", "ms", "abg", "econ", "msc", "eng",
    )
)  # fmt: skip
"""Titles that people write before or after a person's name."""

_WORDS = re.compile(r"[^\W_]+")


def fold_text(text: str) -> str:
    """A text without accents, capitals, signs and double blanks."""
    plain = text.casefold()
    if not plain.isascii():
        # Twice, because a mathematical or a wide letter may stand for a capital.
        plain = _decomposed(_decomposed(plain).casefold())
    return " ".join(_WORDS.findall(plain))


def _decomposed(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def bare_name(name: str) -> str:
    """The name of an organisation, folded, in one spelling and without its legal form.

    «Aceros Hnos., S.A. de C.V.» is «aceros hermanos». A name that is nothing but a legal form stays.
    """
    words = _words(name)
    remaining = _without_forms(words)
    return " ".join(text for text, _ in remaining or words)


def person_key(name: str) -> str:
    """The name of a person, folded, the given name first and without titles: «Ruiz, Dra. Ana» is «ana ruiz»."""
    surnames, comma, given = name.partition(",")
    words = fold_text(given).split() + fold_text(surnames).split() if comma else fold_text(name).split()
    remaining = [w for w in words if w not in _TITLES]
    return " ".join(remaining or words)


_Word = tuple[str, bool]
"""A folded word, and whether it was made of letters that stand alone: s a is sa."""


def _words(name: str) -> list[_Word]:
    """The words of an organisation's name."""
    found: list[_Word] = []
    words = fold_text(name.replace("&", " y ").replace("+", " y ")).split()
    letters = [len(word) == 1 and word.isalpha() for word in words]
    for n, word in enumerate(words):
        if n and letters[n - 1] and letters[n]:
            found[-1] = (found[-1][0] + word, True)
        elif word in ("e", "i") and 0 < n < len(words) - 1 and not letters[n + 1]:
            found.append(("y", False))
        else:
            found.append((word, False))
    return [(_SPELLINGS.get(text, text), joined) for text, joined in found]


def _without_forms(words: list[_Word]) -> list[_Word]:
    """The words before the legal forms at the end of a name; empty if there are none."""
    forms, longest = _forms()
    remaining = list(words)
    while remaining:
        texts = tuple(text for text, _ in remaining)
        length = next((n for n in range(min(longest, len(texts)), 0, -1) if texts[-n:] in forms), 0)
        if length:
            remaining = remaining[:-length]
            continue
        # Letters that stand alone may be several forms, or the end of the name and a form: «S.A. E.S.P.».
        last, joined = remaining[-1]
        start = next((n for n in range(1, len(last) - 1) if joined and (last[n:],) in forms), 0)
        if not start:
            return [] if all(text == "y" for text in texts) else remaining
        remaining[-1] = (_SPELLINGS.get(last[:start], last[:start]), True)
    return remaining


@cache
def _forms() -> tuple[frozenset[tuple[str, ...]], int]:
    """The legal forms as the words of a name, and how many words the longest one has."""
    written = {spelling for form in all_legal_forms() for spelling in (form, form.replace(".", ""))}
    forms = frozenset(tuple(text for text, _ in _words(form)) for form in written)
    return forms, max(map(len, forms))


def address_key(address: str | None) -> str:
    """An e-mail address as it is compared: without capitals and blanks at its ends. Its points count."""
    return (address or "").strip().casefold()


def names_agree(one: str, other: str) -> bool:
    """Whether two keys of names may be of one party, if it has the same number: near, shortened or turned around."""
    if one == other:
        return True
    first, second = sorted((set(one.split()), set(other.split())), key=len)
    if not first or first <= second or all(any(_stands_for(a, b) for b in second) for a in first):
        return True
    length = max(len(one), len(other))
    return Levenshtein.distance(one, other) <= min(ERRORS, length // 5) and figures_of(one) == figures_of(other)


def _stands_for(word: str, other: str) -> bool:
    """Whether a word is another one, or its initial."""
    return word == other or (len(word) == 1 and other.startswith(word))


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who is known: the id, the name and the number."""

    id: str
    name: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Whom a name may stand for: one party for certain, some possibly (the likeliest first), or nobody who is known."""

    certain: str | None = None
    possible: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        return self.certain is None and not self.possible


@dataclass(slots=True)
class Directory:
    """The parties that are known, found by number and name.

    ``firms``: the parties are organisations, whose numbers are tax ids; otherwise people, with e-mail addresses.
    """

    firms: bool = True
    _numbers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _called: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _turned: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _near: NearNames = field(default_factory=NearNames)

    def add(self, party: Party) -> None:
        """Make a party known. It may be added several times, under several names and numbers."""
        number, name = self._number(party.number), self._key(party.name)
        if number:
            self._numbers[number].add(party.id)
            self._of[party.id].add(number)
        if name and name not in self._names:
            self._near.add(name)
            self._turned[_turned(name)].add(name)
        if name:
            self._names[name].add(party.id)
            self._called[party.id].add(name)

    def find(self, name: str, number: str | None = None) -> Match:
        """Whom a name and a number, as far as there is one, stand for.

        A number settles who it is only if the name agrees: a mailbox may be shared, a tax id mistyped.
        """
        wanted, key = self._number(number), self._key(name)
        by_number = self._numbers.get(wanted, set()) if wanted else set()
        agreeing = {one for one in by_number if not key or any(names_agree(key, k) for k in self._called[one] or {key})}
        if len(agreeing) == 1:
            return Match(certain=next(iter(agreeing)))
        same = self._names.get(key, set())
        others = {one for one in same if not (wanted and self._of.get(one))}
        if not by_number and len(others) == 1 and len(same) == 1:
            return Match(certain=next(iter(others)))
        near = [one for other in self._near_names(key) for one in sorted(self._names[other])]
        likely = [
            *sorted(agreeing),
            *sorted(by_number),
            *sorted(same),
            *(n for n in near if not (wanted and self._of.get(n))),
        ]
        return Match(possible=tuple(dict.fromkeys(likely)))

    def _key(self, name: str) -> str:
        return bare_name(name) if self.firms else person_key(name)

    def _number(self, number: str | None) -> str:
        """The key of a number; empty if it identifies nobody."""
        if not self.firms:
            return address_key(number)
        key = tax_id_key(number)
        return "" if is_generic(key) else key

    def _near_names(self, key: str) -> list[str]:
        """The other names that may be this one: turned around, then by typing errors, the fewest errors first."""
        turned = sorted(self._turned.get(_turned(key), set()) - {key})
        return list(dict.fromkeys([*turned, *self._near.find(key)]))


_PARTNERS = frozenset({"y", "compania", "companias", "hijos", "asociados", "socios"})
"""Words for the partners of a firm, which its short name leaves out: «Hermanos García y Cía.» is «Hnos. García»."""


_ARTICLES = frozenset({"de", "del", "la", "las", "el", "los", "da", "do", "das", "dos"})
"""Words that say nothing alone."""


def _turned(key: str) -> str:
    """The words of a name in one order and without partners: «ruiz ana» is «ana ruiz».

    One word that is left says too little: «Pérez e Hijos» is not «Pérez».
    """
    words = sorted(key.split())
    remaining = [word for word in words if word not in _PARTNERS]
    return " ".join(remaining if sum(word not in _ARTICLES for word in remaining) > 1 else words)
