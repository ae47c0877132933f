"""clusterflow report --portfolio: the format follows the file's name, and whatever is mistyped is a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run


def test_the_portfolio_is_a_page_a_table_or_data(office: Run, tmp_path: Path) -> None:
    for name, begins in (("p.html", b"<!DOCTYPE html>"), ("p.csv", b"\xef\xbb\xbfinitiative,name"), ("p.json", b"{")):
        done = office("report", "--portfolio", "--lang", "es", "--to", str(tmp_path / name))
        assert (done.code, done.out, done.err) == (0, "", "")
        content = (tmp_path / name).read_bytes().lstrip()
        assert content.startswith(begins)
        assert b"One" in content
    assert json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["initiatives"] == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["report"], "an initiative's id, or --portfolio"),
        (["report", "one", "--portfolio"], "«one» is one"),
        (["report", "--portfolio", "--to", "p.docx"], "accepted: .html, .pdf, .csv, .json"),
        (["report", "--portfolio", "--table", "dwell", "--format", "html"], "accepted: --format csv"),
        (["report", "one", "--format", "csv"], "a dossier is HTML"),
        (["report", "--portfolio", "--as-of", "soon"], "a day as YYYY-MM-DD"),
    ],
)
def test_whatever_is_mistyped_is_a_sentence(office: Run, words: list[str], expected: str) -> None:
    done = office(*words)
    assert done.code != 0
    assert expected in done.err
    assert "Traceback" not in done.err
