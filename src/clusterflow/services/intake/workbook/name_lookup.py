"""Finds the records that cells name, by id or by name: recorded ones, and those on other sheets of the workbook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from clusterflow.domain.records.labels import label_of
from clusterflow.intake.workbook.cells import slug
from clusterflow.rules.matching import Directory, Match, Party, fold_text
from clusterflow.rules.mistakes import nearest
from clusterflow.services.intake.workbook.registry_snapshot import RegistrySnapshot

IDENTIFYING_FIELDS = {"organisation": "tax_id", "person": "email"}
"""The field with the number or address of a party."""

PARTIES = tuple(IDENTIFYING_FIELDS)


@dataclass(slots=True)
class Names:
    """The records of one type by id and by name."""

    record: str
    directory: Directory | None = None
    ids: set[str] = field(default_factory=set)
    labels: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    shown: dict[str, str] = field(default_factory=dict)

    def add(self, id_: str, label: str | None, number: str | None = None) -> None:
        self.ids.add(id_)
        if label:
            self.labels[fold_text(label)].add(id_)
            self.shown[id_] = label
        if self.directory is not None:
            self.directory.add(Party(id_, label or "", number))

    def find(self, text: str) -> tuple[str | None, tuple[str, ...]]:
        """Return the id that a text names, or the ids of several records with that name."""
        if text in self.ids:
            return text, ()
        named = self.labels.get(fold_text(text), set())
        if len(named) == 1:
            return next(iter(named)), ()
        if named:
            return None, tuple(sorted(named))
        plain = slug(text, keep=True)
        if plain in self.ids:
            return plain, ()
        return self.match(text).certain, ()

    def match(self, name: str, number: str | None = None) -> Match:
        """Return the parties that a name and a number may stand for."""
        return self.directory.find(name, number) if self.directory is not None else Match()

    def near(self, text: str) -> list[str]:
        """Return the names and ids that are similar to a text."""
        return nearest(text, [*self.shown.values(), *(i for i in self.ids if i not in self.shown)], most=2)

    def display_name(self, id_: str) -> str:
        """Return the text by which a cell names it: its name if no other record has it, otherwise its id."""
        label = self.shown.get(id_)
        return label if label is not None and self.find(label)[0] == id_ and label == label.strip() else id_

    def free(self, wanted: str) -> str:
        """Return an id that no record has yet."""
        number, found = 1, wanted
        while found in self.ids:
            number += 1
            found = f"{wanted[:60]}-{number}"
        return found


def read_names(record: str, known: RegistrySnapshot) -> Names:
    """Return the recorded names of a type."""
    names = Names(record, Directory(firms=record == "organisation") if record in PARTIES else None)
    label, number = label_of(record), IDENTIFYING_FIELDS.get(record, "")
    for facts in known.facts[record].values():
        # Earlier names still identify a party; the latest one is shown.
        for fact in facts:
            names.add(fact.identity()[0], getattr(fact, label), getattr(fact, number, None))
    return names


def natural_key(fields: dict[str, Any], made_of: Iterable[str]) -> tuple[str, ...] | None:
    """Return the values by which a row without an id is recognized again; None if one of the first two is missing."""
    values = [fields.get(name) for name in made_of]
    if any(v is None for v in values[:2]):
        return None
    return tuple(fold_text(str(v)) if v is not None else "" for v in values)
