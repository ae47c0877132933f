"""Compares texts without regard to capitals and accents, with the same order in SQLite and PostgreSQL."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_ACCENTS = {
    "a": "áàâäãåā", "c": "çćč", "e": "éèêëē", "i": "íìîïī", "l": "ł", "n": "ń", "o": "óòôöõøō", "s": "śš",
    "u": "úùûüū", "y": "ýÿ", "z": "źżž",
}  # fmt: skip
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FROM = _CAPITALS + "".join(f"{signs}{signs.upper() if p != 'y' else 'ÝŸ'}" for p, signs in _ACCENTS.items())
_TO = _CAPITALS.lower() + "".join(plain * 2 * len(signs) for plain, signs in _ACCENTS.items())
_TABLE = str.maketrans(_FROM, _TO)

ENYE = "n~"
"""The letter ñ in a folded text: it comes after n and every letter that may follow an n."""


class folded(FunctionElement[str]):  # noqa: N801 - reads as the SQL function it is
    """The text in small letters without accents; ñ stays another letter."""

    type = String()
    inherit_cache = True


@compiles(folded, "postgresql")
def _postgresql(element: folded, compiler: SQLCompiler, **kw: Any) -> str:
    (text,) = (compiler.process(c, **kw) for c in element.clauses)
    return f"replace(replace(translate({text}, '{_FROM}', '{_TO}'), 'ñ', '{ENYE}'), 'Ñ', '{ENYE}') COLLATE \"C\""


@compiles(folded)
def _sqlite(element: folded, compiler: SQLCompiler, **kw: Any) -> str:
    (text,) = (compiler.process(c, **kw) for c in element.clauses)
    return f"folded({text})"


@lru_cache(maxsize=50_000)
def fold(text: str | None) -> str | None:
    """The same in Python; SQLite calls it."""
    return None if text is None else text.translate(_TABLE).replace("ñ", ENYE).replace("Ñ", ENYE)


def is_part(search: str, text: str) -> bool:
    """Return whether what somebody searches for is a part of a text; capitals and accents make no difference."""
    wanted, found = ((fold(one) or "").replace(ENYE, "n") for one in (search.strip(), text))
    return wanted in found
