"""The form of a decision: reads a ballot from it, and names every mistake at its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from clusterflow.domain.terms import Answer, DecisionKind, Stance, parse_decision
from clusterflow.rules.ballot import Ballot
from clusterflow.services.views.gate import GatePage
from clusterflow.web.request import Form

DUE = "due."
OVERRIDE = "override."
LONGEST_REASON = 4000

REFUSED_AT: Mapping[str, str] = {
    "reason": "reason",
    "until": "until",
    "to-stage": "to_stage",
    "conditions": "conditions",
    "not-ready": "decision",
    "veto": "decision",
    "withdraw": "decision",
    "twice": "decision",
    "override": "override",
    "code": "code",
    "locked": "code",
}
"""The field of each refusal by its code; any other refusal stands above the form."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a form: the ballot, if it is complete, and the mistakes by field."""

    ballot: Ballot | None
    mistakes: Mapping[str, str] = field(default_factory=dict)
    """Field to the name of a text."""


def read_ballot(form: Form, page: GatePage) -> Reading:
    """Read a ballot. All mistakes are found at once; whether the ballot counts is for the engine to say."""
    mistakes: dict[str, str] = {}
    decision = _decision(form, mistakes)
    reason = form.get("reason", "").strip()
    if not reason:
        mistakes["reason"] = "reason_missing"
    elif len(reason) > LONGEST_REASON:
        mistakes["reason"] = "reason_long"
    until = to_stage = None
    due: dict[str, date] = {}
    overrides: tuple[str, ...] = ()
    match decision:
        case DecisionKind.HOLD:
            until = _day(form.get("until", ""), "until", mistakes)
        case DecisionKind.RECYCLE:
            to_stage = form.get("to_stage", "")
            if to_stage not in {stage for stage, _ in page.back_to}:
                mistakes["to_stage"] = "to_stage_missing"
        case DecisionKind.CONDITIONAL_GO:
            for unit in page.unmet:
                name = DUE + unit.requirement
                day = _day(form.get(name, ""), name, mistakes)
                if day is not None:
                    due[unit.requirement] = day
        case DecisionKind.GO:
            overrides = tuple(u.requirement for u in page.overridable if form.get(OVERRIDE + u.requirement))
    voices = [v.person for v in page.voices]
    voice = form.get("voice") or (voices[0] if len(voices) == 1 else "")
    if len(voices) > 1 and voice not in voices:
        mistakes["voice"] = "voice_missing"
    if mistakes or decision is None:
        return Reading(None, mistakes)
    return Reading(
        Ballot(
            stage=page.gate.stage,
            decision=decision,
            reason=reason,
            seen=form.get("seen") or None,
            until=until,
            to_stage=to_stage,
            due=due,
            review=form.get("review") or None,
            code=form.get("code", "").strip() or None,
            speaks_for=voice or None,
            overrides=overrides,
        )
    )


def answers_of(page: GatePage) -> str:
    """The answers on a page, for its form: a later page can say which of them have changed since."""
    return " ".join(f"{c.criterion}={c.answer}" for c in page.gate.criteria)


def changed_since(form: Form, page: GatePage) -> dict[str, Answer]:
    """The criteria whose answers are other ones than when the form was shown, each with the answer of then."""
    pairs = re.findall(r"(\S+)=(met|unmet|unknown)(?:\s|$)", form.get("answers", ""))
    then = {criterion: Answer(answer) for criterion, answer in pairs}
    now = {c.criterion: c.answer for c in page.gate.criteria}
    return {c: answer for c, answer in then.items() if c in now and now[c] is not answer}


def _decision(form: Form, mistakes: dict[str, str]) -> DecisionKind | Stance | None:
    try:
        return parse_decision(form.get("decision", ""))
    except ValueError:
        mistakes["decision"] = "decision_missing"
        return None


def _day(text: str, name: str, mistakes: dict[str, str]) -> date | None:
    if not text.strip():
        mistakes[name] = "day_missing"
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        mistakes[name] = "day_unreadable"
        return None
