"""What messages advise can be done: every command that a text names exists, with its options and its fields.

The texts are all strings of the source, so it makes no difference whether a text reaches a message through a variable;
the templates of notices and web pages are read, too. A value stands as ``{}``.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from cyclopts import CoercionError, MissingArgumentError

from clusterflow.cli import cli
from clusterflow.cli.language import begin
from clusterflow.domain.records import RECORDS

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "clusterflow"

PROSE = {
    "a", "again", "agradece", "asks", "cannot", "creado", "depende", "depends", "dice", "does", "está", "failed",
    "fails", "for", "from", "is", "lifecycle", "lo", "necesita", "needs", "no", "not", "notification", "on", "otra",
    "para", "que", "reads", "reminds", "runs", "says", "schema", "seal", "sends", "that", "to", "was", "were",
    "wrote", "yet", "{version}", "{}",
}  # fmt: skip
"""What follows the name of the program where it is no command."""

TITLES = {"rulebook"}
"""Titles of JSON Schemas: «clusterflow rulebook»."""

NUMBERS = re.compile(r"#|\{number\}|\bN\b|NUMBER|NÚMERO")
VALUE = re.compile(r"(?:\{[^{}]*\})+|…|\.\.\.")
END = re.compile(r"[`»\n;()<]|[.,:](?=\s|$)")


class Named(NamedTuple):
    """A command as a text names it, with what follows it there, and the place of the text."""

    place: str
    words: str


def test_every_command_in_a_message_is_accepted() -> None:
    wrong = [f"{place}: clusterflow {words}: {problem}" for place, words in named() if (problem := _problem(words))]
    assert wrong == []


@pytest.mark.parametrize(
    "words",
    [
        "enroll {} now", "ledger {chain} --verified says where", "notices again 7", "intake", "record memberships id=x",
        "record membership initiative={} member={}", "deploy --yes --force removes it",
    ],
)  # fmt: skip
def test_a_command_that_does_not_exist_is_noticed(words: str) -> None:
    assert _problem(words)


def test_no_message_names_a_file_that_is_not_installed() -> None:
    found = [f"{place}: {text}" for place, text in texts() if re.search(r"\b(docs|src|tests)/|DOMAIN\.md", text)]
    assert found == []


def named() -> Iterator[Named]:
    for place, text in texts():
        for words in re.findall(r"(?<![\w/.«-])clusterflow ([a-z{].*)", text):
            yield Named(place, words)


def texts() -> Iterator[tuple[str, str]]:
    """Each text with its place; docstrings are for developers."""
    for file in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                skipped |= {id(part) for part in node.values}
        for node in ast.walk(tree):
            if id(node) not in skipped and (text := _text(node)):
                yield f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", text
    for file in (*(ROOT / "configs").rglob("*.md"), *SOURCE.rglob("*.html")):
        written = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "{}", file.read_text(encoding="utf-8"))
        yield from ((str(file.relative_to(ROOT)), line) for line in written.splitlines())


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in values)
    return ""


def _problem(words: str) -> str:
    """Why a command is not accepted. A text may go on behind it, so the longest beginning that is accepted counts."""
    (name,) = re.findall(r"^[\w{}-]*", words)
    if name not in cli:
        return "" if name in PROSE else "no such command"
    if words in TITLES:
        return ""
    parts = _parts(END.split(words)[0])
    least = max((place for place, part in enumerate(parts) if part.startswith("--") or "=" in part), default=0)
    if _has_subcommands(name) or name == "record":
        least = max(least, 1)
    problem = ""
    for last in range(len(parts), least, -1):
        problem = _refusal(parts[:last])
        if not problem:
            return ""
    return problem or "it needs a subcommand"


def _has_subcommands(name: str) -> bool:
    return any(not one.startswith("-") for one in cli[name])


def _parts(clause: str) -> list[str]:
    filled = VALUE.sub("one", NUMBERS.sub("7", clause))
    try:
        return shlex.split(filled)
    except ValueError:  # the end of a quotation
        return filled.replace('"', "").split()


def _refusal(parts: list[str]) -> str:
    # Values are placeholders, and a text may leave arguments out that are clear from the rest of it.
    try:
        with suppress(MissingArgumentError, CoercionError):
            cli.parse_args(begin(parts), print_error=False, exit_on_error=False)
    except Exception as problem:
        return str(problem)
    return _unknown_field(parts[1:]) if parts[0] == "record" else ""


def _unknown_field(words: list[str]) -> str:
    record, *assignments = words or ["TYPE"]
    if record not in RECORDS:
        return "" if record.startswith("--") or record in ("TYPE", "TIPO", "one") else f"no record type {record}"
    fields = RECORDS[record].model_fields
    known = {*fields, *(field.alias for field in fields.values()), "initiative", "retract"}
    names = [name for name, is_assigned, _ in (word.partition("=") for word in assignments) if is_assigned]
    wrong = [name for name in names if name not in known]
    return f"no field {', '.join(wrong)}" if wrong else ""
