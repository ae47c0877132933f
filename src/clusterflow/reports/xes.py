"""Writes event logs as XES (IEEE 1849): a trace for each initiative, an event for each ledger entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from clusterflow.domain.events import Entry
from clusterflow.domain.text import Language
from clusterflow.reports.bpmn_process import task_names
from clusterflow.reports.eventlog import (
    Aliases,
    Case,
    Transition,
    Value,
    activity,
    attributes,
    instance,
    moment,
    resource,
    transition,
)
from clusterflow.reports.process_steps import process_steps
from clusterflow.reports.xml import Xml

EXTENSIONS = {
    "Concept": ("concept", "http://www.xes-standard.org/concept.xesext"),
    "Time": ("time", "http://www.xes-standard.org/time.xesext"),
    "Lifecycle": ("lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    "Organizational": ("org", "http://www.xes-standard.org/org.xesext"),
}
CLASSIFIERS = {
    "Activity": "concept:name",
    "ActivityAndTransition": "concept:name lifecycle:transition",
    "Kind": "kind",
}
"""The classifiers: which attributes identify an event. In the standard, names hold no blanks."""


class XesLog:
    """An XES log, written trace by trace."""

    def __init__(
        self, write: Callable[[str], object], language: Language, aliases: Aliases, steps: bool = False
    ) -> None:
        """
        Args:
            steps: write only the steps of the model's BPMN process, under the names that they have there.
        """
        self.xml, self.language, self.aliases, self.steps = Xml(write), language, aliases, steps

    def write(self, cases: Iterable[tuple[Case, Iterable[Entry]]]) -> int:
        """Write the whole log, and return the number of events."""
        root = {"xes.version": "1849.2016", "xes.features": "", "xmlns": "http://www.xes-standard.org/"}
        written = 0
        with self.xml.inside("log", root):
            for name, (prefix, uri) in EXTENSIONS.items():
                self.xml.element("extension", {"name": name, "prefix": prefix, "uri": uri})
            with self.xml.inside("global", {"scope": "trace"}):
                self._attributes({"concept:name": "", "model": ""})
            with self.xml.inside("global", {"scope": "event"}):
                own: dict[str, Value] = {"concept:name": "", "lifecycle:transition": "complete", "org:resource": ""}
                self._attributes({**own, "time:timestamp": datetime(1970, 1, 1, tzinfo=UTC), "kind": "", "version": 0})
            for name, keys in CLASSIFIERS.items():
                self.xml.element("classifier", {"name": name, "scope": "event", "keys": keys})
            self._attributes({"concept:name": "clusterflow", "lifecycle:model": "standard"})
            for case, entries in cases:
                with self.xml.inside("trace"):
                    self._attributes(_about(case))
                    written += self._steps(case, entries) if self.steps else self._entries(case, entries)
        return written

    def _entries(self, case: Case, entries: Iterable[Entry]) -> int:
        written = 0
        for entry in entries:
            name = activity(entry, case.models.at(entry.version), self.language)
            self._event(case, entry, name, instance(entry.event), transition(entry.event))
            written += 1
        return written

    def _steps(self, case: Case, entries: Iterable[Entry]) -> int:
        names, steps = task_names(case.model, self.language), list(process_steps(entries, case.model))
        for step in steps:
            self._event(case, step.entry, names[step.element], step.element, Transition.COMPLETE)
        return len(steps)

    def _event(self, case: Case, entry: Entry, name: str, activity_instance: str | None, completed: Transition) -> None:
        event = entry.event
        event_attributes: dict[str, Value | None] = {
            "concept:name": name,
            "concept:instance": activity_instance,
            "lifecycle:transition": completed.value,
            "time:timestamp": entry.at,
            "org:resource": resource(entry, self.aliases),
            "org:role": vars(event).get("role"),
            "kind": event.kind,
            "version": entry.version,
        }
        stage = vars(event).get("stage")
        model = case.models.at(entry.version)
        if stage in model.by_id:
            event_attributes["stage_kind"] = model.stage(stage).kind.value
        with self.xml.inside("event"):
            self._attributes(
                {**event_attributes, **{n: v for n, v in attributes(event).items() if n != "role"}, "hash": entry.hash}
            )

    def _attributes(self, values: Mapping[str, Value | None]) -> None:
        for key, value in values.items():
            if isinstance(value, bool):
                self.xml.element("boolean", {"key": key, "value": str(value).lower()})
            elif isinstance(value, int):
                self.xml.element("int", {"key": key, "value": value})
            elif isinstance(value, datetime):
                self.xml.element("date", {"key": key, "value": value.isoformat()})
            elif value is not None:
                self.xml.element("string", {"key": key, "value": value})


def _about(case: Case) -> dict[str, Value | None]:
    """The attributes of a trace. The name of a trace is the id, because two initiatives may have the same name."""
    state, record = case.state, case.record
    return {
        "concept:name": state.initiative,
        "name": record.name if record else None,
        "country": record.country if record else None,
        "sector": record.sector if record else None,
        "model": state.model,
        "model_hash": state.model_hash,
        "enrolled_on": moment(state.enrolled_on),
        "standing": state.standing.value,
    }
