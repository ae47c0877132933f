"""Finds the parties of an initiative: the organisations and people that its records name."""

from __future__ import annotations

from clusterflow.rules.mistakes import references
from clusterflow.services.intake.workbook.registry_snapshot import RegistrySnapshot


def related_parties(known: RegistrySnapshot) -> tuple[set[str], set[str]]:
    """Return the ids of the organisations and of the people, including those who represent a member."""
    organisations, people = set[str](), set[str]()
    for things in known.facts.values():
        for facts in things.values():
            for fact in facts if facts[0].of_initiative else ():
                for target, value in references(fact):
                    if target == "organisation":
                        organisations.add(value)
                    elif target == "person":
                        people.add(value)
    for fact in known.all("representation"):
        person, organisation = fact.identity()
        if organisation in organisations:
            people.add(person)
    for fact in known.all("representation"):
        person, organisation = fact.identity()
        if person in people:
            organisations.add(organisation)
    return organisations, people
