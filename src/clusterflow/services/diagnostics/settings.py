"""The settings and the secret on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from clusterflow.domain.text import Text
from clusterflow.reports.translations import translated
from clusterflow.rules.mistakes import accepted, nearest
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import (
    CheckResult,
    Surroundings,
    both,
    ok,
    plain,
    several,
    trouble,
    warning,
)
from clusterflow.settings import Settings

PREFIX = "CLUSTERFLOW_"

ONE_CHANNEL = PREFIX + "CHANNEL_"
"""What follows is the name of a channel, and anybody's choice."""

LIKENESS = 1
"""How many of the nearest names somebody may have meant."""


def look_at_settings(surroundings: Surroundings) -> Iterator[CheckResult]:
    """Whether the settings can be read, and are what somebody meant."""
    try:
        settings = surroundings.settings
    except ValidationError as problem:
        # Never the value: it may be a secret that landed under the wrong name.
        for error in problem.errors(include_input=False, include_url=False, include_context=False):
            name = PREFIX + "_".join(str(step) for step in error["loc"]).upper()
            yield trouble(plain(name), _refusal(error), advise("correct-setting", name=name))
        return
    names = [PREFIX + name.upper() for name in Settings.model_fields]
    unknown = (n for n in os.environ if n.startswith(PREFIX) and n not in names and not n.startswith(ONE_CHANNEL))
    for name in sorted(unknown):
        if meant := nearest(name.removeprefix(PREFIX), [n.removeprefix(PREFIX) for n in names], LIKENESS):
            yield warning(plain(name), _UNKNOWN, advise("rename-setting", name=PREFIX + meant[0]))
    if settings.today is not None:
        yield warning(plain(f"{PREFIX}TODAY"), both(_PRETENDS, day=str(settings.today)), advise("unset-day"))
    named = [n for n in Settings.model_fields if n in settings.model_fields_set]
    yield ok(_SETTINGS, both(_SAID, names=several([PREFIX + n.upper() for n in named], 12)) if named else _NONE_SAID)


def _refusal(error: ErrorDetails) -> Text:
    """What is wrong with a setting, in our words, and what is accepted."""
    fit = accepted(Settings.model_fields.get(str(error["loc"][0]) if error["loc"] else ""))
    if error["type"] == "value_error" or not fit:
        return plain(error["msg"].removeprefix("Value error, "))
    return both(_NOT_ACCEPTED, fit=Text(es=translated(fit, "es"), en=fit))


_NOT_ACCEPTED = Text(es="no se acepta; se acepta: {fit}", en="is not accepted; accepted: {fit}")
_SETTINGS = Text(es="ajustes", en="settings")
_UNKNOWN = Text(es="ningún ajuste se llama así", en="no setting has this name")
_PRETENDS = Text(es="se finge que hoy es {day}", en="it is pretended that today is {day}")
_SAID = Text(es="dichos: {names}", en="said: {names}")
_NONE_SAID = Text(es="todos por omisión", en="all by default")


def look_at_secret(surroundings: Surroundings) -> Iterable[CheckResult]:
    """What one-time codes are made with: readable here, and by nobody else."""
    settings = surroundings.settings
    yield from _secrets_of(Path(".env"))
    if settings.proof == "none":
        yield ok(_SECRET, _NO_CODES)
    elif settings.secret is not None:
        yield ok(_SECRET, plain(f"{PREFIX}SECRET"))
    else:
        yield from _file(settings.home / "secret")


def _file(file: Path) -> Iterator[CheckResult]:
    if not file.exists():
        yield ok(_SECRET, both(_COMES, file=str(file)))
        return
    try:
        length = len(file.read_bytes().strip())
    except OSError as problem:
        yield trouble(_SECRET, both(_UNREADABLE, file=str(file), problem=problem.strerror or ""), advise("own-secret"))
        return
    if length < SHORTEST_SECRET:
        yield trouble(_SECRET, both(_EMPTY, file=str(file)), advise("restore-secret", file=str(file)))
    elif open_to_others(file):
        yield trouble(_SECRET, both(_OPEN, file=str(file)), advise("close-file", file=str(file)))
    else:
        yield ok(_SECRET, plain(str(file)))


SHORTEST_SECRET = 16

_SECRET = Text(es="secreto de los códigos", en="secret of the codes")
_NO_CODES = Text(
    es="no se usan códigos (CLUSTERFLOW_PROOF=none): se confía en quien decide",
    en="no codes are used (CLUSTERFLOW_PROOF=none): deciders are trusted",
)
_COMES = Text(es="{file} se crea con el primer código", en="{file} is made with the first code")
_UNREADABLE = Text(es="{file} no se puede leer: {problem}", en="{file} cannot be read: {problem}")
_EMPTY = Text(es="{file} está vacío o es demasiado corto", en="{file} is empty or too short")
_OPEN = Text(es="otras personas pueden leer {file}", en="others can read {file}")


def open_to_others(file: Path) -> bool:
    """Whether others on this machine may read or write it; where there are no such rights, nobody can tell."""
    return os.name == "posix" and bool(file.stat().st_mode & 0o077)


def _secrets_of(file: Path) -> Iterator[CheckResult]:
    """A file of settings with secrets in it is read by its owner alone."""
    if not file.is_file() or not open_to_others(file):
        return
    secret = {n for n, f in Settings.model_fields.items() if SecretStr in getattr(f.annotation, "__args__", ())}
    text = file.read_text(encoding="utf-8", errors="replace")
    names = [line.partition("=")[0].strip().removeprefix("export ") for line in text.splitlines()]
    if held := [n for n in names if n.upper().removeprefix(PREFIX).lower() in secret]:
        yield warning(plain(str(file)), both(_ENV, names=several(held)), advise("close-file", file=str(file)))


_ENV = Text(es="otras personas pueden leer {names}", en="others can read {names}")
