"""Writes pages as Markdown for Prefect's artifacts and forms. User text is escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from clusterflow.domain.terms import Answer, Role, Severity, StageStatus
from clusterflow.domain.text import Frozen, Language
from clusterflow.reports.explanation import CriterionLine, GateExplanation, GroupLine
from clusterflow.reports.labels import ANSWER, CONDITION, READINESS, ROLE, SEVERITY, SIGN, STANDING, STATUS, word
from clusterflow.reports.quorum import quorum
from clusterflow.reports.status import InitiativeStatus, StageLine

PAGES = "../../artifacts/key"
RUNS = "../../runs"
"""Relative address of Prefect's runs, from the page of an artifact or a run; right in both of its UIs."""

WEEK_SECONDS = 604_800
"""How long Prefect keeps events."""


def of_kind(event: str) -> str:
    """The link to the last week of the event feed, for one kind of event."""
    return _feed("events", event)


def of_resource(resource: str) -> str:
    """The link to the last week of the event feed, for one resource."""
    return _feed("resource", resource)


def _feed(what: str, name: str) -> str:
    return f"../../events?{urlencode({what: json.dumps([name]), 'seconds': -WEEK_SECONDS})}"


Who = Sequence[tuple[str, Sequence[Role], str | None]]
"""Who may cast a vote: id, roles, and the id of the person represented; no names."""


def escaped(text: object) -> str:
    """Escape user text for a table cell or a line of Markdown."""
    flat = re.sub(r"[\x00-\x20\x7f]+", " ", str(text)).strip()
    return re.sub(r"[&<>\\`*_{}\[\]|#!~]", lambda sign: f"&#{ord(sign[0])};", flat)


def unbroken(text: object) -> str:
    """Escape user text; a short text («≥ 3 years») does not break across lines."""
    flat = escaped(text)
    return flat.replace(" ", "\u00a0") if len(str(text)) <= 16 else flat


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in rows]
    return "\n".join(lines)


def whole_day(value: date | None) -> str:
    return "" if value is None else whole_days(value.isoformat())


def whole_days(text: str) -> str:
    """A date that does not break across lines."""
    return re.sub(r"(\d{4})-(\d\d)-(\d\d)", "\\1\u2011\\2\u2011\\3", text)


def gate_table(gate: GateExplanation, language: Language) -> str:
    """The table of a gate's findings, with bounds, sources and evidence."""
    heads = [word(w, language) for w in ("criterion", "answer", "found", "asked", "severity", "rule", "help")]
    rows = []
    for depth, c in gate.rows:
        if isinstance(c, GroupLine):
            answer = unbroken(ANSWER[c.answer].to(language))
            rows.append((_group(depth, c, language), answer, "", "", SEVERITY[c.severity].to(language), "", ""))
            continue
        rule = f"{escaped(c.source)} ({word('proposal', language)})" if c.proposal else escaped(c.source)
        rows.append(
            (
                _indent(depth) + escaped(c.title), unbroken(ANSWER[c.answer].to(language)), _found(c),
                unbroken(c.asked), "" if depth else SEVERITY[c.severity].to(language), rule, escaped(c.help),
            )
        )  # fmt: skip
    return table(heads, rows) + _late(gate, language)


def question_page(gate: GateExplanation, language: Language, who: Who, link: str, notes: Sequence[str] = ()) -> str:
    """The text above the form of a gate: notes, findings, what would help, who may decide."""
    heads = ["", *(word(w, language) for w in ("criterion", "found", "asked"))]
    rows = []
    for depth, c in gate.rows:
        if isinstance(c, GroupLine):
            rows.append((ANSWER[c.answer].to(language)[0], _group(depth, c, language), "", ""))
            continue
        bold = c.severity is Severity.BLOCKING and not depth
        title = f"**{escaped(c.title)}**" if bold else _indent(depth) + escaped(c.title)
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
    """The page of a gate: its verdict, findings and deciders (ids and roles, no names)."""
    lines = [_headline(gate, language, link), gate_table(gate, language), *_deciders(gate, language, who)]
    return "\n\n".join(lines)


def _headline(gate: GateExplanation, language: Language, link: str = "") -> str:
    readiness = READINESS[gate.readiness].to(language)
    name = f"[{escaped(gate.name)}]({link})" if link else f"**{escaped(gate.name)}**"
    return (
        f"{name} · {word('gate_word', language)} {gate.number}: {escaped(gate.title)} · {gate.as_of} · **{readiness}**"
    )


def _indent(depth: int) -> str:
    return "\u2003" * depth


def _group(depth: int, group: GroupLine, language: Language) -> str:
    """The row of a group above its criteria: «one of: A or B», in bold if it blocks."""
    title = f"{word('any_of' if group.any_of else 'all_of', language)}:"
    return f"**{title}**" if group.severity is Severity.BLOCKING and not depth else _indent(depth) + title


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


class GateLinks(Frozen):
    """The links of a gate: its page, and the runs that ask for its decision."""

    page: str
    asking: str | None = None


def initiative_page(
    status: InitiativeStatus,
    gates: Sequence[GateExplanation],
    language: Language,
    diagram: str,
    links: Sequence[tuple[str, str]] = (),
    of_gate: Mapping[str, GateLinks] | None = None,
) -> str:
    """The page of an initiative.

    Args:
        links: further links, each with its title.
        of_gate: the same for the gates, by stage.
    """
    heads = [word(w, language) for w in ("stage", "status", "since", "until_when", "milestone")]
    elsewhere = [(word("portfolio", language), f"{PAGES}/portfolio"), *links]
    parts = [
        f"# {escaped(status.name)}",
        f"{escaped(status.model_title)} · {status.as_of} · **{STANDING[status.standing].to(language)}**",
        " · ".join(f"[{escaped(title)}]({link})" for title, link in elsewhere),
        table(heads, (_stage_row(s, language) for s in status.stages)),
    ]
    if diagram:
        parts.append(f"```mermaid\n{diagram}\n```")
    parts.append(f"## {word('holds_back', language)}")
    required = word("asked", language).lower()
    titles = {s.stage: s.title for s in status.stages}
    hindered = [
        f"- {escaped(h.title)}: {escaped(h.found)}; {required} {escaped(h.asked)} ({escaped(titles[h.stage])})"
        for h in status.hindrances
    ]
    more = of_gate or {}
    waits = [f"- {_waiting(s, more.get(s.stage), status.as_of, language)}" for s in status.gates_open]
    parts.append("\n".join([*waits, *hindered]) or word("nothing", language))
    if status.conditions:
        parts.append(f"## {word('conditions', language)}")
        parts.append(
            "\n".join(
                f"- {word('until', language)} {c.due_on}: {escaped(c.title)} ({escaped(titles[c.stage])}): "
                f"{CONDITION[c.status].to(language)}"
                for c in status.conditions
            )
        )
    for gate in gates:
        parts.append(f"## {word('gate', language)} {gate.number}: {escaped(gate.title)}")
        parts.append(gate_table(gate, language))
        if gate.stage in more:
            parts.append(f"[{word('all_of_it', language)}]({more[gate.stage].page})")
    return "\n\n".join(parts)


def _waiting(line: StageLine, links: GateLinks | None, as_of: date, language: Language) -> str:
    """A line about a decision that is due: since when, and the link to its form."""
    link = f"{word('decision_waits', language)}: {escaped(line.title)}"
    if links is not None and links.asking is not None:
        link = f"[{link}]({links.asking})"
    if line.waiting_since is None:
        return link
    days = (as_of - line.waiting_since).days
    return f"{link} ({word('since', language).lower()} {line.waiting_since}: {days} {word('days', language).lower()})"


def _stage_row(line: StageLine, language: Language) -> tuple[str, ...]:
    title = f"{line.number}\u00a0· {escaped(line.title)}"
    status = f"{SIGN[line.status]} {STATUS[line.status].to(language)}"
    if line.status is StageStatus.HELD:
        until = f"{word('held_until', language)} {whole_day(line.held_until)}"
    elif line.lapsed_on:
        until = f"↯ {whole_day(line.lapsed_on)}"
    elif line.achieved_on:
        until = f"✔ {whole_day(line.achieved_on)}"
    elif line.due_on:
        until = f"{word('overdue' if line.overdue else 'due', language)}: {whole_day(line.due_on)}"
    else:
        until = ""
    return (
        f"**{title}**" if line.review else title, unbroken(status), whole_day(line.entered_on), until,
        escaped(line.milestone) + (f" ({overridden(line, language)})" if line.overridden else ""),
    )  # fmt: skip


def overridden(line: StageLine, language: Language) -> str:
    """The criteria that were overridden at the gate of a milestone."""
    return escaped(overridden_words(line, language))


def overridden_words(line: StageLine, language: Language) -> str:
    """The overridden criteria, as plain text."""
    return f"⚠ {word('overridden', language)}: {', '.join(line.overridden)}"


def artifact_id(initiative: str) -> str:
    """An initiative's id as part of an artifact's key, which knows only ``[a-z0-9-]``."""
    return initiative.replace(".", "-").replace("_", "-")
