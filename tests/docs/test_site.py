"""The documentation site builds without a warning, has no dead link, and describes what the code contains."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from clusterflow.cli import cli
from clusterflow.configs.metrics import load_metrics
from clusterflow.configs.notices import load_notices
from clusterflow.domain.events import KINDS
from clusterflow.domain.records import RECORDS
from clusterflow.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DECISION_PARTS = ["Context", "Decision", "Alternatives", "Consequences"]
MOST_ROOMS, MOST_IMPORTS = 18, 90


class Page(HTMLParser):
    """The links of a page, its anchors, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name == "id" and value:
                self.anchors.add(value)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "--keep-going", "-q", "-b", "html"]
    done = subprocess.run(
        [*command, "-d", folder / "doctrees", ROOT / "docs", folder / "html"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {file: Page(file.read_text(encoding="utf-8")) for file in site.rglob("*.html")}


def test_no_link_inside_the_site_is_dead(pages: dict[Path, Page]) -> None:
    dead = []
    for file, page in pages.items():
        for link in page.links:
            split = urlsplit(link)
            if split.scheme or split.netloc:
                continue
            target = (file.parent / unquote(split.path)).resolve() if split.path else file
            anchors = pages[target].anchors if target in pages else {unquote(split.fragment)}
            if not target.exists() or (split.fragment and unquote(split.fragment) not in anchors):
                dead.append(f"{file.name}: {link}")
    assert dead == []


@pytest.mark.parametrize("page", ["commands", "settings", "records", "metrics", "events", "notices"])
def test_the_reference_describes_everything_of_its_kind(site: Path, pages: dict[Path, Page], page: str) -> None:
    configs = Settings().configs
    expected = {
        "commands": {f"clusterflow {name}" for name in cli if not name.startswith("-")},
        "settings": {f"CLUSTERFLOW_{name.upper()}" for name in Settings.model_fields},
        "records": set(RECORDS),
        "metrics": set(load_metrics(configs / "metrics.yaml")),
        "events": {f"clusterflow.{kind}" for kind in KINDS},
        "notices": {rule.id for rule in load_notices(configs / "notices.yaml")},
    }[page]
    text = pages[site / "reference" / f"{page}.html"].text
    assert {name for name in expected if not re.search(rf"{re.escape(name)}(?![\w-])", text)} == set()


def test_the_drawing_of_the_architecture_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "docs")
    import generate_diagram  # noqa: PLC0415  (its folder is on the path only here)

    assert generate_diagram.PICTURE.read_text(encoding="utf-8") == generate_diagram.draw(), "run: make diagram"
    imports = generate_diagram.room_imports([room for floor in generate_diagram.floors() for room in floor])
    assert len(imports) <= MOST_ROOMS
    assert sum(map(len, imports.values())) < MOST_IMPORTS


def test_every_decision_has_the_usual_parts() -> None:
    for file in (ROOT / "docs" / "decisions").glob("0*.md"):
        headings = re.findall(r"^## (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == DECISION_PARTS, file.name


def test_the_readme_fits_its_limit() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 200
