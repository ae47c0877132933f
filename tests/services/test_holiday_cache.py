"""Public holidays and the office's corrections come from the user's cache as they come from library and file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from clusterflow.configs.holidays import load_holidays
from clusterflow.errors import Mistakes
from clusterflow.rules import work_calendar
from clusterflow.services import holiday_cache

PLACES = (("MX", None), ("ES", "ES-CT"), ("ES", "ES-B"), ("EC", None), ("ZZ", None), (None, None))
CORRECTED = """
holidays:
  - {place: MX-NLE, day: 2026-06-11, source: "Decreto 57"}
working_days:
  - {place: EC, day: 2026-01-02, source: "Decreto 110"}
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    begin_process()
    return tmp_path / "clusterflow"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "holidays.yaml"
    path.write_text(CORRECTED, encoding="utf-8")
    return path


def begin_process() -> None:
    """Forget what a new process does not know."""
    holiday_cache.public_holidays.cache_clear()
    holiday_cache._code.cache_clear()


@pytest.mark.parametrize(("country", "region"), PLACES)
def test_another_process_knows_the_holidays_without_the_library(
    country: str | None, region: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = work_calendar.public_holidays(country, 2024, region)
    assert holiday_cache.public_holidays(country, 2024, region) == expected
    begin_process()
    if country:
        monkeypatch.setattr(work_calendar, "public_holidays", lambda *_: pytest.fail("the library was asked"))
    assert holiday_cache.public_holidays(country, 2024, region) == expected


def test_each_place_and_year_has_its_own_days() -> None:
    days = [(country, year, region) for country, region in PLACES for year in (2024, 2025)]
    for _ in range(2):
        for one in days:
            assert holiday_cache.public_holidays(*one) == work_calendar.public_holidays(*one)
        begin_process()


def test_another_process_knows_the_corrections_without_reading_yaml(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = load_holidays(file)
    assert len(expected) == 2
    assert holiday_cache.corrected_days(file) == expected
    begin_process()
    monkeypatch.setattr("clusterflow.configs.holidays.load_holidays", lambda _: pytest.fail("the file was read"))
    assert holiday_cache.corrected_days(file) == expected


def test_a_changed_file_is_read_again(file: Path) -> None:
    holiday_cache.corrected_days(file)
    file.write_text(CORRECTED.replace("2026-06-11", "2026-06-12"), encoding="utf-8")
    assert holiday_cache.corrected_days(file)[0].day == date(2026, 6, 12)


def test_without_a_file_nothing_is_corrected(tmp_path: Path) -> None:
    assert holiday_cache.corrected_days(tmp_path / "none.yaml") == ()


def test_the_mistakes_of_a_file_are_reported_each_time(file: Path) -> None:
    file.write_text("holidays: 1\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(Mistakes, match=r"holidays\.yaml:1"):
            holiday_cache.corrected_days(file)


def test_installed_packages_and_changed_code_are_noticed(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    holiday_cache.public_holidays("MX", 2024)
    begin_process()
    monkeypatch.setattr(holiday_cache, "installed_packages", lambda: iter([("site-packages", 1)]))
    holiday_cache.public_holidays("MX", 2024)
    begin_process()
    monkeypatch.setattr(holiday_cache, "code_key", lambda *_: "other code")
    holiday_cache.public_holidays("MX", 2024)
    assert len(list(cache.glob("holidays-*"))) == 3


@pytest.mark.parametrize("content", [b"", b"{", b"5", b"[1]", b'["2024-01"]', b'[["MX"]]', b"\xff\xfe"])
def test_a_damaged_cache_is_no_mistake(cache: Path, file: Path, content: bytes) -> None:
    holiday_cache.public_holidays("MX", 2024)
    holiday_cache.corrected_days(file)
    for stored in cache.iterdir():
        kind, _, key = stored.name.partition("-")
        holiday_cache.user_cache.store(kind, key, content)
    begin_process()
    assert holiday_cache.public_holidays("MX", 2024) == work_calendar.public_holidays("MX", 2024)
    assert holiday_cache.corrected_days(file) == load_holidays(file)
