"""Try a model: replay a history under it, and show its verdicts by month."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from clusterflow.cli.language import language
from clusterflow.cli.output import Json, day, print_json, read_text, show
from clusterflow.cli.tables import MARKS, table
from clusterflow.domain.text import Language
from clusterflow.intake.simulation_history import read_history
from clusterflow.reports.labels import READINESS, STATUS, word
from clusterflow.reports.simulation import ASSUMED_NOTE, GateInMonth, SimulatedEvent, SimulatedLife
from clusterflow.services.simulation import try_model
from clusterflow.settings import Settings


def try_(
    model_file: Annotated[Path, Parameter(help="a model as a file")],
    history: Annotated[Path, Parameter(help="JSON lines: records as record --from takes them, and decisions")],
    *,
    since: Annotated[str | None, Parameter(name="--from", help="the first day told, as YYYY-MM-DD")] = None,
    until: Annotated[str | None, Parameter(name="--to", help="the last day, as YYYY-MM-DD")] = None,
    leave_open: Annotated[
        bool, Parameter(name="--leave-open", negative="", help="gates that are ready stay open: no go is supposed")
    ] = False,
    as_json: Json = False,
) -> None:
    """Live a history under a model, in a scratch database, and print the verdicts by month.

    Everybody whom the model lets decide says go at a gate that is ready, unless the history decides.
    A decision is a line like {"decision": "go", "stage": "strategy", "by": "ana", "on": "2025-03-01", "reason": "..."}.
    """
    lang = language()
    lives = try_model(
        model_file,
        read_history(read_text(history), str(history)),
        Settings(),
        since=day(since, "--from"),
        until=day(until, "--to"),
        suppose=not leave_open,
        language=lang,
    )
    if as_json:
        print_json(lives)
        return
    for life in lives:
        _show(life, lang)


def _show(life: SimulatedLife, lang: Language) -> None:
    stands = life.stands
    title = f"{stands.name} · {stands.model_title} · {stands.model_hash[:12]}"
    lines = table(title, [word(w, lang) for w in ("month", "gate", "verdict", "holds_back")])
    for month in life.months:
        rows = [_told(h) for h in month.happened] + [_judged(gate, lang) for gate in month.gates]
        for number, row in enumerate(rows or [(word("under_watch", lang), Text(), "")]):
            lines.add_row("" if number else f"{month.day:%Y-%m}", *row)
    show(lines)
    show(f"{word('milestones', lang)}: {stands.milestones_in_force} / {stands.milestones_required}")
    if life.assumed:
        show(ASSUMED_NOTE.to(lang).format(life.assumed))


def _told(happened: SimulatedEvent) -> tuple[str, Text, str]:
    return happened.title, Text(happened.word), f"{happened.on}: {happened.text}".removesuffix(": ")


def _judged(gate: GateInMonth, lang: Language) -> tuple[str, Text, str]:
    return gate.title, _verdict(gate, lang), _why(gate, lang)


def _verdict(gate: GateInMonth, lang: Language) -> Text:
    """Ready, not ready or unknown; of a milestone that lapsed, that it did; of a gate that is held, until when."""
    if gate.readiness is None or gate.held_until is not None:
        until = f" {gate.held_until}" if gate.held_until else ""
        return Text(STATUS[gate.status].to(lang) + until, style=MARKS[gate.status][1])
    return Text(READINESS[gate.readiness].to(lang), style=MARKS[gate.readiness][1])


def _why(gate: GateInMonth, lang: Language) -> str:
    late = [f"{word('overdue', lang)} ({word('due', lang)} {gate.due_on})"] if gate.overdue else []
    required = word("asked", lang).lower()
    return "\n".join(
        [
            *(f"{h.title}: {h.found}, {required} {h.asked}" for h in gate.holds_back),
            *filter(None, [gate.open_for]),
            *late,
        ]
    )
