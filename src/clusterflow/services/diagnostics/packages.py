"""Whether what is installed is what clusterflow was made and tested with."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from clusterflow.domain.text import Text
from clusterflow.services.diagnostics.advice import advise
from clusterflow.services.diagnostics.finding import (
    CheckResult,
    Surroundings,
    both,
    ok,
    plain,
    several,
    trouble,
    warning,
)

Installed = Mapping[str, str]
"""Version by name, as pip writes names: small, with hyphens."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A package that breaks another one. Prefect forbids it, but «pip install -U» installs it with a warning only."""

    package: str
    versions: SpecifierSet
    beside: str
    beside_versions: SpecifierSet
    effect: Text
    install: str


KNOWN_BROKEN = (
    Broken(
        "fastapi", SpecifierSet(">=0.151.dev0"), "prefect", SpecifierSet(">=3.9,<3.10"),
        Text(
            es="«prefect deploy --all» y las listas de Prefect fallan con 422",
            en="«prefect deploy --all» and Prefect's listings fail with 422",
        ),
        "fastapi>=0.139,<0.151",
    ),
)  # fmt: skip

CONSTRAINTS = Path(__file__).resolve().parents[4] / "constraints.txt"
SHIPPED = Path(__file__).resolve().parents[2] / "shipped" / "constraints.txt"
INSTALL_PINS = "pip install -c constraints.txt -e ."
"""Installs the tested versions in a checkout."""


def look(_: Surroundings) -> Iterable[CheckResult]:
    """The packages of this interpreter."""
    installed: dict[str, str] = {
        canonicalize_name(d.metadata["Name"]): d.version for d in distributions() if d.metadata["Name"]
    }
    file = next((f for f in (CONSTRAINTS, SHIPPED) if f.exists()), None)
    pins: Installed = _pins(file.read_text(encoding="utf-8")) if file else {}
    cure = f"pip install -c '{file}' clusterflow" if file == SHIPPED else INSTALL_PINS
    return judge(installed, requires("clusterflow") or (), pins, cure)


def judge(
    installed: Installed, required: Iterable[str], pins: Installed, install_pins: str = INSTALL_PINS
) -> Iterator[CheckResult]:
    """What does not fit: known to break, outside of what is required, other than what is tested.

    ``install_pins`` is the command that installs the tested versions.
    """
    reported: set[str] = set()
    for broken in KNOWN_BROKEN:
        if _is(installed, broken.package, broken.versions) and _is(installed, broken.beside, broken.beside_versions):
            reported.add(broken.package)
            beside = f"{broken.package} {installed[broken.package]}, {broken.beside} {installed[broken.beside]}"
            yield trouble(plain(beside), broken.effect, advise("install-package", requirement=broken.install))
    for line in required:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        if name in reported or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        if not _is(installed, name, requirement.specifier):
            reported.add(name)
            found = both(_WANTED, found=installed.get(name) or _NONE, wanted=str(requirement.specifier) or "*")
            yield trouble(plain(name), found, advise("install-package", requirement=f"{name}{requirement.specifier}"))
    others = [f"{n} {v} ({pins[n]})" for n, v in sorted(installed.items()) if n not in reported and pins.get(n, v) != v]
    if others:
        yield warning(
            _PACKAGES, both(_OTHER, packages=several(others)), advise("install-tested-versions", command=install_pins)
        )
    elif not reported:
        python = ".".join(map(str, sys.version_info[:3]))
        count = sum(name in pins for name in installed)
        yield ok(_PACKAGES, both(_AS_PINNED if pins else _AS_REQUIRED, python=python, count=count))


_PACKAGES = Text(es="paquetes instalados", en="installed packages")
_NONE = Text(es="no está instalado", en="not installed")
_WANTED = Text(es="{found}; se pide {wanted}", en="{found}; asked for: {wanted}")
_OTHER = Text(
    es="no son las versiones probadas (entre paréntesis): {packages}",
    en="not the tested versions (in brackets): {packages}",
)
_AS_PINNED = Text(
    es="Python {python}; {count} paquetes como en constraints.txt", en="Python {python}; {count} packages as pinned"
)
_AS_REQUIRED = Text(es="Python {python}; todo lo que se pide está", en="Python {python}; all that is required is there")


def _is(installed: Installed, name: str, versions: SpecifierSet) -> bool:
    try:
        return name in installed and versions.contains(Version(installed[name]), prereleases=True)
    except InvalidVersion:
        return False


def _pins(text: str) -> Installed:
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    pairs = (line.partition("==") for line in lines if "==" in line)
    return {canonicalize_name(name.strip()): version.strip() for name, _, version in pairs}
