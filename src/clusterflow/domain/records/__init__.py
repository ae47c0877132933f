"""The record types of the registry. Each is declared once; table, validation, CLI and JSON Schema follow from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from clusterflow.domain.records.base import Happening, Record, Span

_TYPES_OF_MODULE: dict[str, tuple[str, ...]] = {
    "parties": ("organisation", "person", "channel", "representation", "office", "initiative"),
    "membership": ("membership",),
    "governance": ("body", "seat", "delegation", "meeting", "attendance", "document", "signature", "legal-entity"),
    "strategy": ("strategy", "strategy-review", "objective", "reading", "action", "project"),
    "money": ("dues-adoption", "dues-scheme", "invoice", "payment", "income", "budget", "staff", "exchange-rate"),
    "learning": ("learning-series", "learning-session", "learning-enrolment", "learning-attendance"),
    "activity": ("training", "survey-wave", "link", "business", "label", "observation"),
    "rulebooks": ("waiver", "cut-off"),
}
"""The record types that each module declares. A test compares this list with the modules."""


class _Records(Mapping[str, type[Record]]):
    """Imports the module of a record type at its first use. A command uses few of them, and importing all would slow
    its start.
    """

    def __init__(self) -> None:
        self._module_of = {name: module for module, names in _TYPES_OF_MODULE.items() for name in names}
        self._loaded: dict[str, type[Record]] = {}

    def __getitem__(self, name: str) -> type[Record]:
        if name not in self._loaded:
            self._loaded.update(declared_in(self._module_of[name]))
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._module_of

    def __iter__(self) -> Iterator[str]:
        return iter(self._module_of)

    def __len__(self) -> int:
        return len(self._module_of)


def declared_in(module: str) -> dict[str, type[Record]]:
    """Return the record types that a module of this package declares, by name."""
    path = f"{__name__}.{module}"
    return {
        cls.type: cls
        for cls in vars(import_module(path)).values()
        if isinstance(cls, type) and issubclass(cls, Record) and cls.__module__ == path
    }


RECORDS: Mapping[str, type[Record]] = _Records()
"""The class of each record type, by the type's name."""

__all__ = ["RECORDS", "Happening", "Record", "Span"]
