"""The schema: the migrations create what the classes declare, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect
from support.patience import PATIENCE_SECONDS

from clusterflow.domain.records import RECORDS
from clusterflow.services.context import system_clock
from clusterflow.store.columns import columns_of
from clusterflow.store.database import HEAD, current_revision, open_database
from clusterflow.store.migrate import config_of, upgrade
from clusterflow.store.schema import whole_schema
from clusterflow.store.tables import REGISTRY_TABLES


def test_the_migrations_create_what_the_classes_declare(database: Engine) -> None:
    command.check(config_of(database))  # raises if they differ
    assert current_revision(database) == HEAD
    assert set(inspect(database).get_table_names()) == set(whole_schema().tables) | {"alembic_version"}


def test_the_head_in_the_code_is_the_newest_migration(database: Engine) -> None:
    assert ScriptDirectory.from_config(config_of(database)).get_current_head() == HEAD


def test_a_second_upgrade_changes_nothing(database: Engine) -> None:
    assert upgrade(database, system_clock()) == (HEAD, HEAD)


def test_machines_that_migrate_an_empty_database_together_all_end_well(database_url: str) -> None:
    engine = open_database(database_url)
    command.downgrade(config_of(engine), "base")
    engine.dispose()
    program = [str(Path(sys.executable).with_name("clusterflow")), "db", "upgrade"]
    environment = os.environ | {"CLUSTERFLOW_DATABASE": database_url}
    processes = [
        subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(3)
    ]
    printed = [process.communicate(timeout=PATIENCE_SECONDS)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], printed


def test_every_record_type_has_a_table_with_its_fields() -> None:
    for name, cls in RECORDS.items():
        assert {c.name for c in columns_of(cls)} <= {c.name for c in REGISTRY_TABLES[name].columns}
