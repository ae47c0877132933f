"""Wall time of the commands that need no Prefect, each as a process of its own, as an office's scripts start them.

The rivals are what no command in Python can avoid: an empty program, and importing SQLAlchemy. The last lines say what
the import of each command costs, and that Prefect, Alembic and Apprise are not among it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from benches import ground
from benches.measuring import MS, headline, quick, spread, timed
from benches.tiny import NOW, open_context, said
from clusterflow.services import enrolment, registry, review

HEAVY = ("prefect", "alembic", "apprise")
COMMANDS = {
    "status": ["status", "one"],
    "explain": ["explain", "one"],
    "record": ["record", "link", "initiative=one", "id=l{n}", "direction=inside", "with_whom=x", "from=2024-01-05"],
    "decide": ["decide", "one", "critical-mass", "go", "--by", "mona", "--reason", "time"],
}


def run(short: bool) -> None:
    headline("commands as processes")
    times = 1 if short else 10
    commands = {"status": COMMANDS["status"]} if short else COMMANDS
    with ground.sqlite() as url:
        _enrol(url)
        own = {"CLUSTERFLOW_DATABASE": url, "CLUSTERFLOW_TODAY": str(NOW.date()), "CLUSTERFLOW_PROOF": "none"}
        # As it is installed: compiled to bytecode once, though this machine may be told to keep none.
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **own}
        for name, words in commands.items():
            lines = [[word.format(n=n) for word in words] for n in range(times + 1)]
            spread(f"clusterflow {name}", _runs(["-m", "benches.door"], lines, environment), "target < 600 ms")
        for code in ("pass", "import sqlalchemy"):
            spread(f"rival: python -c {code!r}", _runs(["-c", code], [[]] * (times + 1), environment))
        for name, words in commands.items():
            _imports(name, [word.format(n="import") for word in words], environment)


def _runs(program: Sequence[str], lines: Sequence[Sequence[str]], environment: dict[str, str]) -> list[float]:
    """The time of each run but the first, which warms the files up."""
    return [timed(lambda line=line: _start([*program, *line], environment)) for line in lines][1:]


def _start(words: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True)  # noqa: S603
    assert done.returncode in (0, 3), done.stderr  # 3: an ordinary no
    return done


def _imports(name: str, words: Sequence[str], environment: dict[str, str]) -> None:
    """Say what was imported for a command, and for how long."""
    told = _start(["-X", "importtime", "-m", "benches.door", *words], environment).stderr
    lines = [line.split("|") for line in told.splitlines() if line.startswith("import time:") and "[us]" not in line]
    modules = {module.strip(): int(own.split(":")[1]) for own, _, module in lines}
    heavy = sorted({top for module in modules if (top := module.partition(".")[0]) in HEAVY})
    slow = " and ".join(heavy) if heavy else f"none of {', '.join(HEAVY)}"
    print(f"  {name}: {len(modules)} modules in {sum(modules.values()) / MS:.0f} ms, {slow} imported")


def _enrol(url: str) -> None:
    context = open_context(url)
    registry.record(context, [said("organisation id=firm name=Firm helix=company from=2020-01-01"),
                said("person id=mona name=Mona from=2020-01-01")])  # fmt: skip
    enrolment.enrol(context, said("initiative id=one name=One country=MX from=2020-01-01"), "nuevo-leon")
    review.evaluate(context, "one")


if __name__ == "__main__":
    run(quick(__doc__))
