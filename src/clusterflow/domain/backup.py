"""The backup format: an office as lines of JSON, with its ledger, facts, models and pseudonyms.

The lines stand in this order: one that says what the file is; the models; the pseudonyms; and for each chain one about
the chain, followed by its entries. Everything else that the database holds of lives follows from these.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from clusterflow.domain.text import Frozen

CURE = "The file is not as it was written; export anew"
"""The advice for a line that is inconsistent."""

Name = Annotated[str, Field(max_length=64)]
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Header(Frozen):
    """The first line: what the file is, and how much of it there must be."""

    clusterflow: Literal["life"] = "life"
    format: Literal[1] = 1
    models: Number
    aliases: Number
    chains: Number


class PinnedModel(Frozen):
    """A lifecycle model that initiatives are pinned to."""

    model: Name
    hash: Name
    first_seen: datetime
    document: dict[str, Any]


class Alias(Frozen):
    """By what name the ledger knows a person."""

    alias: str = Field(max_length=32)
    person: Name


class EvaluationMarks(Frozen):
    """What the standing answers were measured on."""

    version: Number
    registry_version: Number
    as_of: date
    notes: dict[str, str]


class Chain(Frozen):
    """A chain of the ledger: its end, and how far it has gone out to Prefect and to people."""

    chain: Name
    version: Number
    head: Name
    published: Number
    told: Number
    evaluated: EvaluationMarks | None = None


class Line(Frozen):
    """An entry of the chain above it, with the fact that it brought, where it brought one."""

    entry: Number
    at: datetime
    actor: Name
    command: str = Field(max_length=128)
    event: dict[str, Any]
    hash: Name
    fact: dict[str, Any] | None = None
    salt: str | None = Field(default=None, max_length=32)


Part = Header | PinnedModel | Alias | Chain | Line

PART_TYPES: dict[str, type[Part]] = {
    "clusterflow": Header,
    "model": PinnedModel,
    "alias": Alias,
    "chain": Chain,
    "entry": Line,
}
"""The sort of a line, by the field that only it has."""


def canonical_json(value: dict[str, Any]) -> str:
    """Return a JSON value as the text that is stored and hashed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
