"""Changes the code one expression at a time and looks whether a test notices: ``make mutants``.

mutmut first runs all the tests that it may use, to learn which of them call what. So the code is divided into parts,
each with the tests of its room. A part, or a single file of one, can be named: ``python tests/mutants.py ledger
rules/backoff.py``. All mutants take hours, so a sample of each part can be drawn: ``--sample 60 --seed 1``.
"""

from __future__ import annotations

import argparse
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
    # Half of the rules are called only through the commands and pages that need them.
    Part(
        "rules",
        ("rules/*.py",),
        (
            "tests/rules",
            "tests/engine",
            "tests/cli/test_dues.py",
            "tests/configs/test_model_advice.py",
            "tests/configs/test_rulebooks.py",
            "tests/reports/test_portfolio.py",
            "tests/services/calendars/test_calendars.py",
            "tests/services/notifications/test_codes.py",
            "tests/services/test_foresight.py",
            "tests/services/test_processes.py",
        ),
    ),
    Part(
        "ledger",
        ("store/ledger.py",),
        (
            "tests/store/test_ledger.py",
            "tests/store/test_ledger_bytes.py",
            "tests/store/test_portfolio.py",
            "tests/engine/test_verification.py",
        ),
    ),
    Part("engine", ("engine/*.py",), ("tests/engine",)),
    Part(
        "sending",
        ("services/notifications/dispatch.py", "services/notifications/sending.py"),
        tuple(
            f"tests/services/notifications/test_{name}.py"
            for name in ("batching", "dispatch", "failures", "hooks", "retries", "sending")
        ),
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
            return Part(name.removesuffix(".py").replace("/", "."), (name,), own_tests(part, name))
    sys.exit(f"«{name}» is neither a part ({', '.join(part.name for part in PARTS)}) nor a file of one")


def own_tests(part: Part, file: str) -> tuple[str, ...]:
    """Return the tests of a part that import one of its files; all where none does."""
    module = file.removesuffix(".py").replace("/", ".")
    importing = [test for test in _test_files(part) if f"clusterflow.{module} import" in test.read_text("utf-8")]
    return tuple(sorted(str(test.relative_to(ROOT)) for test in importing)) or part.tests


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


def run(part: Part, sample: Sequence[str] = ()) -> int:
    """Run mutmut on a part, and print what survived.

    Args:
        sample: the arguments of mutant_sample.py; without them, all mutants are run.
    """
    folder = prepare(part)
    print(f"{part.name}: {', '.join(part.files)}, noticed by {', '.join(part.tests)}", flush=True)
    # The package is installed from the checkout; the changed copy goes before it.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(_python_path(folder))}
    mutants: list[str] = []
    if sample:
        command = [sys.executable, str(ROOT / "tests" / "mutant_sample.py"), *sample]
        drawn = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        mutants = ["--max-children", "1", *drawn.stdout.split()]
    done = subprocess.run([sys.executable, "-m", "mutmut", "run", *mutants], cwd=folder, env=environment)
    if done.returncode:
        # mutmut does not show the output of the tests. Mostly one fails though nothing was changed.
        command = [sys.executable, "-m", "pytest", "-q", "-x", *ARGUMENTS, *part.tests]
        subprocess.run(command, cwd=folder / "mutants", env={**environment, "MUTANT_UNDER_TEST": ""})
        return done.returncode
    return subprocess.run([sys.executable, "-m", "mutmut", "results"], cwd=folder, env=environment).returncode


def run_sample(parts: Sequence[Part], size: int, seed: str) -> int:
    """Run a sample of each part. They share one run, because mutmut runs all tests twice before the first mutant."""
    together = Part(
        "sample of " + " ".join(part.name for part in parts),
        tuple(file for part in parts for file in part.files),
        tuple(dict.fromkeys(test for part in parts for test in part.tests)),
    )
    patterns = [f"{part.name}={','.join(f'src/clusterflow/{file}' for file in part.files)}" for part in parts]
    return run(together, [str(size), seed, *patterns])


def _python_path(folder: Path) -> list[str]:
    given = os.environ.get("PYTHONPATH")
    return [str(folder / "mutants" / "src"), *([given] if given else [])]


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="part or file")
    parser.add_argument("--sample", type=int, help="how many mutants of each part to draw; without it, all are run")
    parser.add_argument("--seed", default="1", help="another seed draws other mutants")
    given = parser.parse_args(words)
    parts = [part_of(name) for name in given.names] or list(PARTS)
    if given.sample is not None:
        return run_sample(parts, given.sample, given.seed)
    return max([run(part) for part in parts])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
