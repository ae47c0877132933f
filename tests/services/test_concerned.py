"""A fact of the common registry has only those initiatives evaluated whose answers may depend on it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import pytest
from support.crowd import gather_crowd
from support.world import CONFIGS, World, model, stage

from clusterflow.intake.assignments import read_assignments
from clusterflow.prefect import publish
from clusterflow.services import outbox, registry, review
from clusterflow.services.context import Context, system_clock
from clusterflow.settings import Settings
from clusterflow.store.database import open_database
from clusterflow.store.migrate import upgrade

END = date(2025, 6, 2)
NIGHT = datetime(2025, 6, 2, 3, tzinfo=UTC)
INITIATIVES = ("ana", "bea", "cid", "dora", "eva", "flor", "gil")
SINCE = "from=2020-01-01"

OWN = {
    "membership initiative=ana organisation=steel founder=true from=2024-01-02": "ana",
    "seat initiative=bea body=board person=pia from=2024-01-02": "bea",
}
"""What some initiatives name of the registry; «cid» is followed by an office, and «dora» has a host."""


def _record(context: Context, *lines: str) -> None:
    registry.record(context, [read_assignments(*_words(line)) for line in lines])


def _words(line: str) -> tuple[str, list[str]]:
    record, *words = line.split()
    return record, words


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    world = World(database_url, model(stage("launch")))
    parties = [f"organisation id={one} name={one} helix=company {SINCE}" for one in ("steel", "port", "dome")]
    world.record(*parties, f"person id=pia name=Pia {SINCE}", f"person id=leo name=Leo {SINCE}")
    for one in INITIATIVES:
        world.enrol(one)
    world.record(
        *OWN,
        f"representation person=pia organisation=steel {SINCE}",
        f"office id=north organisation=port name=North {SINCE}",
        "initiative id=cid name=Cid country=ES office=north from=2024-01-10",
        "initiative id=dora name=Dora country=ES host=dome from=2024-01-10",
    )
    review.review_portfolio(world.context)
    _publish(world.context)
    yield world
    world.context.database.dispose()


def _publish(context: Context) -> None:
    for span in outbox.waiting(context):
        claimed = outbox.claim(context, span.chain)
        assert claimed is not None
        outbox.mark_published(context, claimed)


CONCERNED: dict[str, list[str] | None] = {
    # Pia represents the firm, so who names her depends on its helix kind, too.
    f"organisation id=steel name=Steel helix=academia {SINCE}": ["ana", "bea"],
    f"person id=pia name=Pia country=MX {SINCE}": ["ana", "bea"],
    f"person id=leo name=Leo country=MX {SINCE}": [],
    f"organisation id=port name=Port helix=government {SINCE}": ["cid"],
    f"office id=north organisation=port name=Northern {SINCE}": ["cid"],
    f"organisation id=dome name=Dome helix=academia {SINCE}": ["dora"],
    "initiative id=eva name=Eva country=MX from=2024-01-10": ["eva"],
    f"channel person=pia channel=telegram address=77 {SINCE}": [],
    "representation person=leo organisation=port from=2024-01-03": ["cid"],
    "representation person=leo organisation=steel from=2024-01-03": ["ana", "bea", "cid"],
    f"organisation id=firm name=Firm helix=academia {SINCE}": None,  # it has a seat in every initiative
    "exchange-rate on=2024-01-09 base=EUR quote=MXN rate=18.5 source=ECB": None,
}


def test_a_fact_of_the_registry_concerns_who_names_it(world: World) -> None:
    for line, found in CONCERNED.items():
        _record(world.context, line)
        facts = outbox.unevaluated(world.context)
        assert list(facts) == ["registry"]
        assert review.concerned(world.context, facts) == found, line
        with patch.object(review, "evaluate", wraps=review.evaluate) as one_by_one:
            published, failed = publish._evaluate(world.context, facts)
        assert (published.evaluated, failed) == (len(INITIATIVES if found is None else found), {}), line
        if found is not None:
            assert [call.args[1] for call in one_by_one.call_args_list] == found
        assert review.review_portfolio(world.context).changed == (), line
        _publish(world.context)
    _record(world.context, f"person id=leo name=Leo country=AR {SINCE}")
    facts = outbox.unevaluated(world.context)
    assert review.concerned(world.context, facts) is not None
    with patch.object(review, "entry_points", return_value=["theirs"]):
        # The metric of a third party may read any organisation.
        assert review.concerned(world.context, facts) is None


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_left_that_a_review_of_everything_would_change(database_url: str, seed: int) -> None:
    engine = open_database(database_url)
    upgrade(engine, system_clock())
    context = Context(Settings(database=database_url, configs=CONFIGS, proof="none"), engine, lambda: NIGHT)
    dice, crowd = random.Random(seed), gather_crowd(context, 12, END - timedelta(days=60), seed)
    _record(context, *_portfolio(dice, crowd))
    review.review_portfolio(context)
    _publish(context)
    spared = changed = 0
    for _ in range(6):
        _record(context, _change(dice, crowd))
        facts = outbox.unevaluated(context)
        concerned = review.concerned(context, facts)
        for found in review.review_in_portions(context, concerned):
            changed += len(found.changed)
        spared += len(crowd) - len(crowd if concerned is None else concerned)
        _publish(context)
        assert review.review_portfolio(context).changed == ()
        _publish(context)
    assert changed
    assert spared
    engine.dispose()


HELIXES, SIZES = ("company", "academia", "government", "civil-society"), ("micro", "small", "medium", "large")


def _portfolio(dice: random.Random, crowd: Sequence[str]) -> Iterator[str]:
    for n in range(12):
        yield f"organisation id=o{n} name=O{n} helix={dice.choice(HELIXES)} size={dice.choice(SIZES)} {SINCE}"
        yield f"person id=p{n} name=P{n} {SINCE}"
        yield f"representation person=p{n} organisation=o{dice.randrange(12)} {SINCE}"
    for n in range(2):
        yield f"office id=f{n} organisation=o{n} name=F{n} {SINCE}"
    for one in crowd:
        for body, kind in (("board", "board"), ("management", "management")):
            yield f"body initiative={one} id={body} kind={kind} name={body} {SINCE}"
        for n in dice.sample(range(12), 3):
            yield f"membership initiative={one} organisation=o{n} founder=true commitment=regular-fee from=2024-01-15"
        for n in dice.sample(range(12), 2):
            yield f"seat initiative={one} body=board person=p{n} organisation=o{dice.randrange(12)} from=2024-02-01"
        yield f"staff initiative={one} person=p{dice.randrange(12)} fte=1 manager=true from=2024-02-01"


def _change(dice: random.Random, crowd: Sequence[str]) -> str:
    n, day = dice.randrange(12), date(2024, 3, 1) + timedelta(days=dice.randrange(300))
    return dice.choice(
        [
            f"organisation id=o{n} name=O{n} helix={dice.choice(HELIXES)} size={dice.choice(SIZES)} from={day}",
            f"organisation id=o{n} name=O{n} helix={dice.choice(HELIXES)} size={dice.choice(SIZES)} from={day}",
            f"representation person=p{n} organisation=o{dice.randrange(12)} from={day}",
            f"person id=p{n} name=P{n} country=MX from={day}",
            f"office id=f{n % 2} organisation=o{dice.randrange(12)} name=F from={day}",
            f"initiative id={dice.choice(crowd)} name=I country=MX host=o{n} office=f{n % 2} from={day}",
        ]
    )
