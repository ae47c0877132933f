"""Writes stories in the words of the field. The story files use it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from clusterflow.demo.story import Fact, Scripted, Story, Value
from clusterflow.domain.records import RECORDS
from clusterflow.domain.terms import DecisionKind


@dataclass
class Chronicle:
    """Writes one story. Short names of organisations and people get the prefix of the story."""

    initiative: str
    model: str
    prefix: str
    currency: str
    _facts: list[Fact] = field(default_factory=list)
    _decisions: list[Scripted] = field(default_factory=list)
    _by_hand: list[tuple[date, str]] = field(default_factory=list)
    _speaks_for: dict[str, str] = field(default_factory=dict)
    _sizes: dict[str, str] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)
    _dues: dict[str, int] = field(default_factory=dict)

    def full(self, name: str) -> str:
        """Return the id of an organisation or a person, which is unique across all stories."""
        return f"{self.prefix}-{name}"

    # Facts of any kind

    def fact(self, on: date, record: str, *, entered: date | None = None, retract: bool = False, **fields: Any) -> None:
        """Record a fact that is true from a day. It is entered on that day, or on a later one."""
        alias = RECORDS[record].model_fields["valid_from"].alias or "valid_from"
        written = {alias: on.isoformat(), **_written(fields)}
        self._facts.append(Fact(entered or on, record, written, retract))

    def change(self, on: date, record: str, **fields: Any) -> None:
        """Correct the latest fact of this key, on a day."""
        self._facts.append(Fact(on, record, _written(fields)))

    def ends(self, on: date, record: str, **key: Any) -> None:
        """End the latest fact of this key: the day is its last."""
        self.change(on, record, **key, to=on)

    # Organisations and people

    def organisation(
        self, on: date, org: str, name: str, helix: str = "company", size: str | None = None, **fields: Any
    ) -> None:
        if size is not None:
            self._sizes[org] = size
        self.fact(on, "organisation", id=self.full(org), name=name, helix=helix, size=size, **fields)

    def person(
        self, on: date, person: str, name: str, org: str, position: str | None = None, language: str = "es"
    ) -> None:
        """Record a person who represents an organisation."""
        self._speaks_for[person] = org
        email = f"{'.'.join(_plain(name).split()[:2])}@{org}.example"
        self.fact(on, "person", id=self.full(person), name=name, email=email, language=language)
        self.fact(
            on, "representation", person=self.full(person), organisation=self.full(org), position=position
        )  # fmt: skip

    def office(self, on: date, org: str, name: str, helix: str = "government") -> None:
        """Record an organisation that follows the initiative as its program office."""
        self.organisation(on, org, name, helix)
        self.fact(on, "office", id=self.full(org), organisation=self.full(org), name=name)

    def resizes(self, on: date, org: str, size: str) -> None:
        """Correct the size class of a firm."""
        self._sizes[org] = size
        self.change(on, "organisation", id=self.full(org), size=size)

    def takes_over(self, on: date, person: str, name: str, before: str) -> None:
        """Record that another person represents an organisation."""
        org = self._speaks_for[before]
        last = on - timedelta(days=1)
        self.change(on, "representation", person=self.full(before), organisation=self.full(org), to=last)
        self.person(on, person, name, org)

    # Membership

    def member(
        self,
        on: date,
        org: str,
        name: str,
        size: str | None = None,
        *,
        helix: str = "company",
        speaker: tuple[str, str] | None = None,
        language: str = "es",
        place: str | None = None,
        chain_role: str | None = None,
        **membership: Any,
    ) -> None:
        """Record a new organisation and its membership. ``speaker`` is the short name and the name of its
        representative.
        """
        self.organisation(on, org, name, helix, size, place=place, chain_role=chain_role)
        if speaker is not None:
            self.person(on, *speaker, org, language=language)
        self.joins(on, org, **membership)

    def joins(self, on: date, org: str, *, commitment: str | None = "signed-agreement", **fields: Any) -> None:
        self.fact(on, "membership", organisation=self.full(org), commitment=commitment, **fields)

    def leaves(self, on: date, org: str) -> None:
        self.ends(on, "membership", organisation=self.full(org))

    # Governance

    def body(self, on: date, body: str, kind: str, name: str, objective: str | None = None) -> None:
        self.fact(on, "body", id=body, kind=kind, name=name, objective=objective)

    def committee(
        self, on: date, body: str, name: str, chair: str, members: str = "", objective: str | None = None
    ) -> None:
        """Record a new committee with its chair and its members."""
        self.body(on, body, "committee", name, objective)
        self.seat(on, body, chair, "chair")
        for person in members.split():
            self.seat(on, body, person)

    def seat(self, on: date, body: str, person: str, role: str = "member", vote: bool = True) -> None:
        org = self._speaks_for[person]
        self.fact(
            on, "seat", body=body, person=self.full(person), organisation=self.full(org), role=role, vote=vote
        )  # fmt: skip

    def meeting(self, on: date, body: str, present: str, absent: str = "", objective: str | None = None) -> str:
        """Record a meeting of a body: who attended and who did not, each for their organisation. Return the meeting's
        id.
        """
        self._counts[body] += 1
        meeting = f"{body}-{self._counts[body]}"
        self.fact(on, "meeting", id=meeting, body=body, objective=objective)
        for person in f"{present} {absent}".split():
            self.fact(
                on,
                "attendance",
                meeting=meeting,
                person=self.full(person),
                organisation=self.full(self._speaks_for[person]),
                present=person in present.split(),
            )
        return meeting

    def document(self, on: date, document: str, kind: str, title: str, until: date | None = None) -> None:
        self.fact(on, "document", id=document, kind=kind, title=title, to=until)

    def signs(self, on: date, document: str, orgs: str) -> None:
        for org in orgs.split():
            self.fact(on, "signature", document=document, organisation=self.full(org))

    def survey(self, on: date, invited: int, answers: int, mean: float | None = None, topic: str = "trust") -> None:
        """Record a wave of an anonymous survey; ``mean`` in points from 1 to 5."""
        milli = None if mean is None else round(mean * 1000)
        self.fact(on, "survey-wave", topic=topic, invited=invited, answers=answers, mean_milli=milli)

    # Money

    def money(self, amount: int) -> str:
        return f"{amount}.00 {self.currency}"

    def dues(self, on: date, **yearly: int) -> None:
        """Record the yearly dues by size class."""
        for size, amount in yearly.items():
            self._dues[size] = amount
            self.fact(on, "dues-scheme", size=size, yearly=self.money(amount))

    def invoices(self, on: date, due: date, orgs: str) -> None:
        """Record invoices to members, by size class."""
        for org in orgs.split():
            self._counts[f"invoice {org}"] += 1
            self.fact(
                on, "invoice", id=self._invoice(org), organisation=self.full(org),
                amount=self.money(self._dues[self._sizes[org]]), due=due,
            )  # fmt: skip

    def pays(self, on: date, orgs: str, entered: date | None = None) -> None:
        """Record full payments of members' last invoices."""
        for org in orgs.split():
            invoice = self._invoice(org)
            self.fact(
                on, "payment", entered=entered, id=f"pago-{invoice}", invoice=invoice,
                amount=self.money(self._dues[self._sizes[org]]),
            )  # fmt: skip

    def _invoice(self, org: str) -> str:
        return f"cuota-{self._counts[f'invoice {org}']}-{org}"

    def budget(self, on: date, budget: str, running_cost: int, secured: int) -> None:
        self.fact(
            on, "budget", id=budget, running_cost=self.money(running_cost), secured=self.money(secured)
        )  # fmt: skip

    # Strategy

    def objective(
        self, on: date, objective: str, title: str, unit: str, baseline: float, target: float, owner: str | None = None
    ) -> None:
        self.fact(
            on, "objective", id=objective, title=title, unit=unit, baseline=baseline, target=target, owner=owner
        )  # fmt: skip

    # Decisions

    def go(self, stage: str, by: str, reason: str, **more: Any) -> None:
        self.decides(stage, by, DecisionKind.GO, reason, **more)

    def decides(self, stage: str, by: str, decision: DecisionKind, reason: str, **more: Any) -> None:
        scripted = Scripted(stage, self.full(by), decision, reason, **more)
        self._decisions.append(scripted)

    def opens_by_hand(self, on: date, stage: str) -> None:
        self._by_hand.append((on, stage))

    def story(self, enrolled: date, name: str, left_open: str | None = None, **described: str | None) -> Story:
        """Return the story, with the initiative as it enrols."""
        own = {k: v if k not in ("office", "host") or v is None else self.full(v) for k, v in described.items()}
        return Story(
            self.initiative,
            self.model,
            {"id": self.initiative, "from": enrolled.isoformat(), "name": name, **_written(own)},
            enrolled,
            tuple(sorted(self._facts, key=lambda f: f.entered)),
            tuple(self._decisions),
            left_open,
            tuple(self._by_hand),
        )


def _written(fields: Mapping[str, object]) -> dict[str, Value]:
    """Return the fields as people write them: days as texts, and without unknown values."""
    written: dict[str, Value] = {}
    for name, value in fields.items():
        if isinstance(value, date):
            written[name] = value.isoformat()
        elif isinstance(value, (str, int, float)):
            written[name] = value
        elif value is not None:
            raise TypeError(f"{name}: a record has no place for {value!r}")
    return written


def _plain(name: str) -> str:
    """Return a name as it appears in an address: lower case, without accents."""
    bare = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    return re.sub("[^a-z ]", "", bare.lower())
