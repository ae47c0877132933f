"""Checks that documentation and code name the same things."""

from __future__ import annotations

import re
from pathlib import Path

from clusterflow.cli import cli
from clusterflow.domain.events import KINDS
from clusterflow.domain.records import RECORDS

ROOT = Path(__file__).resolve().parent.parent
SOURCE = re.compile(r"^\s*(?:- \{.*)?source: ?(\"[^\"]+\"|[^,}\n]+)", re.MULTILINE)


def test_the_glossary_names_every_event_and_every_record_type() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([a-z.-]+)` \|", text, re.MULTILINE))
    assert rows == set(KINDS) | set(RECORDS)


def test_the_documentation_shows_every_command() -> None:
    files = [ROOT / "README.md", ROOT / "docs" / "tutorial.md", *(ROOT / "docs" / "how-to").glob("*.md")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    commands = {name for name in cli if not name.startswith("-")}
    assert {name for name in commands if f"clusterflow {name}" not in text} == set()


def test_the_table_of_changes_in_the_architecture_names_existing_files() -> None:
    table = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## Where to change what")[2]
    paths = {path for path in re.findall(r"`([^`\s]+)`", table) if "/" in path and "<" not in path}
    assert len(paths) > 15
    missing = {p for p in paths if not [*ROOT.glob(p), *(ROOT / "src" / "clusterflow").glob(p)]}
    assert not missing


def test_every_source_of_a_model_or_a_metric_is_explained() -> None:
    explained = set(re.findall(r"`([A-Z0-9-]+)`", (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")))
    cited = {
        key
        for file in (ROOT / "configs").rglob("*.yaml")
        for written in re.findall(
            r"^\s*(?:- \{.*)?source: ?(\"[^\"]+\"|[^,}\n]+)", file.read_text(encoding="utf-8"), re.M
        )
        for key in re.findall(r"[A-Z][A-Z0-9-]*", written)
    }
    assert len(cited) > 10
    assert cited <= explained, cited - explained
