"""Keeps the texts of statements in the user's cache folder."""

from __future__ import annotations

import contextlib
import hashlib
from functools import cache

import sqlalchemy

from clusterflow.services import user_cache
from clusterflow.services.code_key import code_key
from clusterflow.store.statement_text import StatementTexts

KIND = "statement"


class _UserCache:
    """A file for each text. Its name is a hash of what the text follows from."""

    def load(self, name: str) -> bytes | None:
        key = _key(name)
        return None if key is None else user_cache.load(KIND, key)

    def store(self, name: str, content: bytes) -> None:
        key = _key(name)
        if key is not None:
            user_cache.store(KIND, key, content)


def _key(name: str) -> str | None:
    code = _code()
    return code and hashlib.sha256(f"{code} {sqlalchemy.__version__} {name}".encode()).hexdigest()


@cache
def _code() -> str | None:
    """The key of all modules that a statement can follow from; ``None`` where they are not in folders."""
    with contextlib.suppress(OSError):
        return code_key("store", "store/metrics", "domain", "domain/records", "rules")
    return None


STATEMENTS = StatementTexts(_UserCache())
"""The texts of this process. A context opens its database with them."""
