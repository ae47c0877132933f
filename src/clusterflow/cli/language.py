"""The language in which a command answers.

``--lang`` names it; else it is that of the person who gives the command, of the initiative, the setting, the locale.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from clusterflow.domain.text import ID, LANGUAGES, Language, model_language
from clusterflow.errors import Mistake, Mistakes
from clusterflow.settings import NOBODY, PREFIX, Settings

OPTION = "--lang"
PEOPLE = ("--by", "--actor")
"""The options that name the person who gives the command."""

FALLBACK: Language = "en"


@dataclass
class _Command:
    """The words of the command that runs, and the language once it is known."""

    words: list[str] = field(default_factory=list)
    language: Language | None = None


_command = _Command()


def begin(words: Sequence[str]) -> list[str]:
    """Take the words of a command, and return them without ``--lang``.

    Raises:
        Mistakes: the language is none that clusterflow speaks.
    """
    _command.words, _command.language = list(words), None
    rest: list[str] = []
    given = iter(words)
    for word in given:
        name, is_assigned, value = word.partition("=")
        if name != OPTION:
            rest.append(word)
            continue
        value = value if is_assigned else next(given, "")
        chosen = next((known for known in LANGUAGES if known == value), None)
        if chosen is None:
            raise Mistakes([Mistake(OPTION, f"«{value}» is not accepted", ", ".join(LANGUAGES))])
        _command.language = chosen
    return rest


def language() -> Language:
    """The language of the answer."""
    if _command.language is None:
        _command.language = FALLBACK  # for whatever goes wrong while the right one is looked for
        known = None
        # Where the settings are wrong, the command itself says so.
        with suppress(Exception):
            settings = Settings()
            known = _recorded(settings) or _by_setting(settings)
        _command.language = known or _by_environment() or _by_locale() or FALLBACK
    return _command.language


def answer_in(chosen: Language) -> None:
    """Answer in this language from now on, unless ``--lang`` names one: a workbook is answered in its own language."""
    if stated_language() is None:
        _command.language = chosen


def stated_language() -> Language | None:
    """The language that ``--lang`` names."""
    return _command.language if any(word.partition("=")[0] == OPTION for word in _command.words) else None


def _recorded(settings: Settings) -> Language | None:
    """The language on record of the person who gives the command, else of the initiative that the command names."""
    # Where there is no database, or no right one, the command itself says so.
    with suppress(Exception):
        # Start-up time: a command that answers without the database needs none of this.
        from clusterflow.cli.recorded_languages import recorded_languages  # noqa: PLC0415

        named = sorted({word for word in _command.words if re.fullmatch(ID, word)})
        return next(map(model_language, recorded_languages(settings, _person(settings), named)), None)
    return None


def _person(settings: Settings) -> str | None:
    for word, following in zip(_command.words, [*_command.words[1:], ""], strict=True):
        name, is_assigned, value = word.partition("=")
        if name in PEOPLE:
            return value if is_assigned else following
    return settings.actor if settings.actor != NOBODY else None


def _by_setting(settings: Settings) -> Language | None:
    return settings.language if "language" in settings.model_fields_set else None


def _by_environment() -> Language | None:
    """The setting alone, where another one is wrong: its mistake is reported in this language, too."""
    written = os.environ.get(f"{PREFIX}LANGUAGE")
    return next((one for one in LANGUAGES if one == written), None)


def _by_locale() -> Language | None:
    name = next((os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), "")
    return next((known for known in LANGUAGES if name.lower().startswith(known)), None)
