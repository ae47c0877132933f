"""Measures a workbook of 20,000 rows: read, compared with the registry, and recorded; time and memory.

Members, people, invoices and payments in equal parts, into an empty registry (30,000 records); then the same workbook
again, which changes nothing. SQLite, WAL, synchronous=FULL. Each way runs in its own process, so its peak of memory is
its own. The comparisons only read the cells: openpyxl, and calamine, which clusterflow uses.
"""

from __future__ import annotations

import gc
import itertools
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from benches import databases
from benches.measuring import headline, quick
from clusterflow.domain.money import Money
from clusterflow.engine.record import Submission
from clusterflow.intake.workbook.sheets import BY_NAME
from clusterflow.intake.workbook.template import Row, TemplateRows, write_workbook
from clusterflow.services import registry
from clusterflow.services.context import Context
from clusterflow.services.intake.workbook import workbooks
from clusterflow.settings import Settings
from clusterflow.store.database import open_database

ROWS = 20_000
TODAY = date(2025, 3, 4)
_FIRST = ("Aceros", "Textiles", "Alimentos", "Maderas", "Plásticos", "Óptica", "Cerámica", "Muebles", "Frutas", "Redes")
_SECOND = ("Ventosa", "Lozano", "Huinalá", "Mitras", "Apodaca", "Sabana", "Urdialde", "Anáhuac", "Silla", "Topo")
_THIRD = ("Regio", "Alta", "Plana", "Mayor", "Franca", "Nueva", "Real", "Chica", "Azul", "Verde")
_FOURTH = ("Ibarra", "Quiroga", "Marroquín", "Elizondo", "Cantú", "Zambrano", "Treviño", "Garza", "Sada", "Villarreal")


def run(short: bool) -> None:
    rows = 400 if short else ROWS
    headline(f"import of a workbook with {rows} rows (SQLite, WAL, synchronous=FULL)")
    with databases.sqlite() as url, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.xlsx"
        file.write_bytes(_workbook(rows))
        print(f"  the file has {file.stat().st_size / 2**20:.1f} MB", flush=True)
        for way, label, target in (
            ("new", "import, everything new", "target < 10 s, < 500 MB"),
            ("again", "import, the same again", ""),
            ("calamine", "rival: calamine, which only reads the cells", ""),
            ("openpyxl", "rival: openpyxl, which only reads the cells", ""),
        ):
            wall, worked, megabytes = _in_a_process(way, url, file)
            line = f"{wall:6.2f} s, of which the processor {worked:5.2f} s   peak {megabytes:4.0f} MB   {target}"
            print(f"  {label:<46} {line}".rstrip(), flush=True)


def _in_a_process(way: str, url: str, file: Path) -> tuple[float, float, float]:
    words = [sys.executable, "-m", "benches.workbook", "--way", way, url, str(file)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603
    wall, worked, megabytes = map(float, done.stdout.split()[-3:])
    return wall, worked, megabytes


def _way(way: str, url: str, file: Path) -> None:
    gc.set_threshold(1_000_000)  # as every command does
    start, worked = time.perf_counter(), time.process_time()
    if way == "calamine":
        book = CalamineWorkbook.from_path(str(file))
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()
    elif way == "openpyxl":
        for sheet in load_workbook(file, read_only=True, data_only=True):
            for _ in sheet.iter_rows(values_only=True):
                pass
    else:
        _import(url, file, way == "new")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.perf_counter() - start, time.process_time() - worked, peak)


def _import(url: str, file: Path, is_new: bool) -> None:
    now = datetime.combine(TODAY, datetime.min.time(), UTC)
    context = Context(Settings(database=url), open_database(url), lambda: now)
    if is_new:
        fields = {"id": "one", "name": "One", "country": "MX", "from": "2020-01-01"}
        registry.record(context, [Submission("initiative", fields, "bench")])
    plan = workbooks.plan_changes(context, workbooks.open_workbook(context, file.name, file.read_bytes()))
    assert not plan.mistakes, plan.mistakes[:3]
    assert not plan.doubles, plan.doubles[:3]
    assert bool(plan.submissions) == is_new
    workbooks.record(context, plan)


def _workbook(rows: int) -> bytes:
    """Create as many names as are needed, none of them similar to another."""
    words = list(itertools.islice(itertools.product(_FIRST, _SECOND, _THIRD, _FOURTH), rows // 4))
    firms = [f"{' '.join(w)} SA de CV" for w in words]
    filled: dict[str, list[Row]] = {"members": [], "people": [], "invoices": [], "payments": []}
    for n, (firm, name) in enumerate(zip(firms, words, strict=True)):
        line = {
            "members": {"name": firm, "helix": "company", "size": "small", "commitment": "regular-fee",
                        "valid_from": TODAY, "employees": n % 249, "turnover": Money(minor=n * 100, currency="MXN"),
                        "currency": "MXN", "country": "MX", "place": "Monterrey", "founder": n % 2 == 0},
            "people": {"name": f"{name[3]} {name[2]} {name[1]} {name[0]}", "email": f"p{n}@firm.example",
                       "organisation": firm, "position": "directora", "valid_from": TODAY, "language": "es"},
            "invoices": {"id": f"f-{n}", "organisation": firm, "valid_from": TODAY, "due": TODAY, "year": 2025,
                         "amount": Money(minor=600000, currency="MXN"), "currency": "MXN"},
            "payments": {"id": f"p-{n}", "invoice": f"f-{n}", "valid_from": TODAY, "currency": "MXN",
                         "amount": Money(minor=600000, currency="MXN")},
        }  # fmt: skip
        for sheet, fields in line.items():
            filled[sheet].append({c: fields.get(c.name) for c in BY_NAME[sheet].columns})
    return write_workbook("es", TODAY, TemplateRows(filled), "one", "One")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        _way(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        run(quick(__doc__))
