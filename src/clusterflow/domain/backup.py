"""The backup format: an office as lines of JSON, with its ledger, facts, models and pseudonyms.

The order of the lines: first the header; then the models; then the pseudonyms; then, for each chain, one line about the
chain, followed by its entries. All other stored data of lives is derived from these lines.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from clusterflow.domain.text import Frozen

CURE = "The file was changed after it was written; export again"
"""The advice for a line that is inconsistent."""

Name = Annotated[str, Field(max_length=64)]
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Header(Frozen):
    """The first line: what the file is, and how many lines of each kind it must have."""

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
    """The pseudonym of a person in the ledger."""

    alias: str = Field(max_length=32)
    person: Name
    salt: str | None = Field(default=None, max_length=32)


class EvaluationMarks(Frozen):
    """The data on which the current answers were measured."""

    version: Number
    registry_version: Number
    as_of: date
    notes: dict[str, str]


class Chain(Frozen):
    """A chain of the ledger: its end, and how many entries have gone to Prefect and to notices."""

    chain: Name
    version: Number
    head: Name
    published: Number
    told: Number
    evaluated: EvaluationMarks | None = None


class Line(Frozen):
    """An entry of the chain above, with the fact that it recorded, if there is one."""

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
"""The kinds of lines. Each is recognised by a field that only it has."""


def canonical_json(value: dict[str, Any]) -> str:
    """Return a JSON value as the text that is stored and hashed."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
