"""After a loss: Prefect and the database tell the same again, and no gate is asked about twice."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from support.office import Office

from clusterflow.prefect import runs
from clusterflow.prefect.api import prefect_client
from clusterflow.prefect.reconcile import reconcile
from clusterflow.prefect.runs import RunState
from clusterflow.services import gate_forms, outbox, standing
from clusterflow.store.database import shared_database


async def test_what_prefect_lost_is_opened_once_and_what_nobody_needs_closed(office: Office) -> None:
    office.state_figure("launch", initiative=office.initiative)
    await office.publish()
    lost = await office.asking("launch")
    async with prefect_client() as client:
        await client.delete_flow_run(lost.run_id)
    done = await reconcile(office.context)
    assert done.opened == (f"{office.initiative}, gate of launch",)
    # Even before the worker has begun it, the run holds the gate.
    assert (await reconcile(office.context)).opened == ()
    form = await office.asking("launch")
    assert form.run_id != lost.run_id
    again = await reconcile(office.context)
    assert (again.opened, again.closed, again.sound) == ((), (), 1)

    (item,) = gate_forms.open_gates(office.context, office.initiative)
    gate_forms.release(office.context, item)
    gate_forms.claim(office.context, office.initiative, str(UUID(int=7)))
    done = await reconcile(office.context)
    assert (len(done.opened), done.closed) == (1, (form.name,))
    await office.answer(await office.asking("launch"))
    await office.at_rest()
    assert standing.state(office.context, office.initiative).milestone("launch") is not None


async def test_a_gate_is_left_to_a_run_that_takes_it_meanwhile(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.state_figure("launch", initiative=office.initiative)
    state_of = runs.state_of

    async def meanwhile(wanted: Iterable[UUID]) -> dict[UUID, RunState]:
        """The relay's turn comes after the open gates were read."""
        monkeypatch.setattr(runs, "state_of", state_of)
        await office.publish()
        await office.asking("launch")
        return await state_of(wanted)

    office.evaluate(office.initiative)
    monkeypatch.setattr(runs, "state_of", meanwhile)
    assert (await reconcile(office.context)).opened == ()
    assert len(await runs.waiting(f"initiative:{office.initiative}")) == 1


async def test_an_answer_to_a_run_that_lost_its_gate_counts_all_the_same(office: Office) -> None:
    office.state_figure("launch", initiative=office.initiative)
    await office.publish()
    form = await office.asking("launch")
    (item,) = gate_forms.open_gates(office.context, office.initiative)
    gate_forms.release(office.context, item)
    assert gate_forms.claim(office.context, office.initiative, str(uuid4())) is not None
    await office.answer(form)
    assert (await office.ended(form.run_id)).message == "launch: go"
    assert standing.state(office.context, office.initiative).milestone("launch") is not None


async def test_after_our_own_database_was_restored_from_a_backup(
    office: Office, sqlite_url: str, tmp_path: Path
) -> None:
    office.state_figure("launch", initiative=office.initiative)
    await office.publish()
    before = await office.asking("launch")
    file, backup = Path(office.context.database.url.database or ""), tmp_path / "backup.db"
    with closing(sqlite3.connect(file)) as live, closing(sqlite3.connect(backup)) as copy:
        live.backup(copy)
    # What Prefect saw after the backup: an answer, a decision, the next gate.
    await office.answer(before)
    await office.at_rest()
    assert standing.state(office.context, office.initiative).milestone("launch") is not None
    for opened in (office.context.database, shared_database(sqlite_url)):
        opened.dispose()
    for rest in ("", "-wal", "-shm"):
        file.with_name(file.name + rest).unlink(missing_ok=True)
    shutil.copy(backup, file)

    assert standing.state(office.context, office.initiative).milestone("launch") is None
    assert len((await reconcile(office.context)).opened) == 1
    again = await reconcile(office.context)
    assert (again.opened, again.closed, again.sound + again.coming) == ((), (), 1)
    form = await office.asking("launch")
    assert form.run_id != before.run_id
    await office.answer(form)
    await office.at_rest()
    assert standing.state(office.context, office.initiative).milestone("launch") is not None
    await office.publish()
    assert outbox.backlog(office.context).events == 0
