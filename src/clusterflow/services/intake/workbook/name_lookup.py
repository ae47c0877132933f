"""Whom and what the cells of a workbook name: by id or by what people call it, known already or on another sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from clusterflow.intake.workbook.cells import slug
from clusterflow.intake.workbook.layout import label_of
from clusterflow.rules.matching import Directory, Match, Party, fold_text
from clusterflow.rules.mistakes import nearest
from clusterflow.services.intake.workbook.registry_snapshot import RegistrySnapshot

IDENTIFYING_FIELDS = {"organisation": "tax_id", "person": "email"}
"""The field that tells a party for certain."""

PARTIES = tuple(IDENTIFYING_FIELDS)


@dataclass(slots=True)
class Names:
    """The things of one record type by id and by name."""

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
        """The id that a text stands for, or those that go by it."""
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
        """Whom a name and a number stand for."""
        return self.directory.find(name, number) if self.directory is not None else Match()

    def near(self, text: str) -> list[str]:
        """The names and ids that somebody may have meant."""
        return nearest(text, [*self.shown.values(), *(i for i in self.ids if i not in self.shown)], most=2)

    def display_name(self, id_: str) -> str:
        """How a cell names it so that it is found again: by its name where no other has it, otherwise by its id."""
        label = self.shown.get(id_)
        return label if label is not None and self.find(label)[0] == id_ and label == label.strip() else id_

    def free(self, wanted: str) -> str:
        """An id that nothing has yet."""
        number, found = 1, wanted
        while found in self.ids:
            number += 1
            found = f"{wanted[:60]}-{number}"
        return found


def read_names(record: str, known: RegistrySnapshot) -> Names:
    """What is known of a type."""
    names = Names(record, Directory(firms=record == "organisation") if record in PARTIES else None)
    label, number = label_of(record), IDENTIFYING_FIELDS.get(record, "")
    for facts in known.facts[record].values():
        # Earlier names still tell who it is; the latest is how it is called.
        for fact in facts:
            names.add(fact.identity()[0], getattr(fact, label), getattr(fact, number, None))
    return names


def natural_key(fields: dict[str, Any], made_of: Iterable[str]) -> tuple[str, ...] | None:
    """By what a row without an id is known again; None where that is not all there."""
    values = [fields.get(name) for name in made_of]
    if any(v is None for v in values[:2]):
        return None
    return tuple(fold_text(str(v)) if v is not None else "" for v in values)
