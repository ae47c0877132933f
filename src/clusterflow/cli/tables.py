"""Tables and marks in the terminal, with Rich. Sentences need none of this: see ``output``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from clusterflow.cli.language import language
from clusterflow.cli.output import head, translated
from clusterflow.domain.terms import Answer, Readiness, StageStatus
from clusterflow.domain.text import harmless
from clusterflow.reports.labels import ANSWER, READINESS, SIGN, STATUS

MARKS: dict[str, tuple[str, str]] = {
    Answer.MET: ("✔ met", "green"),
    Answer.UNMET: ("✘ unmet", "red"),
    Answer.UNKNOWN: ("? unknown", "yellow"),
    Readiness.READY: ("ready", "green"),
    Readiness.NOT_READY: ("not ready", "red"),
    StageStatus.AHEAD: ("· ahead", "bright_black"),
    StageStatus.UNDER_WAY: ("▶ under way", "cyan"),
    StageStatus.GATE_OPEN: ("◆ gate open", "magenta"),
    StageStatus.HELD: ("‖ held", "yellow"),
    StageStatus.ACHIEVED: ("✔ achieved", "green"),
    StageStatus.LAPSED: ("↯ lapsed", "red"),
    StageStatus.LEFT: ("↩ left", "bright_black"),
    StageStatus.DECLINED: ("⊘ declined", "bright_black"),
}


class SafeConsole(Console):
    """A console on which no text controls the terminal or turns into a picture, whatever its source."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(harmless(segment.text), segment.style)


console = SafeConsole(highlight=False, emoji=False)
error_console = SafeConsole(stderr=True, highlight=False, emoji=False)


def marked(word: str) -> Text:
    """A word of ours with its sign and colour; the sign alone is enough to tell."""
    text, style = MARKS.get(word, (word, ""))
    return Text(text if language() == "en" else _spanish_mark(word, text), style=style)


def _spanish_mark(word: str, text: str) -> str:
    match word:
        case StageStatus():
            return f"{SIGN[word]} {STATUS[word].es.lower()}"
        case Answer():
            return ANSWER[word].es
        case Readiness():
            return READINESS[word].es
    return text


def table(title: str, columns: Sequence[str], *, whole: Sequence[str] = ()) -> Table:
    """A table whose cells wrap, and are never cut.

    Args:
        columns: the heads, in English.
        whole: the columns that keep their width while the others wrap, because one copies what they hold.
    """
    heads = [Column(head(column), overflow="fold", no_wrap=column in whole) for column in columns]
    shown = escape(translated(title))
    return Table(*heads, title=shown, title_justify="left", title_style="bold", box=None, pad_edge=False)
