"""The texts around the tables of a workbook."""

from __future__ import annotations

from clusterflow.domain.text import Text
from clusterflow.rules.matching import fold_text

INSTRUCTIONS = Text(es="Instrucciones", en="Instructions")
OURS = (INSTRUCTIONS,)
"""Sheets without records."""

EXAMPLE = Text(es="Ejemplo:", en="Example:")
"""The beginning of the example row of a table; such a row is skipped."""


def is_example(text: str) -> bool:
    """Return whether a text begins an example row."""
    first, sign, _ = text.partition(":")
    return bool(sign) and fold_text(first) in (fold_text(EXAMPLE.es), fold_text(EXAMPLE.en))


ROOM = 500
"""The number of empty rows that are prepared below the recorded ones."""

CURRENCIES = ("MXN", "COP", "ARS", "CLP", "PEN", "BRL", "UYU", "BOB", "PYG", "CRC", "GTQ", "DOP", "USD", "EUR")
"""Offered first; any other ISO 4217 code may be written."""

CHOOSE = Text(es="Elija una palabra de la lista.", en="Choose a word of the list.")
HOW = Text(es="Una fecha, como 2025-03-04.", en="A date, as 2025-03-04.")
NAMED_ON = Text(
    es="No está (todavía) en la hoja «{sheet}». ¿Añadirá allí su fila?",
    en="It is not (yet) in the sheet «{sheet}». Will you add its row there?",
)

TITLE = Text(es="Libro de la iniciativa", en="The initiative's workbook")
MADE = Text(es="Preparado el {day}", en="Made on {day}")
HOW_IT_WORKS = Text(es="Cómo se usa", en="How it works")
STEPS: tuple[Text, ...] = (
    Text(
        es="Llene solo las hojas que lleve. Una hoja sin filas no dice nada, y no borra nada.",
        en="Fill in only the sheets that you keep. A sheet without rows says nothing, and takes nothing away.",
    ),
    Text(
        es="Una fila es una cosa. Los títulos con * hacen falta para lo nuevo. El Id puede quedar vacío: se crea solo.",
        en="A row is a thing. Heads with * are needed for what is new. The id may stay empty: it is made by itself.",
    ),
    Text(
        es="La fila gris que empieza con «Ejemplo:» no se importa. Puede borrarla.",
        en="The grey row that begins with «Example:» is not imported. You may delete it.",
    ),
    Text(
        es="Para nombrar a una persona, organización u órgano escriba su nombre (o su Id) como en su propia hoja.",
        en="To name a person, organisation or body, write its name (or its id) as on its own sheet.",
    ),
    Text(
        es="Fechas: celda de fecha, 2025-03-04 o 4 de marzo de 2025. Importes: un número, y la moneda en su columna.",
        en="Dates: a date cell, 2025-03-04 or 4 March 2025. Amounts: a number, and the currency in its column.",
    ),
    Text(
        es="Quien se va o lo que termina: escriba la fecha en «Baja» o «Hasta»; no borre la fila. Si borra una fila o "
        "vacía una celda, se le preguntará qué quiere decir.",
        en="For who leaves or what ends, put the day under «Left» or «To»; do not delete the row. If you delete a row "
        "or empty a cell, you are asked what you mean.",
    ),
    Text(
        es="Su propia hoja o columna, que no es para importar: empiece su nombre con #.",
        en="A sheet or column of your own, that is not to be imported: begin its name with #.",
    ),
    Text(
        es="Importar dos veces el mismo libro no cambia nada. Primero se muestra qué cambiaría; después, todo o nada.",
        en="Importing the same workbook twice changes nothing. First you see what would change; then all, or nothing.",
    ),
)
SHEETS_HEADING = Text(es="Las hojas", en="The sheets")
ROWS = Text(es="{n} filas", en="{n} rows")
ONE_ROW = Text(es="1 fila", en="1 row")
