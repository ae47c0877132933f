"""The list of guards that ``make mutants`` removes fits the code, and the tests that must notice exist."""

from __future__ import annotations

import pytest
from guards import GUARDS, ROOT, Guard


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_each_guard_can_be_removed_and_its_test_exists(guard: Guard) -> None:
    text = (ROOT / "src" / "clusterflow" / guard.file).read_text(encoding="utf-8")
    assert guard.removed_from(text) != text
    file, *_, name = guard.test.split("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
