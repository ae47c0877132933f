"""The formats of the workbook: few colours, one font, numbers to the right."""

from __future__ import annotations

from functools import cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from clusterflow.intake.workbook.layout import Kind

_FONT = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
_INK, _FAINT, _LINE = "#22303C", "#6B7885", "#D9DFE5"

_NUMBERS = {Kind.DATE: "yyyy-mm-dd", Kind.MONEY: "#,##0.00", Kind.WHOLE: "0", Kind.ID: "@", Kind.TEXT: "@"}
_TO_THE_RIGHT = (Kind.MONEY, Kind.WHOLE, Kind.NUMBER)


def _number_format(kind: Kind, per: int) -> str | None:
    """The number format of a column. A unit that is divided in the cell is shown with its decimals: a mean as 3.85."""
    return _NUMBERS.get(kind) if per == 1 else "0.00" + "#" * (len(str(per)) - 3)


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self.cell = cache(self._cell)
        self.head = cache(self._head)
        self.band = cache(self._band)
        self.example_of = cache(self._example_of)
        self.example = self._example_of(Kind.CHOICE)
        self.about = self._made(italic=True, font_color=_FAINT)
        self.above = self._made(font_size=9, font_color=_FAINT, align="center", text_wrap=True)
        self.guarded = self._made(font_color=_INK, quote_prefix=True)
        self.title = self._made(font_size=24, bold=True, font_color=_INK)
        self.subtitle = self._made(font_size=13, font_color=_FAINT)
        self.heading = self._made(font_size=14, bold=True, font_color=_INK, bottom=1, bottom_color=_LINE)
        self.prose = self._made(font_color=_INK, text_wrap=True, valign="top")
        self.number = self._made(font_size=14, bold=True, font_color="#FFFFFF", bg_color="#2F5D8A", align="center")
        self.count = self._made(font_color=_FAINT, align="right")
        self.lines = {"type": "no_errors", "format": book.add_format({"bottom": 1, "bottom_color": _LINE})}

    def _made(self, **how: Any) -> Format:
        return self._book.add_format({**_FONT, **how})

    def _cell(self, kind: Kind, per: int = 1) -> Format:
        how: dict[str, Any] = {"font_color": _INK}
        if number_format := _number_format(kind, per):
            how["num_format"] = number_format
        if kind in _TO_THE_RIGHT:
            how["align"] = "right"
        return self._made(**how)

    def _head(self, colour: str, required: bool = True) -> Format:
        return self._made(
            bold=True, font_color="#FFFFFF", bg_color=colour, text_wrap=True, border=1, border_color="#FFFFFF",
            italic=not required,
        )  # fmt: skip

    def _band(self, colour: str) -> Format:
        return self._made(bold=True, font_size=18, font_color=colour, bottom=2, bottom_color=colour)

    def _example_of(self, kind: Kind, per: int = 1) -> Format:
        how: dict[str, Any] = {"italic": True, "font_color": _FAINT, "bg_color": "#F3F5F7"}
        if number_format := _number_format(kind, per):
            how["num_format"] = number_format
        if kind in _TO_THE_RIGHT:
            how["align"] = "right"
        return self._made(**how)

    def link(self, colour: str) -> Format:
        return self._made(font_color=colour, bold=True, underline=1, valign="top")
