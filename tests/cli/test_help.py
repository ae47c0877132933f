"""Every help page says what the command does, and ends with an example that the command line accepts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest
from cyclopts import App

from clusterflow.cli import cli
from clusterflow.cli.language import begin

from .conftest import Run

ENGLISH = re.compile(
    r"\[(?:required|choices|default|env var)|(?<!-)\b(?:the|of|with|and|or|Parameters|Commands|Arguments)\b"
)

NO_VERBS = {"A", "An", "How", "One", "The", "What", "Who"}


def pages(app: App, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name in app:
        if not name.startswith("-"):
            yield (*path, name)
            yield from pages(app[name], (*path, name))


@pytest.mark.parametrize("path", list(pages(cli)), ids=" ".join)
def test_every_help_page_says_what_the_command_does_and_ends_with_an_example(run: Run, path: tuple[str, ...]) -> None:
    usage, about, *_, last = [line for line in run(*path, "--help").out.splitlines() if line.strip()]
    assert usage.startswith("Usage:")
    assert about[0].isupper()
    assert about.split()[0] not in NO_VERBS, "it begins with a verb: what the command does"
    spanish = run(*path, "--help", "--lang", "es").out
    assert spanish.startswith("Uso:")
    assert not {"[OPTIONS]", "COMMAND"} & set(spanish.splitlines()[0].split())
    assert about not in spanish
    assert not ENGLISH.findall(spanish.partition("Ejemplo: ")[0])
    program, *words = shlex.split(last.removeprefix("Example: "))
    assert (program, *words[: len(path)])[: len(path) + 1] == ("clusterflow", *path)
    cli.parse_args(begin(words), print_error=False, exit_on_error=False)
