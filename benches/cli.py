"""Measures commands that do not need Prefect, each in its own process, as scripts start them.

The comparison is the minimum that every command must import, ``python -c "import sqlalchemy, pydantic"``. It runs in
turn with the commands, so the load of the machine slows both equally. The times are those of the processor, in user and
system mode. Each line ends with the ratio of the medians. The last lines list what each command imports, and how long
that takes. Prefect, Alembic and Apprise must not be among them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median

from benches import databases
from benches.measuring import MS, headline, processor_seconds, quick, spread
from benches.small_world import NOW, open_context, submission
from clusterflow.services import enrolment, registry, review

BASE = "import sqlalchemy, pydantic"
COMMAND = "from clusterflow.cli import main; main()"
TARGET = 1.5
"""The ratio that no command may exceed."""

HEAVY = ("prefect", "alembic", "apprise")
COMMANDS = {
    "status": ["status", "one"],
    "explain": ["explain", "one"],
    "record": ["record", "link", "initiative=two", "id=l{n}", "direction=inside", "with_whom=x", "from=2024-01-05"],
    "decide": ["decide", "one", "critical-mass", "go", "--by", "mona", "--reason", "time"],
    "decide, measured again": ["decide", "two", "critical-mass", "go", "--by", "mona", "--reason", "time"],
}
"""The relay keeps the answers of a gate up to date, so a decision measures only where a fact came in meanwhile."""


def run(short: bool) -> None:
    headline("commands as processes")
    times = 1 if short else 10
    commands = {"status": COMMANDS["status"]} if short else COMMANDS
    with databases.sqlite() as url:
        _enrol(url)
        own = {"CLUSTERFLOW_DATABASE": url, "CLUSTERFLOW_TODAY": str(NOW.date()), "CLUSTERFLOW_PROOF": "none"}
        # An installed package is compiled to bytecode once, even if the environment forbids writing bytecode.
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **own}
        taken = _measure(commands, times, environment)
        for name in commands:
            ratio = median(taken[name]) / median(taken[BASE])
            spread(f"clusterflow {name}", taken[name], f"{ratio:.2f} x the imports alone, target {TARGET}")
        spread(f"comparison: python -c {BASE!r}", taken[BASE])
        for name, words in commands.items():
            _imports(name, [word.format(n="import") for word in words], environment)


def _measure(commands: Mapping[str, Sequence[str]], times: int, environment: dict[str, str]) -> dict[str, list[float]]:
    """Return the times of each command and of the comparison. One run of each goes first, to fill the file caches."""
    taken: dict[str, list[float]] = defaultdict(list)
    for n in range(times + 1):
        programs = {name: ["-c", COMMAND, *(w.format(n=n) for w in words)] for name, words in commands.items()}
        for name, program in {**programs, BASE: ["-c", BASE]}.items():
            seconds = processor_seconds(lambda program=program: _start(program, environment))
            if n:
                taken[name].append(seconds)
    return taken


def _start(words: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True)  # noqa: S603
    assert done.returncode in (0, 3), done.stderr  # 3: refused
    return done


def _imports(name: str, words: Sequence[str], environment: dict[str, str]) -> None:
    """Print what a command imports, and how long that takes."""
    report = _start(["-X", "importtime", "-c", COMMAND, *words], environment).stderr
    lines = [line.split("|") for line in report.splitlines() if line.startswith("import time:") and "[us]" not in line]
    modules = {module.strip(): int(own.split(":")[1]) for own, _, module in lines}
    heavy = sorted({top for module in modules if (top := module.partition(".")[0]) in HEAVY})
    slow = " and ".join(heavy) if heavy else f"none of {', '.join(HEAVY)}"
    print(f"  {name}: {len(modules)} modules in {sum(modules.values()) / MS:.0f} ms, {slow} imported")


def _enrol(url: str) -> None:
    context = open_context(url)
    registry.record(context, [submission("organisation id=firm name=Firm helix=company from=2020-01-01"),
                submission("person id=mona name=Mona from=2020-01-01")])  # fmt: skip
    for one in ("one", "two"):
        enrolment.enrol(context, submission(f"initiative id={one} name={one} country=MX from=2020-01-01"), "nuevo-leon")
    for one in ("one", "two"):
        review.evaluate(context, one)


if __name__ == "__main__":
    run(quick(__doc__))
