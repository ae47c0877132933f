"""Caches public holidays, and the days that the office corrects, in the user's cache folder.

A decision asks for one or two working days. The library of holidays loads every country of the world to answer, and the
corrections are in YAML: both together take as long as all else that a decision does. The keys cover all that the days
follow from: our code, the installed packages, and the office's file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path

from clusterflow.rules import work_calendar
from clusterflow.rules.work_calendar import CorrectedDay
from clusterflow.services import user_cache
from clusterflow.services.code_key import code_key, installed_packages

HOLIDAYS, CORRECTIONS = "holidays", "corrections"


@cache
def public_holidays(country: str | None, year: int, subdivision: str | None = None) -> frozenset[date]:
    """Return what ``work_calendar.public_holidays`` returns."""
    code = _code() if country is not None else None
    if code is None:
        return work_calendar.public_holidays(country, year, subdivision)
    key = _key(code, repr((country, year, subdivision)).encode())
    content = user_cache.load(HOLIDAYS, key)
    with suppress(ValueError, TypeError):
        return frozenset(map(date.fromisoformat, json.loads(content or b"")))
    found = work_calendar.public_holidays(country, year, subdivision)
    user_cache.store(HOLIDAYS, key, _written(sorted(map(str, found))))
    return found


def corrected_days(path: Path) -> tuple[CorrectedDay, ...]:
    """Return the days that an office corrects in a file; none if there is no such file.

    Raises:
        Mistakes: everything that is wrong with the file.
    """
    code, key = _code(), None
    with suppress(OSError):  # then the reader of the file says what is wrong
        key = code and _key(code, path.read_bytes())
    content = key and user_cache.load(CORRECTIONS, key)
    with suppress(ValueError, TypeError):
        return tuple(
            CorrectedDay(place, date.fromisoformat(day), is_holiday, source)
            for place, day, is_holiday, source in json.loads(content or b"")
        )
    # Start-up time: the reader of YAML is needed only where the cache has nothing.
    found: tuple[CorrectedDay, ...] = import_module("clusterflow.configs.holidays").load_holidays(path)
    if key:
        user_cache.store(CORRECTIONS, key, _written([c.place, str(c.day), c.is_holiday, c.source] for c in found))
    return found


@cache
def _code() -> str | None:
    """The key of our code and of the installed packages; ``None`` where our modules are not in folders."""
    with suppress(OSError):
        return _key(code_key("rules", "configs"), repr(list(installed_packages())).encode())
    return None


def _key(code: str, content: bytes) -> str:
    return hashlib.sha256(code.encode() + content).hexdigest()


def _written(values: Iterable[object]) -> bytes:
    return json.dumps(list(values)).encode()
