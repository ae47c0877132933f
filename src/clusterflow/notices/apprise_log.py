"""What Apprise says of a send, heard in the thread that sends and by nobody else: it names addresses as they are."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SAID_LOW = ("Socket Exception:", "Response Details:", " Exception:")
"""What the provider answered, Apprise says only to those who look for faults."""

_URLLIB = ("urllib3.connectionpool", "urllib3.util.retry")
"""They log the path of each request; with many providers it holds the token."""

_APPRISE = logging.getLogger("apprise")
_here = threading.local()


def _kept_here(record: logging.LogRecord) -> bool:
    """A filter: what is said in a thread that listens goes no further, whatever handlers there are."""
    heard: list[str] | None = getattr(_here, "heard", None)
    if heard is None:
        return record.levelno >= logging.getLogger().getEffectiveLevel()
    if record.name == _APPRISE.name:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f": {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        if record.levelno >= logging.WARNING or any(sign in text for sign in _SAID_LOW):
            heard.append(" ".join(text.split()))
    return False


_APPRISE.setLevel(logging.DEBUG)
for _name in (_APPRISE.name, *_URLLIB):
    logging.getLogger(_name).addFilter(_kept_here)


@contextmanager
def listening() -> Iterator[list[str]]:
    """What Apprise says in this thread meanwhile, line by line, secrets and all."""
    before = getattr(_here, "heard", None)
    _here.heard = heard = list[str]()
    try:
        yield heard
    finally:
        _here.heard = before
