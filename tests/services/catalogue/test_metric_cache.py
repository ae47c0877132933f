"""The declarations of metrics come from the user's cache as they come from the file, or the file is read."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from clusterflow.configs.metrics import load_metrics
from clusterflow.errors import Mistakes
from clusterflow.services import user_cache
from clusterflow.services.catalogue import metric_cache
from clusterflow.services.catalogue.metrics import _metrics, metrics_in
from clusterflow.settings import shipped_folder

MOST = user_cache.MOST_FILES["metrics"]


@pytest.fixture
def configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped metrics, and an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "configs").mkdir()
    shutil.copy(shipped_folder("configs") / "metrics.yaml", tmp_path / "configs")
    return tmp_path / "configs"


def cached_files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").rglob("metrics-*"))


def test_what_is_cached_is_what_the_file_declares(configs: Path, tmp_path: Path) -> None:
    declared = load_metrics(configs / "metrics.yaml")
    assert metrics_in(configs) == declared
    key = metric_cache.key_of(configs / "metrics.yaml")
    assert key is not None
    assert metric_cache.load(key) == declared
    assert list(metric_cache.load(key) or ()) == list(declared), "in the order of the file"
    assert len(cached_files(tmp_path)) == 1


def test_another_process_reads_the_cache(configs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = metrics_in(configs)
    _metrics.cache_clear()
    monkeypatch.setattr("clusterflow.configs.metrics.load_metrics", lambda _: pytest.fail("the file was read"))
    assert metrics_in(configs) == declared


def test_a_changed_file_is_read_again_even_with_the_time_of_the_old_one(configs: Path) -> None:
    file = configs / "metrics.yaml"
    before, written = metrics_in(configs), file.stat()
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(before["members"].source, "OTHER", 1), encoding="utf-8")
    os.utime(file, ns=(written.st_atime_ns, written.st_mtime_ns))
    _metrics.cache_clear()
    assert metrics_in(configs) == load_metrics(file) != before


def test_an_installed_package_is_noticed(configs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    before = metric_cache.key_of(configs / "metrics.yaml")
    (tmp_path / "site" / "metrics_of_others-1.0.dist-info").mkdir(parents=True)
    assert metric_cache.key_of(configs / "metrics.yaml") != before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"members": {"id": "members"}}', b"\xff\xfe"])
def test_a_damaged_cache_is_no_mistake(configs: Path, tmp_path: Path, content: bytes) -> None:
    declared = metrics_in(configs)
    (file,) = cached_files(tmp_path)
    file.write_bytes(content)
    _metrics.cache_clear()
    assert metrics_in(configs) == declared


def test_a_folder_that_cannot_be_used_is_no_mistake(
    configs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert metrics_in(configs) == load_metrics(configs / "metrics.yaml")


def test_what_another_user_wrote_is_not_read(monkeypatch: pytest.MonkeyPatch, configs: Path) -> None:
    user_cache.store("metrics", "key", b"content")
    assert user_cache.load("metrics", "key") == b"content"
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    assert user_cache.load("metrics", "key") is None


def test_what_another_user_could_have_written_is_not_read(configs: Path, tmp_path: Path) -> None:
    user_cache.store("metrics", "key", b"content")
    (tmp_path / "cache" / "clusterflow" / "metrics-key").chmod(0o620)
    assert user_cache.load("metrics", "key") is None


def test_a_changed_byte_is_noticed(configs: Path, tmp_path: Path) -> None:
    user_cache.store("metrics", "key", b"content")
    file = tmp_path / "cache" / "clusterflow" / "metrics-key"
    file.write_bytes(file.read_bytes().replace(b"content", b"contend"))
    assert user_cache.load("metrics", "key") is None


def test_a_file_with_mistakes_is_not_cached(configs: Path, tmp_path: Path) -> None:
    (configs / "metrics.yaml").write_text("members: 1\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(Mistakes, match=r"metrics\.yaml:1"):
            metrics_in(configs)
    assert cached_files(tmp_path) == []


def test_the_oldest_files_are_removed(configs: Path, tmp_path: Path) -> None:
    for number in range(MOST + 3):
        user_cache.store("metrics", str(number), b"")
        os.utime(tmp_path / "cache" / "clusterflow" / f"metrics-{number}", (number, number))
    user_cache.store("metrics", "last", b"")
    names = {file.name for file in cached_files(tmp_path)}
    assert len(names) == MOST
    assert {"metrics-last", f"metrics-{MOST + 2}"} <= names
