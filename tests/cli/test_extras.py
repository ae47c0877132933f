"""What an extra installs is imported only by the commands that use it, and where it is missing they say which extra."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
from cyclopts import App
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from clusterflow.cli import cli
from clusterflow.web import command

from .conftest import Run

ROOT = Path(__file__).resolve().parents[2]

OURS = {"dev", "mutants"}
"""The extras of who works on clusterflow."""

COMMANDS: dict[str, list[tuple[str, ...]]] = {
    "pdf": [
        ("report", "one", "--pdf", "--to", "one.pdf"),
        ("report", "one", "--to", "one.pdf"),
        ("report", "--portfolio", "--format", "pdf", "--to", "all.pdf"),
    ],
    "oidc": [("web",)],
    "monitoring": [("web",)],
    "machines": [],  # Prefect's own servers load it, by the settings in deployments/
}
"""The commands that use an extra; ``web`` only with an OpenID provider, or with a port for metrics."""

MODULES = {
    "opentelemetry-sdk": "opentelemetry.sdk",
    "opentelemetry-exporter-prometheus": "opentelemetry.exporter.prometheus",
}
"""Packages whose module has another name."""

EXTRAS = {
    name: {canonicalize_name(Requirement(line).name) for line in lines}
    for name, lines in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ].items()
    if name not in OURS
}


def modules_of(extra: str) -> set[str]:
    """The names by which the packages of an extra are imported."""
    return {MODULES.get(name, name.replace("-", "_")) for name in EXTRAS[extra]}


def is_of(module: str, names: set[str]) -> bool:
    """Whether a module is one of these, or inside one."""
    return any(module == name or module.startswith(f"{name}.") for name in names)


def hide(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make an installation of this one that lacks the packages of an extra."""
    hidden = modules_of(extra)
    assert all(find_spec(module) for module in hidden)
    for name in [m for m in sys.modules if is_of(m, hidden)]:
        monkeypatch.delitem(sys.modules, name)
    for name in hidden:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """An OpenID provider and a port for metrics, with which ``web`` needs packages."""
    monkeypatch.setenv("CLUSTERFLOW_METRICS_PORT", "9464")
    for name, value in {"ISSUER": "https://id.example", "CLIENT": "clusters", "SECRET": "0123456789abcdef"}.items():
        monkeypatch.setenv(f"CLUSTERFLOW_OIDC_{name}", value)


def commands(app: App, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    names = [name for name in app if not name.startswith("-")]
    return [p for name in names for p in ((*path, name), *commands(app[name], (*path, name)))]


def test_every_extra_has_its_commands_here() -> None:
    assert set(COMMANDS) == set(EXTRAS)


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(
    ("extra", "words"),
    [pytest.param(extra, words, id=" ".join(words)) for extra, found in COMMANDS.items() for words in found],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_command_that_needs_an_extra_names_it(
    office: Run, extra: str, words: tuple[str, ...], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(extra, monkeypatch)
    monkeypatch.setenv("CLUSTERFLOW_LANGUAGE", language)
    done = office(*words)
    assert done.code != 0
    assert f"pip install 'clusterflow[{extra}]'" in done.err
    assert ("install it" in done.err) is (language == "en")


def test_help_and_other_commands_need_no_extra(office: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for extra in EXTRAS:
        hide(extra, monkeypatch)
    for path in commands(cli):
        assert office(*path, "--help").code == 0
    for words in (
        ("status", "one"),
        ("report", "one", "--to", "one.html"),
        ("report", "--portfolio"),
        ("ledger", "one"),
    ):
        assert office(*words).code == 0, words


def test_web_without_a_provider_starts_without_its_extra(office: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "joserfc", None)
    monkeypatch.setattr(command, "_serve", lambda config: None)
    assert "Web pages" in office("web").out


def test_no_module_imports_an_extra_when_it_is_loaded() -> None:
    """Elsewhere only the functions import them that say so."""
    optional = {module for extra in EXTRAS for module in modules_of(extra)}
    at_load, by_name = set[str](), set[str]()
    for file in [*(ROOT / "src").rglob("*.py"), *(ROOT / "flows").rglob("*.py")]:
        text = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            at_load |= {n for n in names if is_of(n, optional)}
        by_name |= {m for m in optional if re.search(rf"import_module\(f?\"{re.escape(m)}\b", text)}
    assert at_load == set()
    assert by_name == modules_of("pdf") | modules_of("oidc") | modules_of("monitoring")
