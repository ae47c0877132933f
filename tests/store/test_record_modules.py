"""The list of record types by module agrees with the modules."""

from __future__ import annotations

from pathlib import Path

from clusterflow.domain import records
from clusterflow.domain.records import RECORDS, declared_in


def test_every_record_type_is_listed_under_the_module_that_declares_it() -> None:
    folder = Path(str(records.__file__)).parent
    modules = [file.stem for file in folder.glob("*.py") if file.stem not in ("__init__", "base")]
    declared = {name: cls for module in modules for name, cls in declared_in(module).items()}
    assert dict(RECORDS) == declared
