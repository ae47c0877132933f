"""``clusterflow notices``: what would be sent, without sending it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from .conftest import Run

ANA = "person id=ana name=Ana email=ana@firm.example language=en from=2020-01-01"


@pytest.fixture
def polite(office: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """An office with a manager and a label that will expire."""
    monkeypatch.setenv("CLUSTERFLOW_NOTICES_POLICY", "on")
    monkeypatch.delenv("CLUSTERFLOW_MAIL", raising=False)
    today = date.today()  # noqa: DTZ011 - the command's own clock
    for line in (
        ANA,
        "body initiative=one id=management kind=management name=Management from=2020-01-01",
        "seat initiative=one body=management person=ana role=manager organisation=firm from=2020-01-01",
        f"label initiative=one name=ESCA level=gold from={today} to={today + timedelta(days=100)}",
    ):
        assert office("record", *line.split()).code == 0
    assert office("evaluate", "one").code == 0
    return office


def everything(home: Path) -> list[object]:
    with create_engine(f"sqlite:///{home / 'clusterflow.db'}").connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")).scalars()
        return [connection.execute(text(f'SELECT * FROM "{name}"')).all() for name in list(names)]


def test_a_preview_says_who_gets_what_and_when_and_changes_nothing(polite: Run, home: Path) -> None:
    today = date.today()  # noqa: DTZ011
    before = everything(home)
    result = polite("notices", "preview", "--to", str(today + timedelta(days=120)), "--json")
    assert everything(home) == before
    rules = [part["rule"] for message in result.json for part in message["holds"] if message["person"] == "ana"]
    assert rules.count("label-expiring") == 1, "three months before"
    assert rules.count("label-expired") == 1
    shown = polite("notices", "preview", "--to", str(today + timedelta(days=120)), "--initiative", "one").out
    assert "ana" in shown
    assert "nothing was sent" in shown


def test_a_preview_of_days_gone_by_is_a_mistake(polite: Run) -> None:
    assert "is gone by" in polite("notices", "preview", "--to", "2020-01-01").err
    assert "is no day" in polite("notices", "preview", "--to", "soon").err
    assert "731" in polite("notices", "preview", "--to", "2199-01-01").err
    assert polite("notices", "preview", "--to", "2199-01-01", "--initiative", "onne").code == 2


@pytest.mark.parametrize("model", ["ecuador", "cordoba"])
def test_a_budget_counts_the_messages_of_a_typical_life_and_says_what_it_assumes(
    run: Run, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    monkeypatch.setenv("CLUSTERFLOW_NOTICES_POLICY", "on")
    found = run("notices", "budget", model, "--json").json
    count_of_rule = dict(found["rules"])
    assert count_of_rule["gate-ready"] == count_of_rule["decision"] > 3
    assert count_of_rule["milestone-lapsed"] == 1
    assert 1 < found["mean"] < 60
    assert len(found["quarters"]) > 6
    assert len(found["assumptions"]) > 4


def test_a_budget_of_an_unknown_model_names_the_nearest(run: Run) -> None:
    assert "ecuador" in run("notices", "budget", "equador").err


def test_what_reached_nobody_is_listed_and_sent_again(office: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nothing was given up" in office("notices", "dead").out
    assert office("notices", "retry").code == 2
    give_up(home, "7", "ana"), give_up(home, "8", "bo")
    status = office("status").out
    assert "clusterflow notices retry #" in status
    assert "#8 " in status
    assert [n["number"] for n in office("notices", "dead", "--json").json] == [8, 7]
    assert "The end is near" in office("notices", "dead", "--to", "ana").out
    assert "#9: is no notice" in office("notices", "retry", "7", "9").err
    assert [n["number"] for n in office("notices", "retry", "--to", "ana", "--json").json["letters"]] == [7]
    assert "1 notices wait again" in office("notices", "retry", "--all", "--actor", "ofelia").out
    assert "nothing was given up" in office("notices", "dead").out
    assert "0 notices wait again" in office("notices", "retry", "--all").out


def give_up(home: Path, number: str, person: str) -> None:
    words = {
        "id": number, "key": f"k{number}", "rule": "label-expiring", "initiative": "one", "version": 1,
        "recipient": person, "language": "en", "subject": "The end is near", "body": "", "grants": "[]", "token": "",
        "urgency": "normal", "attempts": 6, "parts": 0, "withdrawn": 0, "forgiven": 0,
    }  # fmt: skip
    words |= dict.fromkeys(("created_at", "due_at", "released_at", "dead_at"), f"2026-01-0{number} 08:00:00.000000")
    names = ", ".join(words)
    with create_engine(f"sqlite:///{home / 'clusterflow.db'}").begin() as connection:
        connection.execute(text(f"INSERT INTO notice ({names}) VALUES (:{names.replace(', ', ', :')})"), words)
