"""The sheets of the workbook: what a manager keeps, each record type under the heads that people give it."""

from __future__ import annotations

from clusterflow.intake.workbook.sheets.community import COMMUNITY
from clusterflow.intake.workbook.sheets.money import MONEY
from clusterflow.intake.workbook.sheets.work import WORK

SHEETS = (*COMMUNITY, *MONEY, *WORK)
"""In the order of the workbook."""

LEFT_OUT = frozenset(
    {
        # Of the office, or of the whole programme: not a manager's to keep.
        "office", "initiative", "channel", "learning-series", "learning-session",
        # They move rights or figures that others judge by: each is entered on its own, with its source.
        "delegation", "observation", "exchange-rate", "learning-enrolment", "learning-attendance",
        "waiver", "cut-off",
    }
)  # fmt: skip
"""Record types that have no sheet."""

BY_NAME = {sheet.name: sheet for sheet in SHEETS}

OF_RECORD = {record: sheet for sheet in reversed(SHEETS) for record in sheet.records}
"""The sheet of each record type."""
