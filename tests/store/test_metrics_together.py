"""Measuring many initiatives at once gives the same as measuring each; new knowledge stays within the earlier range."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, case, select
from support.search import WITHOUT_SHRINKING

from clusterflow.domain.measurement import UNMEASURED, Fold, MetricCall
from clusterflow.domain.records import RECORDS, Record
from clusterflow.domain.records.base import STORED
from clusterflow.domain.records.membership import Membership
from clusterflow.store import tables
from clusterflow.store.metrics import measure
from clusterflow.store.metrics.aggregates import MetricRows, sums_of
from clusterflow.store.metrics.evidence_rows import evidence_row
from clusterflow.store.query_scope import Scope

DAYS = ["2022-01-01", "2023-05-01", "2023-07-01", "2024-03-01", "2024-05-01", "2024-06-01", "2024-06-02"]
NAMES = ["x", "y", "z"]
SPECIAL: dict[str, list[Any]] = {
    "survey-wave.mean_milli": [None, 3000, 4000],
    "survey-wave.answers": [0, 5, 10],
    "survey-wave.invited": [0, 10],
    "exchange-rate.base": ["EUR"],
    "exchange-rate.quote": ["USD", "MXN"],
    "invoice.year": [None, 2023, 2024],
    "staff.fte": [0.5, 1],
    "document.sha256": [None],
    "person.email": [None],
    "person.language": ["es"],
    "person.country": [None],
    "label.grace_until": [None],
    "person.timezone": [None, "UTC"],
    "organisation.country": [None],
    "initiative.country": ["MX"],
    "initiative.language": ["es"],
    "initiative.timezone": ["America/Mexico_City", "UTC"],
    "learning-series.timezone": ["UTC"],
    "learning-session.time": [None, "09:30"],
    "learning-session.lasts_minutes": [None, 60],
    "meeting.time": [None, "09:30"],
    "meeting.lasts_minutes": [None, 60],
}


def values_of(cls: type[Record], name: str) -> list[Any]:
    """A small pool, so that facts collide."""
    if (special := SPECIAL.get(f"{cls.type}.{name}")) is not None:
        return special
    if name == "subdivision":
        return [None, "MX-NLE"]
    annotation, columns = cls.model_fields[name].annotation, tables.REGISTRY_TABLES[cls.type].c
    optional = [None] if type(None) in get_args(annotation) else []
    if f"{name}_minor" in columns:
        return [*optional, "1 EUR", "2 EUR", "3 EUR", "5 USD"]
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return [*optional, *(word.value for word in kind)]
    pools: dict[type, list[Any]] = {bool: [True, False], date: DAYS, str: NAMES}
    return [*optional, *pools.get(columns[name].type.python_type, [1, 3])]


def facts_of(cls: type[Record]) -> st.SearchStrategy[tuple[str, str, str, dict[str, Any]]]:
    pools = {n: st.sampled_from(values_of(cls, n)) for n in cls.model_fields if n != "valid_from"}
    if cls.type == "initiative":
        pools["id"] = st.sampled_from(INITIATIVES)
    if cls.model_fields["valid_to"].exclude:
        del pools["valid_to"]
    return st.tuples(
        st.just(cls.type), st.sampled_from(INITIATIVES), st.sampled_from(DAYS), st.fixed_dictionaries(pools)
    )


INITIATIVES = ["one", "two", "three"]
ANY_FACT = st.one_of([facts_of(cls) for cls in RECORDS.values()])
CHECKED = settings(max_examples=40, phases=WITHOUT_SHRINKING)


def enter(registry: Any, facts: list[tuple[str, str, str, dict[str, Any]]]) -> None:
    """Enter facts as the engine does: the same key and day again is a correction."""
    standing: dict[Any, int] = {}
    for kind, initiative, day, fields in facts:
        fields = {**fields, **({"valid_to": None} if fields.get("valid_to") and fields["valid_to"] < day else {})}
        key = (kind, initiative if RECORDS[kind].of_initiative else "", day)
        record = RECORDS[kind].model_validate({"valid_from": day, **fields}, context=STORED)
        entry = registry.add(kind, day, initiative=initiative, **fields)
        if (before := standing.get((*key, record.identity()))) is not None:
            registry.supersede(kind, before, datetime(2024, 6, 1, tzinfo=UTC), entry)
        standing[(*key, record.identity())] = entry


@CHECKED
@given(facts=st.lists(ANY_FACT, min_size=5, max_size=80))
def test_measuring_all_at_once_gives_the_same_as_one_by_one(
    engine: Engine, new_registry: Callable[..., Any], calls: list[MetricCall], facts: list[Any]
) -> None:
    with engine.connect() as connection:
        registry = new_registry(connection)
        enter(registry, facts)
        day = date(2024, 6, 1)
        every = measure(connection, calls, registry.declarations, day)
        for call in calls:
            together = registry.everybody(call, day, None)
            assert every[call] == together, f"{call} shares a statement with other metrics"
            assert set(together) <= set(INITIATIVES)
            assert registry.everybody(call, day, INITIATIVES) == together
            for initiative in INITIATIVES:
                alone = registry.everybody(call, day, [initiative])
                assert alone == {k: v for k, v in together.items() if k == initiative}
                found = alone.get(initiative, UNMEASURED)
                assert found.low is None or found.high is None or found.low <= found.high
        connection.rollback()


@CHECKED
@given(facts=st.lists(ANY_FACT, min_size=5, max_size=80))
def test_what_is_stored_of_later_facts_gives_the_same_as_looking_them_up(
    engine: Engine, new_registry: Callable[..., Any], calls: list[MetricCall], facts: list[Any]
) -> None:
    """What was known at a moment is looked up; at one after all entries, that is what is known now."""
    with engine.connect() as connection:
        registry = new_registry(connection)
        enter(registry, facts)
        for day in (date(2023, 7, 1), date(2024, 6, 1)):
            stored = measure(connection, calls, registry.declarations, day)
            looked_up = measure(connection, calls, registry.declarations, day, None, datetime(2030, 1, 1, tzinfo=UTC))
            for call in calls:
                assert stored[call] == looked_up[call], call
        connection.rollback()


OPEN = {
    "committed-members", "member-companies", "helix-members", "helix-kinds", "chain-roles",
    "chain-role-members", "sme-share", "active-members",
    "attendance", "committee-participation", "legal-body", "legal-personality", "private-seat-share",
    "government-seat-share", "knowledge-seat", "established-small-firms", "learning-sessions", "dues-collected",
}  # fmt: skip
"""Metrics that an empty field leaves unknown."""

FIELDS = (
    "helix",
    "size",
    "commitment",
    "present",
    "form",
    "personality",
    "non_profit",
    "in_region",
    "founded",
    "chain_role",
)
RELEVANT = (
    "organisation", "membership", "body", "seat", "meeting", "attendance", "legal-entity", "learning-attendance",
    "invoice", "payment",
)  # fmt: skip


def about(kind: str, /, **fixed: str) -> st.SearchStrategy[Any]:
    """A fact of one initiative, with some of its fields."""
    return facts_of(RECORDS[kind]).map(lambda fact: (kind, "one", fact[2], {**fact[3], **fixed}))


# Three described members, a committee and a board that met: without them most facts would refer to nothing.
SETTING = st.tuples(
    *(about("organisation", id=name) for name in NAMES),
    *(about("membership", organisation=name) for name in NAMES),
    *(about("body", id=name, kind=kind) for name, kind in (("x", "committee"), ("y", "board"))),
    *(about("meeting", id=name, body=name) for name in ("x", "y")),
    *(about("attendance", meeting="x", person=name, organisation=name) for name in NAMES),
    *(about("seat", body="y", person=name, organisation=name) for name in NAMES),
).map(list)
STORY = st.tuples(SETTING, st.lists(st.one_of([facts_of(RECORDS[kind]) for kind in RELEVANT]), max_size=20)).map(
    lambda both: both[0] + both[1]
)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
@settings(CHECKED, max_examples=200)
@given(facts=STORY, data=st.data())
def test_new_knowledge_stays_within_the_earlier_range(
    engine: Engine, new_registry: Callable[..., Any], calls: list[MetricCall], facts: list[Any], data: st.DataObject
) -> None:
    check_that_knowledge_narrows(engine, new_registry, calls, facts, data)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True, scope="session")
@settings(CHECKED, max_examples=60)
@given(facts=STORY, data=st.data())
def test_new_knowledge_stays_within_the_earlier_range_on_postgresql(
    engine: Engine, new_registry: Callable[..., Any], calls: list[MetricCall], facts: list[Any], data: st.DataObject
) -> None:
    """The same statements, three times as slow, so on fewer examples."""
    check_that_knowledge_narrows(engine, new_registry, calls, facts, data)


def check_that_knowledge_narrows(
    engine: Engine, new_registry: Callable[..., Any], calls: list[MetricCall], facts: list[Any], data: st.DataObject
) -> None:
    """Fill in empty fields with any value: every number stays within its earlier range."""
    learnt = []
    for kind, initiative, day, fields in facts:
        pools = {n: values_of(RECORDS[kind], n) for n in FIELDS if n in fields}
        filled = {
            n: data.draw(st.sampled_from([v for v in pool if v is not None]))
            for n, pool in pools.items()
            if fields[n] is None
        }
        learnt.append((kind, initiative, day, {**fields, **filled}))
    spans = []
    for version in (facts, learnt):
        with engine.connect() as connection:
            registry = new_registry(connection)
            enter(registry, version)
            spans.append(
                {call: registry.everybody(call, date(2024, 6, 1), None) for call in calls if call.metric in OPEN}
            )
            connection.rollback()
    before, after = spans
    for call, measured in after.items():
        for initiative, found in measured.items():
            span = before[call].get(initiative, UNMEASURED)
            if found.is_empty or span.is_empty:
                continue
            assert span.low is None or (found.low is not None and span.low <= found.low), (call, span, found)
            assert span.high is None or (found.high is not None and found.high <= span.high), (call, span, found)


PEOPLE, HELD = "abcd", ["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01", "2024-05-02"]
MEETINGS = st.dictionaries(
    st.tuples(st.sampled_from(["c", "d"]), st.sampled_from(HELD)),
    st.dictionaries(st.sampled_from(PEOPLE), st.booleans(), max_size=4),
    max_size=10,
)


@CHECKED
@given(meetings=MEETINGS)
def test_person_turnover_is_what_a_person_would_count(
    engine: Engine, new_registry: Callable[..., Any], meetings: dict[tuple[str, str], dict[str, bool]]
) -> None:
    with engine.connect() as connection:
        registry = new_registry(connection)
        for body in ("c", "d"):
            registry.add("body", "2020-01-01", id=body, kind="committee", name=body)
        for (body, day), came in meetings.items():
            registry.add("meeting", day, id=f"{body}-{day}", body=body)
            for person, present in came.items():
                registry.add(
                    "attendance", day, meeting=f"{body}-{day}", person=person, organisation="f", present=present
                )
        new = there = 0
        for body in ("c", "d"):
            held = sorted(day for (b, day), came in meetings.items() if b == body and any(came.values()))
            if len(held) > 1:
                present = [{p for p, here in meetings[body, day].items() if here} for day in held]
                new += len(present[-1] - set().union(*present[-4:-1]))
                there += len(present[-1])
        found = registry.measure("person-turnover", "2024-06-01")
        assert found.low == found.high == (Fraction(new, there) if there else None)
        connection.rollback()


SPANS = st.tuples(st.sampled_from("abc"), st.sampled_from(HELD), st.sampled_from([None, *HELD]))


@settings(CHECKED, max_examples=60)
@given(memberships=st.lists(SPANS, max_size=9), awarded=st.sampled_from(HELD))
def test_changes_since_an_award_are_what_a_person_would_count(
    engine: Engine, new_registry: Callable[..., Any], memberships: list[tuple[str, str, str | None]], awarded: str
) -> None:
    """A later membership of an organisation replaces the earlier one from its first day on."""
    spans = {(who, first): last for who, first, last in memberships if last is None or first <= last}

    def member(who: str, day: str) -> bool:
        begun = [first for name, first in spans if name == who and first <= day]
        return bool(begun) and ((last := spans[who, max(begun)]) is None or last >= day)

    def next_to(last: str | None, first: str) -> bool:
        """Whether a membership that ends on a day continues in one that begins on another."""
        return last is None or date.fromisoformat(first).toordinal() - date.fromisoformat(last).toordinal() <= 1

    today = "2024-06-01"
    joined = sum(
        first > awarded and not any(o == who and f < first and next_to(end, first) for (o, f), end in spans.items())
        for who, first in spans
    )
    left = sum(
        last is not None and awarded <= last < today
        and not any(o == who and f > first and next_to(last, f) for o, f in spans)
        for (who, first), last in spans.items()
    )  # fmt: skip
    named, now = ({who for who, _ in spans if member(who, day)} for day in (awarded, today))
    with engine.connect() as connection:
        registry = new_registry(connection)
        registry.add("label", awarded, name="x")
        for (who, first), last in spans.items():
            registry.add("membership", first, organisation=who, valid_to=last)
        changes = registry.measure("member-changes", today, label="x")
        assert (changes.low, changes.high) == 2 * ((Fraction(joined + left, len(named)) if named else None),)
        retained = registry.measure("retained-members", today, label="x")
        assert (retained.low, retained.high) == 2 * ((Fraction(len(named & now), len(now)) if now else None),)
        connection.rollback()


@pytest.mark.parametrize("is_joined", [False, True])
def test_a_choice_in_a_joined_source_may_be_missing_and_so_its_values_are_counted(is_joined: bool) -> None:
    scope = Scope(everywhere=True)
    member = scope.latest(Membership)
    founder = select(member, case((member.c.founder, 1), else_=0).label("flag")).subquery()
    source = member if is_joined else founder
    rows = evidence_row(source, Membership, what=source.c.organisation, part=founder.c.flag)
    if is_joined:
        rows = rows.join_from(member, founder, founder.c.entry == member.c.entry, isouter=True)
    call = MetricCall("members", ())
    (part,) = sums_of(MetricRows(call, rows, frozenset(), Fold.SUM, is_dated=False)).parts
    assert ("known" in part.layout.names) is is_joined
