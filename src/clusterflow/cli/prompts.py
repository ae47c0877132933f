"""Questions in a terminal. The answers are accepted in Spanish and English, with and without accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from rich.markup import escape
from rich.prompt import InvalidResponse, PromptBase

from clusterflow.cli.language import language
from clusterflow.cli.output import translated
from clusterflow.cli.tables import console
from clusterflow.domain.term_labels import YES_NO
from clusterflow.domain.text import Text, harmless

CHOICES: Mapping[str, Text] = {
    "new": Text(es="nuevo", en="new"),
    "keep": Text(es="conservar", en="keep"),
    "end": Text(es="terminar", en="end"),
    "withdraw": Text(es="retirar", en="withdraw"),
    "clear": Text(es="borrar", en="clear"),
    "stop": Text(es="parar", en="stop"),
}
"""The answers that the questions offer, beside ids."""

ALSO: Mapping[str, tuple[str, ...]] = {
    "new": ("nueva", "n"),
    "keep": ("dejar",),
    "clear": ("vaciar",),
}
"""Other words for an answer."""

YES = frozenset({"y", "yes", "s", "si"})
NO = frozenset({"n", "no", ""})

_AGAIN = "Please answer with one of: {}"


def confirm(question: str) -> bool:
    """Ask a yes-or-no question; no answer means no."""

    def read(text: str) -> bool:
        word = _plain(text)
        if word not in YES | NO:
            raise InvalidResponse(_again([YES_NO[True].to(language()), YES_NO[False].to(language())]))
        return word in YES

    offered = f"{YES_NO[True].to(language())}/{YES_NO[False].to(language())}"
    return bool(_ask(f"{escape(translated(question))} \\[{offered}]", read))


def choose(question: str, *options: str) -> Any:
    """Ask for one of some options: ids, or keys of ``CHOICES``."""
    shown = [CHOICES[o].to(language()) if o in CHOICES else o for o in options]
    known = {_plain(word): o for o in options for word in (o, *_words(o))}

    def read(text: str) -> str:
        if _plain(text) not in known:
            raise InvalidResponse(_again(shown))
        return known[_plain(text)]

    return _ask(f"{escape(harmless(translated(question)))} \\[{escape('/'.join(shown))}]", read)


def _ask(question: str, read: Any) -> Any:
    class _Prompt(PromptBase[Any]):
        def process_response(self, value: str) -> Any:
            return read(value)

    return _Prompt.ask(question, console=console)


def _words(option: str) -> tuple[str, ...]:
    known = CHOICES.get(option)
    return (known.es, known.en, *ALSO.get(option, ())) if known else ()


def _again(shown: list[str]) -> str:
    return escape(translated(_AGAIN.format(", ".join(shown))))


def _plain(text: str) -> str:
    """Lower case without accents."""
    split = unicodedata.normalize("NFD", text.strip().lower())
    return "".join(sign for sign in split if not unicodedata.combining(sign))
