"""Words that many notices share, in English; the catalogs have them in the other languages, by their context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from clusterflow.domain.appointment import AppointmentKind
from clusterflow.domain.terms import Answer, DecisionKind, Role

WORDS: Mapping[type[StrEnum], tuple[str, Mapping[StrEnum, str]]] = {
    DecisionKind: (
        "decision",
        {
            DecisionKind.GO: "go",
            DecisionKind.CONDITIONAL_GO: "go, with conditions",
            DecisionKind.HOLD: "hold",
            DecisionKind.RECYCLE: "back to an earlier stage",
            DecisionKind.STOP: "stop",
        },
    ),
    Answer: (
        "answer",
        {Answer.MET: "met", Answer.UNMET: "not met", Answer.UNKNOWN: "unknown"},
    ),
    Role: (
        "role",
        {
            Role.MANAGER: "manager",
            Role.BOARD_CHAIR: "board chair",
            Role.BOARD_MEMBER: "board member",
            Role.COMMITTEE_CHAIR: "committee chair",
            Role.ASSEMBLY_MEMBER: "assembly member",
            Role.FOUNDER: "founder",
            Role.OFFICE: "program office",
        },
    ),
    AppointmentKind: (
        "calendar",
        {
            AppointmentKind.GATE_REVIEW: "Decide at the gate",
            AppointmentKind.STAGE_DUE: "Stage due",
            AppointmentKind.HOLD_ENDS: "Hold ends",
            AppointmentKind.CONDITION_DUE: "Condition due",
            AppointmentKind.LABEL_ENDS: "Label ends",
            AppointmentKind.STRATEGY_ENDS: "Strategy ends",
            AppointmentKind.MEETING: "Meeting",
            AppointmentKind.LEARNING_SESSION: "Learning session",
        },
    ),
}
"""The context of each kind of word, and its words; the headings are those of calendars."""


def everything() -> Iterator[tuple[str, str]]:
    """Context and word, for the catalogs."""
    for context, words in WORDS.values():
        for word in words.values():
            yield context, word


def word(value: object, pgettext: Callable[[str, str], str]) -> str:
    """The word for a value, in the language of the catalog.

    Raises:
        TypeError: there are no words for values of this kind.
    """
    if not isinstance(value, StrEnum) or type(value) not in WORDS:
        raise TypeError(f"there are no words for a {type(value).__name__}")
    context, words = WORDS[type(value)]
    return pgettext(context, words[value])
