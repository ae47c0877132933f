"""Lists the secrets in the settings, so that no message repeats one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from clusterflow.settings import Settings

SHORTEST = 3
"""Shorter passwords are not looked for in texts: they would be part of many words."""


def secret_values(settings: Settings, more: Mapping[str, SecretStr] | None = None) -> list[str]:
    """Return the secret settings and the passwords in them, the longest first.

    Args:
        more: channels that are stored elsewhere, by name.
    """
    found = set[str]()
    for value in (*(getattr(settings, name) for name in type(settings).model_fields), more):
        for secret in _secrets_in(value):
            found |= {secret, *_passwords(secret)}
    found.update(_passwords(settings.database_url))
    if settings.prefect_auth is not None:
        found.add(settings.prefect_auth.get_secret_value().partition(":")[2])
    return sorted((s for s in found if len(s) >= SHORTEST), key=len, reverse=True)


def _secrets_in(value: object) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _secrets_in(one)


def _passwords(address: str) -> set[str]:
    with suppress(ValueError):
        if password := urlsplit(address).password:
            return {password, unquote(password)}
    return set()
