"""Finds the record that a row is about and the records that it names: by id, by name, by a question, or a new id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clusterflow.domain.records.labels import label_of
from clusterflow.intake.workbook.bounds import example_of
from clusterflow.intake.workbook.cells import slug
from clusterflow.intake.workbook.drafts import Draft, ReadResult
from clusterflow.intake.workbook.messages import CellMistake, Place, any_of, mistake
from clusterflow.intake.workbook.sheets import OF_RECORD, SHEETS
from clusterflow.rules.matching import Match
from clusterflow.services.intake.workbook.attendance import MeetingDates
from clusterflow.services.intake.workbook.name_lookup import IDENTIFYING_FIELDS, PARTIES, Names, natural_key, read_names
from clusterflow.services.intake.workbook.registry_snapshot import RegistrySnapshot

Check = Callable[[], None]

NEW = "new"
SAME = "same"

_FEW = 200
"""The number of unknown names for which the nearest known names are searched."""


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    """A new row that may be about a party that is known already. The user is asked who it is."""

    place: Place
    record: str
    name: str
    possible: tuple[str, ...]
    shown: tuple[str, ...]
    """The names of the possible parties."""
    number: str | None = None
    """The tax id or e-mail address that they share with the row, if they do."""


@dataclass(slots=True)
class Identification:
    """The known names by record type, the questions, and the mistakes."""

    names: dict[str, Names]
    doubles: list[PossibleDuplicate] = field(default_factory=list)
    mistakes: list[CellMistake] = field(default_factory=list)


def identify(
    read: ReadResult, known: RegistrySnapshot, answers: Mapping[str, str], otherwise: str | None, check: Check
) -> Identification:
    """Give every draft its id, and replace every name by the id of the record that it names.

    Args:
        answers: the answers to possible duplicates, by cell: an id, or ``new``.
        otherwise: the answer to all other possible duplicates: ``new``, or ``same`` for the likeliest.
        check: called for each draft; it raises when the time is over.
    """
    return _Identifier(read, known, answers, otherwise, check).run()


class _Identifier:
    def __init__(
        self, read: ReadResult, known: RegistrySnapshot, answers: Mapping[str, str], otherwise: str | None, check: Check
    ) -> None:
        self.read, self.known, self.answers, self.otherwise = read, known, answers, otherwise
        self.check = check
        self.language = read.language
        self.found = Identification({record: read_names(record, known) for record in REFERENCED})
        self.by_record: dict[str, list[Draft]] = defaultdict(list)
        self.near: dict[tuple[str, str], list[str]] = {}
        self.meeting_dates: MeetingDates | None = None

    def run(self) -> Identification:
        for draft in self.read.drafts:
            self.by_record[draft.record].append(draft)
        for record in PARTIES:
            self._give_parties_ids(record)
        for record in _IN_ORDER:
            self._give_ids(record)
        for draft in self.read.drafts:
            if draft.head is not None:
                for column in draft.sheet.columns_of(draft.head.record).values():
                    for record, name in column.fills[1:]:
                        if record == draft.record:
                            draft.fields[name] = draft.head.fields.get("id")
            for name in _references(draft.record):
                self._resolve(draft, name)
            self.check()
        return self.found

    # Ids

    def _give_parties_ids(self, record: str) -> None:
        """Give ids to parties. Those with an id come first, so that the names of the others are compared with them."""
        names, number = self.found.names[record], IDENTIFYING_FIELDS[record]
        unnamed = []
        for draft in self.by_record[record]:
            if draft.fields.get("id") is None:
                unnamed.append(draft)
            else:
                names.add(draft.fields["id"], draft.fields.get("name"), draft.fields.get(number))
        for draft in unnamed:
            self.check()
            name, stated = draft.fields.get("name"), draft.fields.get(number)
            if name is None:
                draft.fields["id"] = names.match("", stated).certain if stated else None
                if draft.fields["id"] is None:
                    self._needed(draft, "name")
                continue
            who = draft.fields["id"] = self._who(draft, names, name, stated)
            is_known, by_number = who in names.ids, bool(stated) and names.match("", stated).certain == who
            names.add(who, None if is_known else name, stated)
            if is_known and not by_number:
                # A party that was found by its name alone keeps the recorded spelling.
                del draft.fields["name"], draft.cells["name"]

    def _who(self, draft: Draft, names: Names, name: str, number: str | None) -> str:
        match = names.match(name, number)
        if match.certain is not None:
            return match.certain
        place = draft.at("name")
        if match.possible:
            answer = self.answers.get(str(place)) or (match.possible[0] if self.otherwise == SAME else self.otherwise)
            if answer is not None and answer != NEW:
                return answer
            if answer is None:
                shown = tuple(names.shown.get(i, i) for i in match.possible)
                by_number = names.match("", number) if number else Match()
                shared = number if match.possible[0] in (by_number.certain, *by_number.possible) else None
                self.found.doubles.append(PossibleDuplicate(place, names.record, name, match.possible, shown, shared))
        return names.free(slug(name) or names.record)

    def _give_ids(self, record: str) -> None:
        names, sheet = self.found.names[record], OF_RECORD[record]
        label = label_of(record)
        made_of = [n for n in sheet.made_of if n in _references(record)]
        again: dict[tuple[str, ...], str] = {}
        for known in self.known.latest(record):
            key = natural_key(known.model_dump(), sheet.made_of)
            if key is not None:
                again.setdefault(key, known.identity()[0])
        for draft in self.by_record[record]:
            for name in made_of:
                self._resolve(draft, name)
        unnamed = []
        for draft in self.by_record[record]:
            if draft.fields.get("id") is None:
                unnamed.append(draft)
                continue
            names.add(draft.fields["id"], draft.fields.get(label))
            key = natural_key(draft.fields, sheet.made_of)
            if key is not None:
                again.setdefault(key, draft.fields["id"])
        for draft in unnamed:
            key = natural_key(draft.fields, sheet.made_of)
            if key is None:
                missing = next((n for n in sheet.made_of if draft.fields.get(n) is None), "id")
                self._needed(draft, missing)
                continue
            if key not in again:
                again[key] = names.free(slug("-".join(k for k in key if k)) or record)
            draft.fields["id"] = again[key]
            names.add(again[key], draft.fields.get(label))

    # Names of others

    def _resolve(self, draft: Draft, name: str) -> None:
        text = draft.fields.get(name)
        target = _references(draft.record)[name]
        if text is None or (draft.record, name) in _SHARED:
            return
        names = self.found.names[target]
        found, several = names.find(text)
        if found is not None:
            draft.fields[name] = found
            return
        draft.fields[name] = None
        place = draft.at("present" if draft.record == "attendance" and name == "meeting" else name)
        sheet = OF_RECORD[target]
        values: dict[str, object] = {"noun": sheet.one.to(self.language), "sheet": sheet.title.to(self.language)}
        if draft.record == "attendance" and name == "meeting":
            self._resolve_meeting(draft, text, Place(place.sheet, self.read.heads["attendance"].row, place.column))
            return
        if several:
            near = any_of(several[:3], self.language)
            self._once(place, text, "several_names", {**values, "near": near})
            return
        near = any_of(self._nearest(names, text), self.language)
        self._once(place, text, "unknown_near" if near else "unknown_name", {**values, "near": near})

    def _resolve_meeting(self, draft: Draft, head: str, place: Place) -> None:
        """Find the meeting of a column of the attendance sheet, whose head is not its id, by its date."""
        if self.meeting_dates is None:
            self.meeting_dates = MeetingDates(self.known, self.by_record["meeting"])
        found = self.meeting_dates.find(head, self.read.written_in, self.found.names["body"].shown)
        if len(found) == 1:
            draft.fields["meeting"] = found[0]
        elif found:
            self._once(place, head, "several_meetings", {"near": any_of(found[:5], self.language)})
        else:
            self._once(place, head, "meeting_head", {"sheet": OF_RECORD["meeting"].title.to(self.language)})

    def _nearest(self, names: Names, text: str) -> list[str]:
        key = (names.record, text)
        if key not in self.near:
            self.near[key] = names.near(text) if len(self.near) < _FEW else []
        return self.near[key]

    def _once(self, place: Place, text: str, key: str, values: dict[str, object]) -> None:
        found = mistake(place, text, key, self.language, **values)
        if not self.found.mistakes or self.found.mistakes[-1] != found:
            self.found.mistakes.append(found)

    def _needed(self, draft: Draft, name: str) -> None:
        column = draft.sheet.columns_of(draft.record)[name]
        title, accepted = column.title.to(self.language), example_of(column, self.language)
        found = mistake(draft.at(name), None, "needed_like", self.language, column=title, accepted=accepted)
        self.found.mistakes.append(found)


def _references(record: str) -> Mapping[str, str]:
    return _NAMED[record]


def _named(record: str) -> dict[str, str]:
    """Return the fields of a record type that name other records, with the types that they name."""
    if record == "attendance":
        return {"person": "person", "organisation": "organisation", "meeting": "meeting"}
    columns = OF_RECORD[record].columns_of(record)
    return {name: c.reference for name, c in columns.items() if c.reference is not None}


_NAMED = {record: _named(record) for record in OF_RECORD}
_SHARED = {fill for sheet in SHEETS for column in sheet.columns for fill in column.fills[1:]}
"""Fields that are filled from the id of their row's first record."""


def _in_order() -> Iterable[str]:
    """Yield the record types that get ids, each after the types that its ids are made of."""
    waiting = [s.head for s in SHEETS if s.made_of]
    done: set[Any] = set(PARTIES)
    while waiting:
        for record in list(waiting):
            needs = {_NAMED[record][n] for n in OF_RECORD[record].made_of if n in _NAMED[record]}
            if needs <= done:
                waiting.remove(record)
                done.add(record)
                yield record


_IN_ORDER = tuple(_in_order())
REFERENCED = (*PARTIES, *_IN_ORDER)
