"""Every refusal is an entry in the ledger of its initiative: by pseudonym, without what was typed, and bounded."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from support.web import Browser, WebWorld

from clusterflow.domain.access import Right
from clusterflow.domain.record_events import SubmissionRefused
from clusterflow.engine.submissions import Delivery
from clusterflow.intake.json_lines import read_value
from clusterflow.services import api_tokens, ledger
from clusterflow.services.intake import submissions as intake
from clusterflow.services.refusals import PER_PERSON

FACTS = "/initiatives/one/facts"


@pytest.fixture
def site(make_site: Callable[..., WebWorld], tmp_path: Path) -> WebWorld:
    """The site with Vera, who votes, so that only the office changes her address."""
    made = make_site(home=tmp_path)
    made.world.record(
        "person id=vera name=Vera email=vera@firm.example from=2020-01-01",
        "seat initiative=one body=board person=vera from=2024-01-01",
    )
    return made


def refused(site: WebWorld, initiative: str = "one") -> list[SubmissionRefused]:
    events = [e.event for e in ledger.entries(site.world.context, initiative)]
    return [e for e in events if isinstance(e, SubmissionRefused)]


def ways(site: WebWorld) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(e.source.value, e.why.value, e.records) for e in refused(site)]


def send(browser: Browser, record: str, **fields: str) -> int:
    browser.open(f"{FACTS}/{record}/new")
    return browser.submit(f"{FACTS}/{record}/new", **fields).status_code


def send_address(browser: Browser, email: str = "secret@firm.example") -> int:
    """Send what a manager may not record: the address of somebody who votes."""
    return send(browser, "person", id="vera", name="Secret Name", email=email, valid_from="2024-01-01")


def test_a_recording_without_the_right_to_it_is_entered_by_pseudonym_and_without_its_values(site: WebWorld) -> None:
    assert send_address(site.browser("mona")) == 422
    assert ways(site) == [("form", "not-permitted", ("person",))]
    entry = ledger.entries(site.world.context, "one")[-1]
    assert "ecret" not in entry.model_dump_json()
    assert "mona" not in entry.model_dump_json()
    assert ledger.verify(site.world.context, "one")[0].flaws == ()


def test_a_second_person_who_changes_a_fact_is_entered_as_such(site: WebWorld) -> None:
    site.world.record("membership initiative=one organisation=firm from=2024-01-01")
    first, second = site.browser("mona"), site.browser("olga")
    path = next(
        f"{FACTS}/membership/{n}/correct"
        for n in range(1, 60)
        if ">Firm<" in first.get(f"{FACTS}/membership/{n}/correct").text
    )
    for browser in (first, second):
        browser.open(path)
    shown = {"organisation": "firm", "valid_from": "2024-01-01"}
    assert first.submit(path, **shown, founder="true").status_code == 200
    assert second.submit(path, **shown, source="letter").status_code == 409
    assert ways(site) == [("form", "changed", ("membership",))]


def test_the_same_refusal_is_entered_once_a_day_and_made_up_ones_end_at_the_bound(site: WebWorld) -> None:
    browser = site.browser("mona")
    for _ in range(3):
        send_address(browser)
    assert len(refused(site)) == 1
    site.world.at("2024-01-12")
    browser = site.browser("mona")
    for n in range(PER_PERSON + 5):
        send_address(browser, f"v{n}@firm.example")
    assert len(refused(site)) == 1 + PER_PERSON
    site.world.at("2024-01-13")
    send_address(site.browser("mona"))
    assert len(refused(site)) == 2 + PER_PERSON


def test_a_refusal_leaves_the_answers_fresh(site: WebWorld) -> None:
    site.ready()
    before = site.world.kinds()
    send_address(site.browser("mona"))
    site.world.evaluate()
    assert site.world.kinds() == [*before, "submission.refused"]


def test_a_value_that_cannot_be_read_is_not_submitted_and_not_entered(site: WebWorld) -> None:
    assert send(site.browser("mona"), "membership", organisation="firm", valid_from="soon") == 422
    assert refused(site) == []


def test_a_refused_request_of_the_api_is_entered(site: WebWorld) -> None:
    token = api_tokens.new_token(site.world.context, "mona", "test")
    program = TestClient(site.app, headers={"authorization": f"Bearer {token}"})
    body = {"record": "membership", "initiative": "one", "organisation": "nobody", "from": "2024-01-05"}
    assert program.post("/api/initiatives/one/records", json=body).status_code == 422
    elsewhere = {**body, "initiative": "two"}
    assert program.post("/api/initiatives/one/records", json=elsewhere).status_code == 422
    program.post("/api/initiatives/one/records", json={**body, "record": "secret-of-mine"})
    assert ways(site)[:2] == [("api", "mistakes", ("membership",)), ("api", "not-permitted", ("membership",))]
    assert "secret-of-mine" not in json.dumps([e.model_dump(mode="json") for e in refused(site)])
    assert refused(site, "two") == []


def test_a_refused_workbook_is_entered_once(site: WebWorld) -> None:
    browser = site.browser("mona")
    page = "/initiatives/one/workbook"
    for _ in range(2):
        browser.open(page)
        sent = {"file": ("one.xlsx", io.BytesIO(b"PK\x03\x04broken"))}
        browser.shown = browser.post(page, data=browser.hidden(), files=sent)
        assert "not recorded" in browser.shown.text
    assert ways(site) == [("workbook", "mistakes", ())]


def test_a_refused_submission_of_another_system_is_entered_with_its_number(site: WebWorld) -> None:
    payload = json.dumps({"record": "membership", "initiative": "one", "organisation": "nobody", "from": "2024-01-05"})
    for _ in range(2):
        delivery = Delivery("event:1", "event 1", payload, tuple(read_value(json.loads(payload), "event")))
        list(intake.receive(site.world.context, [delivery]))
    (event,) = refused(site)
    (waiting,) = intake.refusals(site.world.context)
    assert (event.source, event.person, event.number) == ("system", None, waiting.id)
    assert ledger.verify(site.world.context, "one")[0].flaws == ()
    browser = site.browser("olga")
    browser.open(f"/office/submissions/{waiting.id}")
    browser.submit(f"/office/submissions/{waiting.id}", text=payload.replace("nobody", "nowhere"))
    assert ways(site)[-1] == ("correction", "mistakes", ("membership",))


def test_who_asks_for_what_only_the_office_grants_is_in_the_ledger(site: WebWorld) -> None:
    assert site.browser("mona").get(f"{FACTS}/delegation/new").status_code == 404
    last = ledger.entries(site.world.context, "one")[-1].event
    assert (last.kind, getattr(last, "right", None)) == ("access.refused", Right.GRANT)
