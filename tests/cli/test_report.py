"""``clusterflow report``: a file, or standard output; what cannot be is said in a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run


def test_a_dossier_comes_as_one_file(office: Run, home: Path) -> None:
    assert office("report", "one", "--lang", "en", "--to", "one.html").code == 0
    page = (home / "one.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert '<html lang="en">' in page
    assert "Where the initiative stands" in page


def test_it_speaks_the_language_of_the_initiative_where_none_is_named(office: Run, home: Path) -> None:
    assert office("report", "one", "--to", "one.html").code == 0
    assert '<html lang="es">' in (home / "one.html").read_text(encoding="utf-8")


def test_a_file_called_pdf_is_one(office: Run, home: Path, pango: None) -> None:
    assert office("report", "one", "--to", "one.pdf").code == 0
    assert (home / "one.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["report", "onee"], "no enrolled initiative is called «onee»; the nearest: one"),
        (["report", "one", "--as-of", "soon"], "«soon» is no day"),
        (["report", "one", "--as-of", "2001-01-01"], "was not yet enrolled"),
        (["report", "one", "--to", "missing/one.html"], "missing/one.html cannot be written"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(office: Run, words: list[str], expected: str) -> None:
    done = office(*words)
    assert done.code != 0
    assert expected in done.err
    assert not done.out


def test_without_weasyprint_a_sentence_says_what_to_install(office: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    done = office("report", "one", "--pdf", "--to", "one.pdf")
    assert done.code != 0
    assert "pip install 'clusterflow[pdf]'" in done.err


def test_no_other_command_imports_what_draws_and_prints() -> None:
    code = (
        "import sys, clusterflow.cli.status, clusterflow.cli.ledger, clusterflow.cli.enrol, clusterflow.cli.evaluate; "
        "import clusterflow.cli.records, flows.lifecycle, flows.review, flows.report, flows.shard, flows.intake; "
        "print(*sorted({'matplotlib', 'weasyprint', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
