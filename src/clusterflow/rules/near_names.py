"""Finds names that typing errors may have made of each other, in time that grows with the number of names.

A name is cut into segments (Pass-Join: Li, Deng, Wang and Feng, 2011). Two typing errors change at most two segments,
so of any three segments at least one is found unchanged in the other name. The three rarest are looked up.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice, pairwise

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

ERRORS = 2
"""The most typing errors that make two names near (P)."""

_SEGMENTS = 6
_SHORTEST = 5
"""Names with fewer signs are near to no other name."""

_MOST_COMPARED = 1000
"""The most names that one name is compared with. Only lists of thousands of names that are nearly the same reach it."""

_Key = tuple[str, int, int, str]


@dataclass(slots=True)
class NearNames:
    """Names, to be found again by similar ones."""

    _by_segment: dict[_Key, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str) -> None:
        """Add a name that was not added before."""
        figures = figures_of(name)
        for place, (start, end) in enumerate(_segments(len(name))):
            self._by_segment[figures, len(name), place, name[start:end]].append(name)

    def find(self, name: str) -> list[str]:
        """The other names that typing errors could have made of this one, the fewest errors first."""
        found = set(islice(chain.from_iterable(self._candidates(name)), _MOST_COMPARED)) - {name}
        alike = process.extract(
            name, found, scorer=Levenshtein.distance, score_cutoff=ERRORS, limit=None, processor=None
        )
        likely = sorted((int(errors), other) for other, errors, _ in alike)
        return [other for errors, other in likely if errors <= _allowed(name, other)]

    def _candidates(self, name: str) -> list[list[str]]:
        """Lists of names with the same figures and a segment in common, the shortest lists first."""
        figures, found = figures_of(name), list[list[str]]()
        for length in range(max(len(name) - ERRORS, _SHORTEST), len(name) + ERRORS + 1):
            by_place = []
            for place, (start, end) in enumerate(_segments(length)):
                first, last = max(start - ERRORS, 0), min(start + ERRORS, len(name) - (end - start))
                parts = {name[at : at + end - start] for at in range(first, last + 1)}
                lists = [names for part in parts if (names := self._by_segment.get((figures, length, place, part)))]
                by_place.append((sum(map(len, lists)), place, lists))
            by_place.sort(key=lambda counted: counted[:2])
            found += [names for _, _, lists in by_place[: ERRORS + 1] for names in lists]
        return sorted(found, key=len)


def figures_of(name: str) -> str:
    """The numbers in a name: figures are no typing errors."""
    return " ".join(re.findall(r"\d+", name))


@cache
def _segments(length: int) -> tuple[tuple[int, int], ...]:
    """The parts that a name of that length is cut into."""
    parts = min(_SEGMENTS, length)
    marks = [length * n // parts for n in range(parts + 1)] if parts else []
    return tuple(pairwise(marks))


def _allowed(one: str, other: str) -> int:
    """How many errors two names may differ by: short ones by fewer."""
    length = min(len(one), len(other))
    return 0 if length < _SHORTEST else 1 if length < 10 else ERRORS
