"""A third party's metric: a real package is installed, found by its entry point, and measured like any other metric."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from clusterflow.domain.measurement import Fold, MetricDeclaration
from clusterflow.domain.quantity import Unit
from clusterflow.domain.text import Text
from clusterflow.errors import ClusterflowError
from clusterflow.store.metrics import METRICS, Metric
from clusterflow.store.metrics.plugins import install

GOOD = """
from sqlalchemy import Select

from clusterflow.domain.measurement import Fold, MetricDeclaration
from clusterflow.domain.quantity import Unit
from clusterflow.domain.records.membership import Membership
from clusterflow.domain.text import Text
from clusterflow.store.metrics import Metric, Scope
from clusterflow.store.metrics.evidence_rows import evidence_row


def rows(scope: Scope, tier: str = "gold") -> Select:
    member = scope.current(Membership)
    return evidence_row(member, Membership, what=member.c.organisation, part=1).where(member.c.tier == tier)


gold = Metric(
    MetricDeclaration(
        id="NAME", title=Text(es="Miembros oro", en="Gold members"), unit=Unit.COUNT, fold=Fold.SUM,
        direction="more", source="P", parameters={"tier": {"type": "text", "default": "gold"}},
    ),
    rows,
)
"""

USE = """
    import json
    from datetime import UTC, date, datetime

    from sqlalchemy import create_engine, insert

    from clusterflow.errors import ClusterflowError
    from clusterflow.domain.measurement import MetricCall
    from clusterflow.store import tables
    from clusterflow.store.schema import whole_schema
    from clusterflow.store.metrics import METRICS, measure, plugins

    try:
        found = plugins.discover()
        plugins.install(found)
        plugins.install(plugins.discover())
    except ClusterflowError as error:
        print(json.dumps({"error": str(error)}))
        raise SystemExit(0)
    engine = create_engine("sqlite://")
    whole_schema().create_all(engine)
    with engine.begin() as connection:
        for entry, tier in enumerate(["gold", "gold", "silver"]):
            connection.execute(insert(tables.REGISTRY_TABLES["membership"]).values(
                chain="one", entry=entry, entered_at=datetime(2024, 1, 1, tzinfo=UTC), entered_by="x", salt="s",
                retracted=False, organisation=f"o{entry}", tier=tier, founder=False, anchor=False,
                valid_from=date(2024, 1, 1),
            ))
        call = MetricCall(found[0].declaration.id, (("tier", "gold"),))
        declared = {m.declaration.id: m.declaration for m in found}
        answer = measure(connection, [call], declared, date(2024, 2, 1))[call]["one"]
    print(json.dumps({"ids": [m.declaration.id for m in found], "low": int(answer.low)}))
"""


def package(folder: Path, name: str, source: str, target: str = "gold") -> None:
    """Write a package that offers a metric, and install it into ``folder / "site"``."""
    root = folder / name
    (root / name).mkdir(parents=True)
    (root / name / "__init__.py").write_text(dedent(source))
    (root / "pyproject.toml").write_text(
        dedent(f"""
        [build-system]
        requires = ["hatchling"]
        build-backend = "hatchling.build"

        [project]
        name = "{name}"
        version = "1.2"

        [project.entry-points."clusterflow.metrics"]
        {name} = "{name}:{target}"
        """)
    )
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-build-isolation"]
    subprocess.run([*pip, "--no-deps", "--no-index", "--target", str(folder / "site"), str(root)], check=True)


def used(folder: Path) -> dict[str, object]:
    environment = {**os.environ, "PYTHONPATH": str(folder / "site")}
    done = subprocess.run(
        [sys.executable, "-c", dedent(USE)], env=environment, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_an_installed_metric_is_found_and_measured(tmp_path: Path) -> None:
    package(tmp_path, "gold_members", GOOD.replace("NAME", "gold-members"))
    assert used(tmp_path) == {"ids": ["gold-members"], "low": 2}


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        ("import a_module_that_is_nowhere", "gold", "ModuleNotFoundError: No module named 'a_module_that_is_nowhere'"),
        ("x = 1", "gold", "AttributeError"),
        ("gold = 7", "gold", "it is int, not a clusterflow.store.metrics.Metric"),
        ("raise SystemExit('bye')", "gold", "SystemExit: bye"),
        (GOOD.replace("NAME", "committed-members"), "gold", "there is already a metric «committed-members»"),
        (GOOD.replace("NAME", "known-share"), "gold", "there is already a metric «known-share»"),
        (GOOD.replace("NAME", "g").replace("member.c.tier", "member.c.colour"), "gold", "the rows of «g» cannot be"),
        (
            GOOD.replace("NAME", "g").replace("evidence_row(member, Membership, what=member.c.organisation, part=1)",
                                             "__import__('sqlalchemy').select(member.c.entry)"),
            "gold", "the columns initiative, record, what",
        ),
    ],
)  # fmt: skip
def test_the_error_of_a_broken_metric_names_its_package(tmp_path: Path, source: str, target: str, says: str) -> None:
    package(tmp_path, "broken_one", source, target)
    error = str(used(tmp_path)["error"])
    assert error.startswith("the package broken_one 1.2 offers the metric «broken_one»")
    assert says in error
    assert error.endswith("Repair, upgrade or uninstall the package")


def test_two_packages_with_the_same_metric_id_are_refused(tmp_path: Path) -> None:
    for name in ("first", "second"):
        package(tmp_path, name, GOOD.replace("NAME", "gold-members"))
    assert used(tmp_path)["error"] == (
        "the packages first 1.2 and second 1.2 both offer a metric «gold-members». Uninstall one of them"
    )


def test_an_id_that_is_already_used_is_refused_and_nothing_is_registered() -> None:
    def named(name: str) -> Metric:
        declaration = MetricDeclaration(
            id=name, title=Text(es="x", en="y"), unit=Unit.COUNT, fold=Fold.SUM, direction="more", source="P"
        )
        return Metric(declaration, lambda scope: METRICS["members"](scope))

    with pytest.raises(ClusterflowError, match="there are two metrics «members»"):
        install([named("brand-new"), named("members")])
    with pytest.raises(ClusterflowError, match="there are two metrics «brand-new»"):
        install([named("brand-new"), named("brand-new")])
    assert "brand-new" not in METRICS
