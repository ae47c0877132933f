"""*Office*: the portfolio, refused submissions, dead letters and the enrolment of initiatives."""

from __future__ import annotations

import json
from types import ModuleType
from typing import Any

import pytest
from support.web import WebWorld

from clusterflow.engine.submissions import Delivery
from clusterflow.errors import Mistake
from clusterflow.intake.json_lines import read_value
from clusterflow.services import registry
from clusterflow.services.intake import submissions as intake
from clusterflow.services.notifications import dead_letters
from clusterflow.services.reports import portfolio
from clusterflow.services.views import office, outlines
from clusterflow.store import tables


def refuse(site: WebWorld, payload: str, number: int) -> None:
    """Let another system submit something that is refused."""
    try:
        found, mistakes = tuple(read_value(json.loads(payload), "event")), list[Mistake]()
    except ValueError:
        found, mistakes = (), [Mistake("event", "no JSON")]
    delivery = Delivery(
        source=f"event:{number}", address=f"event {number}", payload=payload,
        submissions=found, mistakes=mistakes,
    )  # fmt: skip
    ((_, done),) = intake.receive(site.world.context, [delivery])
    assert not isinstance(done, str)
    assert done.refused is not None


def member(initiative: str, organisation: str) -> str:
    return json.dumps(
        {"record": "membership", "initiative": initiative, "organisation": organisation, "from": "2024-01-05"}
    )


def die(site: WebWorld, initiative: str, subject: str) -> None:
    row = {"rule": "x", "version": 1, "recipient": "mona", "language": "en", "body": "", "grants": "[]", "token": ""}
    now = site.world.now
    row |= {
        "key": subject,
        "initiative": initiative,
        "subject": subject,
        "created_at": now,
        "due_at": now,
        "dead_at": now,
    }
    with site.world.context.database.begin() as connection:
        connection.execute(tables.notice.insert(), [row])


def test_the_staff_of_an_office_see_their_portfolio_and_others_see_nothing(site: WebWorld) -> None:
    north, south = site.browser("olga").get("/office").text, site.browser("sol").get("/office").text
    assert ("Initiative-one" in north, "Initiative-two" in north) == (True, False)
    assert ("Initiative-one" in south, "Initiative-two" in south) == (False, True)
    for person in ("mona", "dora"):
        browser = site.browser(person)
        assert "/office" not in browser.open("/").text
        for path in ("/office", "/office/enrolment", "/office/submissions/1"):
            assert browser.get(path).status_code == 404
        for path in ("/office/letters", "/office/enrolment", "/office/submissions/1"):
            browser.open("/")
            assert browser.submit(path).status_code == 404


def test_the_portfolio_is_filtered_by_name_and_model(site: WebWorld) -> None:
    browser = site.browser("olga")
    assert "Initiative-one" in browser.get("/office?search=ONE").text
    assert "Initiative-one" not in browser.get("/office?search=two").text
    assert "Initiative-one" in browser.get("/office?search=%C3%ADniti%C3%A1tive").text, "accents make no difference"
    assert "Initiative-one" in browser.get("/office?model=tiny&page=9").text
    assert "Initiative-one" not in browser.get("/office?model=other").text
    assert "<b>x" not in browser.get("/office?search=<b>x").text


def test_who_needs_a_visit_and_why_follows_from_the_rule_of_the_portfolio(site: WebWorld) -> None:
    site.world.evaluate()
    browser = site.browser("olga")
    assert "etapa fuera de plazo" not in browser.get("/office").text
    site.world.at("2025-01-10")
    site.world.evaluate()
    browser = site.browser("olga")
    page = browser.open("/office").text
    assert "Necesitan una visita" in page
    assert "etapa fuera de plazo" in page
    (line, *_) = portfolio.gather(site.world.context, language="es").visits
    assert f"{line.name} {line.points} puntos" in page


def test_the_portfolio_is_filtered_by_what_an_initiative_waits_for(site: WebWorld) -> None:
    browser = site.browser("olga")
    found = {
        waits: "Initiative-one" in browser.get(f"/office?waits={waits}").text.partition('id="portfolio"')[2]
        for waits in ("criteria", "decision", "overdue", "x")
    }
    assert found == {"criteria": True, "decision": False, "overdue": False, "x": True}
    site.ready()
    assert "Initiative-one" in browser.get("/office?waits=decision").text.partition('id="portfolio"')[2]


def test_a_board_that_is_read_again_computes_only_what_has_changed(
    site: WebWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, asked_for = site.browser("olga"), list[tuple[str, list[str]]]()

    def count(module: ModuleType, name: str) -> None:
        plain = getattr(module, name)

        def counted(*arguments: Any) -> Any:
            asked_for.append((name, list(arguments[-1])))
            return plain(*arguments)

        monkeypatch.setattr(module, name, counted)

    count(office, "snapshots")
    count(outlines, "present_states")
    first = browser.get("/office").text
    once = [("present_states", ["one"]), ("snapshots", ["one"])]
    assert browser.get("/office").text == first
    assert asked_for == once
    site.world.record("seat initiative=two body=board person=carla from=2024-01-05 role=member")
    assert browser.get("/office").text == first
    assert asked_for == once, "another office's initiative is none of its business"
    site.world.record("seat initiative=one body=board person=carla from=2024-01-05 role=member")
    browser.get("/office")
    assert asked_for == once * 2


def test_a_refused_submission_is_corrected_and_recorded(site: WebWorld) -> None:
    refuse(site, member("one", "nobody"), 1)
    refuse(site, member("two", "nobody"), 2)
    browser = site.browser("olga")
    page = browser.get("/office").text
    assert ("event 1" in page, "event 2" in page) == (True, False)
    assert browser.get("/office/submissions/2").status_code == 404
    browser.open("/office/submissions/1")
    assert "nobody" in browser.shown.text
    still = browser.submit("/office/submissions/1", text=member("one", "nowhere"))
    assert still.status_code == 422
    assert "nowhere" in still.text
    browser.submit("/office/submissions/1", text=member("one", "firm"))
    assert browser.shown.status_code == 200
    assert intake.refusals(site.world.context)[0].id == 2
    assert "event 1" not in browser.get("/office").text


def test_a_manager_corrects_what_other_systems_submitted_about_the_own_initiative_alone(site: WebWorld) -> None:
    browser = site.browser("mona")
    assert "otros sistemas" not in browser.open("/").text
    refuse(site, member("one", "nobody"), 1)
    refuse(site, member("two", "nobody"), 2)
    page = browser.open("/")
    assert ("event 1" in page.text, "event 2" in page.text) == (True, False)
    assert "nobody" in page.text
    assert browser.get("/office/submissions/2").status_code == 404
    browser.open("/office/submissions/1")
    assert browser.submit("/office/submissions/1", text=member("two", "firm")).status_code == 422
    browser.open("/office/submissions/1")
    assert browser.submit("/office/submissions/1", text=member("one", "firm")).url.path == "/"
    assert "event 1" not in browser.shown.text
    # Who only votes there reads and corrects nothing.
    refuse(site, member("one", "nobody"), 3)
    for person in ("gala", "dora"):
        assert "event 3" not in site.browser(person).open("/").text
        assert site.browser(person).get("/office/submissions/3").status_code == 404


def test_a_corrected_submission_cannot_reach_another_office(site: WebWorld) -> None:
    refuse(site, member("one", "nobody"), 1)
    browser = site.browser("olga")
    browser.open("/office/submissions/1")
    for text in (
        member("two", "firm"),
        "{",
        "",
        '{"record": "office", "id": "x", "organisation": "firm", "name": "X"}',
    ):
        assert browser.submit("/office/submissions/1", text=text).status_code == 422
    assert len(intake.refusals(site.world.context)) == 1


def test_what_nobody_can_read_is_for_an_administrator(site: WebWorld) -> None:
    refuse(site, "not json", 1)
    assert "event 1" not in site.browser("olga").get("/office").text
    site.world.context.settings = site.world.context.settings.model_copy(update={"administrators": "root"})
    assert "event 1" in site.browser("root").get("/office").text


def test_a_dead_letter_is_sent_again_by_the_office_it_concerns(site: WebWorld) -> None:
    die(site, "one", "About one")
    die(site, "two", "About two")
    ours, theirs = dead_letters.dead_letters_of(site.world.context)[::-1]
    browser = site.browser("olga")
    browser.open("/office")
    assert ("About one" in browser.shown.text, "About two" in browser.shown.text) == (True, False)
    assert browser.submit("/office/letters", number=str(theirs.number)).status_code == 404
    browser.open("/office")
    browser.submit("/office/letters", number=str(ours.number))
    assert [one.number for one in dead_letters.dead_letters_of(site.world.context)] == [theirs.number]
    for number in ("", "x", "9" * 30, "-1", "٣"):
        browser.open("/office")
        assert browser.submit("/office/letters", number=number).status_code == 404


FIELDS = {"name": "Nueva", "id": "nueva", "country": "MX", "office": "north", "model": "tiny", "sector": "agro"}


def test_an_initiative_is_enrolled_by_a_form_and_its_office_sees_it(site: WebWorld) -> None:
    browser = site.browser("olga")
    browser.open("/office/enrolment")
    done = browser.submit("/office/enrolment", **FIELDS)
    assert done.url.path == "/initiatives/nueva"
    assert "Nueva" in done.text
    assert registry.initiatives(site.world.context) == ["nueva", "one", "two"]


def test_mistakes_of_an_enrolment_come_back_with_what_was_typed(site: WebWorld) -> None:
    browser = site.browser("olga")
    for wrong, words in (
        ({"name": ""}, "Escriba el nombre"), ({"id": "two"}, "Ese id ya existe"), ({"model": "x"}, "Elija un modelo"),
        ({"id": "No Id"}, "id"), ({"country": "Mexico"}, "country"), ({"timezone": "x"}, "timezone"),
    ):  # fmt: skip
        browser.open("/office/enrolment")
        answer = browser.submit("/office/enrolment", **{**FIELDS, **wrong})
        assert (answer.status_code, words in answer.text) == (422, True), wrong
        assert 'value="agro"' in answer.text
    browser.open("/office/enrolment")
    assert browser.submit("/office/enrolment", **{**FIELDS, "office": "south"}).status_code == 404
    assert registry.initiatives(site.world.context) == ["one", "two"]
