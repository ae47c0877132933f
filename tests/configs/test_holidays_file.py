"""The corrected holidays of the office: every mistake is reported with its line and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from clusterflow.configs.holidays import load_holidays
from clusterflow.errors import Mistakes
from clusterflow.rules.work_calendar import CorrectedDay

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


def load(tmp_path: Path, text: str) -> tuple[CorrectedDay, ...]:
    path = tmp_path / "holidays.yaml"
    path.write_text(text, encoding="utf-8")
    return load_holidays(path)


def mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(Mistakes) as raised:
        load(tmp_path, text)
    return [str(m).removeprefix(f"{tmp_path}/holidays.yaml:") for m in raised.value.mistakes]


def test_the_shipped_file_corrects_nothing(tmp_path: Path) -> None:
    assert load_holidays(CONFIGS / "holidays.yaml") == () == load_holidays(tmp_path / "none.yaml")


def test_the_example_in_the_shipped_file_is_valid(tmp_path: Path) -> None:
    lines = (CONFIGS / "holidays.yaml").read_text(encoding="utf-8").splitlines()
    example = "\n".join(line[3:] for line in lines if line.startswith("#   "))
    assert [(c.place, c.day, c.is_holiday) for c in load(tmp_path, example)] == [
        ("MX-NLE", date(2026, 6, 11), True),
        ("EC", date(2026, 1, 2), False),
    ]


def test_all_mistakes_are_reported_with_their_places(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        "holidays:\n"
        '  - {place: Mexico, day: 2026-06-11, source: "Decreto 1"}\n'
        '  - {place: MX-XXX, day: 2026-13-11, source: "Decreto 2"}\n'
        "  - {place: EC, day: 2026-01-02}\n"
        '  - {place: EC, day: 2026-01-05, source: ""}\n'
        "working_days:\n"
        '  - {place: EC, day: 2026-01-02, source: "Decreto 3", name: Puente}\n'
        "festivos: []\n",
    )
    places = ["2:13:", "3:13:", "3:26:", "4:5:", "5:42:", "7:22:", "7:55:", "8:1:"]
    assert [m.partition(" ")[0] for m in found] == places
    assert found[0] == "2:13: place: «Mexico»; accepted: a country or region by ISO 3166, as MX or MX-NLE"
    assert "source" in found[3]
    assert "named twice for «EC»" in found[5]
    assert "holidays, working_days" in found[7]
