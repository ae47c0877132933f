"""Reads a dropped workbook. Nobody can answer its questions, so each open question refuses it."""

from __future__ import annotations

import hashlib
import shlex

from clusterflow.domain.text import Language, Text
from clusterflow.engine.submissions import Delivery
from clusterflow.errors import Mistake, Mistakes, UnknownName
from clusterflow.intake.workbook.messages import CellMistake
from clusterflow.services.context import Context
from clusterflow.services.intake.workbook import workbooks
from clusterflow.services.intake.workbook.summary import ImportSummary, summarize

_SUFFIXES = (".xlsx", ".xlsm", ".ods", ".xls", ".csv", ".tsv", ".tab")
"""The suffixes of workbooks. An .xls file cannot be read, but is refused with a message that says what to do."""


def is_workbook(name: str, content: bytes) -> bool:
    """Return whether a file is read as a workbook.

    Excel saves «Unicode text» as .txt; a .txt file of JSON lines begins with a brace.
    """
    is_text = name.lower().endswith(".txt") and not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    return is_text or name.lower().endswith(_SUFFIXES)


_CURES = {
    "doubles": Text(
        es="Escriba el Id en el libro, o use: clusterflow import {name} --doubles new",
        en="Write the id in the workbook, or use: clusterflow import {name} --doubles new",
    ),
    "removed": Text(
        es="Devuelva la fila y anote su último día, o use: clusterflow import {name} --removed keep",
        en="Restore the row and enter its last day, or use: clusterflow import {name} --removed keep",
    ),
    "odd": Text(
        es="Corrija la celda, o use: clusterflow import {name} --odd keep",
        en="Correct the cell, or use: clusterflow import {name} --odd keep",
    ),
    "emptied": Text(
        es="Llene la celda, o use: clusterflow import {name} --emptied keep",
        en="Fill the cell, or use: clusterflow import {name} --emptied keep",
    ),
}


def read_delivery(context: Context, name: str, content: bytes) -> tuple[Delivery, bytes]:
    """Return the delivery of a dropped workbook, and a copy with its mistakes marked (empty where none is marked)."""
    digest = hashlib.sha256(content).hexdigest()
    source, payload = f"file:{digest}", f"a workbook; SHA-256 {digest}"
    try:
        opened = workbooks.open_workbook(context, name, content)
        plan = workbooks.plan_changes(context, opened)
    except Mistakes as problem:
        return Delivery(source, name, payload, mistakes=problem.mistakes), b""
    except UnknownName as problem:
        return Delivery(source, name, payload, mistakes=(Mistake(name, str(problem)),)), b""
    if opened.mistakes:
        return Delivery(source, name, payload, mistakes=[m.mistake for m in opened.mistakes]), opened.marked_copy()
    summary = summarize(plan)
    opened.mistakes = [
        CellMistake(
            d.place,
            Mistake(str(d.place), line.removeprefix(f"{d.place}: "), "", _cure("doubles", name, opened.language)),
        )
        for d, line in zip(plan.doubles, summary.doubles, strict=True)
    ]
    questions = [m.mistake for m in opened.mistakes] + _questions(summary, name, opened.language)
    if not questions:
        return Delivery(source, name, payload, plan.submissions), b""
    return Delivery(source, name, payload, mistakes=questions), opened.marked_copy() if opened.mistakes else b""


def _questions(summary: ImportSummary, name: str, language: Language) -> list[Mistake]:
    """Return a mistake for each record without a row, each emptied cell and each value that looks like one."""
    lines = [("removed", line) for line in summary.removed] + [("emptied", line) for line in summary.emptied]
    lines += [("odd", line) for line in summary.odd]
    return [
        Mistake(where, found, "", _cure(kind, name, language))
        for kind, line in lines
        for where, _, found in [line.partition(": ")]
    ]


def _cure(kind: str, name: str, language: Language) -> str:
    return _CURES[kind].to(language).format(name=shlex.quote(name))
