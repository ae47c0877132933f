"""Project rules that no linter knows: short files, plain words in names and prose."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LIMIT = 400

METAPHORS = re.compile(r"(?i)\b(couriers?|scribes?|bells?|parcels?|nudges?|receptions?|front desk|on the desk)\b")
"""Metaphors that once named parts of this project. Standard words can be found by everybody, and by search."""

PARTICIPLES = frozenset(
    {"told", "kept", "said", "looks", "looked", "handed", "heard", "spoken", "seen", "asked", "untold"}
)
"""A public name says what a thing is or does. These words say neither."""

PROSE = (".py", ".md", ".yaml", ".html", ".toml")


def main() -> int:
    files = [Path(f) for f in _output("git", "ls-files").splitlines() if Path(f).exists()]
    mistakes = [*too_long(files), *metaphors(files), *participles(files)]
    for mistake in mistakes:
        print(mistake)
    return 1 if mistakes else 0


def too_long(files: list[Path]) -> Iterator[str]:
    """Yield Python files above the limit."""
    for file in files:
        if file.suffix == ".py" and (lines := len(file.read_text().splitlines())) > LIMIT:
            yield f"{file}: {lines} lines, {LIMIT} at most"


def metaphors(files: list[Path]) -> Iterator[str]:
    """Yield metaphors in code and prose, except in this file and in the changelog."""
    for file in files:
        if file.suffix not in PROSE or file.name in (Path(__file__).name, "CHANGELOG.md"):
            continue
        for number, line in enumerate(file.read_text().splitlines(), start=1):
            if found := METAPHORS.search(line.replace("_", " ")):
                yield f"{file}:{number}: «{found.group()}» is a metaphor; use the standard word"


def participles(files: list[Path]) -> Iterator[str]:
    """Yield public functions, classes and modules of the package that are named by a participle."""
    for file in files:
        if file.suffix != ".py" or not file.is_relative_to("src"):
            continue
        names = [(1, file.stem), *_public_names(ast.parse(file.read_text()))]
        for number, name in names:
            if PARTICIPLES & set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")):
                yield f"{file}:{number}: «{name}» names nothing; say what it is or does"


def _public_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.lineno, node.name


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
