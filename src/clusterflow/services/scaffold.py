"""Fills an office's folder: settings, its own configs, deployments, systemd units and a backup script."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from clusterflow.domain.text import Frozen
from clusterflow.errors import NotPossible
from clusterflow.settings import PREFIX, Settings

FOLDERS = {"home": "data", "configs": "configs", "deployments": "deployments"}
"""Settings that the folder sets; the values are relative to it, so that it can be moved."""

NAMES = {"channel": "CHANNEL_TELEGRAM"}
"""Settings that are written one by one under a name of the user's own: an example of the name."""

_TEMPLATES = Path(__file__).with_name("scaffold_templates")
_UNITS = ("clusterflow.service", "clusterflow-worker.service")
_WIDTH = 100


class Scaffold(Frozen):
    """A filled folder and the names of what was written into it."""

    folder: Path
    written: tuple[str, ...]


def create(folder: Path, settings: Settings) -> Scaffold:
    """Write everything that an office needs into ``folder``. Existing files are not changed.

    Args:
        settings: the folders of the configs and deployments to copy; default: those that come with clusterflow.

    Raises:
        NotPossible: one of the files or folders already exists, or ``folder`` is not a folder.
    """
    folder = folder.absolute()
    files = _files(folder)
    copies = {"configs": settings.configs, "deployments/prefect.yaml": settings.deployments / "prefect.yaml"}
    _refuse_to_overwrite(folder, [*files, *copies])
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in copies.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / ".env").chmod(0o600)  # it will contain passwords
    (folder / "backup.sh").chmod(0o755)
    return Scaffold(folder=folder, written=tuple(sorted([*files, *copies])))


def _refuse_to_overwrite(folder: Path, names: list[str]) -> None:
    if folder.exists() and not folder.is_dir():
        raise NotPossible(f"{folder} is a file; name a folder")
    present = sorted(name for name in names if (folder / name).exists())
    if present:
        raise NotPossible(
            f"{folder} already has {', '.join(present)}; nothing was written. "
            "Name another folder, or move these away first"
        )


def _files(folder: Path) -> dict[str, str]:
    programs = Path(sys.prefix) / "bin"
    quoted = {"folder": str(folder).replace("%", "%%"), "programs": str(programs).replace("%", "%%")}
    files = {name: _filled(name, quoted) for name in _UNITS}
    files["backup.sh"] = _filled("backup.sh", {"programs": str(programs).replace("'", "'\\''")})
    files["prefect.toml"] = _filled("prefect.toml", {"port": str(Settings.model_fields["prefect_port"].default)})
    files[".env"] = dotenv()
    return files


def _filled(name: str, values: Mapping[str, str]) -> str:
    return Template((_TEMPLATES / name).read_text(encoding="utf-8")).substitute(values)


def dotenv() -> str:
    """Return a file ``.env`` with every setting, its description and its default."""
    head = "# Settings of clusterflow. Commands read this file from the current folder.\n"
    head += (
        "# A line with «#» shows a default: remove the «#» to change the setting. Environment variables come first.\n"
    )
    return "\n".join([head, *(_entry(name, field) for name, field in Settings.model_fields.items())])


def _entry(name: str, field: FieldInfo) -> str:
    text = (field.description or "")[:1].upper() + (field.description or "")[1:]
    if accepted := _choices(field.annotation):
        text += f"; accepted: {', '.join(accepted)}"
    comment = textwrap.fill(text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
    variable = PREFIX + NAMES.get(name, name).upper()
    line = f"{variable}={FOLDERS[name]}" if name in FOLDERS else f"# {variable}={_default(field)}"
    return f"{comment}\n{line}\n"


def _choices(annotation: Any) -> list[str]:
    return [value for value in get_args(annotation) if isinstance(value, str)]


def _default(field: FieldInfo) -> str:
    value = field.default
    return "" if field.is_required() or value is None or field.default_factory else _plain(value)


def _plain(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
