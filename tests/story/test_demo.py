"""The demonstration as a visitor starts it: ``make demo``, without a terminal."""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
from datetime import date, datetime
from email.policy import default
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, func, select, text
from support.ports import free_port
from support.web import Browser

from clusterflow.demo.story import last_day
from clusterflow.services import ledger
from clusterflow.services.context import Context
from clusterflow.settings import Settings
from clusterflow.store import tables
from clusterflow.store.ledger_entries import body_of, entries_query
from clusterflow.web.app import build_app

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """One complete run of the demonstration."""
    home = tmp_path_factory.mktemp("demo") / "home"
    options = f"--exit --home {home} --port {free_port()} --web-port {free_port()}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CLUSTERFLOW_", "PREFECT_"))}
    done = subprocess.run(
        ["make", "demo", f"DEMO={options}"],
        cwd=ROOT,
        env=environment | {"COLUMNS": "150"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    return home, done


Demo = tuple[Path, subprocess.CompletedProcess[str]]


def test_it_ends_by_itself_and_shows_six_initiatives(demo: Demo) -> None:
    _, done = demo
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for shown in (
        "Clúster Automotriz de la Sierra Ventosa",
        "nuevo-leon",
        "cordoba",
        "ecuador",
        "basque",
        "catalan",
        "colombian-hybrid",
        "Prefect UI",
        "Portfolio",
        "Gate open",
        "no process is left running",
    ):
        assert shown in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(("now", "day"), [("11:59", date(2026, 11, 30)), ("12:00", date(2026, 12, 1))])
def test_the_replay_ends_on_the_last_day_whose_noon_is_over(now: str, day: date) -> None:
    assert last_day(datetime.fromisoformat(f"2026-12-01T{now}:00+00:00")) == day


def test_no_process_is_left_running(demo: Demo) -> None:
    home, _ = demo
    # What it starts has its folder in the words of its command, or in its environment.
    left = [
        p.info["cmdline"]
        for p in psutil.process_iter(["cmdline", "environ"])
        if str(home) in " ".join([*(p.info["cmdline"] or ()), *(p.info["environ"] or {}).values()])
    ]
    assert left == []


def test_its_mails_are_files_with_one_recipient_each(demo: Demo) -> None:
    home, _ = demo
    mails = [email.message_from_bytes(p.read_bytes(), policy=default) for p in sorted((home / "mail").glob("*.eml"))]
    assert len(mails) > 100
    assert all(len(m["To"].addresses) == 1 for m in mails)
    subjects = " ".join(str(m["Subject"]) for m in mails)
    for words in ("está lista para decidir", "is ready for a decision", "adelante en la puerta", "dejó de cumplirse"):
        assert words in subjects
    assert "tarda más de lo que su modelo permite" in subjects


def test_every_story_is_played_and_one_gate_is_left_to_the_visitor(demo: Demo) -> None:
    home, _ = demo
    with create_engine(f"sqlite:///{home / 'clusterflow.db'}").connect() as connection:
        ledger = tables.ledger.c
        counted = select(ledger.kind, func.count()).group_by(ledger.kind)
        kinds = dict(connection.execute(counted).all())  # type: ignore[arg-type]
        waiting = connection.execute(text("SELECT initiative, stage FROM gate_review WHERE status = 'open'")).all()
        held = connection.execute(text("SELECT count(*) FROM inbox WHERE review LIKE 'strategy-%'")).scalar()
        entries = connection.execute(entries_query().where(ledger.kind == "decision.refused"))
        refused = {body_of(row) for row in entries}
    assert ("automotriz-nl", "strategy") in [tuple(row) for row in waiting]
    assert held
    assert kinds["milestone.achieved"] >= 25
    for happened in ("milestone.lapsed", "milestone.restored", "milestone.withdrawn", "condition.met", "stage.overdue"):
        assert kinds.get(happened), happened
    # A person who votes twice, and a ministry at a management gate.
    assert sorted(json.loads(body)["why"] for body in refused) == ["barred", "twice"]


def test_a_visitor_decides_at_the_open_gate_by_the_printed_link_and_code(demo: Demo) -> None:
    """The last test, because it closes the gate. A visitor of the early morning can decide, too."""
    home, done = demo
    gate, who, link = done.stdout.split("\n\n")[-1].splitlines()[:3]
    shown = re.fullmatch(r"The open gate http://127\.0\.0\.1:\d+(/initiatives/automotriz-nl/gates/strategy)", gate)
    code = re.fullmatch(r"Decide there as [a-z-]+, by this link, and with the code ([2-9A-Z]{4}-[2-9A-Z]{4}):", who)
    found = re.fullmatch(r"  http://127\.0\.0\.1:\d+(/sign-in/[\w-]{43})", link)
    assert shown
    assert code
    assert found
    url = f"sqlite:///{home / 'clusterflow.db'}"
    browser = Browser(build_app(Context.open(Settings(database=url, home=home))))
    browser.open(found[1])
    assert "/sign-in" in str(browser.get("/").url), "opening the link signs nobody in"
    assert str(browser.submit(found[1]).url).endswith(shown[1])
    browser.open(shown[1])
    answer = browser.submit(shown[1], decision="go", reason="The strategy is adopted.", code=code[1])
    assert "adelante" in answer.text
    after = ledger.entries(Context.open(Settings(database=url, home=home)), "automotriz-nl")
    assert {"vote.cast", "gate.decided"} & {entry.event.kind for entry in after[-12:]}
