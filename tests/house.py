"""Project rules that no linter knows: short files, plain words in names and prose."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

LIMIT = 400

METAPHORS = re.compile(
    r"(?i)\b(couriers?|scribes?|bells?|parcels?|nudges?|manners|receptions?|front desk|on the desk)\b"
)
"""Metaphors that once named parts of this project. Standard words can be found by everybody, and by search."""

PARTICIPLES = frozenset(
    {"told", "kept", "said", "looks", "looked", "handed", "heard", "spoken", "seen", "asked", "untold"}
)
"""A public name says what a thing is or does. These words say neither."""

PHRASES = {
    r"(is|are|was|were|be|been) told": "is notified, is reported",
    r"tells? (of|nothing)": "reports, shows, says",
    r"(what|nothing|that which) stands?|stands? (here|there|in|beside)": "is, is listed, is written",
    r"hand(s|ed)? (in|out)": "submits, issues",
    r"parted by": "separated by",
    r"nought": "zero",
    r"mend(s|ed|ing)?": "corrects, fixes, improves",
    r"whoever": "everybody who",
    r"in vain|for want of|at rest": "without effect, without, finished",
    r"look(s|ed)? at": "checks, reads, reviews",
    r"goes on|went on": "continues",
    r"(comes?|came) of it|what leaves": "the result, what is sent",
    r"says of|said of": "says about",
    r"bears? (a|the|its)": "has",
}
"""Phrases that a reader must translate twice, with the plain words."""

PROSE = (".py", ".md", ".yaml", ".html", ".toml")

MESSAGES = frozenset({"messages", "golden"})
"""The folders of messages to people, which an office may change, and of the outputs made of them."""


def main() -> int:
    files = [Path(f) for f in _output("git", "ls-files").splitlines() if Path(f).exists()]
    mistakes = [
        *too_long(files),
        *metaphors(files),
        *participles(files),
        *phrases(files),
        *variables(files),
        *migrations(files),
    ]
    for mistake in mistakes:
        print(mistake)
    return 1 if mistakes else 0


def too_long(files: list[Path]) -> Iterator[str]:
    """Yield Python files above the limit."""
    for file in files:
        if file.suffix == ".py" and (lines := len(file.read_text().splitlines())) > LIMIT:
            yield f"{file}: {lines} lines, {LIMIT} at most"


def migrations(files: list[Path]) -> Iterator[str]:
    """Yield migrations that have the number of another: two branches may each add the next one."""
    by_number: dict[str, Path] = {}
    for file in sorted(f for f in files if f.parent.name == "versions"):
        number = file.name.partition("_")[0]
        if number in by_number:
            yield f"{file}: {by_number[number].name} has the same number; take the next one, and change HEAD"
        by_number[number] = file


def metaphors(files: list[Path]) -> Iterator[str]:
    """Yield metaphors in code and prose, except in this file and in the changelog."""
    for file in files:
        if file.suffix not in PROSE or _is_exempt(file):
            continue
        for number, line in enumerate(file.read_text().splitlines(), start=1):
            if found := METAPHORS.search(line.replace("_", " ")):
                yield f"{file}:{number}: «{found.group()}» is a metaphor; use the standard word"


def participles(files: list[Path]) -> Iterator[str]:
    """Yield functions, classes and modules that are named by a participle. The name of a test is a sentence."""
    for file in files:
        if file.suffix != ".py":
            continue
        public = _public_names(ast.parse(file.read_text()))
        names = [(1, file.stem), *((number, name) for number, name in public if not name.startswith("test_"))]
        for number, name in names:
            if PARTICIPLES & set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")):
                yield f"{file}:{number}: «{name}» names nothing; say what it is or does"


def phrases(files: list[Path]) -> Iterator[str]:
    """Yield the phrases in docstrings, comments and pages."""
    plain = {re.compile(rf"(?i)\b({phrase})\b"): better for phrase, better in PHRASES.items()}
    for file in files:
        if file.suffix not in (".py", ".md") or MESSAGES & set(file.parts) or _is_exempt(file):
            continue
        for number, line in _prose(file):
            for phrase, better in plain.items():
                if found := phrase.search(line):
                    yield f"{file}:{number}: «{found.group()}»; plain English: {better}"


def variables(files: list[Path]) -> Iterator[str]:
    """Yield variables and parameters that are named by a participle; declared fields may be."""
    for file in files:
        if file.suffix != ".py":
            continue
        tree = ast.parse(file.read_text())
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        fields = {node.target for one in classes for node in one.body if isinstance(node, ast.AnnAssign)}
        for node in ast.walk(tree):
            if isinstance(node, ast.arg):
                name = node.arg
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node not in fields:
                name = node.id
            else:
                continue
            if name in PARTICIPLES:
                yield f"{file}:{node.lineno}: «{name}» names nothing; say what it is"


def _is_exempt(file: Path) -> bool:
    """Whether the file lists the words itself: this one, and the changelog of what they once named."""
    return file.name in (Path(__file__).name, "CHANGELOG.md")


def _prose(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a page without its code, or of the docstrings and comments of a Python file."""
    text = file.read_text()
    if file.suffix == ".md":
        code = False
        for number, line in enumerate(text.splitlines(), start=1):
            code ^= line.startswith("```")
            if not code:
                yield number, line
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from enumerate(node.value.value.splitlines(), start=node.value.lineno)
    for token in tokenize.generate_tokens(StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _public_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.lineno, node.name


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
