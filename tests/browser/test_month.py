"""A manager's month by clicking alone: a membership, the attendance of a meeting, a correction, a workbook."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
from browser.test_web import INITIATIVE, SIZES, _context, story_file
from playwright.async_api import Browser, Page, expect
from support.ports import free_port
from support.web import served

from clusterflow.domain.records import RECORDS
from clusterflow.services import sign_in
from clusterflow.store.registry import current
from clusterflow.web.app import build_app

__all__ = ["story_file"]

MANAGER = "nl-elena"


async def click(page: Page, role: str, name: str) -> None:
    await page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]


async def test_a_manager_records_a_month_without_a_shell(story_file: Path, tmp_path: Path, chrome: Browser) -> None:
    file, port = tmp_path / "clusterflow.db", free_port()
    file.write_bytes(story_file.read_bytes())
    context = _context(
        file, web_port=port, web_address=f"http://127.0.0.1:{port}", administrators=MANAGER, home=tmp_path
    )
    url = context.settings.site
    with served(build_app(context), port):
        page = await chrome.new_page(viewport=SIZES["telephone"], locale="es")  # type: ignore[arg-type]
        page.set_default_timeout(30_000)
        link = sign_in.new_link(context, MANAGER, f"/initiatives/{INITIATIVE}")
        await page.goto(f"{url}/sign-in/{link.secret}")
        await click(page, "button", "Entrar")

        # A new organisation becomes a member.
        await click(page, "link", "Datos")
        await click(page, "link", "Registrar: organización")
        await page.get_by_label("Organización").fill("Moldes Ñandú, S.A.")
        await page.get_by_label("Ficha desde").fill("2026-10-01")
        await click(page, "button", "Guardar")
        await page.goto(f"{url}/initiatives/{INITIATIVE}/facts")
        await click(page, "link", "Registrar: miembro")
        await page.get_by_label("Organización").select_option(label="Moldes Ñandú, S.A.")
        await page.get_by_label("Alta").fill("2026-10-01")
        await click(page, "button", "Guardar")
        await expect(page.get_by_role("heading", name="Moldes Ñandú, S.A.")).to_be_visible()

        # The tier was forgotten: a correction.
        await click(page, "link", "Corregir")
        await page.get_by_label("Categoría").fill("pleno")
        await click(page, "button", "Guardar")
        await expect(page.get_by_text("sin dato → pleno")).to_be_visible()

        # The attendance of the last meeting, on a telephone.
        await page.goto(f"{url}/initiatives/{INITIATIVE}/facts/meeting")
        await page.locator("table.facts tbody a").first.click()
        await click(page, "link", "Asistencia")
        sheet = page.locator("fieldset.row")
        await expect(sheet.first).to_be_visible()
        answers = await sheet.count()
        for at in range(answers):
            await sheet.nth(at).get_by_text("No vino" if at == 0 else "Vino", exact=True).click()
        await click(page, "button", "Guardar")
        await expect(page.get_by_text(f"asistieron {answers - 1} de {answers}")).to_be_visible()

        # A workbook in which a row is missing.
        await page.goto(f"{url}/initiatives/{INITIATIVE}/workbook")
        async with page.expect_download() as download:
            await click(page, "link", "Descargar el libro")
        path = tmp_path / "filled.xlsx"
        await (await download.value).save_as(path)
        path.write_bytes(without_row(path.read_bytes(), "Moldes Ñandú, S.A."))
        await page.get_by_label("Archivo").set_input_files(path)
        await click(page, "button", "Ver qué cambiaría")
        await page.get_by_text("Terminaron: terminan hoy").click()
        await click(page, "button", "Responder")
        await click(page, "button", "Registrar estos cambios")
        await expect(page.get_by_text("El libro quedó registrado")).to_be_visible()
        await click(page, "button", "Deshacer todo el libro")
        await expect(page.get_by_text("El libro quedó deshecho")).to_be_visible()
    with context.reading() as connection:
        members = current(connection, RECORDS["membership"], INITIATIVE, context.clock().date())
    (member,) = (m for m in members if m.organisation.startswith("moldes-nandu"))
    assert (member.tier, member.valid_to) == ("pleno", None)
    context.database.dispose()


def without_row(content: bytes, name: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Miembros"]
    row = next(r for r in range(1, 200) if sheet.cell(r, 1).value == name)
    sheet.delete_rows(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
