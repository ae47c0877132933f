"""Short words to lay out a sheet with.

A column says only where a field stands and how its head reads; its type, list and bounds are those of the record.
"""

from __future__ import annotations

from datetime import date

from clusterflow.domain.text import Text
from clusterflow.intake.workbook.layout import Column, Sheet

GREEN, BLUE, GOLD, VIOLET, TEAL, RED = "#2E7D5B", "#2F5D8A", "#B07D2B", "#6B4E8E", "#2A7F86", "#A8483F"
DAY = date(2025, 3, 4)


def column(
    fills: str, es: str, en: str, example: object = None, *also: str, per: int = 1, percent: float = 0,
    free: bool = False,
) -> Column:  # fmt: skip
    """``fills`` names fields as record.field, the first one being where the column's type comes from."""
    fields = tuple((record, name) for record, _, name in (f.partition(".") for f in fills.split()))
    return Column(fields, Text(es=es, en=en), example, also, per, percent, free)


def text(es: str, en: str) -> Text:
    return Text(es=es, en=en)


def sheet(
    name: str, titles: tuple[str, str], about: tuple[str, str], one: tuple[str, str], many: tuple[str, str],
    colour: str, *columns: Column, made_of: str = "",
) -> Sheet:  # fmt: skip
    return Sheet(name, text(*titles), text(*about), text(*one), text(*many), colour, columns, tuple(made_of.split()))


def currency(record: str, example: str | None = "MXN") -> Column:
    return column(f"{record}.currency", "Moneda", "Currency", example, "divisa")


def span(record: str, first: object = DAY, from_: tuple[str, str] = ("Desde", "From")) -> tuple[Column, Column]:
    return (
        column(f"{record}.valid_from", *from_, first, "inicio", "start"),
        column(f"{record}.valid_to", "Hasta", "To", None, "fin", "end"),
    )


def on(record: str, es: str = "Fecha", en: str = "Date") -> Column:
    return column(f"{record}.valid_from", es, en, DAY, "fecha", "date", "día", "day")


def source(record: str) -> Column:
    return column(f"{record}.source", "Fuente", "Source", None, "origen")
