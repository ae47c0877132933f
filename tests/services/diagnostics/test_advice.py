"""Every advice of the doctor: none destroys, each is in use, and a test follows each and sees its finding gone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusterflow.prefect import health
from clusterflow.services import diagnostics
from clusterflow.services.diagnostics.advice import ADVICE

TESTS = Path(__file__).resolve().parents[2]
ROOMS = [Path(module.__file__ or "").parent for module in (diagnostics, health)]

DESTROYS = re.compile(
    r"\b(delete|drop(?! folder)|rm|erase|truncate|reset|destroy|purge|overwrite|borre|bórrelo|elimine|destruya)\b",
    re.IGNORECASE,
)


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the checks, with its file."""
    for room in ROOMS:
        for file in sorted(room.glob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Text", "_same", "plain"):
                    for part in ast.walk(node):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            yield file.name, part.value


def strings(node: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def followed() -> set[str]:
    """What is followed by a test: it sees the finding ``given``, acts, and sees it ``gone``."""
    found = set[str]()
    for file in [*TESTS.glob("services/diagnostics/test_*.py"), *TESTS.glob("flows/**/test_*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_"):
                calls = {getattr(n.func, "id", "") for n in ast.walk(node) if isinstance(n, ast.Call)}
                if {"given", "gone"} <= calls:
                    found |= strings(node)
    return found


def test_no_advice_destroys() -> None:
    found = list(texts())
    assert len(found) > 200
    assert [(file, text) for file, text in found if DESTROYS.search(text)] == []


@pytest.mark.parametrize("advice", ADVICE)
def test_each_advice_is_in_use_and_a_test_follows_it(advice: str) -> None:
    files = [file for room in ROOMS for file in room.glob("*.py") if file.name != "advice.py"]
    assert any(advice in strings(ast.parse(file.read_text(encoding="utf-8"))) for file in files)
    assert advice in followed()


def test_both_languages_name_the_same_commands_settings_and_values() -> None:
    commands = "up|deploy|reconcile|relay|db|ledger|record|notices|intake|doctor|web"
    named = re.compile(rf"clusterflow (?:{commands})\b|prefect [a-z-]+ [a-z]+ |CLUSTERFLOW_\w+|--\w+|\{{\w+\}}")
    different = {k for k, t in ADVICE.items() if sorted(named.findall(t.es)) != sorted(named.findall(t.en))}
    assert different == set()
