"""Pages as Markdown: for Prefect's artifacts and forms. User text is escaped; tables stay tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from clusterflow.model.text import Language
from clusterflow.reports.board import Board
from clusterflow.reports.explanation import GateExplanation
from clusterflow.reports.labels import ANSWER, READINESS, ROLE, SEVERITY, SIGN, STANDING, STATUS, word
from clusterflow.reports.status import InitiativeStatus


def escaped(text: object) -> str:
    """User text for one table cell or line of Markdown: nothing in it is read as markup."""
    flat = " ".join(str(text).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for sign in "\\`*_{}[]|#!~":
        flat = flat.replace(sign, f"&#{ord(sign)};")
    return flat


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def gate_table(gate: GateExplanation, language: Language) -> str:
    """The findings of a gate: what the decider reads in the form, and what the artifact keeps."""
    heads = [word(w, language) for w in ("criterion", "answer", "found", "asked", "severity", "rule", "help")]
    rows = []
    for c in gate.criteria:
        rule = f"{escaped(c.source)} ({word('proposal', language)})" if c.proposal else escaped(c.source)
        rows.append(
            (
                escaped(c.title), ANSWER[c.answer].to(language), escaped(c.found) + (" \\*" if c.late else ""),
                escaped(c.asked), SEVERITY[c.severity].to(language), rule, escaped(c.help),
            )
        )  # fmt: skip
    text = table(heads, rows)
    if any(c.late for c in gate.criteria):
        text += f"\n\n\\* {word('late', language)}"
    return text


def gate_page(gate: GateExplanation, language: Language, who: Sequence[tuple[str, Sequence[str]]] = ()) -> str:
    """A gate with its verdict, its findings and its deciders (id and roles: no names)."""
    readiness = READINESS[gate.readiness].to(language)
    roles = ", ".join(ROLE[r].to(language) for r in gate.decided_by)
    lines = [
        f"**{escaped(gate.name)}** · {word('gate_word', language)} {gate.number}: {escaped(gate.title)} · "
        f"{gate.as_of} · **{readiness}**",
        gate_table(gate, language),
        f"{word('decides', language)}: {roles} ({word('need', language)}: {gate.need})",
    ]
    if who:
        lines.append(table([word("who", language), ""], [(f"`{p}`", ", ".join(r)) for p, r in who]))
    return "\n\n".join(lines)


def initiative_page(
    status: InitiativeStatus, gates: Sequence[GateExplanation], language: Language, diagram: str
) -> str:
    """Where an initiative stands, on one page."""
    heads = ["", *(word(w, language) for w in ("stage", "", "since", "due", "achieved", "milestone") if w)]
    heads.insert(2, "")
    rows = []
    for s in status.stages:
        due = _day(s.due_on) + (f" ({word('overdue', language)})" if s.overdue else "")
        name = f"**{escaped(s.title)}**" if s.review else escaped(s.title)
        rows.append(
            (
                s.number, name, f"{SIGN[s.status]} {STATUS[s.status].to(language)}", _day(s.entered_on), due,
                _day(s.achieved_on), escaped(s.milestone),
            )
        )  # fmt: skip
    parts = [
        f"# {escaped(status.name)}",
        f"{escaped(status.model_title)} · {status.as_of} · {STANDING[status.standing].to(language)} · "
        f"[{word('portfolio', language)}](/artifacts/key/portfolio)",
        table(heads, rows),
    ]
    if diagram:
        parts.append(f"```mermaid\n{diagram}\n```")
    parts.append(f"## {word('holds_back', language)}")
    asked = word("asked", language).lower()
    hindered = [
        f"- {escaped(h.title)}: {escaped(h.found)}; {asked} {escaped(h.asked)} ({escaped(h.stage)})"
        for h in status.hindrances
    ]
    parts.append("\n".join(hindered) or word("nothing", language))
    if status.conditions:
        parts.append(f"## {word('conditions', language)}")
        parts.append(
            "\n".join(
                f"- {word('until', language)} {c.due_on}: {escaped(c.criterion)} ({escaped(c.stage)})"
                for c in status.conditions
            )
        )
    for gate in gates:
        parts.append(f"## {word('gate', language)} {gate.number}: {escaped(gate.title)}")
        parts.append(gate_table(gate, language))
    return "\n\n".join(parts)


def board_page(board: Board, language: Language, link: str = "/artifacts/key/initiative-") -> str:
    """The portfolio as a table, each initiative linked to its page."""
    heads = [word(w, language) for w in ("initiative", "model", "stage", "days", "milestones", "waits_for")]
    rows = []
    for line in board.lines:
        waits = escaped(line.waits_for)
        if line.lapsed:
            waits += " ↯ " + escaped(", ".join(line.lapsed))
        stage = escaped(", ".join(line.stages)) + (f" ({word('overdue', language)})" if line.overdue else "")
        rows.append(
            (
                f"[{escaped(line.name)}]({link}{artifact_id(line.initiative)})", escaped(line.model), stage,
                "" if line.days is None else line.days, f"{line.milestones} {word('of', language)} {line.of}", waits,
            )
        )  # fmt: skip
    return f"# {word('portfolio', language)} · {board.as_of}\n\n" + table(heads, rows)


def artifact_id(initiative: str) -> str:
    """An initiative's id as part of an artifact's key, which knows only ``[a-z0-9-]``."""
    return initiative.replace(".", "-").replace("_", "-")
