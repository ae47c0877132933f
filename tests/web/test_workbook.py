"""The workbook on the web pages: download, submit, compare, answer, confirm, and undo as one step."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from support.pages import PageRead
from support.web import Browser, WebWorld

from clusterflow.services import ledger

PAGE = "/initiatives/one/workbook"


@pytest.fixture
def site(make_site: Callable[..., WebWorld], tmp_path: Path) -> WebWorld:
    return make_site(home=tmp_path)


def downloaded(browser: Browser) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(browser.get(f"{PAGE}/download").content))


def send(browser: Browser, book: openpyxl.Workbook | bytes, name: str = "one.xlsx") -> Browser:
    content = book if isinstance(book, bytes) else io.BytesIO()
    if isinstance(book, openpyxl.Workbook):
        book.save(content)
        content = content.getvalue()
    browser.open(PAGE)
    browser.shown = browser.post(PAGE, data=browser.hidden(), files={"file": (name, content)})
    return browser


def add_member(book: openpyxl.Workbook, name: str, joined: str) -> None:
    sheet = book["Members"]
    heads = next(
        r for r in sheet.iter_rows(max_row=20) if any(str(c.value or "").startswith("Organisation") for c in r)
    )
    titles = {str(c.value).rstrip(" *"): c.column for c in heads if c.value}
    row = next(r for r in range(heads[0].row + 1, 600) if not sheet.cell(r, titles["Organisation"]).value)
    sheet.cell(row, titles["Organisation"], name)
    sheet.cell(row, titles["Joined"], joined)


def test_a_filled_workbook_is_compared_confirmed_and_undone_as_one_step(site: WebWorld) -> None:
    mona = site.browser("mona")
    book = downloaded(mona)
    add_member(book, "Aceros <b>del</b> Valle", "2024-01-05")
    send(mona, book)
    text = PageRead(mona.shown.text).text
    assert "1 new member" in text
    assert "Aceros <b>del</b> Valle" in text
    path = mona.shown.url.path
    before = len(site.facts("membership"))
    answer = mona.submit(path, do="confirm")
    assert "The workbook is recorded" in answer.text
    assert len(site.facts("membership")) == before + 1
    assert "The workbook is undone" in mona.submit(f"{path}/undo").text
    assert len(site.facts("membership")) == before
    kinds = [e.event.kind for e in ledger.entries(site.world.context, "one")]
    assert kinds[-2:] == ["record.entered", "record.retracted"]
    assert "The workbook was not recorded" in mona.submit(f"{path}/undo").text


def test_a_workbook_is_not_undone_once_one_of_its_facts_was_corrected(site: WebWorld) -> None:
    mona = site.browser("mona")
    book = downloaded(mona)
    add_member(book, "Aceros del Valle", "2024-01-05")
    send(mona, book)
    path = mona.shown.url.path
    mona.submit(path, do="confirm")
    (member,) = [m for m in site.facts("membership") if m.organisation.startswith("aceros")]
    site.world.record(f"membership initiative=one organisation={member.organisation} from=2024-01-05 tier=associate")
    before = site.facts("membership")
    assert "changed since" in mona.submit(f"{path}/undo").text
    assert site.facts("membership") == before


def test_a_question_is_asked_before_anything_is_recorded(site: WebWorld) -> None:
    mona = site.browser("mona")
    book = downloaded(mona)
    sheet = book["Members"]
    row = next(r for r in range(1, 60) if sheet.cell(r, 1).value == "Club")
    sheet.delete_rows(row)
    send(mona, book)
    path = mona.shown.url.path
    assert "left or forgotten" in mona.shown.text.lower() or "no longer" in mona.shown.text
    assert "Record these changes" not in mona.shown.text
    mona.submit(path, do="confirm")
    assert [m.organisation for m in site.facts("membership")] == ["club"]
    mona.submit(path, do="answer", removed="end")
    mona.submit(path, do="confirm", removed="end")
    assert str(site.facts("membership")[-1].valid_to) == "2024-01-10"


def test_mistakes_are_listed_and_marked_in_the_cells_of_a_copy(site: WebWorld) -> None:
    mona = site.browser("mona")
    book = downloaded(mona)
    add_member(book, "Aceros", "yesterday")
    send(mona, book)
    assert mona.shown.status_code == 422
    assert "is no date" in mona.shown.text
    copy = openpyxl.load_workbook(io.BytesIO(mona.get(f"{mona.shown.url.path}/marked").content))
    assert any(c.comment for row in copy["Members"].iter_rows() for c in row)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\x00" * 100, b"a,b\n1,2\n"])
def test_a_file_that_is_no_workbook_is_refused_in_words(site: WebWorld, content: bytes) -> None:
    mona = send(site.browser("mona"), content)
    assert mona.shown.status_code in (200, 422)
    assert "Traceback" not in mona.shown.text
    assert re.search("not recorded|Choose a file", mona.shown.text)


def test_a_form_without_its_token_and_a_huge_file_are_refused(site: WebWorld) -> None:
    mona = site.browser("mona")
    assert mona.post(PAGE, files={"file": ("one.xlsx", b"x")}).status_code == 403
    mona.open(PAGE)
    huge = b"x" * (17 * 2**20)
    assert mona.post(PAGE, data=mona.hidden(), files={"file": ("one.xlsx", huge)}).status_code == 413


def test_a_workbook_is_seen_by_who_submitted_it_and_by_nobody_else(site: WebWorld) -> None:
    mona = site.browser("mona")
    send(mona, downloaded(mona))
    path = mona.shown.url.path
    assert "Nothing changes" in mona.shown.text
    for person in ("olga", "carla", "dora"):
        assert site.browser(person).get(path).status_code == 404
    assert mona.get(f"{PAGE}/{'0' * 32}").status_code == 404
    assert mona.get(f"{PAGE}/..%2f..").status_code == 404


def test_my_work_lists_a_refused_workbook_until_a_corrected_one_is_recorded(site: WebWorld) -> None:
    mona = site.browser("mona")
    send(mona, b"not a workbook", name="broken.xlsx")
    assert mona.shown.status_code == 422
    refused = mona.shown.url.path
    page = mona.open("/")
    assert "Excel workbooks that were not recorded" in page.text
    assert "broken.xlsx refused on January" in page.text
    assert refused in [v for _, n, v in page.attributes if n == "href"]
    # It is the author's alone, and the file is still there, with a field for the corrected one.
    assert "broken.xlsx" not in site.browser("olga").open("/").text
    page = mona.open(refused)
    assert (mona.shown.status_code, ("input", "type", "file") in page.attributes) == (422, True)
    book = downloaded(mona)
    add_member(book, "Aceros del Valle", "2024-01-05")
    corrected = send(mona, book).shown.url.path
    assert "broken.xlsx" in mona.open("/").text, "nothing is recorded yet"
    mona.open(corrected)
    mona.submit(corrected, do="confirm")
    assert "broken.xlsx" not in mona.open("/").text


def test_a_refused_workbook_is_listed_for_thirty_days(site: WebWorld) -> None:
    mona = site.browser("mona")
    send(mona, b"not a workbook", name="broken.xlsx")
    site.world.at("2024-02-09")
    assert "broken.xlsx" in site.browser("mona").open("/").text
    site.world.at("2024-02-10")
    assert "broken.xlsx" not in site.browser("mona").open("/").text
