"""The messages about mistakes in a workbook, in the language of its reader, and their places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from xlsxwriter.utility import xl_col_to_name

from clusterflow.domain.text import Language, Text
from clusterflow.errors import Mistake


@dataclass(frozen=True, slots=True)
class Place:
    """A cell, a row, or a whole sheet; rows and columns count from 0."""

    sheet: str
    row: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        if self.row is None:
            return self.sheet
        if self.column is None:
            return f"{self.sheet}!{self.row + 1}:{self.row + 1}"  # how spreadsheets write a whole row
        return f"{self.sheet}!{xl_col_to_name(self.column)}{self.row + 1}"


@dataclass(frozen=True, slots=True)
class CellMistake:
    """A mistake with the cell that is marked for it."""

    place: Place
    mistake: Mistake


class Unreadable(ValueError):
    """A cell does not hold what its column asks for. ``key`` is the key of its message, ``values`` fill it in."""

    def __init__(self, key: str, **values: object) -> None:
        self.key, self.values = key, values
        super().__init__(key)


def _t(es: str, en: str) -> Text:
    return Text(es=es, en=en)


MESSAGES: dict[str, Text] = {
    "choice": _t("no está en la lista; se acepta: {accepted}", "is not in the list; accepted: {accepted}"),
    "did_you_mean": _t("¿quiso decir {near}?", "did you mean {near}?"),
    "failed": _t("es una fórmula que falló; corrija la fórmula o escriba el valor",
                 "is a formula that failed; correct the formula, or write the value"),
    "no_result": _t("es una fórmula sin resultado guardado; abra el libro en su hoja de cálculo y guárdelo",
                    "is a formula without a stored result; open the workbook in your spreadsheet and save it"),
    "date": _t("no es una fecha; se acepta una celda de fecha, 2025-03-04 o 4 de marzo de 2025",
               "is no date; accepted: a date cell, 2025-03-04 or 4 March 2025"),
    "two_dates": _t("puede leerse como {one} o como {other}; escríbalo como una de las dos",
                    "can be read as {one} or as {other}; write it as one of them"),
    "clock": _t("no es una hora; se acepta HH:MM, como 09:30", "is no time of a day; accepted: HH:MM, as 09:30"),
    "number": _t("no es un número; se acepta algo como 1200.5", "is no number; accepted: something like 1200.5"),
    "two_numbers": _t("puede leerse como {one} o como {other}; escríbalo sin separador de miles",
                      "can be read as {one} or as {other}; write it without a thousands separator"),
    "whole": _t("no es un número entero; se acepta algo como 12", "is no whole number; accepted: something like 12"),
    "yes_no": _t("no es sí ni no; se acepta: sí, no", "is neither yes nor no; accepted: yes, no"),
    "presence": _t("no dice si asistió; se acepta: {accepted}", "does not say who came; accepted: {accepted}"),
    "currency": _t("es un importe sin moneda; escriba en «{column}» su código ISO 4217, como {example}",
                   "is an amount without a currency; put its ISO 4217 code under «{column}», as {example}"),
    "no_currency": _t("no es una moneda ISO 4217; se acepta un código como {example}",
                      "is no ISO 4217 currency; accepted: a code as {example}"),
    "decimals": _t("tiene más decimales que {currency}; se aceptan {most}",
                   "has more decimals than {currency} has; accepted: {most}"),
    "amount": _t("no es un importe; se acepta un número, como 1200.50", "is no amount; accepted: a number, as 1200.50"),
    "id": _t("no es un identificador: minúsculas, cifras, punto y guion, como {example}; o deje la celda vacía",
             "is no id: lower case letters, digits, point and hyphen, as {example}; or leave the cell empty"),
    "text_date": _t("es una fecha y aquí va un texto; dé a la celda formato de texto",
                    "is a date where a text belongs; format the cell as text"),
    "sign": _t("contiene un carácter que no se admite", "contains a character that is not allowed"),
    "bounds": _t("no se acepta; se acepta: {accepted}", "is not accepted; accepted: {accepted}"),
    "plain": _t("{problem}", "{problem}"),
    "needed": _t("falta «{column}»", "«{column}» is missing"),
    "needed_like": _t("falta «{column}»; se acepta {accepted}", "«{column}» is missing; accepted: {accepted}"),
    "needed_column": _t("las filas nuevas necesitan una columna «{column}»", "new rows need a column «{column}»"),
    "unknown_name": _t("no hay {noun} con ese nombre; añada su fila en «{sheet}»",
                       "no {noun} has that name; add its row in «{sheet}»"),
    "unknown_near": _t("no hay {noun} con ese nombre; ¿quiso decir {near}?",
                       "no {noun} has that name; did you mean {near}?"),
    "several_names": _t("así se llaman varios: {near}; escriba su Id", "several have that name: {near}; write the id"),
    "ends_before": _t("es anterior a {first}, cuando empieza", "is before {first}, when it begins"),
    "contradicts": _t("contradice a {other}: {fields}; deje una de las dos filas",
                      "contradicts {other}: {fields}; leave one of the two rows"),
    "head": _t("no es ninguna columna de «{sheet}»; empiece el título con # para dejarla fuera",
               "is no column of «{sheet}»; begin its head with # to leave it out"),
    "head_near": _t("no es ninguna columna de «{sheet}»; ¿quiso decir {near}? (con # delante se deja fuera)",
                    "is no column of «{sheet}»; did you mean {near}? (with # before it, it is left out)"),
    "head_twice": _t("es la misma columna que {other}", "is the same column as {other}"),
    "no_heads": _t("no tiene una fila de títulos; se esperan: {near}", "has no row of heads; expected: {near}"),
    "no_key_column": _t("le falta la columna «{column}»", "lacks the column «{column}»"),
    "sheet": _t("no es ninguna hoja conocida; empiece su nombre con # para dejarla fuera",
                "is no sheet that is known; begin its name with # to leave it out"),
    "sheet_near": _t("no es ninguna hoja conocida; ¿quiso decir {near}? (con # delante se deja fuera)",
                     "is no sheet that is known; did you mean {near}? (with # before it, it is left out)"),
    "sheet_twice": _t("es la misma hoja que «{other}»", "is the same sheet as «{other}»"),
    "merged": _t("son celdas combinadas; sepárelas y llene cada una", "are merged cells; split them and fill each"),
    "no_sheet": _t("no tiene ninguna hoja conocida; se esperan: {near}",
                   "has no sheet that is known; expected: {near}"),
    "no_row": _t("no tiene ninguna fila; se espera una fila de títulos y una por cada dato",
                 "has no row; expected: a row of heads, and one for each fact"),
    "empty_file": _t("está vacío; se espera un libro .xlsx, .ods o .csv",
                     "is empty; expected: a workbook, .xlsx, .ods or .csv"),
    "password": _t("está protegido con contraseña; guárdelo sin ella", "is protected by a password; save it without"),
    "old_xls": _t("es un .xls antiguo; guárdelo como .xlsx", "is an old .xls; save it as .xlsx"),
    "broken": _t("está dañado o incompleto: {why}; ábralo en su hoja de cálculo y guárdelo de nuevo",
                 "is damaged or incomplete: {why}; open it in your spreadsheet and save it again"),
    "no_workbook": _t("no es ni .xlsx ni .ods ni .csv", "is neither .xlsx nor .ods nor .csv"),
    "too_large": _t("se descomprime a más de {size} MB; no se abre",
                    "unpacks to more than {size} MB; it is not opened"),
    "too_long": _t("ocupa más de {size} MB; divídalo y envíe las partes",
                   "is larger than {size} MB; split it and send the parts"),
    "too_many_parts": _t("contiene más de {most} archivos; guárdelo de nuevo en su hoja de cálculo",
                         "holds more than {most} files; save it again in your spreadsheet"),
    "too_many_rows": _t("la hoja «{sheet}» llega hasta la fila {rows}; se leen {most}. Borre lo que está lejos de la "
                        "tabla, o divídala",
                        "the sheet «{sheet}» reaches to row {rows}; {most} are read. Delete what is far from the "
                        "table, or split it"),
    "too_many_columns": _t("la hoja «{sheet}» llega hasta la columna {columns}; se leen {most}. Borre lo que está "
                           "lejos de la tabla",
                           "the sheet «{sheet}» reaches to column {columns}; {most} are read. Delete what is far "
                           "from the table"),
    "too_many_cells": _t("la hoja «{sheet}» abarca {cells} celdas; se leen {most}. Borre lo que está lejos de la "
                         "tabla, o divídala",
                         "the sheet «{sheet}» covers {cells} cells; {most} are read. Delete what is far from the "
                         "table, or split it"),
    "too_slow": _t("tarda más de {seconds} segundos en leerse; divídalo y envíe las partes",
                   "takes more than {seconds} seconds to read; split it and send the parts"),
    "more_mistakes": _t("hay {n} errores más; corrija estos primero",
                        "there are {n} more mistakes; correct these first"),
    "not_text": _t("no se sabe en qué codificación está; guárdelo como «CSV UTF-8» o como .xlsx",
                   "is in an encoding that cannot be determined; save it as «CSV UTF-8» or as .xlsx"),
    "percent": _t("es un porcentaje y aquí va un número; escríbalo sin el signo %",
                  "is a percentage where a number belongs; write it without the % sign"),
    "percent_of": _t("es un porcentaje, y la unidad del objetivo es «{unit}»; escriba el número en esa unidad",
                     "is a percentage, and the unit of the objective is «{unit}»; write the number in that unit"),
    "other_currency": _t("lleva el signo {sign}, y la moneda de la fila es {currency}; escriba el código, como "
                         "1200.50 {example}",
                         "has the sign {sign}, and the currency of the row is {currency}; write the code, as "
                         "1200.50 {example}"),
    "version": _t("es un libro de otra versión ({found}); pida uno nuevo con «clusterflow template»",
                  "is a workbook of another version ({found}); get a new one with «clusterflow template»"),
    "other_initiative": _t("es el libro de «{found}», no de «{wanted}»",
                           "is the workbook of «{found}», not of «{wanted}»"),
    "meeting_head": _t("no es el Id ni la fecha de ninguna reunión; añada su fila en «{sheet}»",
                       "is neither the id nor the date of a meeting; add its row in «{sheet}»"),
    "unusual_future": _t("está en el futuro: ¿es correcto?", "is in the future: is it right?"),
    "unusual_before_founding": _t("es anterior a la constitución de la organización ({founded}): ¿es correcto?",
                              "is before the organisation was founded ({founded}): is it right?"),
    "unusual_amount": _t("está muy lejos de lo habitual en esta columna ({usual}): ¿es correcto?",
                     "is far from the usual amount in this column ({usual}): is it right?"),
    "unusual_currency": _t("está en otra moneda que las demás filas ({usual}): ¿es correcto?",
                       "is in another currency than the other rows ({usual}): is it right?"),
    "unusual_share": _t("es menos de 1 %: ¿es una fracción que debería ser un porcentaje?",
                    "is less than 1 %: is it a fraction that should be a percentage?"),
    "unusual_name": _t("es un nombre sin letras: ¿es correcto?", "is a name without letters: is it right?"),
    "several_meetings": _t("puede ser más de una reunión de ese día: {near}; escriba el Id",
                           "may be more than one meeting of that day: {near}; write the id"),
    "several_organisations": _t("representa a más de una organización: {near}; escriba en «{column}» por cuál asistió",
                                "represents more than one organisation: {near}; write under «{column}» for which"),
    "no_organisation": _t("no representa a ninguna organización ese día; escríbala en «{column}» o en «{sheet}»",
                          "represents no organisation on that day; write it under «{column}» or in «{sheet}»"),
}  # fmt: skip

_MONTHS = {
    "es": ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
           "noviembre", "diciembre"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip


def message_text(key: str, language: Language, **values: object) -> str:
    return MESSAGES[key].to(language).format(**values)


def day_in_words(day: date, language: Language) -> str:
    month = _MONTHS[language][day.month - 1]
    return f"{day.day} de {month} de {day.year}" if language == "es" else f"{day.day} {month} {day.year}"


def quoted(value: object) -> str:
    """Return a value in quotation marks, so that blanks at its ends can be seen."""
    text = f"{value:.15g}" if isinstance(value, float) else str(value)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return f'"{text}"'


def mistake(place: Place, value: object, key: str, language: Language, **values: object) -> CellMistake:
    """Return a mistake in one sentence: the place, the value, and what to do."""
    text = message_text(key, language, **values)
    between = " — " if key == "did_you_mean" else " "
    found = text if value is None else f"{quoted(value)}{between}{text}"
    return CellMistake(place, Mistake(str(place), found))


def any_of(words: Sequence[str], language: Language) -> str:
    """Return words in quotation marks, the last one after an *or*."""
    quotes = [f'"{w}"' for w in words]
    if len(quotes) < 2:
        return "".join(quotes)
    return f"{', '.join(quotes[:-1])} {'o' if language == 'es' else 'or'} {quotes[-1]}"
