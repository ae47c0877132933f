"""The short codes under which the ledger stores words that occur in many entries.

A code is the place of the word in its list. Databases hold the codes: a list only ever grows, at its end, and a word
that is no longer written keeps its place.
"""

KINDS = (
    "record.entered", "record.corrected", "record.retracted", "finding.changed", "gate.opened", "gate.changed",
    "gate.decided", "vote.cast", "milestone.achieved", "stage.entered", "person.forgotten", "initiative.enrolled",
    "initiative.migrated", "stage.left", "stage.declined", "stage.overdue", "gate.withdrawn", "gate.reopened",
    "gate.referred", "hold.ended", "vote.fell", "vote.withdrawn", "code.renewed", "decision.refused", "condition.set",
    "condition.met", "condition.missed", "milestone.confirmed", "milestone.lapsed", "milestone.restored",
    "milestone.withdrawn", "initiative.stopped", "access.refused", "submission.refused", "label.expiring",
    "label.expired", "label.forfeited", "strategy.expiring", "strategy.expired",
)  # fmt: skip
"""The kinds of events."""

RECORDS = (
    "membership", "attendance", "meeting", "organisation", "person", "representation", "invoice", "payment", "seat",
    "body", "action", "signature", "observation", "channel", "office", "initiative", "delegation", "document",
    "legal-entity", "strategy", "strategy-review", "objective", "reading", "project", "dues-adoption", "dues-scheme",
    "income", "budget", "staff", "exchange-rate", "learning-series", "learning-session", "learning-enrolment",
    "learning-attendance", "training", "survey-wave", "link", "business", "label", "waiver", "cut-off",
)  # fmt: skip
"""The record types."""

COMMANDS = (
    "record", "evaluate", "decide", "fall due", "enrol", "open gate", "decline stage", "renew code", "issue dues",
    "migrate", "forget", "refuse access", "refuse submission", "receive", "mend", "drop", "restore",
)  # fmt: skip
"""The commands by name. One with an idempotency key is written under its key (``ledger_command``)."""
