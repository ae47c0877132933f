"""Runs the commands of the documentation as written, and compares the answers shown there with the real ones.

A file's ``console`` blocks run in their order, on an empty SQLite. Comments, which readers do not see, change that.
At the top of a file, ``<!-- after OTHER.md -->`` runs the commands of another file first. Before a block,
``<!-- needs Prefect -->`` (or whatever else is not there) checks the commands and their options without running them;
``<!-- answers 2 -->`` is the exit code of the block's last command.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clusterflow.cli import cli
from clusterflow.cli.language import begin
from clusterflow.services.notifications import budget

from .conftest import Run

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    [*ROOT.glob("*.md"), *(f for f in (ROOT / "docs").rglob("*.md") if "_build" not in f.relative_to(ROOT).parts)]
)

BLOCK = re.compile(r"(?:^<!-- (?P<mark>[^>]+) -->\n)?^```console\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
AFTER = re.compile(r"^<!-- after (\S+) -->$", re.MULTILINE)
OTHERS = {
    "make", "python3", "source", "prefect", "pip", "python", "createdb", "pg_dump", "pg_restore", "psql", "sqlite3",
    "git", "cp", "curl", "echo", "cat",
}  # fmt: skip
"""Programs of others, which are not run."""

LARGEST_PICTURE = 120_000
"""In bytes."""

STAYS = {"up", "demo", "web"}
"""Commands that run until Ctrl-C, or start a server: their words are checked, and they are not run."""


@dataclass(frozen=True)
class Command:
    """A command as the reader types it, and what the text shows of its answer."""

    line: int
    words: list[str]
    shown: list[str]
    only_looked_at: bool
    answers: int = 0


def commands(text: str) -> Iterator[Command]:
    for block in BLOCK.finditer(text):
        mark, line = block["mark"] or "", text.count("\n", 0, block.start("body"))
        answers = int(mark.removeprefix("answers ")) if mark.startswith("answers ") else 0
        parts = re.split(r"^\$ ", block["body"].replace("\\\n", " "), flags=re.MULTILINE)
        for number, part in enumerate(parts[1:], 1):
            typed, *shown = part.splitlines()
            last = number == len(parts) - 1
            words = shlex.split(typed, comments=True)
            yield Command(line, words, shown, mark.startswith("needs"), answers if last else 0)
            line += part.count("\n")


def commands_in(file: Path) -> Iterator[tuple[str, Command]]:
    """The commands of a file with their places, after those of the file that it follows."""
    text = file.read_text(encoding="utf-8")
    if (after := AFTER.search(text)) is not None:
        yield from commands_in((file.parent / after[1]).resolve())
    yield from ((f"{file.name}:{command.line}", command) for command in commands(text))


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def context(run: Run, home: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A folder with the docs and configs of the checkout, in which commands may leave files, and an empty database."""
    shutil.copy(sqlite_template, home / "clusterflow.db")
    for name in ("docs", "configs", "deployments"):
        (home / name).symlink_to(ROOT / name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(budget, "LONGEST_WEEKS", 60)  # ``notices budget`` is the same command for a shorter life
    return run


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_documented_command_runs(context: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, command in commands_in(file):
        program, *words = command.words
        program = program.removeprefix(".venv/bin/")
        if program == "export":
            name, _, value = words[0].partition("=")
            if not command.only_looked_at:
                monkeypatch.setenv(name, os.path.expandvars(value))
        elif program == "clusterflow":
            look_at(words, place)
            if not command.only_looked_at and words[0] not in STAYS:
                done = context(*words)
                assert done.code == command.answers, f"{place}: {done.err}"
                for shown in filter(str.strip, command.shown):
                    assert shown.strip() == "..." or flat(shown) in flat(done.out + done.err), f"{place}: {shown}"
        else:
            assert program in OTHERS, f"{place}: {program}"


def test_every_link_has_a_target_and_every_picture_is_used() -> None:
    shown = set[Path]()
    for file in FILES:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read_text(encoding="utf-8")):
            assert (file.parent / link).exists(), f"{file.name}: {link}"
            shown.add((file.parent / link).resolve())
    pictures = set((ROOT / "docs" / "pictures").iterdir())
    assert pictures <= shown, pictures - shown
    assert max(picture.stat().st_size for picture in pictures) < LARGEST_PICTURE


def look_at(words: list[str], place: str) -> None:
    """Fail unless the command and its options exist."""
    try:
        cli.parse_args(begin(words), print_error=False, exit_on_error=False)
    except Exception as problem:
        pytest.fail(f"{place}: {' '.join(words)}: {problem}")
