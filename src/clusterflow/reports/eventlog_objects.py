"""Collects the objects of an event log from ledgers, with their values over time and their relations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from clusterflow.domain import events as ev
from clusterflow.domain.events import Entry, Event
from clusterflow.domain.records.governance import Body
from clusterflow.domain.records.parties import Organisation
from clusterflow.reports.eventlog import Case, Value, moment
from clusterflow.reports.ocel import ObjectValue, OcelObject, Related
from clusterflow.rules.stage_order import direct_successions

Party = tuple[str, str]
"""The organisation or body that a fact is about: its type and its id."""

_STATUS = {
    "stage.entered": ("stage", "under way"),
    "stage.left": ("stage", "left"),
    "stage.declined": ("stage", "declined"),
    "milestone.achieved": ("milestone", "achieved"),
    "milestone.confirmed": ("milestone", "confirmed"),
    "milestone.lapsed": ("milestone", "lapsed"),
    "milestone.restored": ("milestone", "restored"),
    "milestone.withdrawn": ("milestone", "taken back"),
    "gate.opened": ("gate review", "open"),
    "gate.reopened": ("gate review", "open"),
    "gate.withdrawn": ("gate review", "withdrawn"),
    "gate.decided": ("gate review", "decided"),
}
"""The new status of an object, by kind of event."""


@dataclass(slots=True)
class _Gathered:
    type: str
    said: dict[str, list[ObjectValue]] = field(default_factory=dict)
    related: dict[Related, None] = field(default_factory=dict)

    def say(self, name: str, at: datetime, value: Value | None) -> None:
        """Record a value if it differs from the last one."""
        values = self.said.setdefault(name, [])
        if value is not None and (not values or values[-1].value != value):
            values.append(ObjectValue(name, at, value))


class LogObjects:
    """The objects that the events of a log have named so far."""

    def __init__(self) -> None:
        self._all: dict[str, _Gathered] = {}

    def see(self, case: Case, entry: Entry, parties: Iterable[Party] = ()) -> list[Related]:
        """The objects of an entry; they are recorded with what the entry changes."""
        event, initiative = entry.event, entry.chain
        self._initiative(case, entry)
        about = [Related(f"initiative:{initiative}", "initiative")]
        stage, review = vars(event).get("stage"), vars(event).get("review")
        if stage in case.models.at(entry.version).by_id:
            about.append(Related(self._stage(case, stage, entry), "stage"))
        if review is not None:
            about.append(Related(self._review(initiative, review, stage, entry), "gate review"))
        if event.kind.startswith("milestone."):
            about.append(Related(self._milestone(initiative, event, entry), "milestone"))
        about += self._deciders(event, entry.at)
        for kind, party in parties:
            where = f"body:{initiative}/{party}" if kind == "body" else f"organisation:{party}"
            self._thing(where, kind).related[Related(f"initiative:{initiative}", f"{kind} of")] = None
            about.append(Related(where, kind))
        return list(dict.fromkeys(about))

    def describe(self, chain: str, record: Organisation | Body) -> None:
        """Add what the registry knows of an object, if the log names it."""
        body = isinstance(record, Body)
        thing = self._all.get(f"body:{chain}/{record.id}" if body else f"organisation:{record.id}")
        if thing is None:
            return
        names = ("kind",) if body else ("helix", "size", "country")
        for name in names:
            value = getattr(record, name)
            thing.say(name, moment(record.valid_from), None if value is None else str(value))

    def all(self) -> Iterator[OcelObject]:
        for name, thing in self._all.items():
            values = [one for history in thing.said.values() for one in history]
            yield OcelObject(name, thing.type, values, list(thing.related))

    def _thing(self, name: str, type_: str) -> _Gathered:
        return self._all.setdefault(name, _Gathered(type_))

    def _initiative(self, case: Case, entry: Entry) -> None:
        thing = self._thing(f"initiative:{entry.chain}", "initiative")
        if not thing.said:
            record = case.record
            for name in ("name", "country", "sector"):
                thing.say(name, entry.at, getattr(record, name, None))
        if isinstance(entry.event, ev.InitiativeEnrolled | ev.InitiativeMigrated):
            thing.say("model", entry.at, entry.event.model)
            thing.say("model_hash", entry.at, entry.event.model_hash)
        if isinstance(entry.event, (ev.InitiativeEnrolled, ev.InitiativeStopped)):
            thing.say("standing", entry.at, "active" if entry.event.kind == "initiative.enrolled" else "stopped")

    def _stage(self, case: Case, stage: str, entry: Entry) -> str:
        name, event, model = f"stage:{entry.chain}/{stage}", entry.event, case.models.at(entry.version)
        if name not in self._all:
            thing = self._thing(name, "stage")
            thing.related[Related(f"initiative:{entry.chain}", "stage of")] = None
            thing.say("kind", entry.at, model.stage(stage).kind.value)
            thing.say("title", entry.at, model.stage(stage).title.to("en"))
        if isinstance(event, ev.StageEntered):
            # Its predecessors were achieved; a migration may have carried them over from stages of other names.
            for before, after in direct_successions(model):
                if after == stage and f"stage:{entry.chain}/{before}" in self._all:
                    self._all[name].related[Related(f"stage:{entry.chain}/{before}", "follows")] = None
        self._all[name].say("round", entry.at, vars(event).get("round"))
        if isinstance(event, ev.MilestoneAchieved) and event.leaves:
            self._all[name].say("status", entry.at, "achieved")
        self._become("stage", name, entry)
        return name

    def _review(self, initiative: str, review: str, stage: str | None, entry: Entry) -> str:
        name, event = f"gate review:{initiative}/{review}", entry.event
        thing = self._thing(name, "gate review")
        if stage is not None:
            thing.related[Related(f"stage:{initiative}/{stage}", "gate of")] = None
        if isinstance(event, ev.GateOpened):
            thing.say("by_hand", entry.at, event.by_hand)
        if isinstance(event, ev.GateDecided):
            thing.say("decision", entry.at, event.decision.value)
        self._become("gate review", name, entry)
        return name

    def _milestone(self, initiative: str, event: Event, entry: Entry) -> str:
        stage, turn, review = (vars(event).get(n) for n in ("stage", "round", "review"))
        name = f"milestone:{initiative}/{stage}/{turn}"
        thing = self._thing(name, "milestone")
        thing.related[Related(f"stage:{initiative}/{stage}", "milestone of")] = None
        if review is not None:
            thing.related[Related(f"gate review:{initiative}/{review}", "decided in")] = None
        thing.say("round", entry.at, turn)
        self._become("milestone", name, entry)
        return name

    def _become(self, type_: str, name: str, entry: Entry) -> None:
        whose, status = _STATUS.get(entry.event.kind, ("", ""))
        if whose == type_:
            self._all[name].say("status", entry.at, status)

    def _deciders(self, event: Event, at: datetime) -> Iterator[Related]:
        qualifiers = {"decider": "decider", "cast_by": "speaks for the decider", "asked_by": "asked for the review"}
        for name, qualifier in qualifiers.items():
            alias = vars(event).get(name)
            if alias:
                thing = self._thing(f"decider:{alias}", "decider")
                if name == "decider":
                    role = vars(event).get("role")
                    thing.say("role", at, None if role is None else str(role))
                yield Related(f"decider:{alias}", qualifier)
