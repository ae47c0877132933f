"""The table of a dossier about what comes if nothing more is recorded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from clusterflow.domain.text import Language, Text
from clusterflow.reports.foresight import ComingEvent, ways_text
from clusterflow.reports.html_page import Table, short_day

_TITLE = Text(es="Qué viene si no se registra nada más", en="What comes if nothing happens")
_INTRODUCTION = Text(
    es="Lo que cambiaría en un año con los datos de hoy: plazos que vencen, datos que dejan de contar, lo que caduca.",
    en="What would turn within a year by the facts of today: deadlines, facts that no longer count, what ends.",
)
_DAY = Text(es="Día", en="Day")
_STAGE = Text(es="Etapa", en="Stage")
_EVENT = Text(es="Qué viene", en="What comes")
_PREVENTION = Text(es="Qué lo evita", en="What prevents it")

MOST_ROWS = 40

_ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def foresight_table(coming: Sequence[ComingEvent], language: Language) -> tuple[str, str, Table]:
    """Return the title of the section, its sentence, and its table. Facts are not named, for they may be of people."""
    events = [event for event in coming if event.kind != "gate.changed"][:MOST_ROWS]
    table = Table(
        caption=_TITLE.to(language),
        heads=tuple(head.to(language) for head in (_DAY, _STAGE, _EVENT, _PREVENTION)),
        rows=tuple(
            (short_day(e.day), e.stage_title or "–", _with_short_days(e.text), ways_text(e.least, language) or "–")
            for e in events
        ),
        wide=(2,),
    )
    return _TITLE.to(language), _INTRODUCTION.to(language), table


def _with_short_days(text: str) -> str:
    """Return a text with its days as the rest of the dossier writes them; on the command line they are ISO 8601."""
    return _ISO_DAY.sub(lambda found: short_day(date.fromisoformat(found[0])), text)
