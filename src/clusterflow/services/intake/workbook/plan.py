"""Plans an import: the changes, the questions to answer first, and the mistakes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from pydantic import ValidationError

from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.records import RECORDS, Happening, Record
from clusterflow.domain.records.base import in_force
from clusterflow.domain.records.governance import Meeting
from clusterflow.domain.records.labels import label_of
from clusterflow.domain.records.parties import Organisation
from clusterflow.domain.records.strategy import Objective
from clusterflow.domain.text import Language
from clusterflow.engine.record import Submission
from clusterflow.intake.workbook.bounds import example_of
from clusterflow.intake.workbook.drafts import Draft, ReadResult
from clusterflow.intake.workbook.layout import in_words
from clusterflow.intake.workbook.messages import CellMistake, Place, any_of, mistake
from clusterflow.intake.workbook.sheets import OF_RECORD
from clusterflow.rules.plausibility import OddValue, odd_values
from clusterflow.rules.tax_ids import TaxIdDoubt, tax_id_doubt
from clusterflow.services.intake.workbook.attendance import Representations
from clusterflow.services.intake.workbook.changes import Change, Effect, Emptied
from clusterflow.services.intake.workbook.identification import Check, PossibleDuplicate, identify
from clusterflow.services.intake.workbook.name_lookup import PARTIES, Names
from clusterflow.services.intake.workbook.registry_snapshot import Identity, RegistrySnapshot
from clusterflow.services.intake.workbook.removals import removed_facts
from clusterflow.services.intake.workbook.unusual_values import find_unusual_values
from clusterflow.services.intake.workbook.validation import record_mistakes


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to the questions of an import; None means not answered yet."""

    doubles: Mapping[str, str] = field(default_factory=dict)
    """By cell: the id of who it is, or ``new``."""
    other_doubles: Literal["new", "same"] | None = None
    removed: Literal["keep", "end", "withdraw"] | None = None
    emptied: Literal["keep", "clear"] | None = None
    odd: Literal["keep"] | None = None


@dataclass(slots=True)
class Plan:
    """The changes of an import, the questions to answer first, and the mistakes."""

    read: ReadResult
    country: str | None
    """By whose customs its numbers are shown (ISO 3166-1 alpha-2)."""
    changes: list[Change] = field(default_factory=list)
    doubles: list[PossibleDuplicate] = field(default_factory=list)
    removed: list[Record] = field(default_factory=list)
    """Recorded facts that no row of their sheet holds any more."""
    emptied: list[Emptied] = field(default_factory=list)
    doubtful: list[tuple[Place, TaxIdDoubt]] = field(default_factory=list)
    """Tax ids that fit no rule. They are recorded as they are written; the user sees them before the import."""
    odd: list[tuple[Draft, OddValue]] = field(default_factory=list)
    """Values that look like a mistake."""
    repeated: list[tuple[Place, Place]] = field(default_factory=list)
    """Rows that repeat another one."""
    unusual: list[CellMistake] = field(default_factory=list)
    """Cells that are unusual beside the others. They are recorded; the user sees them before the import."""
    mistakes: list[CellMistake] = field(default_factory=list)
    names: dict[str, Names] = field(default_factory=dict)
    submissions: list[Submission] = field(default_factory=list)

    def open_questions(self, answers: Answers) -> bool:
        return bool(
            self.doubles
            or (self.removed and answers.removed is None)
            or (self.emptied and answers.emptied is None)
            or (self.odd and answers.odd is None)
        )


def _no_check() -> None:
    pass


def plan_import(
    read: ReadResult, known: RegistrySnapshot, initiative: str, today: date, answers: Answers, check: Check = _no_check
) -> Plan:
    """Compare a workbook with the registry; ``check`` is called for each row, and raises when the time is over."""
    found = identify(read, known, answers.doubles, answers.other_doubles, check)
    plan = Plan(
        read, known.country, doubles=found.doubles, mistakes=[*read.mistakes, *found.mistakes], names=found.names
    )
    _Planner(plan, known, initiative, today, answers).run(check)
    with numbers_of(read.language, known.country):
        plan.unusual = find_unusual_values(plan.changes, today, read.language)
    plan.mistakes.sort(key=lambda w: (w.place.sheet, w.place.row or 0, w.place.column or 0))
    return plan


_FIELDS = {record: dict(RECORDS[record].model_fields) for record in OF_RECORD}
_REQUIRED = {record: {n for n, f in fields.items() if f.is_required()} for record, fields in _FIELDS.items()}


class _Planner:
    def __init__(self, plan: Plan, known: RegistrySnapshot, initiative: str, today: date, answers: Answers) -> None:
        self.plan, self.known, self.initiative, self.today, self.answers = plan, known, initiative, today, answers
        self.language = plan.read.language
        self.wrong_places = {w.place for w in plan.mistakes}
        self.reported_columns: set[tuple[str, str]] = set()
        self.days = {m.id: m.valid_from for m in known.latest_of(Meeting)}
        self.units = {o.id: o.unit for o in known.latest_of(Objective)}
        self.representations = Representations(known, plan.read.drafts)
        self.beside: dict[tuple[str, int | None], list[Draft]] = defaultdict(list)
        self.repeats: dict[tuple[str, int | None], list[tuple[Place, Place]]] = defaultdict(list)
        for draft in plan.read.drafts:
            if draft.head is not None:
                self.beside[draft.place.sheet, draft.place.row].append(draft)
            if draft.record == "objective" and draft.fields.get("unit") is not None:
                self.units[draft.fields.get("id") or ""] = draft.fields["unit"]
            if draft.record == "meeting" and draft.fields.get("id") and draft.fields.get("valid_from"):
                self.days[draft.fields["id"]] = draft.fields["valid_from"]

    def run(self, check: Check) -> None:
        rows: dict[str, dict[Identity, list[Draft]]] = defaultdict(lambda: defaultdict(list))
        for draft in self.plan.read.drafts:
            self._complete(draft)
            self._check_percentages(draft)
            identity = self._identity(draft)
            if identity is not None:
                rows[draft.record][identity].append(draft)
        for record, things in rows.items():
            for identity, drafts in things.items():
                check()
                self._compare(record, self._without_repeats(drafts), self.known.of(record, identity))
        for row, places in self.repeats.items():
            # A member that joins twice has two rows with its name; a row is a repeat only if all of it is there.
            if len(places) > len(self.beside[row]):
                self.plan.repeated.append(places[0])
        for fact in removed_facts(self.plan.read, self.known, rows, self.today):
            self.plan.removed.append(fact)
            self._settle_removed(fact)

    def _check_percentages(self, draft: Draft) -> None:
        """Report cells with a percent sign in what an objective counts in another unit, as «18 %» of millions."""
        named = draft.fields.get({"objective": "id", "reading": "objective"}.get(draft.record, ""))
        unit = draft.fields.get("unit") or self.units.get(named or "")
        if unit is None or "%" in unit:
            return
        for name, shown in draft.percentages.items():
            self._wrong(mistake(draft.at(name), shown, "percent_of", self.language, unit=unit))

    def _complete(self, draft: Draft) -> None:
        """Fill in what an attendance need not say: its day is that of the meeting, its organisation the person's."""
        if draft.record != "attendance":
            return
        meeting, person = draft.fields.get("meeting"), draft.fields.get("person")
        draft.fields["valid_from"] = day = self.days.get(meeting or "")
        place = draft.at("organisation")
        if draft.fields.get("organisation") is not None or not (meeting and person) or place in self.wrong_places:
            return
        found = self.representations.organisations(person, meeting, day)
        if len(found) == 1:
            draft.fields["organisation"] = found[0]
            return
        names, sheet = self.plan.names, draft.sheet.columns_of("attendance")
        values = {
            "near": any_of([names["organisation"].shown.get(i, i) for i in found[:5]], self.language),
            "column": sheet["organisation"].title.to(self.language),
            "sheet": OF_RECORD["person"].title.to(self.language),
        }
        key = "several_organisations" if found else "no_organisation"
        name = names["person"].shown.get(person, person)
        self._wrong(mistake(place, name, key, self.language, **values))

    def _identity(self, draft: Draft) -> Identity | None:
        """Return the identity of the record of a row; None if a part is missing, which is added to the mistakes."""
        missing = [k for k in RECORDS[draft.record].key if draft.fields.get(k) is None]
        columns = draft.sheet.columns_of(draft.record)
        headless = draft.head is not None and draft.head.fields.get("id") is None
        for name in missing:
            if name in columns and name != "id" and not headless:
                self._needed(draft, name)
        return None if missing else tuple(str(draft.fields[k]) for k in RECORDS[draft.record].key)

    def _wrong(self, *mistakes: CellMistake) -> None:
        self.plan.mistakes.extend(mistakes)
        self.wrong_places.update(m.place for m in mistakes)

    def _needed(self, draft: Draft, name: str) -> None:
        if draft.at(name) in self.wrong_places:
            return
        column = draft.sheet.columns_of(draft.record)[name]
        title = column.title.to(self.language)
        if name in draft.cells:
            accepted = example_of(column, self.language)
            self._wrong(mistake(draft.at(name), None, "needed_like", self.language, column=title, accepted=accepted))
        elif column in self.plan.read.columns[draft.sheet.name]:
            return  # the cell could not be read, which is among the mistakes
        elif (draft.sheet.name, name) not in self.reported_columns:
            self.reported_columns.add((draft.sheet.name, name))
            head = self.plan.read.heads[draft.sheet.name]
            self._wrong(mistake(head, None, "needed_column", self.language, column=title))

    def _without_repeats(self, drafts: list[Draft]) -> list[Draft]:
        """Return the rows of one record without repetitions. Two rows of one day that contradict are a mistake."""
        by_day = dict[date | None, Draft]()
        for draft in drafts:
            day = draft.fields.get("valid_from")
            other = by_day.setdefault(day, draft)
            if other is draft:
                continue
            # A row of another record of the same thing repeats the head's columns, empty or not.
            differing = [
                n for n, v in draft.fields.items()
                if v is not None and other.fields.get(n) is not None and v != other.fields[n]
            ]  # fmt: skip
            if differing:
                fields = ", ".join(self._unlike(n, draft, other) for n in differing)
                wrong = mistake(draft.place, None, "contradicts", self.language, other=other.place, fields=fields)
                self._wrong(wrong)
                continue
            other.fields.update({n: v for n, v in draft.fields.items() if v is not None})
            self.repeats[draft.place.sheet, draft.place.row].append((draft.place, other.place))
        return list(by_day.values())

    def _unlike(self, name: str, one: Draft, other: Draft) -> str:
        """Return the difference of two rows in a field: Tamaño: grande ≠ pequeña."""
        column = one.sheet.columns_of(one.record).get(name)
        title = column.title.to(self.language) if column else name
        here, there = (in_words(column, d.fields[name], self.language) for d in (one, other))
        return f"{title}: {here} ≠ {there}"

    def _compare(self, record: str, drafts: Sequence[Draft], facts: Sequence[Record]) -> None:
        by_day = {f.valid_from: f for f in facts}
        dated = [d for d in drafts if d.fields.get("valid_from") is not None]
        undated = [d for d in drafts if d.fields.get("valid_from") is None]
        paired = [(d, by_day.get(d.fields["valid_from"])) for d in dated]
        free = [f for f in facts if f.valid_from not in {d.fields["valid_from"] for d in dated}]
        loose = [d for d, fact in paired if fact is None]
        moved = self._moved(record, loose, free) if not undated else {}
        # In the order of their days, because a row of a new day keeps what the rows before it say.
        taken: dict[date, Record] = {} if moved else dict(by_day)
        for draft, fact in sorted(paired, key=lambda pair: pair[0].fields["valid_from"]):
            before = fact or moved.get(draft.place)
            if before is not None:
                new = self._take(draft, before, lone=True, moved=fact is None)
            else:
                changed = in_force(taken.values(), draft.fields["valid_from"])
                is_change = changed is not None and changed.valid_from in by_day
                new = self._take(
                    draft, changed if is_change else self._without_empty_cells(draft, changed), lone=is_change
                )
            if new is not None:
                taken[new.valid_from] = new
        for draft in undated:
            before = max(taken.values(), key=lambda r: r.valid_from, default=None)
            if before is None:
                draft.fields["valid_from"] = self._first_day(draft)
            self._take(draft, before, lone=not dated)

    @staticmethod
    def _moved(record: str, loose: Sequence[Draft], free: Sequence[Record]) -> dict[Place, Record]:
        """Return the facts whose first day was corrected, by row.

        For a party, and after the end of a fact, another day begins a new fact.
        """
        if record in PARTIES or len(loose) != 1 or len(free) != 1:
            return {}
        (draft,), (fact,) = loose, free
        ended = fact.valid_to is not None and fact.valid_to < draft.fields["valid_from"]
        return {} if ended else {draft.place: fact}

    def _first_day(self, draft: Draft) -> date | None:
        """Return the first day of a new party: that of the other record of the row, or today."""
        if draft.record not in PARTIES:
            return None
        place = draft.place
        begun = [
            d.fields["valid_from"] for d in self.beside.get((place.sheet, place.row), ())
            if d.fields.get("valid_from") is not None
        ]  # fmt: skip
        return min(begun, default=self.today)

    def _take(self, draft: Draft, before: Record | None, *, lone: bool, moved: bool = False) -> Record | None:
        cls, declared = RECORDS[draft.record], _FIELDS[draft.record]
        fields = {n: v for n, v in draft.fields.items() if v is not None and n in declared}
        if before is not None:
            known_values = {n: v for n in declared if (v := getattr(before, n)) is not None}
            if lone:
                self._look_for_emptied(draft, before, known_values)
            fields = {**known_values, **fields}
        if issubclass(cls, Happening):
            fields.pop("valid_to", None)
        for name in _REQUIRED[draft.record] - fields.keys():
            self._needed(draft, name)
        try:
            new = cls.model_validate(fields)
        except ValidationError as problem:
            self._wrong(*record_mistakes(problem, draft, self.language))
            return None
        self._check_tax_id(draft, before, new)
        known = odd_values(before) if before is not None else frozenset()
        self.plan.odd.extend((draft, odd) for odd in sorted(odd_values(new) - known, key=lambda o: o.field))
        self._note(draft, before, new, moved)
        return new

    @staticmethod
    def _without_empty_cells(draft: Draft, changed: Record | None) -> Record | None:
        """What a row of a new day keeps of an earlier row that the registry does not know: what has no column.

        The two rows are in the same sheet, so an empty cell says that the field is unknown from that day on.
        """
        if changed is None:
            return None
        fields = _FIELDS[draft.record]
        empty = {n: fields[n].default for n in draft.cells if n in fields and draft.fields.get(n) is None}
        return changed.model_copy(update={n: value for n, value in empty.items() if not fields[n].is_required()})

    def _look_for_emptied(self, draft: Draft, before: Record, known_values: dict[str, Any]) -> None:
        for name in draft.cells:
            field_ = _FIELDS[draft.record].get(name)
            if field_ is None or draft.fields.get(name) is not None or known_values.get(name) is None:
                continue
            if field_.is_required() or field_.default is not None or draft.at(name) in self.wrong_places:
                continue
            self.plan.emptied.append(Emptied(draft.at(name), draft.sheet, name, before))
            if self.answers.emptied == "clear":
                del known_values[name]

    def _check_tax_id(self, draft: Draft, before: Record | None, new: Record) -> None:
        known = before.tax_id if isinstance(before, Organisation) else None
        if not isinstance(new, Organisation) or new.tax_id in (None, known):
            return
        doubt = tax_id_doubt(new.tax_id, new.country, self.known.country)
        if doubt is not None:
            self.plan.doubtful.append((draft.at("tax_id"), doubt))

    def _note(self, draft: Draft, before: Record | None, new: Record, moved: bool) -> None:
        became = Effect.NEW
        if before is not None:
            ended = before.valid_to is None and new.valid_to is not None
            became = Effect.UNCHANGED if before == new else Effect.ENDED if ended else Effect.CHANGED
        self.plan.changes.append(Change(draft, became, new, before, moved))
        if became is Effect.UNCHANGED:
            return
        if moved and before is not None:
            self._submit(before, draft.place, retract=True)
        self._submit(new, draft.place)

    def _submit(self, record: Record, place: Place | str, retract: bool = False) -> None:
        fields = record.model_dump(mode="json", by_alias=True)
        initiative = self.initiative if record.of_initiative else None
        self.plan.submissions.append(
            Submission(record.type, fields, str(place), initiative, retract, confirm=self.answers.odd == "keep")
        )

    def _settle_removed(self, fact: Record) -> None:
        where = f"{self.plan.read.sheets[OF_RECORD[fact.type].name]} ({self.called(fact)})"
        if self.answers.removed == "withdraw":
            self._submit(fact, where, retract=True)
        elif self.answers.removed == "end" and not isinstance(fact, Happening):
            self._submit(fact.model_copy(update={"valid_to": max(self.today, fact.valid_from)}), where)

    def called(self, fact: Record) -> str:
        """Return the name of a record."""
        return display_name(fact, self.plan.names, self.plan.read.language)


def display_name(fact: Record, names: Mapping[str, Names], language: Language) -> str:
    """Return the name of a record: its own, or the names of the records that it is about."""
    label = label_of(fact.type)
    if "id" in type(fact).model_fields:
        return str(getattr(fact, label))
    words, columns = [], OF_RECORD[fact.type].columns_of(fact.type)
    for key in fact.key:
        value = str(getattr(fact, key))
        target = names.get(key)
        words.append(target.shown.get(value, value) if target else in_words(columns.get(key), value, language))
    return " · ".join(words)
