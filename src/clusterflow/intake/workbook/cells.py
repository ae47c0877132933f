"""Converts the content of a cell to the value that its column asks for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pycountry

from clusterflow.domain.term_labels import YES_NO
from clusterflow.domain.text import Language
from clusterflow.intake.workbook.cell_formats import PERCENT, FormattedNumber
from clusterflow.intake.workbook.layout import PRESENCES, Column, Kind, Presence
from clusterflow.intake.workbook.messages import Unreadable, any_of
from clusterflow.intake.workbook.numbers import read_day, read_number
from clusterflow.rules.matching import fold_text
from clusterflow.rules.mistakes import nearest

FAILED = re.compile(
    r"#\?"
    r"|#[¡¿]?(REF|DIV/0|VALUE|NAME|NUM|NULL|N/A|N/D|VALOR|NOMBRE|NULO|SPILL|DESBORDAMIENTO|CALC|CÁLCULO|CAMPO|FIELD"
    r"|BLOCKED|BLOQUEADO|CONNECT|CONECTAR|UNKNOWN|DESCONOCIDO|BUSY|OCUPADO|GETTING_DATA|PYTHON)[!?]?"
    r"|#(VALOR|NOME\?|NÚM|NÚMERO|NULO|DIV/0|N/DISP|CIRC)!?"
    r"|Err:\s?\d{3}",
    re.IGNORECASE,
)
"""What a spreadsheet in Spanish, Portuguese or English shows where a formula failed."""

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\xad]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def is_failure(text: str) -> bool:
    """Whether a cell shows that its formula failed."""
    return FAILED.fullmatch(text.strip()) is not None


def clean_text(value: Any) -> Any:
    """Return a cell without blanks at its ends, non-breaking and invisible signs; None where it is empty."""
    if not isinstance(value, str):
        return value
    text = _INVISIBLE.sub("", value).replace("\xa0", " ").replace("\u202f", " ").replace("\r\n", "\n").strip()
    return text or None


def read_cell(column: Column, value: Any, language: Language, written_in: Language | None = None) -> Any:
    """Return the value of a field as its record takes it; None where the cell is empty. A reference stays a text.

    Args:
        language: the language of messages.
        written_in: the language of the workbook, where it is another one; 3/4/2025 is read by it.

    Raises:
        Unreadable: the cell holds something else.
    """
    value = clean_text(value)
    if value is None:
        return None
    if isinstance(value, str) and is_failure(value):
        raise Unreadable("failed")
    if column.kind is not Kind.MONEY:
        value = _without_sign(column, value)
    if column.kind is Kind.DATE and isinstance(value, str):
        return read_day(value, language, day_first=(written_in or language) == "es")
    return _READERS[column.kind](column, value, language)


_PERCENTAGE = re.compile(r"([-+]?[\d.,\s]*\d[\d.,\s]*)%")


def is_percentage(value: Any) -> bool:
    """Whether a cell shows a percent sign after a number."""
    if isinstance(value, FormattedNumber):
        return value.sign == PERCENT
    return isinstance(value, str) and _PERCENTAGE.fullmatch(value.strip()) is not None


def _without_sign(column: Column, value: Any) -> Any:
    """The number of a cell that shows a percent or currency sign, in the unit of its column."""
    if column.kind in (Kind.WHOLE, Kind.NUMBER) and isinstance(value, str) and (match := _PERCENTAGE.fullmatch(value)):
        value = FormattedNumber(float(read_number(match[1])), PERCENT)
    if not isinstance(value, FormattedNumber):
        return value
    if value.sign != PERCENT:
        return value.number
    if column.kind not in (Kind.WHOLE, Kind.NUMBER):
        return str(value)
    if not column.percent:
        raise Unreadable("percent")
    return float(f"{value.number * column.percent / 100:.15g}")


def _text(_: Column, value: Any, __: Language) -> str:
    if isinstance(value, (date, time, timedelta)):
        raise Unreadable("text_date")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(format(value, '.15g')):f}" if value == value and abs(value) < 1e300 else str(value)
    text = unicodedata.normalize("NFC", str(value))
    if _CONTROL.search(text):
        raise Unreadable("sign")
    return text


def _id(column: Column, value: Any, language: Language) -> str:
    text = slug(_text(column, value, language), keep=True)
    if text is None:
        raise Unreadable("id", example=column.example or "a-1")
    return text


def slug(text: str, keep: bool = False) -> str | None:
    """Return a short name for files and commands, made from a name; None if nothing of it is left.

    Args:
        keep: it is a short name but for capitals and blanks, as the number of a series: F-2025/001 is f-2025-001.
    """
    if keep:
        plain = re.sub(r"[\s/]+", "-", text.lower())
        return plain if re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", plain) else None
    plain = re.sub(r"[^a-z0-9]+", "-", fold_text(text)).strip("-")[:48].rstrip("-")
    return plain or None


def _choice(column: Column, value: Any, language: Language) -> str:
    text = _text(column, value, language)
    word = _words_of_list(column).get(fold_text(text))
    if word is not None:
        return word
    labels = [label.to(language) for label in column.choices.values()]
    near = nearest(text, labels, most=2)
    if near:
        raise Unreadable("did_you_mean", near=any_of(near, language))
    raise Unreadable("choice", accepted=", ".join(labels))


@cache
def _words_of_list(column: Column) -> dict[str, str]:
    """Return the values of a list by their words, in each language and as they are in files."""
    found = {fold_text(label): word for word, text in column.choices.items() for label in (text.es, text.en)}
    return found | {fold_text(word): word for word in column.choices}


_YES = frozenset(
    {
        fold_text(YES_NO[True].es),
        fold_text(YES_NO[True].en),
        "s",
        "y",
        "x",
        "1",
        "true",
        "verdadero",
        "cierto",
        "✔",
        "✓",
    }
)
_NO = frozenset({fold_text(YES_NO[False].es), fold_text(YES_NO[False].en), "n", "0", "false", "falso", "✘", "✗"})


def _yes_no(_: Column, value: Any, __: Language) -> bool:
    if isinstance(value, bool):
        return value
    if value in (0, 1):
        return bool(value)
    word = fold_text(str(value)) or str(value)
    if word in _YES or word in _NO:
        return word in _YES
    raise Unreadable("yes_no")


def _whole(column: Column, value: Any, _: Language) -> int:
    if isinstance(value, (bool, date, time, timedelta)):
        raise Unreadable("whole")
    number = read_number(value, whole=column.per == 1) * column.per
    if number != number.to_integral_value() or abs(number) >= 2**63:
        raise Unreadable("whole")
    return int(number)


def _number(_: Column, value: Any, __: Language) -> float:
    if isinstance(value, (bool, date, time, timedelta)):
        raise Unreadable("number")
    return float(value) if isinstance(value, (int, float)) else float(read_number(value))


def _date(_: Column, value: Any, __: Language) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise Unreadable("date")


def _clock(_: Column, value: Any, __: Language) -> str:
    if isinstance(value, datetime):
        value = value.time()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float) and 0 <= value < 1:
        return f"{round(value * 1440) // 60 % 24:02}:{round(value * 1440) % 60:02}"
    match = re.fullmatch(r"(\d{1,2})[:.hH](\d{2})?(?::\d{2})?\s*(?:h|hs|horas)?", str(value))
    if match and int(match[1]) < 24 and int(match[2] or 0) < 60:
        return f"{int(match[1]):02}:{int(match[2] or 0):02}"
    raise Unreadable("clock")


def _currency(_: Column, value: Any, __: Language) -> str:
    code = str(value).upper()
    if not re.fullmatch("[A-Z]{3}", code) or not is_currency(code):
        raise Unreadable("no_currency", example="MXN")
    return code


@cache
def is_currency(code: str) -> bool:
    """Whether it is an ISO 4217 code."""
    return pycountry.currencies.get(alpha_3=code) is not None


def _reference(column: Column, value: Any, language: Language) -> str:
    return _text(column, value, language)


def _bare_amount(_: Column, value: Any, __: Language) -> Any:
    return value


_READERS: dict[Kind, Callable[[Column, Any, Language], Any]] = {
    Kind.TEXT: _text,
    Kind.ID: _id,
    Kind.REFERENCE: _reference,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _yes_no,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.CLOCK: _clock,
    Kind.CURRENCY: _currency,
    Kind.MONEY: _bare_amount,
}


@cache
def _presences() -> dict[str, Presence]:
    found: dict[str, Presence] = {}
    for presence in PRESENCES:
        for word in (presence.text.es, presence.text.en, *presence.also):
            found[fold_text(word) or word] = presence
    return found


def read_presence(value: Any, language: Language) -> Presence | None:
    """Return the answer in a cell of the attendance sheet; None if it is empty.

    Raises:
        Unreadable: it holds something else.
    """
    value = clean_text(value)
    if value is None:
        return None
    if isinstance(value, str) and is_failure(value):
        raise Unreadable("failed")
    if isinstance(value, (bool, float, int)) and value in (0, 1):
        value = int(value)
    found = _presences().get(fold_text(str(value)) or str(value))
    if found is None:
        raise Unreadable("presence", accepted=", ".join(p.text.to(language) for p in PRESENCES))
    return found
