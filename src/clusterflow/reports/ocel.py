"""Writes event logs as OCEL 2.0: the events of ledgers and the objects that they are about.

https://www.ocel-standard.org, in JSON or XML: objects first, as the schema of the standard requires, then events.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from clusterflow.domain.events import KINDS, Entry
from clusterflow.reports.eventlog import Aliases, Value, attributes, declared, resource
from clusterflow.reports.xml import Xml

TYPES: dict[type, str] = {str: "string", int: "integer", bool: "boolean", datetime: "time"}

OBJECTS: dict[str, dict[str, type]] = {
    "initiative": {
        "name": str,
        "country": str,
        "sector": str,
        "model": str,
        "model_hash": str,
        "standing": str,
    },
    "stage": {"kind": str, "title": str, "round": int, "status": str},
    "gate review": {"status": str, "decision": str, "by_hand": bool},
    "milestone": {"round": int, "status": str},
    "decider": {"role": str},
    "organisation": {"helix": str, "size": str, "country": str},
    "body": {"kind": str},
}
"""The types of objects with their attributes. A decider is a pseudonym; an organisation is its id."""

OWN: dict[str, type] = {"version": int, "hash": str, "actor": str}
"""The attributes of every event: its place in the ledger, and its actor."""


class Related(NamedTuple):
    """An object of an event, with its role in it."""

    id: str
    qualifier: str


class ObjectValue(NamedTuple):
    """A value of an object from a moment on."""

    name: str
    at: datetime
    value: Value


class OcelObject(NamedTuple):
    """An object with its values over time."""

    id: str
    type: str
    said: Sequence[ObjectValue]
    related: Sequence[Related]


class OcelEvent(NamedTuple):
    """An event with its objects."""

    id: str
    type: str
    at: datetime
    said: Mapping[str, Value]
    related: Sequence[Related]


class Form(Protocol):
    """A format of a log: first the objects, then the events."""

    def begin(self, objects: Mapping[str, Mapping[str, type]], events: Mapping[str, Mapping[str, type]]) -> None: ...

    def thing(self, thing: OcelObject) -> None: ...

    def between(self) -> None: ...

    def event(self, event: OcelEvent) -> None: ...

    def end(self) -> None: ...


def event_of(entry: Entry, aliases: Aliases, related: Sequence[Related]) -> OcelEvent:
    """Convert a ledger entry to an event."""
    own: dict[str, Value] = {"version": entry.version, "hash": entry.hash, "actor": resource(entry, aliases)}
    about = {**attributes(entry.event), **own}
    return OcelEvent(f"{entry.chain}:{entry.version}", entry.event.kind, entry.at, about, related)


def write_ocel(form: Form, things: Iterable[OcelObject], events: Iterable[OcelEvent]) -> int:
    """Write the whole log, and return the number of events."""
    form.begin(OBJECTS, {kind: {**declared(cls), **OWN} for kind, cls in KINDS.items()})
    for thing in things:
        form.thing(thing)
    form.between()
    written = 0
    for event in events:
        form.event(event)
        written += 1
    form.end()
    return written


class JsonForm:
    """OCEL 2.0 in JSON."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write, self._first = write, True

    def begin(self, objects: Mapping[str, Mapping[str, type]], events: Mapping[str, Mapping[str, type]]) -> None:
        for name, types in (("objectTypes", objects), ("eventTypes", events)):
            found = [
                {"name": n, "attributes": [{"name": a, "type": TYPES[t]} for a, t in attributes.items()]}
                for n, attributes in types.items()
            ]
            self._write(f'{"{" if name == "objectTypes" else ""}"{name}": {json.dumps(found)},\n')
        self._write('"objects": [')

    def event(self, event: OcelEvent) -> None:
        attributes = [{"name": n, "value": _json(v)} for n, v in event.said.items()]
        about = {"id": event.id, "type": event.type, "time": event.at.isoformat(), "attributes": attributes}
        self._one({**about, "relationships": _related(event.related)})

    def between(self) -> None:
        self._write('\n],\n"events": [')
        self._first = True

    def thing(self, thing: OcelObject) -> None:
        attributes = [{"name": s.name, "time": s.at.isoformat(), "value": _json(s.value)} for s in thing.said]
        self._one(
            {"id": thing.id, "type": thing.type, "attributes": attributes, "relationships": _related(thing.related)}
        )

    def end(self) -> None:
        self._write("\n]}\n")

    def _one(self, value: Mapping[str, Any]) -> None:
        self._write(("\n" if self._first else ",\n") + json.dumps(value))
        self._first = False


def _json(value: Value) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _related(related: Iterable[Related]) -> list[dict[str, str]]:
    return [{"objectId": r.id, "qualifier": r.qualifier} for r in related]


class XmlForm:
    """OCEL 2.0 in XML."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.xml = Xml(write)

    def begin(self, objects: Mapping[str, Mapping[str, type]], events: Mapping[str, Mapping[str, type]]) -> None:
        self.xml.open("log")
        for name, types in (("object-type", objects), ("event-type", events)):
            with self.xml.inside(f"{name}s"):
                for type_, attributes in types.items():
                    with self.xml.inside(name, {"name": type_}), self.xml.inside("attributes"):
                        for attribute, sort in attributes.items():
                            self.xml.element("attribute", {"name": attribute, "type": TYPES[sort]})
        self.xml.open("objects")

    def event(self, event: OcelEvent) -> None:
        about = {"id": event.id, "type": event.type, "time": event.at.isoformat()}
        with self.xml.inside("event", about):
            with self.xml.inside("attributes"):
                for name, value in event.said.items():
                    self.xml.element("attribute", {"name": name}, _text(value))
            self._related(event.related)

    def between(self) -> None:
        self.xml.close()
        self.xml.open("events")

    def thing(self, thing: OcelObject) -> None:
        with self.xml.inside("object", {"id": thing.id, "type": thing.type}):
            with self.xml.inside("attributes"):
                for attributes in thing.said:
                    self.xml.element(
                        "attribute",
                        {"name": attributes.name, "time": attributes.at.isoformat()},
                        _text(attributes.value),
                    )
            self._related(thing.related)

    def end(self) -> None:
        self.xml.close()
        self.xml.close()

    def _related(self, related: Iterable[Related]) -> None:
        with self.xml.inside("objects"):
            for one in related:
                self.xml.element("relationship", {"object-id": one.id, "qualifier": one.qualifier})


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)
