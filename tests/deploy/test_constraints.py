"""The pins of constraints.txt: complete, as installed here, and fit for the oldest Python that we promise."""

from __future__ import annotations

import tomllib
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PINS = {
    canonicalize_name(pin.name): pin
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if (text := line.partition("#")[0].strip())
    for pin in [Requirement(text)]
}
NOT_PINNED = {"clusterflow", "pip", "setuptools", "wheel"}
"""What is installed and is no dependency."""


def test_everything_that_is_installed_is_pinned() -> None:
    installed = {canonicalize_name(d.metadata["Name"]) for d in distributions()}
    assert installed - PINS.keys() - NOT_PINNED == set()


def test_every_pin_can_be_installed_on_the_oldest_python() -> None:
    """Debian 12 has Python 3.11.2. A release that asks for a later 3.11 would end the installation there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest = min(part.version for part in SpecifierSet(project["requires-python"]))
    required = {d.metadata["Name"]: SpecifierSet(d.metadata["Requires-Python"] or "") for d in distributions()}
    too_new = {name: str(versions) for name, versions in required.items() if not versions.contains(f"{oldest}.0")}
    assert too_new == {}
