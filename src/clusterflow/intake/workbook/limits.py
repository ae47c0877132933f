"""How much a workbook may hold. Whatever is within these limits is read in linear time and bounded memory."""

from __future__ import annotations

import time
from collections.abc import Callable

from clusterflow.domain.text import Language
from clusterflow.errors import Mistake, Mistakes
from clusterflow.intake.workbook.messages import message_text

LARGEST_FILE = 16 * 2**20
"""Bytes of an .xlsx or .ods file."""

LARGEST_TEXT = 8 * 2**20
"""Bytes of a .csv file."""

LARGEST_UNPACKED = 128 * 2**20
"""Bytes; a workbook of 20,000 rows unpacks to a fifth of it."""

LARGEST_COPIED = 24 * 2**20
"""Unpacked bytes of a workbook that is copied with its formats: openpyxl needs fifty times as much memory."""

MOST_PARTS = 2000
"""Files in the ZIP archive that a workbook is."""

MOST_ROWS = 30_000
"""Rows of one sheet, down to the last cell with a value."""

MOST_COLUMNS = 600
"""Columns of one sheet, up to the last cell with a value. An attendance grid has one for each meeting."""

MOST_CELLS = 2_000_000
"""Cells of one sheet, from the first to the last: those between are kept in memory, too."""

MOST_SECONDS = 120.0
"""Time for reading a workbook and comparing it with the registry."""

MOST_MISTAKES = 1000
"""Mistakes that are listed one by one."""


def refused(name: str, key: str, language: Language, **values: object) -> Mistakes:
    """Return the refusal of a whole file."""
    return Mistakes([Mistake(name, message_text(key, language, **values))])


class Deadline:
    """The time by which a workbook must be read."""

    def __init__(
        self, name: str, language: Language, seconds: float = MOST_SECONDS, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._name, self._language, self._seconds, self._now = name, language, seconds, now
        self._end = now() + seconds

    def check(self) -> None:
        """
        Raises:
            Mistakes: the time is over.
        """
        if self._now() > self._end:
            raise refused(self._name, "too_slow", self._language, seconds=f"{self._seconds:g}")


def too_large(name: str, language: Language, most: int) -> Mistakes:
    """Return the refusal of a file that unpacks to more than a number of bytes."""
    return refused(name, "too_large", language, size=most // 2**20)


class CharacterCount:
    """Counts the characters that cells show. A few bytes can stand for any number of them, where a text is repeated."""

    def __init__(self, name: str, language: Language) -> None:
        self._name, self._language, self._number = name, language, 0

    def add(self, number: int) -> None:
        """
        Raises:
            Mistakes: it is more than a workbook may unpack to.
        """
        self._number += number
        if self._number > LARGEST_UNPACKED:
            raise too_large(self._name, self._language, LARGEST_UNPACKED)


def check_extent(name: str, sheet: str, rows: int, columns: int, language: Language) -> None:
    """Check that a sheet is not too large.

    Raises:
        Mistakes: it is; the message names the sheet and the limit.
    """
    if rows > MOST_ROWS:
        raise refused(name, "too_many_rows", language, sheet=sheet, rows=rows, most=MOST_ROWS)
    if columns > MOST_COLUMNS:
        raise refused(name, "too_many_columns", language, sheet=sheet, columns=columns, most=MOST_COLUMNS)
    if rows * columns > MOST_CELLS:
        raise refused(name, "too_many_cells", language, sheet=sheet, cells=rows * columns, most=MOST_CELLS)
