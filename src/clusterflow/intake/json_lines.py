"""Reads records written as JSON: a line of a file, or the payload of an event.

A record is a flat object with ``record`` and ``initiative`` beside its own fields, or has its fields apart, in
``{"type": ..., "initiative": ..., "fields": {...}}``. ``{"records": [...]}`` holds several.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from clusterflow.domain.text import FORBIDDEN_CHARACTERS, UNDECODED
from clusterflow.engine.submission import MOST_MISTAKES, Submission
from clusterflow.errors import Mistake, Mistakes, quoted, shortened

ENVELOPE = ("record", "initiative", "retract", "confirm")

LARGEST = 2**63 - 1
"""The largest whole number that a database can hold."""

DEEPEST = 3
"""How deep a field may be nested."""


def read_lines(lines: Iterable[str], source: str) -> list[Submission]:
    """Return the submissions of a file; empty lines are skipped.

    Raises:
        Mistakes: every line that is no record, with its number.
    """
    mistakes: list[Mistake] = []
    found = readable(lines, source, mistakes)
    if mistakes:
        raise Mistakes(mistakes)
    return found


def readable(lines: Iterable[str], source: str, mistakes: list[Mistake]) -> list[Submission]:
    """Return the submissions of a file that can be read; the mistakes are added to the list."""
    return list(iterate(lines, source, mistakes))


def iterate(lines: Iterable[str], source: str, mistakes: list[Mistake]) -> Iterator[Submission]:
    """Yield the submissions of a file one by one; the mistakes are added to the list."""
    for where, line, value in _values(lines, source, mistakes):
        yield from _submissions(value, where, mistakes, is_clean=_is_clean(line))


def values(lines: Iterable[str], source: str, mistakes: list[Mistake]) -> Iterator[tuple[str, Any]]:
    """Yield the JSON value of each line of a file, and its place; the mistakes are added to the list."""
    for where, _, value in _values(lines, source, mistakes):
        yield where, value


def _values(lines: Iterable[str], source: str, mistakes: list[Mistake]) -> Iterator[tuple[str, str, Any]]:
    for number, line in enumerate(lines, 1):
        where = f"{source}:{number}"
        if len(mistakes) >= MOST_MISTAKES:
            mistakes.append(Mistake(where, f"the rest was not read, after {MOST_MISTAKES} mistakes"))
            return
        try:
            if line.strip():
                yield where, line, parsed(line)
        except ValueError as problem:
            mistakes.append(Mistake(where, str(problem), 'one object a line: {"record": "membership", ...}'))


def lines_of(text: str) -> list[str]:
    """Return the lines of a file. Only a line feed ends one: other line ends of Unicode may stand inside a text."""
    return text.split("\n")


def read_value(value: object, where: str) -> list[Submission]:
    """Return the submissions that a parsed JSON value holds.

    Raises:
        Mistakes: everything that keeps it from being one.
    """
    mistakes: list[Mistake] = []
    found = list(_submissions(value, where, mistakes))
    if mistakes:
        raise Mistakes(mistakes)
    return found


def parsed(text: str) -> Any:
    """Return the value of one JSON text.

    Raises:
        ValueError: it is none; the message holds the reason.
    """
    if not text.isascii() and UNDECODED.search(text):
        raise ValueError("no UTF-8 text")
    try:
        return _DECODER.decode(text)
    except _Refused:
        raise
    except RecursionError:
        raise ValueError("no JSON: it is nested too deeply") from None
    except ValueError as problem:
        raise ValueError(f"no JSON: {problem}") from None


class _Refused(ValueError):
    pass


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        doubled = sorted(name for name, times in counts.items() if times > 1)
        raise _Refused(f"the same field twice: {', '.join(map(shortened, doubled))}")
    return found


def _no_number(constant: str) -> object:
    raise _Refused(f"no JSON: {constant} is no number")


_DECODER = json.JSONDecoder(object_pairs_hook=_no_doubles, parse_constant=_no_number)

_LARGE = re.compile("[0-9]{19}")


def _is_clean(line: str) -> bool:
    """Return whether a line of JSON can only hold texts and numbers that a database can hold."""
    return line.isprintable() and "\\" not in line and not _LARGE.search(line)


def flattened(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as a flat object, in whichever form it was written."""
    fields = value.get("fields")
    if "record" in value or not isinstance(fields, Mapping):
        return dict(value)
    around = {name: part for name, part in value.items() if name not in ("type", "fields")}
    return {**fields, **around, **({"record": value["type"]} if "type" in value else {})}


def _submissions(
    value: Any, where: str, mistakes: list[Mistake], *, is_clean: bool = False
) -> Iterator[Submission]:  # fmt: skip
    if isinstance(value, dict) and len(value) == 1 and isinstance(value.get("records"), list):
        for number, one in enumerate(value["records"], 1):
            yield from _submission(one, f"{where} record {number}", mistakes, is_clean)
    else:
        yield from _submission(value, where, mistakes, is_clean)


def _submission(value: Any, where: str, mistakes: list[Mistake], is_clean: bool) -> Iterator[Submission]:
    flat = flattened(value) if isinstance(value, dict) else {}
    if not isinstance(flat.get("record"), str):
        mistakes.append(Mistake(where, "no field «record» that names a record type", '{"record": "membership", ...}'))
        return
    initiative, retract, confirm = flat.get("initiative"), flat.get("retract"), flat.get("confirm")
    wrong = []
    if initiative is not None and not isinstance(initiative, str):
        wrong.append(Mistake(where, f"initiative: {quoted(initiative)} is not accepted", "an id as text"))
    if retract is not None and not isinstance(retract, bool):
        wrong.append(Mistake(where, f"retract: {quoted(retract)} is not accepted", "true or false"))
    if confirm is not None and not isinstance(confirm, bool):
        wrong.append(Mistake(where, f"confirm: {quoted(confirm)} is not accepted", "true or false"))
    # What a database cannot hold was looked for in the whole line; then only nesting is left to check.
    parts = [i for i in flat.items() if isinstance(i[1], dict | list)] if is_clean else flat.items()
    unfit = ((name, _unfit(name, part)) for name, part in parts)
    wrong += [Mistake(where, f"{shortened(name)}: {problem}") for name, problem in unfit if problem]
    if wrong:
        mistakes += wrong
        return
    fields = {k: v for k, v in flat.items() if k not in ENVELOPE}
    yield Submission(flat["record"], fields, where, initiative, bool(retract), bool(confirm))


def _unfit(name: str, value: Any, depth: int = 0) -> str | None:
    """Return why no database can hold a value; None where one can."""
    if depth > DEEPEST:
        return "is nested too deeply"
    if isinstance(value, dict):
        return next((problem for k, v in value.items() if (problem := _unfit(k, v, depth + 1))), None)
    if isinstance(value, list):
        return next((problem for v in value if (problem := _unfit(name, v, depth + 1))), None)
    for text in (name, value):
        if isinstance(text, str) and FORBIDDEN_CHARACTERS.search(text):
            return "contains a character that is not allowed"
    if isinstance(value, int) and abs(value) > LARGEST:
        return "is larger than a number can be"
    return None
