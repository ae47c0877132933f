"""What of an address is secret, and texts without it."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

_BETWEEN = re.compile(r"[/?&=:@,;#]+")

SHORTEST = 4
"""Shorter pieces of an address, but for user and password, are no secrets: a port, a country, ``yes``."""

TOKEN = 8
"""So long a piece of a path or a query may be a token."""


def secrets_of(address: str, plugin: Any = None) -> frozenset[str]:
    """The pieces of an address that nobody may read.

    Args:
        plugin: what Apprise made of the address. It knows what it would show of it; the rest is secret. Without it
            every piece is.
    """
    parts = _parts(address)
    pieces = {p for p in _BETWEEN.split(address) if len(p) >= SHORTEST}
    if plugin is not None:
        pieces |= {p for p in _BETWEEN.split(plugin.url(privacy=False)) if len(p) >= SHORTEST}
        shown = unquote(plugin.url(privacy=True))
        pieces = {p for p in pieces if unquote(p) not in shown}
    if parts is None:
        return frozenset({address, *pieces})
    # A hook's path is as good as a password, whatever Apprise thinks of it.
    pieces |= {p for p in _BETWEEN.split(f"{parts.path}?{parts.query}") if len(p) >= TOKEN}
    credentials = {p for p in (parts.username, parts.password) if p and (len(p) >= SHORTEST or p == parts.password)}
    if parts.password:
        plain = f"{unquote(parts.username or '')}:{unquote(parts.password)}"
        credentials |= {plain, b64encode(plain.encode()).decode(), b64encode(f"\0{plain}".encode()).decode()}
    return frozenset({address, *pieces, *credentials})


def _parts(address: str) -> Any:
    try:
        parts = urlsplit(address)
    except ValueError:  # a bracket in the wrong place, say
        return None
    return parts


def redacted(text: str, secrets: Iterable[str], limit: int = 500) -> str:
    """The text without the secrets, however they are written there, and no longer than the limit."""
    forms = {form for secret in secrets for form in _forms(secret) if form}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "***")
    return text[:limit]


def _forms(secret: str) -> set[str]:
    bare = unquote(secret)
    return {
        secret,
        bare,
        quote(bare),
        quote(bare, safe=""),
        quote_plus(bare),
        repr(bare)[1:-1],
        json.dumps(bare)[1:-1],
    }
