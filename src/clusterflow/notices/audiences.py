"""To whom: from audiences to the people who are in them on the day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clusterflow.domain.events import Event, FindingChanged
from clusterflow.domain.notice import Audience, Group, NoticeRule, Recipient
from clusterflow.domain.terms import BodyKind, SeatRole
from clusterflow.domain.text import DEFAULT_LANGUAGE
from clusterflow.store.stakeholders import Stakeholders


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """Whom a moment is about."""

    body: str | None = None
    organisation: str | None = None
    person: str | None = None
    deciders: frozenset[str] = frozenset()
    voter: str | None = None
    owners: frozenset[str] = frozenset()


def rules_for(rules: Iterable[NoticeRule], event: Event) -> list[NoticeRule]:
    """The rules that an event may set off; for those about a metric, the caller, who knows the criterion, decides."""
    return [rule for rule in rules if rule.event == event.kind and _meant(rule, event)]


def _meant(rule: NoticeRule, event: Event) -> bool:
    if isinstance(event, FindingChanged) and event.within is not None:
        return False  # its *any of* has an entry of its own if its answer changed
    if isinstance(event, FindingChanged):
        # The first answer of all changes nothing; only those who wait for an answer are notified.
        return rule.answer is event.answer or (rule.answer is None and event.before is not None)
    return rule.level in (None, getattr(event, "level", None))


def recipients(stakeholders: Stakeholders, audiences: Iterable[Audience], concerned: Concerned) -> list[Recipient]:
    """The people of some audiences, each once."""
    wanted = {person for audience in audiences for person in _people(stakeholders, audience, concerned)}
    return [
        Recipient(
            person=p.id, name=p.name, address=p.email, language=p.language or stakeholders.language or DEFAULT_LANGUAGE
        )
        for p in (stakeholders.people[person] for person in sorted(wanted) if person in stakeholders.people)
    ]


def _people(stakeholders: Stakeholders, audience: Audience, concerned: Concerned) -> set[str]:
    group = audience.group
    if group is Group.MEMBERS or group is Group.MEMBER:
        # Contacts are asked by the organisation that they are contacts of, whatever else they speak for.
        meant = stakeholders.members if group is Group.MEMBERS else {concerned.organisation}
        return {p for o in meant if o and _fits(stakeholders, audience, {o}) for p in stakeholders.speakers.get(o, ())}
    return {
        p
        for p in _group(stakeholders, group, concerned)
        if _fits(stakeholders, audience, stakeholders.speaks_for.get(p, ()))
    }


def _fits(stakeholders: Stakeholders, audience: Audience, organisations: Iterable[str]) -> bool:
    known = [stakeholders.organisations[o] for o in organisations if o in stakeholders.organisations]
    return audience.holds([o.helix for o in known], [o.size for o in known])


def _group(stakeholders: Stakeholders, group: Group, concerned: Concerned) -> set[str]:
    match group:
        case Group.MANAGER:
            return _seated(stakeholders, BodyKind.MANAGEMENT, SeatRole.MANAGER)
        case Group.OFFICE:
            return set(stakeholders.speakers.get(stakeholders.office or "", ()))
        case Group.BOARD:
            return _board(stakeholders)
        case Group.CHAIR if concerned.body is not None:
            return {s.person for s in stakeholders.seats if s.body == concerned.body and s.role is SeatRole.CHAIR}
        case Group.CHAIR:
            return _seated(stakeholders, BodyKind.BOARD, SeatRole.CHAIR)
        case Group.STRATEGIC_GROUP:
            bodies = {concerned.body} if concerned.body else stakeholders.owners
            return {s.person for s in stakeholders.seats if s.body in bodies} or _board(stakeholders)
        case Group.DECIDERS:
            return set(concerned.deciders)
        case Group.VOTER:
            return {concerned.voter} if concerned.voter else set()
        case Group.OWNER:
            return set(concerned.owners)
        case Group.PERSON:
            return {concerned.person} if concerned.person else set()
    raise AssertionError(f"who is {group}?")


def _board(stakeholders: Stakeholders) -> set[str]:
    voting = {s.person for s in stakeholders.seats if s.vote and stakeholders.bodies.get(s.body) is BodyKind.BOARD}
    return voting | _seated(stakeholders, BodyKind.BOARD, SeatRole.CHAIR)


def _seated(stakeholders: Stakeholders, kind: BodyKind, role: SeatRole) -> set[str]:
    return {s.person for s in stakeholders.seats if s.role is role and stakeholders.bodies.get(s.body) is kind}
