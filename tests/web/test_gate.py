"""The page of a gate: what it shows, what becomes of an answer, and how mistakes come back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.pages import PageRead
from support.web import Browser, WebWorld
from support.world import model, stage, stated

from clusterflow.domain.criterion import AnyOf
from clusterflow.domain.lifecycle import DecidedBy
from clusterflow.domain.terms import Role
from clusterflow.rules.one_time_code import ATTEMPTS
from clusterflow.services import gates, ledger, standing
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.web.render import _environment
from clusterflow.web.request import FORM_FIELDS
from clusterflow.web.texts import TEXTS

GATE = "/initiatives/one/gates/first"
ROOT = Path(__file__).resolve().parents[2]


def at_gate(site: WebWorld, person: str, language: str = "en") -> Browser:
    browser = site.browser(person, language)
    browser.open(GATE)
    return browser


def test_my_work_leads_to_the_gate_and_two_votes_decide_it(site: WebWorld) -> None:
    site.ready()
    mona, bruno = site.browser("mona"), site.browser("bruno")
    assert ("a", "href", GATE) in mona.open("/").attributes
    mona.open(GATE)
    mona.submit(GATE, decision="go", reason="Both are done.")
    assert "Your vote is recorded: go. 1 of 2 needed votes" in PageRead(mona.shown.text).text
    assert "You have voted; other votes are missing" in mona.open("/").text
    page = bruno.open(GATE)
    assert "Votos: adelante 1 de 2" in page.text
    assert "Both are done." in page.text
    bruno.submit(GATE, decision="go", reason="De acuerdo.")
    assert "Decidida el 10 de enero de 2024: adelante" in " ".join(bruno.shown.text.split())
    assert "Comenzó: second" in bruno.shown.text
    assert "Nothing waits for your decision." in mona.open("/").text


def test_the_page_shows_each_finding_with_its_evidence_and_who_decides(site: WebWorld) -> None:
    site.world.state_figure("signed", 1, 2)
    site.world.evaluate()
    page = site.browser("mona").open(GATE)
    assert "The gate is: not ready" in page.text
    assert "✘ unmet" in page.text
    assert "? unknown" in page.text
    assert "Who decides: board member (needed: 2" in page.text
    assert "This gate is not open" in page.text


def test_a_day_inside_a_sentence_is_written_like_the_others_on_the_page() -> None:
    days = _environment("es").filters["days"]
    assert days("La cifra más reciente es del 2024-04-03, de hace más de 400 días.") == (
        "La cifra más reciente es del 3 de abril de 2024, de hace más de 400 días."
    )


def test_every_mistake_stands_at_its_field_and_all_that_was_typed_is_there_again(site: WebWorld) -> None:
    site.ready()
    mona = at_gate(site, "mona")
    typed = '<b>long & "quoted"</b>'
    answer = mona.submit(GATE, decision="hold", reason=typed, until="tomorrow")
    assert answer.status_code == 422
    assert '<p class="mistake" id="until-mistake">This is not a date.' in answer.text
    assert 'value="tomorrow" aria-invalid="true" aria-describedby="until-mistake"' in answer.text
    assert "&lt;b&gt;long &amp; &#34;quoted&#34;&lt;/b&gt;</textarea>" in answer.text
    assert 'value="hold" id="say-hold" checked' in answer.text
    answer = mona.submit(GATE, decision="", reason=" ")
    assert 'id="decision-mistake">Choose one of the answers.' in answer.text
    assert 'id="reason-mistake">Write the reason' in answer.text
    assert "vote.cast" not in site.world.kinds()


def test_a_hold_that_ends_today_is_refused_at_its_field_and_the_ledger_says_so(site: WebWorld) -> None:
    site.ready()
    mona = at_gate(site, "mona")
    answer = mona.submit(GATE, decision="hold", reason="Later.", until="2024-01-10")
    assert '<p class="mistake" id="until-mistake">A hold ends after today.' in answer.text
    assert "Later.</textarea>" in answer.text
    assert site.world.kinds()[-1] == "decision.refused"
    assert "Your vote is recorded" in mona.submit(GATE, decision="hold", reason="Later.", until="2024-02-01").text


def test_a_conditional_go_needs_a_date_for_each_open_criterion(site: WebWorld) -> None:
    site.world.state_figure("signed")
    site.world.evaluate()
    olga = site.browser("olga")
    olga.open(GATE)
    olga.submit(f"{GATE}/review")
    mona = at_gate(site, "mona")
    assert 'name="due.signed"' not in mona.shown.text
    answer = mona.submit(GATE, decision="conditional-go", reason="Nearly.")
    assert '<p class="mistake" id="due.paid-mistake">Set a date.' in answer.text
    answer = mona.submit(GATE, decision="conditional-go", reason="Nearly.", due__paid="2024-03-01")
    assert "go, with conditions" in answer.text
    assert "by March 1, 2024" in answer.text
    answer = at_gate(site, "bruno").submit(GATE, decision="go", reason="Ya.")
    assert "La puerta no está lista" in answer.text


def test_a_recycle_names_a_stage_and_a_vote_can_be_changed_and_taken_back(site: WebWorld) -> None:
    site.ready()
    mona = at_gate(site, "mona")
    assert "Choose the stage." in mona.submit(GATE, decision="recycle", reason="Again.", to_stage="nowhere").text
    assert "back to an earlier stage" in mona.submit(GATE, decision="recycle", reason="Again.", to_stage="first").text
    assert "Your vote is recorded: go" in mona.submit(GATE, decision="go", reason="No, go on.").text
    assert "I take my vote back" in mona.shown.text
    assert "Your vote is recorded" not in mona.submit(GATE, decision="withdraw", reason="I must think.").text
    assert "Nobody has voted yet." in mona.shown.text


def test_a_veto_is_offered_to_those_alone_who_have_it(site: WebWorld) -> None:
    site.ready()
    assert 'value="veto"' not in at_gate(site, "mona").shown.text
    bruno = at_gate(site, "bruno")
    assert 'value="veto"' in bruno.shown.text
    assert "veta" in bruno.submit(GATE, decision="veto", reason="No.").text


def test_a_gate_that_is_no_longer_ready_takes_no_vote(site: WebWorld) -> None:
    site.ready()
    mona = at_gate(site, "mona")
    site.world.state_figure("paid", 0)
    answer = mona.submit(GATE, decision="hold", until="2024-02-01", reason="Typed with care.")
    assert answer.status_code == 422
    assert "The gate is not open any more." in answer.text
    assert "vote.cast" not in site.world.kinds()


def test_a_vote_on_findings_that_changed_meanwhile_is_shown_what_changed_and_must_be_confirmed(site: WebWorld) -> None:
    olga = site.browser("olga")
    olga.open(GATE)
    olga.submit(f"{GATE}/review")
    mona = at_gate(site, "mona")
    site.world.state_figure("paid")
    answer = mona.submit(GATE, decision="hold", until="2024-02-01", reason="Typed with care.")
    text = " ".join(answer.text.split())
    assert "The findings changed while you decided" in text
    assert '<details class="finding met changed" open>' in text
    assert "before: ? unknown" in text
    assert "Typed with care.</textarea>" in text
    assert "Your vote is recorded: hold" in mona.submit(GATE, decision="hold", until="2024-02-01", reason="Yes.").text


def test_the_same_form_sent_twice_counts_once(site: WebWorld) -> None:
    site.ready()
    mona = at_gate(site, "mona")
    data = {**mona.hidden(), "decision": "go", "reason": "Once."}
    for _ in range(3):
        assert mona.post(GATE, data=data).status_code == 200
    assert site.world.kinds().count("vote.cast") == 1
    assert "decision.refused" not in site.world.kinds()


def test_the_one_time_code_is_asked_for_where_the_office_asks_for_it(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(proof="code")
    site.ready()
    mona = at_gate(site, "mona")
    answer = mona.submit(GATE, decision="go", reason="Yes.", code="000000")
    assert '<p class="mistake" id="code-mistake">The code is not the one for this gate' in answer.text
    assert "The code is on its way" in mona.submit(f"{GATE}/code").text
    assert site.world.kinds()[-1] == "code.renewed"


def test_a_delegate_chooses_in_whose_name_the_vote_is(site: WebWorld) -> None:
    site.ready()
    site.world.record("delegation initiative=one person=bruno delegate=mona from=2024-01-01")
    mona = at_gate(site, "mona")
    assert "Choose in whose name you vote." in mona.submit(GATE, decision="go", reason="Yes.").text
    mona.submit(GATE, decision="go", reason="For Bruno.", voice="bruno")
    assert "1 of 2 needed votes" in mona.shown.text
    mona.submit(GATE, decision="go", reason="For myself.", voice="mona")
    assert "Decided on January 10, 2024: go" in " ".join(mona.shown.text.split())


def test_a_vote_that_lost_its_right_is_not_shown_even_before_an_evaluation_records_that(site: WebWorld) -> None:
    site.ready()
    at_gate(site, "mona").submit(GATE, decision="go", reason="Both are done.")
    bruno = site.browser("bruno")
    assert "Votos: adelante 1 de 2" in bruno.open(GATE).text
    site.world.record("seat initiative=one body=board person=mona from=2020-01-01 retract=true")
    page = bruno.open(GATE)
    assert "Votos:" not in page.text
    assert "Both are done." not in page.text


def test_nobody_votes_in_a_name_that_was_not_delegated(site: WebWorld) -> None:
    site.ready()
    mona = at_gate(site, "mona")
    mona.submit(GATE, decision="go", reason="Yes.", voice="bruno")
    assert "The delegation of that vote is not in force any more." in mona.shown.text
    assert site.world.kinds()[-1] == "decision.refused"


def test_who_may_see_but_not_vote_gets_no_form_and_a_forged_one_is_refused_in_the_ledger(site: WebWorld) -> None:
    site.ready()
    carla = at_gate(site, "carla")
    assert "You have no vote at this gate." in carla.shown.text
    carla.open("/")
    answer = carla.submit(GATE, decision="go", reason="Let me.")
    assert answer.status_code == 422
    assert "Today you hold none of the roles" in answer.text
    assert site.world.kinds()[-1] == "decision.refused"


def test_the_ledger_names_no_person_who_votes_at_the_web_door(site: WebWorld) -> None:
    site.ready()
    at_gate(site, "mona").submit(GATE, decision="go", reason="Yes.")
    last = ledger.entries(site.world.context, "one")[-1]
    assert last.actor == "web"
    assert "mona" not in last.model_dump_json()


def test_names_of_deciders_are_shown_only_where_the_office_allows_it(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(personal_data="roles")
    site.ready()
    at_gate(site, "mona").submit(GATE, decision="go", reason="Yes.")
    page = at_gate(site, "bruno", "es").shown.text
    assert "Mona" not in page
    assert "consejo" in page


def test_a_closed_gate_takes_no_vote_and_says_why(site: WebWorld) -> None:
    site.ready()
    late = at_gate(site, "mona")
    for person in ("mona", "bruno"):
        site.world.decide("first", by=person)
    answer = late.submit(GATE, decision="stop", reason="Too late.")
    assert "The gate is not open any more." in answer.text
    assert standing.state(site.world.context, "one").standing == "active"


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f"])
def test_a_character_that_no_text_may_hold_ends_in_a_page_with_advice(site: WebWorld, character: str) -> None:
    site.ready()
    answer = at_gate(site, "mona").submit(GATE, decision="go", reason=f"a{character}b")
    assert answer.status_code == 400
    assert "go back and type the text again" in answer.text


def test_a_form_of_any_size_or_shape_ends_in_a_page(site: WebWorld) -> None:
    site.ready()
    mona = at_gate(site, "mona")
    token = mona.hidden()["token"]
    assert mona.submit(GATE, decision="go", reason="x" * 70_000).status_code == 413
    assert mona.post(GATE, data={f"f{n}": "x" for n in range(FORM_FIELDS + 1)}).status_code == 400
    assert mona.post(GATE, content=b"\xff\xfe=%ff").status_code == 400
    assert mona.post(GATE, data={"token": token, "decision": "go", "reason": "x" * 5000}).status_code == 422
    assert mona.put(GATE).status_code == 405


def test_every_refusal_of_the_rules_has_a_text_for_readers() -> None:
    codes = {"code"}  # a wrong code's refusal is named by a constant
    for file in (ROOT / "src/clusterflow/rules").glob("*.py"):
        codes |= set(re.findall(r'Refusal\(\s*"([a-z-]+)"', file.read_text(encoding="utf-8")))
    assert len(codes) > 10
    assert {f"refused_{c.replace('-', '_')}" for c in codes} <= set(TEXTS)


def test_an_any_of_is_shown_as_one_above_its_parts(site: WebWorld) -> None:
    either = AnyOf(id="either", any_of=(stated("a"), stated("b")))
    grouped = model(stage("first", (), either), stage("second", ("first",)), name="grouped")
    site.world.context.models = {**site.world.context.models, "grouped": grouped}
    site.world.enrol("three", "grouped")
    site.world.state_figure("a", initiative="three")
    site.world.evaluate("three")
    text = site.browser("mona", "en").open("/initiatives/three/gates/first").text
    whole, part, other = (text.index(words) for words in ("✔ met One of: a or b", "✔ met a ", "? unknown b "))
    assert whole < part < other


def test_a_conditional_go_asks_one_date_for_an_any_of(site: WebWorld) -> None:
    either = AnyOf(id="either", any_of=(stated("a"), stated("b")))
    rule = DecidedBy(roles=(Role.BOARD_CHAIR,))
    grouped = model(stage("first", (), either, rule=rule), stage("second", ("first",)), name="grouped")
    site.world.context.models = {**site.world.context.models, "grouped": grouped}
    site.world.enrol("three", "grouped")
    gates.open_gate(site.world.context, "three", "first")
    bruno, gate = site.browser("bruno", "en"), "/initiatives/three/gates/first"
    page = bruno.open(gate)
    names = [str(value) for tag, name, value in page.attributes if (tag, name) == ("input", "name")]
    assert [name for name in names if name.startswith("due.")] == ["due.either"]
    bruno.submit(gate, decision="conditional-go", reason="Soon.", **{"due.either": "2024-06-01"})
    (condition,) = standing.state(site.world.context, "three").conditions
    assert condition.criterion == "either"


@pytest.mark.parametrize(
    ("decision", "more", "shown"),
    [
        ("hold", {"until": "2024-02-01"}, "held until February 1, 2024"),
        ("recycle", {"to_stage": "first"}, "Decided on January 10, 2024: back to an earlier stage"),
        ("stop", {}, "stopped"),
    ],
)
def test_every_decision_of_two_people_is_made_and_shown(
    site: WebWorld, decision: str, more: dict[str, str], shown: str
) -> None:
    site.ready()
    for person in ("mona", "gala"):
        answer = at_gate(site, person).submit(GATE, decision=decision, reason="We agree.", **more)
        assert answer.status_code == 200, PageRead(answer.text).text
    assert "gate.decided" in site.world.kinds()
    assert shown in PageRead(answer.text).text + PageRead(at_gate(site, "mona").get("/initiatives/one").text).text


@pytest.mark.parametrize(("stance", "label"), [("abstain", "I abstain"), ("recuse", "I stand aside")])
def test_who_abstains_or_stands_aside_counts_for_no_decision(site: WebWorld, stance: str, label: str) -> None:
    site.ready()
    mona = at_gate(site, "mona")
    assert label in mona.shown.text
    text = PageRead(mona.submit(GATE, decision=stance, reason="Not mine.").text).text
    assert "Your vote is recorded" in text
    assert "it counts for no decision" in text
    assert site.world.kinds()[-1] == "vote.cast"


def test_whoever_tries_codes_is_stopped_even_with_the_right_one(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(proof="code")
    site.ready()
    mona, code = at_gate(site, "mona"), code_by_mail(site, "mona")
    for n in range(ATTEMPTS):
        assert "The code is not the one for this gate" in vote_with(mona, f"{n:06}")
    assert "Too many codes were tried. Ask for a new one." in vote_with(mona, code)
    assert "vote.cast" not in site.world.kinds()
    mona.submit(f"{GATE}/code")
    mona.open(GATE)
    assert "The code is not the one for this gate" in vote_with(mona, code)
    assert "Your vote is recorded: go" in vote_with(mona, code_by_mail(site, "mona"))


def vote_with(browser: Browser, code: str) -> str:
    return browser.submit(GATE, decision="go", reason="Yes.", code=code).text


def code_by_mail(site: WebWorld, person: str) -> str:
    """Send the notices that are due; return the newest code that the person got."""
    Dispatcher(site.world.context).run()
    mails = [m for to, m in site.box.mails if to.startswith(f"{person}@")]
    bodies = [m.get_body(("plain",)).get_content() for m in mails]  # type: ignore[union-attr]
    return re.findall(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", "\n".join(bodies))[-1]
