"""The result of looking through the cells of a sheet before a library reads it."""

from __future__ import annotations

from dataclasses import dataclass, field

Position = tuple[int, int]
"""Row and column, from 0."""


@dataclass(slots=True)
class SheetScan:
    """What a reader does not tell: formulas without a value, signs that number formats show, breaks inside a text."""

    failed: dict[Position, str] = field(default_factory=dict)
    """The cells with a formula that gave no value: what they show, empty where no result is stored."""
    signs: dict[Position, str] = field(default_factory=dict)
    """The cells whose number is shown with a percent or currency sign."""
    texts: dict[Position, str] = field(default_factory=dict)
    """The cells of an .ods file whose text holds a tab or a line break: the reader joins the words there."""
