"""A manager and an office do a year's work on the pages by clicking alone, and every page gets its picture.

With CLUSTERFLOW_PICTURES set to a folder, the pictures of docs/how-to/web-pages.en.md are saved there: ``make
pictures``.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from browser.test_web import GATE, INITIATIVE, _context, story_file
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, expect
from sqlalchemy import update
from support.pictures import make_small
from support.ports import free_port
from support.web import served

from clusterflow.domain.records import RECORDS
from clusterflow.engine.submissions import Delivery
from clusterflow.intake.json_lines import read_value
from clusterflow.services import sign_in
from clusterflow.services.context import Context
from clusterflow.services.intake import submissions
from clusterflow.store import tables
from clusterflow.store.registry import current
from clusterflow.web.app import build_app

__all__ = ["story_file"]

MANAGER, STAFF = "nl-elena", "nl-ofelia"
REFUSED_FORM = "status of 422"
"""Chromium reports each form that comes back with its mistakes."""

SHOWN = """({x: 0, y: 0, width: innerWidth,
  height: Math.min(innerHeight, document.querySelector('main').getBoundingClientRect().bottom)})"""
"""What a picture shows: the screen, or a page that is shorter."""

BYTES_OF_ALL = """Promise.all([...document.images].map(one => { one.loading = "eager"; return one.decode() })).then(
  () => performance.getEntries().reduce((sum, one) => sum + (one.transferSize || 0), 0))"""
"""What a page and all that belongs to it take over the wire, also what is fetched only when it comes into view."""

TELEPHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 960, "height": 800}


class Visit:
    """A person at a browser who clicks, and takes a picture of each page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(30_000)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if REFUSED_FORM not in message.text:
            self.complaints.append(message.text)

    async def click(self, role: str, name: str | re.Pattern[str]) -> None:
        await self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]

    async def picture(self, name: str, of: Locator | None = None) -> None:
        """Take a picture of the top of the page, or of what lies at a place of it. The page fits the screen."""
        assert await self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if folder := os.environ.get("CLUSTERFLOW_PICTURES"):
            top = await of.evaluate("place => place.getBoundingClientRect().top + scrollY - 12") if of else 0
            await self.page.evaluate(f"scrollTo(0, {top})")
            # A plot is asked for when it comes into view.
            shown = "[...document.images].filter(one => one.getBoundingClientRect().top < innerHeight)"
            await self.page.evaluate(f"Promise.all({shown}.map(one => one.decode()))")
            file = Path(folder) / f"web-{name}.png"
            clip = await self.page.evaluate(SHOWN)
            await self.page.screenshot(path=file, clip=clip)
            make_small(file)


async def visit(browser: Browser, context: Context, person: str, size: dict[str, int]) -> Visit:
    """Sign a person in by a link, at *My work*."""
    page = await browser.new_page(viewport=size, locale="es")  # type: ignore[arg-type]
    visitor = Visit(page)
    await page.goto(f"{context.settings.site}/sign-in/{sign_in.new_link(context, person).secret}")
    await visitor.click("button", "Entrar")
    await expect(page.get_by_role("heading", name="Mi trabajo")).to_be_visible()
    return visitor


async def test_a_year_on_the_pages(story_file: Path, tmp_path: Path, chrome: Browser) -> None:
    file, port = tmp_path / "clusterflow.db", free_port()
    file.write_bytes(story_file.read_bytes())
    settings = {
        "web_port": port, "web_address": f"http://127.0.0.1:{port}", "home": tmp_path, "personal_data": "names"
    }  # fmt: skip
    context = _context(file, **settings)
    with context.database.begin() as connection:
        # All notices of these years were sent.
        connection.execute(
            update(tables.chain).values(published=tables.chain.c.version, told=tables.chain.c.version, notifiable=0)
        )
    bad = json.dumps(
        {"record": "membership", "initiative": INITIATIVE, "organisation": "laminados", "from": "2026-10-01"}
    )
    delivery = Delivery("event:1", "padron.example", bad, tuple(read_value(json.loads(bad), "padron.example")))
    list(submissions.receive(context, [delivery]))
    with served(build_app(context), port):
        stranger = Visit(await chrome.new_page(viewport=TELEPHONE, locale="es"))  # type: ignore[arg-type]
        await stranger.page.goto(context.settings.site)
        await stranger.picture("sign-in")
        manager = await visit(chrome, context, MANAGER, TELEPHONE)
        await read_the_initiative(manager)
        await record_a_payment(manager)
        await look_through_the_facts(manager)
        staff = await visit(chrome, context, STAFF, DESKTOP)
        await give_and_end_a_role(staff)
        await look_through_the_office(staff)
    with context.reading() as connection:
        today = context.clock().date()
        payments = current(connection, RECORDS["payment"], INITIATIVE, today)
        seats = current(connection, RECORDS["seat"], INITIATIVE, today)
    assert [str(p.amount) for p in payments if p.source == "SPEI 4471"] == ["24000.00 MXN"]
    assert [s.valid_to for s in seats if s.valid_from.year == 2026 and s.person == "nl-nora"] == [today]
    assert [v.complaints for v in (stranger, manager, staff)] == [[], [], []]
    context.database.dispose()
    # Where the office wants a code with each decision, the form asks for it.
    strict = _context(file, **settings, proof="code")
    with served(build_app(strict), port):
        decider = await visit(chrome, strict, MANAGER, TELEPHONE)
        await ask_for_a_code(decider)
    assert decider.complaints == []
    strict.database.dispose()


async def read_the_initiative(manager: Visit) -> None:
    """From *My work* to the initiative, its plots, and its open gate."""
    page = manager.page
    await manager.picture("work")
    await page.locator("#mine ~ a.card").first.click()
    await manager.picture("initiative")
    plots = page.locator(".plots img")
    assert await plots.count() >= 4
    await manager.picture("initiative-plots", page.locator("#plots"))
    assert await page.evaluate(BYTES_OF_ALL) < 60_000
    await page.locator(".plots a").first.click()
    await expect(page).to_have_url(re.compile("/plots#attendance$"))
    await manager.click("link", "Clúster Automotriz de la Sierra Ventosa")
    await manager.click("link", re.compile("^Espera una decisión"))
    await manager.picture("gate")
    await manager.click("link", re.compile("^Su decisión"))
    await page.get_by_role("radio", name="En espera").check()
    await manager.picture("decision", page.locator("#decide"))


async def record_a_payment(manager: Visit) -> None:
    """From the dues to what is overdue, to its invoice, and back when it is paid."""
    page = manager.page
    await manager.click("link", "Clúster Automotriz de la Sierra Ventosa")
    await manager.click("link", "Cuotas")
    await manager.click("link", "2025")
    owed = page.locator(".figures").get_by_text("$192,000.00")
    await expect(owed.first).to_be_visible()
    await manager.picture("dues-telephone")
    first = page.locator("table.facts").last.get_by_role("row").nth(1)
    await expect(first).to_contain_text("días de retraso")
    await first.get_by_role("link").first.click()
    await expect(page.get_by_text("Saldo por pagar")).to_be_visible()
    await manager.picture("invoice")
    await manager.click("link", "Registrar un pago")
    await expect(page.get_by_label("Importe (MXN)")).to_have_value("24000.00")
    await page.get_by_label("Referencia").fill("SPEI 4471")
    await manager.picture("payment")
    await manager.click("button", "Guardar el pago")
    await expect(page.get_by_text("Pagada", exact=True)).to_be_visible()
    await expect(page.get_by_text("SPEI 4471")).to_be_visible()
    await manager.click("link", "Cuotas")
    await expect(page.locator(".figures").get_by_text("$168,000.00").first).to_be_visible()


async def look_through_the_facts(manager: Visit) -> None:
    page, base = manager.page, re.sub("/dues.*", "", manager.page.url)
    await page.goto(f"{base}/facts")
    await manager.picture("facts")
    await page.goto(f"{base}/facts/meeting/new")
    await page.get_by_label("Órgano").select_option(label="Grupo de calidad")
    await manager.click("button", "Guardar")
    await expect(page.locator("#valid_from-mistake")).to_have_text("Falta «Fecha».")
    await manager.picture("form")
    await page.get_by_label("Fecha").fill("2026-10-14")
    await manager.click("button", "Guardar")
    await manager.click("link", "Asistencia")
    await page.get_by_text("Vino", exact=True).first.click()
    await manager.picture("attendance")
    await page.goto(f"{base}/facts/membership?q=Arneses")
    await manager.click("link", re.compile("^Arneses"))
    await manager.picture("fact")
    await page.goto(f"{base}/workbook")
    await manager.picture("workbook")
    await page.goto(re.sub("/initiatives.*", "/me", base))
    await manager.picture("account")
    async with page.expect_console_message():  # Chromium reports the missing page
        await page.goto(re.sub("/initiatives.*", "/initiatives/unknown", base))
    await expect(page.get_by_role("link", name="Mi trabajo").last).to_be_visible()
    await manager.picture("error")
    assert "status of 404" in manager.complaints.pop()


async def give_and_end_a_role(staff: Visit) -> None:
    """A seat is given from *People and roles*, and ended there."""
    page = staff.page
    await staff.click("link", "Oficina")
    await staff.picture("office")
    await staff.click("link", "Personas y puestos")
    await staff.picture("people")
    await staff.click("link", re.compile("^Dar un puesto"))
    await page.get_by_label("Órgano").select_option(label="Grupo de calidad")
    await page.get_by_label("Persona").select_option(label="Nora Elizondo Paz")
    await staff.click("button", "Guardar")
    await expect(page).to_have_url(re.compile("/facts/seat/[0-9]+$"))
    await page.goto(re.sub("/initiatives.*", "/office/people", page.url))
    row = page.get_by_role("row").filter(has_text="Nora Elizondo Paz").filter(has_text="Grupo de calidad")
    await expect(row).to_contain_text("desde el 15 de octubre de 2026")
    await row.get_by_role("link").click()
    await page.locator("summary", has_text="Termina").click()
    await page.get_by_label("Último día en que es verdad").fill("2026-10-15")
    await staff.click("button", "Termina")
    await expect(page.get_by_text("sin dato → 15/10/2026")).to_be_visible()


async def look_through_the_office(staff: Visit) -> None:
    page, site = staff.page, re.sub("/initiatives.*", "", staff.page.url)
    await page.goto(f"{site}/office")
    await staff.click("link", "Avisos por enviar")
    await staff.click("button", "Mostrar los avisos")
    await expect(page.get_by_role("heading", name="Mensajes")).to_be_visible()
    assert await page.get_by_role("row").count() > 1
    await staff.picture("notices")
    await page.goto(f"{site}/office")
    await page.locator("a[href^='/office/submissions/']").first.click()
    await expect(page.get_by_text("laminados").first).to_be_visible()
    await staff.picture("refusal")
    await page.goto(f"{site}/office/enrolment")
    await staff.picture("enrolment")
    for name, path in (("members", "facts/membership"), ("dues", "dues?year=2025"), ("plots", "plots")):
        await page.goto(f"{site}/initiatives/{INITIATIVE}/{path}")
        await staff.picture(name)


async def ask_for_a_code(decider: Visit) -> None:
    """A decision with a wrong code comes back with all that was typed; then a new code is asked for."""
    page = decider.page
    await page.goto(re.sub("/$", GATE, page.url))
    await page.get_by_role("radio", name="Adelante", exact=False).first.check()
    await page.get_by_label("Motivo").fill("La estrategia está aprobada.")
    await page.get_by_label("Código de un solo uso").fill("AAAA-AAAA")
    await decider.click("button", "Registrar mi decisión")
    await expect(page.locator("#code-mistake")).to_be_visible()
    await expect(page.get_by_label("Motivo")).to_have_value("La estrategia está aprobada.")
    await decider.picture("code", page.locator(".field:has(#reason)"))
    await decider.click("button", "Enviarme un código nuevo")
    await expect(page.get_by_role("heading", name="El código va en camino")).to_be_visible()
