"""The schedules of the office: every mistake is reported with its line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterflow.configs.schedules import DEFAULTS, load_schedules
from clusterflow.errors import Mistakes

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


def load(tmp_path: Path, text: str) -> dict[str, object]:
    path = tmp_path / "schedules.yaml"
    path.write_text(text, encoding="utf-8")
    return dict(load_schedules(path))


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(Mistakes) as raised:
        load(tmp_path, text)
    return [str(m).removeprefix(f"{tmp_path}/schedules.yaml:") for m in raised.value.mistakes]


def test_the_shipped_file_has_the_default_schedules(tmp_path: Path) -> None:
    assert load_schedules(CONFIGS / "schedules.yaml") == DEFAULTS == load_schedules(tmp_path / "none.yaml")


def test_a_flow_that_the_file_leaves_out_keeps_its_default(tmp_path: Path) -> None:
    found = load(tmp_path, 'review: {cron: "0 6 * * mon-fri", timezone: America/Bogota}\n')
    assert str(found["review"]) == "cron='0 6 * * mon-fri' timezone='America/Bogota' active=True"
    assert {k: v for k, v in found.items() if k != "review"} == {k: v for k, v in DEFAULTS.items() if k != "review"}


@pytest.mark.parametrize("cron", ["*/15 8-18 1,15 jan-jun 0", "0 0 * * 7", "5-50/5 * * * MON"])
def test_cron_expressions_are_accepted(tmp_path: Path, cron: str) -> None:
    assert load(tmp_path, f'dues: {{cron: "{cron}"}}\n')["dues"].cron == cron


def test_all_mistakes_are_reported_with_their_places(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        'reviews: {cron: "0 6 * * *"}\n'
        'dues: {cron: "0 25 * * *"}\n'
        'digest: {cron: "0 6 * *"}\n'
        'relay: {cron: "* * * * *", timezone: America/Bogotá}\n'
        'report: {cron: "* * * * *", active: "no"}\n'
        "calendars: {timezone: UTC, at: 6}\n",
    )
    assert [m.partition(" ")[0] for m in found] == ["1:1:", "2:14:", "3:16:", "4:38:", "5:37:", "6:12:", "6:28:"], found
    assert "review" in found[0]
    assert "0 to 23" in found[1]
    assert "4 fields" in found[2]
    assert "America/Bogota" in found[3]
    assert "true or false" in found[4]


@pytest.mark.parametrize("text", ["- review\n", "7\n"])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    assert "a mapping from each flow to its schedule" in mistakes(tmp_path, text)[0]
