"""Ten thousand guesses at every secret of the site: none gets in, and the guesser has to wait."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from support.web import WebWorld

from clusterflow.services import api_tokens, calendar_feeds, sign_in

GUESSES = 10_000
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

Guess = tuple[str, dict[str, str]]
"""A path and headers."""

SECRETS: dict[str, Callable[[str], Guess]] = {
    "link": lambda guess: (f"/sign-in/{guess}", {}),
    "calendar": lambda guess: (f"/calendars/{guess}.ics", {}),
    "token": lambda guess: ("/api/initiatives", {"authorization": f"Bearer {guess}"}),
    "session": lambda guess: ("/initiatives/one", {"cookie": f"clusterflow={guess}"}),
}


async def _answers(app: Any, requests: Sequence[tuple[Guess, str]]) -> list[tuple[int, dict[str, str], str]]:
    """What the site answers to each guess from an address: without a client between, to be quick."""
    found = []
    for (path, headers), address in requests:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any], sent: list[dict[str, Any]] = sent) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path,
            "raw_path": path.encode(), "query_string": b"", "scheme": "http", "server": ("testserver", 80),
            "client": (address, 1), "headers": [(b"host", b"testserver"), (b"accept-language", b"es"),
                                                *((n.encode(), v.encode()) for n, v in headers.items())],
        }  # fmt: skip
        await app(scope, receive, send)
        body = b"".join(m.get("body", b"") for m in sent)
        found.append(
            (sent[0]["status"], {n.decode(): v.decode() for n, v in sent[0]["headers"]}, body.decode(errors="replace"))
        )
    return found


def _guesses(kind: str, real: str) -> list[Guess]:
    """Guesses of the same shape as a real secret, and some that differ from it in one place."""
    dice = random.Random(kind)
    near = [real[:-1] + ("A" if real[-1] != "A" else "B"), real[1:], real + "A", real.swapcase(), "", real[:20]]
    far = ["".join(dice.choices(ALPHABET, k=len(real))) for _ in range(GUESSES // len(SECRETS) - len(near))]
    return [SECRETS[kind](one) for one in [*near, *far]]


def _real(site: WebWorld, kind: str) -> str:
    context = site.world.context
    if kind == "link":
        return sign_in.new_link(context, "mona").secret
    if kind == "session":
        return sign_in.begin_session(context, "mona")
    if kind == "calendar":
        return calendar_feeds.new_secret(context, "mona")
    return api_tokens.new_token(context, "mona", "reports")


@pytest.mark.parametrize("kind", SECRETS)
def test_no_guess_gets_in_from_anywhere(site: WebWorld, kind: str) -> None:
    """Each guess comes from another address, so that no limit helps: the secrets alone must hold."""
    requests = [
        (one, f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}") for n, one in enumerate(_guesses(kind, _real(site, kind)))
    ]
    found = asyncio.run(_answers(site.app, requests))
    assert len(found) == GUESSES // len(SECRETS)
    refused = {"link": {410, 404, 307}, "calendar": {404}, "token": {401}, "session": {303}}[kind]
    assert {status for status, _, _ in found} <= refused
    assert not any("set-cookie" in headers and "clusterflow=" in headers["set-cookie"] for _, headers, _ in found)
    assert not any("Initiative-one" in body or "BEGIN:VCALENDAR" in body for _, _, body in found)


@pytest.mark.parametrize("kind", ["link", "calendar", "token"])
def test_who_guesses_from_one_address_must_wait_and_others_are_served(site: WebWorld, kind: str) -> None:
    real = _real(site, kind)
    found = asyncio.run(_answers(site.app, [(one, "10.0.0.1") for one in _guesses(kind, real)[6:206]]))
    counted = Counter(status for status, _, _ in found)
    assert counted[429] == 140
    status, headers, body = found[-1]
    assert (status, int(headers["retry-after"])) == (429, 900)
    assert "Espere" in body or "wait" in body.lower()
    ((right, _, _),) = asyncio.run(_answers(site.app, [(SECRETS[kind](real), "10.0.0.2")]))
    assert right == 200


def test_several_processes_allow_no_more_together(make_site: Callable[..., WebWorld]) -> None:
    site = make_site(web_workers=4)
    requests = [(one, "10.0.0.1") for one in _guesses("link", _real(site, "link"))[6:26]]
    counted = Counter(status for status, _, _ in asyncio.run(_answers(site.app, requests)))
    assert (counted[410], counted[429]) == (15, 5)
