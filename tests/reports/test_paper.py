"""The dossier on paper, read back by another program."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest
from pypdf import PdfReader

from clusterflow.errors import NotPossible
from clusterflow.services.reports.pdf import pdf_of

from .conftest import STRAIGHT


@pytest.fixture(scope="module")
def paper(page_of: Callable[[str], str], pango: None) -> bytes:
    return pdf_of(page_of(STRAIGHT))


def test_a_dossier_on_paper_says_what_the_page_says(paper: bytes) -> None:
    read = PdfReader(io.BytesIO(paper))
    text = " ".join(" ".join(page.extract_text().split()) for page in read.pages)
    assert read.metadata is not None
    assert read.metadata.title == "Clúster Automotriz de la Sierra Ventosa"
    assert [round(float(x)) for x in read.pages[0].mediabox[2:]] == [612, 792], "Letter, as in Mexico"
    for phrase in ("Dónde está la iniciativa", "Qué falta y quién puede remediarlo", "Firmas", "Grupo de calidad"):
        assert phrase in text
    assert f"{len(read.pages)} / {len(read.pages)}" in text
    assert [item.title for item in read.outline if not isinstance(item, list)], "a reader finds its way by headings"


def test_every_page_after_the_first_says_whose_it_is(paper: bytes) -> None:
    _, *others = PdfReader(io.BytesIO(paper)).pages
    assert len(others) > 3
    assert all("Al 15 de octubre de 2026" in page.extract_text() for page in others)


def test_paper_is_the_same_each_time(page_of: Callable[[str], str], paper: bytes) -> None:
    assert pdf_of(page_of(STRAIGHT)) == paper


def test_nothing_is_fetched_for_it(pango: None) -> None:
    page = '<!DOCTYPE html><html lang="en"><title>x</title><img src="http://192.0.2.1/x.png" alt="x"><p>words</p>'
    assert "words" in PdfReader(io.BytesIO(pdf_of(page))).pages[0].extract_text()


def test_where_weasyprint_is_missing_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(NotPossible, match=r"pip install 'clusterflow\[pdf\]'"):
        pdf_of("<p>x</p>")
