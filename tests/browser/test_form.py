"""What a manager sees and does in Prefect's pages: the waiting run, its form, the decision, the linked pages.

With CLUSTERFLOW_PICTURES set to a folder, reduced screenshots are saved there. ``make pictures`` takes the pictures of
the guide again.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.async_api import Page, expect
from pydantic import SecretStr
from support.office import Office, until, working
from support.pictures import make_small

from clusterflow.demo.stories import stories
from clusterflow.demo.story import Story, months
from clusterflow.domain.terms import DecisionKind
from clusterflow.engine.decide import grant_of
from clusterflow.prefect import names, runs
from clusterflow.prefect.runs import Waiting
from clusterflow.prefect.server import PrefectServer
from clusterflow.rules.one_time_code import code_of
from clusterflow.services import enrolment, explanation, gate_forms, gates, registry, standing
from clusterflow.services import review as review_service
from clusterflow.store.people import alias_of

END = date(2026, 10, 15)
BEGUN = "rangeType=range&start=2024-01-01T00:00:00.000Z&end=2026-12-31T00:00:00.000Z"
"""The date of the story, with which the page of events is opened."""

SECRET = "a secret of the tests alone"


WHEN = re.compile("minute")
"""The start of a run on the dashboard, which is loaded together with the numbers."""

EMPTY_FRAME = 300
"""A picture of an empty graph has fewer colours."""


@pytest.fixture
def pictures(tmp_path: Path) -> Iterator[Path]:
    folder = Path(os.environ.get("CLUSTERFLOW_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    if "CLUSTERFLOW_PICTURES" in os.environ:
        for file in folder.glob("*.png"):
            make_small(file)


def live_until_a_gate_is_ready(office: Office, story: Story) -> None:
    """Play the story of the demonstration until the first month with a waiting decision."""
    before = date.min
    for day in months(END):
        office.now = datetime.combine(day, time(12), UTC)
        if before < story.enrolled <= day:
            registry.record(office.context, story.opening())
            enrolment.enrol(office.context, story.enrolment(), story.model)
        if story.enrolled <= day and (facts := story.submissions(before, day)):
            registry.record(office.context, facts)
            review_service.evaluate(office.context, story.initiative)
            if gate_forms.open_gates(office.context):
                return
        before = day
    raise AssertionError("no gate was ever ready")


@pytest.fixture
async def office(prefect: PrefectServer, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    """An office in Spanish, whose initiative waits at its first gate."""
    story = next(s for s in stories(END) if s.model == "nuevo-leon")
    office = Office(sqlite_url, story.initiative)
    office.context.settings = office.context.settings.model_copy(update={"language": "es"})
    live_until_a_gate_is_ready(office, story)
    office.context.settings = office.context.settings.model_copy(update={"proof": "code", "secret": SecretStr(SECRET)})
    own = {"SECRET": SECRET, "DATABASE": sqlite_url, "TODAY": str(office.now.date()), "LANGUAGE": "es"}
    own["REPORTS"] = "memory://office/reports"
    for name, value in own.items():
        monkeypatch.setenv(f"CLUSTERFLOW_{name}", value)
    async with working():
        yield office


async def open_form(page: Page, ui: str, waiting: Waiting) -> None:
    await page.goto(f"{ui}/v2/runs/flow-run/{waiting.run_id}")
    await page.get_by_role("heading", name=waiting.name).or_(page.get_by_text(waiting.name)).first.wait_for()
    await page.locator("button[aria-haspopup=menu]").last.click()
    await page.get_by_role("menuitem", name="Resume").click()
    await page.get_by_role("dialog").get_by_text("Quién decide").wait_for()


async def test_a_manager_decides_in_the_form(
    office: Office, prefect: PrefectServer, page: Page, pictures: Path
) -> None:
    await office.publish()
    await runs.start("review/portfolio")
    await runs.start("report/dossiers")
    waiting = await office.asking("critical-mass")
    (gate,) = explanation.explain(office.context, office.initiative, "critical-mass")
    decider = gates.eligible_deciders(office.context, office.initiative, "critical-mass")[0].person
    await look_around(office, prefect.url, page, waiting, pictures)

    await open_form(page, prefect.url, waiting)
    await page.set_viewport_size({"width": 1440, "height": 1700})
    form = page.get_by_role("dialog")
    rows = form.get_by_role("table").first.get_by_role("row")
    await expect(rows).to_have_count(1 + len(gate.criteria))
    await expect(rows.nth(1)).to_contain_text(gate.criteria[0].title)
    await expect(rows.nth(1)).to_contain_text(gate.criteria[0].found.replace(" ", "\u00a0"))
    await expect(form.get_by_role("code").filter(has_text=decider)).to_be_visible()
    await expect(form.get_by_label("Hallazgos vistos")).to_have_value(gate.findings)
    await form.screenshot(path=pictures / "form.png")

    await form.get_by_label("Decisión").click()
    await page.get_by_role("option", name="go", exact=True).click()
    await form.get_by_label("Quién decide").fill(decider)
    await form.get_by_label("Código").fill(code_of_mail(office, decider))
    await form.get_by_label("Motivo").fill("Quince empresas firmaron.")
    await form.screenshot(path=pictures / "form-filled.png")
    await form.get_by_role("button", name="Resume").click()

    assert (await office.ended(waiting.run_id)).name == "Decidida"
    state = standing.state(office.context, office.initiative)
    assert [(v.kind, v.reason) for v in state.votes] == [(DecisionKind.GO, "Quince empresas firmaron.")]
    assert [v.stage for v in state.open_visits] == ["common-purpose"]
    await picture(page, f"{prefect.url}/v2/runs/flow-run/{waiting.run_id}", "Decidida", pictures / "decided.png")


def code_of_mail(office: Office, person: str) -> str:
    """Return the code in the decider's notice."""
    state = standing.state(office.context, office.initiative)
    (review,) = state.open_reviews
    with office.context.database.begin() as connection:
        alias = alias_of(connection, person, office.context.new_id)
    return code_of(SECRET.encode(), grant_of(state, review, str(alias), None))


async def look_around(office: Office, ui: str, page: Page, waiting: Waiting, pictures: Path) -> None:
    """Open every page that a manager or an administrator is sent to, and check its content."""
    name = str(standing.status(office.context, office.initiative).name)
    await office.tasks(waiting.run_id, lambda t: len(t) == 7)
    addresses = {
        "runs": (f"{ui}/v2/runs?tags=gate-open", waiting.name),
        "initiative": (await latest(office, ui, names.initiative_key(office.initiative)), name),
        "gate": (await latest(office, ui, names.gate_key(office.initiative, "critical-mass")), "Hallazgo"),
        "portfolio": (await latest(office, ui, names.PORTFOLIO_KEY), name),
        "dossier": (await latest(office, ui, names.dossier_key(office.initiative)), "Miembros por tipo de hélice"),
        "deployments": (f"{ui}/v2/deployments", "nuevo-leon"),
        "dashboard": (f"{ui}/v2/dashboard?tab=SCHEDULED-PAUSED&{around_now()}", WHEN),
        "events": (f'{ui}/v2/events?events=["clusterflow.gate.opened"]&{BEGUN}', "Clusterflow Gate Opened"),
    }
    for title, (address, text) in addresses.items():
        await picture(page, address, text, pictures / f"{title}.png")
        if title == "initiative":
            # Drawn as a diagram, not shown as its source text.
            await expect(
                page.locator("svg[id^=mermaid] .node, svg[aria-roledescription^=flowchart] .node")
            ).to_have_count(6)
        if title == "dossier":
            plots = page.locator("img[src^='data:image/png']")
            assert await plots.count() > 0
            assert await plots.evaluate_all("plots => plots.every(plot => plot.naturalWidth > 0)")


def around_now() -> str:
    """The page of a day ends with the last full minute, in which nothing had happened yet."""
    now = datetime.now(UTC)
    first, last = now - timedelta(minutes=58), now + timedelta(minutes=2)
    return f"rangeType=range&start={first:%Y-%m-%dT%H:%M:%SZ}&end={last:%Y-%m-%dT%H:%M:%SZ}"


async def latest(office: Office, ui: str, key: str) -> str:
    """Open the page of the newest artifact of a key. The page of the key itself lists all of them."""
    await office.artifact(key)
    found = httpx.post(f"{ui}/api/artifacts/latest/filter", json={"artifacts": {"key": {"any_": [key]}}}).json()[0]
    return f"{ui}/v2/artifacts/artifact/{found['latest_id']}"


async def picture(page: Page, address: str, text: str | re.Pattern[str], file: Path) -> None:
    await page.set_viewport_size({"width": 1440, "height": 1000})
    await page.goto(address)
    await page.get_by_text(text).first.wait_for()
    await page.wait_for_load_state("networkidle")
    height = await page.evaluate("Math.max(...[...document.querySelectorAll('*')].map(e => e.scrollHeight))")
    await page.set_viewport_size({"width": 1440, "height": min(max(1000, int(height) + 40), 2600)})
    await until(lambda: drawn(page), "the graph of the run")
    await page.screenshot(path=file)


async def drawn(page: Page) -> bool | None:
    """Whether the graph of a run, if the page has one, is more than an empty frame."""
    canvas = page.locator("canvas")
    if "/flow-run/" not in page.url:
        return True
    with Image.open(BytesIO(await canvas.first.screenshot())) as graph:
        return len(graph.convert("RGB").getcolors(graph.width * graph.height) or ()) > EMPTY_FRAME or None
