"""Help pages and the errors of the command parser, in the language of the reader. Loaded only when one is shown."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from cyclopts import UnknownCommandError
from cyclopts.help.formatters import DefaultFormatter
from cyclopts.help.inline_text import InlineText
from cyclopts.help.specs import DescriptionRenderer, get_default_command_columns, get_default_parameter_columns
from cyclopts.panel import CycloptsPanel
from rich.text import Text

from clusterflow.cli.output import translated
from clusterflow.cli.tables import SafeConsole

if TYPE_CHECKING:
    from cyclopts import CycloptsError
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.panel import Panel


class HelpConsole(SafeConsole):
    """A console that translates the descriptions and examples of help pages."""

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*(_translate(part) for part in objects), **options)


COMMANDS_SHOWN = 8
"""How many commands an answer to an unknown one names."""

NO_DEFAULT = ("()", "False")
"""Defaults that say nothing: of an option that may be left out, and of a switch."""


class Descriptions(DescriptionRenderer):
    """The descriptions of parameters, with what is required, the choices and the default."""

    def __call__(self, entry: HelpEntry) -> RenderableType:
        if entry.default in NO_DEFAULT:
            entry = entry.copy(default=None)
        described: RenderableType = _translate(super().__call__(entry))
        return described


class HelpFormatter:
    """Cyclopts' own layout, with our translations."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        build = get_default_command_columns if panel.format == "command" else get_default_parameter_columns
        columns = tuple(
            column.copy(renderer=Descriptions()) if isinstance(column.renderer, DescriptionRenderer) else column
            for column in build(console, options, panel.entries)
        )
        panel.title = translated(str(panel.title))
        DefaultFormatter(column_specs=columns)(console, options, panel)

    def render_usage(self, console: Console, options: ConsoleOptions, usage: Any) -> None:
        if usage:
            text = re.sub("COMMAND|OPTIONS", lambda word: translated(word[0]), translated(f"Usage: {usage}"))
            console.print(Text(text))


_HAS_WORDS = re.compile("[A-Za-z]{3}")
"""A version has none, so it is printed without looking for the language of the reader."""


def _translate(part: Any) -> Any:
    """Translate a text of Cyclopts; what is none stays as it is."""
    if isinstance(part, InlineText):
        part.primary_renderable = _translate(part.primary_renderable)
        part.texts = [_translate(text) for text in part.texts]
    if isinstance(part, Text) and _HAS_WORDS.search(part.plain):
        text = translated(part.plain)
        return part if text == part.plain else Text(text, style=part.style, end=part.end)
    return part


def in_words(problem: CycloptsError) -> Panel:
    """What the parser could not read."""
    text = _unknown_command(problem) if isinstance(problem, UnknownCommandError) else str(problem)
    return CycloptsPanel(translated(text), title=translated("Error"))


def _unknown_command(problem: UnknownCommandError) -> str:
    """Return Cyclopts' own words. Start-up time: it loads every command, with Prefect, to learn which are shown."""
    word, *_ = problem.unused_tokens or [""]
    names = [name for name in problem.app or () if not name.startswith("-")]
    guess = "".join(f' Did you mean "{name}"?' for name in get_close_matches(word, names, n=1))
    end = ", ..." if len(names) > COMMANDS_SHOWN else "."
    return f'Unknown command "{word}".{guess} Available commands: {", ".join(names[:COMMANDS_SHOWN])}{end}'


console = HelpConsole(highlight=False, emoji=False)
error_console = SafeConsole(stderr=True, highlight=False, emoji=False)
formatter = HelpFormatter()
