"""What comes if nothing happens is in the digest once, as long before it turns as the lead time of the model says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from support.world import World, model, stage

from clusterflow.domain.criterion import Criterion
from clusterflow.domain.quantity import Bound, Unit
from clusterflow.domain.terms import DecisionKind
from clusterflow.services import gates
from clusterflow.services.coming_turns import refresh_coming_turns
from clusterflow.services.foresight import foresee
from clusterflow.services.migration import migrate
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.store.coming_turns import read_turns
from clusterflow.store.tables import notice


def asks(metric: str, bound: str, unit: Unit, keep: str | None = None) -> Criterion:
    weaker = Bound.parse(keep, unit) if keep else None
    return Criterion(id=metric, metric=metric, bound=Bound.parse(bound, unit), keep=weaker, source="P")


TINY = model(
    stage("first", (), asks("members", ">= 3", Unit.COUNT, keep=">= 2"), allowed_days=3000),
    stage("second", ("first",), asks("strategy-age", "<= 36 months", Unit.MONTHS), allowed_days=3000),
)


@pytest.fixture
def world(sqlite_url: str) -> World:
    """Two of three members leave: the answer turns on 1 April 2024, and the milestone lapses on 16 June."""
    world = World(sqlite_url, TINY.model_copy(update={"lead_days": 45}))
    world.enrol()
    world.record(
        "organisation id=a name=A helix=company from=2020-01-01",
        "organisation id=b name=B helix=company from=2020-01-01",
        "membership initiative=one organisation=firm from=2023-01-01 commitment=signed-agreement",
        "membership initiative=one organisation=a from=2023-01-01 to=2024-03-31 commitment=none",
        "membership initiative=one organisation=b from=2023-01-01 to=2024-06-15 commitment=none",
    )
    world.evaluate()
    assert world.decide("first").decided
    world.evaluate()
    world.context.settings = world.context.settings.model_copy(update={"notices_policy": "on"})
    return world


def notices_after(world: World, day: str) -> list[tuple[str, str, str]]:
    """Run the nightly review and the dispatcher on a day; return all notices so far about what comes."""
    world.at(day)
    assert refresh_coming_turns(world.context) == {}
    found = Dispatcher(world.context).run()
    assert not [problem for problem in found.problems if "ahead" in problem]
    with world.context.reading() as connection:
        rows = connection.execute(notice.select().order_by(notice.c.id)).all()
    return [(row.rule, row.recipient, row.subject) for row in rows if "ahead" in row.rule]


def digests(world: World, first: str, days: int, person: str = "mona") -> list[str]:
    """Run the dispatcher on some days; return the digests of one person."""
    for number in range(days):
        Dispatcher(world.at(str(date.fromisoformat(first) + timedelta(days=number))).context).run()
    with world.context.reading() as connection:
        rows = connection.execute(notice.select().order_by(notice.c.id)).all()
    return [row.body for row in rows if row.rule == "digest" and row.recipient == person]


def test_a_turn_is_told_once_when_it_is_as_near_as_the_lead_time_of_the_model(world: World) -> None:
    assert notices_after(world, "2024-02-15") == [], "46 days before"
    expected = [("finding-ahead", "mona", "Initiative-one: «members» will no longer be met from 1 April 2024")]
    assert notices_after(world, "2024-02-16") == expected
    for day in ("2024-02-17", "2024-02-20", "2024-03-05"):
        assert notices_after(world, day) == expected, "it is told once"


def test_a_turn_is_told_again_when_its_day_moves(world: World) -> None:
    assert len(notices_after(world, "2024-02-16")) == 1
    world.record("membership initiative=one organisation=a to=2024-03-20")
    assert [subject for _, _, subject in notices_after(world, "2024-02-18")] == [
        "Initiative-one: «members» will no longer be met from 1 April 2024",
        "Initiative-one: «members» will no longer be met from 21 March 2024",
    ]
    (digest,) = digests(world, "2024-02-19", 7)
    assert "21 March" in digest
    assert "1 April" not in digest, "what was not sent yet is withdrawn"


def test_what_was_prevented_before_the_digest_leaves_is_not_told(world: World) -> None:
    assert len(notices_after(world, "2024-02-16")) == 1
    world.record("membership initiative=one organisation=a to=2030-12-31")
    (digest,) = digests(world, "2024-02-17", 10)
    assert "no longer" not in digest
    assert "What comes" not in digest
    with world.context.reading() as connection:
        assert read_turns(connection, date(2024, 1, 1)) == []


def test_what_is_entered_late_is_told_on_the_next_day(world: World) -> None:
    notices_after(world, "2024-02-16")
    world.record("membership initiative=one organisation=b to=2024-03-05")
    assert {
        subject
        for rule, who, subject in notices_after(world, "2024-02-18")
        if rule == "milestone-ahead" and who == "mona"
    } == {"Initiative-one: the milestone «first achieved» will lapse on 1 April 2024"}, (
        "44 days before, although it lies in the time before the ladders catch up"
    )


def test_the_digest_has_a_section_of_what_comes(world: World) -> None:
    notices_after(world, "2024-02-16")
    world.record("person id=mona language=es")
    notices_after(world, "2024-05-02")
    (digest,) = digests(world, "2024-05-03", 8)
    _, heading, section = digest.partition("### Qué viene si no se registra nada más")
    assert heading
    assert "El hito «first achieved» dejará de cumplirse el 16 de junio de 2024" in section
    assert "B (membresía, 15 de junio de 2024)" in section, "the fact behind it, by its name"
    assert "Lo evita, a más tardar el 16 de junio de 2024: 1 más de este tipo" in section


def test_the_rules_of_a_label_are_told_of_with_what_turns(world: World) -> None:
    world.record(
        *(f"organisation id=m{n} name=M{n} helix=company from=2020-01-01" for n in range(15)),
        *(
            f"membership initiative=one organisation=m{n} from=2023-01-01 commitment=signed-agreement"
            + (" to=2024-03-09" if n == 0 else "")
            for n in range(14)
        ),
        "membership initiative=one organisation=ministry from=2023-01-01 commitment=none",
        "staff initiative=one person=mona fte=1 from=2023-01-01",
    )
    found = [(rule, subject) for rule, who, subject in notices_after(world, "2024-02-16") if who == "mona"]
    assert ("label-ahead", "Initiative-one: «Profile on the European cluster platform» will no longer be met from "
            "10 March 2024") in found  # fmt: skip


def test_stored_turns_are_those_that_foresight_finds(world: World) -> None:
    world.at("2024-05-10")
    world.evaluate()
    refresh_coming_turns(world.context)
    with world.context.reading() as connection:
        stored = [(t.day, t.subject) for t in read_turns(connection, date(2024, 1, 1)) if t.occasion != "label.ahead"]
    events = foresee(world.context, "one", date(2024, 6, 24), "en").events
    assert stored == [(e.day, e.stage) for e in events if e.kind == "milestone.lapsed"]


def turns_of(world: World) -> int:
    with world.context.reading() as connection:
        return len(read_turns(connection, date(2024, 1, 1)))


def test_what_was_found_under_a_former_model_is_forgotten_with_it(world: World) -> None:
    other = model(stage("first", (), asks("strategy-age", "<= 36 months", Unit.MONTHS)), name="other")
    world.context.models = {**world.context.models, "other": other}
    world.record(
        "office id=agency organisation=ministry name=Agency from=2020-01-01",
        "initiative id=one office=agency from=2024-01-11",
    )
    world.at("2024-02-16")
    refresh_coming_turns(world.context)
    assert turns_of(world)
    migrate(world.context, "other", initiative="one", by="gala", reason="a new program")
    assert not [p for p in Dispatcher(world.context).run().problems if "KeyError" in p]
    assert turns_of(world) == 0


def test_what_ends_has_nothing_to_come(world: World) -> None:
    world.at("2024-02-16")
    refresh_coming_turns(world.context)
    assert turns_of(world)
    gates.open_gate(world.context, "one", "second")
    assert world.decide("second", DecisionKind.STOP).decided
    assert turns_of(world) == 0
