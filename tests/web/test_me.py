"""*Me*: preferences, channels, the calendar, notices, tokens and sessions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import escape

import pytest
from sqlalchemy import select
from support.web import Browser, WebWorld

from clusterflow.services import api_tokens, calendar_feeds, personal_data, profile, sign_in
from clusterflow.services.notifications.dispatch import Dispatcher
from clusterflow.store import tables


def secret_in(browser: Browser, kind: str) -> str:
    """What the page shows once: the address of the calendar, or a token."""
    pattern = {"calendar": r"<code>http://127\.0\.0\.1:8000(/calendars/[\w-]{43}\.ics)</code>"}
    found = re.search(pattern.get(kind, r"<code>(clusterflow_[\w-]{43})</code>"), browser.shown.text)
    assert found, browser.shown.text
    return found[1]


def test_language_time_zone_and_digest_day_are_recorded_and_used(site: WebWorld) -> None:
    browser = site.browser("mona")
    browser.open("/me")
    shown = browser.submit("/me/preferences", language="es", timezone="America/Monterrey", digest_day="friday")
    assert "Preferencias" in shown.text
    assert '<option value="America/Monterrey" selected>México: Monterrey</option>' in shown.text
    person = sign_in.person_signed_in(site.world.context, browser.cookies["clusterflow"])
    assert person is not None
    assert (person.name, person.language, person.digest_day) == ("Mona", "es", "friday")
    browser.submit("/me/preferences", language="", timezone="", digest_day="")
    person = sign_in.person_signed_in(site.world.context, browser.cookies["clusterflow"])
    assert person is not None
    assert (person.language, person.timezone, person.email) == (None, None, "mona@firm.example")


@pytest.mark.parametrize("zone", ["Monterrey", "America/Nowhere", "../../etc/passwd", "<b>", "x" * 64])
def test_a_time_zone_that_does_not_exist_is_shown_again_with_its_mistake(site: WebWorld, zone: str) -> None:
    browser = site.browser("mona")
    browser.open("/me")
    answer = browser.submit("/me/preferences", timezone=zone)
    assert answer.status_code == 422
    assert "There is no such time zone" in answer.text
    assert f"<option selected>{escape(zone)}</option>" in answer.text


def test_a_channel_is_added_changed_and_removed(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(channel={"chat": "json://127.0.0.1:9/"})
    browser = site.browser("mona")
    browser.open("/me")
    assert "By e-mail." in browser.shown.text
    browser.submit("/me/channels", channel="chat", channel_address="@mona", rank="2")
    assert [(c.channel, c.address, c.rank) for c in profile.channels_of_person(site.world.context, "mona")] == [
        ("chat", "@mona", 2)
    ]
    assert browser.submit("/me/channels", channel="chat", channel_address="a b").status_code == 422
    assert browser.submit("/me/channels", channel="telegram").status_code == 422
    browser.submit("/me/channels/remove", channel="chat")
    assert profile.channels_of_person(site.world.context, "mona") == []


def test_a_stolen_session_cannot_divert_the_codes_of_votes(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(channel={"chat": "json://127.0.0.1:9/"}, proof="code")
    browser = site.browser("mona")
    browser.open("/me")
    assert "Ask the office to change them" in browser.shown.text
    assert browser.submit("/me/channels", channel="chat", channel_address="@thief").status_code == 404


def test_the_calendar_has_a_secret_address_that_can_be_changed_and_removed(site: WebWorld) -> None:
    browser, program = site.browser("mona"), site.browser()
    browser.open("/me")
    browser.submit("/me/calendar")
    first = secret_in(browser, "calendar")
    answer = program.get(first)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert answer.text.startswith("BEGIN:VCALENDAR")
    assert first not in browser.open("/me").text
    browser.submit("/me/calendar")
    second = secret_in(browser, "calendar")
    assert (program.get(first).status_code, program.get(second).status_code) == (404, 200)
    browser.submit("/me/calendar/remove")
    assert program.get(second).status_code == 404


def test_whoever_guesses_addresses_of_calendars_is_stopped(site: WebWorld) -> None:
    codes = [site.browser().get(f"/calendars/{n}.ics").status_code for n in range(61)]
    assert (set(codes[:60]), codes[60]) == ({404}, 429)


def test_a_token_is_shown_once_acts_for_its_maker_and_can_be_revoked(site: WebWorld) -> None:
    context, browser = site.world.context, site.browser("mona")
    browser.open("/me")
    browser.submit("/me/tokens", token_name="<i>Reports</i>")
    token = secret_in(browser, "token")
    assert "&lt;i&gt;Reports" in browser.shown.text
    assert token not in browser.open("/me").text
    person = api_tokens.person_of(context, token)
    assert person is not None
    assert person.id == "mona"
    (made,) = api_tokens.tokens_of(context, "mona")
    assert made.used_on == site.world.now.date()
    other = site.browser("bruno")
    other.open("/me")
    other.submit("/me/tokens/revoke", token_id=made.id)
    assert api_tokens.person_of(context, token) is not None, "only its maker can revoke it"
    browser.submit("/me/tokens/revoke", token_id=made.id)
    assert api_tokens.person_of(context, token) is None


def test_the_database_holds_no_token(site: WebWorld) -> None:
    token = api_tokens.new_token(site.world.context, "mona", "x")
    with site.world.context.reading() as connection:
        (row,) = connection.execute(select(tables.api_token))
    assert token not in str(row)
    assert token.removeprefix(api_tokens.PREFIX) not in str(row)


def test_a_token_ends_after_a_year_and_with_its_person(site: WebWorld) -> None:
    context = site.world.context
    token = api_tokens.new_token(context, "dora", "x")
    site.world.now += timedelta(days=365)
    assert api_tokens.person_of(context, token) is None
    site.world.now -= timedelta(days=1)
    assert api_tokens.person_of(context, token) is not None
    site.world.record("person id=dora name=Dora email=dora@firm.example from=2020-01-01 to=2024-01-09 language=en")
    assert api_tokens.person_of(context, token) is None


def test_the_database_holds_no_secret_and_forgetting_a_person_removes_both(site: WebWorld) -> None:
    context = site.world.context
    site.world.record("person id=gone name=Gone email=gone@firm.example from=2020-01-01 to=2024-01-05")
    secrets = [api_tokens.new_token(context, "gone", "x"), calendar_feeds.new_secret(context, "gone")]

    def rows() -> list[str]:
        with context.reading() as connection:
            return [str(r) for t in (tables.api_token, tables.calendar_feed) for r in connection.execute(select(t))]

    assert len(rows()) == 2
    assert not [row for row in rows() for secret in secrets if secret in row]
    personal_data.forget(context, "gone")
    assert rows() == []


def test_names_of_tokens_are_required_and_their_number_is_limited(site: WebWorld) -> None:
    browser = site.browser("mona")
    browser.open("/me")
    assert browser.submit("/me/tokens", token_name=" ").status_code == 422
    for n in range(api_tokens.MOST):
        api_tokens.new_token(site.world.context, "mona", str(n))
    answer = browser.submit("/me/tokens", token_name="one more")
    assert answer.status_code == 422
    assert "Revoke one" in answer.text


def test_the_page_lists_what_was_sent_to_me_and_to_nobody_else(site: WebWorld) -> None:
    site.ready()
    Dispatcher(site.world.context).run()
    subjects = {str(m["Subject"]) for to, m in site.box.mails if to == "mona@firm.example"}
    page = site.browser("mona").open("/me")
    assert subjects
    assert all(s in page.text for s in subjects)
    assert "No notice was sent" in site.browser("dora").open("/me").text


def test_older_notices_are_on_further_pages(site: WebWorld) -> None:
    now = site.world.now
    row = {"rule": "x", "initiative": "one", "version": 1, "recipient": "mona", "language": "en"}
    row |= {"body": "", "grants": "[]", "token": "", "created_at": now, "due_at": now, "sent_at": now}
    with site.world.context.database.begin() as connection:
        rows = [{**row, "key": str(n), "subject": f"Notice-{n:02}"} for n in range(45)]
        connection.execute(tables.notice.insert(), rows)
    browser, subjects, path = site.browser("mona"), list[str](), "/me"
    while path:
        browser.open(path)
        subjects += re.findall(r"Notice-\d\d", browser.shown.text)
        found = re.search(r'href="(/me\?before=\d+)', browser.shown.text)
        path = found[1] if found else ""
    assert subjects == [f"Notice-{n:02}" for n in reversed(range(45))]


def test_nobody_without_a_session_sees_or_changes_anything(site: WebWorld) -> None:
    browser = site.browser()
    assert browser.get("/me").url.path == "/sign-in"
    for path in (
        "preferences",
        "channels",
        "channels/remove",
        "calendar",
        "calendar/remove",
        "tokens",
        "tokens/revoke",
    ):
        assert browser.post(f"/me/{path}").status_code == 403
