"""What a nation needs, computed from measured inputs and stated assumptions. ``docs/scale.md`` shows the results.

Each result is one formula over the names of inputs and assumptions, written once: it is evaluated here and printed in
the page as it is written. A test compares the page with what the formulas give.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

Values = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number that nobody measured: part of the question, or a proposal (P) of this project."""

    name: str
    value: float
    about: str


@dataclass(frozen=True, slots=True)
class Result:
    """A number that follows from others."""

    name: str
    formula: str
    unit: str
    about: str


INPUTS: Mapping[str, tuple[str, str]] = {
    "fact_bytes": ("B", "database on PostgreSQL, a fact, everything included"),
    "ledger_bytes": ("B", "of which the ledger and its indexes"),
    "bare_bytes": ("B", "rival: the same facts in bare tables without ledger and indexes"),
    "sqlite_bytes": ("B", "database on SQLite, a fact"),
    "load_seconds": ("s", "recording a fact from a file, PostgreSQL, wall"),
    "command_seconds": ("s", "a command that records one fact, PostgreSQL, wall, median"),
    "night_seconds": ("s", "review of an initiative of which nothing changed, PostgreSQL, wall"),
    "first_seconds": ("s", "review of an initiative whose answers are all new, PostgreSQL, wall"),
    "sample_facts": ("", "facts of each of these initiatives, those of its members among them"),
    "runs_rate": ("/s", "flow runs of `lifecycle` from start to end, one worker with four places"),
    "bare_rate": ("/s", "rival: an empty flow, called in the process, one after the other"),
    "events_rate": ("/s", "events from posting to the row in Prefect's database"),
    "artifacts_rate": ("/s", "Markdown artifacts of 4 kB, one after the other"),
    "run_bytes": ("B", "Prefect's database, a run of `lifecycle` with its tasks, states and log"),
    "event_bytes": ("B", "Prefect's database, an event"),
    "artifact_bytes": ("B", "Prefect's database, an artifact of 4 kB"),
}
"""What ``python -m benches.scale`` measures: unit and meaning by name. PostgreSQL serves both databases."""

ASSUMPTIONS = (
    Assumption("initiatives", 100_000, "of the nation"),
    Assumption("members", 10_000_000, "memberships"),
    Assumption("facts", 1_000_000_000, "recorded facts"),
    Assumption("years", 10, "in which they were recorded (P)"),
    Assumption("facts_of_command", 5, "facts that one command records on average (P)"),
    Assumption("busy_factor", 5, "the busiest hour has so many times the facts of an average hour (P)"),
    Assumption("passes_of_initiative", 2, "flow runs of an initiative in a month: a gate opens, a page changes (P)"),
    Assumption("changed_share", 0.1, "initiatives with an answer that changes in a night (P)"),
    Assumption("night_hours", 4, "in which the review must end (P)"),
    Assumption("share_used", 0.5, "of a rate that was measured, planned with: the rest is reserve (P)"),
    Assumption("kept_days", 7, "for which Prefect keeps events (its default)"),
    Assumption("kept_run_days", 90, "for which Prefect keeps runs that ended (its default)"),
    Assumption("facts_of_database", 50_000_000, "in one database, so that it is recorded anew within half a day (P)"),
)

RESULTS = (
    Result("facts_of_initiative", "facts / initiatives", "", "facts of an initiative"),
    Result("members_of_initiative", "members / initiatives", "", "members of an initiative"),
    Result("database_bytes", "facts * fact_bytes", "TB", "one database for everything"),
    Result("ledger_share", "ledger_bytes / fact_bytes", "%", "of which the ledger"),
    Result("offices", "ceil(facts / facts_of_database)", "", "databases, each with the initiatives of some offices"),
    Result("office_initiatives", "initiatives / offices", "", "initiatives in each"),
    Result("office_bytes", "facts_of_database * fact_bytes", "GB", "size of each"),
    Result("load_days", "facts * load_seconds / 86400", "days", "recording everything anew, one process"),
    Result("office_load_hours", "facts_of_database * load_seconds / 3600", "h", "the same for one database"),
    Result("facts_a_day", "facts / (years * 365)", "", "facts in a day"),
    Result(
        "commands_busy", "facts_a_day / facts_of_command / 24 / 3600 * busy_factor", "/s",
        "commands in the busiest hour, of the whole nation",
    ),
    Result(
        "registry_rate", "share_used / command_seconds", "/s",
        "commands on one chain: that of the common registry of a database takes one after the other",
    ),
    Result(
        "size_factor", "facts_of_initiative / sample_facts", "", "how much larger such an initiative is than the sample"
    ),
    Result(
        "night_hours_one", "initiatives * night_seconds * size_factor / 3600", "h",
        "nightly review of all by one process, if its time grows as the facts do",
    ),
    Result("office_review_minutes", "night_hours_one / offices * 60", "min", "the same for one database"),
    Result(
        "changes_hours_one", "initiatives * changed_share * first_seconds * size_factor / 3600", "h",
        "evaluating anew what changed, by one process",
    ),
    Result(
        "workers", "ceil((night_hours_one + changes_hours_one) / night_hours / share_used)", "",
        "processes that review side by side, over all databases",
    ),
    Result("office_workers", "ceil(workers / offices)", "", "of these for each database"),
    Result("runs_a_day", "initiatives * passes_of_initiative / 30", "", "flow runs in a day, of the whole nation"),
    Result("run_hours", "runs_a_day / runs_rate / 3600", "h", "of one Prefect server each day, for these"),
    Result(
        "rival_hours", "facts_a_day / runs_rate / 3600", "h", "a flow run for each fact instead, which we never start"
    ),
    Result(
        "events_busy", "commands_busy * (1 + changed_share)", "/s",
        "events in the busiest hour: one for the facts of a command, and for answers that change",
    ),
    Result("events_free", "events_rate * share_used / events_busy", "", "times that rate is what one server takes"),
    Result("artifacts_a_day", "runs_a_day * 4", "", "artifacts in a day: a page, its progress, two gates"),
    Result("artifact_hours", "artifacts_a_day / artifacts_rate / 3600", "h", "of one server each day, for these"),
    Result(
        "prefect_bytes",
        "runs_a_day * kept_run_days * run_bytes + facts_a_day / facts_of_command * (1 + changed_share) * kept_days"
        " * event_bytes + artifacts_a_day * kept_run_days * artifact_bytes",
        "GB", "Prefect's database, with this retention, of the whole nation",
    ),
    Result("servers", "ceil((run_hours + artifact_hours) / 24 / share_used)", "", "Prefect servers, at least"),
)  # fmt: skip

_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}

_SCALES = {"TB": 1e12, "GB": 1e9, "%": 0.01}


def results(inputs: Values) -> dict[str, float]:
    """Return every result by name, computed in order from the inputs, the assumptions and the results before."""
    values = {**inputs, **{one.name: one.value for one in ASSUMPTIONS}}
    for result in RESULTS:
        values[result.name] = evaluate(result.formula, values)
    return {result.name: values[result.name] for result in RESULTS}


def evaluate(formula: str, values: Values) -> float:
    """Evaluate a formula of names, numbers, ``+ - * /`` and ``ceil``.

    Raises:
        ValueError: it contains something else.
        KeyError: it names something that has no value.
    """
    return _value(ast.parse(formula, mode="eval").body, values)


def _value(node: ast.expr, values: Values) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name):
            return values[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id="ceil"), args=[inside], keywords=[]):
            return float(ceil(_value(inside, values)))
    raise ValueError(f"a formula cannot contain {ast.unparse(node)}")


def shown(value: float, unit: str) -> str:
    """Return a number as the page prints it: three digits that mean something."""
    number = value / _SCALES.get(unit, 1.0)
    if number >= 1000:
        digits = round(number, 2 - len(str(int(number))) + 1)
        text = f"{digits:,.0f}"
    elif number >= 100 or number == int(number):
        text = f"{number:.0f}"
    else:
        text = f"{number:.3g}"
    return f"{text} {unit}".strip()


def shown_by_name(inputs: Values) -> dict[str, str]:
    """Return every number as the page prints it, by its name."""
    values = results(inputs)
    measured = {name: shown(inputs[name], unit) for name, (unit, _) in INPUTS.items()}
    assumed = {one.name: shown(one.value, "") for one in ASSUMPTIONS}
    return {**measured, **assumed, **{one.name: shown(values[one.name], one.unit) for one in RESULTS}}


def tables(inputs: Values) -> dict[str, str]:
    """Return the tables of the page by name, as Markdown."""
    measured = [(f"`{name}`", shown(inputs[name], unit), about) for name, (unit, about) in INPUTS.items()]
    assumed = [(f"`{one.name}`", shown(one.value, ""), one.about) for one in ASSUMPTIONS]
    values = results(inputs)
    computed = [(f"`{one.name}`", f"`{one.formula}`", shown(values[one.name], one.unit), one.about) for one in RESULTS]
    return {
        "inputs": _table(("name", "measured", "what"), measured),
        "assumptions": _table(("name", "value", "what"), assumed),
        "results": _table(("name", "formula", "value", "what"), computed),
    }


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
