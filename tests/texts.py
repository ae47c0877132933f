"""Every text that the command line and errors show has its Spanish translation; run by ``make lint``.

The templates are read from the source: what is shown, and what an error is made of. A value stands as ``{}``.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from clusterflow.reports import translations

SOURCE = Path(__file__).parents[1] / "src" / "clusterflow"

SHOWN = frozenset(
    {
        "Accepts", "ClusterflowError", "Closed", "Conflict", "Mistake", "NotPossible", "PrefectUnreachable", "Refusal",
        "SchemaMismatch", "ServerFailed", "__init__", "choose", "cls", "confirm", "say", "show",
        "table", "translated", "warn",
    }
)  # fmt: skip
"""The calls whose texts people see."""

ELSEWHERE = ("demo", "diagnostics", "health", "doctor.py", "channels.py")
"""Rooms whose texts have both languages beside them, and the demonstration, which speaks English."""

_CODE = re.compile(r"(?:[a-z_]+|\{\})=\S*|cd \{\}|[a-z]+://\S*|\{\}|--[a-z-]+|CLUSTERFLOW_\w+|clusterflow( [a-z-]+)*")
"""What is no word: values, options, settings, commands, assignments."""


def templates() -> dict[str, str]:
    """Each template with its place in the source."""
    found: dict[str, str] = {}
    for file in sorted(SOURCE.rglob("*.py")):
        if not any(part in ELSEWHERE for part in file.parts):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            variables = _variables(tree)
            for node in ast.walk(tree):
                place = f"{file.relative_to(SOURCE.parent)}:{getattr(node, 'lineno', 0)}"
                arguments = [value for argument in _shown(node) for value in variables.get(argument, [argument])]
                shown = [line for argument in arguments for text in _texts(argument) for line in text.split("\n")]
                found |= {text: place for text in (*shown, *_help(node)) if _has_words(text)}
    return found


def _variables(tree: ast.Module) -> dict[ast.expr, list[ast.expr]]:
    """The values of each variable that is read in a function, by the place where it is read."""
    found: dict[ast.expr, list[ast.expr]] = {}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        values: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    values.setdefault(name, []).append(value)
        found |= {
            node: values[node.id] for node in ast.walk(function) if isinstance(node, ast.Name) and node.id in values
        }
    return found


def _shown(node: ast.AST) -> list[ast.expr]:
    """The arguments that people read: not the code of a refusal, nor the options of a question."""
    if not isinstance(node, ast.Call):
        return []
    if _name(node.func) not in SHOWN:
        return [keyword.value for keyword in node.keywords if keyword.arg in ("closed_reason", "found")]
    match _name(node.func):
        case "Refusal":
            return node.args[1:]
        case "choose":
            return node.args[:1]
        case "__init__":  # of an error; its constant arguments are no texts
            return [argument for argument in node.args if not isinstance(argument, ast.Constant)]
        case "say":
            return node.args if isinstance(node.func, ast.Name) else []
    return node.args


def _help(node: ast.AST) -> Iterator[str]:
    """The texts of help pages: of commands and parameters; a command without a text of its own shows its docstring."""
    if isinstance(node, ast.Call):
        texts = [t for k in node.keywords if k.arg in ("help", "help_epilogue") for t in _texts(k.value)]
        yield from (text for text in texts if not text.startswith("Example: "))
    if isinstance(node, ast.FunctionDef) and any(_name(_called(d)) == "command" for d in node.decorator_list):
        about, _, _ = (ast.get_docstring(node) or "").partition("\n\nArgs:")
        yield from (" ".join(paragraph.split()) for paragraph in about.split("\n\n"))


def cells() -> Iterator[tuple[str, str]]:
    """The texts of ours in the cells of tables that are shown as they stand; ``show`` translates no cell."""
    for file in sorted((SOURCE / "cli").glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        variables = _variables(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) == "add_row":
                values = [value for cell in node.args for value in variables.get(cell, [cell])]
                for text in (text for value in values for text in _texts(value) if _has_words(text)):
                    yield f"{file.relative_to(SOURCE.parent)}:{node.lineno}", text


def _called(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(v.value if isinstance(v, ast.Constant) else "{}" for v in values if isinstance(v, ast.expr))
        case ast.IfExp(body=body, orelse=other):
            yield from (*_texts(body), *_texts(other))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from (*_texts(left), *_texts(right))
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from _texts(part)


def _has_words(text: str) -> bool:
    return re.search(r"[A-Za-z]{2}", _CODE.sub("", text)) is not None


def problems() -> list[str]:
    """What has no translation, and what holds other values than its original."""
    found = templates()
    wrong = [f"{found[text]}: «{text.strip()}» has no Spanish text" for text in translations.missing(found)]
    wrong += [f"{place}: «{text}» stands in a table in English only: translated(...)" for place, text in cells()]
    wrong += [
        f"«{english}»: the Spanish text holds other values"
        for english, spanish in translations.texts().items()
        if translations.values_in(english) != translations.values_in(spanish)
    ]
    return wrong


if __name__ == "__main__":
    found = problems()
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)
