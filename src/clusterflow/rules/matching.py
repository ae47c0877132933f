"""Matches the names that users write with the known parties.

A number (tax id, e-mail) tells for certain; then the name, without accents, capitals, signs and legal form. What is
only near is a question for people, never an answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

from clusterflow.rules.near_names import NearNames

_FORMS = frozenset(
    (
        "sa", "cv", "rl", "s", "sapi", "sab", "sas", "sasu", "sl", "slu", "sll", "slne", "slp", "srl", "sce", "scoop",
        "coop", "cooperativa", "sac", "saa", "eirl", "ltda", "limitada", "cia", "ac", "abp", "iap", "sc", "scl",
        "scrl", "spa", "sociedad", "anonima", "simplificada", "capital", "variable", "responsabilidad", "asociacion",
        "civil", "inc", "llc", "ltd", "limited", "corp", "gmbh", "bv", "nv", "sarl",
    )
)  # fmt: skip
"""Words of which legal forms are made, at the end of a name."""

_BETWEEN = frozenset(("de", "en", "por", "y", "c"))
"""Words that stand between those."""

_WORDS = re.compile(r"[^\W_]+")


def fold_text(text: str) -> str:
    """A text without what people write in many ways: accents, capitals, signs, blanks."""
    plain = text.casefold()
    if not plain.isascii():
        # Twice: what a mathematical or a wide letter stands for may be a capital.
        plain = _undressed(_undressed(plain).casefold())
    return " ".join(_WORDS.findall(plain))


def _undressed(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def bare_name(name: str) -> str:
    """The name of an organisation, folded and without its legal form: «Aceros del Norte, S.A. de C.V.» is «aceros del
    norte». A name that is nothing but a legal form stays as it is."""
    words = _joined(fold_text(name).split())
    end = len(words)
    while end > 1 and words[end - 1] in _FORMS:
        end -= 1
        # A word between goes only with a form before it: «Amigos de la S.A.» are not the «amigos de la».
        back = end
        while back > 1 and words[back - 1] in _BETWEEN:
            back -= 1
        if back < end and back > 1 and words[back - 1] in _FORMS:
            end = back
    is_name = any(w not in _FORMS and w not in _BETWEEN for w in words[:end])
    return " ".join(words[:end] if is_name else words)


def _joined(words: list[str]) -> list[str]:
    """Letters that stand alone, side by side, are one abbreviation: s a is sa."""
    found: list[str] = []
    alone = False
    for word in words:
        if len(word) == 1 and word.isalpha() and alone:
            found[-1] += word
        else:
            found.append(word)
        alone = len(word) == 1 and word.isalpha()
    return found


def number_key(number: str | None) -> str:
    """A tax id or an address as it is compared: without capitals, blanks and the signs between its parts."""
    return re.sub(r"[\s./-]", "", number or "").casefold()


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who is known: under which id, by which name, and by which number."""

    id: str
    name: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """What a name may stand for: one party for certain, some possibly (the likeliest first), or nobody who is known."""

    certain: str | None = None
    possible: tuple[str, ...] = ()

    @property
    def is_new(self) -> bool:
        return self.certain is None and not self.possible


@dataclass(slots=True)
class Directory:
    """The parties that are known, found by number and name. ``firms``: names may end in a legal form."""

    firms: bool = True
    _numbers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _near: NearNames = field(default_factory=NearNames)

    def add(self, party: Party) -> None:
        """Make a party known; under several names or numbers, where it is added several times."""
        number, name = number_key(party.number), self._key(party.name)
        if number:
            self._numbers[number].add(party.id)
            self._of[party.id].add(number)
        if name and name not in self._names:
            self._near.add(name)
        if name:
            self._names[name].add(party.id)

    def find(self, name: str, number: str | None = None) -> Match:
        """Whom a name and a number, as far as there is one, stand for."""
        wanted, key = number_key(number), self._key(name)
        by_number = self._numbers.get(wanted, set()) if wanted else set()
        if len(by_number) == 1:
            return Match(certain=next(iter(by_number)))
        if by_number:
            return Match(possible=tuple(sorted(by_number)))
        same = self._names.get(key, set())
        agreeing = {one for one in same if not (wanted and self._of.get(one))}
        if len(agreeing) == 1 and len(same) == 1:
            return Match(certain=next(iter(agreeing)))
        near = [one for other in self._near.find(key) for one in sorted(self._names[other])]
        likely = [*sorted(same), *(n for n in near if not (wanted and self._of.get(n)))]
        return Match(possible=tuple(dict.fromkeys(likely)))

    def _key(self, name: str) -> str:
        return bare_name(name) if self.firms else fold_text(name)
