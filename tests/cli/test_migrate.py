"""``clusterflow migrate``."""

from __future__ import annotations

from pathlib import Path

from .conftest import Run

BY = ("--by", "ofelia", "--reason", "The program has a new model.")


def test_a_dry_run_says_what_would_happen_and_the_command_does_it(office: Run) -> None:
    before = office("ledger", "one", "--json").json
    shown = office("migrate", "one", "--to", "basque", *BY, "--dry-run")
    assert shown.code == 0, shown.err
    assert "One would pass from cordoba (" in shown.out
    assert "«Critical mass»: goes on (due on " in shown.out
    assert shown.out.endswith("Nothing was written.\n")
    assert office("ledger", "one", "--json").json == before
    done = office("migrate", "one", "--to", "basque", *BY, "--json")
    assert done.code == 0, done.err
    (one,) = done.json["initiatives"]
    assert [line.strip() for line in shown.out.splitlines()[1:-1]] == one["lines"]
    assert office("status", "one", "--json").json["model"] == "basque"
    assert "iniciativa pasada a otro modelo" in office("ledger", "one", "--lang", "es").out
    assert office("ledger", "--verify").code == 0


def test_it_speaks_spanish(office: Run) -> None:
    shown = office("migrate", "one", "--to", "basque", *BY, "--dry-run", "--lang", "es")
    assert "«Masa crítica»: sigue en curso (vence el " in shown.out
    refused = office("migrate", "one", "--to", "basque", "--by", "nemo", "--reason", "x", "--lang", "es")
    assert refused.code == 2
    assert "nemo" in refused.err


def test_all_of_a_model_name_each_that_cannot(office: Run) -> None:
    assert office("enrol", "two", "name=Two", "country=AR", "--model", "cordoba").code == 0
    done = office("migrate", "--all-of", "cordoba", "--to", "basque", *BY)
    assert done.code == 3
    assert "One: cordoba (" in done.out
    assert "Two: refused: «ofelia» may not migrate «two»: it has no office" in done.err
    assert office("status", "two", "--json").json["model"] == "cordoba"
    assert "accepted: INITIATIVE or --all-of MODEL" in office("migrate", "--to", "basque", *BY).err


def test_a_mapping_file_is_checked_with_lines_and_columns(office: Run, home: Path) -> None:
    text = "from: cordoba\nto: catalan\nstages:\n  critical-mas: critical-mass\n  strategy: strategie\nwhy: x\n"
    (home / "mapping.yaml").write_text(text, encoding="utf-8")
    refused = office("migrate", "one", "--to", "basque", *BY, "--mapping", "mapping.yaml")
    assert refused.code == 2
    lines = refused.err.splitlines()[1:]
    assert lines[0].endswith("mapping.yaml:2:5: «catalan» is not the model that is meant here; accepted: basque")
    assert "mapping.yaml:4:3: cordoba has no stage «critical-mas»" in lines[1]
    assert "critical-mass" in lines[1]
    assert "mapping.yaml:5:13: basque has no stage «strategie»" in lines[2]
    assert "mapping.yaml:6:1: the key «why» is unknown" in lines[3]
    good = "from: cordoba\nto: basque\nstages:\n  critical-mass: strategy\n"
    (home / "mapping.yaml").write_text(good, encoding="utf-8")
    done = office("migrate", "one", "--to", "basque", *BY, "--mapping", "mapping.yaml", "--dry-run")
    assert "is interrupted, because this model asks first for:" in done.out
