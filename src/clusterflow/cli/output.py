"""Prints the answers of the command line: JSON alone with ``--json``, tables otherwise, errors on stderr."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated

from cyclopts import Parameter
from pydantic import BaseModel, ConfigDict, SerializeAsAny, TypeAdapter

from clusterflow.cli.language import language
from clusterflow.domain.text import FORBIDDEN_CHARACTERS, ID, ID_ACCEPTED, Language, decode_text, harmless
from clusterflow.engine.command import LONGEST_KEY
from clusterflow.errors import ClusterflowError, Mistake, Mistakes, quoted
from clusterflow.services.exports.files import fresh

Json = Annotated[bool, Parameter(name="--json", negative="", help="print JSON and nothing else")]
AsOf = Annotated[str | None, Parameter(name="--as-of", help="the end of that day, as YYYY-MM-DD")]
KnownAt = Annotated[
    str | None,
    Parameter(name="--known-at", help="what was known at the end of that day: later entries do not count"),
]
ORIGINAL: Language = "en"
"""The language of the texts in the code."""


def _file(_: object, source: Path | None) -> None:
    if source is not None and str(source).startswith("--"):
        raise ClusterflowError(f"--from needs a file, and «{source}» is an option; a file of that name is ./{source}")


def _an_id(_: object, actor: str | None) -> None:
    if actor is not None and not re.fullmatch(ID, actor):
        raise Mistakes([Mistake("--actor", f"{quoted(actor)} is no id", ID_ACCEPTED)])


def _a_key(_: object, key: str | None) -> None:
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise Mistakes([Mistake("--key", f"{quoted(key)} is not accepted", f"1 to {LONGEST_KEY} signs")])


Source = Annotated[
    Path | None,
    Parameter(
        name="--from", allow_leading_hyphen=True, validator=_file, help="a file of JSON lines; - for standard input"
    ),
]
Actor = Annotated[
    str | None,
    Parameter(name="--actor", validator=_an_id, help="who enters it, for the ledger: an id, never a name"),
]
Key = Annotated[
    str | None,
    Parameter(name="--key", validator=_a_key, help="idempotency key: the same command under it is done once"),
]

To = Annotated[
    Path | None, Parameter(name="--to", allow_leading_hyphen=True, help="a file; - or none for standard output")
]
Replace = Annotated[bool, Parameter(name="--replace", negative="", help="write over what is there")]

LARGEST_BYTES = 128 * 2**20
"""Of what a command reads: it is held in memory several times over."""


def check_words(words: Iterable[str]) -> None:
    """Refuse what no text can hold, in whichever argument it stands.

    Raises:
        Mistakes: every word with a control character, or that is not in the encoding of this machine.
    """
    wrong = [word for word in words if FORBIDDEN_CHARACTERS.search(word)]
    if wrong:
        raise Mistakes(
            [Mistake(quoted(word), "contains a character that is not allowed", "text in UTF-8") for word in wrong]
        )


def translated(text: str) -> str:
    """A text of ours in the language of the answer."""
    return text if language() == ORIGINAL else _translations().translated(text, language())


def head(text: str) -> str:
    """The head of a column in the language of the answer."""
    return text if language() == ORIGINAL else _translations().head(text, language())


def _translations() -> ModuleType:
    # Start-up time: an answer in the language of the code needs no tables of texts.
    return import_module("clusterflow.reports.translations")


def show(*parts: object) -> None:
    """Print for people, in their language. User text is never read as markup, and steers nothing."""
    shown = [translated(part) if isinstance(part, str) else part for part in parts]
    if all(isinstance(part, str) for part in shown):
        print(*(harmless(str(part)) for part in shown))
        return
    # Start-up time: a command that prints sentences needs no tables.
    from clusterflow.cli.tables import console  # noqa: PLC0415

    console.print(*shown, markup=False)


def read_text(source: Path) -> str:
    """The JSON lines of a file that the user named, or of standard input for ``-``.

    Raises:
        ClusterflowError: it is not there, cannot be read, or is too large.
    """
    try:
        with sys.stdin.buffer if str(source) == "-" else source.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise ClusterflowError(f"there is no file {source}") from None
    except OSError as problem:
        raise ClusterflowError(f"{source} cannot be read: {problem.strerror}") from None
    if len(content) > LARGEST_BYTES:
        raise ClusterflowError(f"{source} is larger than {LARGEST_BYTES // 2**20} MB; give it in parts")
    return decode_text(content)


@contextmanager
def writing(to: Path | None, replace: bool) -> Iterator[Callable[[str], object]]:
    """Writes JSON or XML into a file that is there whole or not at all, or to standard output, where it steers nothing.

    Raises:
        ClusterflowError: as ``fresh``.
    """
    if to is None or str(to) == "-":
        yield lambda text: sys.stdout.write(harmless(text))
        return
    if str(to).startswith("--"):
        raise ClusterflowError(f"--to needs a file, and «{to}» is an option; a file of that name is ./{to}")
    with fresh(to, replace) as part, part.open("w", encoding="utf-8", newline="") as file:
        yield file.write


def write_whole(to: Path, content: bytes) -> None:
    """A file that was asked for by its name, in the place of one that is there.

    Raises:
        ClusterflowError: as ``fresh``.
    """
    with fresh(to, replace=True) as part:
        part.write_bytes(content)


def print_json(value: BaseModel | Sequence[BaseModel]) -> None:
    if isinstance(value, BaseModel):
        text = value.model_dump_json(indent=2)
    else:
        text = _MANY.dump_json(list(value), indent=2).decode()
    sys.stdout.write(harmless(text) + "\n")


_MANY: TypeAdapter[list[SerializeAsAny[BaseModel]]] = TypeAdapter(
    list[SerializeAsAny[BaseModel]], config=ConfigDict(defer_build=True)
)


def write_out(text: str) -> None:
    """Write a text of ours to standard output: as it is where a program reads it, harmless where a person does."""
    sys.stdout.write(harmless(text) if sys.stdout.isatty() else text)


def warn(text: str) -> None:
    """Write one line to standard error."""
    sys.stderr.write(f"clusterflow: {harmless(translated(text))}\n")


def complain(problem: ClusterflowError) -> None:
    lines = _translations().lines_of(problem, language())
    if len(lines) > 1:
        warn(f"{len(lines)} mistakes; nothing was changed:")
    for line in lines:
        sys.stderr.write(f"clusterflow: {harmless(line)}\n")


def day(text: str | None, option: str) -> date | None:
    """A day as written.

    Raises:
        Mistakes: it is none.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Mistakes([Mistake(option, f"«{text}» is no day", "a day as YYYY-MM-DD")]) from None


def listed(words: Iterable[object]) -> str:
    return ", ".join(str(w) for w in words) or "–"
