"""Signing in by a link in a mail, and what attackers try."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.routing import Route
from support.web import Browser, WebWorld

from clusterflow.services import personal_data, sign_in
from clusterflow.store import tables
from clusterflow.web.sign_in import own_path


def ask_for_link(browser: Browser, address: str, destination: str = "/") -> str:
    browser.open(f"/sign-in?next={destination}")
    return browser.submit("/sign-in", address=address).text


def link_in(site: WebWorld, address: str) -> str:
    """The path of the link in the newest mail to an address."""
    (mail,) = [m for to, m in site.box.mails if to == address][-1:]
    body = mail.get_body(("plain", "html"))
    assert body is not None
    found = re.search(r"http://127\.0\.0\.1:8000(/sign-in/[A-Za-z0-9_-]{43})", body.get_content())
    assert found, body.get_content()
    return found[1]


def test_a_mailed_link_and_its_button_sign_in_and_lead_back_to_the_page_that_was_asked_for(site: WebWorld) -> None:
    browser = site.browser()
    assert str(browser.get("/initiatives/one").url).endswith("/sign-in?next=%2Finitiatives%2Fone")
    ask_for_link(browser, "mona@firm.example", "/initiatives/one")
    path = link_in(site, "mona@firm.example")
    assert "Press the button" in browser.open(path).text
    assert str(browser.submit(path).url) == "http://testserver/initiatives/one"
    assert "Initiative-one" in browser.shown.text


def test_the_mail_speaks_the_language_of_the_person_and_names_no_other(site: WebWorld) -> None:
    ask_for_link(site.browser(), "BRUNO@firm.example")
    ((to, mail),) = site.box.mails
    assert (to, mail["Subject"]) == ("bruno@firm.example", "Su enlace para entrar")
    assert mail["Auto-Submitted"] == "auto-generated"


def test_the_answer_is_the_same_whether_or_not_the_address_is_known(site: WebWorld) -> None:
    known, unknown = (
        ask_for_link(site.browser(), address).replace(address, "...")
        for address in ("mona@firm.example", "stranger@firm.example")
    )
    assert re.sub("token.*", "", known) == re.sub("token.*", "", unknown)
    assert [to for to, _ in site.box.mails] == ["mona@firm.example"]


def test_opening_a_link_signs_nobody_in_however_often(site: WebWorld) -> None:
    link = sign_in.new_link(site.world.context, "mona")
    scanner, browser = site.browser(), site.browser()
    for _ in range(3):
        scanner.get(f"/sign-in/{link.secret}")
        scanner.head(f"/sign-in/{link.secret}")
    assert "/sign-in" in str(scanner.get("/").url)
    browser.open(f"/sign-in/{link.secret}")
    assert browser.submit(f"/sign-in/{link.secret}").url.path == "/"


def test_a_link_works_once(site: WebWorld) -> None:
    link = sign_in.new_link(site.world.context, "mona")
    first, second = site.browser(), site.browser()
    second.open(f"/sign-in/{link.secret}")
    first.open(f"/sign-in/{link.secret}")
    assert first.submit(f"/sign-in/{link.secret}").status_code == 200
    assert second.submit(f"/sign-in/{link.secret}").status_code == 410
    assert "no longer works" in second.shown.text
    assert "/sign-in" in str(second.get("/").url)


def test_a_link_ends_after_fifteen_minutes(site: WebWorld) -> None:
    link = sign_in.new_link(site.world.context, "mona")
    browser = site.browser()
    browser.open(f"/sign-in/{link.secret}")
    site.world.now += timedelta(minutes=15)
    assert browser.submit(f"/sign-in/{link.secret}").status_code == 410
    assert browser.get(f"/sign-in/{link.secret}").status_code == 410


@pytest.mark.parametrize("secret", ["x", "A" * 43, "..%2F..", "%00", "é" * 20, "a" * 5000])
def test_a_forged_link_signs_nobody_in(site: WebWorld, secret: str) -> None:
    browser = site.browser()
    browser.open("/sign-in")
    assert browser.submit(f"/sign-in/{secret}").status_code in (404, 410)
    assert "/sign-in" in str(browser.get("/").url)


def test_the_database_holds_no_secret_of_a_link_or_a_session(site: WebWorld) -> None:
    link = sign_in.new_link(site.world.context, "mona")
    done = sign_in.sign_in(site.world.context, link.secret)
    assert done is not None
    with site.world.context.reading() as connection:
        rows = [*connection.execute(select(tables.sign_in_link)), *connection.execute(select(tables.web_session))]
    assert len(rows) == 2
    assert not [row for row in rows if link.secret in str(row) or done.cookie in str(row)]


def test_a_session_ends_when_it_is_idle_and_at_its_age(site: WebWorld) -> None:
    idle, busy = site.browser("mona"), site.browser("mona")
    for _ in range(11):
        site.world.now += timedelta(hours=1)
        assert busy.open("/").headings[0][1] == "My work"
    assert "/sign-in" in str(idle.get("/").url)
    site.world.now += timedelta(hours=1)
    assert "/sign-in" in str(busy.get("/").url)


def test_signing_out_ends_one_session_and_signing_out_everywhere_ends_all(site: WebWorld) -> None:
    here, there, other = site.browser("mona"), site.browser("mona"), site.browser("bruno")
    stolen = dict(here.cookies)
    here.open("/")
    here.submit("/sign-out")
    assert "/sign-in" in str(
        site.browser().get("/", headers={"cookie": "; ".join("=".join(p) for p in stolen.items())}).url
    )
    assert there.get("/").url.path == "/"
    again = site.browser("mona")
    again.open("/")
    again.submit("/sign-out-everywhere")
    assert "/sign-in" in str(there.get("/").url)
    assert other.get("/").url.path == "/"


def test_a_person_who_left_the_registry_is_signed_out(site: WebWorld) -> None:
    browser = site.browser("dora")
    site.world.record("person id=dora name=Dora email=dora@firm.example from=2020-01-01 to=2024-01-09 language=en")
    assert "/sign-in" in str(browser.get("/").url)


def test_forgetting_a_person_deletes_their_sessions_and_links(site: WebWorld) -> None:
    site.world.record("person id=gone name=Gone email=gone@firm.example from=2020-01-01 to=2024-01-05")
    context = site.world.context
    sign_in.sign_in(context, sign_in.new_link(context, "gone").secret)
    sign_in.new_link(context, "gone")
    personal_data.forget(context, "gone")
    with context.reading() as connection:
        assert not connection.execute(select(tables.web_session)).all()
        assert not connection.execute(select(tables.sign_in_link)).all()


def test_the_cookie_is_for_this_site_alone_and_for_no_script(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(web_address="https://clusters.example.org/")
    browser = Browser(site.app, base_url="https://clusters.example.org", follow_redirects=False)
    cookie = browser.sign_in(site, "mona").headers["set-cookie"]
    assert cookie.startswith("__Host-clusterflow=")
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= {
        p.strip().lower() for p in cookie.split(",")[0].split(";")
    }
    assert "max-age=31536000" in browser.get("/").headers["strict-transport-security"]


def test_every_answer_has_the_security_headers_and_no_page_is_stored(site: WebWorld) -> None:
    browser = site.browser("mona")
    for path in ("/", "/nothing", "/initiatives/one", "/static/site.css", "/health"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == ("public, max-age=3600" if "static" in path else "no-store")


def test_a_form_without_the_token_of_its_visitor_changes_nothing(site: WebWorld) -> None:
    site.ready()
    attacker, victim = site.browser("bruno"), site.browser("mona")
    attacker.open("/initiatives/one/gates/first")
    for token in ("", "0" * 64, attacker.hidden()["token"]):
        answer = victim.post(
            "/initiatives/one/gates/first", data={"token": token, "decision": "go", "reason": "forged"}
        )
        assert answer.status_code == 403
        assert victim.post("/sign-out-everywhere", data={"token": token}).status_code == 403
    assert victim.get("/").url.path == "/"
    assert "vote.cast" not in site.world.kinds()


def test_every_form_needs_the_token_of_its_visitor(site: WebWorld) -> None:
    site.ready()
    attacker, victim = site.browser("bruno"), site.browser("mona")
    attacker.open("/me")
    known = {"initiative": "one", "stage": "first", "record": "membership", "entry:int": "1"}
    routes = [r for r in site.app.routes if isinstance(r, Route) and "POST" in (r.methods or ())]
    paths = [re.sub("{([^}]+)}", lambda part: known.get(part[1], "x"), route.path) for route in routes]
    before = site.world.kinds(), site.facts("membership")
    for path in paths:
        for token in ("", attacker.hidden()["token"]):
            file = {"file": ("members.csv", b"x")} if path.endswith("/workbook") else None
            assert victim.post(path, data={"token": token}, files=file).status_code == 403, path
    assert len(paths) > 20
    assert (site.world.kinds(), site.facts("membership")) == before
    assert victim.get("/me").url.path == "/me"


def test_nobody_can_be_signed_in_as_somebody_else_by_a_foreign_form(site: WebWorld) -> None:
    link = sign_in.new_link(site.world.context, "bruno")
    victim = site.browser()
    assert victim.post(f"/sign-in/{link.secret}", data={"token": "x"}).status_code == 403
    assert "/sign-in" in str(victim.get("/").url)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "/%2F/evil.example", "/\t/evil.example", "///evil.example", "http:evil.example", "/?next=//evil.example", "",
    ],
)  # fmt: skip
def test_no_link_to_sign_in_leads_to_another_site(site: WebWorld, target: str) -> None:
    assert own_path(target) == "/"
    browser = site.browser()
    browser.get("/sign-in", params={"next": target})
    browser.open("/sign-in")
    browser.submit("/sign-in", address="mona@firm.example", next=target)
    path = link_in(site, "mona@firm.example")
    browser.open(path)
    assert str(browser.submit(path).url) == "http://testserver/"


def test_links_are_mailed_at_a_limited_rate_to_each_address(site: WebWorld) -> None:
    browser = site.browser()
    for _ in range(5):
        ask_for_link(browser, "mona@firm.example")
    browser.open("/sign-in")
    answer = browser.submit("/sign-in", address="MONA@firm.example")
    assert (answer.status_code, len(site.box.mails)) == (429, 5)
    assert int(answer.headers["retry-after"]) == 900
    assert "Wait some minutes" in answer.text


def test_a_client_that_guesses_links_is_stopped(site: WebWorld) -> None:
    browser = site.browser()
    codes = [browser.get(f"/sign-in/{n}").status_code for n in range(61)]
    assert set(codes[:60]) == {410}
    assert codes[60] == 429


@pytest.mark.parametrize("address", ["", "mona", "@", "a b@c.example", "a@b@", "x" * 300 + "@firm.example"])
def test_what_is_no_address_is_shown_again_with_the_mistake_at_its_field(site: WebWorld, address: str) -> None:
    browser = site.browser()
    browser.open("/sign-in")
    answer = browser.submit("/sign-in", address=address)
    assert answer.status_code == 422
    assert "This is not an e-mail address" in answer.text
    assert f'value="{address}"' in answer.text


def test_two_people_who_share_an_address_get_a_link_each(site: WebWorld) -> None:
    site.world.record("person id=twin name=Twin email=mona@firm.example from=2020-01-01 language=en")
    ask_for_link(site.browser(), "mona@firm.example")
    assert len(site.box.mails) == 2


def test_an_office_whose_messages_are_older_mails_links_all_the_same(
    make_site: Callable[..., WebWorld], tmp_path_factory: pytest.TempPathFactory
) -> None:
    site = make_site(configs=tmp_path_factory.mktemp("office"))
    ask_for_link(site.browser(), "mona@firm.example")
    assert site.box.mails[0][1]["Subject"] == "Your link to sign in"


def test_a_mail_server_that_refuses_is_logged_without_the_secret(
    site: WebWorld, caplog: pytest.LogCaptureFixture
) -> None:
    site.box.refused.add("mona@firm.example")
    answer = ask_for_link(site.browser(), "mona@firm.example")
    assert "Look at your mail" in answer
    assert "could not be mailed" in caplog.text
    assert "/sign-in/" not in caplog.text
