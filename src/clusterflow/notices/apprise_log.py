"""Keeps what Apprise logs during our sends out of the log, and collects it: it names addresses with their passwords.

A filter drops the lines before any handler sees them. Apprise returns log lines with the result of a send, too, but
collects them by a handler, so that every other handler would see them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ANSWERS = ("Socket Exception:", "Response Details:", " Exception:")
"""Apprise logs the answer of a provider at the level DEBUG only, in lines that hold one of these."""

_URLLIB = ("urllib3.connectionpool", "urllib3.util.retry")
"""They log the path of each request; with many providers it holds the token."""

_APPRISE = logging.getLogger("apprise")
_collected: ContextVar[list[str] | None] = ContextVar("collected", default=None)
"""Apprise copies the context into the threads that it sends in, so the lines of one send stay together."""


def _collect(record: logging.LogRecord) -> bool:
    """A filter: inside ``collecting``, collect the warnings and the answers of providers, and drop every line."""
    lines = _collected.get()
    if lines is None:
        return record.levelno >= logging.getLogger().getEffectiveLevel()
    if record.name == _APPRISE.name:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f": {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        if record.levelno >= logging.WARNING or any(sign in text for sign in _ANSWERS):
            lines.append(" ".join(text.split()))
    return False


_APPRISE.setLevel(logging.DEBUG)
for _name in (_APPRISE.name, *_URLLIB):
    logging.getLogger(_name).addFilter(_collect)


@contextmanager
def collecting() -> Iterator[list[str]]:
    """Collect what Apprise logs inside the block, line by line and with all secrets."""
    lines = list[str]()
    token = _collected.set(lines)
    try:
        yield lines
    finally:
        _collected.reset(token)
