"""The results of checks, and what checks may use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine as Database

from clusterflow.domain.text import Frozen, Language, Text
from clusterflow.services.context import noon, system_clock
from clusterflow.services.diagnostics.advice import NO_ADVICE, Advice
from clusterflow.settings import Settings
from clusterflow.store.database import shared_database


class Outcome(StrEnum):
    """How a thing was found."""

    OK = "ok"
    WARNING = "warning"
    TROUBLE = "trouble"
    NOT_LOOKED_AT = "not-looked-at"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result for one thing that a check examined, in both languages."""

    what: Text
    outcome: Outcome
    found: Text
    cure: Advice = NO_ADVICE


class Finding(Frozen):
    """The result for one thing, in the language of the office: what it is, its state, and what to do; each one line."""

    check: str
    what: str
    outcome: Outcome
    found: str
    cure: str = ""


class Examination(Frozen):
    """All findings, and the worst of them."""

    outcome: Outcome
    findings: tuple[Finding, ...]


class Surroundings:
    """What checks use. Nothing is opened before a check asks for it, because any of it may be broken."""

    def __init__(
        self, settings: Settings | None = None, send: str | None = None, language: Language | None = None
    ) -> None:
        """
        Args:
            send: the recipient of a real message by every channel that can reach such a one.
            language: that of the findings; that of the settings if None.
        """
        self.send, self._language = send, language
        self.stored_channels: dict[str, SecretStr] = {}
        """The channels that Prefect keeps, once the check of its secrets has found them."""
        if settings is not None:
            self.__dict__["settings"] = settings

    @cached_property
    def settings(self) -> Settings:
        return Settings()

    @property
    def language(self) -> Language:
        """The language of the findings; English where nobody named one and the settings themselves are broken."""
        if self._language is not None:
            return self._language
        try:
            return "es" if self.settings.language == "es" else "en"
        except ValidationError:
            return "en"

    @property
    def database(self) -> Database:
        return shared_database(self.settings.database_url)

    @property
    def now(self) -> datetime:
        """The office's time, by which facts are recorded: noon of the day that it pretends to be, if any."""
        today = self.settings.today
        return noon(today) if today else system_clock()


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the installation. It is left out where something that it needs is broken.

    What ``look`` raises counts as trouble: a ``ClusterflowError`` with its own words, anything else as unforeseen.
    """

    id: str
    what: Text
    look: Callable[[Surroundings], Iterable[CheckResult]]
    needs: tuple[str, ...] = ()
    """The ids of checks that come before."""


def plain(text: str) -> Text:
    """A name, or what another program says: the same in every language."""
    return Text(es=text, en=text)


NOTHING = plain("")


def ok(what: Text, found: Text = NOTHING) -> CheckResult:
    return CheckResult(what, Outcome.OK, found)


def warning(what: Text, found: Text, cure: Advice) -> CheckResult:
    return CheckResult(what, Outcome.WARNING, found, cure)


def trouble(what: Text, found: Text, cure: Advice = NO_ADVICE) -> CheckResult:
    return CheckResult(what, Outcome.TROUBLE, found, cure)


def not_checked(what: Text, why: Text, cure: Advice = NO_ADVICE) -> CheckResult:
    return CheckResult(what, Outcome.NOT_LOOKED_AT, why, cure)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the worst of several outcomes; one that was not checked counts only if there is no other."""
    found = set(outcomes)
    return next((o for o in (Outcome.TROUBLE, Outcome.WARNING, Outcome.OK) if o in found), Outcome.NOT_LOOKED_AT)


def several(names: Sequence[str], most: int = 5) -> Text:
    """The first names of a list, and how many more there are."""
    shown, more = ", ".join(names[:most]), len(names) - most
    if more <= 0:
        return plain(shown)
    return Text(es=f"{shown} y {more} más", en=f"{shown} and {more} more")


def both(pattern: Text, **values: Text | str | int) -> Text:
    """A pattern with its values, each in its own language."""
    return Text(es=_filled(pattern, values, "es"), en=_filled(pattern, values, "en"))


def _filled(pattern: Text, values: Mapping[str, Text | str | int], language: Language) -> str:
    filled = {name: value.to(language) if isinstance(value, Text) else value for name, value in values.items()}
    return pattern.to(language).format(**filled)
