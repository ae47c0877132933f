"""A large cluster: a hundred members and five years of meetings, dues, surveys, objectives and actions.

The figures are invented and regular. It lives under the model of Nuevo León and is in its last stage, where all
criteria of the earlier stages are still watched.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from benches.small_world import submission
from clusterflow.domain.terms import DecisionKind
from clusterflow.rules.ballot import Ballot
from clusterflow.services import enrolment, gates, registry, standing
from clusterflow.services.context import Context

YEARS = range(2019, 2024)
COMMITTEES = ("talent", "suppliers", "technology")
INVITED = 12


def enrol_large_cluster(context: Context, members: int = 100, strangers: int = 0) -> None:
    """Enrol the initiative «large», record everything about it, and bring it to its last stage.

    Args:
        strangers: how many unrelated organisations and people are in the same registry.
    """
    registry.record(context, [submission(line) for line in (*_people("m", members), *_people("stranger", strangers))])
    enrolment.enrol(
        context,
        submission("initiative id=large name=Large country=MX timezone=America/Monterrey from=2018-12-01"),
        "nuevo-leon",
    )
    registry.record(context, [submission(line.replace(" ", " initiative=large ", 1)) for line in _life(members)])
    for stage in [s.id for s in standing.pinned_model(context, "large").stages][:-1]:
        gates.open_gate(context, "large", stage)
        for decider in ("p-m1", "p-m2"):
            _on(context, stage, decider)
    assert [v.stage for v in standing.state(context, "large").open_visits] == ["operation"]


def _on(context: Context, stage: str, decider: str) -> None:
    """Decide *go*; under conditions while any criterion is open, because then it is watched."""
    done = gates.decide(
        context, "large", decider, Ballot(stage, DecisionKind.CONDITIONAL_GO, "as far as it is", due_all=_LATER)
    )
    if done.refused == "conditions":
        gates.decide(context, "large", decider, Ballot(stage, DecisionKind.GO, "all is met"))


_LATER = date(2030, 1, 1)


def _people(prefix: str, number: int) -> Iterator[str]:
    sizes = ("large", "medium", "small", "small", "micro")
    helixes = ("company",) * 7 + ("academia", "company", "civil-society")
    for n in range(number):
        one, size, helix = f"{prefix}{n}", sizes[n % 5], helixes[n % 10]
        yield f"organisation id={one} name={one} helix={helix} size={size} founded=2001-01-01 from=2018-01-01"
        yield f"person id=p-{one} name={one} from=2018-01-01"
        yield f"representation person=p-{one} organisation={one} from=2018-01-01"


def _life(members: int) -> Iterator[str]:
    for n in range(members):
        founder = "true" if n < 10 else "false"
        yield f"membership organisation=m{n} founder={founder} commitment=regular-fee from={2019 + n % 4}-01-15"
    yield from _governance()
    yield from _meetings(members)
    yield from _money(members)
    yield from _work(members)


def _governance() -> Iterator[str]:
    yield "body id=management kind=management name=Management from=2019-01-01"
    yield "body id=board kind=board name=Board from=2019-01-01"
    yield "seat body=management person=p-m0 role=manager organisation=m0 from=2019-01-01"
    for n in range(1, 10):
        role = "chair" if n == 1 else "member"
        yield f"seat body=board person=p-m{n} role={role} organisation=m{n} from=2019-01-01"
    for number, committee in enumerate(COMMITTEES):
        yield f"body id={committee} kind=committee name={committee} objective=o{number} from=2019-06-01"
        for n in range(INVITED):
            role = "chair" if n == 0 else "member"
            who = number * INVITED + n
            yield f"seat body={committee} person=p-m{who} role={role} organisation=m{who} from=2019-06-01"
    own = "personality=true non_profit=true in_region=true"
    yield f"legal-entity name=Grown form=civil-association {own} from=2019-05-01"
    yield "document id=purpose kind=purpose-statement title=Purpose adopted_by=board from=2019-03-01"
    yield "document id=strategy kind=strategy title=Strategy adopted_by=board from=2020-01-01"
    for n in range(10):
        yield f"signature document=purpose organisation=m{n} person=p-m{n} on=2019-03-01"


def _meetings(members: int) -> Iterator[str]:
    """Three committees each month and the board each quarter, with twelve invitations, most of whom attend."""
    for year in YEARS:
        for month in range(1, 13):
            bodies = (*COMMITTEES, "board") if month % 3 == 0 else COMMITTEES
            for number, body in enumerate(bodies):
                meeting, day = f"{body}-{year}-{month}", f"{year}-{month:02}-{10 + number}"
                yield f"meeting id={meeting} body={body} on={day}"
                for n in range(INVITED):
                    who = (number * INVITED + n + (month if n > 8 else 0)) % members
                    present = "false" if (n + month) % 5 == 0 else "true"
                    here = f"person=p-m{who} organisation=m{who} present={present}"
                    yield f"attendance meeting={meeting} {here} on={day}"


def _money(members: int) -> Iterator[str]:
    for size, yearly in (("large", 80000), ("medium", 40000), ("small", 15000), ("micro", 5000)):
        yield f"dues-scheme size={size} yearly={yearly}MXN from=2019-06-01"
    for year in YEARS:
        for n in range(members):
            if year > 2019 + n % 4:
                yield f"invoice id=i{year}-{n} organisation=m{n} amount=15000MXN due={year}-03-31 on={year}-02-01"
                if n % 9:
                    yield f"payment id=y{year}-{n} invoice=i{year}-{n} amount=15000MXN on={year}-03-{1 + n % 28:02}"
        yield f"income id=grant-{year} kind=public-grant amount=250000MXN on={year}-05-01"
        yield f"budget id=b{year} running_cost=1000000MXN secured=900000MXN from={year}-01-01 to={year}-12-31"
    yield "staff person=p-m0 fte=1.0 manager=true from=2019-06-01"
    yield f"staff person=p-m{members - 1} fte=0.5 from=2020-06-01"


def _work(members: int) -> Iterator[str]:
    yield "strategy id=plan title=Plan horizon=2027-12-31 from=2020-01-01"
    for number in range(6):
        owner = COMMITTEES[number % 3]
        measure = "unit=jobs baseline=0 target=100 due=2026-12-31"
        yield f"objective id=o{number} title=Objective strategy=plan owner={owner} {measure} from=2020-01-01"
        for year in (2021, 2022, 2023):
            yield f"reading objective=o{number} value={10 * (year - 2020)} on={year}-12-15"
    for n in range(60):
        when = f"20{20 + n % 4}-0{1 + n % 9}-15"
        done = f"state=done done_on={when}" if n % 3 else "state=open"
        yield f"action id=a{n} title=Action owner=p-m{n % members} objective=o{n % 6} due={when} {done} from=2020-01-01"
    for n in range(4):
        yield f"project id=j{n} title=Project objective=o{n} from=202{n}-02-01"
    for year in YEARS:
        for topic in ("trust", "satisfaction"):
            yield f"survey-wave topic={topic} invited=100 answers=70 mean_milli=3900 on={year}-11-01"
        for n in range(3):
            yield f"training id=t{year}-{n} title=Training planned={year}-04-01 held={year}-04-08 from={year}-01-01"
            yield f"business id=g{year}-{n} kind=contract amount=500000MXN organisation=m{n} on={year}-08-01"
        yield f"link id=l{year} direction=outside with_whom=Others from={year}-01-01"
