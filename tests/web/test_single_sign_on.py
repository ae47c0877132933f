"""The office's own sign-on: by a header of a trusted proxy, and by a real OpenID provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from oidc_provider_mock import User, run_server_in_thread
from support.web import Browser, WebWorld

HEADER = "X-Forwarded-Email"
USERS = (
    User(sub="mona-at-work", claims={"email": "mona@firm.example", "email_verified": True}),
    User(sub="stranger", claims={"email": "stranger@firm.example", "email_verified": True}),
    User(sub="pretender", claims={"email": "mona@firm.example", "email_verified": False}),
)


def behind(site: WebWorld, address: str, **headers: str) -> Browser:
    """A browser whose requests come from a network address."""
    browser = Browser(site.app, client=(address, 5000), headers={"accept-language": "en", **headers})
    return browser


def test_a_trusted_proxy_signs_people_in_by_their_address(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(web_proxies="10.0.0.2, 192.168.7.0/24, fd00::/8")
    for address in ("10.0.0.2", "192.168.7.9", "fd00::1"):
        browser = behind(site, address, **{HEADER: "MONA@firm.example"})
        assert "My work" in browser.open("/").text
    site.ready()
    browser.open("/initiatives/one/gates/first")
    done = browser.submit("/initiatives/one/gates/first", decision="go", reason="It is time.")
    assert done.status_code == 200
    assert site.world.kinds()[-1] == "vote.cast"


@pytest.mark.parametrize(
    ("proxies", "address", "headers"),
    [
        ("10.0.0.2", "10.0.0.3", {HEADER: "mona@firm.example"}),
        ("10.0.0.2", "127.0.0.1", {HEADER: "mona@firm.example", "X-Forwarded-For": "10.0.0.2"}),
        ("", "10.0.0.2", {HEADER: "mona@firm.example"}),
        ("10.0.0.2", "10.0.0.2", {"X-Forwarded-User": "mona@firm.example"}),
        ("10.0.0.2", "10.0.0.2", {HEADER: "stranger@firm.example"}),
        ("10.0.0.2", "10.0.0.2", {HEADER: ""}),
        ("10.0.0.2", "testclient", {HEADER: "mona@firm.example"}),
    ],
)
def test_the_header_is_ignored_from_elsewhere(
    make_site: Callable[..., WebWorld], proxies: str, address: str, headers: dict[str, str]
) -> None:
    browser = behind(make_site(web_proxies=proxies), address, **headers)
    assert browser.get("/").url.path == "/sign-in"


def test_two_headers_sign_nobody_in(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(web_proxies="10.0.0.2")
    twice = httpx.Headers([(HEADER, "mona@firm.example"), (HEADER, "bruno@firm.example")])
    assert behind(site, "10.0.0.2").get("/", headers=twice).url.path == "/sign-in"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with run_server_in_thread(user_claims=USERS) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def office(make_site: Callable[..., WebWorld], provider: str) -> WebWorld:
    site = make_site(
        web_address="http://testserver", oidc_issuer=provider, oidc_client="clusterflow", oidc_secret="p" * 20
    )
    site.world.now = datetime.now(UTC)  # the provider has the clock of this machine
    return site


def departed(office: WebWorld, browser: Browser, user: str, destination: str = "/initiatives/one") -> str:
    """Sign in at the provider, and return the address to which it sends the browser back."""
    assert browser.get(f"/sign-in?next={destination}").text.count("/sign-on?next=/initiatives/one") == 1
    there = browser.get(f"/sign-on?next={destination}", follow_redirects=False).headers["location"]
    return httpx.post(there, data={"sub": user}).headers["location"]


def test_a_person_signs_in_at_the_openid_provider_and_comes_back_to_the_page(office: WebWorld) -> None:
    browser = office.browser()
    back = departed(office, browser, "mona-at-work")
    found = browser.get(back)
    assert str(found.url) == "http://testserver/initiatives/one"
    assert "Initiative-one" in found.text
    assert office.browser().get(back).status_code == 403, "the answer works in one browser alone"
    assert browser.get(back).status_code == 403, "and once"


@pytest.mark.parametrize("user", ["stranger", "pretender"])
def test_an_unknown_or_unverified_address_signs_nobody_in(office: WebWorld, user: str) -> None:
    browser = office.browser()
    assert browser.get(departed(office, browser, user)).status_code == 403
    assert browser.get("/").url.path == "/sign-in"


def test_forged_and_foreign_answers_sign_nobody_in(office: WebWorld) -> None:
    browser = office.browser()
    back = departed(office, browser, "mona-at-work")
    code = parse_qs(urlsplit(back).query)["code"][0]
    for query in ("", f"?code={code}", f"?code={code}&state=x", "?error=access_denied", "?code=x&state="):
        other = office.browser()
        departed(office, other, "mona-at-work")
        assert other.get(f"/sign-on/callback{query}").status_code == 403
    # The code of one browser with the state of another: the verifier does not fit.
    other = office.browser()
    state = parse_qs(urlsplit(departed(office, other, "mona-at-work")).query)["state"][0]
    assert other.get(f"/sign-on/callback?code={code}&state={state}").status_code == 403
    assert other.get("/").url.path == "/sign-in"


@pytest.mark.parametrize("is_away", [True, False])
def test_a_provider_that_is_away_or_names_another_issuer_ends_in_a_page(
    make_site: Callable[..., WebWorld], provider: str, is_away: bool
) -> None:
    issuer = "http://127.0.0.1:9" if is_away else f"{provider}/"
    site = make_site(oidc_issuer=issuer, oidc_client="c", oidc_secret="p" * 20)
    assert "could not be signed in" in site.browser().get("/sign-on").text


def test_without_a_provider_there_is_no_such_sign_on(site: WebWorld) -> None:
    assert "/sign-on" not in site.browser().get("/sign-in").text
    assert site.browser().get("/sign-on").status_code == 403
