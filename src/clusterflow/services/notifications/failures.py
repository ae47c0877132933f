"""What goes wrong though nobody thought of it: it is told, and whatever else there is to do goes on."""

from __future__ import annotations

import logging

_log = logging.getLogger("clusterflow.relay")


def unforeseen(whose: str, problem: Exception) -> str:
    """Its kind and text, for the log and for who asked for the round."""
    text = f"{whose}: {type(problem).__name__}: {problem}"
    _log.error("%s", text)
    return text
