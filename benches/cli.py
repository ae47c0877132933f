"""Measures commands that do not need Prefect, each in its own process, as scripts start them.

The comparison is the minimum that every command must import, ``python -c "import sqlalchemy, pydantic"``. It runs in
turn with the commands, so the load of the machine slows both equally. The times are those of the processor, in user and
system mode. Each line ends with the ratio of the medians. The last lines list what each command imports, and how long
that takes. Prefect, Alembic and Apprise must not be among them.

Each decision is a *go* at an open gate of an initiative of its own, and the initiative enters its next stage.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
    "status": ["status", "shown"],
    "explain": ["explain", "shown"],
    "record": ["record", "link", "initiative=noted", "id=l{n}", "direction=inside", "with_whom=x", "from=2024-01-05"],
    "decide": ["decide", "fresh-{n}", "critical-mass", "go", "--by", "mona", "--reason", "time"],
    "decide, measured again": ["decide", "stale-{n}", "critical-mass", "go", "--by", "mona", "--reason", "time"],
}
"""The relay keeps the answers of a gate up to date, so a decision measures only where a fact came in meanwhile.

``{n}`` is the number of the run.
"""

IN_SHORT = ("status", "decide")
MEMBERS = 16
"""Of each initiative: enough for the gate of ``critical-mass`` in the model ``nuevo-leon``."""


def run(short: bool) -> None:
    headline("commands as processes")
    times = 1 if short else 10
    commands = {name: words for name, words in COMMANDS.items() if name in IN_SHORT or not short}
    with databases.sqlite() as url:
        _open_gates(url, times + 2)
        own = {"CLUSTERFLOW_DATABASE": url, "CLUSTERFLOW_TODAY": str(NOW.date()), "CLUSTERFLOW_PROOF": "none"}
        # An installed package is compiled to bytecode once, even if the environment forbids writing bytecode.
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **own}
        taken = _measure(commands, times, environment)
        for name in commands:
            ratio = median(taken[name]) / median(taken[BASE])
            spread(f"clusterflow {name}", taken[name], f"{ratio:.2f} x the imports alone, target {TARGET}")
        spread(f"comparison: python -c {BASE!r}", taken[BASE])
        for name, words in commands.items():
            _imports(name, [word.format(n=times + 1) for word in words], environment)


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
    assert done.returncode == 0, done.stderr
    return done


def _imports(name: str, words: Sequence[str], environment: dict[str, str]) -> None:
    """Print what a command imports, and how long that takes."""
    report = _start(["-X", "importtime", "-c", COMMAND, *words], environment).stderr
    lines = [line.split("|") for line in report.splitlines() if line.startswith("import time:") and "[us]" not in line]
    modules = {module.strip(): int(own.split(":")[1]) for own, _, module in lines}
    heavy = sorted({top for module in modules if (top := module.partition(".")[0]) in HEAVY})
    slow = " and ".join(heavy) if heavy else f"none of {', '.join(HEAVY)}"
    print(f"  {name}: {len(modules)} modules in {sum(modules.values()) / MS:.0f} ms, {slow} imported")


def _open_gates(url: str, runs: int) -> None:
    """Enrol the initiatives of the commands, and open their gates: those that are decided are new in each run."""
    context = open_context(url)
    decided = [f"{answers}-{n}" for n in range(runs) for answers in ("fresh", "stale")]
    initiatives = ["shown", "noted", *decided]
    parties = [f"organisation id=m{n} name=M{n} helix={_helix(n)} from=2020-01-01" for n in range(MEMBERS)]
    registry.record(context, [submission(line) for line in (*parties, "person id=mona name=Mona from=2020-01-01")])
    for one in initiatives:
        enrolment.enrol(context, submission(f"initiative id={one} name={one} country=MX from=2020-01-01"), "nuevo-leon")
    registry.record(context, [submission(line) for one in initiatives for line in _facts(one)])
    for one in initiatives:
        review.evaluate(context, one)
    later = "link initiative={one} id=later direction=inside with_whom=x from=2024-01-05"
    registry.record(context, [submission(later.format(one=one)) for one in decided if one.startswith("stale")])


def _helix(number: int) -> str:
    return "academia" if number == 0 else "company"


def _facts(initiative: str) -> Iterator[str]:
    """What makes the gate ready, and the seat from which mona decides."""
    founder = "founder=true anchor=true commitment=signed-agreement from=2020-01-01"
    for n in range(MEMBERS):
        yield f"membership initiative={initiative} organisation=m{n} {founder}"
    yield f"body initiative={initiative} id=management kind=management name=Management from=2020-01-01"
    yield f"seat initiative={initiative} body=management person=mona role=manager organisation=m1 from=2020-01-01"


if __name__ == "__main__":
    run(quick(__doc__))
