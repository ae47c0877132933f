"""Changes the code one expression at a time and looks whether a test notices: ``make mutants``.

mutmut first runs all the tests that it may use, to learn which of them call what. So the code is divided into parts,
each with the tests of its room. A part, or a single file of one, can be named: ``python tests/mutants.py ledger
rules/backoff.py``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "clusterflow"
WORK = ROOT / "mutants"
"""Holds a folder for each part, with its results; a further run continues there. It is not part of the repository."""

LINKED = (
    "src", "tests", "configs", "deployments", "docs", "flows", "constraints.txt", "CHANGELOG.md", "LICENSE",
    "README.md", "pyproject.toml",
)  # fmt: skip


ARGUMENTS = ("-p", "no:xdist", "-p", "no:cacheprovider", "-k", "not postgresql and not machine and not concurrency")
"""SQLite alone, and no random examples: a mutant must not survive by chance."""


@dataclass(frozen=True, slots=True)
class Part:
    """Files of the package that are changed, and the tests that must notice."""

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...]


PARTS = (
    Part("rules", ("rules/*.py",), ("tests/rules",)),
    Part("ledger", ("store/ledger.py",), ("tests/store/test_ledger.py", "tests/engine/test_verification.py")),
    Part("engine", ("engine/*.py",), ("tests/engine",)),
    Part(
        "sending",
        ("services/notifications/dispatch.py", "services/notifications/sending.py"),
        ("tests/services/notifications",),
    ),
)


def part_of(name: str) -> Part:
    """Return the part of this name, or the single file of a part with the tests that import it, if any; else all.

    Raises:
        SystemExit: no part has this name or holds this file.
    """
    for part in PARTS:
        if part.name == name:
            return part
        if any(PACKAGE / name in PACKAGE.glob(pattern) for pattern in part.files):
            module = name.removesuffix(".py").replace("/", ".")
            importing = [
                test for test in _test_files(part) if f"clusterflow.{module} import" in test.read_text("utf-8")
            ]
            own = tuple(sorted(str(test.relative_to(ROOT)) for test in importing))
            return Part(module, (name,), own or tuple(test for each in PARTS for test in each.tests))
    sys.exit(f"«{name}» is neither a part ({', '.join(part.name for part in PARTS)}) nor a file of one")


def _test_files(part: Part) -> list[Path]:
    paths = [ROOT / test for test in part.tests]
    return [file for path in paths for file in ([path] if path.is_file() else path.rglob("test_*.py"))]


def prepare(part: Part) -> Path:
    """Return a folder in which mutmut changes the files of a part."""
    folder = WORK / part.name
    folder.mkdir(parents=True, exist_ok=True)
    for name in LINKED:
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(ROOT / name)
    # Python forgets a folder of its path that does not exist when it starts.
    (folder / "mutants" / "src").mkdir(parents=True, exist_ok=True)
    (folder / "setup.cfg").write_text(_settings(part), encoding="utf-8")
    return folder


def _settings(part: Part) -> str:
    lists = {
        "source_paths": ["src"],
        "only_mutate": [f"src/clusterflow/{file}" for file in part.files],
        "also_copy": [name for name in LINKED if name not in ("src", "tests", "pyproject.toml")],
        "pytest_add_cli_args_test_selection": list(part.tests),
        "pytest_add_cli_args": list(ARGUMENTS),
    }
    # Tests open databases, which no fork should inherit.
    text = "[mutmut]\nprocess_isolation = forkserver\n"
    for name, values in lists.items():
        text += f"{name} =\n" + "".join(f"    {value}\n" for value in values)
    return text


def run(part: Part) -> int:
    """Run mutmut on a part, and print what survived."""
    folder = prepare(part)
    print(f"{part.name}: {', '.join(part.files)}, noticed by {', '.join(part.tests)}", flush=True)
    # The package is installed from the checkout; the changed copy goes before it.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(_python_path(folder))}
    done = subprocess.run([sys.executable, "-m", "mutmut", "run"], cwd=folder, env=environment)
    if done.returncode:
        # mutmut does not show the output of the tests. Mostly one fails though nothing was changed.
        command = [sys.executable, "-m", "pytest", "-q", "-x", *ARGUMENTS, *part.tests]
        subprocess.run(command, cwd=folder / "mutants", env={**environment, "MUTANT_UNDER_TEST": ""})
        return done.returncode
    return subprocess.run([sys.executable, "-m", "mutmut", "results"], cwd=folder, env=environment).returncode


def _python_path(folder: Path) -> list[str]:
    given = os.environ.get("PYTHONPATH")
    return [str(folder / "mutants" / "src"), *([given] if given else [])]


def main(names: Sequence[str]) -> int:
    parts = [part_of(name) for name in names] or list(PARTS)
    return max([run(part) for part in parts])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
