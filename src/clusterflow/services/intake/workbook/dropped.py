"""A workbook that was dropped: nobody is there to be asked, so whatever is to be asked refuses it."""

from __future__ import annotations

import hashlib

from clusterflow.engine.submissions import Delivery
from clusterflow.errors import Mistake, Mistakes, UnknownName
from clusterflow.intake.workbook.messages import CellMistake
from clusterflow.services.intake.workbook.summary import Told, told
from clusterflow.services.intake.workbook.workbooks import Opened, Workbooks

SUFFIXES = (".xlsx", ".xlsm", ".ods", ".csv", ".xls")
"""How the names of workbooks end; .xls, too, so that whoever drops one is told what helps."""

_CURES = {
    "doubles": "Write its id in the workbook, or: clusterflow import {name} --doubles new",
    "removed": "Put the row back, with its last day, or: clusterflow import {name} --removed keep",
    "emptied": "Fill the cell, or: clusterflow import {name} --emptied keep",
}


def handed_in(workbooks: Workbooks, name: str, content: bytes) -> tuple[Delivery, bytes]:
    """What a dropped workbook hands in, and where something is wrong in it, a copy with that marked."""
    digest = hashlib.sha256(content).hexdigest()
    source, payload = f"file:{digest}", f"a workbook; SHA-256 {digest}"
    try:
        opened = workbooks.open(name, content)
        plan = workbooks.plan(opened)
    except Mistakes as problem:
        return Delivery(source, name, payload, mistakes=problem.mistakes), b""
    except UnknownName as problem:
        return Delivery(source, name, payload, mistakes=(Mistake(name, str(problem)),)), b""
    if not opened.wrong:
        opened.wrong = [
            CellMistake(d.place, Mistake(str(d.place), line.removeprefix(f"{d.place}: "), "", _cure("doubles", name)))
            for d, line in zip(plan.doubles, told(plan).doubles, strict=True)
        ]
        asked = [w.mistake for w in opened.wrong] + _asked(told(plan), name)
        if not asked:
            return Delivery(source, name, payload, plan.submissions), b""
        return Delivery(source, name, payload, mistakes=asked), _marked(opened)
    return Delivery(source, name, payload, mistakes=[w.mistake for w in opened.wrong]), _marked(opened)


def _marked(opened: Opened) -> bytes:
    return opened.marked() if opened.wrong else b""


def _asked(words: Told, name: str) -> list[Mistake]:
    """What has no row any more, or was emptied."""
    lines = [("removed", line) for line in words.removed] + [("emptied", line) for line in words.emptied]
    return [
        Mistake(where, found, "", _cure(kind, name))
        for kind, line in lines
        for where, _, found in [line.partition(": ")]
    ]


def _cure(kind: str, name: str) -> str:
    return _CURES[kind].format(name=name)
