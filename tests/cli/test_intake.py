"""Refused submissions on the command line: they are shown safely, corrected, retried, dropped."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from clusterflow.intake.submissions import delivered_event, delivered_file
from clusterflow.services.context import Context
from clusterflow.services.intake import submissions

from .conftest import Run

HandIn = Callable[[str, dict[str, Any]], int]


def membership(organisation: str = "firm", **more: object) -> dict[str, Any]:
    return {"record": "membership", "initiative": "one", "organisation": organisation, "from": "2024-01-01", **more}


@pytest.fixture
def hand_in(office: Run) -> HandIn:
    """An event that is refused; gives its number."""

    def hand_in(event_id: str, payload: dict[str, Any]) -> int:
        [(_, became)] = submissions.receive(Context.open(), [delivered_event(event_id, payload)])
        assert not isinstance(became, str)
        assert became.refused is not None
        return became.refused

    return hand_in


def test_nothing_waits_at_first(office: Run) -> None:
    assert office("intake", "refused").out.strip() == "no refused submission waits"
    assert office("intake", "refused", "--all").out.strip() == "nothing was refused"
    assert office("intake", "refused", "--json").json == []
    assert "refused" not in office("status").out


def test_what_waits_is_listed_shown_and_mended(office: Run, hand_in: HandIn) -> None:
    number = str(hand_in("e1", membership("frim", colour="red")))
    assert "1 refused submissions wait to be corrected" in office("status").out
    listed = office("intake", "refused").out
    assert "event e1" in listed
    assert "a membership has no field «colour»" in listed
    (one,) = office("intake", "refused", "--json").json
    assert (one["id"], one["source"], one["state"]) == (int(number), "event:e1", "waiting")
    assert one["mistakes"][0]["found"] == "a membership has no field «colour»"
    shown = office("intake", "show", number).out
    assert "✘ event e1: a membership has no field «colour»" in shown
    assert '"organisation": "frim"' in shown

    still = office("intake", "retry", number, "colour=", "organisation=fimr")
    assert (still.code, "no organisation is called «fimr». The nearest: firm" in still.err) == (2, True)
    assert office("intake", "retry", number, "colour=", "organisation=firm", "--actor", "ana").out.strip() == (
        f"#{number} is corrected: 1 entered"
    )
    assert office("ledger", "one", "--json").json[-1]["actor"] == "ana"
    assert office("intake", "refused", "--json").json == []
    assert office("intake", "refused", "--all", "--json").json[0]["state"] == "mended"
    again = office("intake", "retry", number)
    assert (again.code, "was already mended by ana" in again.err) == (3, True)
    assert "mended by ana" in office("intake", "show", number).out


def test_several_records_are_mended_in_a_file(office: Run, hand_in: HandIn, home: Any) -> None:
    number = str(hand_in("e1", {"records": [membership("frim"), membership("chamber")]}))
    text = office("intake", "retry", number, "organisation=firm")
    assert (text.code, "--from FILE" in text.err) == (3, True)
    payload = office("intake", "show", number, "--payload").out
    (home / "mended.jsonl").write_text(payload.replace("frim", "firm"), encoding="utf-8")
    assert office("intake", "retry", number, "--from", "mended.jsonl", "--json").json["entered"] == 2


def test_one_is_dropped_with_its_reason(office: Run, hand_in: HandIn) -> None:
    number = str(hand_in("e1", {}))
    assert office("intake", "drop", number).code != 0
    assert "--reason: is empty" in office("intake", "drop", number, "--reason", " ").err
    assert office("intake", "drop", number, "--reason", "a test").out.strip() == f"#{number} is dropped"
    assert "a test" in office("intake", "show", number).out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("show", "7"), "no refused submission is called «7»; there are: 1"),
        (("retry", "7"), "no refused submission is called «7»"),
        (("retry", "1", "nonsense"), "«nonsense»: is no assignment; accepted: key=value"),
        (("retry", "1", "retract=perhaps"), "accepted: retract=true"),
        (("retry", "1", "a=b", "--from", "x"), "give either key=value ..., or --from FILE"),
        (("retry", "1", "--from", "nowhere"), "there is no file nowhere"),
        (("retry", "1", "--from", "."), "cannot be read: Is a directory"),
        (("retry", "x"), "x"),
    ],
)
def test_a_mistake_gets_a_sentence(office: Run, hand_in: HandIn, words: tuple[str, ...], expected: str) -> None:
    hand_in("e1", membership("frim"))
    result = office("intake", *words)
    assert result.code != 0
    assert expected in result.err + result.out
    assert "Traceback" not in result.err + result.out


NASTY = "\x1b]0;owned\x07\x1b[31m[red]x[/red]\u202egnp"


def test_what_others_wrote_steers_no_terminal(office: Run, hand_in: HandIn) -> None:
    number = str(hand_in("e1", membership(NASTY, **{NASTY: 1})))
    [(_, became)] = submissions.receive(Context.open(), [delivered_file(NASTY, f"{NASTY}\n{{".encode())])
    assert not isinstance(became, str)
    for words in (
        ("refused",),
        ("refused", "--json"),
        ("show", number),
        ("show", number, "--payload"),
        ("show", str(became.refused)),
        ("retry", number),
        ("retry", str(became.refused)),
    ):
        result = office("intake", *words)
        text = result.out + result.err
        assert not any(sign in text for sign in ("\x1b", "\x07", "\u202e")), words
        assert "[red]x[/red]" in text or words[0] == "refused", words
    json.loads(office("intake", "show", number, "--payload").out)
