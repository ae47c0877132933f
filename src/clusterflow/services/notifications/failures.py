"""Logs unexpected failures; the caller continues with the rest."""

from __future__ import annotations

import logging

_log = logging.getLogger("clusterflow.relay")


def log_failure(subject: str, problem: Exception) -> str:
    """Log a failure, and return the same text for the result of the run."""
    text = f"{subject}: {type(problem).__name__}: {problem}"
    _log.error("%s", text)
    return text
