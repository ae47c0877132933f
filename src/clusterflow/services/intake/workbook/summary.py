"""Describes an import in the language of its reader."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from clusterflow.domain.number_style import numbers_of
from clusterflow.domain.records import RECORDS, Happening, Record
from clusterflow.domain.records.governance import Attendance
from clusterflow.domain.text import Frozen, Language, Text
from clusterflow.intake.workbook.layout import Sheet, in_words, presence_of
from clusterflow.intake.workbook.messages import Place
from clusterflow.intake.workbook.sheets import OF_RECORD, SHEETS
from clusterflow.services.intake.workbook.changes import Change, Effect
from clusterflow.services.intake.workbook.name_lookup import Names
from clusterflow.services.intake.workbook.plan import Plan, display_name

_MOST = 30
"""The most changes that are listed one by one."""

_EMPTY = Text(es="vacío", en="empty")
_COUNTED: dict[str, tuple[Text, Text]] = {
    "new": (Text(es="{n} alta", en="{n} new {one}"), Text(es="{n} altas", en="{n} new {many}")),
    "changed": (Text(es="{n} cambio", en="{n} changed"), Text(es="{n} cambios", en="{n} changed")),
    "ended": (Text(es="{n} baja", en="{n} ended"), Text(es="{n} bajas", en="{n} ended")),
    "left": (Text(es="{n} baja", en="{n} left"), Text(es="{n} bajas", en="{n} left")),
    "unchanged": (Text(es="{n} sin cambio", en="{n} unchanged"),) * 2,
    "double": (
        Text(es="{n} posible doble", en="{n} possible double"),
        Text(es="{n} posibles dobles", en="{n} possible doubles"),
    ),
    "removed": (Text(es="{n} ya no está en la hoja", en="{n} no longer in the sheet"),
                Text(es="{n} ya no están en la hoja", en="{n} no longer in the sheet")),
    "emptied": (Text(es="{n} celda vaciada", en="{n} cell emptied"),
                Text(es="{n} celdas vaciadas", en="{n} cells emptied")),
    "repeated": (Text(es="{n} fila repetida", en="{n} row repeated"),
                 Text(es="{n} filas repetidas", en="{n} rows repeated")),
    "no_member": (Text(es="{n} organización sin «Alta»: no es miembro",
                       en="{n} organisation without «Joined»: no member"),
                  Text(es="{n} organizaciones sin «Alta»: no son miembros",
                       en="{n} organisations without «Joined»: no members")),
}  # fmt: skip

_MORE = Text(es="... y {n} más", en="... and {n} more")
_MAY_BE = Text(es="{place}: «{name}» quizá sea {who}; escriba el Id de quien es, o uno nuevo",
               en="{place}: «{name}» may be {who}; write the id of who it is, or a new one")  # fmt: skip
_SHARES = Text(es="{place}: «{name}» tiene {number}, como {who}; escriba el Id de quien es, o uno nuevo",
               en="{place}: «{name}» has {number}, as {who} has; write the id of who it is, or a new one")  # fmt: skip
_REMOVED = Text(es="{sheet}: «{name}» está en el registro y ya no en la hoja",
                en="{sheet}: «{name}» is on record and no longer in the sheet")  # fmt: skip
_EMPTIED = Text(es="{place}: está vacía; el registro dice {old}", en="{place}: is empty; on record is {old}")


class SheetSummary(Frozen):
    """The changes of one sheet."""

    sheet: str
    title: str
    counts: Mapping[str, int]
    words: str


class ImportSummary(Frozen):
    """An import in words: by sheet, by change, by question."""

    sheets: tuple[SheetSummary, ...]
    changes: tuple[str, ...]
    doubles: tuple[str, ...]
    removed: tuple[str, ...]
    emptied: tuple[str, ...]
    doubtful: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    """The new rows, with what they hold."""
    unusual: tuple[str, ...] = ()
    """Cells that are unusual beside the others. They are recorded as they are."""

    @property
    def in_words(self) -> str:
        return "; ".join(f"{s.title}: {s.words}" for s in self.sheets)


def summarize(plan: Plan) -> ImportSummary:
    """Return the description of a plan. Numbers are written as the country of the initiative writes them."""
    with numbers_of(plan.read.language, plan.country):
        return _summary(plan)


def _summary(plan: Plan) -> ImportSummary:
    language = plan.read.language
    sheets = []
    counted = _counted(plan)
    for sheet in SHEETS:
        counts = counted.get(sheet.name)
        if counts:
            words = ", ".join(_count(kind, n, sheet, language) for kind, n in counts.items() if n)
            sheets.append(
                SheetSummary(sheet=sheet.name, title=sheet.title.to(language), counts=dict(counts), words=words)
            )
    return ImportSummary(
        sheets=tuple(sheets),
        changes=tuple(_shortened([_change(c, plan.names, language) for c in _reported_changes(plan)], language)),
        doubles=tuple(describe_duplicates(plan)),
        removed=tuple(_describe_removed(plan)),
        emptied=tuple(_describe_emptied(plan)),
        odd=tuple(_describe_odd(plan)),
        doubtful=tuple(doubt.describe(str(place), language) for place, doubt in plan.doubtful),
        new=tuple(_shortened(_describe_new(plan), language)),
        unusual=tuple(_shortened([str(one.mistake) for one in plan.unusual], language)),
    )


_ORDER = ("new", "changed", "left", "ended", "unchanged", "no_member", "double", "removed", "emptied", "repeated")


def _counted(plan: Plan) -> dict[str, dict[str, int]]:
    """Return the number of rows by sheet and effect. A row counts once, also if it holds two records."""
    rows: dict[tuple[str, Any], list[Change]] = defaultdict(list)
    for change in plan.changes:
        key = change.place if change.sheet.is_grid else change.place.row
        rows[change.sheet.name, key].append(change)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (sheet, _), changes in rows.items():
        found[sheet][_row_became(changes)] += 1
    for double in plan.doubles:
        found[OF_RECORD[double.record].name]["double"] += 1
    for fact in plan.removed:
        found[OF_RECORD[fact.type].name]["removed"] += 1
    for emptied in plan.emptied:
        found[emptied.sheet.name]["emptied"] += 1
    for place, _ in plan.repeated:
        found[next(n for n, title in plan.read.sheets.items() if title == place.sheet)]["repeated"] += 1
    return {sheet: {kind: counts[kind] for kind in _ORDER if counts[kind]} for sheet, counts in found.items()}


def _row_became(changes: list[Change]) -> str:
    by = {c.new.type: c for c in changes}
    member = by.get("membership")
    if "organisation" in by and member is None:
        return "no_member" if by["organisation"].became is Effect.NEW else by["organisation"].became.value
    leading = member or changes[0]
    if leading.became is Effect.ENDED:
        return "left" if member else "ended"
    if leading.became is Effect.NEW:
        return "new"
    return "changed" if any(c.became is not Effect.UNCHANGED for c in changes) else "unchanged"


def _count(kind: str, n: int, sheet: Sheet, language: Language) -> str:
    text = _COUNTED[kind][n != 1].to(language)
    return text.format(n=n, one=sheet.one.to(language), many=sheet.many.to(language))


def _reported_changes(plan: Plan) -> list[Change]:
    return [c for c in plan.changes if c.became in (Effect.CHANGED, Effect.ENDED)]


def _describe_new(plan: Plan) -> list[str]:
    """Return a line for each row with a new record: what it is called, and its other cells."""
    language, rows = plan.read.language, dict[Any, list[Change]]()
    for change in plan.changes:
        if change.became is Effect.NEW:
            rows.setdefault(change.place, []).append(change)
    return [_describe_row(place, changes, plan.names, language) for place, changes in rows.items()]


def _describe_row(place: Place, changes: list[Change], names: Mapping[str, Names], language: Language) -> str:
    title = display_name(changes[0].new, names, language)
    cells = dict[int, str]()
    for change in changes:
        columns = change.sheet.columns_of(change.new.type)
        for name, at in change.draft.cells.items():
            value = getattr(change.new, name, None)
            if value is None or name not in columns:
                continue
            shown = format_value(change.sheet, change.new, name, value, names, language)
            if shown != title:
                cells[at] = f"{columns[name].title.to(language)}: {shown}"
    if isinstance(changes[0].new, Attendance):
        return f"{place} {title}: {presence_of(changes[0].new.invited, changes[0].new.present, language)}"
    return f"{place} {title}: {'; '.join(cells[at] for at in sorted(cells))}".removesuffix(": ")


def _shortened(lines: list[str], language: Language) -> list[str]:
    more = len(lines) - _MOST
    return lines if more <= 0 else [*lines[:_MOST], _MORE.to(language).format(n=more)]


def _change(change: Change, names: Mapping[str, Names], language: Language) -> str:
    new = change.new
    old = change.old or new
    columns = change.sheet.columns_of(new.type)
    parts = []
    for name in type(new).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            title = columns[name].title.to(language) if name in columns else name
            parts.append(
                f"{title}: {format_value(change.sheet, new, name, before, names, language)} → "
                f"{format_value(change.sheet, new, name, after, names, language)}"
            )
    return f"{change.place} {display_name(new, names, language)}: {'; '.join(parts)}"


def format_value(
    sheet: Sheet, record: Record, name: str, value: Any, names: Mapping[str, Names], language: Language
) -> str:
    """Return a value as text for its reader."""
    if value is None:
        return _EMPTY.to(language)
    column = sheet.columns_of(record.type).get(name)
    if column is not None and column.reference is not None and column.reference in names:
        return names[column.reference].shown.get(str(value), str(value))
    return in_words(column, value, language)


def describe_duplicates(plan: Plan) -> list[str]:
    """Return a line for each possible duplicate, with what the user can answer."""
    language = plan.read.language
    return [
        (_SHARES if d.number else _MAY_BE)
        .to(language)
        .format(
            place=d.place,
            name=d.name,
            number=d.number,
            who=", ".join(f"«{s}» ({i})" for s, i in zip(d.shown, d.possible, strict=True)),
        )
        for d in plan.doubles
    ]


def _describe_removed(plan: Plan) -> list[str]:
    language, lines = plan.read.language, []
    for fact in plan.removed:
        name = display_name(fact, plan.names, language)
        if isinstance(fact, Attendance):
            name += f" ({presence_of(fact.invited, fact.present, language)})"
        elif isinstance(fact, Happening) and "valid_from" not in fact.key:
            name += f" ({fact.valid_from})"
        sheet = plan.read.sheets[OF_RECORD[fact.type].name]
        lines.append(_REMOVED.to(language).format(sheet=sheet, name=name))
    return _shortened(lines, language)


def _describe_odd(plan: Plan) -> Iterator[str]:
    """Yield a line for each value that looks like a mistake."""
    language = plan.read.language
    for draft, odd in plan.odd:
        names = {field.alias or name: name for name, field in RECORDS[draft.record].model_fields.items()}
        name = names[odd.field]
        column = draft.sheet.columns_of(draft.record).get(name)
        yield f"{draft.at(name)}: {odd.describe(language, column.title.to(language) if column else name)}"


def _describe_emptied(plan: Plan) -> list[str]:
    language, lines = plan.read.language, []
    for emptied in plan.emptied:
        old = format_value(
            emptied.sheet, emptied.old, emptied.field, getattr(emptied.old, emptied.field), plan.names, language
        )
        lines.append(_EMPTIED.to(language).format(place=emptied.place, old=old))
    return _shortened(lines, language)
