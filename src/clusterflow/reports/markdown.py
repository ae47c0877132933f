"""Pages as Markdown: for Prefect's artifacts and forms. User text is escaped; tables stay tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from clusterflow.model.text import Language
from clusterflow.model.words import Answer, Role, Severity, StageStatus
from clusterflow.reports.board import Board
from clusterflow.reports.explanation import CriterionLine, GateExplanation
from clusterflow.reports.labels import ANSWER, READINESS, ROLE, SEVERITY, SIGN, STANDING, STATUS, word
from clusterflow.reports.quorum import quorum
from clusterflow.reports.status import InitiativeStatus, StageLine

PAGES = "/artifacts/key"
"""Where Prefect shows artifacts; its older pages, without ``/v2``, do not draw Mermaid."""

Who = Sequence[tuple[str, Sequence[Role], str | None]]
"""Who may cast a vote: id, roles, and for whom, where it is not for themselves; no names."""


def escaped(text: object) -> str:
    """User text for one table cell or line of Markdown: nothing in it is read as markup."""
    flat = re.sub(r"[\x00-\x20\x7f]+", " ", str(text)).strip()
    return re.sub(r"[&<>\\`*_{}\[\]|#!~]", lambda sign: f"&#{ord(sign[0])};", flat)


def unbroken(text: object) -> str:
    """User text as ``escaped`` makes it, and no line ends inside it where it is short: «≥ 3 years»."""
    flat = escaped(text)
    return flat.replace(" ", "\u00a0") if len(str(text)) <= 16 else flat


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def _day(value: date | None) -> str:
    return "" if value is None else _whole_days(value.isoformat())


def _whole_days(text: str) -> str:
    """Days in a narrow column stay on one line."""
    return re.sub(r"(\d{4})-(\d\d)-(\d\d)", "\\1\u2011\\2\u2011\\3", text)


def gate_table(gate: GateExplanation, language: Language) -> str:
    """The findings of a gate with everything behind them: what the artifact keeps."""
    heads = [word(w, language) for w in ("criterion", "answer", "found", "asked", "severity", "rule", "help")]
    rows = []
    for c in gate.criteria:
        rule = f"{escaped(c.source)} ({word('proposal', language)})" if c.proposal else escaped(c.source)
        rows.append(
            (
                escaped(c.title), unbroken(ANSWER[c.answer].to(language)), _found(c), unbroken(c.asked),
                SEVERITY[c.severity].to(language), rule, escaped(c.help),
            )
        )  # fmt: skip
    return table(heads, rows) + _late(gate, language)


def question_page(gate: GateExplanation, language: Language, who: Who, link: str, notes: Sequence[str] = ()) -> str:
    """What stands above the form of a gate, narrow enough for it: notes, findings, what would help, who may decide."""
    heads = ["", *(word(w, language) for w in ("criterion", "found", "asked"))]
    rows = []
    for c in gate.criteria:
        title = f"**{escaped(c.title)}**" if c.severity is Severity.BLOCKING else escaped(c.title)
        rows.append((ANSWER[c.answer].to(language)[0], title, _found(c), unbroken(c.asked)))
    helps = [f"- {escaped(c.title)}: {escaped(c.help)}" for c in gate.criteria if c.answer is not Answer.MET and c.help]
    parts = [
        *(f"**{escaped(note)}**" for note in notes),
        _headline(gate, language),
        table(heads, rows),
        f"{word('bold_blocks', language)} [{word('all_of_it', language)}]({link}){_late(gate, language)}",
    ]
    if helps:
        parts += [f"**{word('help', language)}**", "\n".join(helps)]
    return "\n\n".join([*parts, *_deciders(gate, language, who)])


def gate_page(gate: GateExplanation, language: Language, who: Who = (), link: str = "") -> str:
    """A gate with its verdict, its findings and its deciders (id and roles: no names)."""
    lines = [_headline(gate, language, link), gate_table(gate, language), *_deciders(gate, language, who)]
    return "\n\n".join(lines)


def _headline(gate: GateExplanation, language: Language, link: str = "") -> str:
    readiness = READINESS[gate.readiness].to(language)
    name = f"[{escaped(gate.name)}]({link})" if link else f"**{escaped(gate.name)}**"
    return (
        f"{name} · {word('gate_word', language)} {gate.number}: {escaped(gate.title)} · {gate.as_of} · **{readiness}**"
    )


def _found(line: CriterionLine) -> str:
    return unbroken(line.found) + (" \\*" if line.late else "")


def _late(gate: GateExplanation, language: Language) -> str:
    return f"\n\n\\* {word('late', language)}" if any(c.late for c in gate.criteria) else ""


def _deciders(gate: GateExplanation, language: Language, who: Who) -> list[str]:
    lines = [f"**{word('decides', language)}:** {escaped(quorum(gate.decided_by, language))}"]
    if who:
        heads = [word("id", language), word("role", language)]
        rows = [
            (
                f"`{person}`" + (f" {word('speaks_for', language)} `{whom}`" if whom else ""),
                ", ".join(ROLE[r].to(language) for r in held),
            )
            for person, held, whom in who
        ]
        lines.append(table(heads, rows))
    return lines


def initiative_page(
    status: InitiativeStatus, gates: Sequence[GateExplanation], language: Language, diagram: str
) -> str:
    """Where an initiative stands, on one page."""
    heads = [word(w, language) for w in ("stage", "status", "since", "until_when", "milestone")]
    parts = [
        f"# {escaped(status.name)}",
        f"{escaped(status.model_title)} · {status.as_of} · {STANDING[status.standing].to(language)} · "
        f"[{word('portfolio', language)}]({PAGES}/portfolio)",
        table(heads, (_stage_row(s, language) for s in status.stages)),
    ]
    if diagram:
        parts.append(f"```mermaid\n{diagram}\n```")
    parts.append(f"## {word('holds_back', language)}")
    asked = word("asked", language).lower()
    titles = {s.stage: s.title for s in status.stages}
    hindered = [
        f"- {escaped(h.title)}: {escaped(h.found)}; {asked} {escaped(h.asked)} ({escaped(titles[h.stage])})"
        for h in status.hindrances
    ]
    waits = [f"- {word('decision_waits', language)}: {escaped(s.title)}" for s in status.gates_open]
    parts.append("\n".join([*waits, *hindered]) or word("nothing", language))
    if status.conditions:
        parts.append(f"## {word('conditions', language)}")
        parts.append(
            "\n".join(
                f"- {word('until', language)} {c.due_on}: {escaped(c.criterion)} ({escaped(titles[c.stage])})"
                for c in status.conditions
            )
        )
    for gate in gates:
        parts.append(f"## {word('gate', language)} {gate.number}: {escaped(gate.title)}")
        parts.append(gate_table(gate, language))
    return "\n\n".join(parts)


def _stage_row(line: StageLine, language: Language) -> tuple[str, ...]:
    title = f"{line.number}\u00a0· {escaped(line.title)}"
    status = f"{SIGN[line.status]} {STATUS[line.status].to(language)}"
    if line.status is StageStatus.HELD:
        until = f"{word('held_until', language)} {_day(line.held_until)}"
    elif line.lapsed_on:
        until = f"↯ {_day(line.lapsed_on)}"
    elif line.achieved_on:
        until = f"✔ {_day(line.achieved_on)}"
    elif line.due_on:
        until = f"{word('overdue' if line.overdue else 'due', language)}: {_day(line.due_on)}"
    else:
        until = ""
    return (
        f"**{title}**" if line.review else title, unbroken(status), _day(line.entered_on), until,
        escaped(line.milestone) + (f" ({overridden(line, language)})" if line.overridden else ""),
    )  # fmt: skip


def overridden(line: StageLine, language: Language) -> str:
    """What blocked a gate and was let pass, said of its milestone for ever."""
    return escaped(overridden_words(line, language))


def overridden_words(line: StageLine, language: Language) -> str:
    """The same, as plain text."""
    return f"⚠ {word('overridden', language)}: {', '.join(line.overridden)}"


def board_page(board: Board, language: Language, link: str = "/v2/artifacts/key/initiative-") -> str:
    """The portfolio as a table, each initiative linked to its page."""
    heads = [word(w, language) for w in ("initiative", "model", "stage", "days", "milestones", "waits_for")]
    rows = []
    for line in board.lines:
        waits = _whole_days(escaped(line.waits_for))
        if line.lapsed:
            waits += " ↯ " + escaped(", ".join(line.lapsed))
        share = unbroken(f"{line.milestones} {word('of', language)} {line.of}")
        stage = escaped(", ".join(line.stages)) + (f" ({word('overdue', language)})" if line.overdue else "")
        rows.append(
            (
                f"[{escaped(line.name)}]({link}{artifact_id(line.initiative)})", escaped(line.model), stage,
                "" if line.days is None else line.days, share, waits,
            )
        )  # fmt: skip
    return f"# {word('portfolio', language)} · {board.as_of}\n\n" + table(heads, rows)


def artifact_id(initiative: str) -> str:
    """An initiative's id as part of an artifact's key, which knows only ``[a-z0-9-]``."""
    return initiative.replace(".", "-").replace("_", "-")
