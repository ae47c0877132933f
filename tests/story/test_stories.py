"""Read this first: six initiatives live their lives, month by month, and use everything that clusterflow can do.

The stories are in ``src/clusterflow/demo/stories``. These tests play them without Prefect: facts are recorded, the
portfolio is reviewed, and people decide at each open gate. ``make demo`` adds the flows and the forms.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import rustxes
from support.play import play

from clusterflow.demo.stories import stories
from clusterflow.demo.story import Calendar, Scripted, Story
from clusterflow.domain.events import LifeEvent
from clusterflow.domain.records.parties import Person
from clusterflow.domain.state import InitiativeState
from clusterflow.domain.terms import Answer, DecisionKind, Readiness, VisitOutcome
from clusterflow.engine.decide import BallotResult
from clusterflow.intake.json_lines import read_lines
from clusterflow.intake.record_file import RecordFile
from clusterflow.reports.explanation import CriterionLine, GateExplanation
from clusterflow.reports.ocel import JsonForm, XmlForm
from clusterflow.rules.projection import replay
from clusterflow.services import enrolment, explanation, gates, ledger, registry
from clusterflow.services import review as review_service
from clusterflow.services import standing as standing_service
from clusterflow.services.catalogue.models import models_of
from clusterflow.services.context import Context
from clusterflow.services.exports.event_logs import Logs
from clusterflow.services.exports.exports import Exports
from clusterflow.services.exports.restore import restore
from clusterflow.settings import Settings
from clusterflow.store.database import open_database, read_connection
from clusterflow.store.registry import iterate_facts
from clusterflow.store.state import sort_rows

TODAY = date(2024, 2, 29)
"""The last day of the replay. Most months do not have a day 31."""

day = Calendar(TODAY).day
NUEVO_LEON, CORDOBA, ECUADOR, BASQUE, CATALAN, COLOMBIAN = (story.initiative for story in stories(TODAY))
EVERYBODY = (NUEVO_LEON, CORDOBA, ECUADOR, BASQUE, CATALAN, COLOMBIAN)


def test_no_story_has_facts_from_the_future() -> None:
    for story in stories(TODAY):
        assert all(fact.entered <= TODAY for fact in story.facts)
        assert 60 <= len(story.facts) <= 300, "real, and light"


# ── playing ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Played:
    """The state after the last month."""

    context: Context
    tales: dict[str, Story]
    decided: list[tuple[Scripted, BallotResult]]
    _ledgers: dict[str, list[LifeEvent]] = field(default_factory=dict)

    def state(self, initiative: str) -> InitiativeState:
        return standing_service.state(self.context, initiative)

    def happened(self, initiative: str, kind: str, **values: Any) -> list[Any]:
        """Return the entries of a kind in an initiative's ledger that have these values."""
        if initiative not in self._ledgers:
            self._ledgers[initiative] = [e.event for e in ledger.entries(self.context, initiative)]
        found = [e for e in self._ledgers[initiative] if e.kind == kind]
        return [e for e in found if all(getattr(e, name) == value for name, value in values.items())]

    def once(self, initiative: str, kind: str, **values: Any) -> Any:
        """Return the only such entry."""
        (event,) = self.happened(initiative, kind, **values)
        return event

    def achieved(self, initiative: str) -> list[str]:
        """Return the stages with a current milestone, in the order in which they were achieved."""
        standing = [m for m in self.state(initiative).milestones if m.stands and m.lapsed_on is None]
        return [m.stage for m in sorted(standing, key=lambda m: m.achieved_on)]

    def under_way(self, initiative: str) -> set[str]:
        return {visit.stage for visit in self.state(initiative).open_visits}

    def criterion(self, initiative: str, stage: str, criterion: str, **when: Any) -> CriterionLine:
        (gate,) = explanation.explain(self.context, initiative, stage, with_evidence=False, **when)
        return next(line for line in gate.criteria if line.criterion == criterion)


@pytest.fixture(scope="module")
def played(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """All six stories, played once."""
    path = tmp_path_factory.mktemp("stories") / "clusterflow.db"
    shutil.copy(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    context = Context(Settings(database=f"sqlite:///{path}", language="en", proof="none"), database)
    assert set(models_of(context)) >= {story.model for story in stories(TODAY)}, (
        "read once, and shared with every month"
    )
    context, tales = context.at(TODAY), stories(TODAY)
    decided = list(play(context, tales, TODAY))
    yield Played(context, {story.initiative: story for story in tales}, decided)
    database.dispose()


of_everybody: Callable[..., Any] = pytest.mark.parametrize("initiative", EVERYBODY)


# ── all stories ────────────────────────────────────────────────────────────────────────────────────────────────────


@of_everybody
def test_every_decision_was_accepted_or_refused_as_scripted(played: Played, initiative: str) -> None:
    taken = [(scripted, got) for scripted, got in played.decided if got.initiative == initiative]
    assert len(taken) == len(played.tales[initiative].decisions), "a scripted decision was not taken"
    assert {(s.stage, s.by, s.refused) for s, _ in taken} == {(s.stage, s.by, got.refused) for s, got in taken}


@of_everybody
def test_the_ledger_verifies_and_replays_to_the_stored_state(played: Played, initiative: str) -> None:
    assert ledger.first_break(played.context, initiative) is None
    again = replay(ledger.entries(played.context, initiative))
    assert again is not None
    assert sort_rows(again) == played.state(initiative)


@of_everybody
def test_recording_the_same_facts_again_changes_nothing(played: Played, initiative: str) -> None:
    version, story = played.state(initiative).version, played.tales[initiative]
    once_more = [f.submission(initiative) for f in story.facts if f.record == "meeting"]
    assert registry.record(played.context, once_more).unchanged == len(once_more)
    assert played.state(initiative).version == version


# ── Nuevo León: founders and trust, the association, the groups ────────────────────────────────────────────────────


def test_nuevo_leon_leaves_the_gate_of_its_strategy_to_the_visitor(played: Played) -> None:
    assert played.achieved(NUEVO_LEON) == ["critical-mass", "common-purpose", "institutionalization", "committees"]
    assert played.tales[NUEVO_LEON].left_open == "strategy"
    (review,) = played.state(NUEVO_LEON).open_reviews
    (gate,) = explanation.explain(played.context, NUEVO_LEON, "strategy")
    assert (review.stage, gate.readiness) == ("strategy", Readiness.READY)
    assert "nl-elena" in {decider.person for decider in gates.eligible_deciders(played.context, NUEVO_LEON, "strategy")}


def test_two_people_must_agree_on_the_association_and_nobody_counts_twice(played: Played) -> None:
    votes = played.happened(NUEVO_LEON, "vote.cast", stage="institutionalization")
    assert len({vote.decider for vote in votes}) == 2
    assert played.once(NUEVO_LEON, "decision.refused").why == "twice"


def test_too_many_new_people_in_the_groups_put_their_gate_on_hold(played: Played) -> None:
    hold = played.once(NUEVO_LEON, "gate.decided", decision=DecisionKind.HOLD)
    then = played.criterion(NUEVO_LEON, "committees", "person-turnover", as_of=hold.on)
    assert (then.answer, then.found) == (Answer.UNMET, "60 %")
    go = played.once(NUEVO_LEON, "gate.decided", stage="committees", decision=DecisionKind.GO)
    assert go.on >= hold.until


def test_trust_falls_and_two_milestones_lapse_until_it_recovers(played: Played) -> None:
    lapsed = played.happened(NUEVO_LEON, "milestone.lapsed", criteria=("trust-index",))
    restored = played.happened(NUEVO_LEON, "milestone.restored")
    assert [e.stage for e in lapsed] == [e.stage for e in restored] == ["critical-mass", "common-purpose"]
    assert lapsed[0].on < restored[0].on


def test_small_firms_pay_late_and_a_payment_entered_late_is_marked(played: Played) -> None:
    def collected(size: str, **when: Any) -> CriterionLine:
        return played.criterion(NUEVO_LEON, "operation", f"dues-collected-{size}", **when)

    assert collected("large").answer is Answer.MET
    assert collected("sme").answer is Answer.UNMET
    # As of month 14, but with today's knowledge: the payment that was entered late counts, and the answer says so.
    assert collected("sme", as_of=day(14, 28)).late


# ── Córdoba: different interests ───────────────────────────────────────────────────────────────────────────────────


def test_cordoba_falls_below_its_five_members_and_recovers(played: Played) -> None:
    lapsed = played.once(CORDOBA, "milestone.lapsed")
    assert (lapsed.stage, lapsed.criteria) == ("critical-mass", ("committed-members",))
    assert played.once(CORDOBA, "milestone.restored").on > lapsed.on
    held = played.once(CORDOBA, "gate.decided", decision=DecisionKind.HOLD)
    overdue = played.once(CORDOBA, "stage.overdue", stage="common-purpose")
    assert (overdue.level, overdue.on <= held.on) == (1, True), "what is held does not escalate"


def test_cordoba_opens_to_more_members_once_the_committees_work(played: Played) -> None:
    order = ["critical-mass", "common-purpose", "committees", "strategy", "institutionalization"]
    assert played.achieved(CORDOBA) == order
    assert played.under_way(CORDOBA) == {"operation"}


def test_the_legal_personality_of_the_association_is_unknown_for_months(played: Played) -> None:
    change = played.once(CORDOBA, "finding.changed", stage="institutionalization", criterion="legal-body")
    assert (change.before, change.answer) == (Answer.UNKNOWN, Answer.MET), "never «unmet»: nobody knew"
    assert (change.on - day(22, 20)).days > 120
    (gate,) = explanation.explain(played.context, CORDOBA, "operation")
    assert gate.readiness is Readiness.UNKNOWN, "no business has been recorded yet"


# ── Ecuador: a public policy, and a government that does not manage ────────────────────────────────────────────────


def test_ecuador_goes_back_to_regain_knowledge_before_it_writes_its_strategy(played: Played) -> None:
    recycle = played.once(ECUADOR, "gate.decided", decision=DecisionKind.RECYCLE)
    assert (recycle.stage, recycle.to_stage) == ("strategy", "critical-mass")
    assert played.once(ECUADOR, "milestone.withdrawn").stage == "critical-mass"
    assert played.once(ECUADOR, "stage.left", outcome=VisitOutcome.RECYCLED).stage == "strategy"
    assert [e.round for e in played.happened(ECUADOR, "milestone.achieved", stage="critical-mass")] == [1, 2]


def test_the_ministry_votes_on_the_purpose_with_a_firm_and_not_on_the_committees(played: Played) -> None:
    by_ministry = {s.stage: got.refused for s, got in played.decided if s.by == "ec-gonzalo"}
    assert by_ministry == {"common-purpose": None, "committees": "barred"}
    purpose = [(s.by, got.decided) for s, got in played.decided if s.stage == "common-purpose" and s.by[:3] == "ec-"]
    assert purpose == [("ec-gonzalo", None), ("ec-karla", DecisionKind.GO)], "the ministry decides nothing alone"
    assert played.once(ECUADOR, "decision.refused").why == "barred"
    order = ["common-purpose", "critical-mass", "strategy", "committees", "institutionalization"]
    assert played.achieved(ECUADOR) == order


# ── The Basque country: the institution first ──────────────────────────────────────────────────────────────────────


def test_the_basque_association_precedes_its_strategy_and_gets_furthest(played: Played) -> None:
    order = ["critical-mass", "common-purpose", "institutionalization", "strategy", "committees", "operation"]
    assert played.achieved(BASQUE) == order
    assert played.under_way(BASQUE) == {"operation"}, "the last stage has no end"


def test_a_correction_makes_the_fifteenth_member(played: Played) -> None:
    counted = played.criterion(BASQUE, "critical-mass", "committed-members", as_of=day(5))
    assert (counted.found, counted.late) == ("15", True), "true then, known only since"
    assert played.once(BASQUE, "milestone.achieved", stage="critical-mass").on > day(5, 9)


def test_a_silent_committee_loses_its_milestone_until_it_meets_again(played: Played) -> None:
    lapsed = played.once(BASQUE, "milestone.lapsed")
    assert (lapsed.stage, lapsed.criteria) == ("committees", ("committee-silence",))
    assert played.once(BASQUE, "milestone.restored").stage == "committees"


# ── Catalonia: the strategy first ──────────────────────────────────────────────────────────────────────────────────


def test_the_catalan_vision_passes_under_a_condition_that_is_met_in_time(played: Played) -> None:
    condition = played.once(CATALAN, "condition.set")
    met = played.once(CATALAN, "condition.met")
    assert (condition.stage, condition.criterion) == (met.stage, met.criterion) == ("common-purpose", "founders-signed")
    assert met.on <= condition.due_on
    assert played.once(CATALAN, "milestone.achieved", stage="common-purpose").conditional


def test_a_firm_entered_twice_is_removed_and_a_delegate_changes(played: Played) -> None:
    assert played.once(CATALAN, "record.retracted").record == "membership"
    turnover = played.criterion(CATALAN, "committees", "person-turnover", as_of=day(17, 17))
    assert turnover.found == "28,6 %", "two new faces of seven"


def test_a_catalan_gate_that_nobody_decides_in_time_closes_again(played: Played) -> None:
    assert played.achieved(CATALAN) == [
        "critical-mass",
        "strategy",
        "common-purpose",
        "committees",
        "institutionalization",
    ]
    closed = played.once(CATALAN, "gate.withdrawn")
    assert closed.stage == "operation"
    assert played.criterion(CATALAN, "operation", "joint-projects").help.startswith("Joint projects still missing: 1")


# ── Colombia: hosted by a chamber of commerce ──────────────────────────────────────────────────────────────────────


def test_the_colombian_tables_and_route_map_run_in_parallel(played: Played) -> None:
    entered = {e.stage: e.on for e in played.happened(COLOMBIAN, "stage.entered")}
    assert entered["committees"] == entered["strategy"]
    assert entered["operation"] == entered["institutionalization"], "its own legal entity is optional"
    assert played.under_way(COLOMBIAN) == {"operation", "institutionalization"}


def test_the_end_of_an_agreement_lapses_its_milestone_until_it_is_renewed(played: Played) -> None:
    assert played.once(COLOMBIAN, "milestone.lapsed").criteria == ("host-agreement",)
    assert played.once(COLOMBIAN, "milestone.restored").stage == "hosting"
    assert not played.happened(COLOMBIAN, "milestone.lapsed", stage="critical-mass"), "eleven of twelve: no flapping"
    members = played.criterion(COLOMBIAN, "critical-mass", "committed-members")
    assert (members.answer, members.found) == (Answer.UNMET, "11")


def test_the_colombian_initiative_still_waits_at_the_end(played: Played) -> None:
    visit = played.state(COLOMBIAN).visit("operation")
    assert visit is not None
    assert visit.held_until is not None
    assert visit.held_until > TODAY
    satisfied = played.criterion(COLOMBIAN, "operation", "satisfaction-index")
    assert satisfied.answer is Answer.UNKNOWN, "four answers are too few to be shown"


# ── exports ────────────────────────────────────────────────────────────────────────────────────────────────────────


def empty(template: Path, path: Path) -> Context:
    """An empty database on the same day."""
    shutil.copy(template, path)
    return Context(Settings(language="en", proof="none"), open_database(f"sqlite:///{path}")).at(TODAY)


def test_the_whole_office_moves_to_an_empty_database(played: Played, sqlite_template: Path, tmp_path: Path) -> None:
    lines = list[str]()
    Exports(played.context.database).life(lines.append)
    there = empty(sqlite_template, tmp_path / "there.db")
    assert restore(there, RecordFile(io.BytesIO("".join(lines).encode()), "life")).initiatives == tuple(
        sorted(EVERYBODY)
    )
    assert standing_service.board(there) == standing_service.board(played.context)
    for initiative in EVERYBODY:
        assert ledger.entries(there, initiative) == ledger.entries(played.context, initiative)
        assert explanation.explain(there, initiative) == explanation.explain(played.context, initiative), (
            "the same findings on the same evidence"
        )
        assert standing_service.status(there, initiative, day(14, 28)) == standing_service.status(
            played.context, initiative, day(14, 28)
        ), "on any day"
    assert (
        review_service.review_portfolio(there).changed == review_service.review_portfolio(played.context).changed == ()
    ), "nothing becomes due by the move"
    there.database.dispose()


def found(gate: GateExplanation) -> list[tuple[str, str, Answer]]:
    """The findings from facts. Days in a stage are left out: they come from the life, not from the facts."""
    of_life = ("stage-time", "known-share")
    return [(c.criterion, c.found, c.answer) for c in gate.criteria if c.criterion not in of_life]


def test_the_registry_alone_gives_the_same_findings(played: Played, sqlite_template: Path, tmp_path: Path) -> None:
    lines = list[str]()
    Exports(played.context.database).registry(lines.append)
    there = empty(sqlite_template, tmp_path / "there.db")
    registry.record(there, read_lines(lines, "registry.jsonl"))
    for tale in played.tales.values():
        enrolment.enrol(there, tale.enrolment(), tale.model)
        for stage in standing_service.pinned_model(played.context, tale.initiative).by_id:
            (new,), (old,) = (
                explanation.explain(context, tale.initiative, stage, with_evidence=False)
                for context in (there, played.context)
            )
            assert found(new) == found(old)
    there.database.dispose()


def test_other_tools_read_the_event_logs_which_contain_no_names(played: Played, tmp_path: Path) -> None:
    logs, entries = (
        Logs(played.context.database, played.context.clock()),
        sum(len(ledger.entries(played.context, i)) for i in EVERYBODY),
    )
    texts = {name: list[str]() for name in ("log.xes", "log.json", "log.xml")}
    assert logs.xes(texts["log.xes"].append, "es") == entries
    assert logs.ocel(JsonForm(texts["log.json"].append)) == logs.ocel(XmlForm(texts["log.xml"].append)) == entries
    for name, text in texts.items():
        (tmp_path / name).write_text("".join(text), encoding="utf-8")
    read, _ = rustxes.import_xes(str(tmp_path / "log.xes"))
    assert set(read["case:concept:name"]) == set(EVERYBODY)
    assert read.height == entries
    for initiative in EVERYBODY:
        mine = read.filter(read["case:concept:name"] == initiative)
        assert mine["hash"].to_list() == [e.hash for e in ledger.entries(played.context, initiative)], (
            "in the ledger's order"
        )
    by_json, by_xml = (
        getattr(rustxes, f"import_ocel_{form}")(str(tmp_path / f"log.{form}")) for form in ("json", "xml")
    )
    for part in ("events", "objects", "o2o", "relations", "object_changes"):
        assert by_json[part].height == by_xml[part].height > 0
    assert by_json["events"].height == entries
    with read_connection(played.context.database) as connection:
        people = [p for _, p in iterate_facts(connection, Person)]
    for text in ("".join(text) for text in texts.values()):
        assert not [p.id for p in people if p.name in text or f'"{p.id}"' in text or (p.email or p.name) in text]
