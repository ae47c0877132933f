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

_here = threading.local()


class _Ear(logging.Handler):
    """Keeps what is said in a thread that listens, and drops the rest."""

    def emit(self, record: logging.LogRecord) -> None:
        heard: list[str] | None = getattr(_here, "heard", None)
        if heard is None:
            return
        text = record.getMessage()
        if record.levelno >= logging.WARNING or any(sign in text for sign in _SAID_LOW):
            heard.append(" ".join(text.split()))


def _is_elsewhere(record: logging.LogRecord) -> bool:
    return getattr(_here, "heard", None) is None


_LOG = logging.getLogger("apprise")
# Apprise logs an address it cannot read as it is, with the password in it: nothing of its log may travel further.
_LOG.propagate = False
_LOG.setLevel(logging.DEBUG)
_LOG.addHandler(_Ear(logging.DEBUG))
for _name in _URLLIB:
    logging.getLogger(_name).addFilter(_is_elsewhere)


@contextmanager
def listening() -> Iterator[list[str]]:
    """What Apprise says in this thread meanwhile, line by line, secrets and all."""
    before = getattr(_here, "heard", None)
    _here.heard = heard = list[str]()
    try:
        yield heard
    finally:
        _here.heard = before
