"""The table of a dossier about what comes if nothing more is recorded."""

from __future__ import annotations

from collections.abc import Sequence

from clusterflow.domain.text import Language, Text, rewrite_days
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


def foresight_table(coming: Sequence[ComingEvent], language: Language) -> tuple[str, str, Table]:
    """Return the title of the section, its sentence, and its table. Facts are not named, for they may be of people."""
    events = [event for event in coming if event.kind != "gate.changed"][:MOST_ROWS]
    table = Table(
        caption=_TITLE.to(language),
        heads=tuple(head.to(language) for head in (_DAY, _STAGE, _EVENT, _PREVENTION)),
        rows=tuple(
            (
                short_day(e.day),
                e.stage_title or "–",
                rewrite_days(e.text, short_day),
                ways_text(e.least, language) or "–",
            )
            for e in events
        ),
        wide=(2,),
    )
    return _TITLE.to(language), _INTRODUCTION.to(language), table
