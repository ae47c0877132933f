"""Converts gates, votes and evidence to the texts that a dossier prints, in the reader's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from clusterflow.domain.terms import Answer, DecisionKind, Readiness, Severity, Stance
from clusterflow.domain.text import Language, rewrite_days
from clusterflow.reports.dossier.data import DecisionFacts, DossierFacts, GateFacts, VoteFacts
from clusterflow.reports.dossier.texts import WORDS
from clusterflow.reports.explanation import CriterionLine, EvidenceLine, GateExplanation, GroupLine
from clusterflow.reports.html_page import Table, short_day
from clusterflow.reports.labels import ANSWER, DECISION, HELIX, ROLE, SEVERITY, STANCE, record_label, word
from clusterflow.reports.quorum import quorum

MOST_EVIDENCE = 12
"""How many rows of evidence a finding shows; the rest is counted, with a hint where to find it."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """An *any of* or *all of* as a whole, above its criteria."""

    title: str
    kind: str
    answer: str
    severity: str
    depth: int


@dataclass(frozen=True, slots=True)
class CriterionView:
    anchor: str
    title: str
    kind: str
    answer: str
    asked: str
    found: str | None
    severity: str
    rule: str
    help: str
    mended_by: str
    evidence: Table | None
    more: str
    depth: int
    begins: tuple[GroupView, ...]
    """The groups whose first criterion it is, from the outside in."""
    within: str
    """The innermost group around it, as «one of: A or B»; empty if it stands for itself."""


@dataclass(frozen=True, slots=True)
class VoteView:
    who: str
    said: str
    reason: str
    more: tuple[str, ...]
    on: str


@dataclass(frozen=True, slots=True)
class SignatoryView:
    name: str | None
    roles: str


@dataclass(frozen=True, slots=True)
class GateView:
    number: int
    title: str
    readiness: str
    count: str
    quorum: str
    open: bool
    late: bool
    criteria: tuple[CriterionView, ...]
    missing: tuple[CriterionView, ...]
    votes: tuple[VoteView, ...]
    signatories: tuple[SignatoryView, ...]
    sign_text: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    on: date
    number: int
    title: str
    outcome: str
    votes: tuple[VoteView, ...]


_READINESS = {
    Readiness.READY: WORDS["is_ready"],
    Readiness.NOT_READY: WORDS["is_not_ready"],
    Readiness.UNKNOWN: WORDS["is_unknown"],
}


def readiness(gate: GateFacts, language: Language) -> str:
    """The readiness as part of a sentence: «lista»."""
    return _READINESS[gate.gate.readiness].to(language)


def gate_view(facts: DossierFacts, at: GateFacts) -> GateView:
    language, gate = facts.language, at.gate
    criteria = tuple(_criteria(gate, language))
    missing = [
        (line, view)
        for line, view in zip(gate.criteria, criteria, strict=True)
        if line.answer is not Answer.MET and line.needed
    ]
    # Blocking criteria come first.
    missing.sort(key=lambda one: list(Severity).index(one[0].severity))
    return GateView(
        number=gate.number,
        title=gate.title,
        readiness=readiness(at, language),
        count=counted(gate, language),
        quorum=quorum(gate.decided_by, language),
        open=gate.review is not None,
        late=any(line.late for line in gate.criteria),
        criteria=criteria,
        missing=tuple(view for _, view in missing),
        votes=tuple(vote_view(vote, language) for vote in at.votes),
        signatories=tuple(
            SignatoryView(s.name, " / ".join(ROLE[r].to(language) for r in s.roles)) for s in at.signatories
        ),
        sign_text=WORDS["sign_text"].to(language).format(number=gate.number, title=gate.title),
    )


def counted(gate: GateExplanation, language: Language) -> str:
    """The number of criteria that are met, unmet, unknown, and of requirements that block."""
    answers = Counter(unit.answer for unit in gate.units)
    return WORDS["criteria_count"].to(language).format(
        met=answers[Answer.MET], all=len(gate.units), unmet=answers[Answer.UNMET],
        unknown=answers[Answer.UNKNOWN], blocking=len(gate.hindrances),
    )  # fmt: skip


def _criteria(gate: GateExplanation, language: Language) -> Iterator[CriterionView]:
    """Yield the criteria in their order, each with the groups that begin with it."""
    around, begins = list[str](), list[GroupView]()
    for depth, line in gate.rows:
        if isinstance(line, GroupLine):
            title = f"{word('any_of' if line.any_of else 'all_of', language)}: {line.title}"
            severity = "" if depth else SEVERITY[line.severity].to(language)
            begins.append(GroupView(title, line.answer.value, ANSWER[line.answer].to(language), severity, depth))
            around[depth:] = [title]
            continue
        within = around[depth - 1] if depth else ""
        yield _criterion(gate, line, language, depth, tuple(begins), within)
        begins.clear()


def _criterion(
    gate: GateExplanation,
    line: CriterionLine,
    language: Language,
    depth: int,
    begins: tuple[GroupView, ...],
    within: str,
) -> CriterionView:
    initiative, stage = gate.initiative, gate.stage
    shown = _most_telling(line.evidence)
    rows = _rows(shown, language)
    more = ""
    if not rows:
        more = WORDS["evidence_none" if line.answer is Answer.UNKNOWN else "evidence_derived"].to(language)
    elif line.rows > len(shown):
        command = f"clusterflow explain {initiative} {stage} --evidence"
        more = WORDS["evidence_more"].to(language).format(shown=len(shown), rows=line.rows, command=command)
    heads = tuple(WORDS[w].to(language) for w in ("what", "record", "on_day", "counts", "entry"))
    proposal = f" ({word('proposal', language)})" if line.proposal else ""
    return CriterionView(
        anchor=f"{stage}-{line.criterion}",
        title=line.title,
        kind=line.answer.value,
        answer=ANSWER[line.answer].to(language),
        asked=_whole(line.asked),
        found=_whole(line.found) + (" *" if line.late else ""),
        severity="" if depth else SEVERITY[line.severity].to(language),
        rule=line.source + proposal,
        help=_sentence(rewrite_days(line.help, short_day)),
        mended_by=", ".join(ROLE[r].to(language) for r in line.mended_by),
        evidence=Table(caption=line.title, heads=heads, rows=rows, numeric=(3, 4), wide=(0,)) if rows else None,
        more=more,
        depth=depth,
        begins=begins,
        within=within,
    )


def _whole(text: str) -> str:
    """Keep a short text on one line: «≥ 3 años»."""
    return text.replace(" ", "\u00a0") if len(text) <= 16 else text


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _most_telling(evidence: Iterable[EvidenceLine]) -> list[EvidenceLine]:
    """Sort evidence: unknown rows first, then rows that do not count, then the newest."""

    def rank(row: EvidenceLine) -> tuple[int, int, int]:
        kind = 0 if row.counts_for.startswith("?") else 1 if row.counts_for.split()[0] == "0" else 2
        return kind, -(row.on.toordinal() if row.on else 0), -row.entry

    return sorted(evidence, key=rank)[:MOST_EVIDENCE]


def _rows(evidence: Sequence[EvidenceLine], language: Language) -> tuple[tuple[str | None, ...], ...]:
    """Merge equal rows into one, with their number."""
    alike: dict[tuple[str, str, str, str], list[int]] = {}
    for row in evidence:
        record = record_label(row.record, language)
        alike.setdefault((row.what, record, short_day(row.on), row.counts_for), []).append(row.entry)
    return tuple(
        (
            what if len(entries) == 1 else f"{what} (×\u2009{len(entries)})",
            record,
            on or None,
            None if counts == "?" else counts,
            _listed(entries),
        )
        for (what, record, on, counts), entries in alike.items()
    )


def _listed(entries: Sequence[int]) -> str:
    # A stage visit is kept by the engine and has no ledger entry of its own.
    first = ", ".join(str(entry) for entry in sorted(entries)[:3] if entry)
    return first if len(entries) <= 3 else f"{first} …"


def vote_view(vote: VoteFacts, language: Language) -> VoteView:
    role = ROLE[vote.role].to(language)
    helixes = ", ".join(HELIX[h].to(language) for h in vote.represents)
    who = f"{role} ({helixes})" if helixes else role
    if vote.name:
        who = f"{vote.name}, {who}"
    if vote.cast_by_other:
        who += f", {WORDS['by_delegate'].to(language)}"
    choice = DECISION[vote.said] if isinstance(vote.said, DecisionKind) else STANCE[Stance(vote.said)]
    more = [f"{WORDS['let_pass'].to(language)}: {title}" for title in vote.overrides]
    more += [
        f"{WORDS['under_condition'].to(language)}: {title} ({word('until', language)} {short_day(due)})"
        for title, due in vote.conditions
    ]
    if vote.until:
        more.append(f"{word('until', language)} {short_day(vote.until)}")
    return VoteView(who, choice.to(language), vote.reason, tuple(more), short_day(vote.on))


def decision_view(decision: DecisionFacts, language: Language) -> DecisionView:
    return DecisionView(
        on=decision.on,
        number=decision.number,
        title=decision.title,
        outcome=DECISION[decision.outcome].to(language),
        votes=tuple(vote_view(vote, language) for vote in decision.votes),
    )
