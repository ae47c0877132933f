"""Stores the declarations of metrics as JSON in the user's cache folder.

A command that measures would spend a sixth of its time on reading YAML and on looking for plug-ins, and both hardly
ever change. The key covers everything that the declarations depend on: the file, our code, and the installed packages.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError

from clusterflow.domain.measurement import MetricDeclaration
from clusterflow.services import user_cache
from clusterflow.services.code_key import code_key, installed_packages

KIND = "metrics"

_DECLARATIONS: TypeAdapter[dict[str, MetricDeclaration]] = TypeAdapter(
    dict[str, MetricDeclaration], config=ConfigDict(defer_build=True)
)


def key_of(path: Path) -> str | None:
    """Return the key of the declarations in a file; ``None`` if the file cannot be read."""
    try:
        digest = hashlib.sha256(path.read_bytes())
        for part in (code_key("configs", "domain", "domain/records"), *installed_packages()):
            digest.update(repr(part).encode())
    except OSError:
        return None
    return digest.hexdigest()


def load(key: str) -> dict[str, MetricDeclaration] | None:
    """Return the declarations that were stored under a key."""
    content = user_cache.load(KIND, key)
    try:
        return None if content is None else _DECLARATIONS.validate_json(content)
    except ValidationError:
        return None


def store(key: str, declarations: dict[str, MetricDeclaration]) -> None:
    """Store the declarations of a file without mistakes."""
    user_cache.store(KIND, key, _DECLARATIONS.dump_json(declarations, exclude_defaults=True))
