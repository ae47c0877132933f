"""The initiative page: where the initiative stands, what holds it back, and its history in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from clusterflow.domain.appointment import Appointment
from clusterflow.domain.terms import HelixKind, Role, SizeClass
from clusterflow.domain.text import Frozen, NoticeLanguage, model_language
from clusterflow.reports.history import KINDS, HistoryLine, history
from clusterflow.reports.status import InitiativeStatus
from clusterflow.services import registry, standing
from clusterflow.services.calendars import calendar_texts
from clusterflow.services.context import Context
from clusterflow.services.views.menders import menders, records_behind
from clusterflow.store import ledger
from clusterflow.store.agenda import agenda_of, load_programme
from clusterflow.store.fact_lists import types_with_facts
from clusterflow.store.model_history import model_history
from clusterflow.store.parties import members_by_kind

NEXT = 8
"""The most appointments on the page."""

NEWEST = 100
"""The most lines of the history on the page."""

PLOTTED = {
    "attendance": "attendance",
    "person-turnover": "attendance",
    "dues-collected": "invoice",
    "trust": "survey-wave",
    "objectives": "reading",
}
"""The plots of the dossier that the page shows, and the record type that each is drawn from. For members the page has
bars of its own.
"""


class MemberGroup(Frozen):
    """The members of one helix kind, by size class."""

    helix: HelixKind | None
    sizes: tuple[tuple[SizeClass | None, int], ...]

    @property
    def total(self) -> int:
        return sum(number for _, number in self.sizes)

    @property
    def has_sizes(self) -> bool:
        """Whether the size class of any member is known. It is one of companies alone."""
        return any(size is not None for size, _ in self.sizes)


class Upcoming(Frozen):
    """An appointment to come."""

    day: date
    time: str | None
    what: str


class InitiativePage(Frozen):
    """What the page of an initiative shows."""

    status: InitiativeStatus
    history: tuple[HistoryLine, ...]
    """The newest line first."""
    members: tuple[MemberGroup, ...]
    """The largest group first."""
    upcoming: tuple[Upcoming, ...]
    mended_by: Mapping[tuple[str, str], tuple[Role, ...]]
    """Who can correct what holds the initiative back, by stage and criterion."""
    records: Mapping[tuple[str, str], tuple[str, ...]]
    """The record types with which that is corrected, by stage and criterion."""
    plots: tuple[str, ...]
    """The names of the plots that there are facts for. They are drawn when a browser asks for them."""


def initiative_page(context: Context, initiative: str, reader: NoticeLanguage) -> InitiativePage:
    """Gather the page of an initiative. What comes next has the headings of calendars, in the language of the reader.

    Raises:
        UnknownName: no such initiative is enrolled.
    """
    language = model_language(reader)
    status = standing.status(context, initiative, language=language)
    with context.reading() as connection:
        models = model_history(connection, initiative)
        entries = list(ledger.read_entries(connection, initiative, kinds=sorted(KINDS)))
        members = _groups(members_by_kind(connection, initiative, status.as_of))
        agenda = agenda_of(connection, initiative, context.clock(), load_programme(connection))
        recorded = types_with_facts(connection, initiative, sorted(set(PLOTTED.values())))
    lines = history(entries[-NEWEST:], models, language)
    return InitiativePage(
        status=status,
        history=lines[::-1],
        members=members,
        upcoming=_upcoming(context, agenda, status.as_of, reader),
        mended_by=menders(context, models.current, status.hindrances),
        records={
            (one.stage, one.criterion): records_behind(
                context, models.current.stage(one.stage).gate.by_id[one.criterion]
            )
            for one in status.hindrances
        },
        plots=tuple(name for name, record in PLOTTED.items() if record in recorded),
    )


def _groups(counts: Mapping[tuple[str | None, str | None], int]) -> tuple[MemberGroup, ...]:
    by_helix: dict[str | None, dict[str | None, int]] = {}
    for (helix, size), number in counts.items():
        by_helix.setdefault(helix, {})[size] = number
    groups = [
        MemberGroup(
            helix=HelixKind(helix) if helix else None,
            sizes=tuple((s, sizes[s]) for s in (*reversed(SizeClass), None) if s in sizes),
        )
        for helix, sizes in by_helix.items()
    ]
    return tuple(sorted(groups, key=lambda g: (-g.total, g.helix or "~")))


def _upcoming(
    context: Context, agenda: Iterable[Appointment], today: date, reader: NoticeLanguage
) -> tuple[Upcoming, ...]:
    headings = calendar_texts(context.settings.configs / "messages", reader).headings
    coming = [a for a in agenda if a.day >= today and not a.cancelled and not a.done]
    language = model_language(reader)
    return tuple(
        Upcoming(day=a.day, time=a.time, what=f"{headings[a.kind]}: {a.what.to(language)}") for a in coming[:NEXT]
    )


def name_of(context: Context, initiative: str) -> str:
    """Return the name of an initiative today; its id if it has no record."""
    record = registry.initiative_record(context, initiative)
    return record.name if record else initiative
