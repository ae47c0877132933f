"""Random registries from small pools of names, ids and days, so that they collide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import strategies as st

from clusterflow.domain.money import Money
from clusterflow.domain.records import RECORDS, Happening, Record
from clusterflow.intake.workbook.layout import Column, Kind
from clusterflow.intake.workbook.sheets import OF_RECORD, SHEETS
from clusterflow.services.intake.workbook.registry_snapshot import RegistrySnapshot

DAYS = st.sampled_from([date(2024, 1, 1), date(2024, 2, 29), date(2024, 12, 31), date(2025, 3, 4)])
TEXTS = st.sampled_from(
    ["Acero", "acero", "Aceros del Norte, S.A. de C.V.", "Ñandú & Cía", "=1+1", "-5", "@x", "+52 81", "a", "007", "1,5",
     "línea\notra", "<b>", "2024-01-01", "sí", "«quién»"]
)  # fmt: skip
IDS = st.sampled_from(["a", "acero", "b-1", "007"])
WHOLES = st.sampled_from([0, 1, 7, 1234, 10**14])
NUMBERS = st.sampled_from([0.0, 0.1, 0.1 + 0.2, -17.25, 1e-7, 123456.789])
MONEYS = st.builds(
    Money, minor=st.sampled_from([0, 1, 99, -120050, 10**15]), currency=st.sampled_from(["MXN", "EUR", "CLP", "KWD"])
)
SPECIAL: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("person", "email"): st.sampled_from([None, "a@b.example", "c@d.example"]),
    ("person", "subdivision"): st.sampled_from([None, "MX-NLE", "ES-CT"]),
    ("organisation", "latitude"): st.sampled_from([None, 25.67, -90]),
    ("organisation", "longitude"): st.sampled_from([None, -100.31, 0]),
    ("person", "timezone"): st.sampled_from([None, "America/Monterrey"]),
    ("person", "country"): st.sampled_from([None, "AR"]),
    ("label", "grace_until"): st.none(),  # it must be after the label's last day
    ("label", "rulebook"): st.none() | IDS,
    ("label", "retained_percent"): st.sampled_from([None, 50]),
    ("organisation", "country"): st.sampled_from([None, "MX"]),
    ("organisation", "tax_id"): st.sampled_from([None, "ABC680524P76"]),
    ("document", "sha256"): st.sampled_from([None, "0" * 64]),
    ("meeting", "time"): st.sampled_from([None, "00:00", "09:30"]),
    ("meeting", "lasts_minutes"): st.sampled_from([None, 5, 90]),
    ("staff", "fte"): st.sampled_from([0.1, 0.5, 1.0]),
    ("survey-wave", "mean_milli"): st.sampled_from([None, 1000, 3857, 5000]),
    ("invoice", "year"): st.sampled_from([None, 2024]),
    ("invoice", "instalment"): st.sampled_from([None, 1, 12]),
    ("invoice", "instalments"): st.sampled_from([None, 4]),
    ("invoice", "scheme"): st.sampled_from([None, "galicia-sport"]),
    ("dues-adoption", "scheme"): IDS,
}
KINDS: dict[Kind, Callable[[Column], st.SearchStrategy[Any]]] = {
    Kind.TEXT: lambda _: TEXTS,
    Kind.ID: lambda _: IDS,
    Kind.CHOICE: lambda c: st.sampled_from(sorted(c.choices)),
    Kind.YES_NO: lambda _: st.booleans(),
    Kind.WHOLE: lambda _: WHOLES,
    Kind.NUMBER: lambda _: NUMBERS,
    Kind.DATE: lambda _: DAYS,
    Kind.MONEY: lambda _: MONEYS,
}


@st.composite
def registries(draw: st.DrawFn) -> RegistrySnapshot:
    """Possible facts of an initiative. Every referenced id exists, as the engine ensures."""
    known = RegistrySnapshot(draw(st.sampled_from([None, "MX"])))
    order = ["organisation", "person", "body", "strategy", "objective"]
    order += [record for sheet in SHEETS for record in sheet.records if record not in order]
    for record in order:
        most = 3 if record in ("organisation", "person", "meeting", "attendance", "membership") else 2
        keys = set()
        for _ in range(draw(st.integers(0, most))):
            found = draw(_record(record, known))
            if found is not None and (found.identity(), found.valid_from) not in keys:
                keys.add((found.identity(), found.valid_from))
                known.add(found)
        for facts in known.facts[record].values():
            facts.sort(key=lambda f: f.valid_from)
    return known


@st.composite
def _record(draw: st.DrawFn, record: str, known: RegistrySnapshot) -> Record | None:
    cls = RECORDS[record]
    if record == "attendance":
        return draw(_attendance(known))
    fields: dict[str, Any] = {}
    for name, column in OF_RECORD[record].columns_of(record).items():
        if name == "currency" or (name == "valid_to" and issubclass(cls, Happening)):
            continue
        if (record, name) in SPECIAL:
            fields[name] = draw(SPECIAL[record, name])
            continue
        target = column.reference or (column.record if name != "id" and column.kind is Kind.ID else None)
        if len(column.fills) > 1 and column.record != record:
            target = column.record
        if target is not None:
            there = sorted({i[0] for i in known.facts[target]})
            if not there and cls.model_fields[name].is_required():
                return None
            value = st.sampled_from(there) if there else st.none()
        else:
            value = KINDS[column.kind](column)
        needed = cls.model_fields[name].is_required() or cls.model_fields[name].default is not None
        fields[name] = draw(value if needed else st.none() | value)
    if record == "survey-wave":
        fields["answers"] = min(fields["answers"], fields["invited"])
    if fields.get("valid_to") is not None and fields["valid_to"] < fields["valid_from"]:
        fields["valid_to"] = None
    return cls.model_validate(fields)


@st.composite
def _attendance(draw: st.DrawFn, known: RegistrySnapshot) -> Record | None:
    there = [sorted({i[0] for i in known.facts[record]}) for record in ("meeting", "person", "organisation")]
    if not all(there):
        return None
    meeting, person, organisation = (draw(st.sampled_from(some)) for some in there)
    day = known.of("meeting", (meeting,))[-1].valid_from
    return RECORDS["attendance"].model_validate(
        {
            "meeting": meeting, "person": person, "organisation": organisation, "on": day,
            "invited": draw(st.booleans()), "present": draw(st.sampled_from([True, False, None])),
        }
    )  # fmt: skip
