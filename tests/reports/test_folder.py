"""Where reports are written: whole, at any address, with no secret told."""

from __future__ import annotations

from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem

from clusterflow.errors import NotPossible
from clusterflow.services import explanation
from clusterflow.services.context import Context
from clusterflow.services.output_folder import REPORTS, Folder
from clusterflow.services.reports.dossier import active_initiatives, write_dossiers
from clusterflow.settings import Settings

from .conftest import BRANCHED, STRAIGHT


def test_a_file_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    folder = Folder((tmp_path / "a b").as_uri(), REPORTS)
    folder.put("dossiers/one/x.html", b"first")
    address = folder.put("dossiers/one/x.html", b"second")
    (file,) = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert file.read_bytes() == b"second"
    assert address.endswith("dossiers/one/x.html")


def test_an_address_of_another_kind_serves_as_well() -> None:
    Folder("memory://reports", REPORTS).put("x.html", b"there")
    assert fsspec.filesystem("memory").cat_file("/reports/x.html") == b"there"


def test_what_could_not_be_put_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path.as_uri(), REPORTS)

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(LocalFileSystem, "mv", full)
    with pytest.raises(NotPossible, match=r"the folder of reports .* does not accept x\.html .*no space left"):
        folder.put("x.html", b"x")
    assert list(tmp_path.iterdir()) == []


def test_unless_said_otherwise_reports_lie_in_the_home_folder(tmp_path: Path) -> None:
    Folder.of_reports(Settings(home=tmp_path)).put("x.html", b"there")
    assert (tmp_path / "reports" / "x.html").read_bytes() == b"there"


@pytest.mark.parametrize("url", ["nowhere://user:pass-word@host/x", "file:///proc/none"])
def test_what_cannot_be_written_is_said_without_secrets(url: str) -> None:
    with pytest.raises(NotPossible, match="the folder of reports") as caught:
        Folder(url, REPORTS).put("x.html", b"x")
    assert "pass-word" not in str(caught.value)


def test_each_initiative_that_goes_on_gets_its_file_under_its_day(lived: Context, tmp_path: Path) -> None:
    filed = [
        one for one, _ in write_dossiers(lived, Folder(tmp_path.as_uri(), REPORTS), active_initiatives(lived, None))
    ]
    assert {one.initiative for one in filed} == {STRAIGHT, BRANCHED}
    assert not [one.problem for one in filed if one.problem]
    assert (tmp_path / "dossiers" / STRAIGHT / "2026-10-15.html").is_file()


def test_one_in_trouble_holds_up_no_other(lived: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = explanation.explain

    def troubled(context: Context, initiative: str, *args: object, **more: object) -> object:
        if initiative == STRAIGHT:
            raise NotPossible("not today")
        return whole(context, initiative, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(explanation, "explain", troubled)
    filed = {
        one.initiative: one
        for one, _ in write_dossiers(lived, Folder(tmp_path.as_uri(), REPORTS), active_initiatives(lived, None))
    }
    assert filed[STRAIGHT].problem == "not today"
    assert filed[BRANCHED].address
