"""Runs the checks: one that fails or hangs is reported as a problem, and the others continue."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

from clusterflow.domain.text import Language, Text
from clusterflow.errors import ClusterflowError, Mistakes
from clusterflow.reports.translations import translated
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import (
    Check,
    CheckResult,
    Finding,
    Outcome,
    Surroundings,
    both,
    not_checked,
    plain,
    trouble,
    warning,
    worst,
)
from clusterflow.settings.secret_values import secret_values

PATIENCE_SECONDS = 10.0
"""A check that takes longer is slow. Most take milliseconds, and one that has to import Prefect a second or two."""

HANGS_AFTER = 4
"""A check that takes so many times as long is given up. A machine under load is slow, and not broken."""


def examine(
    checks: Sequence[Check], surroundings: Surroundings, patience_seconds: float = PATIENCE_SECONDS
) -> Iterator[Finding]:
    """Every check's findings, in order, as soon as they are there."""
    language = surroundings.language
    outcomes: dict[str, Outcome] = {}
    titles = {check.id: check.what for check in checks}
    for check in checks:
        broken = [n for n in check.needs if outcomes[n] in (Outcome.TROUBLE, Outcome.NOT_LOOKED_AT)]
        if broken:
            results = [not_checked(check.what, both(_NEEDED, what=titles[broken[0]]))]
        else:
            results = _look(check, surroundings, patience_seconds)
        outcomes[check.id] = worst(s.outcome for s in results)
        secrets = _secrets(surroundings)
        for one in results:
            what, found, cure = (_shown(_translated(t, language), secrets) for t in (one.what, one.found, one.cure))
            yield Finding(check=check.id, what=what, outcome=one.outcome, found=found, cure=cure)


def _translated(text: Text, language: Language) -> str:
    """Return a text in a language; what rooms below say in English is translated as the command line does it."""
    return translated(text.en, language) if text.es == text.en else text.to(language)


_NEEDED = Text(es="requiere: {what}", en="needs: {what}")
_HANGS = Text(es="ninguna respuesta en {seconds} s", en="no answer within {seconds} s")
_SLOW = Text(es="lento: respondió a los {seconds} s", en="slow: answered after {seconds} s")
_FAILED = Text(es="la revisión misma falló: {problem}", en="the check itself failed: {problem}")


def _look(check: Check, surroundings: Surroundings, patience_seconds: float) -> list[CheckResult]:
    box: SimpleQueue[list[CheckResult]] = SimpleQueue()
    # A thread that hangs in a driver cannot be stopped, but a daemon keeps nobody from ending.
    threading.Thread(target=lambda: box.put(_caught(check, surroundings)), daemon=True).start()
    began = time.monotonic()
    with suppress(Empty):
        return box.get(timeout=patience_seconds)
    with suppress(Empty):
        results = box.get(timeout=(HANGS_AFTER - 1) * patience_seconds)
        return [
            *results,
            warning(check.what, both(_SLOW, seconds=f"{time.monotonic() - began:.0f}"), advise("repeat-when-idle")),
        ]
    return [
        trouble(check.what, both(_HANGS, seconds=f"{HANGS_AFTER * patience_seconds:g}"), advise("start-what-is-asked"))
    ]


def _caught(check: Check, surroundings: Surroundings) -> list[CheckResult]:
    try:
        return list(check.look(surroundings))
    except Mistakes as problem:
        return [trouble(check.what, plain(str(m))) for m in problem.mistakes]
    except ClusterflowError as problem:
        return [trouble(check.what, plain(str(problem)))]
    except BaseException as problem:  # Prefect ends the process in places
        found = both(_FAILED, problem=f"{type(problem).__name__}: {problem}")
        return [trouble(check.what, found, advise("report-mistake"))]


def _shown(text: str, secrets: Sequence[str]) -> str:
    """One line, without the secrets that others may have written into their messages."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return " ".join(text.split())


def _secrets(surroundings: Surroundings) -> list[str]:
    """What must not be shown. Settings that nobody could read have no secrets to show."""
    if "settings" not in surroundings.__dict__:
        return []
    return secret_values(surroundings.settings, surroundings.stored_channels)
